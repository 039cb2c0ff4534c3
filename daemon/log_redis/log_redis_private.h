// SPDX-License-Identifier: Apache-2.0
//
// The log's parts together, for log_redis.c and judge.c alone.
#ifndef LOG_REDIS_PRIVATE_H
#define LOG_REDIS_PRIVATE_H

#include "log_redis/append.h"
#include "log_redis/child.h"
#include "log_redis/control.h"
#include "log_redis/follow.h"
#include "log_redis/log_redis.h"
#include "log_redis/marker.h"

#define LOG_REDIS_HELD 10000 // entries, at most

struct log_redis {
    uv_loop_t *loop;
    struct log_redis_config config;
    struct replica_log_events events;
    struct log_redis_address address; // of yours
    struct log_redis_child child;
    struct log_redis_control control;
    struct log_redis_append append;
    struct log_redis_follow follow;
    struct log_redis_marker marker;
    struct log_redis_snapshot snapshot;
    struct {
        bool is_wanted; // the log begins after what is applied
        bool under_way; // one is being read
        bool failed;    // none can be used
        bool older_next, is_trimmed;
        char newest[LOG_REDIS_TOKEN_LEN + 1], older[LOG_REDIS_TOKEN_LEN + 1];
    } restore;
    // The entries applied last, held_from to held_until, by sequence.
    struct buffer held[LOG_REDIS_HELD];
    uint64_t held_from, held_until;
    size_t held_bytes;
    bool healing;
    uint64_t heal_from, heal_until; // of the call under way
    struct log_redis_command heal_command;
    bool snapshot_wanted;
    uint64_t made_sequence;                   // of the newest snapshot known
    uint64_t make_after_ms;                   // of the loop's clock
    uint64_t bytes_since;                     // of entries followed since it
    uint32_t lengths[LOG_REDIS_KEEP_ENTRIES]; // of entries, by sequence
    bool was_caught_up;
    bool connecting; // control was started
    bool following;  // append and follow were started
    bool paused;     // nothing is followed until control has passed again
    bool connected_snapshot;
    bool was_usable, fatal, closing;
    uint8_t n_open; // parts, and the saving of a mark
    enum log_redis_verdict verdict;
    char detail[LOG_REDIS_WHAT_LEN]; // of the verdict
    int status;
    char what[512];
    void (*on_closed)(void *self);
    void *closed_self;
};

// --- log_redis.c ---
void log_redis_doubt(struct log_redis *log, enum log_redis_verdict verdict,
                     const char *detail);
// After REGRESSED: this entry of the log is not the one that was applied here.
void log_redis_doubt_forked(struct log_redis *log, uint64_t sequence);
// Follows the log on from follow.seen.
void log_redis_go_on(struct log_redis *log);
void log_redis_close_one(struct log_redis *log);

// --- snapshots.c ---
void log_redis_init_snapshot(struct log_redis *log,
                             const struct log_redis_address *address);
// Begins to read a snapshot, if there is one that is ahead of what is applied; true while
// one is being read, log_redis_go_on follows.
bool log_redis_restore(struct log_redis *log);
// The log begins after what is applied: a snapshot is to be read after the next round of
// questions. false: none ever will be.
bool log_redis_restore_soon(struct log_redis *log);
void log_redis_restore_wanted(struct log_redis *log); // after each round
void log_redis_note_entry(struct log_redis *log, uint64_t sequence, size_t len);
// Each second.
void log_redis_make_when_due(struct log_redis *log);

// --- heal.c ---
void log_redis_hold(struct log_redis *log, uint64_t sequence, struct slice entry);
void log_redis_free_held(struct log_redis *log);
// After REGRESSED: appends again what is missing and held here.
void log_redis_heal(struct log_redis *log);
// After each round that has passed: takes REGRESSED back when nothing is missing.
void log_redis_clear_healed(struct log_redis *log);

static inline bool log_redis_is_embedded(const struct log_redis *log)
{
    return !log->config.url;
}

// Whether the clocks of this daemon and of Redis differ by more than they may.
bool log_redis_is_clock_off(const struct log_redis *log);

// Whether the log can be written now, from all parts: 0, or why not, with a sentence for
// the operator in what. The first part that says no gives the reason.
int log_redis_judge(const struct log_redis *log, char *what, size_t size);

#endif
