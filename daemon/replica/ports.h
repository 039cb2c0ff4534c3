// SPDX-License-Identifier: Apache-2.0
//
// The two ports through which the replica meets the world: the log and the clock.
// log_redis implements the log on a Redis stream; the simulator implements both in
// memory.
#ifndef REPLICA_PORTS_H
#define REPLICA_PORTS_H

#include <stdint.h>

#include "base/buffer.h"

#define REPLICA_HEAD_LEN 144 // bytes of a snapshot's head (replica/head.h)

struct replica_append;

// How an append ended. Exactly one call per append, never from inside `append` itself.
//   STATUS_OK          durable in the log (it will also come through on_entry)
//   STATUS_UNAVAILABLE definitely not written
//   STATUS_RESOURCE_EXHAUSTED  definitely not written: the log has no room for more
//   STATUS_UNKNOWN     may or may not be written
//   STATUS_ABORTED     definitely not written: the log no longer holds what this daemon
//   has applied
//                      (gone, cut short, forked, trimmed past it) or has another epoch. A
//                      verdict has been said through on_state, and trying again is of no
//                      use. Never given because the log holds entries that are not
//                      applied here yet.
//   STATUS_FAILED_PRECONDITION  definitely not written: clocks differ by more than 60 s
typedef void (*replica_append_done)(struct replica_append *append, int status);

// One entry on its way. Embedded by the caller, who keeps it and entry alive until done.
struct replica_append {
    struct slice entry; // framed bytes, opaque to the log
    int64_t time_ms;    // the writer's clock, checked against the log's
    replica_append_done done;
    struct replica_append *next; // the log's own queue
};

// Implemented by the log; every function is called from the loop's thread.
struct replica_log {
    void *self;
    // Queues the entry for the next append call (group commit). Returns 0, or
    // STATUS_RESOURCE_EXHAUSTED (too much under way) or STATUS_UNAVAILABLE (no
    // connection): then done never runs.
    int (*append)(void *self, struct replica_append *append);
    // Tells the log what has been applied, so that appends can prove it: the sequence and
    // the 16-byte checksum at the end of that entry.
    void (*applied)(void *self, uint64_t sequence, const unsigned char checksum[16]);
};

// Implemented by the replica, called by the log.
struct replica_log_events {
    void *self;
    // One entry, in order, from sequence (last applied) + 1 on. Returns 0, or
    // STATUS_DATA_LOSS when it cannot be applied (gap, bad checksum, unknown version):
    // the log stops following.
    int (*on_entry)(void *self, uint64_t sequence, struct slice entry);
    // The follower has seen everything that was in the log when it asked.
    void (*on_caught_up)(void *self);
    // 0: the log can be reached and written; negative: why not (RESOURCE_EXHAUSTED: it has
    // no room for more). what is for humans.
    void (*on_state)(void *self, int status, const char *what);
};

// Implemented by the replica, for a log that keeps snapshots: the log says when one is
// made, and keeps its bytes; the replica makes and reads them. One at a time.
struct replica_snapshots {
    void *self;
    // Begins one of what is applied now, and writes its head. STATUS_UNAVAILABLE: nothing
    // is applied, or the replica has halted.
    int (*begin)(void *self, unsigned char head[REPLICA_HEAD_LEN]);
    // Appends the next items, at most n of them: 1 there are more, 0 that was all,
    // STATUS_DATA_LOSS the state in memory is not what was applied (DIVERGED),
    // STATUS_CANCELED the state has been replaced since.
    int (*step)(void *self, unsigned n, struct buffer *items);
    void (*end)(void *self); // done or given up

    // Reads one, before anything is applied or when the log begins after what is: the
    // items in any number of parts, each whole items. STATUS_DATA_LOSS: not items.
    int (*load)(void *self, struct slice items);
    // Ends it: the state is now the snapshot's, the log goes on after *sequence, whose
    // entry has that checksum. STATUS_DATA_LOSS: what was read is not what head says, or
    // is older than what is applied: nothing has changed. head absent: given up.
    int (*load_end)(void *self, struct slice head, uint64_t *sequence,
                    unsigned char checksum[16]);
};

struct replica_clock {
    void *self;
    int64_t (*now_ms)(void *self);                             // UTC
    void (*random_bytes)(void *self, void *out, uint32_t len); // request ids, incarnation
};

#endif
