// SPDX-License-Identifier: Apache-2.0
//
// Great-circle distance as every answer has it: haversine, R = 6371.0088 km, double,
// rounded half up to whole km. Positions are in 1e-6 degrees.
#ifndef BASE_DISTANCE_H
#define BASE_DISTANCE_H

#include <stdint.h>

#define DISTANCE_EARTH_KM 6371.0088

struct position {
    int32_t latitude_e6;  // -90e6 .. 90e6
    int32_t longitude_e6; // -180e6 .. 180e6
};

// A point on the unit sphere, for pruning by chord before the exact figure is computed.
struct unit_vector {
    float x, y, z;
};

// Whole km, the figure that is shown, ordered and bounded by.
uint32_t distance_km(struct position a, struct position b);
struct unit_vector distance_unit_vector(struct position p);
// A lower bound in km of distance_km(a, b), never above it (with 1 km to spare).
double distance_lower_bound_km(struct unit_vector a, struct unit_vector b);

#endif
