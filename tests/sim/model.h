// SPDX-License-Identifier: Apache-2.0
//
// What the log means, written down once more, plain and slow: a list of records, a list
// of request ids, and the rules of domain.md §2 and §4 by looking through all there is.
// It reads entries as wire gives them and shares no code with domain/state.c.
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "domain/state.h"
#include "lib/world.h"

enum model_fate {
    MODEL_FIRST,    // decided now: done, or refused by a rule
    MODEL_REPEATED, // a known request id with its payload: no effect
    MODEL_REUSED,   // a known request id with another payload: no effect
    MODEL_WINDOW,   // a request id that is too old or too far ahead: no effect
};

// One entry of the log and what became of it.
struct model_entry {
    enum model_fate fate;
    unsigned char request_id[STATE_REQUEST_ID_LEN], payload_hash[16];
    uint64_t sequence; // of the entry that decided
    int status;
    enum reason reason;
    uint32_t change_index;
    const char *field; // static text
};

// A stored entity as its canonical bytes, of which the first key_len are the key.
struct model_record {
    enum kind kind;
    uint64_t revision;
    size_t len, key_len;
    char bytes[];
};

// Zero-initialise but for world, which is an empty one with the day and the palette.
struct model {
    struct world world;            // what is stored; the makers of operations draw on it
    struct model_record **records; // in no order
    uint32_t n_records, records_capacity;
    struct model_entry *entries; // of sequence i + 1
    uint32_t n_entries, entries_capacity;
    uint32_t first_id; // of entries, the oldest whose id is still remembered
    int64_t logical_ms, forgotten_until_ms;
};

void model_close(struct model *model);
// Applies the next entry of the log; its bytes must be right.
void model_apply(struct model *model, struct slice entry);
// The stored record with this key, or NULL.
const struct model_record *model_find(const struct model *model, enum kind kind,
                                      struct slice key);
// Compares everything stored, its revisions and counts, and the running digest with one
// made from nothing. Returns false and says what
// differs first.
bool model_equals(const struct model *model, const struct state *state, char *what,
                  size_t what_len);

#endif
