// SPDX-License-Identifier: Apache-2.0
//
// The match index: candidates grouped by (service, unit), each service's groups kept in
// an order that a query can stop early on. Pure: small integers and borrowed views in,
// nothing out but what the changes said. It knows no entity, no text but unit ids, no
// clock.
//
// Guarantees: match_query_run gives the same answer whether a service is in order or not;
// no result depends on pointer values, insertion order or hash order. Layout and the
// early-exit argument are drawn in match/order.c.
//
// Handles (service, unit, agreement, area) are small dense integers chosen by the caller.
#ifndef MATCH_INDEX_H
#define MATCH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/distance.h"
#include "base/slice.h"

#define MATCH_NONE UINT32_MAX        // no handle
#define MATCH_DATE_MIN INT32_MIN     // an open validity, from
#define MATCH_DATE_MAX INT32_MAX     // an open validity, to
#define MATCH_DAYS_ABSENT INT16_MIN  // unknown days
#define MATCH_PRICE_ABSENT INT64_MAX // unknown price (sorts last)

struct match_index;

// Bounds of an entity's terms; the absent bound is the value that nobody crosses.
struct match_terms {
    uint16_t weight_min, weight_max; // hectograms; 0 and UINT16_MAX = no bound
    uint16_t bmi_min, bmi_max;       // tenths; 0 and UINT16_MAX = no bound
    uint8_t age_min, age_max;        // years; 0 and UINT8_MAX = no bound
    uint8_t asa_max;                 // 6 = no bound
    uint8_t sex;                     // 0 any, else 2 FEMALE, 3 MALE (enum sex)
    bool has_conditions;
};

struct match_unit {
    struct slice id; // borrowed for as long as the unit is set
    struct position position;
    uint8_t region; // county code
    bool active;
    bool has_position;
};

struct match_agreement {
    int32_t valid_from, valid_to; // days, or MATCH_DATE_MIN / MATCH_DATE_MAX
    uint32_t parties;             // owner and callers, as a region set
    bool suspended;
};

struct match_waiting {
    int32_t observed_on;
    int32_t forecast_until;              // days; meaningless without a forecast
    int16_t current_days, forecast_days; // MATCH_DAYS_ABSENT when absent
    uint8_t statistic;                   // 0 absent
};

// One agreement line. record is opaque here: it comes back with an option, names the line
// on removal, and is what line_order compares.
struct match_line {
    const void *record;
    int64_t price; // öre or MATCH_PRICE_ABSENT
    uint32_t agreement;
    int16_t lead_days; // MATCH_DAYS_ABSENT when absent
    struct match_terms terms;
};

struct match_capacity {
    const void *record;
    int64_t price;
    struct slice id; // borrowed
    int32_t window_start, window_end;
    int32_t book_by;  // MATCH_DATE_MAX when absent
    uint32_t open_to; // region set
    uint32_t free;    // slots not taken
    struct match_terms terms;
};

// One permit row of a unit.
struct match_permit {
    const void *record;
    int32_t in_force_from, in_force_to; // MATCH_DATE_MAX when absent
    bool has_scope;
};

// Bytewise order of the candidate ids of two lines of one (unit, service).
typedef int (*match_line_order)(const void *record_a, const void *record_b);

struct match_index *match_index_new(match_line_order line_order);
void match_index_free(struct match_index *index);

// Set = add or replace. Removing something that still has lines is the caller's error
// (CHECK).
void match_index_set_unit(struct match_index *index, uint32_t unit,
                          const struct match_unit *facts);
void match_index_remove_unit(struct match_index *index, uint32_t unit);
void match_index_set_agreement(struct match_index *index, uint32_t agreement,
                               const struct match_agreement *facts);
void match_index_remove_agreement(struct match_index *index, uint32_t agreement);
// area = MATCH_NONE for a service that is not NHV.
void match_index_set_service(struct match_index *index, uint32_t service, uint32_t area);
void match_index_remove_service(struct match_index *index, uint32_t service);

void match_index_add_line(struct match_index *index, uint32_t service, uint32_t unit,
                          const struct match_line *line);
void match_index_remove_line(struct match_index *index, uint32_t service, uint32_t unit,
                             const void *record);
void match_index_add_capacity(struct match_index *index, uint32_t service, uint32_t unit,
                              const struct match_capacity *capacity);
void match_index_remove_capacity(struct match_index *index, uint32_t service,
                                 uint32_t unit, const void *record);
// How many slots of a capacity are free now.
void match_index_set_free(struct match_index *index, uint32_t service, uint32_t unit,
                          const void *record, uint32_t free);
// waiting NULL removes the row.
void match_index_set_waiting(struct match_index *index, uint32_t service, uint32_t unit,
                             const struct match_waiting *waiting);
void match_index_add_permit(struct match_index *index, uint32_t area, uint32_t unit,
                            const struct match_permit *permit);
void match_index_remove_permit(struct match_index *index, uint32_t area, uint32_t unit,
                               const void *record);
// The setting waiting_time_max_age_days; every service leaves its order until settled
// again.
void match_index_set_max_age(struct match_index *index, int32_t days);

// Ends a batch of changes: every touched group takes its new place in its service's
// order, where there is one. Queries between a change and this call are not allowed
// (CHECK).
void match_index_settle(struct match_index *index);

// Puts services that are not in the order of `today` into it, the least recently tried
// first, until `budget` groups have been sorted (0 = no bound). Returns how many services
// are still out of order; those are answered by the scan.
uint32_t match_index_prepare(struct match_index *index, int32_t today, uint32_t budget);

struct match_index_stats {
    uint64_t n_groups, n_lines, n_capacities;
    uint64_t bytes; // what the index has allocated
};
void match_index_stats(const struct match_index *index, struct match_index_stats *stats);

#endif
