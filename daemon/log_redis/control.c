// SPDX-License-Identifier: Apache-2.0
//
// Happy path: on_ready -> ask (one pipelined round of questions) -> each answer goes into
// facts -> judge -> passed; the timer asks again every second. Failure modes: an error
// reply (Redis is loading, or forbids the question): the connection is dropped and tried
// again; unsafe settings, an empty Redis, an unknown schema: refused, with the reason,
// and asked again every second; a log that is not the one followed: verdict; writes that
// Redis would not take now (no memory, no disk, no rights): denied, with the reason.
#include "log_redis/control.h"

#include <stdio.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/scripts.h"

#define ROUND_MS 1000
#define TIMEOUT_MS 2000
#define MAX_WORDS 6

static void copy(char *out, size_t size, struct slice text)
{
    size_t len = text.len < size ? text.len : size - 1;
    if (len)
        memcpy(out, text.data, len);
    out[len] = '\0';
}

static int take_role(struct log_redis_facts *facts, const struct log_redis_reply *reply)
{
    struct slice role = log_redis_reply_text(log_redis_reply_at(reply, 0));
    facts->is_master = slice_equal(role, slice_from("master"));
    return role.data ? 0 : STATUS_DATA_LOSS;
}

static int take_time(struct log_redis_facts *facts, const struct log_redis_reply *reply)
{
    uint64_t seconds = 0, micros = 0;
    if (log_redis_number_parse(log_redis_reply_text(log_redis_reply_at(reply, 0)),
                               &seconds) ||
        log_redis_number_parse(log_redis_reply_text(log_redis_reply_at(reply, 1)),
                               &micros) ||
        seconds > INT64_MAX / 2000)
        return STATUS_DATA_LOSS;
    facts->clock_ms = (int64_t)(seconds * 1000 + micros / 1000);
    return 0;
}

// Some hosts forbid CONFIG: what is not told counts as unsafe.
static struct slice setting(const struct log_redis_reply *reply)
{
    struct slice value = log_redis_reply_text(log_redis_reply_at(reply, 1));
    return value.data ? value : slice_from("");
}

#define TAKE_SETTING(field)                                                              \
    static int take_##field(struct log_redis_facts *facts,                               \
                            const struct log_redis_reply *reply)                         \
    {                                                                                    \
        copy(facts->field, sizeof facts->field, setting(reply));                         \
        return 0;                                                                        \
    }
TAKE_SETTING(appendonly)
TAKE_SETTING(appendfsync)
TAKE_SETTING(no_fsync_on_rewrite)
TAKE_SETTING(eviction)

static uint64_t sequence_of(struct slice id)
{
    uint64_t sequence = 0;
    return log_redis_id_parse(id, &sequence) ? 0 : sequence;
}

// Pairs of a name and a value; a stream that is not there is an error.
static int take_stream(struct log_redis_facts *facts, const struct log_redis_reply *reply)
{
    if (reply->type == LOG_REDIS_ERROR)
        return log_redis_reply_is_error(reply, "ERR") ? 0 : STATUS_DATA_LOSS;
    const struct log_redis_reply *key = reply->first;
    if (reply->type != LOG_REDIS_ARRAY)
        return STATUS_DATA_LOSS;
    for (; key && key->next; key = key->next->next) {
        const struct log_redis_reply *value = key->next;
        struct slice name = log_redis_reply_text(key);
        struct slice id = log_redis_reply_text(log_redis_reply_at(value, 0));
        if (slice_equal(name, slice_from("length")) && value->type == LOG_REDIS_INTEGER)
            facts->n_entries = (uint64_t)value->integer;
        else if (slice_equal(name, slice_from("last-generated-id")))
            facts->newest_id = sequence_of(log_redis_reply_text(value));
        else if (slice_equal(name, slice_from("first-entry")) && id.data)
            facts->first = sequence_of(id);
        else if (slice_equal(name, slice_from("last-entry")) && id.data)
            facts->last = sequence_of(id);
    }
    return 0;
}

static int take_meta(struct log_redis_facts *facts, const struct log_redis_reply *reply)
{
    const struct {
        const char *name;
        char *out;
        size_t size;
    } fields[] = {
        {"uuid", facts->uuid, sizeof facts->uuid},
        {"epoch", facts->epoch, sizeof facts->epoch},
        {"schema", facts->schema, sizeof facts->schema},
        {"trimmed", facts->trimmed, sizeof facts->trimmed},
        {"snapshot", facts->snapshot, sizeof facts->snapshot},
        {"snapshot_sequence", facts->snapshot_sequence, sizeof facts->snapshot_sequence},
        {"older", facts->older, sizeof facts->older},
    };
    if (reply->type != LOG_REDIS_ARRAY)
        return STATUS_DATA_LOSS;
    facts->n_meta = reply->n_items;
    const struct log_redis_reply *key = reply->first;
    for (; key && key->next; key = key->next->next) {
        struct slice name = log_redis_reply_text(key),
                     value = log_redis_reply_text(key->next);
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            if (slice_equal(name, slice_from(fields[i].name)))
                copy(fields[i].out, fields[i].size, value);
    }
    return 0;
}

// An error that begins otherwise than "ERR" comes before Redis looks at the write itself.
static int take_denial(struct log_redis_facts *facts, const struct log_redis_reply *reply)
{
    if (reply->type != LOG_REDIS_ERROR)
        return STATUS_DATA_LOSS;
    if (!log_redis_reply_is_error(reply, "ERR"))
        copy(facts->denial, sizeof facts->denial, reply->text);
    return 0;
}

// Whether a write would be taken is asked by one that never is: no entry can have the id
// 0-0. The stream is asked for before the trim point: trimmed in between, the log only seems to
// begin before it.
static const struct {
    const char *words[MAX_WORDS];
    int (*take)(struct log_redis_facts *facts, const struct log_redis_reply *reply);
    bool may_be_error;
} questions[LOG_REDIS_QUESTIONS] = {
    {{"ROLE"}, take_role, false},
    {{"CONFIG", "GET", "appendonly"}, take_appendonly, true},
    {{"CONFIG", "GET", "appendfsync"}, take_appendfsync, true},
    {{"CONFIG", "GET", "no-appendfsync-on-rewrite"}, take_no_fsync_on_rewrite, true},
    {{"CONFIG", "GET", "maxmemory-policy"}, take_eviction, true},
    {{"TIME"}, take_time, false},
    {{"XINFO", "STREAM", LOG_REDIS_KEY_LOG}, take_stream, true},
    {{"HGETALL", LOG_REDIS_KEY_META}, take_meta, false},
    {{"XADD", LOG_REDIS_KEY_LOG, "NOMKSTREAM", "0-0", LOG_REDIS_FIELD, ""},
     take_denial,
     true},
};

const char *log_redis_durability_name(enum log_redis_durability durability)
{
    static const char *const names[] = {
        [LOG_REDIS_WEAK] = "weak",
        [LOG_REDIS_EVERYSEC] = "everysec",
        [LOG_REDIS_ALWAYS] = "always",
    };
    return names[durability];
}

enum log_redis_durability log_redis_durability_find(const struct log_redis_facts *facts)
{
    if (strcmp(facts->appendonly, "yes") != 0 ||
        strcmp(facts->eviction, "noeviction") != 0)
        return LOG_REDIS_WEAK;
    if (strcmp(facts->appendfsync, "everysec") == 0)
        return LOG_REDIS_EVERYSEC;
    if (strcmp(facts->appendfsync, "always") != 0 ||
        strcmp(facts->no_fsync_on_rewrite, "no") != 0)
        return LOG_REDIS_WEAK;
    return LOG_REDIS_ALWAYS;
}

static void refuse(struct log_redis_control *control, int status, const char *what)
{
    control->passed = false;
    control->refused = status;
    snprintf(control->what, sizeof control->what, "%s", what);
    control->on_change(control);
}

static void doubt(struct log_redis_control *control, enum log_redis_verdict verdict,
                  const char *detail)
{
    control->passed = false;
    snprintf(control->what, sizeof control->what, "%s", log_redis_verdict_text(verdict));
    control->on_verdict(control, verdict, detail);
}

static void pass(struct log_redis_control *control)
{
    const struct log_redis_facts *facts = &control->facts;
    if (!control->known_uuid[0]) {
        memcpy(control->known_uuid, facts->uuid, sizeof control->known_uuid);
        memcpy(control->known_epoch, facts->epoch, sizeof control->known_epoch);
    }
    if (control->seen->sequence >= control->tail)
        control->current_ms = control->asked_ms;
    control->passed = true;
    log_redis_connection_settle(&control->connection);
    control->refused = 0;
    control->what[0] = '\0';
    control->on_change(control);
}

static void on_made(struct log_redis_command *command, int status,
                    const struct log_redis_reply *reply)
{
    struct log_redis_control *control = command->owner;
    control->making = false;
    if (status)
        return;
    struct slice word = log_redis_reply_text(log_redis_reply_at(reply, 0));
    if (slice_equal(word, slice_from("OK")))
        log_redis_control_check(control);
    else if (!word.data) // EXISTS, another daemon was first: the next round sees
        log_redis_connection_drop(&control->connection, reply->type == LOG_REDIS_ERROR
                                                            ? reply->text.data
                                                            : "Redis sent an odd reply");
}

static void make_log(struct log_redis_control *control)
{
    const struct slice args[] = {slice_from("EVAL"),
                                 slice_from(log_redis_first_script),
                                 slice_from("2"),
                                 slice_from(LOG_REDIS_KEY_LOG),
                                 slice_from(LOG_REDIS_KEY_META),
                                 control->uuid,
                                 control->first_entry};
    control->making = true;
    control->commands[0] = (struct log_redis_command){.done = on_made, .owner = control};
    if (log_redis_connection_send(&control->connection, &control->commands[0], TIMEOUT_MS,
                                  7, args))
        control->making = false;
}

// The last entry that this daemon or, before it, this data folder has followed to.
static uint64_t find_followed(const struct log_redis_control *control)
{
    uint64_t seen = control->seen->sequence, marked = control->mark->position.sequence;
    return seen > marked ? seen : marked;
}

static void doubt_wiped(struct log_redis_control *control, const char *found)
{
    char detail[LOG_REDIS_WHAT_LEN];
    snprintf(detail, sizeof detail, "it had reached entry %llu; %s",
             (unsigned long long)find_followed(control), found);
    doubt(control, LOG_REDIS_WIPED, detail);
}

static void doubt_half(struct log_redis_control *control)
{
    const char *found = "one of its two keys is gone or empty";
    if (control->known_uuid[0] || find_followed(control) > 0)
        doubt_wiped(control, found);
    else
        doubt(control, LOG_REDIS_TAMPERED, found);
}

static void judge_empty(struct log_redis_control *control)
{
    int64_t off = control->clock_off_ms;
    if (control->known_uuid[0] || find_followed(control) > 0)
        doubt_wiped(control, "both of its keys are gone");
    else if (!control->init)
        refuse(control, STATUS_FAILED_PRECONDITION,
               "this Redis holds no log; start once with --init to make a new one in it");
    else if (off > LOG_REDIS_CLOCK_MS || off < -LOG_REDIS_CLOCK_MS)
        refuse(control, STATUS_FAILED_PRECONDITION,
               "no log is made while the clock here and that of Redis differ by more "
               "than 60 s");
    else
        make_log(control);
}

static void doubt_foreign(struct log_redis_control *control)
{
    char detail[LOG_REDIS_WHAT_LEN];
    snprintf(detail, sizeof detail, "%s was followed here, this is %s",
             control->known_uuid[0] ? control->known_uuid : control->mark->uuid,
             control->facts.uuid);
    doubt(control, LOG_REDIS_FOREIGN, detail);
}

static void doubt_regressed(struct log_redis_control *control)
{
    char detail[LOG_REDIS_WHAT_LEN];
    const struct log_redis_facts *facts = &control->facts;
    snprintf(detail, sizeof detail, "entry %llu was applied, it has %llu and counts %llu",
             (unsigned long long)control->asked_seen, (unsigned long long)facts->last,
             (unsigned long long)facts->n_entries);
    doubt(control, LOG_REDIS_REGRESSED, detail);
}

static void doubt_gaps(struct log_redis_control *control, uint64_t trimmed)
{
    char detail[LOG_REDIS_WHAT_LEN];
    const struct log_redis_facts *facts = &control->facts;
    snprintf(detail, sizeof detail,
             "it has %llu entries, from %llu to %llu, and was trimmed to %llu",
             (unsigned long long)facts->n_entries, (unsigned long long)facts->first,
             (unsigned long long)facts->last, (unsigned long long)trimmed);
    doubt(control, LOG_REDIS_TAMPERED, detail);
}

// Redis takes no entry that it believes to have had. Either the last ones were deleted,
// and who holds them is about to append them again, or XSETID was said: so no verdict,
// and writes go on when it is mended.
static void refuse_jump(struct log_redis_control *control)
{
    char what[sizeof control->what];
    snprintf(
        what, sizeof what,
        "TAMPERED: the log's last entry is %llu and Redis's last-generated-id %llu-0; "
        "unless entries were lost: XSETID %s %llu-0",
        (unsigned long long)control->facts.last,
        (unsigned long long)control->facts.newest_id, LOG_REDIS_KEY_LOG,
        (unsigned long long)control->facts.last);
    refuse(control, STATUS_UNAVAILABLE, what);
}

static void judge_log(struct log_redis_control *control)
{
    const struct log_redis_facts *facts = &control->facts;
    uint64_t trimmed = 0;
    if (log_redis_number_parse(slice_from(facts->trimmed), &trimmed) ||
        strlen(facts->uuid) != LOG_REDIS_UUID_LEN || !facts->epoch[0])
        doubt(control, LOG_REDIS_TAMPERED, "the log's meta key is not whole");
    else if (strcmp(facts->schema, LOG_REDIS_SCHEMA) != 0)
        refuse(control, STATUS_UNIMPLEMENTED,
               "the log in this Redis was made by a newer vardsokd");
    else if ((control->known_uuid[0] && strcmp(control->known_uuid, facts->uuid) != 0) ||
             (control->mark->uuid[0] && strcmp(control->mark->uuid, facts->uuid) != 0))
        doubt_foreign(control);
    else if (control->known_uuid[0] && strcmp(control->known_epoch, facts->epoch) != 0)
        doubt(control, LOG_REDIS_REPLACED, facts->epoch);
    else if (facts->first == 0 || facts->first > trimmed + 1 || facts->last == 0 ||
             facts->last - facts->first + 1 != facts->n_entries)
        doubt_gaps(control, trimmed);
    else if (facts->last < control->asked_seen)
        doubt_regressed(control);
    else if (facts->newest_id != facts->last)
        refuse_jump(control);
    else {
        control->tail = facts->last;
        pass(control);
    }
}

static void judge_denial(struct log_redis_control *control)
{
    const char *denial = control->facts.denial;
    bool is_full = strncmp(denial, "OOM ", 4) == 0;
    control->denied = !denial[0] ? 0
                      : is_full  ? STATUS_RESOURCE_EXHAUSTED
                                 : STATUS_UNAVAILABLE;
    if (is_full)
        snprintf(control->denied_what, sizeof control->denied_what,
                 "Redis has reached its maxmemory and takes no writes: raise it, or free "
                 "memory there; writes go on by themselves then");
    else
        snprintf(control->denied_what, sizeof control->denied_what,
                 "Redis takes no writes until this is mended there: %s", denial);
}

static void judge(struct log_redis_control *control)
{
    const struct log_redis_facts *facts = &control->facts;
    judge_denial(control);
    control->clock_off_ms =
        facts->clock_ms - control->clock->now_ms(control->clock->self);
    control->durability = log_redis_durability_find(facts);
    if (!facts->is_master)
        refuse(control, STATUS_FAILED_PRECONDITION,
               "this Redis is a replica of another: what is written here is lost");
    else if (control->durability != LOG_REDIS_ALWAYS && !control->allow_weak)
        refuse(control, STATUS_FAILED_PRECONDITION,
               "this Redis may lose what it has acknowledged: it needs appendonly yes, "
               "appendfsync "
               "always, no-appendfsync-on-rewrite no and maxmemory-policy noeviction "
               "(or --durability=weak)");
    else if (facts->n_meta == 0 && facts->n_entries == 0)
        judge_empty(control);
    else if (facts->n_meta == 0 || facts->n_entries == 0)
        doubt_half(control);
    else
        judge_log(control);
}

static void on_answer(struct log_redis_command *command, int status,
                      const struct log_redis_reply *reply)
{
    struct log_redis_control *control = command->owner;
    size_t i = (size_t)(command - control->commands);
    control->n_awaited--;
    if (status)
        return;
    if (reply->type == LOG_REDIS_ERROR && !questions[i].may_be_error)
        log_redis_connection_drop(&control->connection, reply->text.data);
    else if (questions[i].take(&control->facts, reply))
        log_redis_connection_drop(&control->connection, "Redis sent an odd reply");
    else if (control->n_awaited == 0)
        judge(control);
}

void log_redis_control_check(struct log_redis_control *control)
{
    if (control->n_awaited > 0 || control->making ||
        !log_redis_connection_is_ready(&control->connection))
        return;
    control->facts = (struct log_redis_facts){0};
    control->asked_ms = uv_now(control->connection.loop);
    control->asked_seen = control->seen->sequence;
    for (int i = 0; i < LOG_REDIS_QUESTIONS; i++) {
        struct slice args[MAX_WORDS];
        int n = 0;
        for (; n < MAX_WORDS && questions[i].words[n]; n++)
            args[n] = slice_from(questions[i].words[n]);
        control->commands[i] =
            (struct log_redis_command){.done = on_answer, .owner = control};
        if (log_redis_connection_send(&control->connection, &control->commands[i],
                                      TIMEOUT_MS, n, args))
            break;
        control->n_awaited++;
    }
}

static void on_round(uv_timer_t *timer)
{
    log_redis_control_check(timer->data);
}

static void on_ready(struct log_redis_connection *connection)
{
    log_redis_control_check(connection->owner);
}

static void on_lost(struct log_redis_connection *connection)
{
    struct log_redis_control *control = connection->owner;
    control->passed = false;
    snprintf(control->what, sizeof control->what, "%s", connection->what);
    control->on_change(control);
}

static void close_one(struct log_redis_control *control)
{
    if (--control->n_handles == 0)
        control->on_closed(control);
}

static void on_connection_closed(struct log_redis_connection *connection)
{
    close_one(connection->owner);
}

static void on_timer_closed(uv_handle_t *handle)
{
    close_one(handle->data);
}

void log_redis_control_init(struct log_redis_control *control, uv_loop_t *loop,
                            const struct log_redis_address *address)
{
    memset(control, 0, sizeof *control);
    log_redis_connection_init(&control->connection, loop, address);
    control->connection.owner = control;
    control->connection.on_ready = on_ready;
    control->connection.on_lost = on_lost;
    control->connection.on_closed = on_connection_closed;
    uv_timer_init(loop, &control->timer);
    control->timer.data = control;
    control->n_handles = 2;
}

void log_redis_control_start(struct log_redis_control *control)
{
    log_redis_connection_start(&control->connection);
    uv_timer_start(&control->timer, on_round, ROUND_MS, ROUND_MS);
}

void log_redis_control_close(struct log_redis_control *control)
{
    log_redis_connection_close(&control->connection);
    uv_close((uv_handle_t *)&control->timer, on_timer_closed);
}
