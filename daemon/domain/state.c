// SPDX-License-Identifier: Apache-2.0
//
// Applying an entry: logical time moves, a known request id is answered from the table,
// an id outside its window is refused, else the changes are applied in order under a
// journal; the first refused one rolls all back and becomes the recorded outcome.
#include "domain/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/state_private.h"

struct state *state_new(state_record_decode decode, state_record_encode encode)
{
    struct state *state = calloc(1, sizeof *state);
    CHECK(state);
    state->decode = decode;
    state->encode = encode;
    slab_init(&state->slab, &state->rows);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        state->records[kind].slab = &state->slab;
    rows_init(&state->rows, &state->records[KIND_CAPACITY]);
    return state;
}

void state_free(struct state *state)
{
    if (state == NULL)
        return;
    rows_close(&state->rows);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        sorted_free(&state->records[kind]);
    slab_close(&state->slab);
    record_view_close(&state->old);
    record_view_close(&state->new);
    record_view_close(&state->found);
    buffer_free(&state->encoded);
    request_ids_free(&state->request_ids);
    free(state->journal);
    arena_free(&state->arena);
    free(state);
}

// Applies all changes of source or none; returns 0 or the refusal's status.
static int apply_changes(struct state *state, struct moment at,
                         struct change_source *source, struct refusal *refusal)
{
    struct change change;
    arena_reset(&state->arena);
    for (; source->next(source, &change) == 1; at.index++) {
        int status = change_apply(state, &change, &at, refusal);
        if (status < 0) {
            refusal->change_index = at.index;
            return status;
        }
    }
    return STATUS_OK;
}

const char *state_field_find(const char *field)
{
    // A recorded outcome keeps no text of its own: these are all the fields that apply
    // refuses.
    static const char *const fields[] = {"",
                                         "expected_revision",
                                         "delete",
                                         "unit",
                                         "service",
                                         "agreement",
                                         "area",
                                         "nhv_area",
                                         "municipality",
                                         "observed_on",
                                         "request_id",
                                         "capacity",
                                         "region",
                                         "slots",
                                         "claim",
                                         "hold_seconds"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i], field) == 0)
            return fields[i];
    return NULL;
}

static struct outcome outcome_of(uint64_t sequence, const struct refusal *refusal)
{
    const char *field = state_field_find(refusal->field);
    CHECK(field);
    return (struct outcome){
        .sequence = sequence,
        .status = refusal->status,
        .reason = refusal->reason,
        .change_index = refusal->change_index,
        .field = field,
    };
}

static void forget_request(void *arg, const struct request_entry *entry)
{
    struct state *state = arg;
    if (state->walk)
        snapshot_save_request(state->walk, entry);
    digest_remove_request(&state->digest, entry);
}

static void record_outcome(struct state *state, const struct command_header *header,
                           const struct outcome *outcome)
{
    struct request_entry entry = {.outcome = *outcome};
    memcpy(entry.id, header->request_id, sizeof entry.id);
    memcpy(entry.payload_hash, header->payload_hash, sizeof entry.payload_hash);
    request_ids_add(&state->request_ids, &entry, state->logical_ms, forget_request,
                    state);
    digest_add_request(&state->digest, &entry);
}

// Refuses an id that is known with another payload, or outside its window.
static int check_request_id(const struct state *state,
                            const struct command_header *header, struct refusal *refusal)
{
    int64_t time = request_id_time_ms(header->request_id);
    if (time >= request_ids_horizon_ms(&state->request_ids, state->logical_ms) &&
        time <= state->logical_ms + STATE_REQUEST_ID_AHEAD_MS)
        return STATUS_OK;
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_REQUEST_ID_WINDOW,
                  "request_id",
                  "request_id was made more than 24 h ago, or more than 5 min ahead");
}

void state_apply(struct state *state, const struct command_header *header,
                 struct change_source *source, struct outcome *outcome,
                 struct refusal *refusal)
{
    struct refusal unused;
    refusal = refusal ? refusal : &unused;
    *refusal = (struct refusal){0};
    CHECK(header->sequence == state->revision + 1);
    state->revision = header->sequence;
    if (header->time_ms > state->logical_ms)
        state->logical_ms = header->time_ms;
    struct moment at = {state->revision, state->logical_ms, 0};
    claims_expire(state, &at);
    change_commit(state);

    const struct request_entry *known =
        request_ids_find(&state->request_ids, header->request_id);
    if (known && memcmp(known->payload_hash, header->payload_hash, 16) == 0) {
        *outcome = known->outcome;
        if (outcome->status != STATUS_OK)
            refuse(refusal, outcome->status, outcome->reason, outcome->field,
                   "refused when it was first sent");
        refusal->change_index = outcome->change_index;
        return;
    }
    if (known) {
        refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUEST_ID_REUSED, "request_id",
               "request_id was used before with another payload");
        *outcome = outcome_of(header->sequence, refusal);
        return;
    }
    if (check_request_id(state, header, refusal) != STATUS_OK) {
        *outcome = outcome_of(header->sequence, refusal);
        return;
    }
    if (apply_changes(state, at, source, refusal) == STATUS_OK)
        change_commit(state);
    else
        change_rollback(state);
    *outcome = outcome_of(header->sequence, refusal);
    record_outcome(state, header, outcome);
}

int state_validate(struct state *state, int64_t time_ms, struct change_source *source,
                   struct refusal *refusal)
{
    struct moment at = {state->revision + 1, state->logical_ms, 0};
    struct refusal unused;
    if (time_ms > at.logical_ms)
        at.logical_ms = time_ms;
    claims_expire(state, &at);
    int status = apply_changes(state, at, source, refusal ? refusal : &unused);
    change_rollback(state);
    return status;
}

int state_rehearse(struct state *state, int64_t time_ms, const struct change *change,
                   struct refusal *refusal)
{
    arena_reset(&state->arena);
    struct moment at = {state->revision + 1, time_ms, 0};
    int changed = change_apply(state, change, &at, refusal);
    if (changed < 0)
        change_rollback(state);
    else
        change_commit(state);
    return changed;
}

uint64_t state_revision(const struct state *state)
{
    return state->revision;
}

int64_t state_logical_time_ms(const struct state *state)
{
    return state->logical_ms;
}

void state_digest(const struct state *state, unsigned char digest[16])
{
    const int64_t numbers[] = {(int64_t)state->revision, state->logical_ms,
                               state->request_ids.evicted_until_ms};
    digest_finish(state->digest, numbers, 3, digest);
}

uint64_t state_count(const struct state *state, enum kind kind)
{
    return state->records[kind].n;
}

const struct record *state_find(const struct state *state, enum kind kind,
                                struct slice key)
{
    return sorted_find(&state->records[kind], key);
}

const struct record *state_next(const struct state *state, enum kind kind,
                                struct slice after)
{
    return sorted_next(&state->records[kind], after);
}

uint32_t state_service_handle(const struct state *state, struct slice code)
{
    const struct row *row = rows_find(&state->rows.services, code);
    return row ? row->handle : MATCH_NONE;
}

static const struct row *row_at(const struct row_table *table, uint32_t handle)
{
    CHECK(handle < table->n_handles && table->by_handle[handle]);
    return table->by_handle[handle];
}

static void prefetch_row(const struct row_table *table, uint32_t handle, unsigned step)
{
    if (step == 0)
        __builtin_prefetch(&table->by_handle[handle]);
    else if (step == 1)
        __builtin_prefetch(table->by_handle[handle]);
    else
        __builtin_prefetch(table->by_handle[handle]->record);
}

void state_prefetch(const struct state *state, uint32_t unit, uint32_t agreement,
                    unsigned step)
{
    prefetch_row(&state->rows.units, unit, step);
    if (agreement != MATCH_NONE)
        prefetch_row(&state->rows.agreements, agreement, step);
}

const struct record *state_service_record(const struct state *state, uint32_t service)
{
    return row_at(&state->rows.services, service)->record;
}

const struct record *state_unit_record(const struct state *state, uint32_t unit)
{
    return row_at(&state->rows.units, unit)->record;
}

const struct record *state_agreement_record(const struct state *state, uint32_t agreement)
{
    return row_at(&state->rows.agreements, agreement)->record;
}

const struct record *state_area_record(const struct state *state, uint32_t area)
{
    return row_at(&state->rows.areas, area)->record;
}

void state_unit_view(const struct state *state, uint32_t unit,
                     struct state_unit_view *view)
{
    const struct row *row = row_at(&state->rows.units, unit);
    view->id = row_id(row);
    view->summary = (struct slice){row_key(row).data, row->summary_len};
    view->region = row->region;
}

void state_agreement_view(const struct state *state, uint32_t agreement,
                          struct state_agreement_view *view)
{
    const struct row *row = row_at(&state->rows.agreements, agreement);
    view->id = row_id(row);
    view->owner_region = row->region;
}

void state_see_time(struct state *state, int64_t now_ms)
{
    live_see_time(&state->rows, now_ms);
}

bool state_slots(const struct state *state, struct slice capacity,
                 struct state_slots *slots)
{
    char key[RECORD_TEXT_KEY_MAX];
    const struct record *record =
        state_find(state, KIND_CAPACITY, record_text_key(key, capacity));
    if (record == NULL)
        return false;
    const struct claimed *claimed = live_find(&state->rows.live, capacity);
    *slots =
        (struct state_slots){.free = (uint32_t)record_number(record, CAPACITY_SLOTS)};
    if (claimed)
        *slots = (struct state_slots){
            .confirmed = claimed->confirmed,
            .held = claimed->taken - claimed->confirmed - claimed->lapsed,
            .free = claimed_free(claimed),
        };
    return true;
}

bool state_next_hold(const struct state *state, int64_t *until_ms, char id[CLAIM_ID_MAX])
{
    const struct live_claim *hold = live_first_hold(&state->rows.live);
    if (hold == NULL)
        return false;
    *until_ms = hold->until_ms;
    claim_id_format(hold->id.sequence, (uint32_t)hold->id.index, id);
    return true;
}

struct match_index *state_index(struct state *state)
{
    return state->rows.index;
}

void state_stats(const struct state *state, struct state_stats *stats)
{
    struct match_index_stats index;
    match_index_stats(state->rows.index, &index);
    *stats = (struct state_stats){
        .record_bytes = slab_bytes(&state->slab),
        .table_bytes = rows_bytes(&state->rows),
        .request_id_bytes = request_ids_bytes(&state->request_ids),
        .index_bytes = index.bytes,
    };
    for (int kind = 0; kind < KIND_COUNT; kind++)
        stats->tree_bytes += sorted_bytes(&state->records[kind]);
}
