// SPDX-License-Identifier: Apache-2.0
//
// A log in memory behind replica/ports.h: what is appended waits until the test says run,
// and meets the fate that the test chose for it. Also a clock that stands until it is
// moved.
#ifndef TESTS_LIB_FAKE_LOG_H
#define TESTS_LIB_FAKE_LOG_H

#include "base/buffer.h"
#include "replica/ports.h"
#include "replica/replica.h"

enum fake_fate {
    FAKE_WRITTEN,     // durable, and the reply arrives
    FAKE_REPLY_LOST,  // durable, done gets STATUS_UNKNOWN
    FAKE_LOST,        // not durable, done gets STATUS_UNKNOWN
    FAKE_NOT_WRITTEN, // not durable, done gets STATUS_UNAVAILABLE
    FAKE_CLOCK,       // not durable, done gets STATUS_FAILED_PRECONDITION
    FAKE_NO_ROOM,     // not durable, done gets STATUS_RESOURCE_EXHAUSTED
};

struct fake_clock {
    int64_t now_ms;
    uint64_t random;
};

// Zero-initialise, then fake_log_init.
struct fake_log {
    struct replica_log_events events;
    struct buffer *entries; // entry of sequence i + 1
    uint32_t n_entries, capacity;
    uint32_t n_delivered;
    struct replica_append *queue, **tail;
    enum fake_fate fate; // of what runs next
    bool full;           // append answers STATUS_RESOURCE_EXHAUSTED
    uint64_t applied;    // as the replica told
};

struct replica_clock fake_clock_port(struct fake_clock *clock);

// Makes entry 1 with a fixed uuid, connects replica and log, and delivers it.
void fake_log_init(struct fake_log *log, struct replica *replica,
                   const struct fake_clock *clock);
// Adds an entry as if another daemon had appended it; delivered by the next run.
void fake_log_add(struct fake_log *log, struct slice entry);
// Ends every queued append by the fate and delivers what is durable and not delivered
// yet.
void fake_log_run(struct fake_log *log);
void fake_log_close(struct fake_log *log);

#endif
