// SPDX-License-Identifier: Apache-2.0
#include "base/date.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"

static int32_t day(const char *text)
{
    int32_t days = INT32_MIN;
    cr_assert_eq(date_parse(slice_from(text), &days), STATUS_OK, "%s", text);
    return days;
}

Test(date, known_days_have_their_numbers)
{
    static const struct {
        const char *text;
        int32_t days;
    } known[] = {
        {"1970-01-01", 0},     {"1969-12-31", -1},      {"2000-02-29", 11016},
        {"2000-03-01", 11017}, {"1900-01-01", -25567},  {"2200-12-31", 84370},
        {"2026-11-22", 20779}, {"0001-01-01", -719162}, {"9999-12-31", 2932896},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char out[DATE_TEXT_LEN];
        cr_expect_eq(day(known[i].text), known[i].days, "%s", known[i].text);
        date_format(known[i].days, out);
        cr_expect(memcmp(out, known[i].text, DATE_TEXT_LEN) == 0, "%s", known[i].text);
    }
}

Test(date, every_day_of_four_centuries_comes_back_as_written)
{
    for (int32_t days = day("1800-01-01"); days <= day("2200-12-31"); days++) {
        char out[DATE_TEXT_LEN];
        int32_t again = INT32_MIN;
        date_format(days, out);
        cr_assert_eq(date_parse((struct slice){out, sizeof out}, &again), STATUS_OK);
        cr_assert_eq(again, days);
    }
}

Test(date, a_text_that_is_no_day_is_refused)
{
    static const char *const wrong[] = {
        "",           "2026-11-2",  "2026-11-222", "2026-11-31", "2026-02-29",
        "1900-02-29", "2100-02-29", "2026-13-01",  "2026-00-01", "2026-01-00",
        "0000-01-01", "2026/11/22", "22-11-2026",  "2026-1a-22", " 2026-11-2",
        "+026-11-22", "20261122",   "2026-11-32",  "2026-04-31", "-026-11-22",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int32_t days = 7;
        cr_expect_eq(date_parse(slice_from(wrong[i]), &days), STATUS_INVALID_ARGUMENT,
                     "%s", wrong[i]);
        cr_expect_eq(days, 7, "%s was written", wrong[i]);
    }
    int32_t days;
    cr_expect_eq(date_parse(SLICE_ABSENT, &days), STATUS_INVALID_ARGUMENT);
}

Test(date, a_year_has_the_days_of_the_calendar)
{
    static const struct {
        int year, n_days;
    } years[] = {{2026, 365}, {2024, 366}, {1900, 365}, {2000, 366}, {2100, 365}};
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        int n_days = 0;
        for (int month = 0; month < 100; month++) {
            for (int d = 0; d < 100; d++) {
                char text[16];
                int32_t days;
                snprintf(text, sizeof text, "%04d-%02d-%02d", years[i].year, month, d);
                n_days += date_parse(slice_from(text), &days) == STATUS_OK;
            }
        }
        cr_expect_eq(n_days, years[i].n_days, "%d", years[i].year);
    }
}

static int64_t instant(const char *text)
{
    int64_t ms = INT64_MIN;
    cr_assert_eq(instant_parse(slice_from(text), &ms), STATUS_OK, "%s", text);
    return ms;
}

Test(instant, a_text_comes_back_as_written)
{
    static const char *const texts[] = {
        "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
        "2026-11-22T12:34:56.789Z", "2024-02-29T23:59:59.001Z",
        "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char out[INSTANT_TEXT_LEN];
        instant_format(instant(texts[i]), out);
        cr_expect(memcmp(out, texts[i], INSTANT_TEXT_LEN) == 0, "%s", texts[i]);
    }
    cr_expect_eq(instant("1970-01-02T00:00:00.001Z"), DAY_MS + 1);
    cr_expect_eq(instant("1969-12-31T23:59:59.999Z"), -1);
}

Test(instant, a_text_of_another_form_is_refused)
{
    static const char *const wrong[] = {
        "2026-11-22T12:34:56Z",     "2026-11-22 12:34:56.789Z",
        "2026-11-22T24:00:00.000Z", "2026-11-22T12:60:00.000Z",
        "2026-11-22T12:00:60.000Z", "2026-11-22T12:34:56.789z",
        "2026-02-30T12:34:56.789Z", "2026-11-22T12:34:56.78aZ",
        "2026-11-22T-1:34:56.789Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t ms;
        cr_expect_eq(instant_parse(slice_from(wrong[i]), &ms), STATUS_INVALID_ARGUMENT,
                     "%s", wrong[i]);
    }
}

Test(instant, each_of_its_signs_is_needed)
{
    char text[] = "2026-11-22T12:34:56.789Z";
    for (size_t i = 0; i < INSTANT_TEXT_LEN; i++) {
        char right = text[i];
        int64_t ms;
        text[i] = 'x';
        cr_expect_eq(instant_parse(slice_from(text), &ms), STATUS_INVALID_ARGUMENT, "%s",
                     text);
        text[i] = right;
    }
}

Test(date_in_stockholm, follows_summer_time_from_the_last_sunday)
{
    static const struct {
        const char *utc, *day;
    } known[] = {
        {"2026-11-22T22:59:59.999Z", "2026-11-22"}, // CET, +1
        {"2026-11-22T23:00:00.000Z", "2026-11-23"},
        {"2026-07-01T21:59:59.999Z", "2026-07-01"}, // CEST, +2
        {"2026-07-01T22:00:00.000Z", "2026-07-02"},
        // 2026: 29 March to 25 October
        {"2026-03-28T23:00:00.000Z", "2026-03-29"},
        {"2026-03-28T22:59:59.999Z", "2026-03-28"},
        {"2026-03-29T21:59:59.999Z", "2026-03-29"},
        {"2026-03-29T22:00:00.000Z", "2026-03-30"},
        {"2026-10-24T22:00:00.000Z", "2026-10-25"},
        {"2026-10-25T22:00:00.000Z", "2026-10-25"},
        {"2026-10-25T23:00:00.000Z", "2026-10-26"},
        // the last Sunday is the 31st (March 2024, October 2027) and the 25th (March
        // 2029)
        {"2024-03-30T22:30:00.000Z", "2024-03-30"},
        {"2024-03-31T22:30:00.000Z", "2024-04-01"},
        {"2027-10-30T22:30:00.000Z", "2027-10-31"},
        {"2027-10-31T22:30:00.000Z", "2027-10-31"},
        {"2029-03-24T22:30:00.000Z", "2029-03-24"},
        {"2029-03-25T22:30:00.000Z", "2029-03-26"},
        {"2026-12-31T23:00:00.000Z", "2027-01-01"}, // the turn of a year
        {"2024-02-28T23:00:00.000Z", "2024-02-29"},
        {"1969-12-31T22:59:59.999Z", "1969-12-31"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        cr_expect_eq(date_in_stockholm(instant(known[i].utc)), day(known[i].day), "%s",
                     known[i].utc);
}
