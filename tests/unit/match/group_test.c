// SPDX-License-Identifier: Apache-2.0
//
// Which candidate stands for its unit, what the alternatives are, and the order of
// options.
#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

static struct match_line priced_line(const char *id, int64_t price)
{
    struct match_line line = plain_line(id);
    line.price = price;
    return line;
}

static void expect_records(const struct match_answer *answer, const char *const *ids,
                           uint32_t n)
{
    cr_assert_eq(answer->n_options, n, "%u options, not %u", answer->n_options, n);
    for (uint32_t i = 0; i < n; i++)
        cr_expect_str_eq(answer->options[i].chosen.record, ids[i]);
}

Test(match_group, an_admitted_line_stands_for_its_unit_even_behind_a_conditional_one)
{
    struct world world;
    world_init(&world);
    struct match_line cheap = priced_line("A/conditional", 100);
    cheap.terms.has_conditions = true;
    world_add_line(&world, &cheap);
    struct match_line dear = priced_line("B/admitted", 900);
    match_index_add_line(world.index, SERVICE, 0, &dear);
    world_add_unit(&world, 1, "SE0000000000-B", 30);
    struct match_line other = priced_line("C", 500);
    match_index_add_line(world.index, SERVICE, 1, &other);
    struct match_query query = plain_query(&world);
    for (query.order = MATCH_EARLIEST; query.order <= MATCH_CHEAPEST; query.order++) {
        struct match_answer answer = ask(&world, &query);
        expect_records(&answer, (const char *const[]){"C", "B/admitted"}, 2);
        cr_expect_eq(answer.options[1].alternatives, 1);
        query.limit = 1; // the conditional line ranks first, but its unit does not
        answer = ask(&world, &query);
        expect_records(&answer, (const char *const[]){"C"}, 1);
        query.limit = 10;
    }
    world_close(&world);
}

Test(match_group, without_an_admitted_line_the_first_conditional_one_stands)
{
    struct world world;
    world_init(&world);
    struct match_line dear = priced_line("A", 900), cheap = priced_line("B", 100);
    dear.terms.has_conditions = cheap.terms.has_conditions = true;
    world_add_line(&world, &dear);
    match_index_add_line(world.index, SERVICE, 0, &cheap);
    struct match_query query = plain_query(&world);
    struct match_answer answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"B"}, 1);
    cr_expect_eq(answer.options[0].alternatives, 1);
    query.certain_only = true;
    cr_expect_eq(ask(&world, &query).n_options, 0);
    world_close(&world);
}

Test(match_group, alternatives_are_what_is_not_excluded_or_with_certain_only_admitted)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("A");
    world_add_line(&world, &line);
    line.record = "B";
    match_index_add_line(world.index, SERVICE, 0, &line);
    line.record = "C";
    line.terms.has_conditions = true;
    match_index_add_line(world.index, SERVICE, 0, &line);
    line.record = "D";
    line.terms.sex = 2;
    match_index_add_line(world.index, SERVICE, 0, &line);
    struct match_query query = plain_query(&world);
    query.sex = 3;
    struct match_answer answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"A"}, 1);
    cr_expect_eq(answer.options[0].alternatives, 2);
    query.certain_only = true;
    cr_expect_eq(ask(&world, &query).options[0].alternatives, 1);
    world_close(&world);
}

Test(match_group, capacity_and_agreement_of_a_unit_are_two_options)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line);
    struct match_capacity capacity = plain_capacity(&world, "slots");
    match_index_add_capacity(world.index, SERVICE, 0, &capacity);
    struct match_query query = plain_query(&world);
    struct match_answer answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"slots", "line"}, 2);
    cr_expect_eq(answer.options[0].chosen.kind, MATCH_CAPACITY);
    cr_expect_eq(answer.options[0].chosen.basis, MATCH_BASIS_CAPACITY);
    cr_expect_null(answer.options[0].chosen.waiting);
    world_close(&world);
}

// Three units: near and dear, far and cheap, and one of which nothing is known.
static void add_three_units(struct world *world)
{
    static const char *const ids[] = {"SE0000000000-A", "SE0000000000-B",
                                      "SE0000000000-C"};
    static const char *const lines[] = {"near", "cheap", "unknown"};
    struct match_agreement agreement = plain_agreement();
    match_index_set_agreement(world->index, 0, &agreement);
    for (uint32_t unit = 0; unit < 3; unit++) {
        struct match_unit facts = plain_unit(ids[unit]);
        facts.has_position = unit < 2;
        facts.position.latitude_e6 = 59000000 + (int32_t)unit * 1000000;
        match_index_set_unit(world->index, unit, &facts);
        struct match_waiting waiting = plain_waiting(world, (int16_t)(20 - unit * 10));
        if (unit < 2)
            match_index_set_waiting(world->index, SERVICE, unit, &waiting);
        struct match_line line = plain_line(lines[unit]);
        line.price = unit < 2 ? 1000 - (int64_t)unit : MATCH_PRICE_ABSENT;
        match_index_add_line(world->index, SERVICE, unit, &line);
    }
}

Test(match_group, each_order_puts_absent_values_last)
{
    struct world world;
    world_init(&world);
    add_three_units(&world);
    struct match_query query = plain_query(&world);
    query.has_origin = true;
    query.origin = (struct position){59000000, 0};
    struct match_answer answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"cheap", "near", "unknown"}, 3);
    query.order = MATCH_NEAREST;
    answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"near", "cheap", "unknown"}, 3);
    query.order = MATCH_CHEAPEST;
    answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"cheap", "near", "unknown"}, 3);
    cr_expect_eq(answer.options[2].chosen.wait, -1);
    cr_expect_eq(answer.options[2].chosen.distance_km, -1);
    query.order = MATCH_NEAREST;
    query.has_origin = false; // then the wait decides
    answer = ask(&world, &query);
    expect_records(&answer, (const char *const[]){"cheap", "near", "unknown"}, 3);
    world_close(&world);
}

// More units than a service keeps in one leaf, all of one wait, price and place.
#define N_TIED 600

static void add_tied_units(struct world *world, char ids[N_TIED][24])
{
    struct match_agreement agreement = plain_agreement();
    match_index_set_agreement(world->index, 0, &agreement);
    for (uint32_t i = 0; i < N_TIED; i++) {
        uint32_t unit = i * 7 % N_TIED; // neither ids nor handles come in order
        snprintf(ids[unit], 24, "SE0000000000-%05u", (i * 311 + 17) % N_TIED);
        struct match_unit facts = plain_unit(ids[unit]);
        struct match_waiting waiting = plain_waiting(world, 30);
        facts.has_position = true;
        facts.position = (struct position){59000000, 18000000};
        match_index_set_unit(world->index, unit, &facts);
        match_index_set_waiting(world->index, SERVICE, unit, &waiting);
        struct match_line line = plain_line(ids[unit]);
        line.price = 100000;
        match_index_add_line(world->index, SERVICE, unit, &line);
    }
}

Test(match_group, a_whole_tie_is_read_and_broken_by_unit_id)
{
    static char ids[N_TIED][24];
    struct world world;
    world_init(&world);
    add_tied_units(&world, ids);
    struct match_query query = plain_query(&world);
    query.has_origin = true;
    query.origin = (struct position){59500000, 18000000};
    for (query.order = MATCH_EARLIEST; query.order <= MATCH_CHEAPEST; query.order++) {
        for (query.limit = 1; query.limit <= MATCH_MAX_OPTIONS; query.limit += 33) {
            struct match_answer answer = ask(&world, &query);
            cr_assert_eq(answer.n_options, query.limit);
            for (uint32_t i = 0; i < answer.n_options; i++) {
                char wanted[24];
                snprintf(wanted, sizeof(wanted), "SE0000000000-%05u", i);
                cr_assert_str_eq(answer.options[i].chosen.record, wanted);
            }
        }
    }
    world_close(&world);
}

Test(match_group, a_service_without_candidates_gives_no_options)
{
    struct world world;
    world_init(&world);
    struct match_query query = plain_query(&world);
    cr_expect_eq(ask(&world, &query).n_options, 0);
    world_close(&world);
}

Test(match_group, candidates_of_equal_rank_stand_by_kind)
{
    struct world world;
    world_init(&world);
    match_index_set_service(world.index, SERVICE, AREA);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line);
    struct match_capacity capacity = plain_capacity(&world, "slots");
    capacity.window_start = world.today + 30;
    capacity.window_end = world.today + 30;
    match_index_add_capacity(world.index, SERVICE, 0, &capacity);
    struct match_permit permit = {.record = "permit", .in_force_to = MATCH_DATE_MAX};
    match_index_add_permit(world.index, AREA, 0, &permit);
    struct match_query query = plain_query(&world);
    struct match_answer answer = ask(&world, &query);
    cr_assert_eq(answer.n_options, 3);
    cr_expect_eq(answer.options[0].chosen.kind, MATCH_CAPACITY);
    cr_expect_eq(answer.options[1].chosen.kind, MATCH_AGREEMENT);
    cr_expect_eq(answer.options[2].chosen.kind, MATCH_PERMIT);
    cr_expect_eq(answer.options[2].chosen.wait, 30);
    cr_expect_eq(answer.options[2].alternatives, 0);
    world_close(&world);
}
