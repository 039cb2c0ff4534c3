// SPDX-License-Identifier: Apache-2.0
//
// What clients write: random batches over what the log holds now, some of which a rule
// refuses now, and more by the time they are applied.
#ifndef TESTS_SIM_COMMAND_H
#define TESTS_SIM_COMMAND_H

#include "base/buffer.h"

struct sim;

// Appends a canonical command of 0 to 5 changes.
void command_make(struct sim *sim, struct buffer *out);
// Makes the first content of the world and takes it out of the model again: it is to come
// to it, as to everybody, by the log.
void command_make_first(struct sim *sim, struct buffer *out);

#endif
