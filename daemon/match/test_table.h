// SPDX-License-Identifier: Apache-2.0
//
// The tests that a candidate is put to: their numbers and their table. A
// further test is one value of the enum, one row of the table and one function in
// match/tests.h; the switch that runs them, their names and every count of them follow.
// (Its value in the schema's Reason and its words in the client come on top; tests hold
// both against the enum.)
#ifndef MATCH_TEST_TABLE_H
#define MATCH_TEST_TABLE_H

// The number is the bit of the masks, the wire's vardsok.v1.Reason and the order of
// `verify`.
enum match_test {
    MATCH_TEST_UNIT_INACTIVE = 1,
    MATCH_TEST_AGREEMENT_NOT_YET_VALID = 2,
    MATCH_TEST_AGREEMENT_EXPIRED = 3,
    MATCH_TEST_AGREEMENT_SUSPENDED = 4,
    MATCH_TEST_REGION_NOT_PARTY = 5,
    MATCH_TEST_ASA = 6,
    MATCH_TEST_WEIGHT = 7,
    MATCH_TEST_BMI = 8,
    MATCH_TEST_AGE = 9,
    MATCH_TEST_SEX = 10,
    MATCH_TEST_OUTSIDE_REGIONS = 11,
    MATCH_TEST_TOO_FAR = 12,
    MATCH_TEST_WAIT_TOO_LONG = 13,
    MATCH_TEST_CAPACITY_CLOSED = 14,
    MATCH_TEST_NO_SLOTS_LEFT = 15,
    MATCH_TEST_NO_NHV_PERMIT = 16,
    MATCH_TEST_CONDITION = 17,
    MATCH_TEST_AGREEMENT_ENDS = 18,
    MATCH_TEST_PERMIT_ENDS = 19,
    MATCH_TEST_COUNT
};

#define MATCH_TESTS (MATCH_TEST_COUNT - 1)

// ROW(NAME, function, applies): the function is test_<function>; applies says of which
// candidates, in terms of line, capacity and nhv (a service of an NHV area).
#define MATCH_TEST_TABLE(ROW)                                                            \
    ROW(UNIT_INACTIVE, unit_inactive, true)                                              \
    ROW(AGREEMENT_NOT_YET_VALID, agreement_not_yet_valid, line)                          \
    ROW(AGREEMENT_EXPIRED, agreement_expired, line)                                      \
    ROW(AGREEMENT_SUSPENDED, agreement_suspended, line)                                  \
    ROW(REGION_NOT_PARTY, region_not_party, line || capacity)                            \
    ROW(ASA, asa, true)                                                                  \
    ROW(WEIGHT, weight, true)                                                            \
    ROW(BMI, bmi, true)                                                                  \
    ROW(AGE, age, true)                                                                  \
    ROW(SEX, sex, true)                                                                  \
    ROW(OUTSIDE_REGIONS, outside_regions, true)                                          \
    ROW(TOO_FAR, too_far, true)                                                          \
    ROW(WAIT_TOO_LONG, wait_too_long, true)                                              \
    ROW(CAPACITY_CLOSED, capacity_closed, capacity)                                      \
    ROW(NO_SLOTS_LEFT, no_slots_left, capacity)                                          \
    ROW(NO_NHV_PERMIT, no_nhv_permit, nhv)                                               \
    ROW(CONDITION, condition, true)                                                      \
    ROW(AGREEMENT_ENDS, agreement_ends, line)                                            \
    ROW(PERMIT_ENDS, permit_ends, nhv)

#define MATCH_ROW(name, function, applies) MATCH_ROW_##name,
enum { MATCH_TEST_TABLE(MATCH_ROW) MATCH_ROWS };
#undef MATCH_ROW
_Static_assert((int)MATCH_ROWS == (int)MATCH_TESTS, "a row for each test");

#endif
