// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims for people: tables of many, a card of one. What is written here
// needs no daemon; the names are given.
#ifndef CLI_CAPACITY_TABLE_H
#define CLI_CAPACITY_TABLE_H

#include "cli/match_words.h"
#include "lib/typed_capacity.h"

struct capacity_row {
    struct capacity_row *next;
    struct capacity_status status;
    struct slice unit, service; // names; absent when not known
};

struct claim_row {
    struct claim_row *next;
    struct claim claim;
    uint64_t revision;
    struct slice unit, service; // names; absent when not known
};

struct capacity_page {
    enum language language;
    const struct match_names *names; // of regions
    int64_t now_ms;                  // what is left of a hold counts from here
    bool of_one_capacity;            // a table of claims then need not name it
    unsigned width;                  // of the terminal
    bool colours;
};

// What is free first, by the day it begins; what is closed last.
void capacity_table_write(const struct capacity_page *page,
                          const struct capacity_row *rows, struct arena *arena,
                          struct buffer *out);
void capacity_card_write(const struct capacity_page *page, const struct capacity_row *row,
                         struct arena *arena, struct buffer *out);

// In the order given. Instants are by Stockholm's clocks, holds with what is left of
// them.
void claim_table_write(const struct capacity_page *page, const struct claim_row *rows,
                       struct arena *arena, struct buffer *out);
void claim_card_write(const struct capacity_page *page, const struct claim_row *row,
                      struct arena *arena, struct buffer *out);

#endif
