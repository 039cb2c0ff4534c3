// SPDX-License-Identifier: Apache-2.0
//
// domain.md §3: wait, distance and the 19 tests of one candidate.
#include "base/distance.h"
#include "lib/naive_parts.h"

enum outcome { PASS, FAIL, UNKNOWN };

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool has_region(int64_t set, int64_t region)
{
    return set != ABSENT && ((set >> region) & 1) != 0;
}

// --- What is measured
// -------------------------------------------------------------------------

static void measure_capacity(const struct naive_question *question,
                             struct naive_candidate *candidate)
{
    candidate->expected_start = larger(question->on, candidate->capacity->window_start);
    candidate->wait = candidate->expected_start - question->on;
    candidate->basis = BASIS_CAPACITY;
    candidate->stale = 0;
}

static void measure_wait(const struct naive_question *question,
                         struct naive_candidate *candidate)
{
    const struct waiting_time *row = candidate->row;
    int64_t figure = ABSENT;
    candidate->basis = BASIS_UNKNOWN;
    if (row != NULL && row->forecast_days != ABSENT && row->forecast_until != ABSENT &&
        row->forecast_until >= question->today) {
        figure = row->forecast_days;
        candidate->basis = BASIS_FORECAST;
    } else if (row != NULL && row->current_days != ABSENT &&
               question->today - row->observed_on <= question->max_age_days) {
        figure = row->current_days;
        candidate->basis = BASIS_CURRENT;
    }
    candidate->stale = row != NULL && figure == ABSENT;
    candidate->wait = ABSENT;
    candidate->expected_start = ABSENT;
    if (figure == ABSENT)
        return;
    int64_t lead = candidate->lead_days == ABSENT ? 0 : candidate->lead_days;
    candidate->wait = larger(lead, figure);
    candidate->expected_start = question->on + candidate->wait;
}

static int64_t measure_distance(const struct naive_question *question,
                                const struct unit *unit)
{
    if (question->latitude == ABSENT || question->longitude == ABSENT ||
        unit->latitude == ABSENT || unit->longitude == ABSENT)
        return ABSENT;
    struct position from = {(int32_t)question->latitude, (int32_t)question->longitude};
    struct position to = {(int32_t)unit->latitude, (int32_t)unit->longitude};
    return distance_km(from, to);
}

void naive_measure(const struct naive_question *question,
                   struct naive_candidate *candidate)
{
    candidate->distance_km = measure_distance(question, candidate->unit);
    if (candidate->kind == CANDIDATE_CAPACITY)
        measure_capacity(question, candidate);
    else
        measure_wait(question, candidate);
}

// --- The tests, in the order of the table
// -----------------------------------------------------

static enum outcome pass_if(bool passes)
{
    return passes ? PASS : FAIL;
}

// No bound passes whatever the value; a bound needs it.
static enum outcome within(int64_t low, int64_t value, int64_t high)
{
    if (low == ABSENT && high == ABSENT)
        return PASS;
    if (value == ABSENT)
        return UNKNOWN;
    return pass_if((low == ABSENT || low <= value) && (high == ABSENT || value <= high));
}

static enum outcome test_bmi(const struct terms *terms, const struct query *query)
{
    if (terms->bmi_min == ABSENT && terms->bmi_max == ABSENT)
        return PASS;
    if (query->weight == ABSENT || query->height_cm == ABSENT)
        return UNKNOWN;
    int64_t patient = query->weight * 10000;
    int64_t square = query->height_cm * query->height_cm;
    return pass_if((terms->bmi_min == ABSENT || terms->bmi_min * square <= patient) &&
                   (terms->bmi_max == ABSENT || patient <= terms->bmi_max * square));
}

static enum outcome test_sex(const struct terms *terms, const struct query *query)
{
    if (terms->sex == ABSENT || terms->sex == SEX_ANY)
        return PASS;
    if (query->sex == ABSENT || query->sex == SEX_ANY)
        return UNKNOWN;
    return pass_if(terms->sex == query->sex);
}

// A permit has no terms, so it meets these without a bound.
static enum outcome test_patient(const struct terms *terms, const struct query *query,
                                 enum match_test test)
{
    if (terms == NULL)
        return PASS;
    switch (test) {
    case MATCH_TEST_ASA:
        return within(ABSENT, query->asa, terms->asa_max);
    case MATCH_TEST_WEIGHT:
        return within(terms->weight_min, query->weight, terms->weight_max);
    case MATCH_TEST_BMI:
        return test_bmi(terms, query);
    case MATCH_TEST_AGE:
        return within(terms->age_min, query->age, terms->age_max);
    default:
        return test_sex(terms, query);
    }
}

static enum outcome test_party(const struct naive_question *question,
                               const struct naive_candidate *candidate)
{
    int64_t home = question->query->home_region;
    if (candidate->kind == CANDIDATE_PERMIT)
        return PASS;
    if (candidate->kind == CANDIDATE_CAPACITY)
        return pass_if(has_region(candidate->capacity->open_to, home));
    return pass_if(candidate->agreement->owner_region == home ||
                   has_region(candidate->agreement->callers, home));
}

static enum outcome test_agreement(const struct naive_question *question,
                                   const struct naive_candidate *candidate,
                                   enum match_test test)
{
    const struct agreement *agreement = candidate->agreement;
    if (agreement == NULL)
        return PASS;
    switch (test) {
    case MATCH_TEST_AGREEMENT_NOT_YET_VALID:
        return pass_if(agreement->valid_from == ABSENT ||
                       agreement->valid_from <= question->on);
    case MATCH_TEST_AGREEMENT_EXPIRED:
        return pass_if(agreement->valid_to == ABSENT ||
                       agreement->valid_to >= question->on);
    case MATCH_TEST_AGREEMENT_SUSPENDED:
        return pass_if(agreement->suspended != 1);
    default: // MATCH_TEST_AGREEMENT_ENDS
        if (agreement->valid_to == ABSENT)
            return PASS;
        if (candidate->expected_start != ABSENT &&
            candidate->expected_start <= agreement->valid_to)
            return PASS;
        return UNKNOWN;
    }
}

static enum outcome test_capacity(const struct naive_question *question,
                                  const struct naive_candidate *candidate,
                                  enum match_test test)
{
    const struct capacity *capacity = candidate->capacity;
    if (capacity == NULL)
        return PASS;
    if (test == MATCH_TEST_NO_SLOTS_LEFT)
        return pass_if(capacity->slots >= question->slots);
    return pass_if((capacity->book_by == ABSENT || capacity->book_by >= question->on) &&
                   capacity->window_end >= question->on);
}

const struct nhv_permit *naive_permit_in_force(const struct naive_question *question,
                                               const struct unit *unit, size_t i)
{
    const struct nhv_permit *permit =
        &naive_at(question->world, KIND_NHV_PERMIT, i)->nhv_permit;
    if (permit->unit.data == NULL || !slice_equal(permit->unit, unit->id) ||
        !slice_equal(permit->area, question->service->nhv_area))
        return NULL;
    if (permit->in_force_from > question->on ||
        (permit->in_force_to != ABSENT && permit->in_force_to < question->on))
        return NULL;
    return permit;
}

static enum outcome test_permit(const struct naive_question *question,
                                const struct naive_candidate *candidate,
                                enum match_test test)
{
    if (question->service->nhv_area.data == NULL)
        return PASS;
    bool any = false, unscoped = false, lasts = false;
    for (size_t i = 0; i < naive_count(question->world, KIND_NHV_PERMIT); i++) {
        const struct nhv_permit *permit =
            naive_permit_in_force(question, candidate->unit, i);
        if (permit == NULL)
            continue;
        any = true;
        if (permit->scope.data == NULL)
            unscoped = true;
        if (permit->in_force_to == ABSENT ||
            (candidate->expected_start != ABSENT &&
             candidate->expected_start <= permit->in_force_to))
            lasts = true;
    }
    if (test == MATCH_TEST_NO_NHV_PERMIT)
        return pass_if(any);
    if (test == MATCH_TEST_CONDITION)
        return unscoped ? PASS : UNKNOWN;
    return lasts || !any ? PASS : UNKNOWN; // MATCH_TEST_PERMIT_ENDS
}

static enum outcome test_condition(const struct naive_question *question,
                                   const struct naive_candidate *candidate)
{
    if (candidate->terms != NULL && candidate->terms->conditions.n > 0)
        return UNKNOWN;
    return test_permit(question, candidate, MATCH_TEST_CONDITION);
}

static enum outcome run_test(const struct naive_question *question,
                             const struct naive_candidate *candidate,
                             enum match_test test)
{
    const struct query *query = question->query;
    switch (test) {
    case MATCH_TEST_UNIT_INACTIVE:
        return pass_if(candidate->unit->active != 0);
    case MATCH_TEST_AGREEMENT_NOT_YET_VALID:
    case MATCH_TEST_AGREEMENT_EXPIRED:
    case MATCH_TEST_AGREEMENT_SUSPENDED:
    case MATCH_TEST_AGREEMENT_ENDS:
        return test_agreement(question, candidate, test);
    case MATCH_TEST_REGION_NOT_PARTY:
        return test_party(question, candidate);
    case MATCH_TEST_ASA:
    case MATCH_TEST_WEIGHT:
    case MATCH_TEST_BMI:
    case MATCH_TEST_AGE:
    case MATCH_TEST_SEX:
        return test_patient(candidate->terms, query, test);
    case MATCH_TEST_OUTSIDE_REGIONS:
        return pass_if(query->in_regions == ABSENT ||
                       has_region(query->in_regions, candidate->unit->region));
    case MATCH_TEST_TOO_FAR:
        return within(ABSENT, candidate->distance_km, query->max_distance_km);
    case MATCH_TEST_WAIT_TOO_LONG:
        return within(ABSENT, candidate->wait, query->max_wait_days);
    case MATCH_TEST_CAPACITY_CLOSED:
    case MATCH_TEST_NO_SLOTS_LEFT:
        return test_capacity(question, candidate, test);
    case MATCH_TEST_NO_NHV_PERMIT:
    case MATCH_TEST_PERMIT_ENDS:
        return test_permit(question, candidate, test);
    case MATCH_TEST_CONDITION:
        return test_condition(question, candidate);
    case MATCH_TEST_COUNT:
        break;
    }
    return FAIL;
}

void naive_judge(const struct naive_question *question, struct naive_candidate *candidate)
{
    candidate->failed = 0;
    candidate->unknown = 0;
    for (unsigned test = 1; test < MATCH_TEST_COUNT; test++) {
        enum outcome outcome = run_test(question, candidate, (enum match_test)test);
        if (outcome == FAIL)
            candidate->failed |= UINT32_C(1) << test;
        if (outcome == UNKNOWN)
            candidate->unknown |= UINT32_C(1) << test;
    }
}
