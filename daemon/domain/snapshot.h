// SPDX-License-Identifier: Apache-2.0
//
// A snapshot of the state at one sequence, written in slices while entries go on being
// applied, and read back into an empty state.
//
// A cursor walks the records in the order of kinds and keys. What an entry is about to
// change beyond the cursor is written first, as it was; what has changed since is passed
// over. So the bytes are the state at the sequence where the walk began, without a copy of
// it and without a pause. The walk hashes every record anew: a sum that is not the running
// digest means that memory has changed by itself (DIVERGED).
//
//     item     u8 kind | varint revision | varint length | canonical record
//     request  u8 0xFF | id 16 | payload hash 16 | varint sequence, status, reason,
//              change index | u8 length | field
//
// Items come kind by kind, so that what is referred to comes first, requests last, the
// oldest first. Numbers are unsigned LEB128.
#ifndef DOMAIN_SNAPSHOT_H
#define DOMAIN_SNAPSHOT_H

#include "domain/state.h"

// What stands beside the items.
struct snapshot_head {
    uint64_t sequence;        // the state's revision
    int64_t logical_ms;       // its logical time
    int64_t evicted_until_ms; // of its request ids
    uint64_t n_items;         // requests included
    unsigned char digest[16]; // state_digest at that revision
};

struct snapshot_walk;

// Begins a walk at the state's revision. One at a time (CHECK). head is filled. One that
// only hashes writes nothing: out may be NULL.
struct snapshot_walk *snapshot_begin(struct state *state, bool only_hash,
                                     struct snapshot_head *head);
// Visits at most n records and appends what is to be written to out. 1: there is more,
// 0: all is written, STATUS_DATA_LOSS: what was written is not what the digest says.
int snapshot_step(struct snapshot_walk *walk, unsigned n, struct buffer *out);
// Ends a walk, finished or not. NULL is fine.
void snapshot_end(struct snapshot_walk *walk);

// Reads items into a state to which nothing was applied; bytes hold whole items.
// STATUS_DATA_LOSS when they are not items, or name what is not there.
int snapshot_read(struct state *state, struct slice bytes);
// Ends the reading: STATUS_DATA_LOSS when the state is not the one of head.
int snapshot_finish(struct state *state, const struct snapshot_head *head);

#endif
