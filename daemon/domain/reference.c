// SPDX-License-Identifier: Apache-2.0
//
// The rules that look at what is stored: every reference exists, nothing that is referred
// to goes away, an older waiting time does not replace a newer one.
//
// A region code is a name from a closed national list, not a row: an entity may name a
// region that has no row of its own, but a region's row cannot be deleted while something
// names it.
#include <string.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/identity.h"
#include "domain/state_private.h"

static int missing(struct refusal *refusal, const char *field, const char *what,
                   struct slice id)
{
    if (identity_is_in(id)) // a service's code is not scanned, but is not repeated either
        id = slice_from("***");
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_UNKNOWN_REFERENCE, field,
                  "%s: no %s %.*s is stored", field, what, (int)id.len, id.data);
}

static int need(const struct row_table *table, const char *field, struct slice id,
                struct refusal *refusal)
{
    if (id.data == NULL || rows_find(table, id))
        return STATUS_OK;
    return missing(refusal, field, field, id);
}

static int need_unit_and_service(const struct state *state, struct slice unit,
                                 struct slice service, struct refusal *refusal)
{
    int status = need(&state->rows.units, "unit", unit, refusal);
    return status ? status : need(&state->rows.services, "service", service, refusal);
}

static int check_municipality(const struct state *state, struct slice code,
                              struct refusal *refusal)
{
    char key[RECORD_TEXT_KEY_MAX];
    if (code.data == NULL ||
        sorted_find(&state->records[KIND_MUNICIPALITY], record_text_key(key, code)))
        return STATUS_OK;
    return missing(refusal, "municipality", "municipality", code);
}

static int check_permit(const struct state *state, const struct nhv_permit *permit,
                        struct refusal *refusal)
{
    if (!rows_find(&state->rows.areas, permit->area))
        return missing(refusal, "area", "nhv_area", permit->area);
    return need(&state->rows.units, "unit", permit->unit, refusal);
}

static int check_line(const struct state *state, const struct agreement_line *line,
                      struct refusal *refusal)
{
    int status = need(&state->rows.agreements, "agreement", line->agreement, refusal);
    return status ? status
                  : need_unit_and_service(state, line->unit, line->service, refusal);
}

static int check_waiting(const struct state *state, const struct waiting_time *time,
                         const struct record_view *old, int64_t logical_ms,
                         struct refusal *refusal)
{
    int status = need_unit_and_service(state, time->unit, time->service, refusal);
    if (status != STATUS_OK)
        return status;
    char text[DATE_TEXT_LEN];
    int64_t newest = (int64_t)date_in_stockholm(logical_ms) + 1;
    if (time->observed_on > newest) {
        date_format((int32_t)newest, text);
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_OUT_OF_RANGE,
                      "observed_on", "observed_on must not be after %.10s", text);
    }
    if (old == NULL)
        return STATUS_OK;
    union entity stored;
    state->decode(old, &stored);
    if (time->observed_on >= stored.waiting_time.observed_on)
        return STATUS_OK;
    date_format((int32_t)stored.waiting_time.observed_on, text);
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_OLDER_OBSERVATION,
                  "observed_on", "observed_on is before the stored observation of %.10s",
                  text);
}

// What regions have taken must be left for them.
static int check_claims(const struct state *state, const struct capacity *capacity,
                        const struct record_view *old, struct refusal *refusal)
{
    const struct claimed *claimed = live_find(&state->rows.live, capacity->id);
    if (claimed == NULL)
        return STATUS_OK;
    union entity stored;
    state->decode(old, &stored);
    if (capacity->slots < claimed->taken)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN, "slots",
                      "%u slots are held or confirmed; no fewer can be left",
                      claimed->taken);
    if (!slice_equal(capacity->unit, stored.capacity.unit))
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN, "unit",
                      "the unit can not change under slots that are held or confirmed");
    if (!slice_equal(capacity->service, stored.capacity.service))
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN, "service",
                      "the service can not change under slots that are held or "
                      "confirmed");
    return STATUS_OK;
}

static int check_capacity(const struct state *state, const struct capacity *capacity,
                          const struct record_view *old, struct refusal *refusal)
{
    int status = need_unit_and_service(state, capacity->unit, capacity->service, refusal);
    return status ? status : check_claims(state, capacity, old, refusal);
}

int reference_check_put(const struct state *state, const struct change *change,
                        const struct record_view *old, int64_t logical_ms,
                        struct refusal *refusal)
{
    const union entity *entity = &change->entity;
    switch (change->kind) {
    case KIND_SERVICE:
        if (entity->service.nhv_area.data &&
            !rows_find(&state->rows.areas, entity->service.nhv_area))
            return missing(refusal, "nhv_area", "nhv_area", entity->service.nhv_area);
        return STATUS_OK;
    case KIND_MAPPING:
        return need(&state->rows.services, "service", entity->mapping.service, refusal);
    case KIND_UNIT:
        return check_municipality(state, entity->unit.municipality, refusal);
    case KIND_NHV_PERMIT:
        return check_permit(state, &entity->nhv_permit, refusal);
    case KIND_AGREEMENT_LINE:
        return check_line(state, &entity->agreement_line, refusal);
    case KIND_WAITING_TIME:
        return check_waiting(state, &entity->waiting_time, old, logical_ms, refusal);
    case KIND_CAPACITY:
        return check_capacity(state, &entity->capacity, old, refusal);
    default:
        return STATUS_OK;
    }
}

// --- deletes ---

// Whether an entity names the one that a change deletes.
static bool refers(enum kind kind, const union entity *entity,
                   const struct change *change)
{
    const union entity *target = &change->entity;
    switch (change->kind) {
    case KIND_REGION:
        return (kind == KIND_MUNICIPALITY &&
                entity->municipality.region == target->region.code) ||
               (kind == KIND_UNIT && entity->unit.region == target->region.code) ||
               (kind == KIND_NHV_PERMIT &&
                entity->nhv_permit.region == target->region.code) ||
               (kind == KIND_AGREEMENT &&
                entity->agreement.owner_region == target->region.code) ||
               (kind == KIND_GUARANTEE_LIMIT &&
                entity->guarantee_limit.region == target->region.code);
    case KIND_MUNICIPALITY:
        return kind == KIND_UNIT &&
               slice_equal(entity->unit.municipality, target->municipality.code);
    case KIND_NHV_AREA:
        return (kind == KIND_SERVICE &&
                slice_equal(entity->service.nhv_area, target->nhv_area.id)) ||
               (kind == KIND_NHV_PERMIT &&
                slice_equal(entity->nhv_permit.area, target->nhv_area.id));
    case KIND_SERVICE: {
        struct slice code = target->service.code;
        return (kind == KIND_MAPPING && slice_equal(entity->mapping.service, code)) ||
               (kind == KIND_AGREEMENT_LINE &&
                slice_equal(entity->agreement_line.service, code)) ||
               (kind == KIND_WAITING_TIME &&
                slice_equal(entity->waiting_time.service, code)) ||
               (kind == KIND_CAPACITY && slice_equal(entity->capacity.service, code));
    }
    case KIND_UNIT: {
        struct slice id = target->unit.id;
        return (kind == KIND_NHV_PERMIT && slice_equal(entity->nhv_permit.unit, id)) ||
               (kind == KIND_AGREEMENT_LINE &&
                slice_equal(entity->agreement_line.unit, id)) ||
               (kind == KIND_WAITING_TIME &&
                slice_equal(entity->waiting_time.unit, id)) ||
               (kind == KIND_CAPACITY && slice_equal(entity->capacity.unit, id));
    }
    case KIND_AGREEMENT:
        return kind == KIND_AGREEMENT_LINE &&
               slice_equal(entity->agreement_line.agreement, target->agreement.id);
    default:
        return false;
    }
}

// The count of references of a kind that has rows; 1 for the others, which are few: look
// and see.
static uint32_t count_references(const struct state *state, const struct change *change)
{
    const struct rows *rows = &state->rows;
    switch (change->kind) {
    case KIND_REGION:
    case KIND_MUNICIPALITY:
        return 1;
    case KIND_NHV_AREA:
        return rows_find(&rows->areas, change->entity.nhv_area.id)->n_refs;
    case KIND_SERVICE:
        return rows_find(&rows->services, change->entity.service.code)->n_refs;
    case KIND_UNIT:
        return rows_find(&rows->units, change->entity.unit.id)->n_refs;
    case KIND_AGREEMENT:
        return rows_find(&rows->agreements, change->entity.agreement.id)->n_refs;
    default:
        return 0; // nothing can refer to it
    }
}

// Refuses when an entity of the kind names the one that a change deletes.
static int check_unnamed(struct state *state, enum kind kind, const struct change *change,
                         struct refusal *refusal)
{
    struct record_view view = {0};
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    int status = STATUS_OK;
    while (status == STATUS_OK &&
           (record = sorted_next(&state->records[kind], after)) != NULL) {
        union entity entity;
        record_view_set(&view, record);
        state->decode(&view, &entity);
        if (refers(kind, &entity, change))
            status = refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED,
                            "delete", "%s refers to it",
                            entity_describe(kind, &entity, &state->arena).data);
        after = record_view_key(&view);
    }
    record_view_close(&view);
    return status;
}

// A claim that has ended does not keep its capacity.
static int check_unclaimed(const struct state *state, const struct change *change,
                           struct refusal *refusal)
{
    const struct claimed *claimed =
        live_find(&state->rows.live, change->entity.capacity.id);
    char id[CLAIM_ID_MAX];
    if (claimed == NULL)
        return STATUS_OK;
    live_name(claimed->claims, id);
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED, "delete",
                  "claim %s is held or confirmed; withdraw the capacity instead", id);
}

int reference_check_delete(struct state *state, const struct change *change,
                           struct refusal *refusal)
{
    int status = STATUS_OK;
    if (change->kind == KIND_CAPACITY)
        return check_unclaimed(state, change, refusal);
    if (count_references(state, change) == 0)
        return STATUS_OK;
    for (unsigned kind = change->kind + 1u; kind < KIND_PUT_COUNT && status == STATUS_OK;
         kind++)
        status = check_unnamed(state, (enum kind)kind, change, refusal);
    return status;
}
