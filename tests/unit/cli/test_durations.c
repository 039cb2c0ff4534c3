// SPDX-License-Identifier: Apache-2.0
//
// Holds as they are typed, and instants as they are read.
#include <criterion/criterion.h>

#include "base/date.h"
#include "cli/duration.h"
#include "cli/time_words.h"

Test(durations, a_whole_number_and_a_unit_up_to_72_hours)
{
    static const struct {
        const char *text;
        int64_t seconds; // 0: refused
    } rows[] = {
        {"30s", 30},    {"90m", 5400},   {"24h", 86400},
        {"3d", 259200}, {"72h", 259200}, {"259200s", 259200},
        {"1s", 1},      {"024h", 86400}, {"73h", 0},
        {"4d", 0},      {"259201s", 0},  {"0s", 0},
        {"24", 0},      {"h", 0},        {"", 0},
        {"24 h", 0},    {"-1h", 0},      {"1.5h", 0},
        {"1h30m", 0},   {"24H", 0},      {"24hh", 0},
        {"1w", 0},      {"9999999s", 0}, {"99999999999999999999s", 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t seconds = -1;
        bool taken = duration_parse(rows[i].text, &seconds);
        cr_expect_eq(taken, rows[i].seconds != 0, "%s", rows[i].text);
        cr_expect_eq(seconds, taken ? rows[i].seconds : -1, "%s", rows[i].text);
    }
}

static void expect_instant(const char *utc, const char *local)
{
    struct buffer out = {0};
    int64_t ms;
    cr_assert_eq(instant_parse(slice_from(utc), &ms), 0);
    words_instant(&out, ms);
    cr_expect(slice_equal(buffer_slice(&out), slice_from(local)), "%s is %.*s", utc,
              (int)out.len, out.data);
    buffer_free(&out);
}

Test(durations, instants_are_shown_by_the_clocks_of_stockholm)
{
    expect_instant("2026-11-23T12:00:00.000Z", "2026-11-23 13:00");
    expect_instant("2026-07-01T12:00:00.000Z", "2026-07-01 14:00");
    expect_instant("2026-11-22T23:30:59.999Z", "2026-11-23 00:30");
    // The last minute of winter time and the first of summer time, and back.
    expect_instant("2026-03-29T00:59:00.000Z", "2026-03-29 01:59");
    expect_instant("2026-03-29T01:00:00.000Z", "2026-03-29 03:00");
    expect_instant("2026-10-25T00:59:00.000Z", "2026-10-25 02:59");
    expect_instant("2026-10-25T01:00:00.000Z", "2026-10-25 02:00");
}

Test(durations, what_is_left_is_never_rounded_up)
{
    static const struct {
        int64_t ms;
        const char *english, *swedish;
    } rows[] = {
        {INT64_C(259199999), "2 d 23 h left", "2 dygn 23 tim kvar"},
        {INT64_C(172800000), "2 d 0 h left", "2 dygn 0 tim kvar"},
        {INT64_C(172799999), "47 h 59 min left", "47 tim 59 min kvar"},
        {INT64_C(86400000), "24 h 0 min left", "24 tim 0 min kvar"},
        {INT64_C(3600000), "1 h 0 min left", "1 tim 0 min kvar"},
        {INT64_C(3599999), "59 min left", "59 min kvar"},
        {INT64_C(60000), "1 min left", "1 min kvar"},
        {INT64_C(59999), "59 s left", "59 s kvar"},
        {1, "0 s left", "0 s kvar"},
        {0, "run out", "har gått ut"},
        {-5000, "run out", "har gått ut"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            struct buffer out = {0};
            const char *expected =
                language == LANGUAGE_SV ? rows[i].swedish : rows[i].english;
            words_left(&out, (enum language)language, rows[i].ms);
            cr_expect(slice_equal(buffer_slice(&out), slice_from(expected)), "%.*s",
                      (int)out.len, out.data);
            buffer_free(&out);
        }
}
