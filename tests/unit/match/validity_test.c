// SPDX-License-Identifier: Apache-2.0
//
// The tests of unit, agreement, place and time.
#include <criterion/criterion.h>

#include "fixture.h"

#define BIT(test) (UINT32_C(1) << MATCH_TEST_##test)

static void expect(struct world *world, const struct match_query *query, uint32_t failed,
                   uint32_t unknown)
{
    struct match_candidate candidate = only_candidate(world, query);
    cr_expect_eq(candidate.failed, failed, "failed %x, not %x", candidate.failed, failed);
    if (!failed)
        cr_expect_eq(candidate.unknown, unknown, "unknown %x, not %x", candidate.unknown,
                     unknown);
}

Test(match_validity, an_inactive_unit_takes_no_one)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    expect(&world, &query, 0, 0);
    struct match_unit unit = plain_unit("SE0000000000-A");
    unit.active = false;
    match_index_set_unit(world.index, 0, &unit);
    expect(&world, &query, BIT(UNIT_INACTIVE), 0);
    query.explain = false;
    cr_expect_eq(ask(&world, &query).n_options, 0);
    world_close(&world);
}

Test(match_validity, an_agreement_holds_from_its_first_day_to_its_last)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    struct match_agreement agreement = plain_agreement();
    agreement.valid_from = query.on;
    agreement.valid_to = query.on;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, BIT(AGREEMENT_ENDS));
    query.on = world.today + 1;
    expect(&world, &query, BIT(AGREEMENT_EXPIRED), 0);
    query.on = world.today;
    agreement.valid_from = world.today + 1;
    agreement.valid_to = MATCH_DATE_MAX;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, BIT(AGREEMENT_NOT_YET_VALID), 0);
    query.on = world.today + 1;
    expect(&world, &query, 0, 0);
    agreement.suspended = true;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, BIT(AGREEMENT_SUSPENDED), 0);
    world_close(&world);
}

Test(match_validity, care_that_would_start_after_the_agreement_must_be_verified)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line); // 30 days
    struct match_query query = plain_query(&world);
    struct match_agreement agreement = plain_agreement();
    agreement.valid_to = query.on + 30;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, 0);
    agreement.valid_to = query.on + 29;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, BIT(AGREEMENT_ENDS));
    match_index_set_waiting(world.index, SERVICE, 0, NULL);
    agreement.valid_to = query.on + 3000;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, BIT(AGREEMENT_ENDS));
    agreement.valid_to = MATCH_DATE_MAX;
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, 0);
    world_close(&world);
}

Test(match_validity, only_a_party_may_call_off)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.home_region = REGION_BIT(SKANE);
    expect(&world, &query, BIT(REGION_NOT_PARTY), 0);
    query.explain = false;
    cr_expect_eq(ask(&world, &query).n_options, 0);
    struct match_agreement agreement = plain_agreement();
    agreement.parties |= REGION_BIT(SKANE);
    match_index_set_agreement(world.index, 0, &agreement);
    expect(&world, &query, 0, 0);
    cr_expect_eq(ask(&world, &query).n_options, 1);
    world_close(&world);
}

Test(match_validity, the_unit_must_lie_in_the_regions_asked_for)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.in_regions = REGION_BIT(UPPSALA) | REGION_BIT(STOCKHOLM);
    expect(&world, &query, 0, 0);
    query.in_regions = REGION_BIT(UPPSALA);
    expect(&world, &query, BIT(OUTSIDE_REGIONS), 0);
    world_close(&world);
}

// One degree of longitude on the equator is 111.195 km.
Test(match_validity, a_distance_is_bounded_by_its_rounded_figure)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.max_distance_km = 111;
    expect(&world, &query, 0, BIT(TOO_FAR));
    struct match_unit unit = plain_unit("SE0000000000-A");
    unit.has_position = true;
    unit.position.longitude_e6 = 1000000;
    match_index_set_unit(world.index, 0, &unit);
    expect(&world, &query, 0, BIT(TOO_FAR));
    query.has_origin = true;
    expect(&world, &query, 0, 0);
    cr_expect_eq(only_candidate(&world, &query).distance_km, 111);
    query.max_distance_km = 110;
    expect(&world, &query, BIT(TOO_FAR), 0);
    query.explain = false;
    cr_expect_eq(ask(&world, &query).n_options, 0);
    world_close(&world);
}

Test(match_validity, a_wait_is_bounded_and_an_unknown_one_must_be_verified)
{
    struct world world;
    struct match_line line = plain_line("line");
    world_init(&world);
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.max_wait_days = 30;
    expect(&world, &query, 0, 0);
    query.max_wait_days = 29;
    expect(&world, &query, BIT(WAIT_TOO_LONG), 0);
    match_index_set_waiting(world.index, SERVICE, 0, NULL);
    expect(&world, &query, 0, BIT(WAIT_TOO_LONG));
    query.max_wait_days = 0;
    query.explain = false;
    cr_expect_eq(ask(&world, &query).n_options, 1);
    world_close(&world);
}
