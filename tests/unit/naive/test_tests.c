// SPDX-License-Identifier: Apache-2.0
//
// The 19 tests of domain.md §3, each on both sides of its bound and without the fact it
// needs.
#include <criterion/criterion.h>

#include "unit/naive/fixture.h"

static struct fixture f;

static void open_world(void)
{
    fixture_init(&f);
}

static void close_world(void)
{
    fixture_close(&f);
}

TestSuite(naive_tests, .init = open_world, .fini = close_world);

static void expect(enum match_test test, enum said said)
{
    cr_expect_eq(fixture_said(&f, test), said, "%s", test_names[test]);
}

static struct agreement_line line(void)
{
    return fixture_line("A", "U");
}

// Puts one line with these terms and asks.
static void expect_terms(struct terms terms, enum match_test test, enum said said)
{
    struct agreement_line with_terms = line();
    with_terms.terms = terms;
    fixture_put_line(&f, with_terms);
    expect(test, said);
}

static struct terms no_terms(void)
{
    return line().terms;
}

Test(naive_tests, inactive_unit_fails)
{
    fixture_put_line(&f, line());
    expect(MATCH_TEST_UNIT_INACTIVE, SAID_PASS);
    struct unit unit = fixture_unit("U");
    unit.active = 0;
    fixture_put_unit(&f, unit);
    expect(MATCH_TEST_UNIT_INACTIVE, SAID_FAIL);
}

Test(naive_tests, agreement_is_valid_on_its_first_and_last_day)
{
    struct agreement agreement = fixture_agreement("A");
    fixture_put_line(&f, line());
    agreement.valid_from = f.today + 10;
    agreement.valid_to = f.today + 20;
    fixture_put_agreement(&f, agreement);
    f.query.on = f.today + 9;
    expect(MATCH_TEST_AGREEMENT_NOT_YET_VALID, SAID_FAIL);
    f.query.on = f.today + 10;
    expect(MATCH_TEST_AGREEMENT_NOT_YET_VALID, SAID_PASS);
    f.query.on = f.today + 20;
    expect(MATCH_TEST_AGREEMENT_EXPIRED, SAID_PASS);
    f.query.on = f.today + 21;
    expect(MATCH_TEST_AGREEMENT_EXPIRED, SAID_FAIL);
}

Test(naive_tests, suspended_agreement_fails)
{
    struct agreement agreement = fixture_agreement("A");
    fixture_put_line(&f, line());
    expect(MATCH_TEST_AGREEMENT_SUSPENDED, SAID_PASS);
    agreement.suspended = 1;
    fixture_put_agreement(&f, agreement);
    expect(MATCH_TEST_AGREEMENT_SUSPENDED, SAID_FAIL);
}

Test(naive_tests, only_the_owner_and_the_callers_are_parties_of_a_line)
{
    struct agreement agreement = fixture_agreement("A");
    fixture_put_line(&f, line());
    f.query.home_region = 13;
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_FAIL);
    agreement.callers = 1 << 13 | 1 << 1;
    fixture_put_agreement(&f, agreement);
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_PASS);
    f.query.home_region = 14;
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_PASS);
    f.query.home_region = 12;
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_FAIL);
}

Test(naive_tests, capacity_is_open_to_its_set_alone)
{
    struct capacity capacity = fixture_capacity("K", "U");
    capacity.open_to = 1 << 13;
    fixture_put_capacity(&f, capacity);
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_FAIL); // the unit's own region is not asked
    f.query.home_region = 13;
    expect(MATCH_TEST_REGION_NOT_PARTY, SAID_PASS);
}

Test(naive_tests, asa_above_the_bound_fails_and_unknown_asa_is_unknown)
{
    struct terms terms = no_terms();
    expect_terms(terms, MATCH_TEST_ASA, SAID_PASS);
    terms.asa_max = 2;
    expect_terms(terms, MATCH_TEST_ASA, SAID_UNKNOWN);
    f.query.asa = 2;
    expect_terms(terms, MATCH_TEST_ASA, SAID_PASS);
    f.query.asa = 3;
    expect_terms(terms, MATCH_TEST_ASA, SAID_FAIL);
}

Test(naive_tests, bounds_that_nobody_can_fail_are_no_bounds)
{
    struct terms terms = no_terms();
    terms.asa_max = 6;
    terms.age_min = 0;
    terms.sex = SEX_ANY;
    expect_terms(terms, MATCH_TEST_ASA, SAID_PASS);
    expect_terms(terms, MATCH_TEST_AGE, SAID_PASS);
    expect_terms(terms, MATCH_TEST_SEX, SAID_PASS);
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->terms.asa_max, ABSENT);
    cr_expect_eq(option->terms.age_min, ABSENT);
    cr_expect_eq(option->terms.sex, ABSENT);
}

Test(naive_tests, weight_bounds_are_inclusive)
{
    struct terms terms = no_terms();
    terms.weight_min = 400;
    terms.weight_max = 1205;
    expect_terms(terms, MATCH_TEST_WEIGHT, SAID_UNKNOWN);
    static const struct {
        int64_t weight;
        enum said said;
    } cases[] = {
        {399, SAID_FAIL}, {400, SAID_PASS}, {1205, SAID_PASS}, {1206, SAID_FAIL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.query.weight = cases[i].weight;
        expect_terms(terms, MATCH_TEST_WEIGHT, cases[i].said);
    }
}

// 30.0 at 170 cm is 86.7 kg to the hectogram: 30 × 1.7² = 86.70.
Test(naive_tests, bmi_is_compared_exactly)
{
    struct terms terms = no_terms();
    terms.bmi_min = 185;
    terms.bmi_max = 300;
    static const struct {
        int64_t weight, height_cm;
        enum said said;
    } cases[] = {
        {867, 170, SAID_PASS},       {868, 170, SAID_FAIL}, // 30.03 rounds to 30.0
        {740, 200, SAID_PASS},       {739, 200, SAID_FAIL}, // 18.5 and 18.475
        {ABSENT, 170, SAID_UNKNOWN}, {867, ABSENT, SAID_UNKNOWN},
        {4000, 250, SAID_FAIL},      {5, 30, SAID_FAIL}, // 64 and 5.6
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.query.weight = cases[i].weight;
        f.query.height_cm = cases[i].height_cm;
        expect_terms(terms, MATCH_TEST_BMI, cases[i].said);
    }
}

Test(naive_tests, one_sided_bmi_bound_needs_both_facts_too)
{
    struct terms terms = no_terms();
    terms.bmi_min = 185;
    f.query.weight = 1000;
    expect_terms(terms, MATCH_TEST_BMI, SAID_UNKNOWN);
    f.query.height_cm = 180;
    expect_terms(terms, MATCH_TEST_BMI, SAID_PASS);
}

Test(naive_tests, age_bounds_are_inclusive)
{
    struct terms terms = no_terms();
    terms.age_min = 18;
    terms.age_max = 74;
    expect_terms(terms, MATCH_TEST_AGE, SAID_UNKNOWN);
    static const struct {
        int64_t age;
        enum said said;
    } cases[] = {{0, SAID_FAIL},  {17, SAID_FAIL}, {18, SAID_PASS},
                 {74, SAID_PASS}, {75, SAID_FAIL}, {125, SAID_FAIL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.query.age = cases[i].age;
        expect_terms(terms, MATCH_TEST_AGE, cases[i].said);
    }
}

Test(naive_tests, sex_must_be_equal_when_asked_for)
{
    struct terms terms = no_terms();
    terms.sex = SEX_FEMALE;
    expect_terms(terms, MATCH_TEST_SEX, SAID_UNKNOWN);
    f.query.sex = SEX_FEMALE;
    expect_terms(terms, MATCH_TEST_SEX, SAID_PASS);
    f.query.sex = SEX_MALE;
    expect_terms(terms, MATCH_TEST_SEX, SAID_FAIL);
}

Test(naive_tests, unit_outside_the_regions_fails)
{
    fixture_put_line(&f, line());
    expect(MATCH_TEST_OUTSIDE_REGIONS, SAID_PASS);
    f.query.in_regions = 1 << 14 | 1 << 1;
    expect(MATCH_TEST_OUTSIDE_REGIONS, SAID_PASS);
    f.query.in_regions = 1 << 13;
    expect(MATCH_TEST_OUTSIDE_REGIONS, SAID_FAIL);
}

// A degree of latitude is R × π / 180 = 111.195 km.
Test(naive_tests, distance_bound_is_inclusive_and_needs_both_positions)
{
    struct unit unit = fixture_unit("U");
    fixture_put_line(&f, line());
    f.query.origin.latitude = 57000000;
    f.query.origin.longitude = 12000000;
    f.query.max_distance_km = 111;
    expect(MATCH_TEST_TOO_FAR, SAID_UNKNOWN);
    unit.latitude = 58000000;
    unit.longitude = 12000000;
    fixture_put_unit(&f, unit);
    expect(MATCH_TEST_TOO_FAR, SAID_PASS);
    f.query.max_distance_km = 110;
    expect(MATCH_TEST_TOO_FAR, SAID_FAIL);
    f.query.origin = (struct origin){SLICE_ABSENT, ABSENT, ABSENT};
    expect(MATCH_TEST_TOO_FAR, SAID_UNKNOWN);
}

Test(naive_tests, wait_bound_is_inclusive_and_needs_a_wait)
{
    fixture_put_line(&f, line());
    f.query.max_wait_days = 30;
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_UNKNOWN);
    fixture_put_wait(&f, fixture_wait("U", 30));
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_PASS);
    fixture_put_wait(&f, fixture_wait("U", 31));
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_FAIL);
}

Test(naive_tests, wait_bound_holds_for_capacity_too)
{
    struct capacity capacity = fixture_capacity("K", "U");
    capacity.window_start = f.today + 5;
    fixture_put_capacity(&f, capacity);
    f.query.max_wait_days = 5;
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_PASS);
    f.query.max_wait_days = 4;
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_FAIL);
    f.query.on = f.today + 1;
    expect(MATCH_TEST_WAIT_TOO_LONG, SAID_PASS);
}

Test(naive_tests, capacity_is_open_through_book_by_and_window_end)
{
    struct capacity capacity = fixture_capacity("K", "U");
    fixture_put_capacity(&f, capacity);
    f.query.on = f.today + 30;
    expect(MATCH_TEST_CAPACITY_CLOSED, SAID_PASS);
    f.query.on = f.today + 31;
    expect(MATCH_TEST_CAPACITY_CLOSED, SAID_FAIL);
    capacity.book_by = f.today + 10;
    fixture_put_capacity(&f, capacity);
    f.query.on = f.today + 10;
    expect(MATCH_TEST_CAPACITY_CLOSED, SAID_PASS);
    f.query.on = f.today + 11;
    expect(MATCH_TEST_CAPACITY_CLOSED, SAID_FAIL);
}

Test(naive_tests, slots_asked_for_must_be_free)
{
    struct capacity capacity = fixture_capacity("K", "U");
    capacity.slots = 2;
    fixture_put_capacity(&f, capacity);
    expect(MATCH_TEST_NO_SLOTS_LEFT, SAID_PASS);
    f.query.slots = 2;
    expect(MATCH_TEST_NO_SLOTS_LEFT, SAID_PASS);
    f.query.slots = 3;
    expect(MATCH_TEST_NO_SLOTS_LEFT, SAID_FAIL);
}

Test(naive_tests, slots_do_not_concern_a_line)
{
    fixture_put_line(&f, line());
    f.query.slots = 10000;
    expect(MATCH_TEST_NO_SLOTS_LEFT, SAID_PASS);
}

Test(naive_tests, national_care_needs_a_permit_in_force)
{
    struct nhv_permit permit = fixture_permit("U");
    permit.in_force_from = f.today + 10;
    permit.in_force_to = f.today + 20;
    fixture_put_permit(&f, permit);
    fixture_make_national(&f);
    static const struct {
        int day;
        enum said said;
    } cases[] = {{9, SAID_FAIL}, {10, SAID_PASS}, {20, SAID_PASS}, {21, SAID_FAIL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        f.query.on = f.today + cases[i].day;
        expect(MATCH_TEST_NO_NHV_PERMIT, cases[i].said);
    }
}

Test(naive_tests, permits_of_other_units_or_of_none_do_not_count)
{
    struct nhv_permit unnamed = fixture_permit("U");
    unnamed.unit = SLICE_ABSENT;
    fixture_put_permit(&f, unnamed);
    fixture_put_line(&f, line());
    fixture_make_national(&f);
    expect(MATCH_TEST_NO_NHV_PERMIT, SAID_FAIL);
}

Test(naive_tests, permits_do_not_concern_other_services)
{
    fixture_put_line(&f, line());
    expect(MATCH_TEST_NO_NHV_PERMIT, SAID_PASS);
    expect(MATCH_TEST_PERMIT_ENDS, SAID_PASS);
}

Test(naive_tests, condition_must_be_assessed_by_a_person)
{
    struct terms terms = no_terms();
    terms.conditions.n = 1;
    terms.conditions.items[0] = slice_from("Stabil sjukdom");
    expect_terms(no_terms(), MATCH_TEST_CONDITION, SAID_PASS);
    expect_terms(terms, MATCH_TEST_CONDITION, SAID_UNKNOWN);
}

Test(naive_tests, scope_is_a_condition_unless_a_row_in_force_is_without_one)
{
    struct nhv_permit scoped = fixture_permit("U");
    struct nhv_permit unscoped = fixture_permit("U");
    scoped.scope = slice_from("Barn");
    fixture_put_permit(&f, scoped);
    fixture_make_national(&f);
    expect(MATCH_TEST_CONDITION, SAID_UNKNOWN);
    unscoped.in_force_from = f.today + 1; // not in force today
    fixture_put_permit(&f, unscoped);
    expect(MATCH_TEST_CONDITION, SAID_UNKNOWN);
    f.query.on = f.today + 1;
    expect(MATCH_TEST_CONDITION, SAID_PASS);
}

Test(naive_tests, agreement_that_ends_before_the_start_is_unknown)
{
    struct agreement agreement = fixture_agreement("A");
    agreement.valid_to = f.today + 30;
    fixture_put_agreement(&f, agreement);
    fixture_put_line(&f, line());
    expect(MATCH_TEST_AGREEMENT_ENDS, SAID_UNKNOWN); // no wait is known
    fixture_put_wait(&f, fixture_wait("U", 30));
    expect(MATCH_TEST_AGREEMENT_ENDS, SAID_PASS);
    fixture_put_wait(&f, fixture_wait("U", 31));
    expect(MATCH_TEST_AGREEMENT_ENDS, SAID_UNKNOWN);
}

Test(naive_tests, permit_that_ends_before_the_start_is_unknown)
{
    struct nhv_permit permit = fixture_permit("U");
    permit.in_force_to = f.today + 30;
    fixture_put_permit(&f, permit);
    fixture_make_national(&f);
    expect(MATCH_TEST_PERMIT_ENDS, SAID_UNKNOWN);
    fixture_put_wait(&f, fixture_wait("U", 30));
    expect(MATCH_TEST_PERMIT_ENDS, SAID_PASS);
    fixture_put_wait(&f, fixture_wait("U", 31));
    expect(MATCH_TEST_PERMIT_ENDS, SAID_UNKNOWN);
    struct nhv_permit later = fixture_permit("U");
    later.scope = slice_from("Barn");
    later.in_force_from = f.today + 31; // not in force on the day asked for
    fixture_put_permit(&f, later);
    expect(MATCH_TEST_PERMIT_ENDS, SAID_UNKNOWN);
    later.in_force_from = f.today;
    fixture_put_permit(&f, later); // without an end
    expect(MATCH_TEST_PERMIT_ENDS, SAID_PASS);
}

Test(naive_tests, permit_end_is_silent_where_there_is_no_permit)
{
    fixture_put_line(&f, line());
    fixture_make_national(&f);
    cr_expect_eq(fixture_said(&f, MATCH_TEST_NO_NHV_PERMIT), SAID_FAIL);
    const struct answer *answer = fixture_match(&f);
    const struct reason_count *reasons = answer->counts.reasons.data;
    cr_expect_eq(answer->counts.reasons.n, 1);
    cr_expect_eq(reasons[0].alone, 1);
}
