// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong, and when. Each run has only some of the kinds of faults, so that what
// one would hide in another shows.
#include "base/date.h"
#include "sim/check.h"
#include "sim/parts.h"

#define SECOND_MS INT64_C(1000)
#define HOUR_MS INT64_C(3600000)
#define YEAR_MS (365 * DAY_MS)
#define WATCH_AFTER_MS 10000 // what has healed has come to rest by then
#define ODD_MS 20000         // how long one daemon may be wrong after that all has healed
#define QUIET_LATENCY_MS 100

static void cut_both(struct sim_node *node)
{
    if (node->life == 0)
        return;
    follow_cut(node);
    link_cut_append(node);
}

static void server_comes_up(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    sim->server.down = false;
    sim_trace(sim, NULL, "log server is up");
}

static void crash_server(struct sim *sim)
{
    if (sim->server.down)
        return;
    sim_trace(sim, NULL, "log server crashes");
    server_crash(sim);
    for (struct sim_message *message = sim->messages; message; message = message->next)
        message->lost = message->lost || !message->arrived;
    for (int i = 0; i < sim->n_nodes; i++)
        cut_both(&sim->nodes[i]);
    sim_queue_add(&sim->queue, sim_between(&sim->random, 50, 6000), server_comes_up, NULL,
                  0);
}

static void move_clock(struct sim_node *node)
{
    static const int64_t jumps[] = {
        0,       0,         20 * SECOND_MS, -20 * SECOND_MS, 59 * SECOND_MS,
        HOUR_MS, -HOUR_MS,  61 * SECOND_MS, -61 * SECOND_MS, 10 * YEAR_MS,
        -DAY_MS, 2 * DAY_MS};
    struct sim_random *random = &node->sim->random;
    int64_t off_ms = jumps[sim_below(random, sizeof jumps / sizeof *jumps)];
    int64_t drift = sim_chance(random, 30) ? sim_between(random, -50, 50) : 0;
    node_set_clock(node, off_ms, drift, sim_chance(random, 10));
}

// Time passes and nothing happens: a night, or all machines asleep.
static void leap(struct sim *sim, int64_t hours)
{
    sim->base_ms += sim_between(&sim->random, 1, hours * 60) * 60 * SECOND_MS;
    sim->leapt_ms = sim_now_ms(sim);
    sim->model.world.today = (int32_t)(sim_now_ms(sim) / DAY_MS);
    sim_trace(sim, NULL, "time leaps");
    for (int i = 0; i < sim->n_nodes; i++)
        node_watch(&sim->nodes[i]);
}

// Planted: one bit of one stored record, the lowest of its revision (domain/record.c).
static void flip_bit(struct sim *sim, struct sim_node *node)
{
    enum kind kind = (enum kind)sim_between(&sim->random, KIND_REGION, KIND_CAPACITY);
    if (!sim_plants(sim, PLANT_BIT_FLIPPED) || node->life == 0)
        return;
    const struct record *record =
        state_next(replica_state(node->replica), kind, SLICE_ABSENT);
    if (record)
        ((unsigned char *)(uintptr_t)record)[1] ^= 1;
}

static bool takes(int64_t *dice, int64_t share)
{
    *dice -= share;
    return *dice < 0;
}

static void one_fault(struct sim *sim)
{
    const struct sim_faults *faults = &sim->faults;
    struct sim_node *node = &sim->nodes[sim_below(&sim->random, sim->n_nodes)];
    int64_t dice = sim_below(&sim->random, 100);
    if (takes(&dice, faults->cut_append)) {
        if (node->life != 0)
            link_cut_append(node);
    } else if (takes(&dice, faults->cut_follow)) {
        follow_cut(node);
    } else if (takes(&dice, faults->outage)) {
        crash_server(sim);
    } else if (takes(&dice, faults->crash)) {
        if (node->life != 0)
            node_restart_later(node, 5000);
        node_stop(node, sim_chance(&sim->random, 30));
    } else if (takes(&dice, faults->clock)) {
        move_clock(node);
    } else if (takes(&dice, faults->leap)) {
        leap(sim, 30);
    } else if (takes(&dice, faults->slow)) {
        sim->slow_ms =
            sim_chance(&sim->random, 50) ? 0 : sim_between(&sim->random, 1, 3000);
    } else if (takes(&dice, faults->full)) {
        node->link.full = !node->link.full;
    } else if (takes(&dice, faults->verdict)) {
        node->link.replaced = true;
    }
    if (sim_chance(&sim->random, 20))
        flip_bit(sim, node);
}

static void fault(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    if (sim->healing)
        return;
    one_fault(sim);
    sim_queue_add(&sim->queue, sim_between(&sim->random, 20, 500), fault, NULL, 0);
}

void fault_start(struct sim *sim)
{
    static const struct sim_faults most = {.cut_append = 25,
                                           .cut_follow = 10,
                                           .outage = 5,
                                           .crash = 8,
                                           .clock = 12,
                                           .leap = 2,
                                           .slow = 12,
                                           .full = 4,
                                           .verdict = 3};
    struct sim_random *random = &sim->random;
    sim->faults = (struct sim_faults){
        .cut_append = sim_chance(random, 80) ? most.cut_append : 0,
        .cut_follow = sim_chance(random, 70) ? most.cut_follow : 0,
        .outage = sim_chance(random, 50) ? most.outage : 0,
        .crash = sim_chance(random, 60) ? most.crash : 0,
        .clock = sim_chance(random, 60) ? most.clock : 0,
        .leap = sim_chance(random, 40) ? most.leap : 0,
        .slow = sim_chance(random, 50) ? most.slow : 0,
        .full = sim_chance(random, 40) ? most.full : 0,
        .verdict = sim_chance(random, 30) ? most.verdict : 0,
    };
    sim_queue_add(&sim->queue, 1000, fault, NULL, 0);
}

// --- Quiet: nothing happens but that time passes, and one daemon may not be right ---

static void put_right(struct sim *sim, void *arg, uint64_t tag)
{
    struct sim_node *node = arg;
    (void)tag;
    sim->odd = -1;
    node_set_clock(node, 0, 0, false);
    if (node->life == 0)
        node_start(node);
}

static void choose_odd(struct sim *sim)
{
    sim->odd = -1;
    if (sim->n_nodes == 1 || sim_chance(&sim->random, 50))
        return;
    sim->odd = (int)sim_below(&sim->random, sim->n_nodes);
    struct sim_node *node = &sim->nodes[sim->odd];
    switch (sim_below(&sim->random, 4)) {
    case 0:
        node_stop(node, sim_chance(&sim->random, 50));
        break;
    case 1:
        node_set_clock(node, 10 * YEAR_MS, 0, false);
        break;
    case 2:
        node_set_clock(node, -HOUR_MS, 0, false);
        break;
    default:
        node_set_clock(node, 0, 0, true);
    }
    sim_queue_add(&sim->queue, ODD_MS, put_right, node, 0);
}

static void watch(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    check_quiet(sim);
}

static void leap_quietly(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    leap(sim, 80);
}

void fault_heal(struct sim *sim)
{
    sim->healing = true;
    sim->healed_ms = sim->queue.now_ms;
    sim->slow_ms = 0;
    if (sim->latency_ms > QUIET_LATENCY_MS)
        sim->latency_ms = QUIET_LATENCY_MS;
    sim->server.down = false;
    sim_trace(sim, NULL, "everything heals");
    client_probe(sim);
    client_take_last(sim);
    choose_odd(sim);
    for (int i = 0; i < sim->n_nodes; i++) {
        struct sim_node *node = &sim->nodes[i];
        node->link.full = node->link.replaced = false;
        if (i == sim->odd)
            continue;
        node_set_clock(node, 0, 0, false);
        if (node->life == 0)
            node_start(node);
    }
    sim_queue_add(&sim->queue, WATCH_AFTER_MS, watch, NULL, 0);
    if (sim_chance(&sim->random, 30))
        sim_queue_add(&sim->queue, ODD_MS + 1000, leap_quietly, NULL, 0);
}
