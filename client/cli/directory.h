// SPDX-License-Identifier: Apache-2.0
//
// The names of what answers have as codes and ids, asked from the daemon when they are
// first wanted. A name that cannot be had is not worth failing for: the code is shown.
#ifndef CLI_DIRECTORY_H
#define CLI_DIRECTORY_H

#include "cli/cli.h"
#include "cli/match_words.h"

struct directory_entry;

// Zero-initialise with cli, which must be connected. Names live as long as cli's arena.
struct directory {
    struct cli *cli;
    bool has_regions;
    struct match_names regions;
    struct directory_entry *first;
};

const struct match_names *directory_regions(struct directory *directory);
// Absent when it is not known.
struct slice directory_service(struct directory *directory, struct slice code);
struct slice directory_unit(struct directory *directory, struct slice id);

#endif
