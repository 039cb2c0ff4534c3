// SPDX-License-Identifier: Apache-2.0
//
// The control connection: at each connect and every second it asks who this Redis is, how
// safely it keeps what it is given, and whether the log is the one that is followed.
// Makes the log when it is told to.
//
// Guarantees: `passed` is only true while the last answer was good; a log is only ever
// made in a Redis that has neither of its keys, and never once one was seen.
#ifndef LOG_REDIS_CONTROL_H
#define LOG_REDIS_CONTROL_H

#include "log_redis/connection.h"
#include "log_redis/high_water.h"
#include "log_redis/snapshot.h"
#include "log_redis/verdict.h"
#include "replica/ports.h"

#define LOG_REDIS_CLOCK_MS 60000 // that the clocks may differ by, as in the append script

enum log_redis_durability {
    LOG_REDIS_WEAK, // an acknowledged write may be lost with the process, or is evicted
    LOG_REDIS_EVERYSEC, // with a crash, those of the last second or so
    LOG_REDIS_ALWAYS,   // on disk before the reply
};

// What one round of questions found.
struct log_redis_facts {
    bool is_master;
    char appendonly[8], appendfsync[12], no_fsync_on_rewrite[8],
        eviction[24];                // empty: not told
    int64_t clock_ms;                // of Redis, UTC
    uint64_t n_entries, first, last; // of the stream; 0: none, or not an id of ours
    uint64_t newest_id;              // that Redis has given there, ever
    uint32_t n_meta;
    char denial[192]; // of a write, as Redis says it; empty: it would be taken
    char uuid[LOG_REDIS_UUID_LEN + 1], epoch[21], schema[12], trimmed[21];
    // Tokens of the newest snapshot and the one before it, and the newest one's sequence;
    // empty: none.
    char snapshot[LOG_REDIS_TOKEN_LEN + 1], older[LOG_REDIS_TOKEN_LEN + 1];
    char snapshot_sequence[21];
};

#define LOG_REDIS_QUESTIONS 9

// Embedded by the owner; all fields are the control's own but those of the first group.
struct log_redis_control {
    // Set by the owner before start.
    void *owner;
    bool init;       // may make the log in an empty Redis
    bool allow_weak; // durability
    const struct replica_clock *clock;
    struct slice uuid, first_entry;                       // of the log to be made
    const struct log_redis_position *seen;                // handed over last
    const struct log_redis_high_water *mark;              // of the data folder
    void (*on_change)(struct log_redis_control *control); // passed, clock, denied, what
    void (*on_verdict)(struct log_redis_control *control, enum log_redis_verdict verdict,
                       const char *detail);
    void (*on_closed)(struct log_redis_control *control);

    struct log_redis_connection connection;
    uv_timer_t timer; // the next round
    uint8_t n_handles;
    struct log_redis_command commands[LOG_REDIS_QUESTIONS];
    uint8_t n_awaited;             // replies of this round
    bool making;                   // the log, by the first script
    struct log_redis_facts facts;  // of the round under way
    uint64_t asked_ms, asked_seen; // the loop's clock and seen->sequence when it began

    bool passed;
    int refused; // STATUS_FAILED_PRECONDITION or STATUS_UNIMPLEMENTED: this Redis will
                 // not do
    int64_t clock_off_ms; // Redis's clock less ours
    int denied; // 0, or Redis takes no writes now (reads go on): STATUS_RESOURCE_EXHAUSTED
                // (no memory) or STATUS_UNAVAILABLE, why in denied_what
    char denied_what[LOG_REDIS_WHAT_LEN];
    enum log_redis_durability durability;
    char known_uuid[LOG_REDIS_UUID_LEN + 1],
        known_epoch[21]; // of the first round that passed
    uint64_t tail;       // last sequence in the log, as of the last round
    uint64_t current_ms; // the loop's clock when everything in the log was last known to
                         // be here
    char what[LOG_REDIS_WHAT_LEN]; // why it has not passed
};

void log_redis_control_init(struct log_redis_control *control, uv_loop_t *loop,
                            const struct log_redis_address *address);
void log_redis_control_start(struct log_redis_control *control);
void log_redis_control_close(struct log_redis_control *control);
// Asks now, unless a round is under way.
void log_redis_control_check(struct log_redis_control *control);

// "always", "everysec", "weak".
const char *log_redis_durability_name(enum log_redis_durability durability);
enum log_redis_durability log_redis_durability_find(const struct log_redis_facts *facts);

#endif
