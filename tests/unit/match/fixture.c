// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <criterion/criterion.h>
#include <string.h>

static int compare_records(const void *a, const void *b)
{
    return strcmp(a, b);
}

void world_init(struct world *world)
{
    *world = (struct world){.index = match_index_new(compare_records)};
    world->today = date_from_civil(2026, 11, 22);
    match_index_set_service(world->index, SERVICE, MATCH_NONE);
}

void world_close(struct world *world)
{
    match_index_free(world->index);
    arena_free(&world->arena);
}

void world_settle(struct world *world)
{
    match_index_settle(world->index);
    cr_assert_eq(match_index_prepare(world->index, world->today, 0), 0);
}

struct match_unit plain_unit(const char *id)
{
    return (struct match_unit){.id = slice_from(id), .region = STOCKHOLM, .active = true};
}

struct match_agreement plain_agreement(void)
{
    return (struct match_agreement){.valid_from = MATCH_DATE_MIN,
                                    .valid_to = MATCH_DATE_MAX,
                                    .parties = REGION_BIT(STOCKHOLM)};
}

static struct match_terms no_terms(void)
{
    return (struct match_terms){.weight_max = UINT16_MAX,
                                .bmi_max = UINT16_MAX,
                                .age_max = UINT8_MAX,
                                .asa_max = 6};
}

struct match_line plain_line(const char *id)
{
    return (struct match_line){.record = id,
                               .price = MATCH_PRICE_ABSENT,
                               .lead_days = MATCH_DAYS_ABSENT,
                               .terms = no_terms()};
}

struct match_capacity plain_capacity(const struct world *world, const char *id)
{
    return (struct match_capacity){.record = id,
                                   .price = MATCH_PRICE_ABSENT,
                                   .id = slice_from(id),
                                   .window_start = world->today + 5,
                                   .window_end = world->today + 10,
                                   .book_by = MATCH_DATE_MAX,
                                   .open_to = REGION_BIT(STOCKHOLM),
                                   .free = 1,
                                   .terms = no_terms()};
}

struct match_waiting plain_waiting(const struct world *world, int16_t current_days)
{
    return (struct match_waiting){.observed_on = world->today,
                                  .current_days = current_days,
                                  .forecast_days = MATCH_DAYS_ABSENT};
}

struct match_query plain_query(const struct world *world)
{
    return (struct match_query){.service = SERVICE,
                                .home_region = REGION_BIT(STOCKHOLM),
                                .today = world->today,
                                .on = world->today,
                                .age = -1,
                                .max_wait_days = -1,
                                .max_distance_km = -1,
                                .slots = 1,
                                .order = MATCH_EARLIEST,
                                .limit = 10};
}

void world_add_unit(struct world *world, uint32_t unit, const char *id,
                    int16_t current_days)
{
    struct match_unit facts = plain_unit(id);
    struct match_waiting waiting = plain_waiting(world, current_days);
    match_index_set_unit(world->index, unit, &facts);
    match_index_set_waiting(world->index, SERVICE, unit, &waiting);
}

void world_add_line(struct world *world, const struct match_line *line)
{
    struct match_agreement agreement = plain_agreement();
    world_add_unit(world, 0, "SE0000000000-A", 30);
    match_index_set_agreement(world->index, 0, &agreement);
    match_index_add_line(world->index, SERVICE, 0, line);
}

struct match_answer ask(struct world *world, const struct match_query *query)
{
    struct match_answer answer;
    world_settle(world);
    arena_reset(&world->arena);
    match_query_run(world->index, query, &world->arena, &answer);
    return answer;
}

struct match_candidate only_candidate(struct world *world,
                                      const struct match_query *query)
{
    struct match_query explained = *query;
    explained.explain = true;
    struct match_answer answer = ask(world, &explained);
    cr_assert_eq(answer.admitted + answer.conditional + answer.excluded, 1);
    if (answer.n_options == 1)
        return answer.options[0].chosen;
    struct match_candidate excluded = {0};
    for (unsigned test = 1; test <= MATCH_TESTS; test++)
        excluded.failed |= (uint32_t)answer.any[test] << test;
    return excluded;
}
