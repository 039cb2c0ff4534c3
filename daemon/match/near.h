// SPDX-License-Identifier: Apache-2.0
//
// The order by place: cells along a Z-curve, and leaves that bound runs of neighbours.
#ifndef MATCH_NEAR_H
#define MATCH_NEAR_H

#include "match/layout.h"

#define NEAR_MAX_LEAVES 512 // of one set

// The cell of a unit's position (KEY_ABSENT without one). Cells near each other have like
// numbers; positions outside the grid share the cells of its edge.
uint16_t match_near_cell(struct position position);

// Makes the leaves of a set whose entries by place are sorted.
void match_near_build(const struct match_index *index, struct order_set *set);
// Follow one entry by place put in at, or taken out of, `at`.
void match_near_on_insert(struct order_set *set, uint32_t at, uint16_t place_key,
                          struct unit_vector vector);
void match_near_on_remove(struct order_set *set, uint32_t at, uint16_t place_key);

static inline float near_chord_squared(struct unit_vector a, struct unit_vector b)
{
    float x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;
    return x * x + y * y + z * z;
}

// Units whose chord is larger have a distance_km above `km`: an arc is no shorter than
// its chord, and 1 km covers the rounding of both figures.
static inline float near_reach(int32_t km)
{
    return ((float)km + 1.5F) / (float)DISTANCE_EARTH_KM;
}

// distance_km(a, b), given their squared chord.
uint32_t near_distance_km(float chord_squared, struct position a, struct position b);

#endif
