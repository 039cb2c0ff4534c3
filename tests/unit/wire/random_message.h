// SPDX-License-Identifier: Apache-2.0
//
// Random messages of any shape, seeded: each field present or not, on a bound more often
// than chance would have it. What they hold is well-formed on the wire, not always right
// by domain.md.
#ifndef TESTS_UNIT_WIRE_RANDOM_MESSAGE_H
#define TESTS_UNIT_WIRE_RANDOM_MESSAGE_H

#include "domain/shape.h"

struct random {
    uint64_t state;
    struct arena *arena;
    bool full; // every field present
};

uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t n);
void random_message(struct random *random, const struct shape *shape, void *message);

// Whether two messages of a shape are the same; an empty set or list is the same as none.
bool same_message(const struct shape *shape, const void *a, const void *b);

#endif
