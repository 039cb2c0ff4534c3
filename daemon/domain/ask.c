// SPDX-License-Identifier: Apache-2.0
#include "domain/ask.h"

#include <string.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "domain/identity.h"
#include "domain/nearest.h"
#include "domain/region.h"
#include "domain/state_private.h"

// Services, mappings and municipalities lie as their canonical bytes: nothing to release.
static struct record_view view_of(const struct record *record)
{
    struct record_view view = {0};
    record_view_set(&view, record);
    CHECK(view.scratch.data == NULL);
    return view;
}

static struct slice key_of(const struct record *record)
{
    struct record_view view = view_of(record);
    return record_view_key(&view);
}

static void decode(const struct state *state, const struct record *record,
                   union entity *entity)
{
    struct record_view view = view_of(record);
    state->decode(&view, entity);
}

// What was asked for, in messages that reach logs: never a personal number.
static struct slice shown(struct slice text)
{
    return identity_is_in(text) ? slice_from("***") : text;
}

// No entity of the kind has this id or code; the nearest that have one are named.
static int unknown_key(const struct state *state, enum kind kind, struct slice id,
                       enum reason reason, struct refusal *refusal)
{
    struct nearest nearest;
    char known[3 * (NEAREST_TEXT_MAX + 2)];
    nearest_init(&nearest, id);
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    while ((record = sorted_next(&state->records[kind], after)) != NULL) {
        nearest_offer(&nearest, record_key_text(record, 1));
        after = key_of(record);
    }
    nearest_format(&nearest, known, sizeof known);
    return refuse(refusal, STATUS_NOT_FOUND, reason,
                  kind == KIND_SERVICE ? "service" : "origin",
                  "no %s %.*s is stored; nearest: %s", entity_kind_name(kind),
                  (int)shown(id).len, shown(id).data, known);
}

// --- the service ---

static int unknown_system(const struct state *state, struct slice system,
                          struct refusal *refusal)
{
    struct nearest nearest;
    char known[3 * (NEAREST_TEXT_MAX + 2)];
    nearest_init(&nearest, system);
    for (uint32_t i = 0; i < state->rows.n_codings; i++)
        nearest_offer(&nearest, slice_from(state->rows.codings[i].system));
    nearest_format(&nearest, known, sizeof known);
    return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SYSTEM, "system",
                  "no code system %.*s is known; nearest: %s", (int)system.len,
                  system.data, known);
}

static int unknown_version(const struct state *state, struct slice system,
                           struct slice version, struct refusal *refusal)
{
    struct nearest nearest;
    char known[3 * (NEAREST_TEXT_MAX + 2)];
    nearest_init(&nearest, version);
    for (uint32_t i = 0; i < state->rows.n_codings; i++)
        if (slice_equal(slice_from(state->rows.codings[i].system), system))
            nearest_offer(&nearest, slice_from(state->rows.codings[i].version));
    nearest_format(&nearest, known, sizeof known);
    return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_VERSION, "version",
                  "code system %.*s has no version %.*s; nearest: %s", (int)system.len,
                  system.data, (int)version.len, version.data, known);
}

static void offer_own_codes(const struct state *state, struct slice system,
                            struct slice version, struct nearest *nearest)
{
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    while ((record = sorted_next(&state->records[KIND_SERVICE], after)) != NULL) {
        union entity entity;
        decode(state, record, &entity);
        if (slice_equal(entity.service.system, system) &&
            slice_equal(entity.service.version, version))
            nearest_offer(nearest, record_key_text(record, 1));
        after = key_of(record);
    }
}

static int unknown_code(const struct state *state, struct slice system,
                        struct slice version, struct slice code, struct refusal *refusal)
{
    struct nearest nearest;
    char known[3 * (NEAREST_TEXT_MAX + 2)];
    nearest_init(&nearest, code);
    offer_own_codes(state, system, version, &nearest);
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    while ((record = sorted_next(&state->records[KIND_MAPPING], after)) != NULL) {
        if (slice_equal(record_key_text(record, 1), system) &&
            slice_equal(record_key_text(record, 2), version))
            nearest_offer(&nearest, record_key_text(record, 3));
        after = key_of(record);
    }
    nearest_format(&nearest, known, sizeof known);
    return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service",
                  "no code %.*s in %.*s %.*s; nearest: %s", (int)shown(code).len,
                  shown(code).data, (int)system.len, system.data, (int)version.len,
                  version.data, known);
}

static size_t put_key_text(char *out, unsigned number, struct slice text)
{
    out[0] = (char)(number << 3 | 2);
    out[1] = (char)text.len;
    memcpy(out + 2, text.data, text.len);
    return text.len + 2;
}

static const struct record *find_mapping(const struct state *state, struct slice system,
                                         struct slice version, struct slice code)
{
    char key[3 * (2 + ID_MAX_LEN)];
    size_t len = put_key_text(key, 1, system);
    len += put_key_text(key + len, 2, version);
    len += put_key_text(key + len, 3, code);
    return sorted_find(&state->records[KIND_MAPPING], (struct slice){key, len});
}

// A service's own (system, version, code) goes before a mapping.
static int resolve_coded(const struct state *state, const struct query *query,
                         const struct row **row, struct refusal *refusal)
{
    struct slice version = query->version;
    const char *newest = rows_newest_version(&state->rows, query->system);
    if (newest == NULL)
        return unknown_system(state, query->system, refusal);
    if (version.data == NULL)
        version = slice_from(newest);
    else if (!rows_has_version(&state->rows, query->system, version))
        return unknown_version(state, query->system, version, refusal);

    union entity entity;
    *row = rows_find(&state->rows.services, query->service);
    if (*row) {
        decode(state, (*row)->record, &entity);
        if (slice_equal(entity.service.system, query->system) &&
            slice_equal(entity.service.version, version))
            return STATUS_OK;
    }
    const struct record *mapping =
        find_mapping(state, query->system, version, query->service);
    if (mapping == NULL)
        return unknown_code(state, query->system, version, query->service, refusal);
    decode(state, mapping, &entity);
    *row = rows_find(&state->rows.services, entity.mapping.service);
    return STATUS_OK;
}

static int resolve_service(const struct state *state, const struct query *query,
                           const struct row **row, struct refusal *refusal)
{
    if (query->system.data)
        return resolve_coded(state, query, row, refusal);
    *row = rows_find(&state->rows.services, query->service);
    return *row ? STATUS_OK
                : unknown_key(state, KIND_SERVICE, query->service, REASON_UNKNOWN_SERVICE,
                              refusal);
}

// --- origin ---

// A municipality without a position leaves the distance unknown.
static int resolve_origin(const struct state *state, const struct origin *origin,
                          struct match_query *match, struct refusal *refusal)
{
    int64_t latitude = origin->latitude, longitude = origin->longitude;
    if (origin->municipality.data) {
        char key[2 + ID_MAX_LEN];
        size_t len = put_key_text(key, 1, origin->municipality);
        const struct record *record =
            sorted_find(&state->records[KIND_MUNICIPALITY], (struct slice){key, len});
        if (record == NULL)
            return unknown_key(state, KIND_MUNICIPALITY, origin->municipality,
                               REASON_UNKNOWN_MUNICIPALITY, refusal);
        union entity entity;
        decode(state, record, &entity);
        latitude = entity.municipality.latitude;
        longitude = entity.municipality.longitude;
    }
    match->has_origin = latitude != ABSENT;
    if (match->has_origin)
        match->origin = (struct position){(int32_t)latitude, (int32_t)longitude};
    return STATUS_OK;
}

// --- the care guarantee ---

// Days of the limit with the newest valid_from that is not after from; ABSENT when there
// is none.
static int64_t limit_days(const struct rows *rows, int64_t guarantee, int64_t region,
                          int64_t from)
{
    const struct guarantee_limit *newest = NULL;
    for (uint32_t i = 0; i < rows->n_limits; i++) {
        const struct guarantee_limit *limit = &rows->limits[i];
        if (limit->guarantee == guarantee && limit->region == region &&
            limit->valid_from <= from &&
            (newest == NULL || limit->valid_from > newest->valid_from))
            newest = limit;
    }
    return newest ? newest->days : ABSENT;
}

// HSL 9 ch. and HSF 6 ch.: the national limit, or the home region's where that is
// stricter.
static int64_t guarantee_deadline(const struct rows *rows, const struct query *query,
                                  int64_t guarantee)
{
    if (query->guarantee_deadline != ABSENT)
        return query->guarantee_deadline;
    if (query->guarantee_from == ABSENT || guarantee == GUARANTEE_NONE)
        return ABSENT;
    int64_t days = limit_days(rows, guarantee, ABSENT, query->guarantee_from);
    int64_t own = limit_days(rows, guarantee, query->home_region, query->guarantee_from);
    if (days == ABSENT || (own != ABSENT && own < days))
        days = own;
    if (days == ABSENT)
        return ABSENT;
    int64_t paused = query->paused_days == ABSENT ? 0 : query->paused_days;
    return query->guarantee_from + days + paused;
}

// --- the rest ---

static int resolve_on(const struct query *query, int32_t today, int32_t *on,
                      struct refusal *refusal)
{
    int64_t day = query->on == ABSENT ? today : query->on;
    if (day < today || day > (int64_t)today + QUERY_ON_DAYS_AHEAD) {
        char first[DATE_TEXT_LEN], last[DATE_TEXT_LEN];
        date_format(today, first);
        date_format(today + QUERY_ON_DAYS_AHEAD, last);
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE, "on",
                      "on must be %.10s to %.10s", first, last);
    }
    *on = (int32_t)day;
    return STATUS_OK;
}

static int64_t or_default(int64_t value, int64_t absent)
{
    return value == ABSENT ? absent : value;
}

static void copy_facts(const struct query *query, struct match_query *match)
{
    match->home_region = UINT32_C(1) << query->home_region;
    match->weight_hg = (uint32_t)or_default(query->weight, 0);
    match->height_cm = (uint32_t)or_default(query->height_cm, 0);
    match->age = (int32_t)or_default(query->age, -1);
    match->asa = (uint8_t)or_default(query->asa, 0);
    match->sex = query->sex == ABSENT || query->sex == SEX_ANY ? 0 : (uint8_t)query->sex;
    match->in_regions = (uint32_t)or_default(query->in_regions, 0);
    match->max_wait_days = (int32_t)or_default(query->max_wait_days, -1);
    match->max_distance_km = (int32_t)or_default(query->max_distance_km, -1);
    match->slots = (uint32_t)or_default(query->slots, 1);
    match->order = (enum match_order)or_default(query->order, ORDER_EARLIEST);
    match->limit = (uint32_t)or_default(query->limit, QUERY_LIMIT_DEFAULT);
    match->certain_only = query->certain_only == 1;
    match->explain = query->explain == 1;
}

int ask_prepare(const struct state *state, const struct query *query, int32_t today,
                struct ask *ask, struct refusal *refusal)
{
    const struct row *service = NULL;
    int32_t on = today;
    int status = query_check(query, refusal);
    if (status == STATUS_OK)
        status = resolve_on(query, today, &on, refusal);
    if (status == STATUS_OK)
        status = resolve_service(state, query, &service, refusal);
    if (status != STATUS_OK)
        return status;
    CHECK(service);
    struct match_query match = {.today = today, .on = on, .service = service->handle};
    copy_facts(query, &match);
    status = resolve_origin(state, &query->origin, &match, refusal);
    if (status != STATUS_OK)
        return status;
    *ask = (struct ask){
        .match = match,
        .service = record_key_text(service->record, 1),
        .area = service->area,
        .guarantee_deadline = guarantee_deadline(&state->rows, query, service->guarantee),
    };
    return STATUS_OK;
}
