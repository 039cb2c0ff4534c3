// SPDX-License-Identifier: Apache-2.0
//
// One query against the index: the 19 tests, verdicts, order, grouping, counts and near
// misses of vardsok/v1/matching.proto. Reads only; allocates only from the caller's
// arena, and nothing that grows with the number of candidates.
#ifndef MATCH_QUERY_H
#define MATCH_QUERY_H

#include "base/arena.h"
#include "match/index.h"
#include "match/test_table.h"

#define MATCH_MAX_OPTIONS 100
#define MATCH_MAX_NEAR_MISSES 10

enum match_order { MATCH_EARLIEST = 1, MATCH_NEAREST = 2, MATCH_CHEAPEST = 3 };
enum match_kind { MATCH_CAPACITY = 1, MATCH_AGREEMENT = 2, MATCH_PERMIT = 3 };
enum match_basis {
    MATCH_BASIS_FORECAST = 1,
    MATCH_BASIS_CURRENT,
    MATCH_BASIS_CAPACITY,
    MATCH_BASIS_UNKNOWN
};

// A patient fact that is not known is 0 (age: -1).
struct match_query {
    uint32_t service;
    uint32_t home_region; // as a mask with one bit
    int32_t today, on;    // days; on >= today
    uint32_t weight_hg, height_cm;
    int32_t age; // -1 unknown
    uint8_t asa; // 0 unknown
    uint8_t sex; // 0 unknown, 2 FEMALE, 3 MALE
    bool has_origin, certain_only, explain;
    struct position origin;
    uint32_t in_regions;     // 0 = everywhere
    int32_t max_wait_days;   // -1 = no bound
    int32_t max_distance_km; // -1 = no bound
    uint32_t slots;          // >= 1
    enum match_order order;
    uint32_t limit;  // 1..MATCH_MAX_OPTIONS
    bool force_scan; // answer by the full scan (bench, tests); the answer is the same
};

// One candidate as it came out of the tests.
struct match_candidate {
    const void *record;                  // of the line or capacity; NULL for a permit
    const struct match_waiting *waiting; // of (service, unit); NULL when there is no row
    enum match_kind kind;
    uint32_t unit, agreement; // agreement MATCH_NONE unless kind is MATCH_AGREEMENT
    uint32_t unknown, failed; // masks: bit n = test n
    int32_t wait;             // days; -1 unknown
    int32_t distance_km;      // -1 unknown
    int64_t price;            // MATCH_PRICE_ABSENT unknown
    int32_t expected_start;   // days; meaningless when wait is -1
    enum match_basis basis;
    bool stale;
    uint32_t free; // capacity only
};

struct match_option {
    struct match_candidate chosen; // CONDITIONAL when chosen.unknown != 0, else ADMITTED
    uint32_t alternatives;
};

// What the crossed bound of a near miss was.
enum match_bound {
    MATCH_BOUND_ASA_MAX = 1,
    MATCH_BOUND_WEIGHT_MIN,
    MATCH_BOUND_WEIGHT_MAX,
    MATCH_BOUND_BMI_MIN,
    MATCH_BOUND_BMI_MAX,
    MATCH_BOUND_AGE_MIN,
    MATCH_BOUND_AGE_MAX,
    MATCH_BOUND_SEX,
    MATCH_BOUND_REGION,
    MATCH_BOUND_DISTANCE,
    MATCH_BOUND_WAIT,
};

struct match_near_miss {
    struct match_candidate candidate;
    uint32_t test; // 6..13, its only FAIL
    enum match_bound bound;
    int64_t
        value; // in the bound's unit (hg, tenths, years, enum sex, county code, km, days)
};

struct match_answer {
    uint32_t n_options;
    struct match_option *options; // in the arena
    // With explain only:
    uint64_t admitted, conditional, excluded;
    uint64_t any[MATCH_TESTS + 1], alone[MATCH_TESTS + 1]; // by test number
    uint32_t n_near_misses;
    struct match_near_miss near_misses[MATCH_MAX_NEAR_MISSES];
};

// service must be set in the index (CHECK). Pointers in the answer are valid until the
// next change.
void match_query_run(const struct match_index *index, const struct match_query *query,
                     struct arena *arena, struct match_answer *answer);

// The permit rows of a unit for an area that are in force on a day: calls back in the
// order they were added; used for permit_scopes.
void match_query_permits(const struct match_index *index, uint32_t area, uint32_t unit,
                         int32_t on, void (*on_permit)(void *arg, const void *record),
                         void *arg);

#endif
