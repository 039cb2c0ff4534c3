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
#include "domain/sorted.h"

// What one change did, to be undone if a later one of the batch is refused.
struct journal_entry {
    enum kind kind;
    struct record *old, *new; // one of them may be NULL
};

struct state {
    state_record_decode decode;
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
    struct arena arena;          // messages of refusals, reset per command
};

// Applies one put or delete: 1 changed, 0 equal to what is stored, negative refused and
// nothing changed. revision is what a changed record gets. Journalled until change_commit
// or _rollback.
int change_apply(struct state *state, const struct change *change, uint64_t revision,
                 int64_t logical_ms, struct refusal *refusal);
// Frees what the journal replaced, and settles the index.
void change_commit(struct state *state);
// Undoes everything in the journal, newest first, and settles the index.
void change_rollback(struct state *state);

// The rules that look at what is stored. old is NULL for a new entity.
int reference_check_put(const struct state *state, const struct change *change,
                        const struct record_view *old, int64_t logical_ms,
                        struct refusal *refusal);
int reference_check_delete(struct state *state, const struct change *change,
                           struct refusal *refusal);

#endif
