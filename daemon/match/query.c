// SPDX-License-Identifier: Apache-2.0
#include "match/query.h"

#include "base/check.h"
#include "match/order.h"
#include "match/trial.h"

static void read_groups(struct match_run *run)
{
    const struct match_query *query = run->query;
    if (query->force_scan || run->service->day != query->today)
        match_run_scan(run);
    else if (query->order == MATCH_CHEAPEST)
        match_run_in_order(run, ORDER_BY_PRICE);
    else if (query->order == MATCH_NEAREST && query->has_origin)
        match_run_outwards(run);
    else // without an origin every distance is unknown: NEAREST is EARLIEST
        match_run_in_order(run, ORDER_BY_WAIT);
}

// The group's other candidates that are not excluded; with certain_only, that are
// admitted.
static uint32_t count_alternatives(const struct match_run *run,
                                   const struct match_found *found)
{
    if (found->kind == MATCH_PERMIT)
        return 0;
    struct match_trial t;
    trial_set_group(&t, run, found->group);
    uint32_t n = 0;
    for (uint32_t row = 0; row < found->group->n_rows; row++) {
        if (row == found->row)
            continue;
        trial_set_row(&t, run, found->group, row);
        uint32_t unknown = match_tests_run(&t);
        n += unknown == 0 || (unknown != MATCH_EXCLUDED && !run->query->certain_only);
    }
    return n;
}

static void fill_options(const struct match_run *run, struct arena *arena,
                         struct match_answer *answer)
{
    const struct match_ranking *ranking = &run->ranking;
    answer->n_options = ranking->n;
    answer->options = arena_alloc(arena, ranking->n * sizeof(*answer->options));
    for (uint32_t i = 0; i < ranking->n; i++) {
        const struct match_found *found = match_ranking_get(ranking, i);
        match_run_fill(run, found, &answer->options[i].chosen);
        answer->options[i].alternatives = count_alternatives(run, found);
    }
}

void match_query_run(const struct match_index *index, const struct match_query *query,
                     struct arena *arena, struct match_answer *answer)
{
    CHECK(!index->dirty);
    CHECK(query->service < index->n_services && index->services[query->service].set);
    CHECK(query->on >= query->today);
    struct match_run run = {
        .index = index,
        .query = query,
        .service = &index->services[query->service],
        .max_reach = INFINITY,
    };
    run.is_nhv = run.service->area != MATCH_NONE;
    if (query->has_origin) {
        run.origin = distance_unit_vector(query->origin);
        if (query->max_distance_km >= 0)
            run.max_reach = near_reach(query->max_distance_km);
    }
    match_ranking_init(&run.ranking, index, query->order, query->limit, arena);
    *answer = (struct match_answer){0};
    if (query->explain) {
        match_run_explain(&run, arena, answer);
    } else {
        match_run_consider_permits(&run);
        read_groups(&run);
    }
    fill_options(&run, arena, answer);
}
