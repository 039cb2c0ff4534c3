// SPDX-License-Identifier: Apache-2.0
//
// Happy path: on_ready loads the script; add queues; at the end of the loop's turn flush
// puts what waits into a free call (EVALSHA); on_reply ends its entries and flushes
// again. Failure modes: the script was flushed (NOSCRIPT: nothing ran, the call goes
// again as EVAL); the script refuses (verdict, epoch, clock: nothing written); an error
// reply (nothing written, as the script catches what its XADD says); Redis refuses the
// script's XADD (no memory: what comes after it is not written); a reply of another shape (unknown, and the connection is dropped); the connection is lost (unknown, or
// unavailable for what never left).
#include "log_redis/append.h"

#include <stdio.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/scripts.h"

#define LOAD_TIMEOUT_MS 2000
#define CALL_TIMEOUT_MS 5000
#define N_FIXED_ARGS 11 // before the entries

bool log_redis_append_is_ready(const struct log_redis_append *append)
{
    return append->loaded && log_redis_connection_is_ready(&append->connection);
}

static void flush(struct log_redis_append *append);

// The entries of a list end in order; a callback may add new ones.
static void end_entries(struct replica_append *entry, int status)
{
    while (entry) {
        struct replica_append *next = entry->next;
        entry->next = NULL;
        entry->done(entry, status);
        entry = next;
    }
}

static void end_waiting(struct log_redis_append *append, int status)
{
    struct replica_append *waiting = append->first;
    append->first = append->last = NULL;
    append->n_waiting = 0;
    append->waiting_bytes = 0;
    end_entries(waiting, status);
}

static void end_call(struct log_redis_call *call, int status)
{
    struct replica_append *entries = call->entries;
    call->entries = NULL;
    end_entries(entries, status);
}

static void send_call(struct log_redis_call *call, const char *command,
                      const char *script);

// What Redis says when it is over its maxmemory.
static int find_refusal(struct slice why)
{
    static const char no_memory[] = "OOM ";
    size_t len = sizeof no_memory - 1;
    bool is_full = why.len >= len && memcmp(why.data, no_memory, len) == 0;
    return is_full ? STATUS_RESOURCE_EXHAUSTED : STATUS_UNAVAILABLE;
}

// The first n_written are durable, the others were not written: why says why not.
static void end_call_written(struct log_redis_call *call, uint64_t n_written,
                             struct slice why)
{
    struct log_redis_append *append = call->append;
    struct replica_append *written = call->entries, *rest = call->entries, *before = NULL;
    int refusal = find_refusal(why);
    call->entries = NULL;
    if (n_written > 0)
        append->on_written(append);
    if (n_written < call->n_entries)
        append->on_refused(append);
    for (uint64_t i = 0; i < n_written; i++) {
        before = rest;
        rest = rest->next;
    }
    if (before)
        before->next = NULL;
    else
        written = NULL;
    end_entries(written, STATUS_OK);
    end_entries(rest, refusal);
}

static void take_result(struct log_redis_call *call, const struct log_redis_reply *reply)
{
    struct log_redis_append *append = call->append;
    struct slice number = log_redis_reply_text(log_redis_reply_at(reply, 0));
    bool is_ours = slice_equal(number, slice_from(call->number));
    struct slice word =
        is_ours ? log_redis_reply_text(log_redis_reply_at(reply, 1)) : SLICE_ABSENT;
    struct slice detail = log_redis_reply_text(log_redis_reply_at(reply, 2));
    struct slice count = log_redis_reply_text(log_redis_reply_at(reply, 3));
    struct slice why = log_redis_reply_text(log_redis_reply_at(reply, 4));
    enum log_redis_verdict verdict = log_redis_verdict_find(word);
    uint64_t n_written = 0;
    if (slice_equal(word, slice_from("OK")) && count.data &&
        log_redis_number_parse(count, &n_written) == 0 && n_written <= call->n_entries) {
        end_call_written(call, n_written, why);
    } else if (slice_equal(word, slice_from("CLOCK"))) {
        end_call(call, STATUS_FAILED_PRECONDITION);
    } else if (verdict != LOG_REDIS_SOUND && detail.data) {
        append->on_verdict(append, verdict, detail.data);
        end_call(call, STATUS_ABORTED);
    } else {
        log_redis_connection_drop(&append->connection,
                                  "Redis sent an odd reply to an append");
        end_call(call, STATUS_UNKNOWN);
    }
}

static void refuse_call(struct log_redis_call *call, struct slice why)
{
    int refusal = find_refusal(why);
    call->append->on_refused(call->append);
    end_call(call, refusal);
}

static void on_reply(struct log_redis_command *command, int status,
                     const struct log_redis_reply *reply)
{
    struct log_redis_call *call = command->owner;
    struct log_redis_append *append = call->append;
    if (status)
        end_call(call, command->was_sent ? STATUS_UNKNOWN : STATUS_UNAVAILABLE);
    else if (log_redis_reply_is_error(reply, "NOSCRIPT"))
        send_call(call, "EVAL", log_redis_append_script);
    else if (reply->type == LOG_REDIS_ERROR)
        refuse_call(call, reply->text);
    else
        take_result(call, reply);
    flush(append);
}

static void send_call(struct log_redis_call *call, const char *command,
                      const char *script)
{
    struct log_redis_append *append = call->append;
    struct slice args[N_FIXED_ARGS + LOG_REDIS_CALL_ENTRIES];
    char applied[21], oldest[21], newest[21];
    int64_t from = INT64_MAX, to = INT64_MIN;
    int n = N_FIXED_ARGS;
    for (struct replica_append *entry = call->entries; entry; entry = entry->next) {
        from = entry->time_ms < from ? entry->time_ms : from;
        to = entry->time_ms > to ? entry->time_ms : to;
        args[n++] = entry->entry;
    }
    snprintf(applied, sizeof applied, "%llu",
             (unsigned long long)append->applied.sequence);
    snprintf(oldest, sizeof oldest, "%lld", (long long)from);
    snprintf(newest, sizeof newest, "%lld", (long long)to);
    snprintf(call->number, sizeof call->number, "%llu",
             (unsigned long long)++append->n_calls);
    const struct slice fixed[N_FIXED_ARGS] = {
        slice_from(command),
        slice_from(script),
        slice_from("2"),
        slice_from(LOG_REDIS_KEY_LOG),
        slice_from(LOG_REDIS_KEY_META),
        slice_from(append->epoch),
        slice_from(applied),
        {(const char *)append->applied.checksum, LOG_REDIS_CHECKSUM_LEN},
        slice_from(oldest),
        slice_from(newest),
        slice_from(call->number),
    };
    memcpy(args, fixed, sizeof fixed);
    call->command = (struct log_redis_command){.done = on_reply, .owner = call};
    if (log_redis_connection_send(&append->connection, &call->command, CALL_TIMEOUT_MS, n,
                                  args))
        end_call(call, STATUS_UNAVAILABLE);
}

static void take_waiting(struct log_redis_append *append, struct log_redis_call *call)
{
    struct replica_append **end = &call->entries;
    size_t bytes = 0;
    call->n_entries = 0;
    while (append->first && call->n_entries < LOG_REDIS_CALL_ENTRIES) {
        struct replica_append *entry = append->first;
        bytes += entry->entry.len;
        if (call->n_entries > 0 && bytes > LOG_REDIS_CALL_BYTES)
            break;
        append->first = entry->next;
        append->n_waiting--;
        append->waiting_bytes -= entry->entry.len;
        entry->next = NULL;
        *end = entry;
        end = &entry->next;
        call->n_entries++;
    }
    if (!append->first)
        append->last = NULL;
}

static void flush(struct log_redis_append *append)
{
    for (int i = 0;
         i < LOG_REDIS_CALLS && log_redis_append_is_ready(append) && append->first; i++) {
        struct log_redis_call *call = &append->calls[i];
        if (call->entries)
            continue;
        take_waiting(append, call);
        send_call(call, "EVALSHA", append->sha);
    }
}

static void end_turn(struct log_redis_append *append)
{
    uv_prepare_stop(&append->prepare);
    uv_check_stop(&append->check);
    flush(append);
}

static void on_prepare(uv_prepare_t *prepare)
{
    end_turn(prepare->data);
}

static void on_check(uv_check_t *check)
{
    end_turn(check->data);
}

int log_redis_append_add(struct log_redis_append *append, struct replica_append *entry)
{
    CHECK(entry->entry.len >= LOG_REDIS_CHECKSUM_LEN);
    if (!log_redis_append_is_ready(append) || append->applied.sequence == 0)
        return STATUS_UNAVAILABLE;
    if (append->n_waiting >= LOG_REDIS_MAX_WAITING ||
        append->waiting_bytes + entry->entry.len > LOG_REDIS_MAX_WAITING_BYTES)
        return STATUS_RESOURCE_EXHAUSTED;
    entry->next = NULL;
    if (append->last)
        append->last->next = entry;
    else
        append->first = entry;
    append->last = entry;
    append->n_waiting++;
    append->waiting_bytes += entry->entry.len;
    uv_prepare_start(&append->prepare, on_prepare);
    uv_check_start(&append->check, on_check);
    return 0;
}

void log_redis_append_applied(struct log_redis_append *append, uint64_t sequence,
                              const unsigned char checksum[LOG_REDIS_CHECKSUM_LEN])
{
    append->applied.sequence = sequence;
    memcpy(append->applied.checksum, checksum, LOG_REDIS_CHECKSUM_LEN);
}

static void on_loaded(struct log_redis_command *command, int status,
                      const struct log_redis_reply *reply)
{
    struct log_redis_append *append = command->owner;
    struct slice sha = log_redis_reply_text(reply);
    if (status)
        return;
    if (sha.len != sizeof append->sha - 1) {
        log_redis_connection_drop(&append->connection, reply->type == LOG_REDIS_ERROR
                                                           ? reply->text.data
                                                           : "Redis sent an odd reply");
        return;
    }
    memcpy(append->sha, sha.data, sha.len);
    append->loaded = true;
    log_redis_connection_settle(&append->connection);
    append->on_change(append);
}

static void on_ready(struct log_redis_connection *connection)
{
    struct log_redis_append *append = connection->owner;
    struct slice args[] = {slice_from("SCRIPT"), slice_from("LOAD"),
                           slice_from(log_redis_append_script)};
    append->load = (struct log_redis_command){.done = on_loaded, .owner = append};
    log_redis_connection_send(connection, &append->load, LOAD_TIMEOUT_MS, 3, args);
}

static void on_lost(struct log_redis_connection *connection)
{
    struct log_redis_append *append = connection->owner;
    append->loaded = false;
    end_waiting(append, STATUS_UNAVAILABLE);
    append->on_change(append);
}

static void close_one(struct log_redis_append *append)
{
    if (--append->n_handles > 0)
        return;
    end_waiting(append, STATUS_UNAVAILABLE);
    append->on_closed(append);
}

static void on_connection_closed(struct log_redis_connection *connection)
{
    close_one(connection->owner);
}

static void on_handle_closed(uv_handle_t *handle)
{
    close_one(handle->data);
}

void log_redis_append_init(struct log_redis_append *append, uv_loop_t *loop,
                           const struct log_redis_address *address)
{
    memset(append, 0, sizeof *append);
    for (int i = 0; i < LOG_REDIS_CALLS; i++)
        append->calls[i].append = append;
    log_redis_connection_init(&append->connection, loop, address);
    append->connection.owner = append;
    append->connection.on_ready = on_ready;
    append->connection.on_lost = on_lost;
    append->connection.on_closed = on_connection_closed;
    uv_prepare_init(loop, &append->prepare);
    uv_check_init(loop, &append->check);
    append->prepare.data = append;
    append->check.data = append;
    append->n_handles = 3;
}

void log_redis_append_set_epoch(struct log_redis_append *append, struct slice epoch)
{
    CHECK(epoch.len < sizeof append->epoch);
    memcpy(append->epoch, epoch.data, epoch.len);
    append->epoch[epoch.len] = '\0';
}

void log_redis_append_start(struct log_redis_append *append)
{
    log_redis_connection_start(&append->connection);
}

void log_redis_append_close(struct log_redis_append *append)
{
    log_redis_connection_close(&append->connection);
    uv_close((uv_handle_t *)&append->prepare, on_handle_closed);
    uv_close((uv_handle_t *)&append->check, on_handle_closed);
}
