// SPDX-License-Identifier: Apache-2.0
#include "base/distance.h"

#include <math.h>

#define RADIANS_PER_E6 (3.14159265358979323846 / 180.0 / 1e6)
#define MARGIN_KM 1.0 // the rounding of distance_km and of float, with room to spare

uint32_t distance_km(struct position a, struct position b)
{
    double latitude_a = a.latitude_e6 * RADIANS_PER_E6;
    double latitude_b = b.latitude_e6 * RADIANS_PER_E6;
    double sin_latitude = sin((latitude_b - latitude_a) / 2);
    double sin_longitude =
        sin(((double)b.longitude_e6 - a.longitude_e6) * RADIANS_PER_E6 / 2);
    double h = sin_latitude * sin_latitude +
               cos(latitude_a) * cos(latitude_b) * sin_longitude * sin_longitude;
    double km = 2 * DISTANCE_EARTH_KM * asin(sqrt(h < 1 ? h : 1));
    return (uint32_t)floor(km + 0.5);
}

struct unit_vector distance_unit_vector(struct position p)
{
    double latitude = p.latitude_e6 * RADIANS_PER_E6;
    double longitude = p.longitude_e6 * RADIANS_PER_E6;
    return (struct unit_vector){
        .x = (float)(cos(latitude) * cos(longitude)),
        .y = (float)(cos(latitude) * sin(longitude)),
        .z = (float)sin(latitude),
    };
}

// The first two terms of 2 asin(c / 2): never above the arc, exact to 0.1 km within
// Sweden, and unlike asin not steep near the antipode, where it would magnify float's
// rounding.
double distance_lower_bound_km(struct unit_vector a, struct unit_vector b)
{
    double x = (double)a.x - (double)b.x;
    double y = (double)a.y - (double)b.y;
    double z = (double)a.z - (double)b.z;
    double chord_squared = x * x + y * y + z * z;
    double arc = sqrt(chord_squared) * (1 + chord_squared / 24);
    double km = DISTANCE_EARTH_KM * arc - MARGIN_KM;
    return km > 0 ? km : 0;
}
