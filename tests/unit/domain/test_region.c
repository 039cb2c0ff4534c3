// SPDX-License-Identifier: Apache-2.0
#include "domain/region.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"

Test(region, the_21_codes_are_known_and_the_retired_ones_named)
{
    uint32_t mask = 0;
    int n = 0;
    for (int code = -1; code <= 100; code++) {
        char text[8];
        int64_t parsed = -7;
        struct refusal refusal;
        snprintf(text, sizeof text, "%02d", code);
        int status = region_parse(slice_from(text), &parsed, &refusal);
        bool retired = code == 2 || code == 11 || code == 15 || code == 16;
        if (region_is_code(code)) {
            mask |= UINT32_C(1) << code;
            n++;
            cr_expect_eq(status, STATUS_OK, "%s", text);
            cr_expect_eq(parsed, code);
        } else {
            cr_expect_eq(status, STATUS_INVALID_ARGUMENT, "%s", text);
            cr_expect_eq(refusal.reason,
                         retired ? REASON_RETIRED_REGION : REASON_BAD_FORMAT, "%s", text);
            cr_expect_eq(parsed, -7);
        }
    }
    cr_expect_eq(n, 21);
    cr_expect_eq(mask, REGION_ALL_MASK);
}

Test(region, a_code_has_exactly_two_digits)
{
    static const char *const wrong[] = {"",    "1",   "001", "1a", " 1", "+1", "0x",
                                        "14 ", "@14", "/1",  ":1", "1/", "1:"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t code;
        struct refusal refusal;
        cr_expect_eq(region_parse(slice_from(wrong[i]), &code, &refusal),
                     STATUS_INVALID_ARGUMENT);
        cr_expect_eq(refusal.reason, REASON_BAD_FORMAT);
    }
}

static uint32_t mask_of(const char *text)
{
    uint32_t mask = 0;
    cr_assert_eq(region_set_parse(slice_from(text), &mask, NULL), STATUS_OK, "%s", text);
    return mask;
}

Test(region_set, healthcare_regions_hold_their_regions_and_halland_two)
{
    cr_expect_eq(mask_of("@norra"), mask_of("22|23|24|25"));
    cr_expect_eq(mask_of("@mellansverige"), mask_of("03|04|17|18|19|20|21"));
    cr_expect_eq(mask_of("@stockholm-gotland"), mask_of("01|09"));
    cr_expect_eq(mask_of("@vastra"), mask_of("13|14"));
    cr_expect_eq(mask_of("@sydostra"), mask_of("05|06|08"));
    cr_expect_eq(mask_of("@sodra"), mask_of("07|10|12|13"));
    uint32_t all = 0;
    for (int i = 0; region_healthcare_keys[i] != NULL; i++)
        all |= region_healthcare_mask(slice_from(region_healthcare_keys[i]));
    cr_expect_eq(all, REGION_ALL_MASK);
    cr_expect_eq(mask_of("@vastra") & mask_of("@sodra"), UINT32_C(1) << REGION_HALLAND);
}

Test(region_set, mixed_and_repeated_items_are_one_set)
{
    cr_expect_eq(mask_of("01|09|@norra"), mask_of("@norra|@stockholm-gotland"));
    cr_expect_eq(mask_of("13|13|@vastra"), mask_of("14|13"));
    cr_expect_eq(mask_of("*"), REGION_ALL_MASK);
}

Test(region_set, a_wrong_set_is_refused_and_nothing_written)
{
    static const struct {
        const char *text;
        enum reason reason;
    } wrong[] = {
        {"", REASON_EMPTY_SET},         {"|", REASON_BAD_FORMAT},
        {"01|", REASON_BAD_FORMAT},     {"|01", REASON_BAD_FORMAT},
        {"01||09", REASON_BAD_FORMAT},  {"01,09", REASON_BAD_FORMAT},
        {"@", REASON_BAD_FORMAT},       {"@Norra", REASON_BAD_FORMAT},
        {"norra", REASON_BAD_FORMAT},   {"01|02", REASON_RETIRED_REGION},
        {"**", REASON_BAD_FORMAT},      {"26", REASON_BAD_FORMAT},
        {"01 | 09", REASON_BAD_FORMAT}, {"00", REASON_BAD_FORMAT},
        {"*|01", REASON_BAD_FORMAT},    {"@norra|*", REASON_BAD_FORMAT},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint32_t mask = 7;
        struct refusal refusal;
        cr_expect_eq(region_set_parse(slice_from(wrong[i].text), &mask, &refusal),
                     STATUS_INVALID_ARGUMENT, "%s", wrong[i].text);
        cr_expect_eq(refusal.reason, wrong[i].reason, "%s", wrong[i].text);
        cr_expect_eq(mask, 7);
    }
}

Test(region_set, is_written_as_a_star_or_as_ascending_codes)
{
    struct arena arena = {0};
    cr_expect(slice_equal(region_set_format(REGION_ALL_MASK, &arena), slice_from("*")));
    cr_expect(slice_equal(region_set_format(mask_of("@norra|01"), &arena),
                          slice_from("01|22|23|24|25")));
    uint32_t all_but_one = REGION_ALL_MASK & ~UINT32_C(2);
    struct slice text = region_set_format(all_but_one, &arena);
    uint32_t again = 0;
    cr_expect_eq(region_set_parse(text, &again, NULL), STATUS_OK);
    cr_expect_eq(again, all_but_one);
    arena_free(&arena);
}
