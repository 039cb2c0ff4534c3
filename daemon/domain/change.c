// SPDX-License-Identifier: Apache-2.0
//
// One change at a time, with a journal: each change replaces one record in the order of
// keys, tells rows and index, and moves the digest. Undoing is the same steps with old
// and new swapped, so that there is one way of changing and none of "restoring".
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/state_private.h"

// Puts next, or nothing, in the place of what is stored there, if anything, everywhere.
static void replace(struct state *state, enum kind kind, struct sorted_place place,
                    struct record *next)
{
    struct record *previous = sorted_at(&state->records[kind], place);
    union entity previous_entity, next_entity;
    CHECK(previous || next);
    if (previous) {
        record_view_set(&state->old, previous);
        state->decode(&state->old, &previous_entity);
    }
    if (next) {
        record_view_set(&state->new, next);
        state->decode(&state->new, &next_entity);
    }
    struct slice key = record_view_key(next ? &state->new : &state->old);
    rows_apply(&state->rows, &(struct row_change){kind, previous, next, key,
                                                  &previous_entity, &next_entity});
    if (next)
        sorted_put(&state->records[kind], place, next);
    else
        sorted_remove(&state->records[kind], place);
    if (previous)
        digest_remove_record(&state->digest, &state->old);
    if (next)
        digest_add_record(&state->digest, &state->new);
}

static void journal_add(struct state *state, struct journal_entry entry)
{
    if (state->n_journal == state->journal_capacity) {
        state->journal_capacity =
            state->journal_capacity ? state->journal_capacity * 2 : 64;
        state->journal =
            realloc(state->journal, state->journal_capacity * sizeof *state->journal);
        CHECK(state->journal);
    }
    state->journal[state->n_journal++] = entry;
}

void change_replace(struct state *state, enum kind kind, struct sorted_place place,
                    struct record *next)
{
    struct record *old = sorted_at(&state->records[kind], place);
    if (state->walk && old)
        snapshot_save_record(state->walk, old);
    replace(state, kind, place, next);
    journal_add(state, (struct journal_entry){kind, old, next});
}

int change_check_expected(const struct change *change, const struct record *old,
                          struct refusal *refusal)
{
    uint64_t revision = old ? record_revision(old) : 0;
    if (change->expected_revision == ABSENT ||
        (uint64_t)change->expected_revision == revision)
        return STATUS_OK;
    return refuse(refusal, STATUS_ABORTED, REASON_REVISION_MISMATCH, "expected_revision",
                  "expected_revision is %lld, stored is %llu",
                  (long long)change->expected_revision, (unsigned long long)revision);
}

bool change_load(struct state *state, enum kind kind, uint64_t revision,
                 struct slice bytes)
{
    struct record *record = record_new(&state->slab, kind, revision, bytes);
    record_view_set(&state->new, record);
    struct sorted_place place =
        sorted_locate(&state->records[kind], record_view_key(&state->new));
    if (place.found) {
        record_free(&state->slab, record);
        return false;
    }
    replace(state, kind, place, record);
    return true;
}

static int put(struct state *state, const struct change *change, const struct moment *at,
               struct refusal *refusal)
{
    struct slice key = {change->record.data, change->key_len};
    struct sorted_place place = sorted_locate(&state->records[change->kind], key);
    struct record *old = sorted_at(&state->records[change->kind], place);
    int status = change_check_expected(change, old, refusal);
    if (status != STATUS_OK)
        return status;
    if (old)
        record_view_set(&state->old, old);
    if (old && slice_equal(state->old.bytes, change->record))
        return 0;
    status = reference_check_put(state, change, old ? &state->old : NULL, at->logical_ms,
                                 refusal);
    if (status != STATUS_OK)
        return status;
    change_replace(state, change->kind, place,
                   record_new(&state->slab, change->kind, at->revision, change->record));
    return 1;
}

static int delete (struct state *state, const struct change *change,
                   struct refusal *refusal)
{
    struct sorted_place place =
        sorted_locate(&state->records[change->kind], change->record);
    struct record *old = sorted_at(&state->records[change->kind], place);
    int status = change_check_expected(change, old, refusal);
    if (status != STATUS_OK)
        return status;
    if (old == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_NOT_STORED, "delete",
                      "%s is not stored",
                      entity_describe(change->kind, &change->entity, &state->arena).data);
    status = reference_check_delete(state, change, refusal);
    if (status != STATUS_OK)
        return status;
    change_replace(state, change->kind, place, NULL);
    return 1;
}

int change_apply(struct state *state, const struct change *change,
                 const struct moment *at, struct refusal *refusal)
{
    if (change->op == CHANGE_PUT)
        return put(state, change, at, refusal);
    if (change->op == CHANGE_DELETE)
        return delete (state, change, refusal);
    return claims_apply(state, change, at, refusal);
}

void change_commit(struct state *state)
{
    if (state->walk)
        snapshot_keep_saved(state->walk);
    for (uint32_t i = 0; i < state->n_journal; i++)
        record_free(&state->slab, state->journal[i].old);
    state->n_journal = 0;
    match_index_settle(state->rows.index);
}

void change_rollback(struct state *state)
{
    if (state->walk)
        snapshot_drop_saved(state->walk);
    while (state->n_journal > 0) {
        struct journal_entry *entry = &state->journal[--state->n_journal];
        record_view_set(&state->new, entry->new ? entry->new : entry->old);
        replace(state, entry->kind,
                sorted_locate(&state->records[entry->kind], record_view_key(&state->new)),
                entry->old);
        record_free(&state->slab, entry->new);
    }
    match_index_settle(state->rows.index);
}
