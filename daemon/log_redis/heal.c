// SPDX-License-Identifier: Apache-2.0
//
// A log that was cut short (REGRESSED) is whole again when what is missing is appended
// once more, byte for byte: each daemon holds the entries that it applied last. Whoever
// is first does it; the script says to the others that the log has moved. What no daemon
// holds any more is lost, and the verdict stays.
#include <stdio.h>
#include <string.h>

#include "log_redis/log_redis_private.h"
#include "log_redis/scripts.h"

// A Redis of yours may fall back by seconds when it fails over; the private one has synced
// what it acknowledged.
#define HELD_BYTES (8u << 20)
#define HELD_BYTES_EMBEDDED (512u << 10)
#define TIMEOUT_MS 5000
#define FIXED_ARGS 8

static struct buffer *held_at(struct log_redis *log, uint64_t sequence)
{
    return &log->held[sequence % LOG_REDIS_HELD];
}

static void drop_oldest(struct log_redis *log)
{
    struct buffer *oldest = held_at(log, log->held_from++);
    log->held_bytes -= oldest->len;
    buffer_free(oldest);
}

void log_redis_hold(struct log_redis *log, uint64_t sequence, struct slice entry)
{
    uint64_t due = log->held_until + 1;
    size_t most = log_redis_is_embedded(log) ? HELD_BYTES_EMBEDDED : HELD_BYTES;
    if (sequence != due) // a snapshot was read
        while (log->held_from < due)
            drop_oldest(log);
    if (sequence != due)
        log->held_from = sequence;
    while (log->held_from < sequence && (log->held_bytes + entry.len > most ||
                                         sequence - log->held_from >= LOG_REDIS_HELD))
        drop_oldest(log);
    struct buffer *held = held_at(log, sequence);
    buffer_free(held);
    buffer_append_slice(held, entry);
    log->held_bytes += entry.len;
    log->held_until = sequence;
}

void log_redis_free_held(struct log_redis *log)
{
    for (unsigned i = 0; i < LOG_REDIS_HELD; i++)
        buffer_free(&log->held[i]);
}

static void on_healed(struct log_redis_command *command, int status,
                      const struct log_redis_reply *reply)
{
    struct log_redis *log = command->owner;
    char what[96];
    log->healing = false;
    struct slice word = log_redis_reply_text(log_redis_reply_at(reply, 0));
    // Otherwise the next round of questions tries again.
    if (status || log->closing || !slice_equal(word, slice_from("OK")))
        return;
    if (log->config.on_notice) {
        snprintf(what, sizeof what,
                 "the log was cut short: entries %llu to %llu were "
                 "appended again",
                 (unsigned long long)log->heal_from, (unsigned long long)log->heal_until);
        log->config.on_notice(log->config.self, what);
    }
    log_redis_control_check(&log->control); // which finds the log whole, or asks for more
}

// How many of the entries after this one fit into a call.
static uint64_t count_fitting(struct log_redis *log, uint64_t last)
{
    uint64_t n = 1;
    size_t bytes = held_at(log, last + 1)->len;
    while (last + n < log->held_until && n < LOG_REDIS_CALL_ENTRIES) {
        bytes += held_at(log, last + n + 1)->len;
        if (bytes > LOG_REDIS_CALL_BYTES)
            break;
        n++;
    }
    return n;
}

static void append_again(struct log_redis *log, uint64_t last, struct slice last_entry)
{
    uint64_t n = count_fitting(log, last);
    char tail[24];
    struct slice args[FIXED_ARGS + LOG_REDIS_CALL_ENTRIES];
    snprintf(tail, sizeof tail, "%llu", (unsigned long long)last);
    const struct slice fixed[FIXED_ARGS] = {
        slice_from("EVAL"),
        slice_from(log_redis_heal_script),
        slice_from("2"),
        slice_from(LOG_REDIS_KEY_LOG),
        slice_from(LOG_REDIS_KEY_META),
        slice_from(log->control.known_epoch),
        slice_from(tail),
        {last_entry.data + last_entry.len - LOG_REDIS_CHECKSUM_LEN,
         LOG_REDIS_CHECKSUM_LEN},
    };
    memcpy(args, fixed, sizeof fixed);
    for (uint64_t i = 0; i < n; i++)
        args[FIXED_ARGS + i] = buffer_slice(held_at(log, last + 1 + i));
    log->heal_from = last + 1;
    log->heal_until = last + n;
    log->heal_command = (struct log_redis_command){.done = on_healed, .owner = log};
    log->healing =
        log_redis_connection_send(&log->snapshot.connection, &log->heal_command,
                                  TIMEOUT_MS, (int)(FIXED_ARGS + n), args) == 0;
}

static void on_last(struct log_redis_command *command, int status,
                    const struct log_redis_reply *reply)
{
    struct log_redis *log = command->owner;
    uint64_t last = 0;
    struct slice entry;
    log->healing = false;
    if (status || log->closing ||
        log_redis_item_parse(log_redis_reply_at(reply, 0), &last, &entry))
        return;
    if (last < log->held_from || last >= log->held_until)
        return;
    if (slice_equal(entry, buffer_slice(held_at(log, last))))
        append_again(log, last, entry);
    else
        log_redis_doubt_forked(log, last);
}

void log_redis_heal(struct log_redis *log)
{
    const struct slice args[] = {slice_from("XREVRANGE"), slice_from(LOG_REDIS_KEY_LOG),
                                 slice_from("+"),         slice_from("-"),
                                 slice_from("COUNT"),     slice_from("1")};
    if (log->healing || log->closing || log->held_until == 0)
        return;
    log->heal_command = (struct log_redis_command){.done = on_last, .owner = log};
    log->healing =
        log_redis_connection_send(&log->snapshot.connection, &log->heal_command,
                                  TIMEOUT_MS, 6, args) == 0;
}

void log_redis_clear_healed(struct log_redis *log)
{
    uint64_t marked = log->marker.mark.position.sequence;
    uint64_t tail = log->control.tail;
    if (log->verdict != LOG_REDIS_REGRESSED || tail < log->follow.seen.sequence ||
        tail < marked)
        return;
    log->verdict = LOG_REDIS_SOUND;
    log->detail[0] = '\0';
    log->paused = false;
    log_redis_follow_resume(&log->follow); // whose proof finds a log that is another one
}
