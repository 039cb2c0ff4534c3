// SPDX-License-Identifier: Apache-2.0
//
// What the files of the replica share: not for other layers.
#ifndef REPLICA_PRIVATE_H
#define REPLICA_PRIVATE_H

#include "replica/head.h"
#include "replica/replica.h"

#define RETRY_AFTER_MS 250
#define CHECKPOINT_EVERY 4096 // entries
#define CHECKPOINTS 4         // remembered
#define CHECKPOINT_LEN 40     // bytes: sequence, chain, digest

enum stage { STAGE_APPENDING, STAGE_APPENDED, STAGE_UNSURE };

// An entry that comes looks among the writes under way for its own: with thousands of
// them in one list that would be most of the work.
#define REPLICA_BUCKETS 256 // one for each last byte, which is random

// A write under way. Lives until it is answered or abandoned and no append holds its
// entry.
struct replica_pending {
    struct replica_append append; // first: the log gives it back
    struct replica *replica;
    struct replica_write *write; // NULL once answered or abandoned
    struct buffer entry;
    unsigned char request_id[STATE_REQUEST_ID_LEN];
    unsigned char payload_hash[16];
    enum stage stage;
    bool in_flight;      // the log holds entry
    bool may_be_written; // an append before this one was unknown
    int64_t retry_at_ms;
    struct replica_pending *next, *prev; // all, oldest first
    struct replica_pending *next_in_bucket;
};

struct replica {
    struct replica_clock clock;
    struct replica_log log;
    bool has_log, caught_up, halted;
    int log_status;
    char what[256];
    uint64_t incarnation;
    struct state *state;
    unsigned char chain[16];
    char log_uuid[ENTRY_UUID_LEN + 1];
    unsigned char checksum[ENTRY_CHECKSUM_LEN]; // of the entry applied last
    int64_t last_entry_ms;
    struct snapshot_walk *walk;     // under way, or NULL
    struct state *loading;          // of a snapshot that is being read, or NULL
    struct replica_pending pending; // list head
    struct replica_pending *buckets[REPLICA_BUCKETS]; // the same, by request id
    uint32_t n_writes;
    size_t write_bytes;
    struct replica_waiter waiters; // list head
    struct replica_write tick;     // under way when it is pending
    int64_t tick_retry_at_ms;
    struct snapshot_walk *scrub; // under way, or NULL
    struct checkpoint {
        uint64_t sequence;
        unsigned char chain[16], digest[16];
    } checkpoints[CHECKPOINTS];        // of the last multiples of CHECKPOINT_EVERY
    struct replica_write checkpointer; // under way when it is pending
    unsigned char checkpoint_id[CHECKPOINT_LEN];
    bool diverged;
};

// --- replica.c ---
// Stops applying for good. STATUS_DATA_LOSS.
int replica_halt(struct replica *replica, uint64_t sequence, const char *why);
void replica_run_waiters(struct replica *replica);
// A clock that was set back must not put the retry off.
static inline bool replica_is_due(int64_t retry_at_ms, int64_t now_ms)
{
    return now_ms >= retry_at_ms || now_ms < retry_at_ms - RETRY_AFTER_MS;
}

// --- snapshots.c ---
void replica_end_snapshot(struct replica *replica);

// --- ticks.c ---
// Appends a tick when a hold has run out and no entry has come that expires it.
void replica_tick_log(struct replica *replica, int64_t now_ms);

// A UUIDv7 of that time and those bytes.
void replica_request_id(int64_t time_ms, const unsigned char bytes[16],
                        unsigned char id[STATE_REQUEST_ID_LEN]);

// --- compare.c ---
// After an entry: remembers or appends a checkpoint, or compares one. STATUS_DATA_LOSS:
// this daemon's state is not the one that was applied elsewhere.
int replica_compare(struct replica *replica, uint64_t sequence,
                    const struct entry *entry);
// Hashes a few more records anew, round and round.
void replica_scrub(struct replica *replica);
// Before another walk, and before the state goes.
void replica_end_scrub(struct replica *replica);

#endif
