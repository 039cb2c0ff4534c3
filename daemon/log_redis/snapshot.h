// SPDX-License-Identifier: Apache-2.0
//
// Snapshots in Redis: who makes the next one, where its bytes lie, and reading the newest
// that is whole. Its own connection.
//
//     {vardsok}:snapshot:lease      who is making one, for 10 min from its last word
//     {vardsok}:snapshot:T          index of the snapshot T: head, then u32 number of
//                                   chunks and the XXH3-128 of each, then the XXH3-128 of
//                                   it all
//     {vardsok}:snapshot:T:0 ...    its chunks, whole items each
//     {vardsok}:meta                which T is the newest, which the one before it, and
//                                   which is being made
//
// Guarantees: a snapshot is named in meta only after it was read back and found whole;
// two are kept, and the log is never trimmed beyond the older one's entry; a maker that
// lost its lease changes nothing.
#ifndef LOG_REDIS_SNAPSHOT_H
#define LOG_REDIS_SNAPSHOT_H

#include "log_redis/connection.h"
#include "log_redis/verdict.h"
#include "replica/ports.h"

#define LOG_REDIS_TOKEN_LEN 32        // hexadecimal digits
#define LOG_REDIS_CHUNK_BYTES 1048576 // at which a chunk is closed
#define LOG_REDIS_LEASE_MS "600000"
#define LOG_REDIS_KEEP_ENTRIES 10000     // left in the log, or as many as fit in
#define LOG_REDIS_KEEP_BYTES (64u << 20) // this, whichever is less

enum log_redis_snapshot_state {
    LOG_REDIS_SNAPSHOT_IDLE,
    LOG_REDIS_SNAPSHOT_LEASE,  // asking for it
    LOG_REDIS_SNAPSHOT_WALK,   // making items
    LOG_REDIS_SNAPSHOT_STORE,  // a chunk is on its way
    LOG_REDIS_SNAPSHOT_CHECK,  // reading back
    LOG_REDIS_SNAPSHOT_INDEX,  // the index is on its way
    LOG_REDIS_SNAPSHOT_SWITCH, // naming it in meta, trimming
    LOG_REDIS_SNAPSHOT_LOAD_INDEX,
    LOG_REDIS_SNAPSHOT_LOAD_CHUNK,
    LOG_REDIS_SNAPSHOT_STATES,
};

// Embedded by the owner; all fields are the snapshot's own but those of the first group.
struct log_redis_snapshot {
    // Set by the owner before start.
    void *owner;
    struct replica_snapshots replica;
    void (*on_ready)(struct log_redis_snapshot *snapshot); // connected
    // A making ended: 0, or why it was given up (what); the next may be tried later.
    // STATUS_DATA_LOSS: the state in memory is not what was applied.
    void (*on_made)(struct log_redis_snapshot *snapshot, int status);
    // A reading ended: 0 with position set, or STATUS_DATA_LOSS (what).
    void (*on_loaded)(struct log_redis_snapshot *snapshot, int status);
    void (*on_closed)(struct log_redis_snapshot *snapshot);

    struct log_redis_connection connection;
    struct log_redis_command command;
    uv_timer_t timer; // the next slice of the walk
    uint8_t n_handles;
    bool closing;
    enum log_redis_snapshot_state state;
    char token[LOG_REDIS_TOKEN_LEN + 1]; // of the one being made or read
    char epoch[21];
    uint64_t keep_from; // first entry that the log is to keep
    uint64_t sequence;  // of the snapshot
    uint64_t leased_ms; // the loop's clock when the lease was last renewed
    unsigned char head[REPLICA_HEAD_LEN];
    struct buffer items;  // of the chunk under way
    bool walked;          // all items are made
    struct buffer hashes; // 16 bytes a chunk
    uint32_t n_chunks, at;
    struct log_redis_position position; // that was loaded
    char what[LOG_REDIS_WHAT_LEN];
};

void log_redis_snapshot_init(struct log_redis_snapshot *snapshot, uv_loop_t *loop,
                             const struct log_redis_address *address);
void log_redis_snapshot_start(struct log_redis_snapshot *snapshot); // connects
void log_redis_snapshot_close(struct log_redis_snapshot *snapshot);

// Whether neither a making nor a reading is under way.
bool log_redis_snapshot_is_idle(const struct log_redis_snapshot *snapshot);
// Makes one of what is applied now. STATUS_UNAVAILABLE: not connected or not idle;
// on_made does not run.
int log_redis_snapshot_make(struct log_redis_snapshot *snapshot, const char *epoch,
                            uint64_t keep_from);
// Reads the one with that token. The same errors.
int log_redis_snapshot_load(struct log_redis_snapshot *snapshot, const char *token);

#endif
