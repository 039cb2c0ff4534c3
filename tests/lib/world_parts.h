// SPDX-License-Identifier: Apache-2.0
//
// What the world's files share, and the simulator with them. Other tests use world.h.
#ifndef TESTS_LIB_WORLD_PARTS_H
#define TESTS_LIB_WORLD_PARTS_H

#include "lib/world.h"

// The next random number, uniform over 64 bits.
uint64_t world_random(struct world *world);
// 0 .. n - 1; n > 0.
int64_t world_below(struct world *world, int64_t n);
bool world_chance(struct world *world, int64_t percent);
int64_t world_pick(struct world *world, const int64_t *values, size_t n);
// One of the values named.
#define WORLD_PICK(world, ...)                                                           \
    world_pick(world, (const int64_t[]){__VA_ARGS__},                                    \
               sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

// A stored entity of the kind, or NULL when there is none.
const union entity *world_any(struct world *world, enum kind kind);
// Codes of the stored regions.
int64_t world_region_mask(const struct world *world);
// One of the world's regions that is stored.
int64_t world_region(struct world *world);
// A set of stored regions, never empty.
int64_t world_region_set(struct world *world);
// A position of a Swedish town, often the same as another's.
void world_position(struct world *world, int64_t *latitude, int64_t *longitude);

// A valid entity of the kind, new or with the key of a stored one; false when nothing can
// be made because what it must refer to is missing. Texts live in op_texts or in stored
// rows.
bool world_make(struct world *world, enum kind kind, union entity *entity);

// Whether something stored refers to the entity.
bool world_is_referenced(const struct world *world, enum kind kind,
                         const union entity *entity);

#endif
