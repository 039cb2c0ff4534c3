// SPDX-License-Identifier: Apache-2.0
//
// A daemon: a real replica between a made-up clock and a made-up log. A crash takes its
// memory; what it had sent may still arrive.
#include "base/check.h"
#include "base/status.h"
#include "sim/parts.h"

#define TICK_MS 100
#define HEALED_ANSWERS_MS 60000 // what is not answered by then never will be

static int64_t now_ms(void *self)
{
    const struct sim_node *node = self;
    return sim_now_ms(node->sim) + node->clock_off_ms;
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
    node->tick_due = false;
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

static void tick(struct sim *sim, void *arg, uint64_t life)
{
    struct sim_node *node = arg;
    (void)sim;
    if (node->life != life)
        return;
    node->tick_due = false;
    replica_tick(node->replica);
    node_watch(node);
}

void node_watch(struct sim_node *node)
{
    const struct sim *sim = node->sim;
    bool waited_enough =
        sim->healing && sim->queue.now_ms > sim->healed_ms + HEALED_ANSWERS_MS;
    if (node->life == 0 || node->tick_due || node->n_open == 0 || waited_enough)
        return;
    node->tick_due = true;
    sim_queue_add(&node->sim->queue, TICK_MS, tick, node, node->life);
}
