// SPDX-License-Identifier: Apache-2.0
//
// The appender: its own connection and the append script. What waits while two calls are
// under way goes into the next one (group commit).
//
// Guarantees: each replica_append ends exactly once, as replica/ports.h says, from the
// loop and never inside a call; nothing is written without the proof that the log still
// has the entry that this daemon applied last; STATUS_UNAVAILABLE and
// STATUS_RESOURCE_EXHAUSTED (Redis has no memory left) are only said of what was
// definitely not written.
#ifndef LOG_REDIS_APPEND_H
#define LOG_REDIS_APPEND_H

#include "log_redis/connection.h"
#include "log_redis/verdict.h"
#include "replica/ports.h"

#define LOG_REDIS_CALLS 2                  // under way
#define LOG_REDIS_CALL_ENTRIES 128         // of one call
#define LOG_REDIS_CALL_BYTES (1024 * 1024) // of one call; one larger entry goes alone
#define LOG_REDIS_MAX_WAITING 4096         // entries
#define LOG_REDIS_MAX_WAITING_BYTES (64 * 1024 * 1024)

struct log_redis_append;

struct log_redis_call {
    struct log_redis_append *append;
    struct log_redis_command command;
    struct replica_append *entries; // NULL: the call is free
    uint32_t n_entries;
    char number[21]; // comes back in the reply
};

// Embedded by the owner; all fields are the appender's own but those of the first group.
struct log_redis_append {
    // Set by the owner before start.
    void *owner;
    void (*on_change)(struct log_redis_append *append); // became ready, or is no longer
    void (*on_verdict)(struct log_redis_append *append, enum log_redis_verdict verdict,
                       const char *detail);
    void (*on_written)(struct log_redis_append *append); // an entry is durable
    void (*on_refused)(struct log_redis_append *append); // Redis took not all of a call
    void (*on_closed)(struct log_redis_append *append);

    struct log_redis_connection connection;
    uv_prepare_t prepare; // both flush what one turn of the loop has queued
    uv_check_t check;
    uint8_t n_handles;
    bool loaded; // the script, on this connection
    struct log_redis_command load;
    char sha[41];
    char epoch[21];
    struct log_redis_position applied;
    struct replica_append *first, *last; // waiting
    uint32_t n_waiting;
    size_t waiting_bytes;
    struct log_redis_call calls[LOG_REDIS_CALLS];
    uint64_t n_calls; // made so far
};

void log_redis_append_init(struct log_redis_append *append, uv_loop_t *loop,
                           const struct log_redis_address *address);
// Must have been given the epoch.
void log_redis_append_start(struct log_redis_append *append);
void log_redis_append_set_epoch(struct log_redis_append *append, struct slice epoch);
void log_redis_append_close(struct log_redis_append *append);
// Whether entries are taken now; connection.what says why not.
bool log_redis_append_is_ready(const struct log_redis_append *append);
// The port's functions (replica/ports.h).
int log_redis_append_add(struct log_redis_append *append, struct replica_append *entry);
void log_redis_append_applied(struct log_redis_append *append, uint64_t sequence,
                              const unsigned char checksum[LOG_REDIS_CHECKSUM_LEN]);

#endif
