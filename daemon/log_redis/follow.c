// SPDX-License-Identifier: Apache-2.0
//
// Happy path: on_ready -> (PROOF: is the entry seen last still there?) -> CATCH, by
// XRANGE, until a reply is shorter than asked for -> on_caught_up -> WAIT, by XREAD
// BLOCK, for ever. Failure modes: the connection is lost or silent for longer than it may
// block, or for a second while there is news (connect again, go on from the entry seen
// last); an error reply (the same, after a rest); a reply that is too large for the
// limits (the next connection asks for few entries); entries from before those asked for
// (connect again); an id, a field or an entry that does not fit (verdict, ENDED).
//
//   IDLE -> PROOF -> CATCH -> WAIT      any of the three -> IDLE when the connection is
//   lost,
//     +---------------^                                  -> ENDED on a verdict
#include "log_redis/follow.h"

#include <stdio.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/scripts.h"

#define RANGE_TIMEOUT_MS 10000
#define BLOCK_MS 5000
#define WATCHDOG_MS (BLOCK_MS + 2000)
#define SILENT_MS 900 // a little less than from one round of control to the next
#define COUNT_FIRST 64
#define COUNT_GROWTH 4

static void ask(struct log_redis_follow *follow);

static void end(struct log_redis_follow *follow, enum log_redis_verdict verdict,
                const char *detail)
{
    follow->state = LOG_REDIS_FOLLOW_ENDED;
    follow->on_verdict(follow, verdict, detail);
}

// The entries of a reply are the best guess at the size of those to come.
static void adapt_count(struct log_redis_follow *follow, uint32_t n_items, size_t bytes)
{
    if (n_items == 0)
        return;
    size_t fit = LOG_REDIS_FOLLOW_BYTES / (bytes / n_items + 1);
    size_t most = (size_t)follow->count * COUNT_GROWTH;
    size_t count = fit < most ? fit : most;
    if (count > LOG_REDIS_FOLLOW_COUNT_MAX)
        count = LOG_REDIS_FOLLOW_COUNT_MAX;
    if (count < LOG_REDIS_FOLLOW_COUNT_MIN)
        count = LOG_REDIS_FOLLOW_COUNT_MIN;
    follow->count = (uint32_t)count;
}

// 0, or -1 when the following has ended.
static int take_item(struct log_redis_follow *follow, const struct log_redis_reply *item,
                     size_t *bytes)
{
    char detail[LOG_REDIS_WHAT_LEN];
    uint64_t sequence = 0, due = follow->seen.sequence + 1;
    struct slice entry = SLICE_ABSENT;
    int status = log_redis_item_parse(item, &sequence, &entry);
    // Never asked for: a reply to another question. The next connection's proof tells
    // what is true.
    if (status == 0 && sequence < due) {
        log_redis_connection_drop(&follow->connection,
                                  "Redis sent entries that were not asked for");
        return -1;
    }
    // Trimmed while this daemon stood still, or entries taken out: the next connection's proof
    // tells which, and a second time there is no doubt.
    if (status == 0 && sequence > due && due > 1 && follow->gap != due) {
        follow->gap = due;
        log_redis_connection_drop(&follow->connection, "the log has a gap");
        return -1;
    }
    if (status || sequence != due) {
        struct slice id = log_redis_reply_text(log_redis_reply_at(item, 0));
        snprintf(detail, sizeof detail, "entry %llu-0 is due, %.40s came",
                 (unsigned long long)due, id.data ? id.data : "something else");
        end(follow, due == 1 && sequence > 1 ? LOG_REDIS_TRIMMED : LOG_REDIS_TAMPERED,
            detail);
        return -1;
    }
    log_redis_position_set(&follow->seen, sequence, entry);
    *bytes += entry.len;
    if (follow->on_entry(follow, sequence, entry)) {
        snprintf(detail, sizeof detail, "entry %llu", (unsigned long long)sequence);
        end(follow, LOG_REDIS_UNREADABLE, detail);
        return -1;
    }
    // The callback may have closed us.
    return follow->connection.closing ? -1 : 0;
}

// Until it has caught up once nobody waits for the loop.
static bool is_turn_over(const struct log_redis_follow *follow, uint64_t since_ns)
{
    return follow->has_caught_up && uv_hrtime() - since_ns >= LOG_REDIS_FOLLOW_TURN_NS;
}

// How many it took, or -1 when the following has ended. What is left after the turn is
// asked for again: the loop sees to all others before it comes.
static int64_t take_items(struct log_redis_follow *follow,
                          const struct log_redis_reply *items)
{
    size_t bytes = 0;
    uint32_t n = 0;
    uint64_t since_ns = uv_hrtime();
    for (const struct log_redis_reply *item = items->first; item; item = item->next) {
        if (n > 0 && is_turn_over(follow, since_ns))
            break;
        if (take_item(follow, item, &bytes))
            return -1;
        n++;
    }
    if (n < items->n_items)
        follow->count = n;
    else
        adapt_count(follow, n, bytes);
    return n;
}

// Reply to XRANGE seen + COUNT 1.
static void take_proof(struct log_redis_follow *follow,
                       const struct log_redis_reply *items)
{
    struct log_redis_position found = {0};
    const struct log_redis_reply *item = log_redis_reply_at(items, 0);
    struct slice entry = SLICE_ABSENT;
    if (!item) {
        // The appender and the control connection tell a log that is gone from one cut
        // short.
        end(follow, LOG_REDIS_REGRESSED, "the entry applied last is not there");
    } else if (log_redis_item_parse(item, &found.sequence, &entry)) {
        end(follow, LOG_REDIS_TAMPERED, "the entry applied last is not what it was");
    } else if (found.sequence != follow->seen.sequence) {
        end(follow, LOG_REDIS_TRIMMED, "the entry applied last is not there");
    } else {
        log_redis_position_set(&found, found.sequence, entry);
        if (memcmp(found.checksum, follow->seen.checksum, sizeof found.checksum) != 0) {
            end(follow, LOG_REDIS_FORKED, "the entry applied last is another one");
            return;
        }
        follow->state = LOG_REDIS_FOLLOW_CATCH;
        follow->on_change(follow);
        ask(follow);
    }
}

static void take_range(struct log_redis_follow *follow,
                       const struct log_redis_reply *items)
{
    uint32_t asked = follow->count;
    int64_t taken = take_items(follow, items);
    if (taken < 0)
        return;
    if (taken == items->n_items && items->n_items < asked) {
        follow->state = LOG_REDIS_FOLLOW_WAIT;
        follow->has_caught_up = true;
        log_redis_connection_settle(&follow->connection);
        follow->on_caught_up(follow);
    }
    ask(follow);
}

// Reply to XREAD: nil when nothing came, else [[key, [item...]]].
static void take_news(struct log_redis_follow *follow,
                      const struct log_redis_reply *reply)
{
    const struct log_redis_reply *items =
        log_redis_reply_at(log_redis_reply_at(reply, 0), 1);
    bool nothing = reply->type == LOG_REDIS_NIL;
    if (!nothing && (!items || items->type != LOG_REDIS_ARRAY))
        log_redis_connection_drop(&follow->connection,
                                  "Redis sent an odd reply to XREAD");
    else if (nothing || take_items(follow, items) >= 0)
        ask(follow);
}

static void on_reply(struct log_redis_command *command, int status,
                     const struct log_redis_reply *reply)
{
    struct log_redis_follow *follow = command->owner;
    if (status)
        return;
    if (reply->type == LOG_REDIS_ERROR) {
        log_redis_connection_drop(&follow->connection, reply->text.data);
    } else if (follow->state == LOG_REDIS_FOLLOW_WAIT) {
        take_news(follow, reply);
    } else if (reply->type != LOG_REDIS_ARRAY) {
        log_redis_connection_drop(&follow->connection,
                                  "Redis sent an odd reply to XRANGE");
    } else if (follow->state == LOG_REDIS_FOLLOW_PROOF) {
        take_proof(follow, reply);
    } else {
        take_range(follow, reply);
    }
}

static void ask(struct log_redis_follow *follow)
{
    char from[24], count[12], block[12];
    bool waits = follow->state == LOG_REDIS_FOLLOW_WAIT;
    bool proves = follow->state == LOG_REDIS_FOLLOW_PROOF;
    // XRANGE gives its start too, XREAD what comes after it.
    uint64_t start = follow->seen.sequence + (waits || proves ? 0 : 1);
    snprintf(from, sizeof from, "%llu-0", (unsigned long long)start);
    snprintf(count, sizeof count, "%u", proves ? 1u : (unsigned)follow->count);
    snprintf(block, sizeof block, "%d", BLOCK_MS);
    const struct slice range[] = {slice_from("XRANGE"), slice_from(LOG_REDIS_KEY_LOG),
                                  slice_from(from),     slice_from("+"),
                                  slice_from("COUNT"),  slice_from(count)};
    const struct slice read[] = {
        slice_from("XREAD"),           slice_from("COUNT"), slice_from(count),
        slice_from("BLOCK"),           slice_from(block),   slice_from("STREAMS"),
        slice_from(LOG_REDIS_KEY_LOG), slice_from(from)};
    follow->command = (struct log_redis_command){.done = on_reply, .owner = follow};
    // A refusal means that the connection is being dropped: on_lost comes.
    log_redis_connection_send(&follow->connection, &follow->command,
                              waits ? WATCHDOG_MS : RANGE_TIMEOUT_MS, waits ? 8 : 6,
                              waits ? read : range);
}

static void on_ready(struct log_redis_connection *connection)
{
    struct log_redis_follow *follow = connection->owner;
    if (follow->state == LOG_REDIS_FOLLOW_ENDED)
        return;
    follow->state =
        follow->seen.sequence ? LOG_REDIS_FOLLOW_PROOF : LOG_REDIS_FOLLOW_CATCH;
    follow->on_change(follow);
    ask(follow);
}

static void on_lost(struct log_redis_connection *connection)
{
    struct log_redis_follow *follow = connection->owner;
    if (follow->state == LOG_REDIS_FOLLOW_ENDED)
        return;
    if (follow->state == LOG_REDIS_FOLLOW_CATCH)
        follow->count = LOG_REDIS_FOLLOW_COUNT_MIN;
    follow->state = LOG_REDIS_FOLLOW_IDLE;
    follow->on_change(follow);
}

static void on_closed(struct log_redis_connection *connection)
{
    struct log_redis_follow *follow = connection->owner;
    follow->on_closed(follow);
}

void log_redis_follow_init(struct log_redis_follow *follow, uv_loop_t *loop,
                           const struct log_redis_address *address)
{
    memset(follow, 0, sizeof *follow);
    follow->count = COUNT_FIRST;
    log_redis_connection_init(&follow->connection, loop, address);
    follow->connection.owner = follow;
    follow->connection.on_ready = on_ready;
    follow->connection.on_lost = on_lost;
    follow->connection.on_closed = on_closed;
}

void log_redis_follow_expect(struct log_redis_follow *follow, uint64_t tail,
                             uint64_t at_ms)
{
    uint64_t heard_ms = follow->connection.heard_ms;
    uint64_t since_ms = heard_ms > follow->due_ms ? heard_ms : follow->due_ms;
    if (follow->seen.sequence >= follow->due) {
        follow->due = tail;
        follow->due_ms = at_ms;
    } else if (follow->state == LOG_REDIS_FOLLOW_WAIT && at_ms >= since_ms + SILENT_MS) {
        follow->due_ms = at_ms;
        log_redis_connection_drop(&follow->connection,
                                  "Redis does not send the entries that the log holds");
    }
}

bool log_redis_follow_is_connected(const struct log_redis_follow *follow)
{
    return follow->state == LOG_REDIS_FOLLOW_CATCH ||
           follow->state == LOG_REDIS_FOLLOW_WAIT;
}

void log_redis_follow_start(struct log_redis_follow *follow)
{
    log_redis_connection_start(&follow->connection);
}

void log_redis_follow_pause(struct log_redis_follow *follow)
{
    follow->state = LOG_REDIS_FOLLOW_ENDED;
    log_redis_connection_drop(&follow->connection, "the log may be another one");
}

void log_redis_follow_resume(struct log_redis_follow *follow)
{
    follow->state = LOG_REDIS_FOLLOW_IDLE;
    log_redis_connection_drop(&follow->connection, "the log is followed anew");
}

void log_redis_follow_close(struct log_redis_follow *follow)
{
    log_redis_connection_close(&follow->connection);
}
