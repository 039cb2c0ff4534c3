// SPDX-License-Identifier: Apache-2.0
#include "log_redis/verdict.h"

#include "base/check.h"
#include "base/status.h"
#include "log_redis/resp.h"
#include "log_redis/scripts.h"

static const struct {
    const char *name, *text;
} verdicts[LOG_REDIS_VERDICTS] = {
    [LOG_REDIS_SOUND] = {"SOUND", "the log is the one that this daemon follows"},
    [LOG_REDIS_WIPED] = {"WIPED", "the log is gone from Redis"},
    [LOG_REDIS_FOREIGN] = {"FOREIGN", "this Redis holds another log"},
    [LOG_REDIS_REGRESSED] = {"REGRESSED",
                             "the log in Redis ends before what this daemon has applied"},
    [LOG_REDIS_FORKED] =
        {"FORKED",
         "the log in Redis has another entry where this daemon has applied one"},
    [LOG_REDIS_TAMPERED] = {"TAMPERED", "the log in Redis was changed by something else"},
    [LOG_REDIS_TRIMMED] = {"TRIMMED",
                           "the log in Redis begins after what this daemon has applied"},
    [LOG_REDIS_REPLACED] = {"REPLACED", "an operator has begun a new epoch of the log"},
    [LOG_REDIS_UNREADABLE] = {"UNREADABLE", "an entry of the log cannot be applied here"},
};

const char *log_redis_verdict_name(enum log_redis_verdict verdict)
{
    CHECK((unsigned)verdict < LOG_REDIS_VERDICTS);
    return verdicts[verdict].name;
}

const char *log_redis_verdict_text(enum log_redis_verdict verdict)
{
    CHECK((unsigned)verdict < LOG_REDIS_VERDICTS);
    return verdicts[verdict].text;
}

enum log_redis_verdict log_redis_verdict_find(struct slice name)
{
    for (int i = LOG_REDIS_SOUND + 1; i < LOG_REDIS_VERDICTS; i++)
        if (slice_equal(name, slice_from(verdicts[i].name)))
            return (enum log_redis_verdict)i;
    return LOG_REDIS_SOUND;
}

int log_redis_id_parse(struct slice id, uint64_t *sequence)
{
    if (id.len < 3 || id.data[0] == '0' || memcmp(id.data + id.len - 2, "-0", 2) != 0)
        return STATUS_DATA_LOSS;
    return log_redis_number_parse((struct slice){id.data, id.len - 2}, sequence);
}

int log_redis_item_parse(const struct log_redis_reply *item, uint64_t *sequence,
                         struct slice *entry)
{
    const struct log_redis_reply *fields = log_redis_reply_at(item, 1);
    struct slice id = log_redis_reply_text(log_redis_reply_at(item, 0));
    struct slice field = log_redis_reply_text(log_redis_reply_at(fields, 0));
    struct slice bytes = log_redis_reply_text(log_redis_reply_at(fields, 1));
    uint64_t parsed = 0;
    if (!id.data || log_redis_id_parse(id, &parsed) || !fields || fields->n_items != 2 ||
        !slice_equal(field, slice_from(LOG_REDIS_FIELD)) ||
        bytes.len < LOG_REDIS_CHECKSUM_LEN)
        return STATUS_DATA_LOSS;
    *sequence = parsed;
    *entry = bytes;
    return 0;
}

void log_redis_position_set(struct log_redis_position *position, uint64_t sequence,
                            struct slice entry)
{
    CHECK(entry.len >= LOG_REDIS_CHECKSUM_LEN);
    position->sequence = sequence;
    memcpy(position->checksum, entry.data + entry.len - LOG_REDIS_CHECKSUM_LEN,
           LOG_REDIS_CHECKSUM_LEN);
}
