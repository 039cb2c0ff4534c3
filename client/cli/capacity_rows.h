// SPDX-License-Identifier: Apache-2.0
//
// Fetching capacities and claims: as rows for people, with the names of their units and
// services, or straight to stdout for programs.
#ifndef CLI_CAPACITY_ROWS_H
#define CLI_CAPACITY_ROWS_H

#include "cli/capacity_table.h"
#include "cli/directory.h"

// Rows live in cli's arena. Zero-initialise with directory.
struct capacity_rows {
    struct directory *directory;
    struct capacity_row *first, *last;
};
int capacity_rows_fetch(struct capacity_rows *rows,
                        const struct capacity_list_request *filter,
                        struct vardsok_error *error);

struct claim_rows {
    struct directory *directory;
    bool live_only;    // HELD and CONFIRMED
    uint64_t revision; // only what was changed last by that one; 0: any
    struct claim_row *first, *last;
};
int claim_rows_fetch(struct claim_rows *rows, const struct claim_list_request *filter,
                     struct vardsok_error *error);
// Adds one, with its names.
void claim_rows_add(struct claim_rows *rows, const struct client_stored *claim);

// What a page needs beside its rows, as of now.
struct capacity_page capacity_page_of(struct directory *directory);

// Everything that fits, as NDJSON or CSV. Returns the exit code.
int capacity_stream(struct cli *cli, const struct capacity_list_request *filter);
int claim_stream(struct cli *cli, const struct claim_list_request *filter);

#endif
