// SPDX-License-Identifier: Apache-2.0
#include "base/distance.h"

#include <criterion/criterion.h>

static const struct position stockholm = {59325000, 18050000};
static const struct position gothenburg = {57706700, 11966700};
static const struct position kiruna = {67855800, 20225300};

Test(distance, known_distances_are_whole_kilometres)
{
    // One degree along the equator is 111.195 km; half way round is pi R = 20015.115.
    cr_expect_eq(distance_km((struct position){0, 0}, (struct position){0, 1000000}),
                 111);
    cr_expect_eq(distance_km((struct position){0, 0}, (struct position){0, 180000000}),
                 20015);
    cr_expect_eq(
        distance_km((struct position){90000000, 0}, (struct position){-90000000, 0}),
        20015);
    cr_expect_eq(distance_km(stockholm, stockholm), 0);
    cr_expect_eq(distance_km(stockholm, gothenburg), 396);
    cr_expect_eq(distance_km(kiruna, stockholm), 955);
    cr_expect_eq(distance_km(stockholm, kiruna), 955);
    // across the date line
    cr_expect_eq(
        distance_km((struct position){0, 179500000}, (struct position){0, -179500000}),
        111);
}

Test(distance, half_a_kilometre_is_rounded_up)
{
    // Along a meridian 0.5 km is 4496.6 millionths of a degree.
    struct position origin = {0, 0};
    cr_expect_eq(distance_km(origin, (struct position){4496, 0}), 0);
    cr_expect_eq(distance_km(origin, (struct position){4497, 0}), 1);
    cr_expect_eq(distance_km(origin, (struct position){13489, 0}), 1);
    cr_expect_eq(distance_km(origin, (struct position){13490, 0}), 2);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

Test(distance, the_lower_bound_is_never_above_the_distance_and_near_it_in_sweden)
{
    uint32_t seed = 4711;
    for (int i = 0; i < 100000; i++) {
        bool in_sweden = i % 2 == 0;
        struct position p[2];
        for (int k = 0; k < 2; k++) {
            uint32_t latitude = next_random(&seed), longitude = next_random(&seed);
            p[k].latitude_e6 = in_sweden ? (int32_t)(55000000 + latitude % 14000000)
                                         : (int32_t)(latitude % 180000001) - 90000000;
            p[k].longitude_e6 = in_sweden ? (int32_t)(11000000 + longitude % 13000000)
                                          : (int32_t)(longitude % 360000001) - 180000000;
        }
        uint32_t km = distance_km(p[0], p[1]);
        double bound = distance_lower_bound_km(distance_unit_vector(p[0]),
                                               distance_unit_vector(p[1]));
        cr_assert_leq(bound, km);
        if (in_sweden && km > 2)
            cr_assert_geq(bound, km - 2.0);
    }
    struct position south = {-90000000, 0}, north = {90000000, 0};
    cr_assert_leq(
        distance_lower_bound_km(distance_unit_vector(south), distance_unit_vector(north)),
        20015);
}
