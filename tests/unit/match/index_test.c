// SPDX-License-Identifier: Apache-2.0
//
// Changes to the index: what leaves it, what is moved within it, and putting it in order.
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>

#include "fixture.h"
#include "match/near.h"

Test(match_index, what_is_removed_is_found_no_more)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    world_add_line(&world, &line);
    line.record = "B";
    match_index_add_line(world.index, SERVICE, 0, &line);
    struct match_query query = plain_query(&world);
    cr_expect_str_eq(ask(&world, &query).options[0].chosen.record, "A");
    match_index_remove_line(world.index, SERVICE, 0, "A");
    cr_expect_str_eq(ask(&world, &query).options[0].chosen.record, "B");
    match_index_remove_line(world.index, SERVICE, 0, "B");
    cr_expect_eq(ask(&world, &query).n_options, 0);
    match_index_set_waiting(world.index, SERVICE, 0, NULL);
    match_index_remove_agreement(world.index, 0);
    match_index_remove_unit(world.index, 0);
    match_index_remove_service(world.index, SERVICE);
    world_settle(&world);
    struct match_index_stats stats;
    match_index_stats(world.index, &stats);
    cr_expect_eq(stats.n_groups + stats.n_lines + stats.n_capacities, 0);
    world_close(&world);
}

Test(match_index, a_unit_still_in_use_is_not_removed, .signal = SIGABRT)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    world_add_line(&world, &line);
    match_index_remove_unit(world.index, 0);
}

Test(match_index, it_is_not_asked_in_the_middle_of_a_batch, .signal = SIGABRT)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    struct match_answer answer;
    match_query_run(world.index, &query, &world.arena, &answer);
}

Test(match_index, a_handle_may_be_given_to_another_unit_within_a_batch)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("old");
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    cr_expect_eq(ask(&world, &query).n_options, 1);
    match_index_remove_line(world.index, SERVICE, 0, "old");
    match_index_set_waiting(world.index, SERVICE, 0, NULL);
    match_index_remove_unit(world.index, 0);
    struct match_unit unit = plain_unit("SE0000000000-B");
    unit.has_position = true;
    unit.position = (struct position){59000000, 18000000};
    match_index_set_unit(world.index, 0, &unit);
    line.record = "new";
    match_index_add_line(world.index, SERVICE, 0, &line);
    query.order = MATCH_NEAREST;
    query.has_origin = true;
    query.origin = unit.position;
    struct match_answer answer = ask(&world, &query);
    cr_assert_eq(answer.n_options, 1);
    cr_expect_str_eq(answer.options[0].chosen.record, "new");
    cr_expect_eq(answer.options[0].chosen.distance_km, 0);
    world_close(&world);
}

Test(match_index, services_are_put_in_order_within_the_budget)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    world_add_line(&world, &line);
    for (uint32_t service = 1; service < 10; service++) {
        match_index_set_service(world.index, service, MATCH_NONE);
        match_index_add_line(world.index, service, 0, &line);
    }
    match_index_settle(world.index);
    cr_expect_eq(match_index_prepare(world.index, world.today, 1), 9);
    cr_expect_eq(match_index_prepare(world.index, world.today, 4), 7);
    cr_expect_eq(match_index_prepare(world.index, world.today, 0), 0);
    cr_expect_eq(match_index_prepare(world.index, world.today + 1, 1), 9);
    match_index_set_max_age(world.index, 10);
    match_index_settle(world.index);
    cr_expect_eq(match_index_prepare(world.index, world.today + 1, 1), 9);
    cr_expect_eq(match_index_prepare(world.index, world.today + 1, 0), 0);
    world_close(&world);
}

Test(match_index, a_distance_told_by_chords_is_the_haversine_s)
{
    uint64_t seed = 1;
    for (uint32_t i = 0; i < 200000; i++) {
        int32_t e6[4];
        for (uint32_t k = 0; k < 4; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            e6[k] = (int32_t)((seed >> 33) % 16000000);
        }
        uint32_t shift = i % 3 * 8; // near each other, and farther
        struct position a = {55000000 + e6[0], 10000000 + e6[1]};
        struct position b = {a.latitude_e6 + (e6[2] >> shift),
                             a.longitude_e6 + (e6[3] >> shift)};
        float chord =
            near_chord_squared(distance_unit_vector(a), distance_unit_vector(b));
        cr_assert_eq(near_distance_km(chord, a, b), distance_km(a, b));
    }
}

Test(match_index, nothing_nearer_lies_beyond_the_reach_of_a_distance)
{
    struct position a = {59000000, 18000000};
    for (int32_t step = 0; step < 300000; step++) {
        struct position b = {59000000 + step * 37, 18000000 - step * 11};
        float chord =
            near_chord_squared(distance_unit_vector(a), distance_unit_vector(b));
        float reach = near_reach((int32_t)distance_km(a, b));
        cr_assert(chord <= reach * reach);
    }
}
