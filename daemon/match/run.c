// SPDX-License-Identifier: Apache-2.0
#include "match/run.h"

#include "base/check.h"
#include "match/group.h"
#include "match/trial.h"

void match_run_offer(struct match_ranking *ranking, struct match_trial *t,
                     const struct match_found *found)
{
    if (match_ranking_excludes(ranking, rank_wait(t->wait), t->chord_squared,
                               rank_price(t->price)))
        return;
    struct match_found offered = *found;
    offered.kind = t->kind;
    offered.unit = t->unit_handle;
    offered.wait = t->wait;
    offered.distance_km = match_trial_distance(t);
    match_ranking_offer(ranking, &offered, t->price);
}

// Whether a line that was passed over, because it alone ranks behind all that are kept,
// is admitted: it then stands for the group instead of a conditional one that ranks
// before it.
static bool is_admitted_behind(const struct match_run *run, struct match_trial *t,
                               const struct group *group, int64_t last)
{
    bool by_price = run->query->order == MATCH_CHEAPEST;
    for (uint32_t row = 0; row < group->n_rows; row++) {
        const struct line_row *line = &group->lines[row];
        int32_t wait = line_wait(line, t->figure);
        if (choice_first(by_price, wait, line->price) <= last)
            continue;
        trial_set_line(t, run, line);
        if (match_tests_run(t) == 0)
            return true;
    }
    return false;
}

// Lines that would not stand for the group even if admitted need no trial. A group may
// have many; by_price is a constant where this is called, to keep the loop short.
__attribute__((always_inline)) static inline void
choose_line(const struct match_run *run, struct match_trial *t, const struct group *group,
            bool by_price, struct choice *choice)
{
    bool by_distance = run->query->order == MATCH_NEAREST;
    uint64_t last_rank = match_ranking_last(&run->ranking);
    int64_t last =
        by_distance || last_rank == RANK_ABSENT ? INT64_MAX : (int64_t)last_rank;
    bool some_behind = false;
    for (uint32_t row = 0; row < group->n_rows; row++) {
        const struct line_row *line = &group->lines[row];
        int32_t wait = line_wait(line, t->figure);
        if (choice_first(by_price, wait, line->price) > last) {
            some_behind = true;
            continue;
        }
        if (choice->admitted && !choice_prefers(choice, by_price, wait, line->price))
            continue;
        trial_set_line(t, run, line);
        uint32_t unknown = match_tests_run(t);
        if (unknown != MATCH_EXCLUDED)
            choice_add(choice, t, row, unknown);
    }
    if (some_behind && choice->found && !choice->admitted)
        choice->found = !is_admitted_behind(run, t, group, last);
}

static void choose_capacity(struct match_trial *t, const struct group *group,
                            struct choice *choice)
{
    bool by_price = t->query->order == MATCH_CHEAPEST;
    for (uint32_t row = 0; row < group->n_rows; row++) {
        const struct capacity_row *capacity = &group->capacities[row];
        int32_t wait = capacity_wait(capacity, t->query->on);
        if (choice->admitted && !choice_prefers(choice, by_price, wait, capacity->price))
            continue;
        trial_set_capacity(t, capacity);
        uint32_t unknown = match_tests_run(t);
        if (unknown != MATCH_EXCLUDED)
            choice_add(choice, t, row, unknown);
    }
}

void match_run_consider(struct match_run *run, const struct group *group)
{
    struct match_trial t;
    struct choice choice = {0};
    trial_set_group(&t, run, group);
    if (group->is_capacity)
        choose_capacity(&t, group, &choice);
    else if (run->query->order == MATCH_CHEAPEST)
        choose_line(run, &t, group, true, &choice);
    else
        choose_line(run, &t, group, false, &choice);
    if (!choice.found)
        return;
    trial_set_row(&t, run, group, choice.row);
    struct match_found found = {
        .group = group, .row = choice.row, .unknown = choice.unknown};
    match_run_offer(&run->ranking, &t, &found);
}

void match_run_consider_permits(struct match_run *run)
{
    uint32_t area = run->service->area;
    if (area >= run->index->n_areas)
        return;
    const struct area_row *row = &run->index->areas[area];
    for (uint32_t i = 0; i < row->n_units; i++) {
        struct match_trial t;
        const struct group *group = trial_set_permit(&t, run, row->units[i].unit);
        uint32_t unknown = match_tests_run(&t);
        if (unknown == MATCH_EXCLUDED || (unknown && run->query->certain_only))
            continue;
        struct match_found found = {.group = group, .unknown = unknown};
        match_run_offer(&run->ranking, &t, &found);
    }
}

void match_run_each_group(struct match_run *run, match_run_on_group on_group, void *arg)
{
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        const struct order_set *set = &run->service->sets[kind];
        const struct group *groups = run->index->groups;
        for (uint32_t i = 0; i < set->n; i++) {
            uint32_t ahead = i + 2 * GROUPS_AHEAD;
            if (ahead < set->n)
                prefetch_group(&groups[entry_group(set->entries[ahead])]);
            ahead = i + GROUPS_AHEAD;
            if (ahead < set->n)
                prefetch_rows(run, &groups[entry_group(set->entries[ahead])]);
            on_group(arg, &groups[entry_group(set->entries[i])]);
        }
    }
}

static void consider_each(void *arg, const struct group *group)
{
    match_run_consider(arg, group);
}

void match_run_scan(struct match_run *run)
{
    match_run_each_group(run, consider_each, run);
}

void match_run_fill(const struct match_run *run, const struct match_found *found,
                    struct match_candidate *candidate)
{
    struct match_trial t;
    const struct group *group = found->group;
    *candidate = (struct match_candidate){.agreement = MATCH_NONE};
    if (found->kind == MATCH_PERMIT) {
        group = trial_set_permit(&t, run, found->unit);
    } else {
        trial_set_group(&t, run, group);
        trial_set_row(&t, run, group, found->row);
    }
    if (found->kind == MATCH_AGREEMENT) {
        candidate->record = group->lines[found->row].record;
        candidate->agreement = group->lines[found->row].agreement;
    } else if (found->kind == MATCH_CAPACITY) {
        CHECK(t.capacity);
        candidate->record = t.capacity->record;
        candidate->free = t.capacity->free;
    }
    if (found->kind != MATCH_CAPACITY && group)
        candidate->waiting = group_waiting(group);
    candidate->kind = found->kind;
    candidate->unit = found->unit;
    candidate->unknown = found->unknown;
    candidate->failed = found->failed;
    candidate->wait = t.wait;
    candidate->distance_km = found->distance_km;
    candidate->price = t.price;
    candidate->expected_start = run->query->on + (t.wait < 0 ? 0 : t.wait);
    candidate->basis = t.basis;
    candidate->stale = candidate->waiting && t.basis == MATCH_BASIS_UNKNOWN;
}
