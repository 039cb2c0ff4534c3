// SPDX-License-Identifier: Apache-2.0
#include "sim/queue.h"

#include <stdlib.h>

#include "base/check.h"

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct sim_event *a, struct sim_event *b)
{
    struct sim_event kept = *a;
    *a = *b;
    *b = kept;
}

void sim_queue_add(struct sim_queue *queue, int64_t delay_ms, sim_event_run run,
                   void *arg, uint64_t tag)
{
    CHECK(delay_ms >= 0);
    if (queue->n == queue->capacity) {
        queue->capacity = queue->capacity ? queue->capacity * 2 : 256;
        queue->heap = realloc(queue->heap, queue->capacity * sizeof *queue->heap);
        CHECK(queue->heap);
    }
    uint32_t at = queue->n++;
    queue->heap[at] =
        (struct sim_event){queue->now_ms + delay_ms, queue->n_added++, run, arg, tag};
    while (at > 0 && is_before(&queue->heap[at], &queue->heap[(at - 1) / 2])) {
        swap(&queue->heap[at], &queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

bool sim_queue_next(struct sim_queue *queue, struct sim_event *event)
{
    if (queue->n == 0)
        return false;
    *event = queue->heap[0];
    queue->heap[0] = queue->heap[--queue->n];
    for (uint32_t at = 0, child; (child = 2 * at + 1) < queue->n; at = child) {
        if (child + 1 < queue->n &&
            is_before(&queue->heap[child + 1], &queue->heap[child]))
            child++;
        if (!is_before(&queue->heap[child], &queue->heap[at]))
            break;
        swap(&queue->heap[child], &queue->heap[at]);
    }
    queue->now_ms = event->at_ms;
    return true;
}

void sim_queue_free(struct sim_queue *queue)
{
    free(queue->heap);
    *queue = (struct sim_queue){0};
}
