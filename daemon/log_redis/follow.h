// SPDX-License-Identifier: Apache-2.0
//
// The follower: its own connection, which reads every entry of the log in order and hands
// it over.
//
// Guarantees: entries come contiguously, each once, across reconnects; at each connect
// the entry seen last is compared first, so that another log is never followed on; what
// does not fit is a verdict and ends the following for good.
#ifndef LOG_REDIS_FOLLOW_H
#define LOG_REDIS_FOLLOW_H

#include "log_redis/connection.h"
#include "log_redis/verdict.h"

#define LOG_REDIS_FOLLOW_BYTES (8 * 1024 * 1024) // of entries aimed at in one reply
#define LOG_REDIS_FOLLOW_COUNT_MIN 4 // even of the largest entries no more than that
#define LOG_REDIS_FOLLOW_COUNT_MAX 1024
// Handing entries over for so long ends the loop's turn, so that no burst of writes keeps
// it from everybody else; one entry more is the most that it can take.
#define LOG_REDIS_FOLLOW_TURN_NS UINT64_C(1000000)

enum log_redis_follow_state {
    LOG_REDIS_FOLLOW_IDLE,  // not connected
    LOG_REDIS_FOLLOW_PROOF, // XRANGE of the entry seen last
    LOG_REDIS_FOLLOW_CATCH, // XRANGE until a reply is short
    LOG_REDIS_FOLLOW_WAIT,  // XREAD BLOCK
    LOG_REDIS_FOLLOW_ENDED, // a verdict
};

// Embedded by the owner; all fields are the follower's own but those of the first group.
struct log_redis_follow {
    // Set by the owner before start.
    void *owner;
    // Returns 0, or STATUS_DATA_LOSS: cannot be applied, do not go on.
    int (*on_entry)(struct log_redis_follow *follow, uint64_t sequence,
                    struct slice entry);
    void (*on_caught_up)(struct log_redis_follow *follow);
    void (*on_verdict)(struct log_redis_follow *follow, enum log_redis_verdict verdict,
                       const char *detail);
    void (*on_change)(struct log_redis_follow *follow); // the state below
    void (*on_closed)(struct log_redis_follow *follow);

    struct log_redis_connection connection;
    struct log_redis_command command;
    enum log_redis_follow_state state;
    struct log_redis_position seen; // handed over last
    uint32_t count;                 // entries asked for
    uint64_t gap;                   // entry that was due when a later one came; 0: never
    bool has_caught_up;             // once: it is read from while entries come
    uint64_t due, due_ms;           // the log is known to hold this entry, and since when
};

// From the beginning of the log, unless seen is set before start.
void log_redis_follow_init(struct log_redis_follow *follow, uv_loop_t *loop,
                           const struct log_redis_address *address);
void log_redis_follow_start(struct log_redis_follow *follow);
// What is in Redis may be another log by now: nothing of it is taken until it is resumed.
void log_redis_follow_pause(struct log_redis_follow *follow);
// Goes on after seen, which the owner has changed, even after a verdict.
void log_redis_follow_resume(struct log_redis_follow *follow);
// Another connection has seen that the log holds the entry tail, on the loop's clock at
// at_ms: a follower that hears nothing although there is news connects again.
void log_redis_follow_expect(struct log_redis_follow *follow, uint64_t tail,
                             uint64_t at_ms);
// Whether it is connected to the log that it has followed so far; connection.what says
// why not.
bool log_redis_follow_is_connected(const struct log_redis_follow *follow);
void log_redis_follow_close(struct log_redis_follow *follow);

#endif
