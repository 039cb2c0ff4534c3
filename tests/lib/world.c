// SPDX-License-Identifier: Apache-2.0
#include "lib/world.h"

#include "base/check.h"
#include "base/date.h"
#include "domain/region.h"
#include "lib/naive_parts.h"
#include "lib/world_parts.h"

#define LINES_MIN 50
#define TRIES 20

// --- Chance
// -----------------------------------------------------------------------------------

// SplitMix64: one state word, no bad seeds.
uint64_t world_random(struct world *world)
{
    uint64_t z = world->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int64_t world_below(struct world *world, int64_t n)
{
    CHECK(n > 0);
    return (int64_t)(world_random(world) % (uint64_t)n);
}

bool world_chance(struct world *world, int64_t percent)
{
    return world_below(world, 100) < percent;
}

int64_t world_pick(struct world *world, const int64_t *values, size_t n)
{
    return values[world_below(world, (int64_t)n)];
}

const union entity *world_any(struct world *world, enum kind kind)
{
    size_t n = naive_count(&world->stored, kind);
    if (n == 0)
        return NULL;
    return naive_at(&world->stored, kind, (size_t)world_below(world, (int64_t)n));
}

int64_t world_region_mask(const struct world *world)
{
    int64_t mask = 0;
    for (size_t i = 0; i < naive_count(&world->stored, KIND_REGION); i++)
        mask |= INT64_C(1) << naive_at(&world->stored, KIND_REGION, i)->region.code;
    return mask;
}

int64_t world_region(struct world *world)
{
    int64_t stored = world_region_mask(world);
    for (int i = 0; i < TRIES; i++) {
        int64_t region = world->regions[world_below(world, world->n_regions)];
        if ((stored >> region) & 1)
            return region;
    }
    return world_any(world, KIND_REGION)->region.code;
}

int64_t world_region_set(struct world *world)
{
    int64_t stored = world_region_mask(world), set = 0;
    if (world_chance(world, 15))
        return stored;
    if (world_chance(world, 20)) {
        const char *key = region_healthcare_keys[world_below(world, 6)];
        set = (int64_t)region_healthcare_mask(slice_from(key)) & stored;
    }
    for (int64_t n = 1 + world_below(world, 3); n > 0; n--)
        set |= INT64_C(1) << world_region(world);
    return set;
}

// --- What refers to what
// ----------------------------------------------------------------------

static bool names(struct slice reference, struct slice id)
{
    return reference.data != NULL && slice_equal(reference, id);
}

static bool holds(int64_t set, int64_t region)
{
    return set != ABSENT && ((set >> region) & 1) != 0;
}

static bool refers_to_region(enum kind kind, const union entity *by, int64_t region)
{
    switch (kind) {
    case KIND_MUNICIPALITY:
        return by->municipality.region == region;
    case KIND_UNIT:
        return by->unit.region == region;
    case KIND_NHV_PERMIT:
        return by->nhv_permit.region == region;
    case KIND_AGREEMENT:
        return by->agreement.owner_region == region ||
               holds(by->agreement.callers, region);
    case KIND_CAPACITY:
        return holds(by->capacity.open_to, region);
    case KIND_GUARANTEE_LIMIT:
        return by->guarantee_limit.region == region;
    default:
        return false;
    }
}

static bool refers_to_unit(enum kind kind, const union entity *by, struct slice id)
{
    return (kind == KIND_NHV_PERMIT && names(by->nhv_permit.unit, id)) ||
           (kind == KIND_AGREEMENT_LINE && names(by->agreement_line.unit, id)) ||
           (kind == KIND_WAITING_TIME && names(by->waiting_time.unit, id)) ||
           (kind == KIND_CAPACITY && names(by->capacity.unit, id));
}

static bool refers_to_service(enum kind kind, const union entity *by, struct slice code)
{
    return (kind == KIND_MAPPING && names(by->mapping.service, code)) ||
           (kind == KIND_AGREEMENT_LINE && names(by->agreement_line.service, code)) ||
           (kind == KIND_WAITING_TIME && names(by->waiting_time.service, code)) ||
           (kind == KIND_CAPACITY && names(by->capacity.service, code));
}

static bool refers(enum kind by_kind, const union entity *by, enum kind kind,
                   const union entity *entity)
{
    switch (kind) {
    case KIND_REGION:
        return refers_to_region(by_kind, by, entity->region.code);
    case KIND_MUNICIPALITY:
        return by_kind == KIND_UNIT &&
               names(by->unit.municipality, entity->municipality.code);
    case KIND_NHV_AREA:
        return (by_kind == KIND_SERVICE &&
                names(by->service.nhv_area, entity->nhv_area.id)) ||
               (by_kind == KIND_NHV_PERMIT &&
                names(by->nhv_permit.area, entity->nhv_area.id));
    case KIND_SERVICE:
        return refers_to_service(by_kind, by, entity->service.code);
    case KIND_UNIT:
        return refers_to_unit(by_kind, by, entity->unit.id);
    case KIND_AGREEMENT:
        return by_kind == KIND_AGREEMENT_LINE &&
               names(by->agreement_line.agreement, entity->agreement.id);
    default:
        return false;
    }
}

bool world_is_referenced(const struct world *world, enum kind kind,
                         const union entity *entity)
{
    for (int by = KIND_REGION; by < KIND_PUT_COUNT; by++)
        for (size_t i = 0; i < naive_count(&world->stored, (enum kind)by); i++)
            if (refers((enum kind)by, naive_at(&world->stored, (enum kind)by, i), kind,
                       entity))
                return true;
    return false;
}

// --- Operations
// -------------------------------------------------------------------------------

static enum kind pick_kind(struct world *world, const uint8_t *weights)
{
    int64_t total = 0;
    for (int kind = 0; kind < KIND_PUT_COUNT; kind++)
        total += weights[kind];
    int64_t at = world_below(world, total);
    int kind = 0;
    while (at >= weights[kind])
        at -= weights[kind++];
    return (enum kind)kind;
}

// Makes the put one that must be refused, if its kind can. Returns why, or REASON_NONE.
static enum reason spoil_put(struct world *world, enum kind kind, union entity *entity)
{
    if (kind == KIND_AGREEMENT_LINE) {
        entity->agreement_line.unit = slice_from("TSE2321000016-MISSING");
        return REASON_UNKNOWN_REFERENCE;
    }
    const union entity *stored = naive_find(&world->stored, kind, entity);
    if (kind != KIND_WAITING_TIME || stored == NULL)
        return REASON_NONE;
    entity->waiting_time.observed_on =
        stored->waiting_time.observed_on - 1 - world_below(world, 20);
    entity->waiting_time.current_days = 10;
    entity->waiting_time.forecast_days = ABSENT;
    entity->waiting_time.forecast_until = ABSENT;
    return REASON_OLDER_OBSERVATION;
}

static bool make_put(struct world *world, struct world_op *op)
{
    static const uint8_t weights[KIND_PUT_COUNT] = {
        [KIND_REGION] = 1,        [KIND_MUNICIPALITY] = 2, [KIND_NHV_AREA] = 1,
        [KIND_SERVICE] = 3,       [KIND_MAPPING] = 4,      [KIND_UNIT] = 10,
        [KIND_NHV_PERMIT] = 8,    [KIND_AGREEMENT] = 12,   [KIND_AGREEMENT_LINE] = 36,
        [KIND_WAITING_TIME] = 40, [KIND_CAPACITY] = 16,    [KIND_GUARANTEE_LIMIT] = 3,
        [KIND_SETTING] = 2,
    };
    op->op = WORLD_PUT;
    op->kind = pick_kind(world, weights);
    if (!world_make(world, op->kind, &op->entity))
        return false;
    if (world_chance(world, 2))
        op->refused = spoil_put(world, op->kind, &op->entity);
    return true;
}

// Regions are named by sets too; to be sure what is refused, only one with a unit is
// tried.
static bool is_surely_referenced(const struct world *world, enum kind kind,
                                 const union entity *entity)
{
    if (kind != KIND_REGION)
        return world_is_referenced(world, kind, entity);
    for (size_t i = 0; i < naive_count(&world->stored, KIND_UNIT); i++)
        if (naive_at(&world->stored, KIND_UNIT, i)->unit.region == entity->region.code)
            return true;
    return false;
}

static bool may_shrink(const struct world *world, enum kind kind)
{
    size_t n = naive_count(&world->stored, kind);
    return (kind != KIND_AGREEMENT_LINE || n > LINES_MIN) &&
           (kind != KIND_UNIT || n > 5) && (kind != KIND_SERVICE || n > 3) &&
           (kind != KIND_REGION || n > 15);
}

// A delete of something stored that nothing refers to, at times of something that is
// referred to.
static bool make_delete(struct world *world, struct world_op *op)
{
    static const uint8_t weights[KIND_PUT_COUNT] = {
        [KIND_REGION] = 1,        [KIND_MUNICIPALITY] = 2, [KIND_NHV_AREA] = 2,
        [KIND_SERVICE] = 3,       [KIND_MAPPING] = 4,      [KIND_UNIT] = 8,
        [KIND_NHV_PERMIT] = 10,   [KIND_AGREEMENT] = 8,    [KIND_AGREEMENT_LINE] = 40,
        [KIND_WAITING_TIME] = 14, [KIND_CAPACITY] = 14,    [KIND_GUARANTEE_LIMIT] = 3,
        [KIND_SETTING] = 3,
    };
    op->op = WORLD_DELETE;
    op->kind = pick_kind(world, weights);
    const union entity *entity = world_any(world, op->kind);
    if (entity == NULL)
        return false;
    op->entity = *entity;
    if (!world_is_referenced(world, op->kind, entity))
        return may_shrink(world, op->kind);
    op->refused = REASON_STILL_REFERENCED;
    return world_chance(world, 20) && is_surely_referenced(world, op->kind, entity);
}

static void make_delete_of_nothing(struct world_op *op)
{
    op->op = WORLD_DELETE;
    op->kind = KIND_CAPACITY;
    op->entity.capacity.id = slice_from("never-stored");
    op->refused = REASON_NOT_STORED;
}

static bool make_op(struct world *world, struct world_op *op)
{
    memset(op, 0, sizeof *op);
    op->today = world->today;
    int64_t dice = world_below(world, 1000);
    if (dice < 15) {
        op->op = WORLD_DAY;
        op->today += 1 + (int32_t)(world_chance(world, 80) ? world_below(world, 3)
                                                           : world_below(world, 50));
        return true;
    }
    if (dice < 20) {
        shape_clear(entity_shape(KIND_CAPACITY), &op->entity);
        make_delete_of_nothing(op);
        return true;
    }
    return dice < 220 ? make_delete(world, op) : make_put(world, op);
}

static void keep_text(void *arena, struct slice *text)
{
    *text = arena_copy(arena, *text);
}

void world_next_op(struct world *world, struct world_op *op)
{
    arena_reset(&world->op_texts);
    while (!make_op(world, op))
        continue;
    if (op->op == WORLD_DAY) {
        world->today = op->today;
        return;
    }
    // What was borrowed from a stored row must outlive that row.
    naive_each_text(entity_shape(op->kind), &op->entity, keep_text, &world->op_texts);
    if (op->refused != REASON_NONE)
        return;
    if (op->op == WORLD_PUT)
        naive_put(&world->stored, op->kind, &op->entity);
    else
        CHECK(naive_delete(&world->stored, op->kind, &op->entity));
}

// --- The first content
// ------------------------------------------------------------------------

static void put_new(struct world *world, enum kind kind, int64_t n)
{
    union entity entity;
    for (int64_t tries = 0; tries < n * TRIES; tries++) {
        if ((int64_t)naive_count(&world->stored, kind) >= n)
            return;
        if (world_make(world, kind, &entity))
            naive_put(&world->stored, kind, &entity);
    }
}

static void choose_palette(struct world *world)
{
    static const int64_t codes[] = {1,  3,  4,  5,  6,  7,  8,  9,  10, 12,
                                    14, 17, 18, 19, 20, 21, 22, 23, 24, 25};
    world->n_regions = 2 + world_below(world, WORLD_REGIONS_MAX - 2);
    world->regions[0] = REGION_HALLAND;
    for (int64_t i = 1; i < world->n_regions; i++)
        world->regions[i] = world_pick(world, codes, sizeof codes / sizeof *codes);
    world->n_waits = 2 + world_below(world, WORLD_FIGURES_MAX - 2);
    for (int64_t i = 0; i < world->n_waits; i++)
        world->waits[i] =
            WORLD_PICK(world, 0, 1, 7, 14, 30, 31, 45, 60, 90, 180, 365, 3650);
    world->n_prices = 2 + world_below(world, WORLD_FIGURES_MAX - 2);
    for (int64_t i = 0; i < world->n_prices; i++)
        world->prices[i] =
            WORLD_PICK(world, ABSENT, 0, 1, 4500000, 4500001, 5200000, 9990000);
}

static void choose_frame(struct world *world, uint64_t seed)
{
    *world = (struct world){.random = seed};
    // From the end of 2023 on, so that days cross a year's turn and a leap day.
    world->today = date_from_civil(2023, 12, 1) + (int32_t)world_below(world, 400);
    choose_palette(world);
}

void world_init_small(struct world *world, uint64_t seed)
{
    choose_frame(world, seed);
    world->n_units = 5;
    world->n_services = 3;
    world->n_areas = 1;
    world->n_lines = 12;
    put_new(world, KIND_REGION, 21);
    put_new(world, KIND_MUNICIPALITY, 3);
    put_new(world, KIND_NHV_AREA, world->n_areas);
    put_new(world, KIND_SERVICE, world->n_services);
    put_new(world, KIND_UNIT, world->n_units);
    put_new(world, KIND_AGREEMENT, 4);
    put_new(world, KIND_AGREEMENT_LINE, world->n_lines);
    put_new(world, KIND_WAITING_TIME, 8);
    put_new(world, KIND_CAPACITY, 4);
}

void world_init(struct world *world, uint64_t seed)
{
    choose_frame(world, seed);
    world->n_units = 5 + world_below(world, 36);
    world->n_services = 3 + world_below(world, 6);
    world->n_areas = world_below(world, 4);
    world->n_lines = LINES_MIN + world_below(world, 251);
    put_new(world, KIND_REGION, 21);
    put_new(world, KIND_MUNICIPALITY, 3 + world_below(world, 6));
    put_new(world, KIND_NHV_AREA, world->n_areas);
    put_new(world, KIND_SERVICE, world->n_services);
    put_new(world, KIND_MAPPING, world_below(world, 8));
    put_new(world, KIND_UNIT, world->n_units);
    put_new(world, KIND_NHV_PERMIT, world->n_areas * 6);
    put_new(world, KIND_AGREEMENT, 5 + world_below(world, 20));
    put_new(world, KIND_AGREEMENT_LINE, world->n_lines);
    put_new(world, KIND_WAITING_TIME, world->n_units * world->n_services * 2 / 3);
    put_new(world, KIND_CAPACITY, world_below(world, 40));
    put_new(world, KIND_GUARANTEE_LIMIT, world_below(world, 6));
    put_new(world, KIND_SETTING, world_below(world, 2));
}

void world_close(struct world *world)
{
    naive_world_free(&world->stored);
    arena_free(&world->op_texts);
    arena_free(&world->query_texts);
    *world = (struct world){0};
}
