// SPDX-License-Identifier: Apache-2.0
//
// domain.md §3: grouping, what an option and the answer carry, explain.
#include "lib/naive.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "lib/naive_parts.h"

// The tests whose bound somebody could give (domain.md §3: near misses).
#define NEAR_MISS_TESTS_FIRST MATCH_TEST_ASA
#define NEAR_MISS_TESTS_LAST MATCH_TEST_WAIT_TOO_LONG

struct candidate_list {
    struct naive_candidate *items; // in the query's order
    size_t n;
};

static bool is_admitted(const struct naive_candidate *candidate)
{
    return candidate->failed == 0 && candidate->unknown == 0;
}

// Whether a candidate may stand in an option or count as an alternative.
static bool is_offered(const struct naive_question *question,
                       const struct naive_candidate *candidate)
{
    return candidate->failed == 0 && (!question->certain_only || candidate->unknown == 0);
}

static bool same_group(const struct naive_candidate *a, const struct naive_candidate *b)
{
    return a->kind == b->kind && a->unit == b->unit;
}

// --- An option
// --------------------------------------------------------------------------------

static void fill_unit(const struct unit *unit, struct unit_summary *summary)
{
    *summary = (struct unit_summary){unit->id, unit->name, unit->region, unit->contact};
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

// The distinct scopes of the unit's rows in force, bytewise.
static void fill_permit_scopes(const struct naive_question *question,
                               const struct unit *unit, struct arena *arena,
                               struct text_list *scopes)
{
    size_t rows = naive_count(question->world, KIND_NHV_PERMIT), n = 0;
    if (question->service->nhv_area.data == NULL)
        return;
    struct slice *found = arena_alloc(arena, (rows + 1) * sizeof *found);
    for (size_t i = 0; i < rows; i++) {
        const struct nhv_permit *permit = naive_permit_in_force(question, unit, i);
        if (permit != NULL && permit->scope.data != NULL)
            found[n++] = permit->scope;
    }
    qsort(found, n, sizeof *found, compare_slices);
    for (size_t i = 0; i < n && scopes->n < TEXT_LIST_MAX; i++)
        if (i == 0 || !slice_equal(found[i], found[i - 1]))
            scopes->items[scopes->n++] = found[i];
}

static void fill_line(const struct naive_candidate *candidate, struct option *option)
{
    option->agreement = candidate->agreement->id;
    option->owner_region = candidate->agreement->owner_region;
    option->terms = candidate->line->terms;
    option->prerequisites = candidate->line->prerequisites;
    option->aftercare = candidate->line->aftercare;
}

static void fill_capacity(const struct naive_candidate *candidate, struct option *option)
{
    option->capacity = candidate->capacity->id;
    option->free_slots = candidate->capacity->slots;
    option->terms = candidate->capacity->terms;
    option->prerequisites = candidate->capacity->prerequisites;
    option->aftercare = candidate->capacity->aftercare;
}

static void fill_wait(const struct naive_candidate *candidate, struct option *option)
{
    option->expected_start = candidate->expected_start;
    option->wait_days = candidate->wait;
    option->wait_basis = candidate->basis;
    option->stale = candidate->stale;
    if (candidate->row == NULL)
        return;
    option->current_days = candidate->row->current_days;
    option->forecast_days = candidate->row->forecast_days;
    option->forecast_until = candidate->row->forecast_until;
    option->observed_on = candidate->row->observed_on;
    option->statistic = candidate->row->statistic;
}

static void fill_option(const struct naive_question *question,
                        const struct naive_candidate *candidate, struct arena *arena,
                        struct option *option)
{
    shape_clear(&shape_option, option);
    option->verdict = is_admitted(candidate) ? VERDICT_ADMITTED : VERDICT_CONDITIONAL;
    option->verify = candidate->unknown;
    option->kind = candidate->kind;
    option->candidate = candidate->id;
    fill_unit(candidate->unit, &option->unit);
    option->owner_region = candidate->unit->region;
    option->price = candidate->price;
    option->lead_days = candidate->lead_days;
    option->distance_km = candidate->distance_km;
    if (candidate->line != NULL)
        fill_line(candidate, option);
    if (candidate->capacity != NULL)
        fill_capacity(candidate, option);
    fill_wait(candidate, option);
    fill_permit_scopes(question, candidate->unit, arena, &option->permit_scopes);
    if (question->deadline != ABSENT && candidate->expected_start != ABSENT)
        option->within_guarantee = candidate->expected_start <= question->deadline;
}

// --- Grouping
// ---------------------------------------------------------------------------------

// Marks the group of the first candidate; its choice, or NULL when nothing in it is
// offered.
static const struct naive_candidate *choose(const struct naive_question *question,
                                            struct candidate_list candidates,
                                            const struct naive_candidate *first,
                                            int64_t *alternatives)
{
    const struct naive_candidate *admitted = NULL, *conditional = NULL;
    int64_t offered = 0;
    for (size_t i = 0; i < candidates.n; i++) {
        struct naive_candidate *candidate = &candidates.items[i];
        if (!same_group(first, candidate))
            continue;
        candidate->grouped = true;
        if (!is_offered(question, candidate))
            continue;
        offered++;
        if (is_admitted(candidate) && admitted == NULL)
            admitted = candidate;
        if (!is_admitted(candidate) && conditional == NULL)
            conditional = candidate;
    }
    *alternatives = offered - 1;
    return admitted != NULL ? admitted : conditional;
}

struct choice {
    const struct naive_candidate *candidate;
    int64_t alternatives;
};

// Candidates lie in one array in the query's order, so their addresses have it too.
static int compare_choices(const void *left, const void *right)
{
    const struct choice *a = left, *b = right;
    return (a->candidate > b->candidate) - (a->candidate < b->candidate);
}

static void fill_options(const struct naive_question *question,
                         struct candidate_list candidates, struct arena *arena,
                         struct struct_list *options)
{
    struct choice *choices = arena_alloc(arena, (candidates.n + 1) * sizeof *choices);
    size_t n = 0;
    for (size_t i = 0; i < candidates.n; i++) {
        if (candidates.items[i].grouped)
            continue;
        struct choice *choice = &choices[n];
        choice->candidate =
            choose(question, candidates, &candidates.items[i], &choice->alternatives);
        if (choice->candidate != NULL)
            n++;
    }
    qsort(choices, n, sizeof *choices, compare_choices);
    if (n > (size_t)question->limit)
        n = (size_t)question->limit;
    struct option *filled = arena_alloc(arena, (n + 1) * sizeof *filled);
    for (size_t i = 0; i < n; i++) {
        fill_option(question, choices[i].candidate, arena, &filled[i]);
        filled[i].alternatives = choices[i].alternatives;
    }
    *options = (struct struct_list){(uint32_t)n, filled};
}

// --- Explain
// ----------------------------------------------------------------------------------

static void fill_counts(struct candidate_list candidates, struct arena *arena,
                        struct counts *counts)
{
    struct reason_count *reasons = arena_alloc(arena, MATCH_TEST_COUNT * sizeof *reasons);
    counts->admitted = 0;
    counts->conditional = 0;
    counts->excluded = 0;
    for (size_t i = 0; i < candidates.n; i++) {
        if (candidates.items[i].failed != 0)
            counts->excluded++;
        else if (candidates.items[i].unknown != 0)
            counts->conditional++;
        else
            counts->admitted++;
    }
    uint32_t n = 0;
    for (int test = 1; test < MATCH_TEST_COUNT; test++) {
        struct reason_count count = {.reason = test};
        for (size_t i = 0; i < candidates.n; i++) {
            count.any += (candidates.items[i].failed >> test) & 1;
            count.alone += candidates.items[i].failed == UINT32_C(1) << test;
        }
        if (count.any > 0)
            reasons[n++] = count;
    }
    counts->reasons = (struct struct_list){n, reasons};
}

// Of a range the patient falls outside, the end that was crossed.
static void fill_crossed(int64_t value, int64_t low, int64_t *bound_low, int64_t high,
                         int64_t *bound_high)
{
    if (low != ABSENT && value < low)
        *bound_low = low;
    else
        *bound_high = high;
}

static void fill_bound(const struct naive_question *question,
                       const struct naive_candidate *candidate, int64_t reason,
                       struct bound *bound)
{
    const struct terms *terms = candidate->terms;
    const struct query *query = question->query;
    if (reason == MATCH_TEST_ASA)
        bound->asa_max = terms->asa_max;
    if (reason == MATCH_TEST_WEIGHT)
        fill_crossed(query->weight, terms->weight_min, &bound->weight_min,
                     terms->weight_max, &bound->weight_max);
    if (reason == MATCH_TEST_BMI) {
        bool below =
            terms->bmi_min != ABSENT &&
            query->weight * 10000 < terms->bmi_min * query->height_cm * query->height_cm;
        if (below)
            bound->bmi_min = terms->bmi_min;
        else
            bound->bmi_max = terms->bmi_max;
    }
    if (reason == MATCH_TEST_AGE)
        fill_crossed(query->age, terms->age_min, &bound->age_min, terms->age_max,
                     &bound->age_max);
    if (reason == MATCH_TEST_SEX)
        bound->sex = terms->sex;
    if (reason == MATCH_TEST_OUTSIDE_REGIONS)
        bound->region = candidate->unit->region;
    if (reason == MATCH_TEST_TOO_FAR)
        bound->distance_km = candidate->distance_km;
    if (reason == MATCH_TEST_WAIT_TOO_LONG)
        bound->wait_days = candidate->wait;
}

// The only test that failed if it is one whose bound could give, else 0.
static int64_t near_miss_reason(const struct naive_candidate *candidate)
{
    for (int test = NEAR_MISS_TESTS_FIRST; test <= NEAR_MISS_TESTS_LAST; test++)
        if (candidate->failed == UINT32_C(1) << test)
            return test;
    return 0;
}

static void fill_near_misses(const struct naive_question *question,
                             struct candidate_list candidates, struct arena *arena,
                             struct struct_list *list)
{
    struct near_miss *misses = arena_alloc(arena, QUERY_NEAR_MISSES_MAX * sizeof *misses);
    uint32_t n = 0;
    for (size_t i = 0; i < candidates.n && n < QUERY_NEAR_MISSES_MAX; i++) {
        const struct naive_candidate *candidate = &candidates.items[i];
        int64_t reason = near_miss_reason(candidate);
        if (reason == 0)
            continue;
        struct near_miss *miss = &misses[n++];
        shape_clear(&shape_near_miss, miss);
        miss->candidate = candidate->id;
        miss->reason = reason;
        fill_unit(candidate->unit, &miss->unit);
        fill_bound(question, candidate, reason, &miss->bound);
    }
    *list = (struct struct_list){n, misses};
}

// --- The answer
// -------------------------------------------------------------------------------

int naive_match(const struct naive_world *world, const struct query *query, int32_t today,
                struct naive_answer *answer)
{
    struct naive_question question;
    arena_reset(&answer->arena);
    shape_clear(&shape_answer, &answer->answer);
    answer->refusal = (struct refusal){0};
    int status = naive_question_read(world, query, today, &question, &answer->refusal);
    if (status != STATUS_OK)
        return status;
    struct candidate_list candidates;
    candidates.items = naive_candidates(&question, &answer->arena, &candidates.n);
    answer->answer.revision = world->revision;
    answer->answer.today = today;
    answer->answer.on = question.on;
    answer->answer.service = question.service->code;
    answer->answer.guarantee_deadline = question.deadline;
    fill_options(&question, candidates, &answer->arena, &answer->answer.options);
    if (question.explain) {
        fill_counts(candidates, &answer->arena, &answer->answer.counts);
        fill_near_misses(&question, candidates, &answer->arena,
                         &answer->answer.near_misses);
    }
    return STATUS_OK;
}

void naive_answer_free(struct naive_answer *answer)
{
    arena_free(&answer->arena);
}
