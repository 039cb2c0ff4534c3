// SPDX-License-Identifier: Apache-2.0
#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/command.h"
#include "sim/parts.h"

#define EVENTS 1000
#define EVENTS_TO_HEAL 100000

const char *sim_plant_name(enum sim_plant plant)
{
    static const char *const names[PLANT_COUNT] = {"none",
                                                   "ack_before_durable",
                                                   "unknown_as_not",
                                                   "unknown_as_ok",
                                                   "retry_with_new_id",
                                                   "entry_skipped",
                                                   "entry_repeated",
                                                   "entries_swapped",
                                                   "bit_flipped",
                                                   "reply_to_wrong_append",
                                                   "clock_not_checked",
                                                   "answers_swapped",
                                                   "begun_late",
                                                   "tick_id_by_chance",
                                                   "ticks_lost",
                                                   "expiry_by_wall_clock",
                                                   "expiry_after",
                                                   "expiry_undone",
                                                   "claimed_again_on_retry",
                                                   "confirmed_late",
                                                   "extended_twice",
                                                   "release_keeps_slots",
                                                   "withdraw_forgets",
                                                   "one_slot_too_many"};
    return (unsigned)plant < PLANT_COUNT ? names[plant] : "";
}

bool sim_plants(const struct sim *sim, enum sim_plant plant)
{
    return sim->options.plant == plant;
}

int64_t sim_now_ms(const struct sim *sim)
{
    return sim->base_ms + sim->queue.now_ms;
}

int64_t sim_delay_ms(struct sim *sim)
{
    bool rare = sim_chance(&sim->random, 3) && !sim->healing;
    return sim_between(&sim->random, 0, rare ? 2000 : sim->latency_ms) + sim->slow_ms;
}

void sim_trace(struct sim *sim, const struct sim_node *node, const char *format, ...)
{
    va_list list;
    if (!sim->options.trace)
        return;
    fprintf(stderr, "%10.3f ", (double)sim->queue.now_ms / 1000);
    if (node)
        fprintf(stderr, "daemon %d: ", node->index);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
}

void sim_fail(struct sim *sim, const char *format, ...)
{
    va_list list;
    if (sim->result->failed)
        return;
    va_start(list, format);
    vsnprintf(sim->result->failure, sizeof sim->result->failure, format, list);
    va_end(list);
    sim->result->failed = true;
    sim_trace(sim, NULL, "FAILED: %s", sim->result->failure);
}

static void add_entry(struct sim *sim, uint8_t actor_kind, struct slice actor,
                      struct slice command)
{
    struct buffer bytes = {0};
    struct entry entry = {.time_ms = sim_now_ms(sim),
                          .actor_kind = actor_kind,
                          .actor_id = actor,
                          .command = command};
    for (int i = 0; i < 6; i++)
        entry.request_id[i] = (unsigned char)(entry.time_ms >> (40 - 8 * i));
    entry.request_id[6] = 0x70;
    entry.request_id[8] = 0x80;
    entry.request_id[15] = actor_kind;
    entry_encode(&entry, &bytes);
    server_add(sim, buffer_slice(&bytes));
    buffer_free(&bytes);
}

static void start(struct sim *sim)
{
    struct buffer command = {0};
    command_make_first(sim, &command);
    sim->base_ms = sim->model.world.today * DAY_MS + DAY_MS / 2;
    add_entry(sim, ENTRY_ACTOR_LOG, slice_from("00112233445566778899aabbccddeeff"),
              slice_from(""));
    add_entry(sim, ENTRY_ACTOR_LOCAL, slice_from("local"), buffer_slice(&command));
    buffer_free(&command);
    sim->latency_ms =
        sim_chance(&sim->random, 50) ? 8 : sim_between(&sim->random, 1, 250);
    sim->n_nodes = (int)sim_between(&sim->random, 1, SIM_NODES_MAX);
    for (int i = 0; i < sim->n_nodes; i++) {
        sim->nodes[i].sim = sim;
        sim->nodes[i].index = i;
        node_start(&sim->nodes[i]);
    }
    client_start(sim);
    fault_start(sim);
}

static void run_events(struct sim *sim)
{
    struct sim_event event;
    uint64_t n = 0, until = sim->options.n_events ? sim->options.n_events : EVENTS;
    while (!sim->result->failed && sim_queue_next(&sim->queue, &event)) {
        event.run(sim, event.arg, event.tag);
        if (++n == until)
            fault_heal(sim);
        if (n > until + EVENTS_TO_HEAL)
            sim_fail(sim, "it does not come to rest");
    }
    sim->result->n_events = n;
}

static void close_all(struct sim *sim)
{
    for (int i = 0; i < sim->n_nodes; i++)
        node_stop(&sim->nodes[i], false);
    client_close(sim);
    server_close(sim);
    while (sim->messages) {
        struct sim_message *next = sim->messages->next;
        for (uint32_t i = 0; i < sim->messages->n_entries; i++)
            buffer_free(&sim->messages->entries[i]);
        free(sim->messages);
        sim->messages = next;
    }
    model_close(&sim->model);
    sim_queue_free(&sim->queue);
    free(sim->points);
    free(sim);
}

bool sim_run(const struct sim_options *options, struct sim_result *result)
{
    struct sim *sim = calloc(1, sizeof *sim);
    CHECK(sim);
    *result = (struct sim_result){0};
    sim->options = *options;
    sim->result = result;
    sim->random.state = options->seed;
    sim->model.plant = options->plant;
    start(sim);
    run_events(sim);
    if (!result->failed)
        check_end(sim);
    result->last_random = sim_random_next(&sim->random);
    close_all(sim);
    return !result->failed;
}
