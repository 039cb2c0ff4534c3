// SPDX-License-Identifier: Apache-2.0
//
// Random agreements, their lines and terms, waiting times and capacity; and the table of
// makers.
#include "base/check.h"
#include "lib/world_make.h"
#include "lib/world_parts.h"

static void add_text(struct text_list *list, const char *text)
{
    list->items[list->n++] = slice_from(text);
}

// A few values a bound, so that the queries' facts fall on them.
static void make_terms(struct world *world, struct terms *terms)
{
    shape_clear(&shape_terms, terms);
    if (world_chance(world, 40))
        terms->asa_max = WORLD_PICK(world, 1, 2, 2, 3, 3, 4, 6);
    if (world_chance(world, 20))
        terms->weight_min = WORLD_PICK(world, 5, 400, 455);
    if (world_chance(world, 25))
        terms->weight_max = WORLD_PICK(world, 455, 1000, 1205, 4000);
    if (world_chance(world, 20))
        terms->bmi_min = WORLD_PICK(world, 50, 180, 185);
    if (world_chance(world, 25))
        terms->bmi_max = WORLD_PICK(world, 250, 300, 350, 1000);
    if (world_chance(world, 25))
        terms->age_min = WORLD_PICK(world, 0, 1, 16, 18);
    if (world_chance(world, 20))
        terms->age_max = WORLD_PICK(world, 18, 74, 75, 125);
    if (world_chance(world, 25))
        terms->sex = WORLD_PICK(world, SEX_ANY, SEX_FEMALE, SEX_MALE);
    if (world_chance(world, 12))
        add_text(&terms->conditions, "Stabil psykiatrisk sjukdom");
    if (world_chance(world, 6))
        add_text(&terms->conditions, "Bedömning av narkosläkare");
}

static int64_t pick_price(struct world *world)
{
    return world->prices[world_below(world, world->n_prices)];
}

static int64_t pick_wait(struct world *world)
{
    return world->waits[world_below(world, world->n_waits)];
}

void world_make_agreement(struct world *world, struct agreement *agreement)
{
    // Bytes before and after '/', which parts a candidate's id: the order of the whole id
    // differs from the order of its parts.
    static const char *const ids[] = {
        "A", "A-1", "A.b", "A+c",      "A1",  "A10", "A9", "A:1", "a", "B",  "B-1", "B1",
        "C", "C.1", "C2",  "D-2024-7", "d.+", "E",   "F",  "G",   "H", "H-", "H-1", "I"};
    agreement->id = slice_from(ids[world_below(world, 24)]);
    agreement->owner_region = world_region(world);
    agreement->kind =
        WORLD_PICK(world, AGREEMENT_OWN, AGREEMENT_PROCURED, AGREEMENT_NATIONAL);
    if (world_chance(world, 50))
        agreement->title = slice_from("Ramavtal");
    int64_t from = WORLD_PICK(world, -400, -400, -30, -30, 0, 1, 30);
    if (world_chance(world, 60))
        agreement->valid_from = world->today + from;
    if (world_chance(world, 60))
        agreement->valid_to = world->today + from +
                              WORLD_PICK(world, 0, 30, 60, 399, 400, 430, 600, 800, 800);
    agreement->suspended =
        WORLD_PICK(world, ABSENT, ABSENT, ABSENT, ABSENT, 0, 0, 0, 0, 0, 1);
    if (world_chance(world, 75))
        agreement->callers = world_region_set(world);
}

// Changes one thing of a stored line, the commonest write.
static void change_line(struct world *world, struct agreement_line *line)
{
    switch (world_below(world, 4)) {
    case 0:
        line->price = pick_price(world);
        break;
    case 1:
        line->lead_days = WORLD_PICK(world, ABSENT, 0, 7, 31, 60);
        break;
    case 2:
        make_terms(world, &line->terms);
        break;
    default:
        line->aftercare = slice_from("Opererande enhet svarar för komplikationer");
        break;
    }
}

static bool choose_line(struct world *world, struct agreement_line *line)
{
    static const char *const variants[] = {NULL, NULL, "a", "b", "a-1"};
    const union entity *agreement = world_any(world, KIND_AGREEMENT);
    const union entity *unit = world_any(world, KIND_UNIT);
    const union entity *service = world_any(world, KIND_SERVICE);
    if (agreement == NULL || unit == NULL || service == NULL)
        return false;
    line->agreement = agreement->agreement.id;
    line->unit = unit->unit.id;
    line->service = service->service.code;
    line->variant = slice_from(variants[world_below(world, 5)]);
    return true;
}

bool world_make_line(struct world *world, struct agreement_line *line)
{
    const union entity *stored = world_any(world, KIND_AGREEMENT_LINE);
    bool full =
        (int64_t)naive_count(&world->stored, KIND_AGREEMENT_LINE) >= world->n_lines;
    if (stored != NULL && (full || world_chance(world, 40))) {
        *line = stored->agreement_line;
        if (world_chance(world, 70)) {
            change_line(world, line);
            return true;
        }
        // A sibling in the same unit and service, or the line itself made anew.
        if (!full && world_chance(world, 50))
            line->variant = slice_from("b");
    } else if (!choose_line(world, line)) {
        return false;
    }
    make_terms(world, &line->terms);
    line->price = pick_price(world);
    line->lead_days = WORLD_PICK(world, ABSENT, ABSENT, 0, 7, 31, 60);
    if (world_chance(world, 20))
        line->prerequisites =
            (struct text_list){1, {slice_from("Röntgen högst 6 månader gammal")}};
    return true;
}

bool world_make_waiting_time(struct world *world, struct waiting_time *waiting_time)
{
    const union entity *unit = world_any(world, KIND_UNIT);
    const union entity *service = world_any(world, KIND_SERVICE);
    if (unit == NULL || service == NULL)
        return false;
    waiting_time->unit = unit->unit.id;
    waiting_time->service = service->service.code;
    waiting_time->observed_on = world->today - WORLD_PICK(world, -1, 0, 0, 0, 1, 7, 8, 30,
                                                          31, 41, 42, 43, 90, 91, 200);
    const union entity key = {.waiting_time = *waiting_time};
    const union entity *stored = naive_find(&world->stored, KIND_WAITING_TIME, &key);
    if (stored != NULL && stored->waiting_time.observed_on > waiting_time->observed_on)
        waiting_time->observed_on = stored->waiting_time.observed_on;
    bool forecast = world_chance(world, 45);
    if (!forecast || world_chance(world, 50))
        waiting_time->current_days = pick_wait(world);
    if (forecast) {
        waiting_time->forecast_days = pick_wait(world);
        waiting_time->forecast_until = waiting_time->observed_on + world_below(world, 91);
        // Exactly until today where the rules allow it: yesterday is run out.
        int64_t until = world->today - WORLD_PICK(world, 0, 1);
        if (world_chance(world, 40) && until >= waiting_time->observed_on &&
            until <= waiting_time->observed_on + 90)
            waiting_time->forecast_until = until;
    }
    waiting_time->statistic = WORLD_PICK(world, ABSENT, STATISTIC_ESTIMATE,
                                         STATISTIC_MEDIAN, STATISTIC_P90, STATISTIC_MAX);
    if (world_chance(world, 30))
        waiting_time->sample = 1 + world_below(world, 200);
    return true;
}

static void make_window(struct world *world, struct capacity *capacity)
{
    capacity->window_start =
        world->today + WORLD_PICK(world, -60, -5, -1, 0, 0, 1, 7, 30, 90);
    capacity->window_end = capacity->window_start + WORLD_PICK(world, 0, 1, 5, 30, 60);
    capacity->book_by = ABSENT;
    if (world_chance(world, 50))
        capacity->book_by = capacity->window_end - WORLD_PICK(world, 0, 1, 5, 30);
}

static void change_capacity(struct world *world, struct capacity *capacity)
{
    switch (world_below(world, 5)) {
    case 0:
        capacity->slots = WORLD_PICK(world, 1, 2, 3, 10, 10000);
        break;
    case 1:
        make_window(world, capacity);
        break;
    case 2:
        make_terms(world, &capacity->terms);
        break;
    case 3:
        capacity->open_to = world_region_set(world);
        break;
    default:
        capacity->price = pick_price(world);
        break;
    }
}

bool world_make_capacity(struct world *world, struct capacity *capacity)
{
    const union entity *stored = world_any(world, KIND_CAPACITY);
    const union entity *unit = world_any(world, KIND_UNIT);
    const union entity *service = world_any(world, KIND_SERVICE);
    if (unit == NULL || service == NULL)
        return false;
    if (stored != NULL && world_chance(world, 40)) {
        *capacity = stored->capacity;
        change_capacity(world, capacity);
        return true;
    }
    capacity->id = arena_printf(&world->op_texts, "K%d", (int)world_below(world, 50));
    capacity->unit = unit->unit.id;
    capacity->service = service->service.code;
    capacity->slots = WORLD_PICK(world, 1, 1, 2, 3, 10);
    make_window(world, capacity);
    capacity->open_to = world_region_set(world);
    make_terms(world, &capacity->terms);
    capacity->price = pick_price(world);
    if (world_chance(world, 20))
        add_text(&capacity->prerequisites, "Aktuella blodprover");
    if (world_chance(world, 20))
        capacity->note = slice_from("Ledigt på grund av ombyggnad");
    return true;
}

bool world_make(struct world *world, enum kind kind, union entity *entity)
{
    memset(entity, 0, sizeof *entity);
    shape_clear(entity_shape(kind), entity);
    switch (kind) {
    case KIND_REGION:
        return world_make_region(world, &entity->region), true;
    case KIND_MUNICIPALITY:
        return world_make_municipality(world, &entity->municipality);
    case KIND_NHV_AREA:
        return world_make_area(world, &entity->nhv_area), true;
    case KIND_SERVICE:
        return world_make_service(world, &entity->service);
    case KIND_MAPPING:
        return world_make_mapping(world, &entity->mapping);
    case KIND_UNIT:
        return world_make_unit(world, &entity->unit), true;
    case KIND_NHV_PERMIT:
        return world_make_permit(world, &entity->nhv_permit);
    case KIND_AGREEMENT:
        return world_make_agreement(world, &entity->agreement), true;
    case KIND_AGREEMENT_LINE:
        return world_make_line(world, &entity->agreement_line);
    case KIND_WAITING_TIME:
        return world_make_waiting_time(world, &entity->waiting_time);
    case KIND_CAPACITY:
        return world_make_capacity(world, &entity->capacity);
    case KIND_GUARANTEE_LIMIT:
        return world_make_limit(world, &entity->guarantee_limit), true;
    case KIND_SETTING:
        return world_make_setting(world, &entity->setting), true;
    case KIND_NONE:
    case KIND_CLAIM:
    case KIND_COUNT:
        break;
    }
    check_failed(__FILE__, __LINE__, "a kind that is not made");
}
