// SPDX-License-Identifier: Apache-2.0
#include "sim/command.h"

#include "base/check.h"
#include "base/status.h"
#include "lib/world_parts.h"
#include "sim/parts.h"
#include "wire/codec.h"

static void add(struct wire_command_writer *writer, enum change_op op, enum kind kind,
                union entity entity, int64_t expected)
{
    struct refusal refusal = {0};
    int status = wire_command_add(writer, op, kind, &entity, expected, &refusal);
    CHECK(status == STATUS_OK);
}

static enum kind choose_kind(struct sim *sim)
{
    static const uint8_t kinds[] = {
        KIND_REGION,         KIND_MUNICIPALITY,   KIND_NHV_AREA,     KIND_SERVICE,
        KIND_MAPPING,        KIND_UNIT,           KIND_UNIT,         KIND_NHV_PERMIT,
        KIND_AGREEMENT,      KIND_AGREEMENT,      KIND_SETTING,      KIND_AGREEMENT_LINE,
        KIND_AGREEMENT_LINE, KIND_AGREEMENT_LINE, KIND_WAITING_TIME, KIND_WAITING_TIME,
        KIND_WAITING_TIME,   KIND_CAPACITY,       KIND_CAPACITY,     KIND_GUARANTEE_LIMIT,
    };
    return (enum kind)kinds[sim_below(&sim->random, sizeof kinds)];
}

static int64_t choose_expected(struct sim *sim, enum kind kind,
                               const union entity *entity)
{
    struct buffer key = {0};
    int64_t dice = sim_below(&sim->random, 100);
    if (dice >= 25)
        return ABSENT;
    if (dice < 3)
        return 0;
    if (dice < 6)
        return sim_below(&sim->random, 100);
    wire_encode_key(WIRE_LOG, entity_shape(kind), entity, &key);
    const struct model_record *stored = model_find(&sim->model, kind, buffer_slice(&key));
    buffer_free(&key);
    return stored ? (int64_t)stored->revision : 0;
}

static void spoil(struct sim *sim, enum kind kind, union entity *entity)
{
    if (!sim_chance(&sim->random, 4))
        return;
    if (kind == KIND_AGREEMENT_LINE)
        entity->agreement_line.unit = slice_from("TSE2321000016-MISSING");
    if (kind == KIND_CAPACITY)
        entity->capacity.service = slice_from("never-stored");
}

static void add_change(struct sim *sim, struct wire_command_writer *writer)
{
    union entity entity;
    struct world *world = &sim->model.world;
    enum kind kind = choose_kind(sim);
    if (!sim_chance(&sim->random, 20)) {
        if (!world_make(world, kind, &entity))
            return;
        if (kind == KIND_CAPACITY)
            command_open_capacity(sim, &entity.capacity);
        spoil(sim, kind, &entity);
        add(writer, CHANGE_PUT, kind, entity, choose_expected(sim, kind, &entity));
        return;
    }
    const union entity *stored = world_any(world, kind);
    if (stored && (kind != KIND_REGION || naive_count(&world->stored, kind) > 12))
        add(writer, CHANGE_DELETE, kind, *stored, choose_expected(sim, kind, stored));
}

void command_make(struct sim *sim, struct buffer *out)
{
    struct wire_command_writer writer;
    arena_reset(&sim->model.world.op_texts);
    wire_command_writer_init(&writer, out);
    int64_t n = sim_chance(&sim->random, 70) ? 1 : sim_below(&sim->random, 6);
    int64_t claiming = sim_chance(&sim->random, 50) ? 85 : 10; // percent
    while (n-- > 0)
        if (sim_chance(&sim->random, claiming))
            command_add_claiming(sim, &writer);
        else
            add_change(sim, &writer);
    wire_command_writer_close(&writer);
}

void command_make_first(struct sim *sim, struct buffer *out)
{
    struct wire_command_writer writer;
    struct world *world = &sim->model.world;
    world_init_small(world, sim_random_next(&sim->random));
    wire_command_writer_init(&writer, out);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&world->stored, kind); i++) {
            union entity entity = *naive_at(&world->stored, kind, i);
            if (kind == KIND_CAPACITY)
                command_open_capacity(sim, &entity.capacity);
            add(&writer, CHANGE_PUT, kind, entity, ABSENT);
        }
    wire_command_writer_close(&writer);
    naive_world_free(&world->stored);
    world->stored = (struct naive_world){0};
}
