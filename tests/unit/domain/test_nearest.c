// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "domain/nearest.h"

Test(nearest, three_nearest_come_first_and_equals_bytewise)
{
    const char *known[] = {"NGB49",  "NFB49", "NFB29", "CJE20",
                           "nfb49x", "NFB39", "NFB29"};
    struct nearest nearest;
    char text[128];
    nearest_init(&nearest, slice_from("NFB4"));
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        nearest_offer(&nearest, slice_from(known[i]));
    nearest_format(&nearest, text, sizeof text);
    cr_assert_str_eq(text, "NFB49, NFB29, NFB39");
}

Test(nearest, nothing_known_says_none)
{
    struct nearest nearest;
    char text[8];
    nearest_init(&nearest, slice_from("X"));
    nearest_format(&nearest, text, sizeof text);
    cr_assert_str_eq(text, "none");
}
