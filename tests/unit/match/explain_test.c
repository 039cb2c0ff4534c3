// SPDX-License-Identifier: Apache-2.0
//
// Counts, and the bounds of near misses.
#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

struct miss {
    uint32_t test;
    enum match_bound bound;
    int64_t value;
};

static void expect_miss(struct world *world, const struct match_query *query,
                        struct miss expected)
{
    struct match_query explained = *query;
    explained.explain = true;
    struct match_answer answer = ask(world, &explained);
    cr_assert_eq(answer.n_near_misses, 1, "%u near misses", answer.n_near_misses);
    const struct match_near_miss *miss = &answer.near_misses[0];
    cr_expect_eq(miss->test, expected.test);
    cr_expect_eq(miss->bound, expected.bound, "bound %d, not %d", miss->bound,
                 expected.bound);
    cr_expect_eq(miss->value, expected.value, "value %ld", (long)miss->value);
    cr_expect_eq(miss->candidate.failed, UINT32_C(1) << expected.test);
    cr_expect_eq(answer.excluded, 1);
    cr_expect_eq(answer.any[expected.test], 1);
    cr_expect_eq(answer.alone[expected.test], 1);
}

Test(match_explain, a_near_miss_names_the_bound_that_was_crossed)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    line.terms = (struct match_terms){.weight_min = 400,
                                      .weight_max = 1200,
                                      .bmi_min = 180,
                                      .bmi_max = 350,
                                      .age_min = 18,
                                      .age_max = 70,
                                      .asa_max = 2,
                                      .sex = 2};
    world_add_line(&world, &line);
    struct match_query fits = plain_query(&world), query;
    fits.weight_hg = 700;
    fits.height_cm = 170;
    fits.age = 40;
    fits.asa = 2;
    fits.sex = 2;
    query = fits;
    query.asa = 3;
    expect_miss(&world, &query, (struct miss){6, MATCH_BOUND_ASA_MAX, 2});
    query = fits;
    query.weight_hg = 399;
    query.height_cm = 140;
    expect_miss(&world, &query, (struct miss){7, MATCH_BOUND_WEIGHT_MIN, 400});
    query.weight_hg = 1201;
    query.height_cm = 190;
    expect_miss(&world, &query, (struct miss){7, MATCH_BOUND_WEIGHT_MAX, 1200});
    query = fits;
    query.height_cm = 210;
    expect_miss(&world, &query, (struct miss){8, MATCH_BOUND_BMI_MIN, 180});
    query.height_cm = 140;
    expect_miss(&world, &query, (struct miss){8, MATCH_BOUND_BMI_MAX, 350});
    query = fits;
    query.age = 17;
    expect_miss(&world, &query, (struct miss){9, MATCH_BOUND_AGE_MIN, 18});
    query.age = 71;
    expect_miss(&world, &query, (struct miss){9, MATCH_BOUND_AGE_MAX, 70});
    query = fits;
    query.sex = 3;
    expect_miss(&world, &query, (struct miss){10, MATCH_BOUND_SEX, 2});
    world_close(&world);
}

Test(match_explain, of_place_and_time_the_near_miss_tells_the_candidate_s_own_figure)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line); // 30 days
    struct match_unit unit = plain_unit("SE0000000000-A");
    unit.has_position = true;
    unit.position.longitude_e6 = 1000000; // 111 km
    match_index_set_unit(world.index, 0, &unit);
    struct match_query query = plain_query(&world);
    query.in_regions = REGION_BIT(SKANE);
    expect_miss(&world, &query, (struct miss){11, MATCH_BOUND_REGION, STOCKHOLM});
    query.in_regions = 0;
    query.has_origin = true;
    query.max_distance_km = 5;
    expect_miss(&world, &query, (struct miss){12, MATCH_BOUND_DISTANCE, 111});
    query.max_distance_km = -1;
    query.max_wait_days = 29;
    expect_miss(&world, &query, (struct miss){13, MATCH_BOUND_WAIT, 30});
    world_close(&world);
}

Test(match_explain, capacity_s_terms_are_near_misses_too_but_its_slots_are_not)
{
    struct world world;
    world_init(&world);
    struct match_unit unit = plain_unit("SE0000000000-A");
    match_index_set_unit(world.index, 0, &unit);
    struct match_capacity capacity = plain_capacity(&world, "slots");
    capacity.terms.age_min = 18;
    match_index_add_capacity(world.index, SERVICE, 0, &capacity);
    struct match_query query = plain_query(&world);
    query.age = 17;
    expect_miss(&world, &query, (struct miss){9, MATCH_BOUND_AGE_MIN, 18});
    query.age = 18;
    query.slots = 2;
    query.explain = true;
    struct match_answer answer = ask(&world, &query);
    cr_expect_eq(answer.n_near_misses, 0);
    cr_expect_eq(answer.alone[MATCH_TEST_NO_SLOTS_LEFT], 1);
    world_close(&world);
}

Test(match_explain,
     reasons_count_once_for_each_candidate_and_alone_when_nothing_else_failed)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    line.terms.asa_max = 1;
    world_add_line(&world, &line);
    line.record = "B";
    line.terms.age_min = 50;
    match_index_add_line(world.index, SERVICE, 0, &line);
    line = plain_line("C");
    line.terms.has_conditions = true;
    match_index_add_line(world.index, SERVICE, 0, &line);
    line = plain_line("D");
    match_index_add_line(world.index, SERVICE, 0, &line);
    struct match_query query = plain_query(&world);
    query.asa = 3;
    query.age = 40;
    query.explain = true;
    query.certain_only = true; // counts do not depend on it
    struct match_answer answer = ask(&world, &query);
    cr_expect_eq(answer.admitted, 1);
    cr_expect_eq(answer.conditional, 1);
    cr_expect_eq(answer.excluded, 2);
    cr_expect_eq(answer.any[MATCH_TEST_ASA], 2);
    cr_expect_eq(answer.alone[MATCH_TEST_ASA], 1);
    cr_expect_eq(answer.any[MATCH_TEST_AGE], 1);
    cr_expect_eq(answer.alone[MATCH_TEST_AGE], 0);
    cr_expect_eq(answer.n_near_misses, 1);
    cr_expect_str_eq(answer.near_misses[0].candidate.record, "A");
    world_close(&world);
}

Test(match_explain, a_fact_unknown_beside_it_does_not_hide_a_near_miss)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    line.terms.asa_max = 1;
    line.terms.age_min = 50;
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.asa = 3;
    expect_miss(&world, &query, (struct miss){6, MATCH_BOUND_ASA_MAX, 1});
    world_close(&world);
}

Test(match_explain, ten_near_misses_are_told_ungrouped_in_the_query_s_order)
{
    static char ids[25][8];
    struct world world;
    world_init(&world);
    for (uint32_t i = 0; i < 25; i++) {
        snprintf(ids[i], sizeof(ids[i]), "%02u", i);
        struct match_line line = plain_line(ids[i]);
        line.terms.asa_max = 1;
        line.price = 100 * (i * 7 % 25);
        if (i == 0)
            world_add_line(&world, &line);
        else
            match_index_add_line(world.index, SERVICE, 0, &line);
    }
    struct match_query query = plain_query(&world);
    query.asa = 3;
    query.explain = true;
    struct match_answer answer = ask(&world, &query);
    cr_assert_eq(answer.n_near_misses, 10);
    for (uint32_t i = 0; i < 10; i++)
        cr_expect_eq(answer.near_misses[i].candidate.price, 100 * (int64_t)i);
    cr_expect_eq(answer.excluded, 25);
    world_close(&world);
}
