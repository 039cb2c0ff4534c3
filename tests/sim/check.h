// SPDX-License-Identifier: Apache-2.0
//
// What must hold (docs/simulator.md). Each check fails the run by sim_fail.
#ifndef TESTS_SIM_CHECK_H
#define TESTS_SIM_CHECK_H

#include "domain/state.h"

struct sim;
struct sim_node;
struct sim_try;

// --- During a run (check.c) ---

void check_applied(struct sim_node *node);    // a daemon has applied an entry
void check_checkpoint(struct sim_node *node); // ... and now all there is
void check_told(struct sim *sim, struct sim_try *try, const struct outcome *outcome);

// --- Claims (check_claims.c) ---

void check_modelled(struct sim *sim);    // the model has applied an entry
void check_slots(struct sim_node *node); // at a checkpoint
void check_quiet(struct sim *sim);       // from now on no hold outlives its time
void check_histories(struct sim *sim);   // at the end
// Whether an entry that no client sent is one of those that daemons send.
bool check_is_daemons(const struct sim *sim, uint32_t index);

// --- At the end, and at some checkpoints ---

void check_end(struct sim *sim); // check.c
// Asks a daemon what the naive matcher is asked (query.c).
void check_queries(struct sim *sim, struct sim_node *node);

#endif
