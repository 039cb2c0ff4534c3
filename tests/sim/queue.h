// SPDX-License-Identifier: Apache-2.0
//
// Virtual time: events in the order of their time, those of one time in the order in
// which they were added. Time moves only when an event runs.
#ifndef TESTS_SIM_QUEUE_H
#define TESTS_SIM_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct sim;

// arg must live until the event has run; tag is for the event to see whether what it was
// made for (a connection, a process) is still there.
typedef void (*sim_event_run)(struct sim *sim, void *arg, uint64_t tag);

struct sim_event {
    int64_t at_ms;
    uint64_t order;
    sim_event_run run;
    void *arg;
    uint64_t tag;
};

// Zero-initialise; sim_queue_free releases.
struct sim_queue {
    struct sim_event *heap;
    uint32_t n, capacity;
    uint64_t n_added;
    int64_t now_ms;
};

// delay_ms >= 0.
void sim_queue_add(struct sim_queue *queue, int64_t delay_ms, sim_event_run run,
                   void *arg, uint64_t tag);
// Takes the next event out and moves time to it; false when there is none.
bool sim_queue_next(struct sim_queue *queue, struct sim_event *event);
void sim_queue_free(struct sim_queue *queue);

#endif
