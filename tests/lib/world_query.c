// SPDX-License-Identifier: Apache-2.0
//
// Random queries, with facts and bounds that fall exactly on those of what is stored.
#include "base/check.h"
#include "base/distance.h"
#include "lib/world_parts.h"

// What a query is aimed at: a stored line or capacity of its service, or nothing.
struct target {
    const struct terms *terms;
    const struct unit *unit;
    const struct agreement *agreement;
    const struct capacity *capacity;
};

static const union entity *find_unit(const struct world *world, struct slice id)
{
    const union entity key = {.unit = {.id = id}};
    return naive_find(&world->stored, KIND_UNIT, &key);
}

// Chooses the service by choosing the target, so that services with much are asked for
// most.
static struct slice choose_target(struct world *world, struct target *target)
{
    const union entity *line = world_any(world, KIND_AGREEMENT_LINE);
    const union entity *capacity = world_any(world, KIND_CAPACITY);
    const union entity *service = world_any(world, KIND_SERVICE);
    CHECK(service != NULL);
    *target = (struct target){0};
    int64_t dice = world_below(world, 100);
    if (dice < 65 && line != NULL) {
        const union entity key = {.agreement = {.id = line->agreement_line.agreement}};
        target->terms = &line->agreement_line.terms;
        target->unit = &find_unit(world, line->agreement_line.unit)->unit;
        target->agreement = &naive_find(&world->stored, KIND_AGREEMENT, &key)->agreement;
        return line->agreement_line.service;
    }
    if (dice < 80 && capacity != NULL) {
        target->terms = &capacity->capacity.terms;
        target->unit = &find_unit(world, capacity->capacity.unit)->unit;
        target->capacity = &capacity->capacity;
        return capacity->capacity.service;
    }
    return service->service.code;
}

// --- The patient
// ------------------------------------------------------------------------------

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

// A bound or just beside it.
static int64_t near_bound(struct world *world, int64_t bound)
{
    return bound + WORLD_PICK(world, 0, 0, 0, -1, 1);
}

// Weight and height that give exactly the bound: bmi × cm² is a whole number of 10000
// hectograms.
static void set_bmi(struct world *world, int64_t bmi_tenths, struct query *query)
{
    static const int64_t heights[] = {50, 100, 150, 160, 170, 180, 200, 250};
    query->height_cm = world_pick(world, heights, sizeof heights / sizeof *heights);
    int64_t weight = bmi_tenths * query->height_cm * query->height_cm / 10000;
    query->weight = clamp(near_bound(world, weight), 5, 4000);
}

static void set_typical_patient(struct world *world, struct query *query)
{
    if (world_chance(world, 75))
        query->asa = 1 + world_below(world, world_chance(world, 80) ? 3 : 6);
    if (world_chance(world, 75))
        query->weight = WORLD_PICK(world, 5, 400, 455, 700, 720, 1000, 1205, 1206, 4000);
    if (world_chance(world, 75))
        query->height_cm = WORLD_PICK(world, 30, 150, 165, 172, 180, 200, 250);
    if (world_chance(world, 75))
        query->age = WORLD_PICK(world, 0, 1, 15, 16, 17, 18, 40, 74, 75, 76, 125);
    if (world_chance(world, 75))
        query->sex = WORLD_PICK(world, SEX_FEMALE, SEX_MALE);
}

// Moves some facts on to the target's bounds.
static void aim_patient(struct world *world, const struct terms *terms,
                        struct query *query)
{
    if (terms->asa_max != ABSENT && world_chance(world, 50))
        query->asa = clamp(near_bound(world, terms->asa_max), 1, 6);
    if (terms->age_min != ABSENT && world_chance(world, 40))
        query->age = clamp(near_bound(world, terms->age_min), 0, 125);
    if (terms->age_max != ABSENT && world_chance(world, 40))
        query->age = clamp(near_bound(world, terms->age_max), 0, 125);
    if (terms->weight_min != ABSENT && world_chance(world, 40))
        query->weight = clamp(near_bound(world, terms->weight_min), 5, 4000);
    if (terms->weight_max != ABSENT && world_chance(world, 40))
        query->weight = clamp(near_bound(world, terms->weight_max), 5, 4000);
    if (terms->bmi_min != ABSENT && world_chance(world, 40))
        set_bmi(world, terms->bmi_min, query);
    if (terms->bmi_max != ABSENT && world_chance(world, 40))
        set_bmi(world, terms->bmi_max, query);
}

// --- Day, place, bounds
// -----------------------------------------------------------------------

static int64_t aimed_day(struct world *world, const struct target *target)
{
    const union entity *permit = world_any(world, KIND_NHV_PERMIT);
    if (permit != NULL && world_chance(world, 25))
        return world_chance(world, 50) ? permit->nhv_permit.in_force_from
                                       : permit->nhv_permit.in_force_to;
    if (target->agreement != NULL)
        return world_chance(world, 50) ? target->agreement->valid_from
                                       : target->agreement->valid_to;
    if (target->capacity != NULL)
        return WORLD_PICK(world, target->capacity->window_start,
                          target->capacity->window_end, target->capacity->book_by);
    return ABSENT;
}

static void set_day(struct world *world, const struct target *target, struct query *query)
{
    if (world_chance(world, 45))
        return;
    query->on = world->today + WORLD_PICK(world, 0, 1, 2, 30, 365, 730);
    int64_t day = aimed_day(world, target);
    if (day == ABSENT || world_chance(world, 30))
        return;
    day = near_bound(world, day);
    if (day >= world->today && day <= world->today + QUERY_ON_DAYS_AHEAD)
        query->on = day;
}

static void set_origin(struct world *world, struct query *query)
{
    const union entity *municipality = world_any(world, KIND_MUNICIPALITY);
    if (world_chance(world, 30))
        return;
    if (municipality != NULL && world_chance(world, 50)) {
        query->origin.municipality = municipality->municipality.code;
        return;
    }
    world_position(world, &query->origin.latitude, &query->origin.longitude);
}

static int64_t origin_distance_km(const struct world *world, const struct query *query,
                                  const struct unit *unit)
{
    int64_t latitude = query->origin.latitude, longitude = query->origin.longitude;
    if (query->origin.municipality.data != NULL) {
        const union entity key = {.municipality = {.code = query->origin.municipality}};
        const union entity *found = naive_find(&world->stored, KIND_MUNICIPALITY, &key);
        latitude = found->municipality.latitude;
        longitude = found->municipality.longitude;
    }
    if (latitude == ABSENT || unit == NULL || unit->latitude == ABSENT)
        return ABSENT;
    return distance_km(
        (struct position){(int32_t)latitude, (int32_t)longitude},
        (struct position){(int32_t)unit->latitude, (int32_t)unit->longitude});
}

static void set_bounds(struct world *world, const struct target *target,
                       struct query *query)
{
    int64_t wait = world->waits[world_below(world, world->n_waits)];
    if (world_chance(world, 30))
        query->max_wait_days = clamp(near_bound(world, wait), 0, 3650);
    if (world_chance(world, 30)) {
        int64_t km = origin_distance_km(world, query, target->unit);
        if (km == ABSENT)
            km = WORLD_PICK(world, 0, 5, 50, 400, 1500);
        query->max_distance_km = clamp(near_bound(world, km), 0, 20000);
    }
    if (world_chance(world, 20))
        query->in_regions = world_region_set(world);
    if (world_chance(world, 30))
        query->slots = WORLD_PICK(world, 1, 2, 3, 4);
    if (target->capacity != NULL && world_chance(world, 30))
        query->slots = clamp(near_bound(world, target->capacity->slots), 1, 10000);
}

static void set_guarantee(struct world *world, struct query *query)
{
    int64_t dice = world_below(world, 100);
    if (dice < 20)
        query->guarantee_deadline =
            world->today + WORLD_PICK(world, -1, 0, 1, 30, 90, 365);
    if (dice < 20 || dice >= 60)
        return;
    const union entity *limit = world_any(world, KIND_GUARANTEE_LIMIT);
    query->guarantee_from = world->today - WORLD_PICK(world, 0, 30, 60, 90, 300);
    if (limit != NULL && world_chance(world, 50)) {
        int64_t day = near_bound(world, limit->guarantee_limit.valid_from);
        if (day <= world->today)
            query->guarantee_from = day;
    }
    if (world_chance(world, 50))
        query->paused_days = WORLD_PICK(world, 0, 1, 14, 30, 3650);
}

static void set_home_region(struct world *world, const struct target *target,
                            struct query *query)
{
    query->home_region = world_region(world);
    if (target->agreement != NULL && world_chance(world, 40))
        query->home_region = target->agreement->owner_region;
    if (world_chance(world, 10))
        query->home_region = world_any(world, KIND_REGION)->region.code;
}

// --- The service by system, and what cannot be answered
// ---------------------------------------

// Says the service through a system: its own code or a mapping's, at times without the
// version.
static void set_system(struct world *world, struct query *query)
{
    const union entity *mapping = world_any(world, KIND_MAPPING);
    const union entity key = {.service = {.code = query->service}};
    if (mapping != NULL && world_chance(world, 50)) {
        query->system = mapping->mapping.system;
        query->version = mapping->mapping.version;
        query->service = mapping->mapping.code;
    } else {
        const struct service *service =
            &naive_find(&world->stored, KIND_SERVICE, &key)->service;
        query->system = service->system;
        query->version = service->version;
    }
    if (world_chance(world, 50))
        query->version = SLICE_ABSENT;
}

static void spoil_query(struct world *world, struct query *query)
{
    switch (world_below(world, 11)) {
    case 0:
        query->service = slice_from("NOSUCH");
        break;
    case 1:
        query->system = slice_from("NOSYSTEM");
        break;
    case 2:
        query->system = slice_from("KVA");
        query->version = slice_from("1999");
        break;
    case 3:
        query->origin = (struct origin){slice_from("9999"), ABSENT, ABSENT};
        break;
    case 4:
        query->on = world->today - 1;
        break;
    case 5:
        query->on = world->today + QUERY_ON_DAYS_AHEAD + 1;
        break;
    case 6:
        query->guarantee_from = world->today;
        query->guarantee_deadline = world->today + 90;
        break;
    case 7:
        query->limit = QUERY_LIMIT_MAX + 1;
        break;
    case 8:
        query->asa = 7;
        break;
    case 9:
        query->home_region = ABSENT;
        break;
    default:
        query->service = SLICE_ABSENT;
        break;
    }
}

static void keep(struct world *world, struct slice *text)
{
    if (text->data != NULL)
        *text = arena_copy(&world->query_texts, *text);
}

void world_next_query(struct world *world, struct query *query)
{
    struct target target;
    arena_reset(&world->query_texts);
    shape_clear(&shape_query, query);
    query->service = choose_target(world, &target);
    set_home_region(world, &target, query);
    set_typical_patient(world, query);
    if (target.terms != NULL && world_chance(world, 70))
        aim_patient(world, target.terms, query);
    set_day(world, &target, query);
    set_origin(world, query);
    set_bounds(world, &target, query);
    set_guarantee(world, query);
    if (world_chance(world, 25))
        set_system(world, query);
    query->certain_only = WORLD_PICK(world, ABSENT, ABSENT, 0, 1);
    query->order =
        WORLD_PICK(world, ABSENT, ORDER_EARLIEST, ORDER_NEAREST, ORDER_CHEAPEST);
    query->limit = WORLD_PICK(world, ABSENT, 1, 2, 3, 5, 10, 100);
    query->explain = WORLD_PICK(world, ABSENT, 0, 1, 1);
    if (world_chance(world, 4))
        spoil_query(world, query);
    keep(world, &query->service);
    keep(world, &query->system);
    keep(world, &query->version);
    keep(world, &query->origin.municipality);
}
