// SPDX-License-Identifier: Apache-2.0
//
// A state of services and mappings, changed through commands as the log has them, and the
// same in two arrays.
#ifndef TESTS_LIB_DIRECTORY_H
#define TESTS_LIB_DIRECTORY_H

#include "lib/naive_search.h"
#include "wire/change.h"

#define DIRECTORY_MAX 20000 // services, and mappings

// Zero-initialise, then directory_init; directory_close releases.
struct directory {
    struct state *state;
    struct service *services; // in no order
    size_t n_services;
    struct mapping *mappings;
    size_t n_mappings;
    uint64_t n_requests;
    struct buffer command;
    struct wire_command_writer writer;
};

void directory_init(struct directory *directory);
void directory_close(struct directory *directory);

// Adds a change to the batch at hand. The texts must live as long as the directory.
void directory_add(struct directory *directory, enum change_op op, enum kind kind,
                   const union entity *entity);
// Applies the batch. Returns the outcome's status.
int directory_apply(struct directory *directory);

// The arrays alone, for a change that was applied.
void directory_note(struct directory *directory, enum change_op op, enum kind kind,
                    const union entity *entity);

// A service with these texts; NULL is absent. synonyms are joined by '|'.
union entity directory_service(const char *code, const char *name_sv, const char *name_en,
                               const char *synonyms, const char *area);

// search_find, every hit compared with naive_search's, which is also returned. where says
// in messages what was searched.
size_t directory_compare(const struct directory *directory, struct slice text,
                         uint32_t limit, const char *where);

#endif
