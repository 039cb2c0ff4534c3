// SPDX-License-Identifier: Apache-2.0
//
// What the files of the state share: not for other layers.
#ifndef DOMAIN_STATE_PRIVATE_H
#define DOMAIN_STATE_PRIVATE_H

#include "base/arena.h"
#include "domain/digest.h"
#include "domain/request_ids.h"
#include "domain/rows.h"
#include "domain/slab.h"
#include "domain/snapshot.h"
#include "domain/sorted.h"

// What one change did, to be undone if a later one of the batch is refused.
struct journal_entry {
    enum kind kind;
    struct record *old, *new; // one of them may be NULL
};

struct state {
    state_record_decode decode;
    state_record_encode encode;
    uint64_t revision;
    int64_t logical_ms;
    struct digest digest;
    struct slab slab; // of the records; owned by rows
    struct sorted records[KIND_COUNT];
    struct rows rows;
    struct request_ids request_ids;
    struct journal_entry *journal;
    uint32_t n_journal, journal_capacity;
    struct record_view old, new; // of the change at hand
    struct record_view found;    // what an operation looks at
    struct buffer encoded;       // of a record that apply makes
    struct arena arena;          // messages of refusals, reset per command
    struct snapshot_walk *walk;  // under way, or NULL
};

// Where in the log a change stands.
struct moment {
    uint64_t revision; // of the entry; what a changed record gets
    int64_t logical_ms;
    uint32_t index; // of the change in its command
};

// Applies one change: 1 changed, 0 equal to what is stored, negative refused; a refused
// one may have changed something, so it must be followed by change_rollback. Journalled
// until change_commit or _rollback.
int change_apply(struct state *state, const struct change *change,
                 const struct moment *at, struct refusal *refusal);
// An operation on claims, by the same rules.
int claims_apply(struct state *state, const struct change *change,
                 const struct moment *at, struct refusal *refusal);
// Expires every hold with until <= logical time. Journalled.
void claims_expire(struct state *state, const struct moment *at);

// Puts next, or nothing, in the place of what is stored there, everywhere; journalled.
void change_replace(struct state *state, enum kind kind, struct sorted_place place,
                    struct record *next);
int change_check_expected(const struct change *change, const struct record *old,
                          struct refusal *refusal);
// Puts a record of a snapshot into its place; false when the key is taken. The index is
// not settled.
bool change_load(struct state *state, enum kind kind, uint64_t revision,
                 struct slice bytes);
// Frees what the journal replaced, and settles the index.
void change_commit(struct state *state);
// Undoes everything in the journal, newest first, and settles the index.
void change_rollback(struct state *state);

// A recorded outcome's field as its static text; NULL when apply has no such field.
const char *state_field_find(const char *field);

// What a walk must write before it goes: a record that is to be replaced, to be kept or
// dropped with the batch, and the oldest request.
void snapshot_save_record(struct snapshot_walk *walk, const struct record *old);
void snapshot_keep_saved(struct snapshot_walk *walk);
void snapshot_drop_saved(struct snapshot_walk *walk);
void snapshot_save_request(struct snapshot_walk *walk,
                           const struct request_entry *oldest);

// The rules that look at what is stored. old is NULL for a new entity.
int reference_check_put(const struct state *state, const struct change *change,
                        const struct record_view *old, int64_t logical_ms,
                        struct refusal *refusal);
int reference_check_delete(struct state *state, const struct change *change,
                           struct refusal *refusal);

#endif
