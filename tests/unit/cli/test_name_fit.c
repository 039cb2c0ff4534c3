// SPDX-License-Identifier: Apache-2.0
//
// Names as people type them against names as they are stored.
#include <criterion/criterion.h>

#include "cli/name_fit.h"

static enum name_fit fit(const char *typed, const char *name)
{
    struct name_wanted wanted;
    unsigned distance;
    cr_assert(name_wanted_init(&wanted, slice_from(typed)), "%s", typed);
    return name_fit(&wanted, slice_from(name), &distance);
}

static unsigned distance_of(const char *typed, const char *name)
{
    struct name_wanted wanted;
    unsigned distance;
    cr_assert(name_wanted_init(&wanted, slice_from(typed)), "%s", typed);
    name_fit(&wanted, slice_from(name), &distance);
    return distance;
}

Test(name_fit, case_and_marks_and_what_says_nothing_do_not_matter)
{
    cr_expect_eq(fit("SKÅNE", "Region Skåne"), NAME_SAME);
    cr_expect_eq(fit("region skåne", "Region Skåne"), NAME_SAME);
    cr_expect_eq(fit("skane", "Region Skåne"), NAME_FOLDED);
    cr_expect_eq(fit("kalmar lan", "Region Kalmar län"), NAME_SAME);
    cr_expect_eq(fit("linne", "Linné"), NAME_SAME);
    cr_expect_eq(fit("habo", "Habo"), NAME_SAME);
    cr_expect_eq(fit("habo", "Håbo"), NAME_FOLDED);
    cr_expect_eq(fit("håbo", "Habo"), NAME_FOLDED);
}

Test(name_fit, every_word_must_be_there)
{
    cr_expect_eq(fit("vastra gotaland", "Västra Götalandsregionen"), NAME_WORDS);
    cr_expect_eq(fit("lasarett ljungby", "Ljungby lasarett"), NAME_WORDS);
    cr_expect_eq(fit("sjukhus lund", "Skånes universitetssjukhus Lund"), NAME_WORDS);
    cr_expect_eq(fit("sjukhus malmö", "Skånes universitetssjukhus Lund"), NAME_NOT);
    cr_expect_eq(fit("ljungby lasarett akut", "Ljungby lasarett"), NAME_NOT);
}

Test(name_fit, short_beginnings_and_short_insides_are_nothing)
{
    cr_expect_eq(fit("lj", "Ljungby lasarett"), NAME_NOT);
    cr_expect_eq(fit("lju", "Ljungby lasarett"), NAME_WORDS);
    cr_expect_eq(fit("hus", "Ljungby sjukhus"), NAME_NOT);
    cr_expect_eq(fit("gotland", "Region Östergötland"), NAME_NOT);
}

Test(name_fit, a_typing_error_never_fits_but_is_near)
{
    cr_expect_eq(fit("ljungbi", "Ljungby lasarett"), NAME_NOT);
    cr_expect_eq(distance_of("ljungbi", "Ljungby lasarett"), 1);
    cr_expect_gt(distance_of("ljungbi", "Visby lasarett"), 1);
    cr_expect_eq(distance_of("skane", "Region Skåne"), 0);
}

Test(name_fit, what_has_no_letter_or_too_many_words_is_no_name)
{
    struct name_wanted wanted;
    const char *const texts[] = {"",       " ",   "12",     "57.7,11.97",
                                 "region", "län", "- - -%", "a a a a a a a a a a a a a"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect_not(name_wanted_init(&wanted, slice_from(texts[i])), "%s", texts[i]);
}
