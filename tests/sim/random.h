// SPDX-License-Identifier: Apache-2.0
//
// The simulator's only source of chance: SplitMix64, one state word. The same seed gives
// the same run on every machine.
#ifndef TESTS_SIM_RANDOM_H
#define TESTS_SIM_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct sim_random {
    uint64_t state;
};

static inline uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

// 0 .. n - 1; n > 0.
static inline int64_t sim_below(struct sim_random *random, int64_t n)
{
    return (int64_t)(sim_random_next(random) % (uint64_t)n);
}

// from .. to, both included.
static inline int64_t sim_between(struct sim_random *random, int64_t from, int64_t to)
{
    return from + sim_below(random, to - from + 1);
}

static inline bool sim_chance(struct sim_random *random, int64_t percent)
{
    return sim_below(random, 100) < percent;
}

#endif
