// SPDX-License-Identifier: Apache-2.0
//
// Temporary capacity and permits for nationally specialised care.
#include <criterion/criterion.h>
#include <string.h>

#include "fixture.h"

#define BIT(test) (UINT32_C(1) << MATCH_TEST_##test)

static struct match_candidate judge_capacity(const struct world *base,
                                             const struct match_capacity *capacity,
                                             int32_t on, uint32_t slots)
{
    struct world world;
    world_init(&world);
    world.today = base->today;
    struct match_unit unit = plain_unit("SE0000000000-A");
    match_index_set_unit(world.index, 0, &unit);
    match_index_add_capacity(world.index, SERVICE, 0, capacity);
    struct match_query query = plain_query(&world);
    query.on = on;
    query.slots = slots;
    struct match_candidate candidate = only_candidate(&world, &query);
    cr_assert_eq(ask(&world, &query).n_options, candidate.failed == 0);
    world_close(&world);
    return candidate;
}

Test(match_capacity, a_window_is_open_until_its_last_day_and_its_last_booking_day)
{
    struct world world = {.today = date_from_civil(2026, 11, 22)};
    struct match_capacity capacity = plain_capacity(&world, "slots"); // days 5 to 10
    cr_expect_eq(judge_capacity(&world, &capacity, world.today + 10, 1).failed, 0);
    cr_expect_eq(judge_capacity(&world, &capacity, world.today + 11, 1).failed,
                 BIT(CAPACITY_CLOSED));
    capacity.book_by = world.today + 7;
    cr_expect_eq(judge_capacity(&world, &capacity, world.today + 7, 1).failed, 0);
    cr_expect_eq(judge_capacity(&world, &capacity, world.today + 8, 1).failed,
                 BIT(CAPACITY_CLOSED));
    capacity.window_start = capacity.window_end = capacity.book_by = world.today - 1;
    cr_expect_eq(judge_capacity(&world, &capacity, world.today, 1).failed,
                 BIT(CAPACITY_CLOSED));
}

Test(match_capacity, care_starts_when_the_window_does_or_on_the_referral)
{
    struct world world = {.today = date_from_civil(2026, 11, 22)};
    struct match_capacity capacity = plain_capacity(&world, "slots");
    struct match_candidate candidate = judge_capacity(&world, &capacity, world.today, 1);
    cr_expect_eq(candidate.wait, 5);
    cr_expect_eq(candidate.expected_start, world.today + 5);
    candidate = judge_capacity(&world, &capacity, world.today + 6, 1);
    cr_expect_eq(candidate.wait, 0);
    cr_expect_eq(candidate.expected_start, world.today + 6);
    cr_expect_not(candidate.stale);
}

Test(match_capacity, there_must_be_slots_enough)
{
    struct world world = {.today = date_from_civil(2026, 11, 22)};
    struct match_capacity capacity = plain_capacity(&world, "slots");
    capacity.free = 2;
    cr_expect_eq(judge_capacity(&world, &capacity, world.today, 2).free, 2);
    cr_expect_eq(judge_capacity(&world, &capacity, world.today, 3).failed,
                 BIT(NO_SLOTS_LEFT));
    capacity.free = 0;
    cr_expect_eq(judge_capacity(&world, &capacity, world.today, 1).failed,
                 BIT(NO_SLOTS_LEFT));
}

Test(match_capacity, it_must_be_open_to_the_home_region)
{
    struct world world = {.today = date_from_civil(2026, 11, 22)};
    struct match_capacity capacity = plain_capacity(&world, "slots");
    capacity.open_to = REGION_BIT(SKANE);
    cr_expect_eq(judge_capacity(&world, &capacity, world.today, 1).failed,
                 BIT(REGION_NOT_PARTY));
}

Test(match_capacity, on_a_later_day_windows_are_that_much_nearer)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line); // 30 days
    struct match_capacity capacity = plain_capacity(&world, "slots");
    capacity.window_start = world.today + 40;
    capacity.window_end = world.today + 50;
    match_index_add_capacity(world.index, SERVICE, 0, &capacity);
    struct match_query query = plain_query(&world);
    query.limit = 1;
    cr_expect_str_eq(ask(&world, &query).options[0].chosen.record, "line");
    query.on = world.today + 20;
    cr_expect_str_eq(ask(&world, &query).options[0].chosen.record, "slots");
    world_close(&world);
}

static void init_nhv(struct world *world)
{
    world_init(world);
    match_index_set_service(world->index, SERVICE, AREA);
    world_add_unit(world, 0, "SE0000000000-A", 30);
}

static void add_permit(struct world *world, const char *id, int32_t from, int32_t to,
                       bool has_scope)
{
    struct match_permit permit = {id, from, to, has_scope};
    match_index_add_permit(world->index, AREA, 0, &permit);
}

static void expect(struct world *world, const struct match_query *query, uint32_t failed,
                   uint32_t unknown)
{
    struct match_candidate candidate = only_candidate(world, query);
    cr_expect_eq(candidate.failed, failed, "failed %x, not %x", candidate.failed, failed);
    if (!failed) {
        cr_expect_eq(candidate.unknown, unknown, "unknown %x, not %x", candidate.unknown,
                     unknown);
        cr_expect_eq(candidate.kind, MATCH_PERMIT);
    }
}

Test(match_permit, a_permit_holds_from_its_first_day_to_its_last)
{
    struct world world;
    init_nhv(&world);
    struct match_query query = plain_query(&world);
    add_permit(&world, "permit", query.on, query.on + 30, false);
    expect(&world, &query, 0, 0);
    query.on = world.today + 1;
    expect(&world, &query, 0, BIT(PERMIT_ENDS));
    query.on = world.today + 31;
    expect(&world, &query, BIT(NO_NHV_PERMIT), 0);
    world_close(&world);
}

Test(match_permit, a_permit_to_come_is_not_in_force)
{
    struct world world;
    init_nhv(&world);
    struct match_query query = plain_query(&world);
    add_permit(&world, "permit", query.on + 1, MATCH_DATE_MAX, false);
    expect(&world, &query, BIT(NO_NHV_PERMIT), 0);
    query.on++;
    expect(&world, &query, 0, 0);
    world_close(&world);
}

Test(match_permit, scopes_must_be_verified_unless_a_row_in_force_has_none)
{
    struct world world;
    init_nhv(&world);
    struct match_query query = plain_query(&world);
    add_permit(&world, "children", 0, MATCH_DATE_MAX, true);
    expect(&world, &query, 0, BIT(CONDITION));
    add_permit(&world, "later", query.on + 1, MATCH_DATE_MAX, false);
    expect(&world, &query, 0, BIT(CONDITION));
    add_permit(&world, "all", 0, MATCH_DATE_MAX, false);
    expect(&world, &query, 0, 0);
    match_index_remove_permit(world.index, AREA, 0, "all");
    expect(&world, &query, 0, BIT(CONDITION));
    world_close(&world);
}

Test(match_permit, one_row_that_outlasts_the_wait_is_enough)
{
    struct world world;
    init_nhv(&world);
    struct match_query query = plain_query(&world);
    add_permit(&world, "short", 0, query.on + 10, false);
    expect(&world, &query, 0, BIT(PERMIT_ENDS));
    add_permit(&world, "long", 0, query.on + 30, false);
    expect(&world, &query, 0, 0);
    match_index_set_waiting(world.index, SERVICE, 0, NULL);
    expect(&world, &query, 0, BIT(PERMIT_ENDS));
    add_permit(&world, "open", 0, MATCH_DATE_MAX, false);
    expect(&world, &query, 0, 0);
    world_close(&world);
}

Test(match_permit, a_line_of_an_nhv_service_needs_a_permit_too)
{
    struct world world;
    init_nhv(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    struct match_candidate candidate = only_candidate(&world, &query);
    cr_expect_eq(candidate.failed, BIT(NO_NHV_PERMIT));
    world_close(&world);
}

static void append(void *arg, const void *record)
{
    strcat(arg, record);
}

Test(match_permit, rows_in_force_are_told_in_the_order_they_came)
{
    struct world world;
    init_nhv(&world);
    char told[16] = "";
    add_permit(&world, "c", 0, MATCH_DATE_MAX, false);
    add_permit(&world, "x", 0, 1, false);
    add_permit(&world, "a", 0, world.today, true);
    match_query_permits(world.index, AREA, 0, world.today, append, told);
    cr_expect_str_eq(told, "ca");
    match_query_permits(world.index, AREA + 1, 0, world.today, append, told);
    cr_expect_str_eq(told, "ca");
    world_close(&world);
}
