// SPDX-License-Identifier: Apache-2.0
//
// Every candidate of a service and all its tests: counts, and near misses, which are
// candidates that one patient fact or wish excludes.
#include "match/trial.h"

#define NEAR_MISS_FIRST MATCH_TEST_ASA
#define NEAR_MISS_LAST MATCH_TEST_WAIT_TOO_LONG

struct explanation {
    struct match_run *run;
    struct match_answer *answer;
    struct match_ranking misses;
};

static void count_failures(struct match_answer *answer, uint32_t failed)
{
    bool alone = (failed & (failed - 1)) == 0;
    for (; failed; failed &= failed - 1) {
        unsigned test = (unsigned)__builtin_ctz(failed);
        answer->any[test]++;
        answer->alone[test] += alone;
    }
}

// Counts a candidate; true when it is not excluded. Inline for its kind to be a constant.
__attribute__((always_inline)) static inline bool
explain_candidate(struct explanation *explanation, struct match_trial *t,
                  struct match_found *found)
{
    struct match_answer *answer = explanation->answer;
    found->failed = match_tests_explain(t, &found->unknown);
    if (found->failed == 0) {
        answer->admitted += found->unknown == 0;
        answer->conditional += found->unknown != 0;
        return true;
    }
    answer->excluded++;
    count_failures(answer, found->failed);
    unsigned test = (unsigned)__builtin_ctz(found->failed);
    bool alone = (found->failed & (found->failed - 1)) == 0;
    if (alone && test >= NEAR_MISS_FIRST && test <= NEAR_MISS_LAST)
        match_run_offer(&explanation->misses, t, found);
    return false;
}

static void explain_lines(struct explanation *explanation, struct match_trial *t,
                          const struct group *group, struct choice *choice)
{
    for (uint32_t row = 0; row < group->n_rows; row++) {
        struct match_found found = {.group = group, .row = row};
        trial_set_line(t, explanation->run, &group->lines[row]);
        if (explain_candidate(explanation, t, &found))
            choice_add(choice, t, row, found.unknown);
    }
}

static void explain_capacities(struct explanation *explanation, struct match_trial *t,
                               const struct group *group, struct choice *choice)
{
    for (uint32_t row = 0; row < group->n_rows; row++) {
        struct match_found found = {.group = group, .row = row};
        trial_set_capacity(t, &group->capacities[row]);
        if (explain_candidate(explanation, t, &found))
            choice_add(choice, t, row, found.unknown);
    }
}

static void explain_group(void *arg, const struct group *group)
{
    struct explanation *explanation = arg;
    struct match_run *run = explanation->run;
    struct match_trial t;
    struct choice choice = {0};
    trial_set_group(&t, run, group);
    if (group->is_capacity)
        explain_capacities(explanation, &t, group, &choice);
    else
        explain_lines(explanation, &t, group, &choice);
    if (!choice.found)
        return;
    trial_set_row(&t, run, group, choice.row);
    struct match_found found = {
        .group = group, .row = choice.row, .unknown = choice.unknown};
    match_run_offer(&run->ranking, &t, &found);
}

static void explain_permits(struct explanation *explanation)
{
    struct match_run *run = explanation->run;
    uint32_t area = run->service->area;
    if (area >= run->index->n_areas)
        return;
    const struct area_row *row = &run->index->areas[area];
    for (uint32_t i = 0; i < row->n_units; i++) {
        struct match_trial t;
        struct match_found found = {0};
        found.group = trial_set_permit(&t, run, row->units[i].unit);
        if (!explain_candidate(explanation, &t, &found))
            continue;
        if (found.unknown == 0 || !run->query->certain_only)
            match_run_offer(&run->ranking, &t, &found);
    }
}

static void set_bound(struct match_near_miss *miss, enum match_bound bound, int64_t value)
{
    miss->bound = bound;
    miss->value = value;
}

static void find_term_bound(const struct match_query *query,
                            const struct terms_row *terms, struct match_near_miss *miss)
{
    uint64_t bmi = (uint64_t)query->weight_hg * 10000;
    uint64_t bmi_unit = (uint64_t)query->height_cm * query->height_cm;
    switch (miss->test) {
    case MATCH_TEST_ASA:
        set_bound(miss, MATCH_BOUND_ASA_MAX, terms->asa_max);
        break;
    case MATCH_TEST_WEIGHT:
        if (query->weight_hg < terms->weight_min)
            set_bound(miss, MATCH_BOUND_WEIGHT_MIN, terms->weight_min);
        else
            set_bound(miss, MATCH_BOUND_WEIGHT_MAX, terms->weight_max);
        break;
    case MATCH_TEST_BMI:
        if (bmi < terms->bmi_min * bmi_unit)
            set_bound(miss, MATCH_BOUND_BMI_MIN, terms->bmi_min);
        else
            set_bound(miss, MATCH_BOUND_BMI_MAX, terms->bmi_max);
        break;
    case MATCH_TEST_AGE:
        if (query->age < (int32_t)terms->age_min)
            set_bound(miss, MATCH_BOUND_AGE_MIN, terms->age_min);
        else
            set_bound(miss, MATCH_BOUND_AGE_MAX, terms->age_max);
        break;
    case MATCH_TEST_SEX:
        set_bound(miss, MATCH_BOUND_SEX, terms->sex);
        break;
    default:
        break;
    }
}

// Of place and time it is the candidate's own figure that the query would have to allow.
static void find_bound(const struct match_run *run, const struct match_found *found,
                       struct match_near_miss *miss)
{
    const struct match_candidate *candidate = &miss->candidate;
    if (miss->test == MATCH_TEST_OUTSIDE_REGIONS)
        set_bound(miss, MATCH_BOUND_REGION, run->index->units[found->unit].region);
    else if (miss->test == MATCH_TEST_TOO_FAR)
        set_bound(miss, MATCH_BOUND_DISTANCE, candidate->distance_km);
    else if (miss->test == MATCH_TEST_WAIT_TOO_LONG)
        set_bound(miss, MATCH_BOUND_WAIT, candidate->wait);
    else if (found->kind == MATCH_AGREEMENT)
        find_term_bound(run->query, &found->group->lines[found->row].terms, miss);
    else
        find_term_bound(run->query, &found->group->capacities[found->row].terms, miss);
}

static void fill_misses(const struct explanation *explanation)
{
    struct match_answer *answer = explanation->answer;
    answer->n_near_misses = explanation->misses.n;
    for (uint32_t i = 0; i < explanation->misses.n; i++) {
        const struct match_found *found = match_ranking_get(&explanation->misses, i);
        struct match_near_miss *miss = &answer->near_misses[i];
        match_run_fill(explanation->run, found, &miss->candidate);
        miss->test = (uint32_t)__builtin_ctz(found->failed);
        find_bound(explanation->run, found, miss);
    }
}

void match_run_explain(struct match_run *run, struct arena *arena,
                       struct match_answer *answer)
{
    struct explanation explanation = {.run = run, .answer = answer};
    match_ranking_init(&explanation.misses, run->index, run->query->order,
                       MATCH_MAX_NEAR_MISSES, arena);
    explain_permits(&explanation);
    match_run_each_group(run, explain_group, &explanation);
    fill_misses(&explanation);
}
