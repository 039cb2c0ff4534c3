// SPDX-License-Identifier: Apache-2.0
//
// domain.md §3: which candidates there are, and their order.
#include <stdlib.h>

#include "base/check.h"
#include "lib/naive_parts.h"

struct gathering {
    const struct naive_question *question;
    struct arena *arena;
    struct naive_candidate *candidates;
    size_t n;
};

const struct unit *naive_unit(const struct naive_world *world, struct slice id)
{
    const union entity key = {.unit = {.id = id}};
    const union entity *found = naive_find(world, KIND_UNIT, &key);
    CHECK(found != NULL);
    return &found->unit;
}

const struct agreement *naive_agreement(const struct naive_world *world, struct slice id)
{
    const union entity key = {.agreement = {.id = id}};
    const union entity *found = naive_find(world, KIND_AGREEMENT, &key);
    CHECK(found != NULL);
    return &found->agreement;
}

static const struct waiting_time *find_waiting_time(const struct naive_world *world,
                                                    struct slice unit,
                                                    struct slice service)
{
    const union entity key = {.waiting_time = {.unit = unit, .service = service}};
    const union entity *found = naive_find(world, KIND_WAITING_TIME, &key);
    return found != NULL ? &found->waiting_time : NULL;
}

static int64_t or_last(int64_t value)
{
    return value == ABSENT ? INT64_MAX : value;
}

static void set_sort_keys(int64_t order, struct naive_candidate *candidate)
{
    int64_t wait = or_last(candidate->wait);
    int64_t distance = or_last(candidate->distance_km);
    int64_t price = or_last(candidate->price);
    const int64_t keys[][3] = {
        [ORDER_EARLIEST] = {wait, distance, price},
        [ORDER_NEAREST] = {distance, wait, price},
        [ORDER_CHEAPEST] = {price, wait, distance},
    };
    for (int i = 0; i < 3; i++)
        candidate->sort[i] = keys[order][i];
}

static void add_candidate(struct gathering *gathering, struct naive_candidate candidate)
{
    const struct naive_question *question = gathering->question;
    if (candidate.kind != CANDIDATE_CAPACITY)
        candidate.row = find_waiting_time(question->world, candidate.unit->id,
                                          question->service->code);
    naive_measure(question, &candidate);
    naive_judge(question, &candidate);
    set_sort_keys(question->order, &candidate);
    gathering->candidates[gathering->n++] = candidate;
}

static void add_line(struct gathering *gathering, const struct agreement_line *line)
{
    const struct naive_world *world = gathering->question->world;
    if (!slice_equal(line->service, gathering->question->service->code))
        return;
    struct slice id = arena_printf(
        gathering->arena, "%.*s/%.*s/%.*s%s%.*s", (int)line->agreement.len,
        line->agreement.data, (int)line->unit.len, line->unit.data,
        (int)line->service.len, line->service.data, line->variant.data ? "/" : "",
        (int)line->variant.len, line->variant.data ? line->variant.data : "");
    add_candidate(gathering, (struct naive_candidate){
                                 .kind = CANDIDATE_AGREEMENT,
                                 .id = id,
                                 .unit = naive_unit(world, line->unit),
                                 .agreement = naive_agreement(world, line->agreement),
                                 .line = line,
                                 .terms = &line->terms,
                                 .price = line->price,
                                 .lead_days = line->lead_days,
                             });
}

static void add_capacity(struct gathering *gathering, const struct capacity *capacity)
{
    if (!slice_equal(capacity->service, gathering->question->service->code))
        return;
    add_candidate(gathering,
                  (struct naive_candidate){
                      .kind = CANDIDATE_CAPACITY,
                      .id = capacity->id,
                      .unit = naive_unit(gathering->question->world, capacity->unit),
                      .capacity = capacity,
                      .terms = &capacity->terms,
                      .price = capacity->price,
                      .lead_days = ABSENT,
                  });
}

static bool has_permit_row(const struct naive_question *question, const struct unit *unit)
{
    for (size_t i = 0; i < naive_count(question->world, KIND_NHV_PERMIT); i++) {
        const struct nhv_permit *permit =
            &naive_at(question->world, KIND_NHV_PERMIT, i)->nhv_permit;
        if (permit->unit.data != NULL && slice_equal(permit->unit, unit->id) &&
            slice_equal(permit->area, question->service->nhv_area))
            return true;
    }
    return false;
}

static void add_permit(struct gathering *gathering, const struct unit *unit)
{
    const struct service *service = gathering->question->service;
    if (service->nhv_area.data == NULL || !has_permit_row(gathering->question, unit))
        return;
    struct slice id = arena_printf(gathering->arena, "permit/%.*s/%.*s/%.*s",
                                   (int)service->nhv_area.len, service->nhv_area.data,
                                   (int)unit->id.len, unit->id.data,
                                   (int)service->code.len, service->code.data);
    add_candidate(gathering, (struct naive_candidate){
                                 .kind = CANDIDATE_PERMIT,
                                 .id = id,
                                 .unit = unit,
                                 .price = ABSENT,
                                 .lead_days = ABSENT,
                             });
}

static int compare_candidates(const void *left, const void *right)
{
    const struct naive_candidate *a = left, *b = right;
    for (int i = 0; i < 3; i++)
        if (a->sort[i] != b->sort[i])
            return a->sort[i] < b->sort[i] ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = slice_compare(a->unit->id, b->unit->id);
    return order != 0 ? order : slice_compare(a->id, b->id);
}

struct naive_candidate *naive_candidates(const struct naive_question *question,
                                         struct arena *arena, size_t *n)
{
    const struct naive_world *world = question->world;
    size_t most = naive_count(world, KIND_AGREEMENT_LINE) +
                  naive_count(world, KIND_CAPACITY) + naive_count(world, KIND_UNIT);
    struct gathering gathering = {.question = question, .arena = arena};
    gathering.candidates = arena_alloc(arena, (most + 1) * sizeof *gathering.candidates);
    for (size_t i = 0; i < naive_count(world, KIND_AGREEMENT_LINE); i++)
        add_line(&gathering, &naive_at(world, KIND_AGREEMENT_LINE, i)->agreement_line);
    for (size_t i = 0; i < naive_count(world, KIND_CAPACITY); i++)
        add_capacity(&gathering, &naive_at(world, KIND_CAPACITY, i)->capacity);
    for (size_t i = 0; i < naive_count(world, KIND_UNIT); i++)
        add_permit(&gathering, &naive_at(world, KIND_UNIT, i)->unit);
    qsort(gathering.candidates, gathering.n, sizeof *gathering.candidates,
          compare_candidates);
    *n = gathering.n;
    return gathering.candidates;
}
