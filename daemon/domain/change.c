// SPDX-License-Identifier: Apache-2.0
//
// One change at a time, with a journal: each change replaces one record in the order of keys,
// tells rows and index, and moves the digest. Undoing is the same steps with old and new swapped,
// so that there is one way of changing and none of "restoring".
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/state_private.h"

static struct record *new_record(const struct change *change, uint64_t revision)
{
    struct record *record = malloc(sizeof *record + change->record.len);
    CHECK(record);
    record->revision = revision;
    record->len = (uint32_t)change->record.len;
    record->key_len = change->key_len;
    record->kind = (uint8_t)change->kind;
    memcpy(record->bytes, change->record.data, change->record.len);
    return record;
}

static uint64_t record_size(const struct record *record)
{
    return sizeof *record + record->len;
}

// Puts next in the place of previous everywhere; one of them may be NULL.
static void replace(struct state *state, enum kind kind, struct record *previous,
                    struct record *next)
{
    union entity previous_entity, next_entity;
    CHECK(previous || next);
    if (previous)
        state->decode(previous, &previous_entity);
    if (next)
        state->decode(next, &next_entity);
    rows_apply(&state->rows, &(struct row_change){kind, previous, next, &previous_entity,
                                                  &next_entity});
    if (next)
        sorted_put(&state->records[kind], next);
    else
        sorted_remove(&state->records[kind], record_key(previous));
    if (previous) {
        digest_remove_record(&state->digest, previous);
        state->record_bytes -= record_size(previous);
    }
    if (next) {
        digest_add_record(&state->digest, next);
        state->record_bytes += record_size(next);
    }
}

static void journal_add(struct state *state, struct journal_entry entry)
{
    if (state->n_journal == state->journal_capacity) {
        state->journal_capacity = state->journal_capacity ? state->journal_capacity * 2 : 64;
        state->journal =
            realloc(state->journal, state->journal_capacity * sizeof *state->journal);
        CHECK(state->journal);
    }
    state->journal[state->n_journal++] = entry;
}

static int check_expected(const struct change *change, const struct record *old,
                          struct refusal *refusal)
{
    uint64_t revision = old ? old->revision : 0;
    if (change->expected_revision == ABSENT || (uint64_t)change->expected_revision == revision)
        return STATUS_OK;
    return refuse(refusal, STATUS_ABORTED, REASON_REVISION_MISMATCH, "expected_revision",
                  "expected_revision is %lld, stored is %llu",
                  (long long)change->expected_revision, (unsigned long long)revision);
}

static int put(struct state *state, const struct change *change, uint64_t revision,
               int64_t logical_ms, struct refusal *refusal)
{
    struct slice key = {change->record.data, change->key_len};
    struct record *old = sorted_find(&state->records[change->kind], key);
    int status = check_expected(change, old, refusal);
    if (status != STATUS_OK)
        return status;
    if (old && slice_equal((struct slice){old->bytes, old->len}, change->record))
        return 0;
    status = reference_check_put(state, change, old, logical_ms, refusal);
    if (status != STATUS_OK)
        return status;
    struct record *record = new_record(change, revision);
    replace(state, change->kind, old, record);
    journal_add(state, (struct journal_entry){change->kind, old, record});
    return 1;
}

static int delete(struct state *state, const struct change *change, struct refusal *refusal)
{
    struct record *old = sorted_find(&state->records[change->kind], change->record);
    int status = check_expected(change, old, refusal);
    if (status != STATUS_OK)
        return status;
    if (old == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_NOT_STORED, "delete",
                      "%s is not stored",
                      entity_describe(change->kind, &change->entity, &state->arena).data);
    status = reference_check_delete(state, change, refusal);
    if (status != STATUS_OK)
        return status;
    replace(state, change->kind, old, NULL);
    journal_add(state, (struct journal_entry){change->kind, old, NULL});
    return 1;
}

int change_apply(struct state *state, const struct change *change, uint64_t revision,
                 int64_t logical_ms, struct refusal *refusal)
{
    return change->op == CHANGE_PUT ? put(state, change, revision, logical_ms, refusal)
                                    : delete (state, change, refusal);
}

void change_commit(struct state *state)
{
    for (uint32_t i = 0; i < state->n_journal; i++)
        free(state->journal[i].old);
    state->n_journal = 0;
    match_index_settle(state->rows.index);
}

void change_rollback(struct state *state)
{
    while (state->n_journal > 0) {
        struct journal_entry *entry = &state->journal[--state->n_journal];
        replace(state, entry->kind, entry->new, entry->old);
        free(entry->new);
    }
    match_index_settle(state->rows.index);
}
