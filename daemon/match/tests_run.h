// SPDX-License-Identifier: Apache-2.0
//
// What runs the tests: all of them in the order of their table, for one candidate.
#ifndef MATCH_TESTS_RUN_H
#define MATCH_TESTS_RUN_H

#include "match/tests.h"

__attribute__((always_inline)) static inline enum match_result
match_test_run(enum match_test test, struct match_trial *t)
{
    bool line = t->kind == MATCH_AGREEMENT;
    bool capacity = t->kind == MATCH_CAPACITY;
    bool nhv = t->is_nhv;
    switch (test) {
#define RUN(name, function, applies)                                                     \
    case MATCH_TEST_##name:                                                              \
        return (applies) ? test_##function(t) : MATCH_PASS;
        MATCH_TEST_TABLE(RUN)
#undef RUN
    case MATCH_TEST_COUNT:
        break;
    }
    return MATCH_PASS;
}

#define MATCH_EXCLUDED UINT32_MAX

// Stops at the first FAIL: MATCH_EXCLUDED, or the mask of tests that gave UNKNOWN.
__attribute__((always_inline)) static inline uint32_t
match_tests_run(struct match_trial *t)
{
    uint32_t unknown = 0;
#pragma GCC unroll 32
    for (unsigned test = 1; test <= MATCH_TESTS; test++) {
        enum match_result result = match_test_run((enum match_test)test, t);
        if (result == MATCH_FAIL)
            return MATCH_EXCLUDED;
        unknown |= (uint32_t)(result == MATCH_UNKNOWN) << test;
    }
    return unknown;
}

// All of them: returns the mask of those that gave FAIL, and of those that gave UNKNOWN.
__attribute__((always_inline)) static inline uint32_t
match_tests_explain(struct match_trial *t, uint32_t *unknown)
{
    uint32_t failed = 0;
    *unknown = 0;
#pragma GCC unroll 32
    for (unsigned test = 1; test <= MATCH_TESTS; test++) {
        enum match_result result = match_test_run((enum match_test)test, t);
        failed |= (uint32_t)(result == MATCH_FAIL) << test;
        *unknown |= (uint32_t)(result == MATCH_UNKNOWN) << test;
    }
    return failed;
}

#endif
