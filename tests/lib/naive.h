// SPDX-License-Identifier: Apache-2.0
//
// The naive matcher: domain.md §3 written down once more, plain and slow on purpose, for
// the tests to hold the index against. It keeps entities in growing arrays, puts every
// candidate to all 19 tests and sorts everything. It shares no matching code with the
// daemon and must never do so.
#ifndef TESTS_LIB_NAIVE_H
#define TESTS_LIB_NAIVE_H

#include "base/arena.h"
#include "domain/question.h"

// One stored entity; its texts point into the one block that the row owns.
struct naive_row {
    union entity entity;
    char *texts;
};

struct naive_rows {
    struct naive_row *rows; // in the order they were first put
    size_t n;
    size_t capacity;
};

// Zero-initialise; naive_world_free releases. No reference is checked here: a line whose
// unit or agreement is missing is a fault of the test and aborts when it is matched.
struct naive_world {
    struct naive_rows kinds[KIND_PUT_COUNT];
    int64_t revision; // shown in answers; 0 is "do not compare"
};

// Stores a deep copy, with the defaults and dropped bounds of domain.md §2, in place of
// what has the same key.
void naive_put(struct naive_world *world, enum kind kind, const union entity *entity);
// Whether there was one with that key.
bool naive_delete(struct naive_world *world, enum kind kind, const union entity *key);
// The entity with the same key, or NULL. Valid until the next put or delete of its kind.
const union entity *naive_find(const struct naive_world *world, enum kind kind,
                               const union entity *key);
size_t naive_count(const struct naive_world *world, enum kind kind);
// i < naive_count.
const union entity *naive_at(const struct naive_world *world, enum kind kind, size_t i);
void naive_world_free(struct naive_world *world);

// Zero-initialise; can be used again for the next query; naive_answer_free releases.
// Texts borrow the world's: valid until the next put or delete.
struct naive_answer {
    struct refusal refusal; // status, reason and field when naive_match did not return 0
    struct answer answer;
    struct arena arena;
};

// 0 and answer->answer, or a negative status and answer->refusal:
// - what query_check says of the query itself;
// - STATUS_INVALID_ARGUMENT, OUT_OF_RANGE "on": before today or more than 730 days ahead;
// - STATUS_NOT_FOUND: UNKNOWN_SYSTEM "system", UNKNOWN_VERSION "version", UNKNOWN_SERVICE
//   "service", UNKNOWN_MUNICIPALITY "origin", checked in that order.
// min_revision is not looked at: waiting is not matching.
int naive_match(const struct naive_world *world, const struct query *query, int32_t today,
                struct naive_answer *answer);
void naive_answer_free(struct naive_answer *answer);

#endif
