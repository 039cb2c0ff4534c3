// SPDX-License-Identifier: Apache-2.0
//
// Holds an answer against the naive matcher's, field by field.
#ifndef TESTS_LIB_COMPARE_H
#define TESTS_LIB_COMPARE_H

#include <stdbool.h>

#include "lib/naive.h"

// Whether the two say the same. If not, the first difference goes to standard error, with
// where (the caller's "seed 7 op 1042 query 3") and the path of the field. revision is
// left out when the expected one is 0. A set, or a field that is always shown, may be
// absent for 0.
bool compare_answer(const struct answer *expected, const struct answer *actual,
                    const char *where);

// The same for what was refused: status, reason and field. status 0 is no refusal.
bool compare_refusal(int expected_status, const struct refusal *expected,
                     int actual_status, const struct refusal *actual, const char *where);

// Prints the fields of a message that are present, one a line; for the report of a
// difference.
void compare_print(const struct shape *shape, const void *message, const char *title);

#endif
