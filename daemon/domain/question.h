// SPDX-License-Identifier: Apache-2.0
//
// A match query and its answer as users see them (vardsok/v1/matching.proto), with their
// shapes. The engine's own form is match/query.h; domain/ask.h goes from one to the
// other.
#ifndef DOMAIN_QUESTION_H
#define DOMAIN_QUESTION_H

#include "domain/entity.h"
#include "match/test_table.h"

#define QUERY_ON_DAYS_AHEAD 730
#define QUERY_LIMIT_DEFAULT 10
#define QUERY_LIMIT_MAX 100
#define QUERY_NEAR_MISSES_MAX 10

enum order { ORDER_EARLIEST = 1, ORDER_NEAREST = 2, ORDER_CHEAPEST = 3 };
enum verdict { VERDICT_ADMITTED = 1, VERDICT_CONDITIONAL = 2 };
enum candidate_kind { CANDIDATE_CAPACITY = 1, CANDIDATE_AGREEMENT, CANDIDATE_PERMIT };
enum wait_basis { BASIS_FORECAST = 1, BASIS_CURRENT, BASIS_CAPACITY, BASIS_UNKNOWN };

// Upper-case names by number, [0] NULL, ends NULL (also the shapes' enum tables).
extern const char *const order_names[];
extern const char *const verdict_names[];
extern const char *const candidate_kind_names[];
extern const char *const wait_basis_names[];
extern const char *const test_names[];

struct origin {
    struct slice municipality;   // its position is used, or
    int64_t latitude, longitude; // a position in 1e-6 degrees
};

struct query {
    struct slice service, system, version;
    int64_t home_region;
    int64_t on; // ABSENT = today
    int64_t asa, weight, height_cm, age, sex;
    struct origin origin;
    int64_t in_regions; // region set; ABSENT = everywhere
    int64_t max_wait_days, max_distance_km;
    int64_t slots; // ABSENT = 1
    int64_t guarantee_from, paused_days, guarantee_deadline;
    int64_t certain_only; // bool
    int64_t order, limit; // ABSENT = EARLIEST, 10
    int64_t explain;      // bool
    int64_t min_revision;
};

struct unit_summary {
    struct slice id, name;
    int64_t region;
    struct contact contact;
};

struct option {
    int64_t verdict;
    int64_t verify; // set of enum match_test, bit n = test n gave UNKNOWN
    int64_t kind;   // enum candidate_kind
    struct slice candidate;
    struct unit_summary unit;
    struct slice agreement, capacity; // one of the two, neither for a permit
    int64_t free_slots;
    int64_t owner_region;
    int64_t expected_start;
    struct terms terms;
    int64_t price, lead_days;
    struct text_list prerequisites;
    struct slice aftercare;
    int64_t wait_days, wait_basis, stale;
    int64_t current_days, forecast_days, forecast_until, observed_on, statistic;
    struct text_list permit_scopes; // at most TEXT_LIST_MAX are shown
    int64_t distance_km;
    int64_t alternatives;
    int64_t within_guarantee;
};

// How many candidates failed a test (any), and how many failed nothing else (alone).
struct reason_count {
    int64_t reason, any, alone;
};

struct counts {
    int64_t admitted, conditional, excluded;
    struct struct_list reasons; // of struct reason_count, ascending, any > 0
};

// The bound that was crossed: exactly one member is present.
struct bound {
    int64_t asa_max, weight_min, weight_max, bmi_min, bmi_max, age_min, age_max, sex;
    int64_t region, distance_km, wait_days;
};

struct near_miss {
    struct slice candidate;
    struct unit_summary unit; // JSON shows its id alone
    int64_t reason;           // enum match_test, 6..13
    struct bound bound;
};

struct answer {
    int64_t revision, today, on;
    struct slice service;
    int64_t guarantee_deadline;
    struct struct_list options; // of struct option
    struct counts counts;       // with explain
    struct struct_list near_misses;
};

extern const struct shape shape_query, shape_answer, shape_option, shape_unit_summary,
    shape_counts, shape_reason_count, shape_near_miss, shape_bound, shape_origin;

// The rules of a query that need no state and no clock (ranges, what goes with what).
// Errors: STATUS_INVALID_ARGUMENT, refusal names the field.
int query_check(const struct query *query, struct refusal *refusal);

#endif
