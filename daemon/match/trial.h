// SPDX-License-Identifier: Apache-2.0
//
// Calling candidates up for trial: first what a group's candidates share, then each row.
#ifndef MATCH_TRIAL_H
#define MATCH_TRIAL_H

#include <math.h>

#include "match/group.h"
#include "match/order.h"
#include "match/run.h"

static inline void trial_set_unit(struct match_trial *t, const struct match_run *run,
                                  uint32_t unit)
{
    *t = (struct match_trial){
        .query = run->query,
        .unit = &run->index->units[unit],
        .unit_handle = unit,
        .is_nhv = run->is_nhv,
        .figure = -1,
        .distance_km = -1,
        .chord_squared = INFINITY,
    };
    if (run->is_nhv)
        t->permits = match_permit_summary(
            match_permit_find(run->index, run->service->area, unit), run->query->on);
    if (run->query->has_origin && t->unit->has_position) {
        t->distance_km = NOT_MEASURED;
        t->chord_squared = near_chord_squared(run->origin, t->unit->vector);
    }
}

static inline void trial_set_figure(struct match_trial *t, const struct match_run *run,
                                    const struct match_waiting *waiting)
{
    bool is_forecast = false;
    if (waiting)
        t->figure = waiting_figure(waiting, run->query->today, run->index->max_age_days,
                                   &is_forecast);
    t->basis = t->figure < 0 ? MATCH_BASIS_UNKNOWN
               : is_forecast ? MATCH_BASIS_FORECAST
                             : MATCH_BASIS_CURRENT;
}

static inline const struct match_waiting *group_waiting(const struct group *group)
{
    return group->has_waiting ? &group->waiting : NULL;
}

static inline void trial_set_group(struct match_trial *t, const struct match_run *run,
                                   const struct group *group)
{
    trial_set_unit(t, run, group->unit);
    if (!group->is_capacity)
        trial_set_figure(t, run, group_waiting(group));
}

static inline int32_t line_wait(const struct line_row *line, int32_t figure)
{
    return figure >= 0 && line->lead_days > figure ? line->lead_days : figure;
}

static inline void trial_set_line(struct match_trial *t, const struct match_run *run,
                                  const struct line_row *line)
{
    t->kind = MATCH_AGREEMENT;
    t->terms = line->terms;
    t->price = line->price;
    t->agreement = &run->index->agreements[line->agreement];
    t->wait = line_wait(line, t->figure);
}

static inline int32_t capacity_wait(const struct capacity_row *row, int32_t on)
{
    return row->window_start > on ? row->window_start - on : 0;
}

static inline void trial_set_capacity(struct match_trial *t,
                                      const struct capacity_row *row)
{
    t->kind = MATCH_CAPACITY;
    t->terms = row->terms;
    t->price = row->price;
    t->capacity = row;
    t->wait = capacity_wait(row, t->query->on);
    t->basis = MATCH_BASIS_CAPACITY;
}

// Returns the group that keeps the unit's waiting time, or NULL.
static inline const struct group *
trial_set_permit(struct match_trial *t, const struct match_run *run, uint32_t unit)
{
    uint32_t g = match_group_find(run->index, run->query->service, unit, false);
    const struct group *group = g ? &run->index->groups[g] : NULL;
    trial_set_unit(t, run, unit);
    trial_set_figure(t, run, group ? group_waiting(group) : NULL);
    t->kind = MATCH_PERMIT;
    t->terms = (struct terms_row){.asa_max = 6,
                                  .weight_max = WEIGHT_NO_MAX,
                                  .bmi_max = BMI_NO_MAX,
                                  .age_max = AGE_NO_MAX};
    t->price = MATCH_PRICE_ABSENT;
    t->wait = t->figure;
    return group;
}

static inline void trial_set_row(struct match_trial *t, const struct match_run *run,
                                 const struct group *group, uint32_t row)
{
    if (group->is_capacity)
        trial_set_capacity(t, &group->capacities[row]);
    else
        trial_set_line(t, run, &group->lines[row]);
}

// Which row stands for its group: the first ADMITTED one in the query's order, else the
// first CONDITIONAL one. Distance is the same for all; ids ascend with the rows.
struct choice {
    int64_t first, second; // its wait and price, in the turn that the order asks for them
    uint32_t row, unknown;
    bool found, admitted;
};

#define CHOICE_ABSENT                                                                    \
    INT64_MAX // of a wait; a price that is absent has this value already
_Static_assert(MATCH_PRICE_ABSENT == CHOICE_ABSENT, "absent prices sort as absent waits");

static inline int64_t choice_first(bool by_price, int32_t wait, int64_t price)
{
    return by_price ? price : wait < 0 ? CHOICE_ABSENT : wait;
}

static inline int64_t choice_second(bool by_price, int32_t wait, int64_t price)
{
    return choice_first(!by_price, wait, price);
}

// Whether a row, admitted, would take the place of what is chosen.
static inline bool choice_prefers(const struct choice *choice, bool by_price,
                                  int32_t wait, int64_t price)
{
    int64_t first = choice_first(by_price, wait, price);
    if (first != choice->first)
        return first < choice->first;
    return choice_second(by_price, wait, price) < choice->second;
}

static inline void choice_add(struct choice *choice, const struct match_trial *t,
                              uint32_t row, uint32_t unknown)
{
    bool by_price = t->query->order == MATCH_CHEAPEST;
    bool admitted = unknown == 0;
    if (!admitted && (choice->admitted || t->query->certain_only))
        return;
    bool promoted = admitted && !choice->admitted;
    if (choice->found && !promoted &&
        !choice_prefers(choice, by_price, t->wait, t->price))
        return;
    *choice = (struct choice){
        .first = choice_first(by_price, t->wait, t->price),
        .second = choice_second(by_price, t->wait, t->price),
        .row = row,
        .unknown = unknown,
        .found = true,
        .admitted = admitted,
    };
}

#endif
