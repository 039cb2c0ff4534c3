// SPDX-License-Identifier: Apache-2.0
//
// How the index lies in memory; for the files of this folder only.
//
//   index ── services[] ── sets[lines, capacities] ── entries in three orders ─┐ group
//   number
//         │                                                                   ▼
//         ├─ units[], agreements[], areas[]                              groups[] ── rows
//         └─ heads[]: (service, unit, kind) → group
//
// A line takes 32 bytes, a capacity 64, a group 48 and 24 more for its places in the
// orders.
#ifndef MATCH_LAYOUT_H
#define MATCH_LAYOUT_H

#include "match/index.h"
#include "match/pool.h"

#define NO_DAY MATCH_DATE_MIN // of a service that is in no order
#define WEIGHT_NO_MAX 4095u
#define BMI_NO_MAX 1023u
#define AGE_NO_MAX 127u

// struct match_terms in 8 bytes.
struct terms_row {
    uint32_t weight_min : 12, bmi_min : 10, age_min : 7, asa_max : 3;
    uint32_t weight_max : 12, bmi_max : 10, age_max : 7, sex : 2, has_conditions : 1;
};

struct line_row {
    const void *record;
    int64_t price;
    struct terms_row terms;
    uint32_t agreement;
    int16_t lead_days;
};

struct capacity_row {
    const void *record;
    int64_t price;
    struct slice id;
    struct terms_row terms;
    int32_t window_start, window_end, book_by;
    uint32_t open_to, free;
};

_Static_assert(sizeof(struct line_row) == POOL_CELL_BYTES, "a line is one cell");
_Static_assert(sizeof(struct capacity_row) == 2 * POOL_CELL_BYTES,
               "a capacity is two cells");

// The candidates of one (service, unit) and kind, by candidate id. The group of lines
// also keeps the waiting time of (service, unit), with or without lines.
struct group {
    union {
        struct line_row *lines;
        struct capacity_row *capacities;
        void *rows;
    };
    union {
        struct match_waiting waiting; // lines
        struct { // capacities, in order: when the first and the last open one closes
            int32_t first_open_day, last_open_day;
        };
    };
    uint32_t service, unit;
    uint32_t n_rows;
    uint32_t next;                // in its chain of heads[], or of free groups
    uint16_t wait_key, price_key; // as it stands in the orders
    uint32_t parties : 21;        // the same, packed by match_order_parties
    uint32_t is_capacity : 1;
    uint32_t has_waiting : 1;
    uint32_t placed : 1;  // has an entry in its service's set
    uint32_t touched : 1; // is on the list of what the batch changed
    uint32_t live : 1;
};

_Static_assert(sizeof(struct group) == 48, "a group is 48 bytes");

// A run of neighbours in the order by place: all lie within radius (a chord) of the
// centre.
struct near_leaf {
    struct unit_vector centre;
    float radius;
    uint32_t start; // its first entry; it ends where the next one starts
};

enum { ORDER_BY_WAIT, ORDER_BY_PRICE, ORDER_BY_PLACE, N_ORDERS };
enum { SET_LINES, SET_CAPACITIES, N_SETS };

// The groups of one kind of a service. In order: entries of each order ascending. Out of
// order: the first order's entries name the groups, nothing else holds.
struct order_set {
    uint64_t *entries; // N_ORDERS runs of `capacity`
    uint32_t n, capacity;
    uint32_t n_located; // entries by place whose unit has a position; they come first
    uint32_t n_leaves;
    uint32_t n_built;         // n_located when the leaves were last made
    struct near_leaf *leaves; // of those, or NULL when they are few
};

struct service_row {
    struct order_set sets[N_SETS];
    uint32_t area;
    uint32_t n_uses;    // lines, capacities and waiting times
    uint32_t n_touched; // groups touched by the batch
    uint32_t grown;     // packed parties that entries may lack since they were placed
    int32_t day;        // in the order of this day, or NO_DAY
    bool set, sweep, rebuild;
};

struct unit_row {
    struct slice id;
    struct position position;
    struct unit_vector vector;
    uint32_t n_uses;   // lines, capacities, waiting times and permits
    uint32_t n_groups; // groups that exist, emptied ones until settled included
    uint16_t place_key;
    uint8_t region;
    bool set, active, has_position;
};

struct agreement_row {
    int32_t valid_from, valid_to;
    uint32_t parties;
    uint32_t n_lines : 30, suspended : 1, set : 1;
};

struct permit_unit {
    struct match_permit *rows; // in the order they were added
    uint32_t unit, n_rows;
};

struct area_row {
    struct permit_unit *units; // by handle
    uint32_t n_units;
};

struct match_index {
    match_line_order line_order;
    struct service_row *services;
    struct unit_row *units;
    struct agreement_row *agreements;
    struct area_row *areas;
    uint32_t n_services, n_units, n_agreements, n_areas; // lengths of the tables

    struct group *groups; // [0] is never used
    uint32_t n_groups, groups_capacity, free_group, n_live;
    uint32_t *heads; // chains of groups, a linear hash table
    uint32_t n_heads, heads_capacity;
    struct match_pool pool;
    uint64_t n_lines, n_capacities;

    uint32_t *touched;
    uint32_t n_touched, touched_capacity;
    uint64_t *scratch; // for sorting
    uint32_t scratch_capacity;
    int32_t max_age_days;
    int32_t day;            // services are to be in the order of this day
    uint32_t n_out;         // set services that are not
    uint32_t cursor;        // the next service that match_index_prepare looks at
    uint32_t n_moved_units; // of the batch
    bool dirty, any_grown;
};

static inline uint64_t *order_entries(const struct order_set *set, unsigned order)
{
    return set->entries ? set->entries + (size_t)order * set->capacity : NULL;
}

static inline struct order_set *group_set(const struct match_index *index,
                                          const struct group *group)
{
    return &index->services[group->service].sets[group->is_capacity];
}

// The newest-known figure of a waiting time that may be used on a day, or -1.
static inline int32_t waiting_figure(const struct match_waiting *waiting, int32_t today,
                                     int32_t max_age_days, bool *is_forecast)
{
    *is_forecast =
        waiting->forecast_days != MATCH_DAYS_ABSENT && waiting->forecast_until >= today;
    if (*is_forecast)
        return waiting->forecast_days;
    bool usable = waiting->current_days != MATCH_DAYS_ABSENT &&
                  (int64_t)today - waiting->observed_on <= max_age_days;
    return usable ? waiting->current_days : -1;
}

#endif
