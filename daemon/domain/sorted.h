// SPDX-License-Identifier: Apache-2.0
//
// The records of one kind in the bytewise order of their keys: an array of leaves of record
// pointers. Finding is two binary searches; about 10 bytes a record; the order is the same on
// every daemon, so that pages, exports and snapshots can go on from a key.
//
//     leaves ──► [ leaf 0 | leaf 1 | ... ]          each leaf: up to SORTED_LEAF pointers,
//                    │                               ascending, never empty
//                    └► [ r0 r1 r2 ... ]
#ifndef DOMAIN_SORTED_H
#define DOMAIN_SORTED_H

#include "domain/state.h"

#define SORTED_LEAF 62

struct sorted_leaf {
    uint32_t n;
    struct record *records[SORTED_LEAF];
};

// Zero-initialise. Does not own the records.
struct sorted {
    struct sorted_leaf **leaves;
    uint32_t n_leaves, capacity;
    uint64_t n;
};

static inline struct slice record_key(const struct record *record)
{
    return (struct slice){record->bytes, record->key_len};
}

struct record *sorted_find(const struct sorted *sorted, struct slice key);
// The first with key > after; absent after: the very first. NULL at the end.
struct record *sorted_next(const struct sorted *sorted, struct slice after);
// Puts record under its key and returns the one that was there, or NULL.
struct record *sorted_put(struct sorted *sorted, struct record *record);
// Takes the record with this key out and returns it, or NULL.
struct record *sorted_remove(struct sorted *sorted, struct slice key);
void sorted_free(struct sorted *sorted);
uint64_t sorted_bytes(const struct sorted *sorted);

#endif
