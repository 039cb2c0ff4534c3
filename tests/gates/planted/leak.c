// SPDX-License-Identifier: Apache-2.0
// Planted: a Criterion test that leaks and passes all the same. The sanitizer gate must
// see it.
#include <criterion/criterion.h>
#include <stdlib.h>

Test(planted, a_leaking_test_exits_0)
{
    char *volatile lost = malloc(100);
    cr_assert(lost != NULL);
    lost = NULL;
}
