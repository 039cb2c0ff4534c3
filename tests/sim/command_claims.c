// SPDX-License-Identifier: Apache-2.0
//
// What clients do with temporary capacity: a few capacities with few slots, open for long
// to most, and many who want the last of them for seconds.
#include <inttypes.h>

#include "base/check.h"
#include "base/status.h"
#include "lib/world_parts.h"
#include "sim/command.h"
#include "sim/parts.h"
#include "wire/codec.h"

#define WANTED 3 // capacities that most want
#define CLAIMS_IN_MIND 10

static void add(struct wire_command_writer *writer, enum change_op op,
                union operation operation, int64_t expected)
{
    struct refusal refusal = {0};
    int status = wire_command_add_operation(writer, op, &operation, expected, &refusal);
    CHECK(status == STATUS_OK);
}

static int64_t choose_expected(struct sim *sim, uint64_t stored)
{
    int64_t dice = sim_below(&sim->random, 100);
    return dice < 10 ? (int64_t)stored : dice < 12 ? sim_below(&sim->random, 60) : ABSENT;
}

static uint64_t capacity_revision(struct sim *sim, const struct capacity *capacity)
{
    struct buffer key = {0};
    union entity entity = {.capacity = *capacity};
    wire_encode_key(WIRE_LOG, entity_shape(KIND_CAPACITY), &entity, &key);
    const struct model_record *stored =
        model_find(&sim->model, KIND_CAPACITY, buffer_slice(&key));
    buffer_free(&key);
    return stored ? stored->revision : 0;
}

// NULL when nothing is published.
static const struct capacity *choose_capacity(struct sim *sim)
{
    const struct naive_world *stored = &sim->model.world.stored;
    int64_t n = (int64_t)naive_count(stored, KIND_CAPACITY);
    if (n > WANTED && sim_chance(&sim->random, 85))
        n = WANTED;
    if (n == 0)
        return NULL;
    size_t i = (size_t)sim_below(&sim->random, n);
    return &naive_at(stored, KIND_CAPACITY, i)->capacity;
}

// What an operation names, that may not be stored.
static struct slice capacity_id(struct sim *sim, const struct capacity *capacity)
{
    return capacity && !sim_chance(&sim->random, 2) ? capacity->id
                                                    : slice_from("never-published");
}

static int64_t choose_hold_seconds(struct sim *sim)
{
    switch (sim_below(&sim->random, 10)) {
    case 0:
        return ABSENT;
    case 1:
        return CLAIM_HOLD_MAX_S;
    case 2:
        return sim_between(&sim->random, 60, 4 * 3600);
    default:
        return sim_between(&sim->random, 1, 15);
    }
}

static void add_take(struct sim *sim, struct wire_command_writer *writer,
                     const struct capacity *capacity, int64_t hold_seconds)
{
    struct claim_take take = {
        .capacity = capacity_id(sim, capacity),
        .region = sim_chance(&sim->random, 97) ? world_region(&sim->model.world)
                                               : sim_between(&sim->random, 3, 10),
        .slots = sim_chance(&sim->random, 80) ? 1 : sim_between(&sim->random, 1, 4),
        .hold_seconds = hold_seconds,
        .reference =
            sim_chance(&sim->random, 20) ? slice_from("remiss-17") : SLICE_ABSENT};
    int64_t expected =
        choose_expected(sim, capacity ? capacity_revision(sim, capacity) : 0);
    add(writer, CHANGE_TAKE, (union operation){.take = take}, expected);
}

static void add_withdraw(struct sim *sim, struct wire_command_writer *writer)
{
    const struct capacity *capacity = choose_capacity(sim);
    struct capacity_withdraw withdraw = {
        .capacity = capacity_id(sim, capacity),
        .over_confirmed = sim_chance(&sim->random, 40) ? true : ABSENT};
    int64_t expected =
        choose_expected(sim, capacity ? capacity_revision(sim, capacity) : 0);
    add(writer, CHANGE_WITHDRAW, (union operation){.withdraw = withdraw}, expected);
}

static bool is_live(const struct model_claim *claim)
{
    return claim->state == CLAIM_HELD || claim->state == CLAIM_CONFIRMED;
}

// Most often one that is live; else one of the last.
static const struct model_claim *any_claim(struct sim *sim)
{
    const struct model_claims *claims = &sim->model.claims;
    uint32_t n = claims->n;
    if (sim_chance(&sim->random, 70))
        for (uint32_t i = 0, at = (uint32_t)sim_below(&sim->random, n); i < n; i++)
            if (is_live(&claims->list[(at + i) % n]))
                return &claims->list[(at + i) % n];
    uint32_t oldest =
        n > CLAIMS_IN_MIND && sim_chance(&sim->random, 80) ? n - CLAIMS_IN_MIND : 0;
    return &claims->list[sim_between(&sim->random, oldest, n - 1)];
}

// Now and then the one that this very batch may be about to take.
static struct slice choose_claim(struct sim *sim, char *text, uint64_t *revision)
{
    struct model_claim next = {.sequence = sim->model.n_entries + 1};
    *revision = 0;
    if (sim->model.claims.n == 0 || sim_chance(&sim->random, 4))
        return model_claim_id(&next, text);
    const struct model_claim *claim = any_claim(sim);
    *revision = claim->revision;
    return model_claim_id(claim, text);
}

static void add_advance_of(struct sim *sim, struct wire_command_writer *writer,
                           struct slice id, int64_t expected)
{
    int64_t dice = sim_below(&sim->random, 100);
    if (dice < 30) {
        union operation extend = {.extend = {id, choose_hold_seconds(sim)}};
        add(writer, CHANGE_EXTEND, extend, expected);
        return;
    }
    add(writer, dice < 60 ? CHANGE_CONFIRM : CHANGE_RELEASE,
        (union operation){.mark = {id}}, expected);
}

static void add_advance(struct sim *sim, struct wire_command_writer *writer)
{
    char text[CLAIM_ID_MAX];
    uint64_t revision;
    struct slice id = choose_claim(sim, text, &revision);
    add_advance_of(sim, writer, id, choose_expected(sim, revision));
}

void command_open_capacity(struct sim *sim, struct capacity *capacity)
{
    const struct world *world = &sim->model.world;
    if (sim_chance(&sim->random, 15))
        return;
    capacity->slots = sim_between(&sim->random, 1, 4);
    capacity->window_start = world->today + sim_below(&sim->random, 5);
    capacity->window_end = capacity->window_start + sim_between(&sim->random, 0, 90);
    capacity->book_by =
        sim_chance(&sim->random, 70) ? ABSENT : world->today + sim_below(&sim->random, 3);
    if (capacity->book_by > capacity->window_end)
        capacity->book_by = capacity->window_end;
    if (sim_chance(&sim->random, 85))
        capacity->open_to = world_region_mask(world);
}

static void add_publish(struct sim *sim, struct wire_command_writer *writer)
{
    union entity entity;
    struct refusal refusal = {0};
    const struct capacity *stored = choose_capacity(sim);
    if (stored && sim_chance(&sim->random, 60)) {
        entity.capacity = *stored;
        entity.capacity.slots = sim_between(&sim->random, 1, 5);
    } else {
        if (!world_make(&sim->model.world, KIND_CAPACITY, &entity))
            return;
        command_open_capacity(sim, &entity.capacity);
    }
    int64_t expected = choose_expected(sim, capacity_revision(sim, &entity.capacity));
    int status =
        wire_command_add(writer, CHANGE_PUT, KIND_CAPACITY, &entity, expected, &refusal);
    CHECK(status == STATUS_OK);
}

void command_add_claiming(struct sim *sim, struct wire_command_writer *writer)
{
    int64_t dice = sim_below(&sim->random, 100);
    if (dice < 45)
        add_take(sim, writer, choose_capacity(sim), choose_hold_seconds(sim));
    else if (dice < 80)
        add_advance(sim, writer);
    else if (dice < 95)
        add_publish(sim, writer);
    else
        add_withdraw(sim, writer);
}

void command_make_take(struct sim *sim, int64_t hold_seconds, struct buffer *out)
{
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, out);
    add_take(sim, &writer, choose_capacity(sim), hold_seconds);
    wire_command_writer_close(&writer);
}

void command_make_advance(struct sim *sim, const struct model_claim *claim,
                          struct buffer *out)
{
    char text[CLAIM_ID_MAX];
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, out);
    add_advance_of(sim, &writer, model_claim_id(claim, text), ABSENT);
    wire_command_writer_close(&writer);
}
