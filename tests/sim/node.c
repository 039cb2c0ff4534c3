// SPDX-License-Identifier: Apache-2.0
//
// A daemon: a real replica between a made-up clock and a made-up log. A crash takes its
// memory; what it had sent may still arrive.
#include "base/check.h"
#include "base/status.h"
#include "sim/parts.h"

#define TICK_MS 100
#define LOOK_AGAIN_MS 10000
#define HEALED_ANSWERS_MS 60000 // what is not answered by then never will be

int64_t node_now_ms(const struct sim_node *node)
{
    int64_t now = sim_now_ms(node->sim);
    if (node->clock_stood_ms)
        return node->clock_stood_ms;
    return now + node->clock_off_ms +
           (now - node->clock_set_ms) * node->clock_drift / 1000;
}

void node_set_clock(struct sim_node *node, int64_t off_ms, int64_t drift, bool stands)
{
    node->clock_off_ms = off_ms;
    node->clock_drift = drift;
    node->clock_set_ms = sim_now_ms(node->sim);
    node->clock_stood_ms = stands ? node->clock_set_ms + off_ms : 0;
    sim_trace(node->sim, node, "clock is off by %lld s, drifts by %lld ms/s%s",
              (long long)(off_ms / 1000), (long long)drift, stands ? ", stands" : "");
    node_watch(node);
}

static int64_t now_ms(void *self)
{
    return node_now_ms(self);
}

static void random_bytes(void *self, void *out, uint32_t len)
{
    struct sim_node *node = self;
    unsigned char *bytes = out;
    for (uint32_t i = 0; i < len; i++)
        bytes[i] = (unsigned char)sim_random_next(&node->sim->random);
}

void node_start(struct sim_node *node)
{
    struct sim *sim = node->sim;
    struct replica_clock clock = {node, now_ms, random_bytes};
    CHECK(node->life == 0);
    node->life = ++sim->n_numbers;
    node->started_ms = sim->queue.now_ms;
    node->replica = replica_new(&clock);
    node->events = replica_log_events(node->replica);
    node->link = (struct sim_link){.follow_ms = sim_below(&sim->random, 60)};
    node->link.last = &node->link.first;
    node->logical_ms = 0;
    struct replica_log port = link_port(node);
    replica_set_log(node->replica, &port);
    sim_trace(sim, node, "starts");
    link_connect_append(node);
    follow_connect(node);
}

// Clean: the log is closed first, and every write under way is answered.
void node_stop(struct sim_node *node, bool clean)
{
    if (node->life == 0)
        return;
    sim_trace(node->sim, node, clean ? "stops" : "crashes");
    node->sim->result->n_crashes++;
    if (!clean)
        client_forget_node(node);
    node->life = 0;
    node->tick = 0;
    follow_cut(node);
    link_cut_append(node);
    replica_free(node->replica);
    node->replica = NULL;
}

static void restart(struct sim *sim, void *arg, uint64_t tag)
{
    struct sim_node *node = arg;
    (void)sim;
    (void)tag;
    if (node->life == 0)
        node_start(node);
}

void node_restart_later(struct sim_node *node, int64_t most_ms)
{
    sim_queue_add(&node->sim->queue, sim_between(&node->sim->random, 20, most_ms),
                  restart, node, 0);
}

static void operate(struct sim *sim, void *arg, uint64_t life)
{
    struct sim_node *node = arg;
    (void)sim;
    if (node->life != life)
        return;
    node_stop(node, true);
    node_restart_later(node, 100);
}

void node_operate(struct sim_node *node)
{
    sim_queue_add(&node->sim->queue, sim_between(&node->sim->random, 200, 3000), operate,
                  node, node->life);
}

static void tick(struct sim *sim, void *arg, uint64_t number)
{
    struct sim_node *node = arg;
    if (node->tick != number)
        return;
    node->tick = 0;
    sim_trace(sim, node, "ticks");
    replica_tick(node->replica);
    node_watch(node);
}

// In earnest a daemon ticks every 100 ms. Here it does while that can matter; a hold far
// away is waited for in one step.
static int64_t next_tick_ms(const struct sim_node *node)
{
    const struct sim *sim = node->sim;
    int64_t until_ms;
    char claim[CLAIM_ID_MAX];
    bool waited_enough =
        sim->healing && sim->queue.now_ms > sim->healed_ms + HEALED_ANSWERS_MS;
    if (waited_enough)
        return INT64_MAX;
    if (node->n_open > 0)
        return TICK_MS;
    if (node->clock_stood_ms ||
        !state_next_hold(replica_state(node->replica), &until_ms, claim))
        return INT64_MAX;
    int64_t left = until_ms - node_now_ms(node);
    if (sim->healing && sim->queue.now_ms + left > sim->healed_ms + HEALED_ANSWERS_MS)
        return INT64_MAX; // so that the run comes to rest
    return left < TICK_MS ? TICK_MS : left < LOOK_AGAIN_MS ? left : LOOK_AGAIN_MS;
}

void node_watch(struct sim_node *node)
{
    struct sim *sim = node->sim;
    if (node->life == 0)
        return;
    int64_t delay = next_tick_ms(node);
    if (delay == INT64_MAX ||
        (node->tick && node->tick_at_ms <= sim->queue.now_ms + delay))
        return;
    node->tick = ++sim->n_numbers;
    node->tick_at_ms = sim->queue.now_ms + delay;
    sim_queue_add(&sim->queue, delay, tick, node, node->tick);
}
