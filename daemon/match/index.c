// SPDX-License-Identifier: Apache-2.0
#include "match/index.h"

#include "match/group.h"
#include "match/order.h"
#include "match/permit.h"
#include "match/table.h"

#define MAX_AGE_DAYS_DEFAULT 42
// More units than this moved in one batch: cheaper to order every service anew.
#define MOVED_UNITS_MAX 16

struct match_index *match_index_new(match_line_order line_order)
{
    struct match_index *index = calloc(1, sizeof(*index));
    CHECK(index);
    index->line_order = line_order;
    index->max_age_days = MAX_AGE_DAYS_DEFAULT;
    index->day = NO_DAY;
    return index;
}

void match_index_free(struct match_index *index)
{
    if (!index)
        return;
    for (uint32_t g = 1; g < index->n_groups; g++) {
        struct group *group = &index->groups[g];
        uint32_t cells = group->is_capacity ? 2 : 1;
        if (group->n_rows > 0)
            match_pool_release(&index->pool, group->rows, group->n_rows * cells);
    }
    match_pool_free(&index->pool);
    for (uint32_t s = 0; s < index->n_services; s++)
        match_order_free(&index->services[s]);
    match_permit_free(index);
    free(index->services);
    free(index->units);
    free(index->agreements);
    free(index->areas);
    free(index->groups);
    free(index->heads);
    free(index->touched);
    free(index->scratch);
    free(index);
}

static void begin_change(struct match_index *index)
{
    index->dirty = true;
}

static struct unit_row *used_unit(struct match_index *index, uint32_t unit)
{
    CHECK(unit < index->n_units && index->units[unit].set);
    return &index->units[unit];
}

static struct service_row *used_service(struct match_index *index, uint32_t service)
{
    CHECK(service < index->n_services && index->services[service].set);
    return &index->services[service];
}

void match_index_set_unit(struct match_index *index, uint32_t unit,
                          const struct match_unit *facts)
{
    begin_change(index);
    index->units =
        table_reserve(index->units, &index->n_units, unit + 1, sizeof(*index->units));
    struct unit_row *row = &index->units[unit];
    uint16_t place_key = match_order_place_key(facts);
    if (row->n_groups > 0 && row->place_key != place_key) {
        if (index->n_moved_units < MOVED_UNITS_MAX)
            match_order_lift_unit(index, unit);
        else if (index->n_moved_units == MOVED_UNITS_MAX)
            match_order_leave_all(index);
        index->n_moved_units++;
    }
    row->place_key = place_key;
    row->id = facts->id;
    row->position = facts->position;
    row->vector = distance_unit_vector(facts->position);
    row->region = facts->region;
    row->active = facts->active;
    row->has_position = facts->has_position;
    row->set = true;
}

void match_index_remove_unit(struct match_index *index, uint32_t unit)
{
    begin_change(index);
    struct unit_row *row = used_unit(index, unit);
    CHECK(row->n_uses == 0);
    row->set = false;
}

void match_index_set_agreement(struct match_index *index, uint32_t agreement,
                               const struct match_agreement *facts)
{
    begin_change(index);
    index->agreements = table_reserve(index->agreements, &index->n_agreements,
                                      agreement + 1, sizeof(*index->agreements));
    struct agreement_row *row = &index->agreements[agreement];
    uint32_t grown = row->n_lines > 0 ? facts->parties & ~row->parties : 0;
    if (grown)
        match_order_grow_parties(index, grown);
    row->valid_from = facts->valid_from;
    row->valid_to = facts->valid_to;
    row->parties = facts->parties;
    row->suspended = facts->suspended;
    row->set = 1;
}

void match_index_remove_agreement(struct match_index *index, uint32_t agreement)
{
    begin_change(index);
    CHECK(agreement < index->n_agreements && index->agreements[agreement].set);
    CHECK(index->agreements[agreement].n_lines == 0);
    index->agreements[agreement].set = 0;
}

void match_index_set_service(struct match_index *index, uint32_t service, uint32_t area)
{
    begin_change(index);
    uint32_t known = index->n_services;
    index->services = table_reserve(index->services, &index->n_services, service + 1,
                                    sizeof(*index->services));
    for (uint32_t s = known; s < index->n_services; s++)
        index->services[s].day = NO_DAY;
    struct service_row *row = &index->services[service];
    if (!row->set && row->day != index->day)
        index->n_out++;
    row->set = true;
    row->area = area;
}

void match_index_remove_service(struct match_index *index, uint32_t service)
{
    begin_change(index);
    struct service_row *row = used_service(index, service);
    CHECK(row->n_uses == 0);
    if (row->day != index->day)
        index->n_out--;
    row->set = false;
}

static struct terms_row pack_terms(const struct match_terms *terms)
{
    bool no_weight_max = terms->weight_max == UINT16_MAX;
    bool no_bmi_max = terms->bmi_max == UINT16_MAX;
    bool no_age_max = terms->age_max == UINT8_MAX;
    CHECK(terms->weight_min < WEIGHT_NO_MAX && terms->bmi_min < BMI_NO_MAX);
    CHECK(no_weight_max || terms->weight_max < WEIGHT_NO_MAX);
    CHECK(no_bmi_max || terms->bmi_max < BMI_NO_MAX);
    CHECK(terms->age_min < AGE_NO_MAX && (no_age_max || terms->age_max < AGE_NO_MAX));
    CHECK(terms->asa_max <= 6 && terms->sex <= 3);
    return (struct terms_row){
        .weight_min = terms->weight_min & 0xfffu,
        .weight_max = (no_weight_max ? WEIGHT_NO_MAX : terms->weight_max) & 0xfffu,
        .bmi_min = terms->bmi_min & 0x3ffu,
        .bmi_max = (no_bmi_max ? BMI_NO_MAX : terms->bmi_max) & 0x3ffu,
        .age_min = terms->age_min & 0x7fu,
        .age_max = (no_age_max ? AGE_NO_MAX : terms->age_max) & 0x7fu,
        .asa_max = terms->asa_max & 7u,
        .sex = terms->sex & 3u,
        .has_conditions = terms->has_conditions,
    };
}

void match_index_add_line(struct match_index *index, uint32_t service, uint32_t unit,
                          const struct match_line *line)
{
    begin_change(index);
    used_service(index, service)->n_uses++;
    used_unit(index, unit)->n_uses++;
    CHECK(line->agreement < index->n_agreements &&
          index->agreements[line->agreement].set);
    index->agreements[line->agreement].n_lines++;
    struct line_row row = {
        .record = line->record,
        .price = line->price,
        .terms = pack_terms(&line->terms),
        .agreement = line->agreement,
        .lead_days = line->lead_days,
    };
    match_group_add_line(index, match_group_touch(index, service, unit, false), &row);
    index->n_lines++;
}

void match_index_remove_line(struct match_index *index, uint32_t service, uint32_t unit,
                             const void *record)
{
    begin_change(index);
    used_service(index, service)->n_uses--;
    used_unit(index, unit)->n_uses--;
    struct line_row removed;
    struct group *group = match_group_touch(index, service, unit, false);
    match_group_remove_line(index, group, record, &removed);
    index->agreements[removed.agreement].n_lines--;
    index->n_lines--;
}

void match_index_add_capacity(struct match_index *index, uint32_t service, uint32_t unit,
                              const struct match_capacity *capacity)
{
    begin_change(index);
    used_service(index, service)->n_uses++;
    used_unit(index, unit)->n_uses++;
    struct capacity_row row = {
        .record = capacity->record,
        .price = capacity->price,
        .id = capacity->id,
        .terms = pack_terms(&capacity->terms),
        .window_start = capacity->window_start,
        .window_end = capacity->window_end,
        .book_by = capacity->book_by,
        .open_to = capacity->open_to,
        .free = capacity->free,
    };
    match_group_add_capacity(index, match_group_touch(index, service, unit, true), &row);
    index->n_capacities++;
}

void match_index_remove_capacity(struct match_index *index, uint32_t service,
                                 uint32_t unit, const void *record)
{
    begin_change(index);
    used_service(index, service)->n_uses--;
    used_unit(index, unit)->n_uses--;
    struct group *group = match_group_touch(index, service, unit, true);
    match_group_remove_capacity(index, group, record);
    index->n_capacities--;
}

void match_index_set_free(struct match_index *index, uint32_t service, uint32_t unit,
                          const void *record, uint32_t free)
{
    begin_change(index);
    match_group_set_free(match_group_touch(index, service, unit, true), record, free);
}

void match_index_set_waiting(struct match_index *index, uint32_t service, uint32_t unit,
                             const struct match_waiting *waiting)
{
    begin_change(index);
    struct service_row *service_row = used_service(index, service);
    struct unit_row *unit_row = used_unit(index, unit);
    struct group *group = match_group_touch(index, service, unit, false);
    if (group->has_waiting) {
        service_row->n_uses--;
        unit_row->n_uses--;
    }
    group->has_waiting = waiting != NULL;
    group->waiting = waiting ? *waiting : (struct match_waiting){0};
    if (waiting) {
        service_row->n_uses++;
        unit_row->n_uses++;
    }
}

void match_index_set_max_age(struct match_index *index, int32_t days)
{
    begin_change(index);
    if (index->max_age_days != days)
        match_order_leave_all(index);
    index->max_age_days = days;
}

void match_index_stats(const struct match_index *index, struct match_index_stats *stats)
{
    uint64_t bytes = sizeof(*index) + index->pool.bytes + match_permit_bytes(index);
    bytes += (uint64_t)index->n_services * sizeof(*index->services);
    bytes += (uint64_t)index->n_units * sizeof(*index->units);
    bytes += (uint64_t)index->n_agreements * sizeof(*index->agreements);
    bytes += (uint64_t)index->groups_capacity * sizeof(*index->groups);
    bytes += (uint64_t)index->heads_capacity * sizeof(*index->heads);
    bytes += (uint64_t)index->touched_capacity * sizeof(*index->touched);
    bytes += (uint64_t)index->scratch_capacity * sizeof(*index->scratch);
    for (uint32_t s = 0; s < index->n_services; s++)
        bytes += match_order_bytes(&index->services[s]);
    *stats = (struct match_index_stats){
        .n_groups = index->n_live,
        .n_lines = index->n_lines,
        .n_capacities = index->n_capacities,
        .bytes = bytes,
    };
}
