// SPDX-License-Identifier: Apache-2.0
//
// A daemon that crashed, caught up, rolled back and was asked nothing all the while must
// answer as the naive matcher does on what the log says.
#include <stdio.h>

#include "base/status.h"
#include "domain/ask.h"
#include "lib/compare.h"
#include "sim/check.h"
#include "sim/parts.h"
#include "wire/answer.h"
#include "wire/change.h"
#include "wire/codec.h"

#define QUERIES 2

struct asked {
    struct buffer bytes;
    struct arena arena;
    struct answer answer;
    struct refusal refusal;
};

static int ask(struct state *state, const struct query *query, int32_t today,
               struct asked *asked)
{
    struct ask ask;
    struct match_answer found;
    int status = ask_prepare(state, query, today, &ask, &asked->refusal);
    if (status != STATUS_OK)
        return status;
    match_query_run(state_index(state), &ask.match, &asked->arena, &found);
    wire_answer_encode(state, &ask, &found, &asked->bytes);
    return wire_decode(&shape_answer, WIRE_PUBLIC, buffer_slice(&asked->bytes),
                       &asked->answer, &asked->arena, &asked->refusal);
}

// The naive matcher knows no claims: for it a capacity has the slots that are free, or
// again all of them.
static void set_slots(struct sim *sim, bool free)
{
    struct model *model = &sim->model;
    for (uint32_t i = 0; i < model->n_records; i++) {
        union entity entity;
        const struct model_record *record = model->records[i];
        if (record->kind != KIND_CAPACITY)
            continue;
        struct record_view view = {.kind = KIND_CAPACITY,
                                   .bytes = {record->bytes, record->len}};
        wire_record_decode(&view, &entity);
        struct capacity *capacity = &entity.capacity;
        if (free)
            capacity->slots -= model_confirmed(model, capacity->id) +
                               model_held(model, capacity->id, sim_now_ms(sim));
        naive_put(&model->world.stored, KIND_CAPACITY, &entity);
    }
}

static void check_query(struct sim *sim, struct sim_node *node)
{
    struct query query;
    struct naive_answer expected = {0};
    struct asked asked = {0};
    struct world *world = &sim->model.world;
    char where[64];
    snprintf(where, sizeof where, "seed %llu, daemon %d",
             (unsigned long long)sim->options.seed, node->index);
    world_next_query(world, &query);
    world->stored.revision = sim->model.n_entries;
    int status = ask(replica_state(node->replica), &query, world->today, &asked);
    int wanted = naive_match(&world->stored, &query, world->today, &expected);
    bool same = compare_refusal(wanted, &expected.refusal, status, &asked.refusal, where);
    if (same && wanted == STATUS_OK)
        same = compare_answer(&expected.answer, &asked.answer, where);
    if (!same)
        sim_fail(sim, "daemon %d answers a query otherwise than the naive matcher",
                 node->index);
    naive_answer_free(&expected);
    buffer_free(&asked.bytes);
    arena_free(&asked.arena);
}

void check_queries(struct sim *sim, struct sim_node *node)
{
    state_see_time(replica_state(node->replica), sim_now_ms(sim));
    set_slots(sim, true);
    for (int i = 0; i < QUERIES; i++)
        check_query(sim, node);
    set_slots(sim, false);
}
