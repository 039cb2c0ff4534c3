// SPDX-License-Identifier: Apache-2.0
//
// Counts and near misses (domain.md §3: the answer carries).
#include <criterion/criterion.h>

#include "unit/naive/fixture.h"

static struct fixture f;

static void open_world(void)
{
    fixture_init(&f);
    f.query.explain = 1;
}

static void close_world(void)
{
    fixture_close(&f);
}

TestSuite(naive_explain, .init = open_world, .fini = close_world);

static void put_variant(const char *variant, int64_t asa_max, int64_t age_max)
{
    struct agreement_line line = fixture_line("A", "U");
    line.variant = slice_from(variant);
    line.terms.asa_max = asa_max;
    line.terms.age_max = age_max;
    fixture_put_line(&f, line);
}

static const struct near_miss *only_near_miss(void)
{
    const struct answer *answer = fixture_match(&f);
    cr_assert_eq(answer->near_misses.n, 1);
    return answer->near_misses.data;
}

static void expect_count(const struct answer *answer, uint32_t i,
                         struct reason_count expected)
{
    cr_assert_lt(i, answer->counts.reasons.n);
    const struct reason_count *count =
        (const struct reason_count *)answer->counts.reasons.data + i;
    cr_expect_eq(count->reason, expected.reason);
    cr_expect_eq(count->any, expected.any);
    cr_expect_eq(count->alone, expected.alone);
}

Test(naive_explain, says_nothing_unless_asked)
{
    put_variant("1", 2, ABSENT);
    f.query.asa = 3;
    f.query.explain = ABSENT;
    const struct answer *answer = fixture_match(&f);
    cr_expect_eq(answer->counts.excluded, ABSENT);
    cr_expect_eq(answer->counts.reasons.n, 0);
    cr_expect_eq(answer->near_misses.n, 0);
}

Test(naive_explain, counts_each_candidate_once_and_each_reason_any_and_alone)
{
    put_variant("1", 2, ABSENT); // ASA alone
    put_variant("2", 2, 50);     // ASA and age
    put_variant("3", 3, 50);     // age alone
    put_variant("4", ABSENT, ABSENT);
    struct agreement_line conditional = fixture_line("A", "U");
    conditional.terms.weight_max = 1000;
    fixture_put_line(&f, conditional);
    f.query.asa = 3;
    f.query.age = 51;
    f.query.certain_only = 1;
    f.query.limit = 1;
    const struct answer *answer = fixture_match(&f);
    cr_expect_eq(answer->counts.admitted, 1);
    cr_expect_eq(answer->counts.conditional, 1);
    cr_expect_eq(answer->counts.excluded, 3);
    cr_expect_eq(answer->counts.reasons.n, 2);
    expect_count(answer, 0, (struct reason_count){MATCH_TEST_ASA, 2, 1});
    expect_count(answer, 1, (struct reason_count){MATCH_TEST_AGE, 2, 1});
    cr_expect_eq(answer->near_misses.n, 2);
}

Test(naive_explain, unknown_beside_the_only_failure_is_allowed)
{
    struct agreement_line line = fixture_line("A", "U");
    line.terms.asa_max = 2;
    line.terms.weight_max = 1000; // unknown
    fixture_put_line(&f, line);
    f.query.asa = 3;
    const struct near_miss *miss = only_near_miss();
    cr_expect_eq(miss->reason, MATCH_TEST_ASA);
    cr_expect_eq(miss->bound.asa_max, 2);
    cr_expect_eq(miss->bound.weight_max, ABSENT);
    cr_expect(slice_equal(miss->candidate, slice_from("A/U/S")));
    cr_expect(slice_equal(miss->unit.id, slice_from("U")));
}

Test(naive_explain, failures_outside_tests_6_to_13_are_no_near_misses)
{
    fixture_put_line(&f, fixture_line("A", "U"));
    f.query.home_region = 1;
    cr_expect_eq(fixture_match(&f)->near_misses.n, 0);
    f.query.home_region = 14;
    naive_delete(&f.world, KIND_AGREEMENT_LINE,
                 &(union entity){.agreement_line = fixture_line("A", "U")});
    fixture_put_capacity(&f, fixture_capacity("K", "U"));
    f.query.slots = 2;
    cr_expect_eq(fixture_match(&f)->near_misses.n, 0);
}

Test(naive_explain, shows_the_end_of_a_range_that_was_crossed)
{
    struct agreement_line line = fixture_line("A", "U");
    line.terms.weight_min = 400;
    line.terms.weight_max = 1000;
    line.terms.age_min = 18;
    line.terms.age_max = 74;
    line.terms.bmi_min = 185;
    line.terms.bmi_max = 300;
    fixture_put_line(&f, line);
    f.query.age = 17;
    cr_expect_eq(only_near_miss()->bound.age_min, 18);
    cr_expect_eq(only_near_miss()->bound.age_max, ABSENT);
    f.query.age = 75;
    cr_expect_eq(only_near_miss()->bound.age_max, 74);
    f.query.age = 40;
    f.query.weight = 399;
    cr_expect_eq(only_near_miss()->bound.weight_min, 400);
    f.query.weight = 1001;
    cr_expect_eq(only_near_miss()->bound.weight_max, 1000);
    f.query.weight = 700;
    f.query.height_cm = 200; // 17.5
    cr_expect_eq(only_near_miss()->bound.bmi_min, 185);
    f.query.height_cm = 150; // 31.1
    cr_expect_eq(only_near_miss()->bound.bmi_max, 300);
    cr_expect_eq(only_near_miss()->bound.bmi_min, ABSENT);
}

Test(naive_explain, shows_sex_region_distance_and_wait)
{
    struct agreement_line line = fixture_line("A", "U");
    struct unit unit = fixture_unit("U");
    unit.latitude = 58000000;
    unit.longitude = 12000000;
    fixture_put_unit(&f, unit);
    line.terms.sex = SEX_FEMALE;
    fixture_put_line(&f, line);
    fixture_put_wait(&f, fixture_wait("U", 60));
    f.query.sex = SEX_MALE;
    cr_expect_eq(only_near_miss()->bound.sex, SEX_FEMALE);
    f.query.sex = SEX_FEMALE;
    f.query.in_regions = 1 << 1;
    cr_expect_eq(only_near_miss()->bound.region, 14);
    f.query.in_regions = ABSENT;
    f.query.origin.latitude = 57000000;
    f.query.origin.longitude = 12000000;
    f.query.max_distance_km = 100;
    cr_expect_eq(only_near_miss()->bound.distance_km, 111);
    f.query.max_distance_km = ABSENT;
    f.query.max_wait_days = 30;
    cr_expect_eq(only_near_miss()->bound.wait_days, 60);
    cr_expect_eq(only_near_miss()->reason, MATCH_TEST_WAIT_TOO_LONG);
}

Test(naive_explain, ten_near_misses_in_the_querys_order_and_not_grouped)
{
    f.query.order = ORDER_CHEAPEST;
    f.query.asa = 3;
    for (int i = 0; i < 12; i++) {
        const char variant[] = {'v', (char)('a' + i), '\0'};
        struct agreement_line line = fixture_line("A", "U");
        line.variant = slice_from(variant);
        line.price = 1000 - i;
        line.terms.asa_max = 2;
        fixture_put_line(&f, line);
    }
    const struct answer *answer = fixture_match(&f);
    const struct near_miss *misses = answer->near_misses.data;
    cr_assert_eq(answer->near_misses.n, 10);
    cr_expect(slice_equal(misses[0].candidate, slice_from("A/U/S/vl")));
    cr_expect(slice_equal(misses[9].candidate, slice_from("A/U/S/vc")));
    cr_expect_eq(answer->counts.excluded, 12);
}
