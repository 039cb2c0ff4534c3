// SPDX-License-Identifier: Apache-2.0
//
// The records of one kind in the bytewise order of their canonical keys: an array of
// leaves of references into the slab. Finding is two binary searches; about 5 bytes a
// record; the order is the same on every daemon, so that pages, exports and snapshots can
// go on from a key.
//
//     leaves ──► [ leaf 0 | leaf 1 | ... ]          each leaf: up to SORTED_LEAF
//     references,
//                    │                               ascending, never empty
//                    └► [ r0 r1 r2 ... ]
#ifndef DOMAIN_SORTED_H
#define DOMAIN_SORTED_H

#include "domain/record.h"
#include "domain/slab.h"

#define SORTED_LEAF 125 // and n, and malloc's header: 512 bytes

struct sorted_leaf {
    uint32_t n;
    uint32_t records[SORTED_LEAF];
};

// Zero-initialise but for slab, where the records lie. Does not own them.
struct sorted {
    const struct slab *slab;
    struct sorted_leaf **leaves;
    uint32_t n_leaves, capacity;
    uint64_t n;
};

// Where a key is, or belongs; valid until the next put or remove.
struct sorted_place {
    uint32_t leaf, at;
    bool found;
};

struct sorted_place sorted_locate(const struct sorted *sorted, struct slice key);
// The record there, or NULL when the key was not found.
struct record *sorted_at(const struct sorted *sorted, struct sorted_place place);
struct record *sorted_find(const struct sorted *sorted, struct slice key);
// The first with key > after; absent after: the very first. NULL at the end.
struct record *sorted_next(const struct sorted *sorted, struct slice after);
// Puts a record at the place of its key, instead of the one that is there.
void sorted_put(struct sorted *sorted, struct sorted_place place,
                const struct record *record);
// Takes out the record at a place where one was found.
void sorted_remove(struct sorted *sorted, struct sorted_place place);
void sorted_free(struct sorted *sorted);
uint64_t sorted_bytes(const struct sorted *sorted);

#endif
