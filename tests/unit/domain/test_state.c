// SPDX-License-Identifier: Apache-2.0
//
// What applying does beside claims: references in both directions, growth, rehearsal, and
// what is asked of a state without a refusal to fill.
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/state_private.h"
#include "lib/samples.h"
#include "unit/domain/claims_fixture.h"

// ---- references of a put ----

static void put_refused(struct claims *c, enum kind kind, const union entity *entity,
                        enum reason reason, const char *field)
{
    claims_begin(c);
    claims_add_entity(c, CHANGE_PUT, kind, entity, ABSENT);
    claims_send(c);
    claims_expect_refused(c, STATUS_FAILED_PRECONDITION, reason, field);
}

Test(state, a_reference_that_is_missing_is_named_by_its_field)
{
    struct claims c;
    union entity entity;
    claims_init(&c);
    sample_entity(KIND_WAITING_TIME, &entity);
    entity.waiting_time.unit = slice_from("TSE2321000131-NONE");
    put_refused(&c, KIND_WAITING_TIME, &entity, REASON_UNKNOWN_REFERENCE, "unit");
    cr_expect(strstr(c.refusal.message, "TSE2321000131-NONE"), "%s", c.refusal.message);
    sample_entity(KIND_WAITING_TIME, &entity);
    entity.waiting_time.service = slice_from("NONE");
    put_refused(&c, KIND_WAITING_TIME, &entity, REASON_UNKNOWN_REFERENCE, "service");
    sample_entity(KIND_AGREEMENT_LINE, &entity);
    put_refused(&c, KIND_AGREEMENT_LINE, &entity, REASON_UNKNOWN_REFERENCE, "agreement");
    sample_entity(KIND_NHV_PERMIT, &entity);
    put_refused(&c, KIND_NHV_PERMIT, &entity, REASON_UNKNOWN_REFERENCE, "area");
    sample_entity(KIND_SERVICE, &entity);
    entity.service.nhv_area = slice_from("barnhjarta");
    put_refused(&c, KIND_SERVICE, &entity, REASON_UNKNOWN_REFERENCE, "nhv_area");
    sample_entity(KIND_UNIT, &entity);
    put_refused(&c, KIND_UNIT, &entity, REASON_UNKNOWN_REFERENCE, "municipality");
    claims_close(&c);
}

Test(state, a_missing_service_that_looks_like_a_personal_number_is_not_repeated)
{
    struct claims c;
    union entity entity = {.capacity = claims_capacity("K-2")};
    claims_init(&c);
    entity.capacity.service = slice_from("811218-9876");
    put_refused(&c, KIND_CAPACITY, &entity, REASON_UNKNOWN_REFERENCE, "service");
    cr_expect(strstr(c.refusal.message, "***"), "%s", c.refusal.message);
    cr_expect_null(strstr(c.refusal.message, "9876"), "%s", c.refusal.message);
    claims_close(&c);
}

Test(state, nothing_is_observed_after_tomorrow)
{
    struct claims c;
    union entity entity;
    claims_init(&c);
    sample_entity(KIND_WAITING_TIME, &entity);
    entity.waiting_time.observed_on = sample_day("2026-11-24");
    put_refused(&c, KIND_WAITING_TIME, &entity, REASON_OUT_OF_RANGE, "observed_on");
    cr_expect(strstr(c.refusal.message, "2026-11-23"), "%s", c.refusal.message);
    entity.waiting_time.observed_on--;
    claims_begin(&c);
    claims_add_entity(&c, CHANGE_PUT, KIND_WAITING_TIME, &entity, ABSENT);
    cr_expect_eq(claims_send(&c), STATUS_OK);
    claims_close(&c);
}

// ---- references that a delete would leave dangling ----

// In the order of kinds, as a delete looks for them.
static const struct {
    enum kind target, by[5];
} referrers[] = {
    {KIND_REGION,
     {KIND_MUNICIPALITY, KIND_UNIT, KIND_NHV_PERMIT, KIND_AGREEMENT,
      KIND_GUARANTEE_LIMIT}},
    {KIND_MUNICIPALITY, {KIND_UNIT}},
    {KIND_NHV_AREA, {KIND_SERVICE, KIND_NHV_PERMIT}},
    {KIND_SERVICE, {KIND_MAPPING, KIND_AGREEMENT_LINE, KIND_WAITING_TIME, KIND_CAPACITY}},
    {KIND_UNIT, {KIND_NHV_PERMIT, KIND_AGREEMENT_LINE, KIND_WAITING_TIME, KIND_CAPACITY}},
    {KIND_AGREEMENT, {KIND_AGREEMENT_LINE}},
};

// The kind's sample without any reference of its own.
static void target_sample(enum kind kind, union entity *entity)
{
    sample_entity(kind, entity);
    if (kind == KIND_UNIT)
        entity->unit.municipality = SLICE_ABSENT;
}

static void other_place(enum kind kind, union entity *entity)
{
    switch (kind) {
    case KIND_REGION:
        entity->region.code = 12;
        entity->region.healthcare_regions.items[0] = slice_from("sodra");
        break;
    case KIND_MUNICIPALITY:
        entity->municipality.code = slice_from("1280");
        entity->municipality.region = 12;
        break;
    case KIND_NHV_AREA:
        entity->nhv_area.id = slice_from("annat");
        break;
    case KIND_UNIT:
        entity->unit.id = slice_from("TSE2321000131-A1");
        entity->unit.region = 12;
        entity->unit.municipality = slice_from("1280");
        break;
    default:
        entity->nhv_permit.area = slice_from("annat");
        entity->nhv_permit.region = 12;
        entity->nhv_permit.unit = slice_from("TSE2321000131-A1");
        break;
    }
}

static void other_offer(enum kind kind, union entity *entity)
{
    switch (kind) {
    case KIND_SERVICE:
        entity->service.code = slice_from("OTHER");
        entity->service.nhv_area = slice_from("annat");
        break;
    case KIND_MAPPING:
        entity->mapping.service = slice_from("OTHER");
        break;
    case KIND_AGREEMENT:
        entity->agreement.id = slice_from("A-1");
        entity->agreement.owner_region = 12;
        break;
    case KIND_AGREEMENT_LINE:
        entity->agreement_line.agreement = slice_from("A-1");
        entity->agreement_line.unit = slice_from("TSE2321000131-A1");
        entity->agreement_line.service = slice_from("OTHER");
        break;
    case KIND_WAITING_TIME:
        entity->waiting_time.unit = slice_from("TSE2321000131-A1");
        entity->waiting_time.service = slice_from("OTHER");
        break;
    case KIND_CAPACITY:
        entity->capacity.unit = slice_from("TSE2321000131-A1");
        entity->capacity.service = slice_from("OTHER");
        break;
    default:
        entity->guarantee_limit.region = 12;
        break;
    }
}

// One of each kind that names others than the targets.
static void other_sample(enum kind kind, union entity *entity)
{
    sample_entity(kind, entity);
    if (kind == KIND_REGION || kind == KIND_MUNICIPALITY || kind == KIND_NHV_AREA ||
        kind == KIND_UNIT || kind == KIND_NHV_PERMIT)
        other_place(kind, entity);
    else
        other_offer(kind, entity);
}

// Names the target in one field, and gets another key than other_sample.
static void link_place(enum kind by, enum kind target, union entity *entity)
{
    if (by == KIND_MUNICIPALITY) {
        entity->municipality.code = slice_from("1480");
        entity->municipality.region = 14;
    } else if (by == KIND_UNIT) {
        entity->unit.id = slice_from("TSE2321000131-B1");
        entity->unit.region = 14;
        entity->unit.municipality =
            target == KIND_MUNICIPALITY ? slice_from("1480") : SLICE_ABSENT;
    } else if (target == KIND_REGION) {
        entity->nhv_permit.region = 14;
    } else if (target == KIND_NHV_AREA) {
        entity->nhv_permit.area = slice_from("barnhjarta");
    } else {
        entity->nhv_permit.unit = slice_from("TSE2321000131-E1");
    }
}

static void link_offer(enum kind by, enum kind target, union entity *entity)
{
    const struct slice unit = slice_from("TSE2321000131-E1"),
                       service = slice_from("NFB49");
    if (by == KIND_SERVICE) {
        entity->service.code = slice_from("LINKED");
        entity->service.nhv_area = slice_from("barnhjarta");
    } else if (by == KIND_MAPPING) {
        entity->mapping.code = slice_from("LINKED");
        entity->mapping.service = service;
    } else if (by == KIND_AGREEMENT) {
        entity->agreement.id = slice_from("A-2");
        entity->agreement.owner_region = 14;
    } else if (by == KIND_GUARANTEE_LIMIT) {
        entity->guarantee_limit.region = 14;
    } else if (by == KIND_AGREEMENT_LINE && target == KIND_AGREEMENT) {
        entity->agreement_line.agreement = slice_from("A-12");
    } else if (by == KIND_AGREEMENT_LINE) {
        *(target == KIND_UNIT ? &entity->agreement_line.unit
                              : &entity->agreement_line.service) =
            target == KIND_UNIT ? unit : service;
    } else if (by == KIND_WAITING_TIME) {
        *(target == KIND_UNIT ? &entity->waiting_time.unit
                              : &entity->waiting_time.service) =
            target == KIND_UNIT ? unit : service;
    } else {
        entity->capacity.id = slice_from("C-2");
        *(target == KIND_UNIT ? &entity->capacity.unit : &entity->capacity.service) =
            target == KIND_UNIT ? unit : service;
    }
}

static void put_others(struct claims *c)
{
    union entity entity;
    *c = (struct claims){.now_ms = NOON};
    c->state = state_new(wire_record_decode, wire_record_encode);
    claims_begin(c);
    for (enum kind kind = KIND_REGION; kind < KIND_SETTING; kind++) {
        other_sample(kind, &entity);
        claims_add_entity(c, CHANGE_PUT, kind, &entity, ABSENT);
    }
    cr_assert_eq(claims_send(c), STATUS_OK, "change %u: %s %s", c->outcome.change_index,
                 c->refusal.field, c->refusal.message);
}

static int send_one(struct claims *c, enum change_op op, enum kind kind,
                    const union entity *entity)
{
    claims_begin(c);
    claims_add_entity(c, op, kind, entity, ABSENT);
    return claims_send(c);
}

static void check_reference(enum kind target, enum kind by)
{
    struct claims c;
    union entity entity, referrer;
    put_others(&c);
    target_sample(target, &entity);
    cr_assert_eq(send_one(&c, CHANGE_PUT, target, &entity), STATUS_OK, "%s",
                 c.refusal.message);
    other_sample(by, &referrer);
    if (by == KIND_MUNICIPALITY || by == KIND_UNIT || by == KIND_NHV_PERMIT)
        link_place(by, target, &referrer);
    else
        link_offer(by, target, &referrer);
    cr_assert_eq(send_one(&c, CHANGE_PUT, by, &referrer), STATUS_OK, "%s",
                 c.refusal.message);
    send_one(&c, CHANGE_DELETE, target, &entity);
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED,
                          "delete");
    const char *name = entity_kind_name(by);
    cr_expect(strncmp(c.refusal.message, name, strlen(name)) == 0, "%s wanted: %s", name,
              c.refusal.message);
    cr_expect_eq(send_one(&c, CHANGE_DELETE, by, &referrer), STATUS_OK);
    cr_expect_eq(send_one(&c, CHANGE_DELETE, target, &entity), STATUS_OK, "%s",
                 c.refusal.message);
    claims_close(&c);
}

Test(state, a_delete_names_what_refers_to_it_and_overlooks_what_refers_to_others)
{
    for (size_t i = 0; i < sizeof referrers / sizeof *referrers; i++)
        for (int k = 0; k < 5 && referrers[i].by[k]; k++)
            check_reference(referrers[i].target, referrers[i].by[k]);
}

// ---- growth ----

Test(state, units_and_code_systems_may_be_many_and_go_again)
{
    struct claims c;
    union entity entity;
    unsigned char before[16], after[16];
    claims_init(&c);
    digest_finish(c.state->digest, NULL, 0, before);
    char id[32], system[32];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 200; i++) {
            snprintf(id, sizeof id, "TSE2321000131-X%d", i);
            snprintf(system, sizeof system, "S%d", i);
            sample_entity(KIND_UNIT, &entity);
            entity.unit.id = slice_from(id);
            entity.unit.municipality = SLICE_ABSENT;
            claims_begin(&c);
            claims_add_entity(&c, round ? CHANGE_DELETE : CHANGE_PUT, KIND_UNIT, &entity,
                              ABSENT);
            sample_entity(KIND_MAPPING, &entity);
            entity.mapping.system = slice_from(system);
            claims_add_entity(&c, round ? CHANGE_DELETE : CHANGE_PUT, KIND_MAPPING,
                              &entity, ABSENT);
            cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);
        }
    cr_expect_eq(state_count(c.state, KIND_UNIT), 2);
    cr_expect_eq(state_count(c.state, KIND_MAPPING), 0);
    digest_finish(c.state->digest, NULL, 0, after);
    cr_expect_arr_neq(before, after, 16, "the request ids stay");
    claims_close(&c);
}

// ---- asked without a refusal to fill ----

Test(state, applying_and_validating_need_no_refusal)
{
    struct claims c;
    struct wire_command_reader reader;
    claims_init(&c);
    claims_begin(&c);
    claims_add_mark(&c, CHANGE_CONFIRM, "9-9", ABSENT);
    wire_command_reader_init(&reader, buffer_slice(&c.command));
    cr_expect_eq(state_validate(c.state, NOON, &reader.source, NULL), STATUS_NOT_FOUND);
    claims_close(&c);
}

Test(state, a_validation_at_an_earlier_time_is_by_the_logs_time)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 3, 60), STATUS_OK);
    c.now_ms += 60 * SECOND;
    cr_assert_eq(claims_tick(&c), STATUS_OK);
    c.now_ms -= HOUR;
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    claims_add_take(&c, &take, ABSENT);
    cr_expect_eq(claims_validate(&c), STATUS_OK);
    claims_close(&c);
}

// ---- what wire never lets through ----

struct one_change {
    struct change_source source; // first
    struct change change;
    bool given;
};

static int give(struct change_source *source, struct change *change)
{
    struct one_change *self = (struct one_change *)(void *)source;
    if (self->given)
        return 0;
    *change = self->change;
    self->given = true;
    return 1;
}

Test(state, a_name_too_long_to_be_one_is_not_stored)
{
    char name[200];
    struct claims c;
    struct refusal refusal;
    claims_init(&c);
    memset(name, '1', sizeof name);
    struct one_change one = {
        .source = {.next = give},
        .change = {.op = CHANGE_CONFIRM,
                   .expected_revision = ABSENT,
                   .operation = {.mark = {{name, sizeof name}}}},
    };
    cr_expect_eq(state_validate(c.state, NOON, &one.source, &refusal), STATUS_NOT_FOUND);
    cr_expect_str_eq(refusal.field, "claim");
    claims_close(&c);
}

// ---- rehearsal ----

static int rehearse(struct claims *c, struct refusal *refusal)
{
    struct wire_command_reader reader;
    struct change change;
    wire_command_reader_init(&reader, buffer_slice(&c->command));
    cr_assert_eq(reader.source.next(&reader.source, &change), 1);
    return state_rehearse(c->state, NOON, &change, refusal);
}

Test(state, a_rehearsal_keeps_what_is_right_and_says_what_is_not)
{
    struct claims c;
    struct refusal refusal;
    struct capacity capacity = claims_capacity("K-2");
    claims_init(&c);
    claims_begin(&c);
    claims_add_put(&c, &capacity, ABSENT);
    cr_expect_eq(rehearse(&c, &refusal), 1, "changed");
    cr_expect_eq(rehearse(&c, &refusal), 0, "equal");
    capacity.unit = slice_from("TSE2321000131-NONE");
    claims_begin(&c);
    claims_add_put(&c, &capacity, ABSENT);
    cr_expect_eq(rehearse(&c, &refusal), STATUS_FAILED_PRECONDITION);
    cr_expect_eq(refusal.reason, REASON_UNKNOWN_REFERENCE);
    cr_expect(claims_is_stored(&c, KIND_CAPACITY, "K-2"));
    claims_close(&c);
}

// ---- reading ----

Test(state, a_service_has_a_handle_while_it_is_stored)
{
    struct claims c;
    claims_init(&c);
    uint32_t handle = state_service_handle(c.state, slice_from(CLAIMS_SERVICE));
    cr_expect_neq(handle, MATCH_NONE);
    cr_expect_eq(state_service_handle(c.state, slice_from("NONE")), MATCH_NONE);
    cr_expect(slice_equal(record_key_text(state_service_record(c.state, handle), 1),
                          slice_from(CLAIMS_SERVICE)));
    claims_close(&c);
}

Test(state, what_is_allocated_is_told)
{
    struct claims c;
    struct state_stats stats;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    state_stats(c.state, &stats);
    cr_expect_gt(stats.record_bytes, 0);
    cr_expect_gt(stats.tree_bytes, 0);
    cr_expect_gt(stats.table_bytes, 0);
    cr_expect_gt(stats.request_id_bytes, 0);
    cr_expect_gt(stats.index_bytes, 0);
    claims_close(&c);
}

Test(state, a_recorded_field_is_one_of_those_that_apply_refuses)
{
    cr_expect_str_eq(state_field_find("hold_seconds"), "hold_seconds");
    cr_expect_str_eq(state_field_find(""), "");
    cr_expect_null(state_field_find("nonsense"));
}

Test(state, a_record_is_loaded_once)
{
    struct claims c;
    struct record_view view = {0};
    claims_init(&c);
    char key[RECORD_TEXT_KEY_MAX];
    record_view_set(&view, state_find(c.state, KIND_CAPACITY,
                                      record_text_key(key, slice_from("K-1"))));
    cr_expect_not(change_load(c.state, KIND_CAPACITY, 2, view.bytes));
    cr_expect_eq(state_count(c.state, KIND_CAPACITY), 1);
    record_view_close(&view);
    claims_close(&c);
}
