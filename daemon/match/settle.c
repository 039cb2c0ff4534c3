// SPDX-License-Identifier: Apache-2.0
//
// When services enter and leave their orders: the end of a batch, and the turn of the
// day.
#include "base/check.h"
#include "match/group.h"
#include "match/order.h"
#include "match/table.h"

static void set_day(struct match_index *index, struct service_row *service, int32_t day)
{
    if (service->set && index->day != NO_DAY) {
        index->n_out -= service->day != index->day;
        index->n_out += day != index->day;
    }
    service->day = day;
}

static void rebuild_service(struct match_index *index, struct service_row *service)
{
    match_order_rebuild(index, service, index->day);
    set_day(index, service, index->day);
}

void match_order_leave_all(struct match_index *index)
{
    for (uint32_t s = 0; s < index->n_services; s++)
        set_day(index, &index->services[s], NO_DAY);
}

void match_order_grow_parties(struct match_index *index, uint32_t regions)
{
    for (uint32_t s = 0; s < index->n_services; s++)
        index->services[s].grown |= match_order_parties(regions);
    index->any_grown = true;
}

void match_order_lift_unit(struct match_index *index, uint32_t unit)
{
    for (uint32_t s = 0; s < index->n_services; s++) {
        if (index->services[s].day == NO_DAY)
            continue;
        for (unsigned kind = 0; kind < N_SETS; kind++) {
            uint32_t g = match_group_find(index, s, unit, kind == SET_CAPACITIES);
            if (!g || !index->groups[g].placed)
                continue;
            match_order_remove(index, g);
            match_group_touch(index, s, unit, kind == SET_CAPACITIES);
        }
    }
}

// Out of order, a group's entry is only where its number stands.
static void settle_unordered(struct match_index *index, uint32_t g)
{
    struct group *group = &index->groups[g];
    if (group->n_rows == 0 && group->placed) {
        group->placed = 0;
        index->services[group->service].sweep = true;
    } else if (group->n_rows > 0 && !group->placed) {
        match_order_append(index, g);
    }
}

static void sweep(struct match_index *index, struct service_row *service)
{
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        struct order_set *set = &service->sets[kind];
        uint32_t kept = 0;
        for (uint32_t i = 0; i < set->n; i++) {
            if (index->groups[entry_group(set->entries[i])].placed)
                set->entries[kept++] = set->entries[i];
        }
        set->n = kept;
    }
    service->sweep = false;
}

static void leave_if_much_touched(struct match_index *index, struct service_row *service)
{
    uint32_t n = service->sets[SET_LINES].n + service->sets[SET_CAPACITIES].n;
    if (service->day != NO_DAY && service->n_touched > n / REBUILD_PART) {
        service->rebuild = true;
        set_day(index, service, NO_DAY);
    }
    service->n_touched = 0;
}

static void end_batch_of(struct match_index *index, struct service_row *service)
{
    if (service->sweep)
        sweep(index, service);
    if (service->rebuild)
        rebuild_service(index, service);
    service->rebuild = false;
}

void match_index_settle(struct match_index *index)
{
    for (uint32_t i = 0; i < index->n_touched; i++) {
        const struct group *group = &index->groups[index->touched[i]];
        leave_if_much_touched(index, &index->services[group->service]);
    }
    for (uint32_t i = 0; i < index->n_touched; i++) {
        uint32_t g = index->touched[i];
        int32_t day = index->services[index->groups[g].service].day;
        if (day == NO_DAY)
            settle_unordered(index, g);
        else
            match_order_place(index, g, day);
    }
    for (uint32_t i = 0; i < index->n_touched; i++) {
        const struct group *group = &index->groups[index->touched[i]];
        end_batch_of(index, &index->services[group->service]);
    }
    for (uint32_t i = 0; i < index->n_touched; i++) {
        struct group *group = &index->groups[index->touched[i]];
        group->touched = 0;
        if (group->n_rows == 0 && !group->has_waiting)
            match_group_free(index, index->touched[i]);
    }
    index->n_touched = 0;
    index->n_moved_units = 0;
    index->dirty = false;
}

static uint32_t count_out(const struct match_index *index)
{
    uint32_t n = 0;
    for (uint32_t s = 0; s < index->n_services; s++)
        n += index->services[s].set && index->services[s].day != index->day;
    return n;
}

// From one day to a later one few groups move; anything else is sorted.
static void order_service(struct match_index *index, struct service_row *service)
{
    if (service->day == NO_DAY || service->day > index->day || service->grown) {
        rebuild_service(index, service);
        return;
    }
    match_order_age(index, service, index->day);
    set_day(index, service, index->day);
}

// Orders services anew, in turn, as far as the budget reaches; `grown` ones only on
// demand.
static bool prepare_round(struct match_index *index, uint32_t budget, bool grown,
                          uint64_t *used)
{
    for (uint32_t step = 0; step < index->n_services; step++) {
        struct service_row *service = &index->services[index->cursor];
        bool wanted =
            service->set && (service->day != index->day || (grown && service->grown));
        if (wanted) {
            uint64_t cost =
                1 + service->sets[SET_LINES].n + service->sets[SET_CAPACITIES].n;
            if (budget && *used > 0 && *used + cost > budget)
                return false;
            order_service(index, service);
            *used += cost;
        }
        index->cursor = index->cursor + 1 == index->n_services ? 0 : index->cursor + 1;
    }
    return true;
}

uint32_t match_index_prepare(struct match_index *index, int32_t today, uint32_t budget)
{
    CHECK(!index->dirty);
    if (index->day != today) {
        index->day = today;
        index->n_out = count_out(index);
    }
    uint64_t used = 0;
    bool done = index->n_out == 0 || prepare_round(index, budget, false, &used);
    if (done && index->any_grown)
        index->any_grown = !prepare_round(index, budget, true, &used);
    return index->n_out;
}
