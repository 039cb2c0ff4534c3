// SPDX-License-Identifier: Apache-2.0
//
// Random worlds for the property tests: small, seeded, full of ties and of values exactly
// on a bound. The same seed gives the same world, operations and queries on every
// machine.
//
// Everything that is put satisfies the rules of domain.md §2 and refers to what is
// stored, except the operations that say that they are to be refused.
#ifndef TESTS_LIB_WORLD_H
#define TESTS_LIB_WORLD_H

#include "lib/naive.h"

#define WORLD_REGIONS_MAX 8
#define WORLD_FIGURES_MAX 8

struct world {
    struct naive_world stored; // what a daemon that applied every operation holds
    int32_t today;
    uint64_t random;
    int64_t regions[WORLD_REGIONS_MAX]; // where this world's units and agreements are
    int64_t n_regions;
    int64_t waits[WORLD_FIGURES_MAX],
        prices[WORLD_FIGURES_MAX]; // few, so that ties are common
    int64_t n_waits, n_prices;
    int64_t n_units, n_services, n_areas, n_lines; // how many there are about
    struct arena op_texts, query_texts;
};

enum world_op_kind { WORLD_PUT = 1, WORLD_DELETE = 2, WORLD_DAY = 3 };

struct world_op {
    enum world_op_kind op;
    enum kind kind; // of PUT and DELETE
    union entity
        entity;    // of DELETE: the key at least; texts live until the next operation
    int32_t today; // the day after the operation
    // REASON_NONE, or why it must be refused: STILL_REFERENCED, NOT_STORED,
    // OLDER_OBSERVATION, UNKNOWN_REFERENCE. world->stored is as if it was never sent.
    enum reason refused;
};

// A world with 50-300 agreement lines. Its content is in stored; put to a daemon kind by
// kind in the order of enum kind, every row refers to rows that are there.
void world_init(struct world *world, uint64_t seed);
// The same with a tenth of it: for where many worlds are made.
void world_init_small(struct world *world, uint64_t seed);
void world_close(struct world *world);

// Makes an operation and, unless it is to be refused, applies it to stored and today.
void world_next_op(struct world *world, struct world_op *op);

// A query; its texts live until the next operation or query. A few are to be refused.
void world_next_query(struct world *world, struct query *query);

#endif
