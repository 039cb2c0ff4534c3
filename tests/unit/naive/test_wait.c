// SPDX-License-Identifier: Apache-2.0
//
// Wait, distance and the care guarantee of domain.md §3.
#include <criterion/criterion.h>

#include "base/date.h"
#include "unit/naive/fixture.h"

static struct fixture f;

static void open_world(void)
{
    fixture_init(&f);
    fixture_put_line(&f, fixture_line("A", "U"));
}

static void close_world(void)
{
    fixture_close(&f);
}

TestSuite(naive_wait, .init = open_world, .fini = close_world);
TestSuite(naive_guarantee, .init = open_world, .fini = close_world);

static void expect_wait(int64_t wait, enum wait_basis basis, bool stale)
{
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->wait_days, wait, "wait %ld", (long)option->wait_days);
    cr_expect_eq(option->wait_basis, basis, "basis %ld", (long)option->wait_basis);
    cr_expect_eq(option->stale, stale);
    int64_t on = f.query.on == ABSENT ? f.today : f.query.on;
    cr_expect_eq(option->expected_start, wait == ABSENT ? ABSENT : on + wait);
}

Test(naive_wait, without_a_row_the_wait_is_unknown_and_not_stale)
{
    expect_wait(ABSENT, BASIS_UNKNOWN, false);
}

Test(naive_wait, current_figure_is_usable_through_its_42nd_day)
{
    struct waiting_time wait = fixture_wait("U", 60);
    wait.observed_on = f.today - 42;
    fixture_put_wait(&f, wait);
    expect_wait(60, BASIS_CURRENT, false);
    wait.observed_on = f.today - 43;
    fixture_put_wait(&f, wait);
    expect_wait(ABSENT, BASIS_UNKNOWN, true);
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->current_days, 60); // the raw figure is shown all the same
    cr_expect_eq(option->observed_on, f.today - 43);
}

Test(naive_wait, setting_moves_the_last_usable_day)
{
    struct waiting_time wait = fixture_wait("U", 60);
    wait.observed_on = f.today - 43;
    fixture_put_wait(&f, wait);
    fixture_put_setting(&f, "43");
    expect_wait(60, BASIS_CURRENT, false);
    fixture_put_setting(&f, "7");
    expect_wait(ABSENT, BASIS_UNKNOWN, true);
}

Test(naive_wait, figure_ages_with_today_and_not_with_the_day_asked_for)
{
    struct waiting_time wait = fixture_wait("U", 60);
    wait.observed_on = f.today - 42;
    fixture_put_wait(&f, wait);
    f.query.on = f.today + 100;
    expect_wait(60, BASIS_CURRENT, false);
    f.query.on = ABSENT;
    f.today++;
    expect_wait(ABSENT, BASIS_UNKNOWN, true);
}

Test(naive_wait, usable_forecast_goes_before_the_current_figure)
{
    struct waiting_time wait = fixture_wait("U", 60);
    wait.forecast_days = 20;
    wait.forecast_until = f.today;
    wait.statistic = STATISTIC_P90;
    fixture_put_wait(&f, wait);
    expect_wait(20, BASIS_FORECAST, false);
    cr_expect_eq(fixture_option(&f)->current_days, 60);
    cr_expect_eq(fixture_option(&f)->statistic, STATISTIC_P90);
    wait.observed_on = f.today - 1;
    wait.forecast_until = f.today - 1;
    fixture_put_wait(&f, wait);
    expect_wait(60, BASIS_CURRENT, false);
}

Test(naive_wait, forecast_of_an_old_row_is_usable_until_its_end)
{
    struct waiting_time wait = fixture_wait("U", 60);
    wait.observed_on = f.today - 80;
    wait.forecast_days = 20;
    wait.forecast_until = f.today + 10;
    fixture_put_wait(&f, wait);
    expect_wait(20, BASIS_FORECAST, false);
    f.query.on =
        f.today + 100; // the forecast runs out by today, not by the day asked for
    expect_wait(20, BASIS_FORECAST, false);
}

Test(naive_wait, lead_time_is_the_least_wait_but_no_figure)
{
    struct agreement_line line = fixture_line("A", "U");
    line.lead_days = 30;
    fixture_put_line(&f, line);
    expect_wait(ABSENT, BASIS_UNKNOWN, false);
    fixture_put_wait(&f, fixture_wait("U", 10));
    expect_wait(30, BASIS_CURRENT, false);
    fixture_put_wait(&f, fixture_wait("U", 31));
    expect_wait(31, BASIS_CURRENT, false);
    cr_expect_eq(fixture_option(&f)->lead_days, 30);
}

Test(naive_wait, capacity_starts_with_its_window_or_the_referral)
{
    struct capacity capacity = fixture_capacity("K", "U");
    naive_delete(&f.world, KIND_AGREEMENT_LINE,
                 &(union entity){.agreement_line = fixture_line("A", "U")});
    fixture_put_wait(&f, fixture_wait("U", 99));
    capacity.window_start = f.today + 10;
    fixture_put_capacity(&f, capacity);
    expect_wait(10, BASIS_CAPACITY, false);
    cr_expect_eq(fixture_option(&f)->current_days, ABSENT);
    cr_expect_eq(fixture_option(&f)->observed_on, ABSENT);
    f.query.on = f.today + 12;
    expect_wait(0, BASIS_CAPACITY, false);
}

Test(naive_wait, expected_start_crosses_a_leap_day)
{
    f.today = date_from_civil(2028, 2, 28);
    struct waiting_time wait = fixture_wait("U", 2);
    wait.observed_on = f.today;
    fixture_put_wait(&f, wait);
    cr_expect_eq(fixture_option(&f)->expected_start, date_from_civil(2028, 3, 1));
}

Test(naive_wait, distance_is_from_the_municipality_or_the_position_to_the_unit)
{
    struct unit unit = fixture_unit("U");
    unit.latitude = 58000000;
    unit.longitude = 12000000;
    fixture_put_unit(&f, unit);
    fixture_put_municipality(&f, "1480", 57000000, 12000000);
    fixture_put_municipality(&f, "1490", ABSENT, ABSENT);
    cr_expect_eq(fixture_option(&f)->distance_km, ABSENT);
    f.query.origin.municipality = slice_from("1480");
    cr_expect_eq(fixture_option(&f)->distance_km, 111);
    f.query.origin.municipality = slice_from("1490");
    cr_expect_eq(fixture_option(&f)->distance_km, ABSENT);
    f.query.origin = (struct origin){SLICE_ABSENT, 58000000, 12000000};
    cr_expect_eq(fixture_option(&f)->distance_km, 0);
}

// --- The care guarantee
// -----------------------------------------------------------------------

static void expect_deadline(int64_t deadline)
{
    int64_t got = fixture_match(&f)->guarantee_deadline;
    cr_expect_eq(got, deadline, "%ld", (long)got);
}

Test(naive_guarantee, deadline_of_the_query_is_used_as_it_is)
{
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today - 1000, 90);
    f.query.guarantee_deadline = f.today - 5;
    expect_deadline(f.today - 5);
}

Test(naive_guarantee, deadline_counts_from_the_decision_with_the_pauses)
{
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today - 1000, 90);
    expect_deadline(ABSENT);
    f.query.guarantee_from = f.today - 30;
    expect_deadline(f.today + 60);
    f.query.paused_days = 14;
    expect_deadline(f.today + 74);
}

Test(naive_guarantee, without_a_limit_or_a_guaranteed_service_there_is_none)
{
    f.query.guarantee_from = f.today;
    expect_deadline(ABSENT);
    fixture_put_limit(&f, GUARANTEE_VISIT, ABSENT, f.today - 1000, 90);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today + 1, 90);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, 13, f.today - 1, 90);
    expect_deadline(ABSENT);
    struct service service = fixture_service("S");
    service.guarantee = GUARANTEE_NONE;
    fixture_put_service(&f, service);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today, 90);
    expect_deadline(ABSENT);
}

Test(naive_guarantee, newest_limit_on_the_day_the_clock_started_holds)
{
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today - 10, 60);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today - 100, 90);
    f.query.guarantee_from = f.today - 10;
    expect_deadline(f.today + 50);
    f.query.guarantee_from = f.today - 11;
    expect_deadline(f.today - 11 + 90);
}

Test(naive_guarantee, region_may_be_stricter_but_never_longer)
{
    fixture_put_limit(&f, GUARANTEE_TREATMENT, ABSENT, f.today - 100, 90);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, 14, f.today - 100, 60);
    f.query.guarantee_from = f.today;
    expect_deadline(f.today + 60);
    fixture_put_limit(&f, GUARANTEE_TREATMENT, 14, f.today - 50, 120);
    expect_deadline(f.today + 90);
    naive_delete(&f.world, KIND_GUARANTEE_LIMIT,
                 &(union entity){.guarantee_limit = {GUARANTEE_TREATMENT, ABSENT,
                                                     f.today - 100, 90}});
    expect_deadline(f.today + 120);
}

Test(naive_guarantee, start_on_the_deadline_is_within_it)
{
    f.query.guarantee_deadline = f.today + 30;
    cr_expect_eq(fixture_option(&f)->within_guarantee, ABSENT);
    fixture_put_wait(&f, fixture_wait("U", 30));
    cr_expect_eq(fixture_option(&f)->within_guarantee, 1);
    fixture_put_wait(&f, fixture_wait("U", 31));
    cr_expect_eq(fixture_option(&f)->within_guarantee, 0);
    f.query.guarantee_deadline = ABSENT;
    cr_expect_eq(fixture_option(&f)->within_guarantee, ABSENT);
}
