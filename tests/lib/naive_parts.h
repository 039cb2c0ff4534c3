// SPDX-License-Identifier: Apache-2.0
//
// What the naive matcher's files share. Not for tests: they use naive.h.
#ifndef TESTS_LIB_NAIVE_PARTS_H
#define TESTS_LIB_NAIVE_PARTS_H

#include "lib/naive.h"

// A query after its defaults are filled in and its names are looked up.
struct naive_question {
    const struct naive_world *world;
    const struct query *query;
    const struct service *service;
    int64_t today, on;
    int64_t latitude, longitude; // the origin's, ABSENT when it has no position
    int64_t deadline;            // ABSENT when there is none
    int64_t slots, order, limit;
    int64_t max_age_days; // of a current figure
    bool certain_only, explain;
};

// One thing that could be offered, with what is known of it and what the tests said.
struct naive_candidate {
    int64_t kind; // enum candidate_kind
    struct slice id;
    const struct unit *unit;
    const struct agreement *agreement; // of a line
    const struct agreement_line *line;
    const struct capacity *capacity;
    const struct terms *terms;      // NULL for a permit
    const struct waiting_time *row; // NULL when none is stored, and for a capacity
    int64_t price, lead_days, distance_km;
    int64_t wait, basis, stale, expected_start;
    int64_t sort[3]; // the query's first three keys, absent as the largest number
    uint32_t failed, unknown; // bit n = test n
    bool grouped;             // already counted in an option
};

// Fills question; errors as naive_match.
int naive_question_read(const struct naive_world *world, const struct query *query,
                        int64_t today, struct naive_question *question,
                        struct refusal *refusal);

// All candidates of the question's service, judged and in its order; memory in the arena.
struct naive_candidate *naive_candidates(const struct naive_question *question,
                                         struct arena *arena, size_t *n);

// Wait, distance, price and expected start of a candidate whose entities are set.
void naive_measure(const struct naive_question *question,
                   struct naive_candidate *candidate);
// The 19 tests, after naive_measure.
void naive_judge(const struct naive_question *question,
                 struct naive_candidate *candidate);
// Row i of the permits if it is one of (area of the service, unit) and in force on the
// day, or NULL.
const struct nhv_permit *naive_permit_in_force(const struct naive_question *question,
                                               const struct unit *unit, size_t i);

// Visits every text of an entity that is present, nested and in lists too.
void naive_each_text(const struct shape *shape, void *message,
                     void (*visit)(void *arg, struct slice *text), void *arg);

const struct unit *naive_unit(const struct naive_world *world, struct slice id);
const struct agreement *naive_agreement(const struct naive_world *world, struct slice id);

#endif
