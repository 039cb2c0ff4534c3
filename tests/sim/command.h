// SPDX-License-Identifier: Apache-2.0
//
// What clients write: random batches over what the log holds now, some of which a rule
// refuses now, and more by the time they are applied.
#ifndef TESTS_SIM_COMMAND_H
#define TESTS_SIM_COMMAND_H

#include "base/buffer.h"
#include "wire/change.h"

struct sim;
struct model_claim;

// Appends a canonical command of 0 to 5 changes.
void command_make(struct sim *sim, struct buffer *out);
// One take of slots of one of the capacities that many want.
void command_make_take(struct sim *sim, int64_t hold_seconds, struct buffer *out);
// Extends, confirms or releases this claim.
void command_make_advance(struct sim *sim, const struct model_claim *claim,
                          struct buffer *out);
// Makes the first content of the world and takes it out of the model again: it is to come
// to it, as to everybody, by the log.
void command_make_first(struct sim *sim, struct buffer *out);

// command_claims.c: one change that publishes, withdraws, takes, extends, confirms or
// releases.
void command_add_claiming(struct sim *sim, struct wire_command_writer *writer);
// Makes a capacity one that many can take, of few slots.
void command_open_capacity(struct sim *sim, struct capacity *capacity);

#endif
