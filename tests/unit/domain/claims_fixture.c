// SPDX-License-Identifier: Apache-2.0
#include "unit/domain/claims_fixture.h"

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "domain/ask.h"
#include "lib/samples.h"

// ---- commands ----

void claims_begin(struct claims *claims)
{
    wire_command_writer_close(&claims->writer);
    buffer_clear(&claims->command);
    wire_command_writer_init(&claims->writer, &claims->command);
}

void claims_add_entity(struct claims *claims, enum change_op op, enum kind kind,
                       const union entity *entity, int64_t expected)
{
    struct refusal refusal;
    union entity copy = *entity;
    int status = wire_command_add(&claims->writer, op, kind, &copy, expected, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s: %s", refusal.field, refusal.message);
}

static void add_operation(struct claims *claims, enum change_op op,
                          union operation *operation, int64_t expected)
{
    struct refusal refusal;
    int status =
        wire_command_add_operation(&claims->writer, op, operation, expected, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s: %s", refusal.field, refusal.message);
}

void claims_add_put(struct claims *claims, const struct capacity *capacity,
                    int64_t expected)
{
    union entity entity = {.capacity = *capacity};
    claims_add_entity(claims, CHANGE_PUT, KIND_CAPACITY, &entity, expected);
}

void claims_add_delete(struct claims *claims, enum kind kind, const char *id,
                       int64_t expected)
{
    union entity entity;
    shape_clear(entity_shape(kind), &entity);
    *field_slice(&entity_shape(kind)->fields[0], &entity) = slice_from(id);
    claims_add_entity(claims, CHANGE_DELETE, kind, &entity, expected);
}

void claims_add_take(struct claims *claims, const struct claim_take *take,
                     int64_t expected)
{
    union operation operation = {.take = *take};
    add_operation(claims, CHANGE_TAKE, &operation, expected);
}

void claims_add_extend(struct claims *claims, const char *claim, int64_t hold_seconds,
                       int64_t expected)
{
    union operation operation = {.extend = {slice_from(claim), hold_seconds}};
    add_operation(claims, CHANGE_EXTEND, &operation, expected);
}

void claims_add_mark(struct claims *claims, enum change_op op, const char *claim,
                     int64_t expected)
{
    union operation operation = {.mark = {slice_from(claim)}};
    add_operation(claims, op, &operation, expected);
}

void claims_add_withdraw(struct claims *claims, const char *capacity,
                         int64_t over_confirmed, int64_t expected)
{
    union operation operation = {.withdraw = {slice_from(capacity), over_confirmed}};
    add_operation(claims, CHANGE_WITHDRAW, &operation, expected);
}

static int apply(struct claims *claims)
{
    struct wire_command_reader reader;
    struct slice command = buffer_slice(&claims->command);
    cr_assert_eq(wire_command_check(command), STATUS_OK);
    wire_command_reader_init(&reader, command);
    claims->header.sequence = state_revision(claims->state) + 1;
    claims->header.time_ms = claims->now_ms;
    state_apply(claims->state, &claims->header, &reader.source, &claims->outcome,
                &claims->refusal);
    return claims->outcome.status;
}

int claims_send(struct claims *claims)
{
    claims->n_ids++;
    claims->header = (struct command_header){0};
    for (int i = 0; i < 6; i++)
        claims->header.request_id[i] = (unsigned char)(claims->now_ms >> (40 - 8 * i));
    claims->header.request_id[6] = 0x70;
    claims->header.request_id[8] = 0x80;
    memcpy(claims->header.request_id + 9, &claims->n_ids, 7);
    memcpy(claims->header.payload_hash, &claims->n_ids, sizeof claims->n_ids);
    return apply(claims);
}

int claims_send_again(struct claims *claims)
{
    return apply(claims);
}

int claims_validate(struct claims *claims)
{
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, buffer_slice(&claims->command));
    return state_validate(claims->state, claims->now_ms, &reader.source,
                          &claims->refusal);
}

// ---- commands of one change ----

int claims_put(struct claims *claims, const struct capacity *capacity)
{
    claims_begin(claims);
    claims_add_put(claims, capacity, ABSENT);
    return claims_send(claims);
}

int claims_take(struct claims *claims, const char *capacity, int64_t slots)
{
    return claims_take_for(claims, capacity, slots, ABSENT);
}

int claims_take_for(struct claims *claims, const char *capacity, int64_t slots,
                    int64_t hold_seconds)
{
    struct claim_take take = claims_take_of(capacity);
    take.slots = slots;
    take.hold_seconds = hold_seconds;
    claims_begin(claims);
    claims_add_take(claims, &take, ABSENT);
    return claims_send(claims);
}

int claims_extend(struct claims *claims, const char *claim, int64_t hold_seconds)
{
    claims_begin(claims);
    claims_add_extend(claims, claim, hold_seconds, ABSENT);
    return claims_send(claims);
}

int claims_confirm(struct claims *claims, const char *claim)
{
    claims_begin(claims);
    claims_add_mark(claims, CHANGE_CONFIRM, claim, ABSENT);
    return claims_send(claims);
}

int claims_release(struct claims *claims, const char *claim)
{
    claims_begin(claims);
    claims_add_mark(claims, CHANGE_RELEASE, claim, ABSENT);
    return claims_send(claims);
}

int claims_withdraw(struct claims *claims, const char *capacity, int64_t over_confirmed)
{
    claims_begin(claims);
    claims_add_withdraw(claims, capacity, over_confirmed, ABSENT);
    return claims_send(claims);
}

int claims_delete(struct claims *claims, enum kind kind, const char *id)
{
    claims_begin(claims);
    claims_add_delete(claims, kind, id, ABSENT);
    return claims_send(claims);
}

int claims_tick(struct claims *claims)
{
    claims_begin(claims);
    return claims_send(claims);
}

// ---- what there is ----

struct capacity claims_capacity(const char *id)
{
    union entity entity;
    shape_clear(entity_shape(KIND_CAPACITY), &entity);
    entity.capacity.id = slice_from(id);
    entity.capacity.unit = slice_from(CLAIMS_UNIT);
    entity.capacity.service = slice_from(CLAIMS_SERVICE);
    entity.capacity.slots = 3;
    entity.capacity.window_start = sample_day("2026-12-01");
    entity.capacity.window_end = sample_day("2026-12-18");
    entity.capacity.open_to = 1 << 1 | 1 << 14;
    return entity.capacity;
}

struct claim_take claims_take_of(const char *capacity)
{
    union operation operation;
    shape_clear(operation_shape(CHANGE_TAKE), &operation);
    operation.take.capacity = slice_from(capacity);
    operation.take.region = 14;
    return operation.take;
}

static const struct record *find(const struct claims *claims, enum kind kind,
                                 const char *id)
{
    char bytes[RECORD_TEXT_KEY_MAX];
    return state_find(claims->state, kind, record_text_key(bytes, slice_from(id)));
}

struct claim claims_get(struct claims *claims, const char *claim)
{
    union entity entity;
    const struct record *record = find(claims, KIND_CLAIM, claim);
    cr_assert_not_null(record, "%s is not stored", claim);
    record_view_set(&claims->view, record);
    wire_record_decode(&claims->view, &entity);
    return entity.claim;
}

uint64_t claims_revision(struct claims *claims, enum kind kind, const char *id)
{
    const struct record *record = find(claims, kind, id);
    cr_assert_not_null(record, "%s is not stored", id);
    return record_revision(record);
}

bool claims_is_stored(const struct claims *claims, enum kind kind, const char *id)
{
    return find(claims, kind, id) != NULL;
}

struct state_slots claims_slots(const struct claims *claims, const char *capacity)
{
    struct state_slots slots;
    cr_assert(state_slots(claims->state, slice_from(capacity), &slots));
    return slots;
}

int64_t claims_matched_slots(struct claims *claims, const char *capacity)
{
    struct query query;
    struct ask ask;
    struct match_answer found;
    struct arena arena = {0};
    struct refusal refusal;
    int32_t today = date_in_stockholm(claims->now_ms);
    int64_t slots = 0;
    shape_clear(&shape_query, &query);
    query.service = slice_from(CLAIMS_SERVICE);
    query.home_region = 14;
    cr_assert_eq(ask_prepare(claims->state, &query, today, &ask, &refusal), 0);
    match_query_run(state_index(claims->state), &ask.match, &arena, &found);
    for (uint32_t i = 0; i < found.n_options; i++) {
        const struct match_candidate *candidate = &found.options[i].chosen;
        if (slice_equal(record_key_text(candidate->record, 1), slice_from(capacity)))
            slots = candidate->free;
    }
    arena_free(&arena);
    return slots;
}

// ---- the fixture ----

static void add_world(struct claims *claims)
{
    static const char *const units[] = {CLAIMS_UNIT, CLAIMS_OTHER_UNIT};
    static const char *const services[] = {CLAIMS_SERVICE, CLAIMS_OTHER_SERVICE};
    union entity entity;
    for (int i = 0; i < 2; i++) {
        sample_entity(KIND_UNIT, &entity);
        entity.unit.id = slice_from(units[i]);
        entity.unit.municipality = SLICE_ABSENT;
        claims_add_entity(claims, CHANGE_PUT, KIND_UNIT, &entity, ABSENT);
        sample_entity(KIND_SERVICE, &entity);
        entity.service.code = slice_from(services[i]);
        claims_add_entity(claims, CHANGE_PUT, KIND_SERVICE, &entity, ABSENT);
    }
}

void claims_init(struct claims *claims)
{
    *claims = (struct claims){.now_ms = NOON};
    claims->state = state_new(wire_record_decode, wire_record_encode);
    claims_begin(claims);
    add_world(claims);
    cr_assert_eq(claims_send(claims), STATUS_OK, "%s", claims->refusal.message);
    struct capacity capacity = claims_capacity("K-1");
    cr_assert_eq(claims_put(claims, &capacity), STATUS_OK, "%s", claims->refusal.message);
}

void claims_close(struct claims *claims)
{
    wire_command_writer_close(&claims->writer);
    buffer_free(&claims->command);
    record_view_close(&claims->view);
    state_free(claims->state);
}
