// SPDX-License-Identifier: Apache-2.0
//
// Which figure counts, from which day on, and what the wait is then.
#include <criterion/criterion.h>

#include "fixture.h"

struct figures {
    struct match_waiting waiting;
    int16_t lead_days;
    int32_t today, on;
};

static struct match_candidate wait_of(const struct figures *figures)
{
    struct world world;
    world_init(&world);
    world.today = figures->today;
    struct match_line line = plain_line("line");
    line.lead_days = figures->lead_days;
    world_add_line(&world, &line);
    match_index_set_waiting(world.index, SERVICE, 0, &figures->waiting);
    struct match_query query = plain_query(&world);
    query.on = figures->on;
    struct match_candidate candidate = only_candidate(&world, &query);
    candidate.waiting = NULL; // goes with the index
    world_close(&world);
    return candidate;
}

static struct figures plain_figures(int32_t today)
{
    return (struct figures){
        .waiting = {.observed_on = today,
                    .forecast_until = today,
                    .current_days = 20,
                    .forecast_days = MATCH_DAYS_ABSENT},
        .lead_days = MATCH_DAYS_ABSENT,
        .today = today,
        .on = today,
    };
}

Test(match_wait, a_forecast_counts_up_to_its_last_day_and_then_the_current_figure)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.waiting.forecast_days = 50;
    struct match_candidate candidate = wait_of(&figures);
    cr_expect_eq(candidate.wait, 50);
    cr_expect_eq(candidate.basis, MATCH_BASIS_FORECAST);
    figures.waiting.forecast_until = figures.today - 1;
    candidate = wait_of(&figures);
    cr_expect_eq(candidate.wait, 20);
    cr_expect_eq(candidate.basis, MATCH_BASIS_CURRENT);
    cr_expect_not(candidate.stale);
}

Test(match_wait, a_current_figure_counts_for_42_days)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.waiting.observed_on = figures.today - 42;
    cr_expect_eq(wait_of(&figures).wait, 20);
    figures.waiting.observed_on = figures.today - 43;
    struct match_candidate candidate = wait_of(&figures);
    cr_expect_eq(candidate.wait, -1);
    cr_expect_eq(candidate.basis, MATCH_BASIS_UNKNOWN);
    cr_expect(candidate.stale);
}

Test(match_wait, a_figure_observed_tomorrow_counts)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.waiting.observed_on = figures.today + 1;
    cr_expect_eq(wait_of(&figures).wait, 20);
}

Test(match_wait, waits_of_zero_days_are_known)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.waiting.current_days = 0;
    cr_expect_eq(wait_of(&figures).wait, 0);
    cr_expect_eq(wait_of(&figures).expected_start, figures.today);
}

Test(match_wait, lead_days_count_only_beside_a_usable_figure)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.lead_days = 21;
    cr_expect_eq(wait_of(&figures).wait, 21);
    figures.lead_days = 19;
    cr_expect_eq(wait_of(&figures).wait, 20);
    figures.waiting.current_days = MATCH_DAYS_ABSENT;
    cr_expect_eq(wait_of(&figures).wait, -1);
}

Test(match_wait, figures_are_judged_today_and_care_starts_from_the_referral)
{
    struct figures figures = plain_figures(date_from_civil(2026, 11, 22));
    figures.waiting.observed_on = figures.today - 42;
    figures.on = figures.today + 300;
    struct match_candidate candidate = wait_of(&figures);
    cr_expect_eq(candidate.wait, 20);
    cr_expect_eq(candidate.expected_start, figures.on + 20);
}

Test(match_wait, days_are_counted_over_the_turn_of_the_year_and_leap_days)
{
    struct figures figures = plain_figures(date_from_civil(2028, 1, 11));
    figures.waiting.observed_on = date_from_civil(2027, 11, 30); // 42 days before
    cr_expect_eq(wait_of(&figures).wait, 20);
    figures.today = figures.on = date_from_civil(2028, 2, 9);
    figures.waiting.observed_on = date_from_civil(2027, 12, 29);
    figures.waiting.current_days = 20;
    cr_expect_eq(wait_of(&figures).expected_start, date_from_civil(2028, 2, 29));
    figures.waiting.current_days = 21;
    cr_expect_eq(wait_of(&figures).expected_start, date_from_civil(2028, 3, 1));
    figures.today = figures.on = date_from_civil(2028, 3, 1);
    figures.waiting.observed_on =
        date_from_civil(2028, 1, 18); // 43 days: 2028 is a leap year
    cr_expect_eq(wait_of(&figures).wait, -1);
}

Test(match_wait, the_day_after_an_order_was_made_its_stale_figures_no_longer_count)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line);
    struct match_waiting waiting = plain_waiting(&world, 20);
    waiting.observed_on = world.today - 42;
    match_index_set_waiting(world.index, SERVICE, 0, &waiting);
    struct match_query query = plain_query(&world);
    cr_expect_eq(ask(&world, &query).options[0].chosen.wait, 20);
    struct match_answer answer;
    query.today = query.on = world.today + 1;
    match_query_run(world.index, &query, &world.arena, &answer);
    cr_expect_eq(answer.options[0].chosen.wait, -1);
    world.today++;
    answer = ask(&world, &query);
    cr_expect_eq(answer.options[0].chosen.wait, -1);
    cr_expect_not_null(answer.options[0].chosen.waiting);
    world_close(&world);
}

Test(match_wait, the_age_that_figures_may_have_is_a_setting)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    world_add_line(&world, &line);
    struct match_waiting waiting = plain_waiting(&world, 20);
    waiting.observed_on = world.today - 5;
    match_index_set_waiting(world.index, SERVICE, 0, &waiting);
    struct match_query query = plain_query(&world);
    match_index_set_max_age(world.index, 5);
    cr_expect_eq(ask(&world, &query).options[0].chosen.wait, 20);
    match_index_set_max_age(world.index, 4);
    cr_expect_eq(ask(&world, &query).options[0].chosen.wait, -1);
    world_close(&world);
}
