// SPDX-License-Identifier: Apache-2.0
//
// Answers of a small world whose ids and texts are as long as they may be. That answers
// are right on random worlds is shown by tests/property/match.c; here: that what is
// pasted together is byte for byte what the generic encoder would write.
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/ask.h"
#include "unit/wire/samples.h"
#include "wire/answer.h"
#include "wire/change.h"
#include "wire/codec.h"

#define N_SCOPES 20
#define ID_64 "abcdefghijklmnopqrstuvwxyz-0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static struct state *state;
static struct arena arena;
static char scopes[N_SCOPES][8];

static void put(enum kind kind, union entity *entity)
{
    static struct wire_command_writer writer;
    static unsigned char n;
    struct buffer command = {0};
    struct refusal refusal;
    struct outcome outcome;
    wire_command_writer_init(&writer, &command);
    cr_assert_eq(wire_command_add(&writer, CHANGE_PUT, kind, entity, ABSENT, &refusal), 0,
                 "%s", refusal.message);
    wire_command_writer_close(&writer);
    int64_t time_ms = date_from_civil(2026, 11, 22) * DAY_MS;
    struct command_header header = {.sequence = state_revision(state) + 1,
                                    .time_ms = time_ms};
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    header.request_id[6] = 0x70;
    header.request_id[8] = 0x80;
    header.request_id[15] = ++n;
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, buffer_slice(&command));
    state_apply(state, &header, &reader.source, &outcome, &refusal);
    cr_assert_eq(outcome.status, 0, "%s", refusal.message);
    buffer_free(&command);
}

static void put_permits(void)
{
    for (int i = 0; i < N_SCOPES; i++) {
        union entity entity;
        full_entity(KIND_NHV_PERMIT, &entity);
        snprintf(scopes[i], sizeof scopes[i], "s%02d", (i * 7) % N_SCOPES);
        entity.nhv_permit.scope = slice_from(scopes[i]);
        put(KIND_NHV_PERMIT, &entity);
    }
}

static void put_world(void)
{
    static const enum kind first[] = {KIND_REGION, KIND_NHV_AREA, KIND_SERVICE};
    union entity entity;
    state = state_new(wire_record_decode, wire_record_encode);
    for (int i = 0; i < 3; i++) {
        full_entity(first[i], &entity);
        put(first[i], &entity);
    }
    full_entity(KIND_REGION, &entity);
    entity.region.code = 14;
    entity.region.healthcare_regions.n = 1;
    put(KIND_REGION, &entity);
    full_entity(KIND_MUNICIPALITY, &entity);
    entity.municipality.code = slice_from("1480");
    entity.municipality.region = 14;
    put(KIND_MUNICIPALITY, &entity);
    full_entity(KIND_UNIT, &entity);
    entity.unit.active = true;
    put(KIND_UNIT, &entity);
    put_permits();
    full_entity(KIND_AGREEMENT, &entity);
    entity.agreement.id = slice_from(ID_64);
    entity.agreement.suspended = false;
    put(KIND_AGREEMENT, &entity);
    full_entity(KIND_AGREEMENT_LINE, &entity);
    entity.agreement_line.agreement = slice_from(ID_64);
    entity.agreement_line.variant = slice_from(ID_64);
    put(KIND_AGREEMENT_LINE, &entity);
    full_entity(KIND_WAITING_TIME, &entity);
    put(KIND_WAITING_TIME, &entity);
    full_entity(KIND_CAPACITY, &entity);
    put(KIND_CAPACITY, &entity);
}

static void free_world(void)
{
    state_free(state);
    arena_free(&arena);
}

TestSuite(wire_answer, .init = put_world, .fini = free_world);

static struct query sample_query(void)
{
    struct query query;
    shape_clear(&shape_query, &query);
    query.service = slice_from("NFB49");
    query.home_region = 13;
    query.on = date_from_civil(2026, 11, 22);
    query.asa = 3;
    query.weight = 825;
    query.age = 67;
    query.sex = SEX_FEMALE;
    query.guarantee_deadline = date_from_civil(2026, 12, 10);
    query.explain = true;
    return query;
}

static void answer_query(const struct query *query, struct buffer *bytes,
                         struct answer *answer)
{
    struct ask ask;
    struct refusal refusal;
    struct match_answer found;
    int32_t today = date_from_civil(2026, 11, 22);
    cr_assert_eq(ask_prepare(state, query, today, &ask, &refusal), 0, "%s",
                 refusal.message);
    match_query_run(state_index(state), &ask.match, &arena, &found);
    wire_answer_encode(state, &ask, &found, bytes);
    cr_assert_eq(wire_decode(&shape_answer, WIRE_PUBLIC, buffer_slice(bytes), answer,
                             &arena, &refusal),
                 0, "%s", refusal.message);
}

static const struct option *option_of(const struct answer *answer,
                                      enum candidate_kind kind)
{
    const struct option *options = answer->options.data;
    for (uint32_t i = 0; i < answer->options.n; i++)
        if (options[i].kind == kind)
            return &options[i];
    cr_assert_fail("no option of kind %d", kind);
    return NULL;
}

#define EXPECT_TEXT(slice, text) cr_expect(slice_equal(slice, slice_from(text)), #slice)

Test(wire_answer, is_what_the_generic_encoder_writes)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer pasted = {0}, generic = {0};
    answer_query(&query, &pasted, &answer);
    cr_assert_eq(answer.options.n, 3);
    wire_encode(&shape_answer, WIRE_PUBLIC, &answer, &generic);
    cr_expect_eq(pasted.len, generic.len);
    cr_expect(slice_equal(buffer_slice(&pasted), buffer_slice(&generic)));
    buffer_free(&pasted);
    buffer_free(&generic);
}

Test(wire_answer, an_option_of_less_than_128_bytes_has_a_length_of_one)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer pasted = {0}, generic = {0};
    union entity entity;
    full_entity(KIND_UNIT, &entity);
    entity.unit.active = true;
    entity.unit.name = slice_from("Ö");
    shape_clear(&shape_contact, &entity.unit.contact);
    put(KIND_UNIT, &entity);
    full_entity(KIND_CAPACITY, &entity);
    shape_clear(&shape_terms, &entity.capacity.terms);
    entity.capacity.prerequisites.n = 0;
    put(KIND_CAPACITY, &entity);
    full_entity(KIND_SERVICE, &entity);
    entity.service.nhv_area = SLICE_ABSENT;
    put(KIND_SERVICE, &entity);
    query.asa = 4; // so that the line is a near miss
    answer_query(&query, &pasted, &answer);
    cr_assert_eq(answer.options.n, 1);
    cr_assert_eq(answer.near_misses.n, 1);
    wire_encode(&shape_answer, WIRE_PUBLIC, &answer, &generic);
    cr_expect(slice_equal(buffer_slice(&pasted), buffer_slice(&generic)));
    buffer_clear(&generic);
    wire_encode(&shape_option, WIRE_PUBLIC, answer.options.data, &generic);
    cr_expect_lt(generic.len, 128);
    buffer_free(&pasted);
    buffer_free(&generic);
}

Test(wire_answer, an_agreement_line_shows_its_key_its_terms_and_its_waiting_time)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0};
    answer_query(&query, &bytes, &answer);
    const struct option *line = option_of(&answer, CANDIDATE_AGREEMENT);
    EXPECT_TEXT(line->candidate, ID_64 "/TSE2321000131-E1/NFB49/" ID_64);
    EXPECT_TEXT(line->agreement, ID_64);
    cr_expect_null(line->capacity.data);
    cr_expect_eq(line->free_slots, ABSENT);
    cr_expect_eq(line->owner_region, 14);
    cr_expect_eq(line->verdict, VERDICT_CONDITIONAL);
    cr_expect_eq(line->verify, 1 << MATCH_TEST_BMI | 1 << MATCH_TEST_CONDITION);
    cr_expect_eq(line->terms.bmi_max, 350);
    cr_expect_eq(line->terms.conditions.n, 2);
    cr_expect_eq(line->price, 8125000);
    cr_expect_eq(line->lead_days, 14);
    EXPECT_TEXT(line->aftercare, "Opererande enhet i ett år");
    cr_expect_eq(line->wait_days, 14);
    cr_expect_eq(line->wait_basis, BASIS_FORECAST);
    cr_expect_eq(line->stale, 0);
    cr_expect_eq(line->expected_start, query.on + 14);
    cr_expect_eq(line->within_guarantee, 1);
    cr_expect_eq(line->current_days, 31);
    cr_expect_eq(line->forecast_days, 0);
    cr_expect_eq(line->forecast_until, date_from_civil(2027, 1, 15));
    cr_expect_eq(line->observed_on, date_from_civil(2026, 11, 18));
    cr_expect_eq(line->statistic, STATISTIC_P90);
    cr_expect_eq(line->alternatives, 0);
    cr_expect_eq(line->distance_km, ABSENT);
    EXPECT_TEXT(line->unit.name, "Ögonkliniken");
    EXPECT_TEXT(line->unit.contact.address, "Storgatan 12, Göteborg");
    buffer_free(&bytes);
}

Test(wire_answer, a_capacity_shows_its_slots_and_no_raw_figures)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0};
    answer_query(&query, &bytes, &answer);
    const struct option *capacity = option_of(&answer, CANDIDATE_CAPACITY);
    EXPECT_TEXT(capacity->candidate, "C-7");
    EXPECT_TEXT(capacity->capacity, "C-7");
    cr_expect_null(capacity->agreement.data);
    cr_expect_eq(capacity->free_slots, 4);
    cr_expect_eq(capacity->owner_region, 14);
    cr_expect_eq(capacity->price, 0);
    cr_expect_eq(capacity->terms.asa_max, 3);
    cr_expect_eq(capacity->wait_basis, BASIS_CAPACITY);
    cr_expect_eq(capacity->observed_on, ABSENT);
    cr_expect_eq(capacity->within_guarantee, 1);
    buffer_free(&bytes);
}

Test(wire_answer, a_permit_shows_the_sixteen_first_scopes_bytewise)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0};
    answer_query(&query, &bytes, &answer);
    const struct option *permit = option_of(&answer, CANDIDATE_PERMIT);
    EXPECT_TEXT(permit->candidate, "permit/barnhjarta/TSE2321000131-E1/NFB49");
    cr_expect_null(permit->agreement.data);
    cr_expect_null(permit->capacity.data);
    cr_expect_eq(permit->owner_region, 14);
    cr_expect_eq(permit->price, ABSENT);
    cr_assert_eq(permit->permit_scopes.n, TEXT_LIST_MAX);
    for (int i = 0; i < TEXT_LIST_MAX; i++) {
        char expected[8];
        snprintf(expected, sizeof expected, "s%02d", i);
        EXPECT_TEXT(permit->permit_scopes.items[i], expected);
    }
    buffer_free(&bytes);
}

Test(wire_answer, the_bound_of_a_near_miss_is_the_one_crossed)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0}, generic = {0};
    query.asa = 4;
    answer_query(&query, &bytes, &answer);
    cr_assert_eq(answer.options.n, 1, "the permit alone");
    cr_assert_eq(answer.near_misses.n, 2);
    const struct near_miss *misses = answer.near_misses.data;
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(misses[i].reason, MATCH_TEST_ASA);
        cr_expect_eq(misses[i].bound.asa_max, 3);
        EXPECT_TEXT(misses[i].unit.id, "TSE2321000131-E1");
    }
    cr_expect_eq(answer.counts.excluded, 2);
    cr_expect_eq(answer.counts.conditional, 1);
    cr_expect_eq(answer.counts.admitted, 0);
    cr_assert_eq(answer.counts.reasons.n, 1);
    const struct reason_count *count = answer.counts.reasons.data;
    cr_expect_eq(count->reason, MATCH_TEST_ASA);
    cr_expect_eq(count->any, 2);
    cr_expect_eq(count->alone, 2);
    wire_encode(&shape_answer, WIRE_PUBLIC, &answer, &generic);
    cr_expect(slice_equal(buffer_slice(&bytes), buffer_slice(&generic)));
    buffer_free(&bytes);
    buffer_free(&generic);
}

Test(wire_answer, the_region_that_is_too_much_is_a_two_digit_code)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0};
    query.in_regions = 1 << 1;
    answer_query(&query, &bytes, &answer);
    cr_expect_eq(answer.options.n, 0);
    cr_assert_eq(answer.near_misses.n, 3);
    const struct near_miss *misses = answer.near_misses.data;
    cr_expect_eq(misses[0].bound.region, 14);
    buffer_free(&bytes);
}

Test(wire_answer, explanations_are_left_out_unless_asked_for)
{
    struct query query = sample_query();
    struct answer answer;
    struct buffer bytes = {0};
    query.explain = ABSENT;
    query.asa = 4;
    answer_query(&query, &bytes, &answer);
    cr_expect_eq(answer.near_misses.n, 0);
    cr_expect_eq(answer.counts.excluded, ABSENT);
    cr_expect_eq(answer.today, query.on);
    cr_expect_eq(answer.on, query.on);
    cr_expect_eq(answer.guarantee_deadline, query.guarantee_deadline);
    EXPECT_TEXT(answer.service, "NFB49");
    cr_expect_eq(answer.revision, (int64_t)state_revision(state));
    buffer_free(&bytes);
}
