// SPDX-License-Identifier: Apache-2.0
#include "sim/model.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "lib/world_parts.h"
#include "replica/entry.h"
#include "wire/change.h"
#include "wire/codec.h"

#define ID_AGE_MS (24 * INT64_C(3600000))
#define ID_AHEAD_MS (5 * INT64_C(60000))
#define BATCH_MAX 2048

// What one change replaced, to be put back if a later one of its batch is refused.
struct undo {
    struct model_record *old, *made;
};

// --- Records ---

static struct slice record_bytes(const struct model_record *record)
{
    return (struct slice){record->bytes, record->len};
}

static struct slice record_key(const struct model_record *record)
{
    return (struct slice){record->bytes, record->key_len};
}

static uint32_t place_of(const struct model *model, enum kind kind, struct slice key)
{
    uint32_t i = 0;
    while (i < model->n_records && (model->records[i]->kind != kind ||
                                    !slice_equal(record_key(model->records[i]), key)))
        i++;
    return i;
}

static struct model_record *find(const struct model *model, enum kind kind,
                                 struct slice key)
{
    uint32_t place = place_of(model, kind, key);
    return place < model->n_records ? model->records[place] : NULL;
}

const struct model_record *model_find(const struct model *model, enum kind kind,
                                      struct slice key)
{
    return find(model, kind, key);
}

static struct model_record *new_record(const struct change *change, uint64_t revision)
{
    struct model_record *record = malloc(sizeof *record + change->record.len);
    CHECK(record);
    record->revision = revision;
    record->len = change->record.len;
    record->key_len = change->key_len;
    record->kind = change->kind;
    record->hash = model_record_hash(change->kind, change->record, revision);
    memcpy(record->bytes, change->record.data, change->record.len);
    return record;
}

// Puts next in the place of old; one of them may be NULL.
static void replace(struct model *model, struct model_record *old,
                    struct model_record *next)
{
    CHECK(old || next);
    union entity entity;
    enum kind kind = (old ? old : next)->kind;
    uint32_t place = place_of(model, kind, record_key(old ? old : next));
    if (place == model->n_records && model->n_records++ == model->records_capacity) {
        model->records_capacity = model->records_capacity ? model->n_records * 2 : 256;
        model->records =
            realloc(model->records, model->records_capacity * sizeof *model->records);
        CHECK(model->records);
    }
    struct record_view view = {.kind = kind, .bytes = record_bytes(next ? next : old)};
    wire_record_decode(&view, &entity);
    if (next) {
        model->records[place] = next;
        naive_put(&model->world.stored, kind, &entity);
    } else {
        model->records[place] = model->records[--model->n_records];
        CHECK(naive_delete(&model->world.stored, kind, &entity));
    }
}

// --- Rules ---

static bool is_stored(const struct model *model, enum kind kind, struct slice id)
{
    union entity key;
    if (id.data == NULL)
        return true;
    shape_clear(entity_shape(kind), &key);
    switch (kind) {
    case KIND_MUNICIPALITY:
        key.municipality.code = id;
        break;
    case KIND_NHV_AREA:
        key.nhv_area.id = id;
        break;
    case KIND_SERVICE:
        key.service.code = id;
        break;
    case KIND_UNIT:
        key.unit.id = id;
        break;
    default:
        CHECK(kind == KIND_AGREEMENT);
        key.agreement.id = id;
    }
    return naive_find(&model->world.stored, kind, &key) != NULL;
}

struct reference {
    const char *field;
    enum kind kind;
    struct slice id;
};

// The field of the first reference that is to nothing stored; NULL when all are right.
static const char *first_missing(const struct model *model,
                                 const struct reference *references, int n)
{
    for (int i = 0; i < n; i++)
        if (!is_stored(model, references[i].kind, references[i].id))
            return references[i].field;
    return NULL;
}

static const char *find_missing(const struct model *model, enum kind kind,
                                const union entity *entity)
{
    struct reference found[3];
    int n = 0;
    if (kind == KIND_SERVICE)
        found[n++] =
            (struct reference){"nhv_area", KIND_NHV_AREA, entity->service.nhv_area};
    if (kind == KIND_MAPPING)
        found[n++] = (struct reference){"service", KIND_SERVICE, entity->mapping.service};
    if (kind == KIND_UNIT)
        found[n++] = (struct reference){"municipality", KIND_MUNICIPALITY,
                                        entity->unit.municipality};
    if (kind == KIND_NHV_PERMIT) {
        found[n++] = (struct reference){"area", KIND_NHV_AREA, entity->nhv_permit.area};
        found[n++] = (struct reference){"unit", KIND_UNIT, entity->nhv_permit.unit};
    }
    if (kind == KIND_AGREEMENT_LINE) {
        const struct agreement_line *line = &entity->agreement_line;
        found[n++] = (struct reference){"agreement", KIND_AGREEMENT, line->agreement};
        found[n++] = (struct reference){"unit", KIND_UNIT, line->unit};
        found[n++] = (struct reference){"service", KIND_SERVICE, line->service};
    }
    if (kind == KIND_WAITING_TIME) {
        found[n++] = (struct reference){"unit", KIND_UNIT, entity->waiting_time.unit};
        found[n++] =
            (struct reference){"service", KIND_SERVICE, entity->waiting_time.service};
    }
    if (kind == KIND_CAPACITY) {
        found[n++] = (struct reference){"unit", KIND_UNIT, entity->capacity.unit};
        found[n++] =
            (struct reference){"service", KIND_SERVICE, entity->capacity.service};
    }
    return first_missing(model, found, n);
}

static int64_t home_of(enum kind kind, const union entity *entity)
{
    switch (kind) {
    case KIND_MUNICIPALITY:
        return entity->municipality.region;
    case KIND_UNIT:
        return entity->unit.region;
    case KIND_NHV_PERMIT:
        return entity->nhv_permit.region;
    case KIND_AGREEMENT:
        return entity->agreement.owner_region;
    case KIND_GUARANTEE_LIMIT:
        return entity->guarantee_limit.region;
    default:
        return ABSENT;
    }
}

// A region is kept by what lies in it, not by the sets that name it.
static bool is_referenced(const struct model *model, enum kind kind,
                          const union entity *entity)
{
    const struct naive_world *stored = &model->world.stored;
    if (kind != KIND_REGION)
        return world_is_referenced(&model->world, kind, entity);
    for (enum kind by = KIND_MUNICIPALITY; by < KIND_PUT_COUNT; by++)
        for (size_t i = 0; i < naive_count(stored, by); i++)
            if (home_of(by, naive_at(stored, by, i)) == entity->region.code)
                return true;
    return false;
}

static enum reason check_waiting(const struct model *model,
                                 const struct waiting_time *time,
                                 const union entity *entity)
{
    const union entity *old = naive_find(&model->world.stored, KIND_WAITING_TIME, entity);
    if (time->observed_on > date_in_stockholm(model->logical_ms) + 1)
        return REASON_OUT_OF_RANGE;
    if (old && time->observed_on < old->waiting_time.observed_on)
        return REASON_OLDER_OBSERVATION;
    return REASON_NONE;
}

static enum reason check_change(const struct model *model, const struct change *change,
                                const struct model_record *old, const char **field)
{
    uint64_t revision = old ? old->revision : 0;
    *field = "expected_revision";
    if (change->expected_revision != ABSENT &&
        (uint64_t)change->expected_revision != revision)
        return REASON_REVISION_MISMATCH;
    if (change->op == CHANGE_DELETE) {
        *field = "delete";
        if (!old)
            return REASON_NOT_STORED;
        if (change->kind == KIND_CAPACITY)
            return model_check_capacity(model, change->entity.capacity.id, NULL, field);
        return is_referenced(model, change->kind, &change->entity)
                   ? REASON_STILL_REFERENCED
                   : REASON_NONE;
    }
    *field = find_missing(model, change->kind, &change->entity);
    if (*field)
        return REASON_UNKNOWN_REFERENCE;
    *field = "observed_on";
    if (change->kind == KIND_WAITING_TIME)
        return check_waiting(model, &change->entity.waiting_time, &change->entity);
    if (change->kind == KIND_CAPACITY && old)
        return model_check_capacity(model, change->entity.capacity.id,
                                    &change->entity.capacity, field);
    return REASON_NONE;
}

static int status_of(enum reason reason)
{
    switch (reason) {
    case REASON_NONE:
        return STATUS_OK;
    case REASON_REVISION_MISMATCH:
        return STATUS_ABORTED;
    case REASON_NOT_STORED:
        return STATUS_NOT_FOUND;
    case REASON_NO_SLOTS_LEFT:
        return STATUS_RESOURCE_EXHAUSTED;
    case REASON_REQUEST_ID_REUSED:
        return STATUS_INVALID_ARGUMENT;
    default:
        return STATUS_FAILED_PRECONDITION;
    }
}

// --- Entries ---

static bool is_operation(const struct change *change)
{
    return change->op != CHANGE_PUT && change->op != CHANGE_DELETE;
}

// The record that a change is about: its own, or the capacity's of a take or withdraw.
static struct model_record *find_target(const struct model *model,
                                        const struct change *change)
{
    struct buffer key = {0};
    union entity entity = {0};
    if (!is_operation(change))
        return find(model, change->kind,
                    (struct slice){change->record.data, change->key_len});
    if (change->op != CHANGE_TAKE && change->op != CHANGE_WITHDRAW)
        return NULL;
    shape_clear(entity_shape(KIND_CAPACITY), &entity);
    entity.capacity.id = change->op == CHANGE_TAKE ? change->operation.take.capacity
                                                   : change->operation.withdraw.capacity;
    wire_encode_key(WIRE_LOG, entity_shape(KIND_CAPACITY), &entity, &key);
    struct model_record *found = find(model, KIND_CAPACITY, buffer_slice(&key));
    buffer_free(&key);
    return found;
}

// One change. *undo is set to what it replaced, which may be nothing.
static enum reason apply_change(struct model *model, const struct change *change,
                                struct model_claim made, struct undo *undo,
                                const char **field)
{
    struct model_record *old = find_target(model, change);
    enum reason reason;
    if (is_operation(change)) {
        made.revision = old ? old->revision : 0; // what the client may expect
        reason = model_operate(model, change, made, field);
    } else {
        reason = check_change(model, change, old, field);
    }
    bool equal =
        change->op == CHANGE_PUT && old && slice_equal(record_bytes(old), change->record);
    if (equal && reason != REASON_REVISION_MISMATCH)
        return REASON_NONE;
    if (reason != REASON_NONE || (is_operation(change) && change->op != CHANGE_WITHDRAW))
        return reason;
    undo->old = old;
    undo->made = change->op == CHANGE_PUT ? new_record(change, made.sequence) : NULL;
    replace(model, undo->old, undo->made);
    return REASON_NONE;
}

// All changes of a command, or none.
static enum reason apply_changes(struct model *model, struct slice command,
                                 uint64_t sequence, uint32_t *index, const char **field)
{
    static struct undo undo[BATCH_MAX];
    struct wire_command_reader reader;
    struct change change;
    enum reason reason = REASON_NONE;
    wire_command_reader_init(&reader, command);
    for (*index = 0; reader.source.next(&reader.source, &change) == 1; ++*index) {
        CHECK(*index < BATCH_MAX);
        undo[*index] = (struct undo){0};
        reason = apply_change(model, &change,
                              (struct model_claim){.sequence = sequence, .index = *index},
                              &undo[*index], field);
        if (reason != REASON_NONE)
            break;
    }
    for (uint32_t i = *index; i-- > 0;) {
        if (reason != REASON_NONE && (undo[i].old || undo[i].made))
            replace(model, undo[i].made, undo[i].old);
        free(reason == REASON_NONE ? undo[i].old : undo[i].made);
    }
    if (reason != REASON_NONE)
        model_claims_copy(&model->claims, &model->claims_before);
    return reason;
}

static int64_t id_time_ms(const unsigned char *id)
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms * 256 + id[i];
    return ms;
}

// Ids are forgotten in the order in which they came, each when it is older than a day.
static void forget_old(struct model *model)
{
    for (; model->first_id < model->n_entries; model->first_id++) {
        const struct model_entry *oldest = &model->entries[model->first_id];
        if (oldest->fate == MODEL_FIRST &&
            id_time_ms(oldest->request_id) >= model->logical_ms - ID_AGE_MS)
            return;
        if (oldest->fate == MODEL_FIRST &&
            id_time_ms(oldest->request_id) >= model->forgotten_until_ms)
            model->forgotten_until_ms = id_time_ms(oldest->request_id) + 1;
    }
}

static const struct model_entry *find_id(const struct model *model,
                                         const unsigned char *id)
{
    for (uint32_t i = model->first_id; i < model->n_entries; i++)
        if (model->entries[i].fate == MODEL_FIRST &&
            memcmp(model->entries[i].request_id, id, STATE_REQUEST_ID_LEN) == 0)
            return &model->entries[i];
    return NULL;
}

static void refuse_entry(struct model_entry *made, enum model_fate fate,
                         enum reason reason, const char *field)
{
    made->fate = fate;
    made->reason = reason;
    made->field = reason == REASON_NONE ? "" : field;
    made->status = status_of(reason);
    made->hash = model_id_hash(made);
}

static void decide(struct model *model, const struct entry *entry,
                   struct model_entry *made)
{
    uint32_t index;
    const char *field = "";
    const struct model_entry *known = find_id(model, made->request_id);
    int64_t time_ms = id_time_ms(made->request_id);
    if (known && memcmp(known->payload_hash, made->payload_hash, 16) == 0) {
        if (model->plant == PLANT_CLAIMED_AGAIN_ON_RETRY)
            apply_changes(model, entry->command, made->sequence, &index, &field);
        *made = *known;
        made->fate = MODEL_REPEATED;
    } else if (known) {
        refuse_entry(made, MODEL_REUSED, REASON_REQUEST_ID_REUSED, "request_id");
    } else if (time_ms < model->logical_ms - ID_AGE_MS ||
               time_ms > model->logical_ms + ID_AHEAD_MS) {
        refuse_entry(made, MODEL_WINDOW, REASON_REQUEST_ID_WINDOW, "request_id");
    } else {
        enum reason reason =
            apply_changes(model, entry->command, made->sequence, &index, &field);
        made->change_index = reason == REASON_NONE ? 0 : index;
        refuse_entry(made, MODEL_FIRST, reason, field);
    }
}

static struct model_entry *add_entry(struct model *model)
{
    if (model->n_entries == model->entries_capacity) {
        model->entries_capacity =
            model->entries_capacity ? model->entries_capacity * 2 : 256;
        model->entries =
            realloc(model->entries, model->entries_capacity * sizeof *model->entries);
        CHECK(model->entries);
    }
    return &model->entries[model->n_entries++];
}

// Time passes before anything else of an entry.
static void pass_time(struct model *model, int64_t time_ms, uint64_t sequence)
{
    if (time_ms > model->logical_ms)
        model->logical_ms = time_ms;
    if (model->plant == PLANT_EXPIRY_UNDONE)
        model_claims_copy(&model->claims_before, &model->claims);
    if (model->plant != PLANT_EXPIRY_AFTER)
        model_expire(model, sequence);
    if (model->plant != PLANT_EXPIRY_UNDONE)
        model_claims_copy(&model->claims_before, &model->claims);
}

void model_apply(struct model *model, struct slice bytes)
{
    struct entry entry;
    struct model_entry made = {.sequence = model->n_entries + 1};
    uint64_t sequence = made.sequence;
    CHECK(entry_decode(bytes, &entry) == STATUS_OK);
    memcpy(made.request_id, entry.request_id, sizeof made.request_id);
    entry_payload_hash(&entry, made.payload_hash);
    pass_time(model, entry.time_ms, sequence);
    decide(model, &entry, &made);
    if (model->plant == PLANT_EXPIRY_AFTER)
        model_expire(model, sequence);
    struct model_entry *added = add_entry(model);
    *added = made;
    if (made.fate == MODEL_FIRST)
        forget_old(model);
    added->logical_ms = model->logical_ms;
    model_digest(model, added->digest);
}

void model_close(struct model *model)
{
    for (uint32_t i = 0; i < model->n_records; i++)
        free(model->records[i]);
    free(model->records);
    free(model->entries);
    model_claims_close(&model->claims);
    model_claims_close(&model->claims_before);
    world_close(&model->world);
    *model = (struct model){0};
}
