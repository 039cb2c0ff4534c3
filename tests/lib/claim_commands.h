// SPDX-License-Identifier: Apache-2.0
//
// Random commands on capacities and claims, for the property tests: few names, so that
// claims meet; times exactly on a hold's end, on midnight and on the edges of the request
// ids' window; batches with a refused change in the middle; retries and reused request
// ids. The same seed gives the same commands on every machine.
#ifndef TESTS_LIB_CLAIM_COMMANDS_H
#define TESTS_LIB_CLAIM_COMMANDS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "lib/naive_claims.h"
#include "sim/random.h"

#define CLAIM_COMMANDS_MAX 64 // of one sequence
#define CLAIM_COMMANDS_CAPACITIES 4

// Region codes, units and services that commands name; ending 0 or NULL.
extern const int64_t claim_commands_regions[];
extern const char *const claim_commands_units[], *const claim_commands_services[];
extern const char *const claim_commands_capacities[CLAIM_COMMANDS_CAPACITIES];

// One command as the model takes it and as the log does.
struct claim_command {
    struct naive_command naive;
    struct buffer bytes;
};

struct claim_commands {
    struct sim_random random;
    int64_t start_ms, now_ms; // of the sequence; of the newest command
    uint64_t n_ids;
    struct arena texts;
    struct claim_command commands[CLAIM_COMMANDS_MAX];
    size_t n;
};

// Zero-initialise; begins a sequence and forgets the last one's commands.
void claim_commands_start(struct claim_commands *commands, uint64_t seed);
void claim_commands_close(struct claim_commands *commands);

// The next command to a log that is as model is; at most CLAIM_COMMANDS_MAX a sequence.
// What it returns is valid until the next start.
const struct claim_command *claim_commands_next(struct claim_commands *commands,
                                                const struct naive_claims *model);

#endif
