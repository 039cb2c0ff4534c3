// SPDX-License-Identifier: Apache-2.0
//
// One query under way: what each way of reading the groups shares.
#ifndef MATCH_RUN_H
#define MATCH_RUN_H

#include "match/rank.h"
#include "match/tests_run.h"

struct match_run {
    const struct match_index *index;
    const struct match_query *query;
    const struct service_row *service;
    struct unit_vector origin;
    struct match_ranking ranking; // of options
    float max_reach;              // the chord that max_distance_km bounds, or INFINITY
    bool is_nhv;
};

// Groups and rows lie scattered: they are asked for this many groups before they are
// read.
#define GROUPS_AHEAD 8

static inline void prefetch_group(const struct group *group)
{
    __builtin_prefetch(group);
    __builtin_prefetch((const char *)group + sizeof(*group) - 1);
}

static inline void prefetch_rows(const struct match_run *run, const struct group *group)
{
    __builtin_prefetch(group->rows);
    __builtin_prefetch(&run->index->units[group->unit]);
}

// Puts a group's candidates to the tests and its chosen one to the ranking.
void match_run_consider(struct match_run *run, const struct group *group);
// The units with a permit row, one candidate each.
void match_run_consider_permits(struct match_run *run);

// Calls back for every group of the service, closed capacities included.
typedef void (*match_run_on_group)(void *arg, const struct group *group);
void match_run_each_group(struct match_run *run, match_run_on_group on_group, void *arg);

// Ways of reading a service: everything, in whatever order; by ascending keys of one
// order; outwards from the origin. The latter two need the order of the query's today.
void match_run_scan(struct match_run *run);
void match_run_in_order(struct match_run *run, unsigned order);
void match_run_outwards(struct match_run *run);

// Everything, with all tests of each candidate: counts and near misses besides.
void match_run_explain(struct match_run *run, struct arena *arena,
                       struct match_answer *answer);

// Puts a candidate that passed its tests to a ranking, measuring its distance if need be.
// group is NULL for a permit of a unit without a waiting time.
void match_run_offer(struct match_ranking *ranking, struct match_trial *trial,
                     const struct match_found *found);
// All that is known of a kept candidate.
void match_run_fill(const struct match_run *run, const struct match_found *found,
                    struct match_candidate *candidate);

#endif
