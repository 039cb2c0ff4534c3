// SPDX-License-Identifier: Apache-2.0
//
// The tests of match/test_table.h: one function each.
//
// All of it is inline and the rows are a switch: where the number and the kind are
// constants, a test that does not apply costs nothing.
#ifndef MATCH_TESTS_H
#define MATCH_TESTS_H

#include "match/near.h"
#include "match/permit.h"
#include "match/query.h"
#include "match/test_table.h"

enum match_result { MATCH_PASS, MATCH_FAIL, MATCH_UNKNOWN };

// One candidate on trial, with what the tests look at.
struct match_trial {
    const struct match_query *query;
    const struct unit_row *unit;
    const struct agreement_row *agreement; // of a line
    const struct capacity_row *capacity;   // of a capacity
    int64_t price;
    uint32_t unit_handle;
    enum match_kind kind;
    struct terms_row terms;
    int32_t figure; // the usable waiting time of a line or permit, or -1
    int32_t wait;   // or -1; expected_start = on + wait
    enum match_basis basis;
    struct permit_summary permits; // when is_nhv
    bool is_nhv;
    float chord_squared; // from origin to unit; INFINITY when either is unknown
    int32_t distance_km; // -1 unknown; NOT_MEASURED until match_trial_distance is called
};

#define NOT_MEASURED INT32_MIN

static inline int32_t match_trial_distance(struct match_trial *t)
{
    if (t->distance_km == NOT_MEASURED)
        t->distance_km = (int32_t)near_distance_km(t->chord_squared, t->query->origin,
                                                   t->unit->position);
    return t->distance_km;
}

static inline enum match_result pass_if(bool condition)
{
    return condition ? MATCH_PASS : MATCH_FAIL;
}

// An unknown wait is in time only where there is no end.
static inline enum match_result starts_by(const struct match_trial *t, int32_t last_day)
{
    bool in_time = t->wait >= 0 && (int64_t)t->query->on + t->wait <= last_day;
    return in_time || last_day == MATCH_DATE_MAX ? MATCH_PASS : MATCH_UNKNOWN;
}

static inline enum match_result test_unit_inactive(const struct match_trial *t)
{
    return pass_if(t->unit->active);
}

static inline enum match_result test_agreement_not_yet_valid(const struct match_trial *t)
{
    return pass_if(t->agreement->valid_from <= t->query->on);
}

static inline enum match_result test_agreement_expired(const struct match_trial *t)
{
    return pass_if(t->agreement->valid_to >= t->query->on);
}

static inline enum match_result test_agreement_suspended(const struct match_trial *t)
{
    return pass_if(!t->agreement->suspended);
}

static inline enum match_result test_region_not_party(const struct match_trial *t)
{
    uint32_t parties =
        t->kind == MATCH_CAPACITY ? t->capacity->open_to : t->agreement->parties;
    return pass_if((parties & t->query->home_region) != 0);
}

static inline enum match_result test_asa(const struct match_trial *t)
{
    if (t->terms.asa_max >= 6)
        return MATCH_PASS;
    return t->query->asa == 0 ? MATCH_UNKNOWN
                              : pass_if(t->query->asa <= t->terms.asa_max);
}

static inline enum match_result test_weight(const struct match_trial *t)
{
    uint32_t weight = t->query->weight_hg;
    bool has_max = t->terms.weight_max != WEIGHT_NO_MAX;
    if (!has_max && t->terms.weight_min == 0)
        return MATCH_PASS;
    if (weight == 0)
        return MATCH_UNKNOWN;
    return pass_if(weight >= t->terms.weight_min &&
                   (!has_max || weight <= t->terms.weight_max));
}

// BMI = kg / m² = (hg / 10) / (cm² / 10000), so in tenths hg × 10000 / cm²: compared
// without the division, never rounded.
static inline enum match_result test_bmi(const struct match_trial *t)
{
    bool has_max = t->terms.bmi_max != BMI_NO_MAX;
    if (!has_max && t->terms.bmi_min == 0)
        return MATCH_PASS;
    uint64_t weight = t->query->weight_hg, height = t->query->height_cm;
    if (weight == 0 || height == 0)
        return MATCH_UNKNOWN;
    uint64_t bmi = weight * 10000, unit = height * height;
    return pass_if(bmi >= t->terms.bmi_min * unit &&
                   (!has_max || bmi <= t->terms.bmi_max * unit));
}

static inline enum match_result test_age(const struct match_trial *t)
{
    int32_t age = t->query->age;
    bool has_max = t->terms.age_max != AGE_NO_MAX;
    if (!has_max && t->terms.age_min == 0)
        return MATCH_PASS;
    if (age < 0)
        return MATCH_UNKNOWN;
    return pass_if(age >= (int32_t)t->terms.age_min &&
                   (!has_max || age <= (int32_t)t->terms.age_max));
}

static inline enum match_result test_sex(const struct match_trial *t)
{
    if (t->terms.sex == 0)
        return MATCH_PASS;
    return t->query->sex == 0 ? MATCH_UNKNOWN : pass_if(t->query->sex == t->terms.sex);
}

static inline enum match_result test_outside_regions(const struct match_trial *t)
{
    uint32_t regions = t->query->in_regions;
    return pass_if(regions == 0 || (regions >> t->unit->region & 1));
}

// Measures only what the chord leaves open.
static inline enum match_result test_too_far(struct match_trial *t)
{
    if (t->query->max_distance_km < 0)
        return MATCH_PASS;
    if (t->distance_km == -1)
        return MATCH_UNKNOWN;
    float reach = near_reach(t->query->max_distance_km);
    if (t->chord_squared > reach * reach)
        return MATCH_FAIL;
    return pass_if(match_trial_distance(t) <= t->query->max_distance_km);
}

static inline enum match_result test_wait_too_long(const struct match_trial *t)
{
    if (t->query->max_wait_days < 0)
        return MATCH_PASS;
    return t->wait < 0 ? MATCH_UNKNOWN : pass_if(t->wait <= t->query->max_wait_days);
}

static inline enum match_result test_capacity_closed(const struct match_trial *t)
{
    return pass_if(t->capacity->book_by >= t->query->on &&
                   t->capacity->window_end >= t->query->on);
}

static inline enum match_result test_no_slots_left(const struct match_trial *t)
{
    return pass_if(t->capacity->free >= t->query->slots);
}

static inline enum match_result test_no_nhv_permit(const struct match_trial *t)
{
    return pass_if(t->permits.in_force);
}

static inline enum match_result test_condition(const struct match_trial *t)
{
    bool narrowed = t->is_nhv && t->permits.all_scoped;
    return t->terms.has_conditions || narrowed ? MATCH_UNKNOWN : MATCH_PASS;
}

static inline enum match_result test_agreement_ends(const struct match_trial *t)
{
    return starts_by(t, t->agreement->valid_to);
}

static inline enum match_result test_permit_ends(const struct match_trial *t)
{
    return t->permits.in_force ? starts_by(t, t->permits.last_to) : MATCH_PASS;
}

#endif
