// SPDX-License-Identifier: Apache-2.0
//
// What the rigs of the unit tests ask of Criterion, told to the harness instead. The
// texts that they give are left out: the condition and its line say enough.
#ifndef TORTURE_SHIM_CRITERION_H
#define TORTURE_SHIM_CRITERION_H

#include <stdlib.h> // as Criterion includes it

#include "torture/torture.h"

#define SHIM_FIRST(condition, ...) (condition)
#define SHIM_COMPARE(operator, a, b, ...) ((a) operator(b))

#define cr_assert(...) TORTURE_EXPECT(SHIM_FIRST(__VA_ARGS__, 0))
#define cr_assert_not(...) TORTURE_EXPECT(!SHIM_FIRST(__VA_ARGS__, 0))
#define cr_assert_not_null(...) TORTURE_EXPECT(SHIM_FIRST(__VA_ARGS__, 0) != NULL)
#define cr_assert_eq(...) TORTURE_EXPECT(SHIM_COMPARE(==, __VA_ARGS__, 0))
#define cr_assert_gt(...) TORTURE_EXPECT(SHIM_COMPARE(>, __VA_ARGS__, 0))
#define cr_assert_geq(...) TORTURE_EXPECT(SHIM_COMPARE(>=, __VA_ARGS__, 0))
#define cr_assert_leq(...) TORTURE_EXPECT(SHIM_COMPARE(<=, __VA_ARGS__, 0))
#define cr_assert_fail(...) torture_wrong(__FILE__, __LINE__, __VA_ARGS__)

#endif
