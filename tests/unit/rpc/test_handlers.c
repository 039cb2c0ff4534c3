// SPDX-License-Identifier: Apache-2.0
//
// What the methods answer, through real frames.
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "lib/samples.h"
#include "rig.h"
#include "rpc/methods.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/status.h"
#include "wire/writer.h"

#define NOTHING ((struct slice){"", 0})

static void send_query(struct rig *rig, uint32_t call_id, const char *service,
                       int64_t min_revision, uint32_t deadline_ms)
{
    struct buffer query = {0};
    rig_query(&query, service, min_revision);
    rig_send_request(rig, call_id, METHOD_MATCH, deadline_ms, buffer_slice(&query));
    buffer_free(&query);
}

static void decode_answer(struct slice bytes, struct answer *answer, struct arena *arena)
{
    struct refusal refusal;
    cr_assert_eq(wire_decode(&shape_answer, WIRE_PUBLIC, bytes, answer, arena, &refusal),
                 0, "%s", refusal.message);
}

Test(rpc_methods, each_has_one_number_and_one_name)
{
    unsigned n = 0;
    for (unsigned number = 0; number <= UINT16_MAX; number++) {
        const struct rpc_method *method = rpc_method_find((uint16_t)number);
        if (method == NULL)
            continue;
        n++;
        cr_expect_eq(method->number, number);
        cr_expect_eq(rpc_method_find_name(slice_from(method->name)), method);
    }
    cr_expect_eq(n, 17);
    cr_expect_null(rpc_method_find_name(slice_from("/vardsok.v1.MatchingService/Mat")));
}

// --- Match ---

Test(rpc_match, a_query_is_answered)
{
    struct rig rig;
    struct answer answer;
    struct arena arena = {0};
    rig_init(&rig);
    rig_load(&rig);
    send_query(&rig, 1, "NFB49", ABSENT, 0);
    decode_answer(rig_expect(&rig, RPC_RESPONSE, 1).payload, &answer, &arena);
    cr_expect_eq(answer.revision, 2);
    cr_expect_eq(answer.today, sample_day("2026-11-22"));
    cr_assert_eq(answer.options.n, 2);
    const struct option *first = answer.options.data;
    cr_expect(slice_equal(first->candidate, slice_from("C-7")));
    cr_expect_eq(first->wait_days, 9);
    cr_expect_eq(first[1].wait_days, 31);
    arena_free(&arena);
    rig_close(&rig);
}

Test(rpc_match, what_cannot_be_asked_is_refused_by_name)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    send_query(&rig, 1, "NFB40X", ABSENT, 0);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE);
    rig_send_request(&rig, 2, METHOD_MATCH, 0, slice_from("\xff\xff\xff"));
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_send_request(&rig, 3, METHOD_MATCH, 0, NOTHING);
    rig_expect_refused(&rig, RPC_ERROR, 3, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    rig_close(&rig);
}

Test(rpc_match, a_query_waits_for_its_revision)
{
    struct rig rig;
    struct answer answer;
    struct arena arena = {0};
    rig_init(&rig);
    rig_load(&rig);
    send_query(&rig, 1, "NFB49", 2, 0); // is reached
    rig_expect(&rig, RPC_RESPONSE, 1);
    send_query(&rig, 2, "NFB49", 3, 0);
    send_query(&rig, 3, "NFB49", 4, 0);
    rig_expect_nothing(&rig);
    rig_send_request(&rig, 4, METHOD_APPLY, 0,
                     rig_region(&rig, "Västra Götaland", false));
    rig_run_log(&rig);
    rig_expect(&rig, RPC_RESPONSE, 4);
    decode_answer(rig_expect(&rig, RPC_RESPONSE, 2).payload, &answer, &arena);
    cr_expect_eq(answer.revision, 3);
    rig_expect_nothing(&rig);
    rig_move_clock(&rig, RPC_REVISION_WAIT_MS);
    rig_expect_refused(&rig, RPC_ERROR, 3, STATUS_UNAVAILABLE,
                       REASON_REVISION_NOT_REACHED);
    arena_free(&arena);
    rig_close(&rig);
}

Test(rpc_match, a_connection_that_closes_leaves_no_waiter_behind)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    send_query(&rig, 1, "NFB49", 3, 0);
    rig_send_request(&rig, 2, METHOD_APPLY, 0,
                     rig_region(&rig, "Västra Götaland", false));
    rig_reconnect(&rig);
    fake_log_run(&rig.log); // the write is applied, and nobody is called back
    cr_expect_eq(state_revision(replica_state(rig.replica)), 3);
    cr_expect_eq(rig.n_wakes, 0);
    rig_close(&rig);
}

// --- MatchBatch ---

static void add_query(struct buffer *batch, const char *service, int64_t min_revision)
{
    struct buffer query = {0};
    rig_query(&query, service, min_revision);
    wire_write_bytes(batch, BATCH_REQUEST_QUERIES, buffer_slice(&query));
    buffer_free(&query);
}

// The index of an ITEM, and whether it is a Status.
static uint32_t item_index(struct slice payload, bool *refused)
{
    cr_assert_eq(payload.data[0], 0x08);
    uint32_t index = (unsigned char)payload.data[1], shift = 7;
    size_t at = 2;
    for (; payload.data[at - 1] & 0x80; at++, shift += 7)
        index = (index & ((1u << shift) - 1)) | (uint32_t)(payload.data[at] & 0x7f)
                                                    << shift;
    *refused = payload.data[at] == (BATCH_RESPONSE_ERROR << 3 | 2);
    return index;
}

static void expect_item(struct rig *rig, uint32_t call_id, uint32_t index, bool refused)
{
    bool is_refused;
    struct slice payload = rig_expect(rig, RPC_ITEM, call_id).payload;
    cr_assert_eq(item_index(payload, &is_refused), index);
    cr_assert_eq(is_refused, refused);
}

Test(rpc_batch, queries_are_answered_in_order_and_a_refused_one_is_an_item)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    for (int i = 0; i < 1000; i++)
        add_query(&batch, i % 10 == 3 ? "NFB4" : "NFB49", ABSENT);
    rig_send_request(&rig, 6, METHOD_BATCH, 0, buffer_slice(&batch));
    for (uint32_t i = 0; i < 1000; i++)
        expect_item(&rig, 6, i, i % 10 == 3);
    struct frame end = rig_expect(&rig, RPC_END, 6);
    cr_expect_eq(end.header.code, 0);
    cr_expect_eq(end.payload.len, 0);
    rig_expect_nothing(&rig);
    buffer_free(&batch);
    rig_close(&rig);
}

Test(rpc_batch, an_empty_batch_ends_at_once)
{
    struct rig rig;
    rig_init(&rig);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, NOTHING);
    rig_expect(&rig, RPC_END, 1);
    rig_close(&rig);
}

Test(rpc_batch, more_than_a_thousand_queries_are_refused_before_any_is_answered)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    for (int i = 0; i < 1001; i++)
        add_query(&batch, "NFB49", ABSENT);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, buffer_slice(&batch));
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY);
    rig_send_request(&rig, 2, METHOD_BATCH, 0, slice_from("\x0a\x7f"));
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_expect_nothing(&rig);
    buffer_free(&batch);
    rig_close(&rig);
}

// Counts the frames of each type in what waits for the peer, who reads nothing.
static unsigned count_unread(struct rig *rig, uint8_t type, uint32_t call_id)
{
    struct slice out = rpc_connection_output(rig->connection);
    struct rpc_frame_header header;
    unsigned n = 0;
    for (size_t at = 0; at < out.len; at += RPC_FRAME_HEADER_LEN + header.length) {
        rpc_frame_decode(out.data + at, &header);
        n += header.type == type && header.call_id == call_id;
    }
    return n;
}

Test(rpc_batch, a_stream_that_is_not_read_pauses_and_other_calls_go_on)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    for (int i = 0; i < 200; i++)
        add_query(&batch, "NFB49", ABSENT);
    rig_send_request(&rig, 6, METHOD_BATCH, 0, buffer_slice(&batch));
    for (int turn = 0; turn < 100 && rpc_connection_has_work(rig.connection); turn++)
        rpc_connection_poke(rig.connection);
    cr_assert_not(rpc_connection_has_work(rig.connection));
    rig_send_request(&rig, 7, METHOD_STATUS, 0, NOTHING);
    cr_expect_eq(count_unread(&rig, RPC_ITEM, 6), RPC_MAX_UNSENT_ITEMS);
    cr_expect_eq(count_unread(&rig, RPC_RESPONSE, 7), 1);
    for (uint32_t i = 0; i < 200; i++) {
        if (i == RPC_MAX_UNSENT_ITEMS)
            rig_expect(&rig, RPC_RESPONSE, 7);
        expect_item(&rig, 6, i, false);
    }
    rig_expect(&rig, RPC_END, 6);
    buffer_free(&batch);
    rig_close(&rig);
}

Test(rpc_batch, two_batches_share_the_turns)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    for (int i = 0; i < 40; i++)
        add_query(&batch, "NFB49", ABSENT);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, buffer_slice(&batch));
    rig_send_request(&rig, 2, METHOD_BATCH, 0, buffer_slice(&batch));
    rpc_connection_poke(rig.connection);
    cr_expect_eq(count_unread(&rig, RPC_ITEM, 1), 2 * RPC_BATCH_SLICE);
    cr_expect_eq(count_unread(&rig, RPC_ITEM, 2), 2 * RPC_BATCH_SLICE);
    buffer_free(&batch);
    rig_close(&rig);
}

Test(rpc_batch, a_batch_can_be_canceled_between_its_items)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    for (int i = 0; i < 40; i++)
        add_query(&batch, "NFB49", ABSENT);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, buffer_slice(&batch));
    rig_send_frame(&rig, RPC_CANCEL, 1, 0, NOTHING);
    for (uint32_t i = 0; i < RPC_BATCH_SLICE; i++)
        expect_item(&rig, 1, i, false);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_CANCELED, REASON_CANCELED);
    rig_expect_nothing(&rig);
    buffer_free(&batch);
    rig_close(&rig);
}

Test(rpc_batch, a_batch_waits_where_a_revision_is_not_reached)
{
    struct rig rig;
    struct buffer batch = {0};
    rig_init(&rig);
    rig_load(&rig);
    add_query(&batch, "NFB49", ABSENT);
    add_query(&batch, "NFB49", 3);
    add_query(&batch, "NFB49", ABSENT);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, buffer_slice(&batch));
    expect_item(&rig, 1, 0, false);
    rig_expect_nothing(&rig);
    rig_send_request(&rig, 2, METHOD_APPLY, 0,
                     rig_region(&rig, "Västra Götaland", false));
    rig_run_log(&rig);
    rig_expect(&rig, RPC_RESPONSE, 2);
    expect_item(&rig, 1, 1, false);
    expect_item(&rig, 1, 2, false);
    rig_expect(&rig, RPC_END, 1);
    buffer_free(&batch);
    rig_close(&rig);
}

// --- Apply ---

Test(rpc_apply, a_write_is_answered_when_it_is_applied)
{
    struct rig rig;
    rig_init(&rig);
    rig_send_request(&rig, 1, METHOD_APPLY, 0, rig_sample_world(&rig, false));
    rig_expect_nothing(&rig);
    rig_run_log(&rig);
    struct slice answer = rig_expect(&rig, RPC_RESPONSE, 1).payload;
    cr_expect(slice_equal(answer, slice_from("\x08\x02")), "revision 2 and nothing else");
    cr_expect_eq(state_count(replica_state(rig.replica), KIND_AGREEMENT_LINE), 1);
    rig_close(&rig);
}

Test(rpc_apply, validate_only_changes_nothing)
{
    struct rig rig;
    unsigned char before[16], after[16];
    rig_init(&rig);
    state_digest(replica_state(rig.replica), before);
    rig_send_request(&rig, 1, METHOD_APPLY, 0, rig_sample_world(&rig, true));
    cr_expect(
        slice_equal(rig_expect(&rig, RPC_RESPONSE, 1).payload, slice_from("\x08\x01")));
    rig_run_log(&rig);
    state_digest(replica_state(rig.replica), after);
    cr_expect_eq(state_revision(replica_state(rig.replica)), 1);
    cr_expect_arr_eq(before, after, 16);
    rig_close(&rig);
}

Test(rpc_apply, a_refused_write_names_its_reason_now_and_again)
{
    struct rig rig;
    union entity entity;
    struct buffer request = {0};
    rig_init(&rig);
    rig_region(&rig, "x", false);         // header and a region
    sample_entity(KIND_MAPPING, &entity); // of a service that is not stored
    wire_apply_encode_change(CHANGE_PUT, KIND_MAPPING, &entity, ABSENT, &rig.scratch);
    buffer_append_slice(&request, buffer_slice(&rig.scratch));
    for (uint32_t id = 1; id <= 2; id++) { // the second time it is the recorded outcome
        rig_send_request(&rig, id, METHOD_APPLY, 0, buffer_slice(&request));
        rig_run_log(&rig);
        struct refusal refusal;
        struct slice status = rig_expect(&rig, RPC_ERROR, id).payload;
        cr_assert_eq(wire_status_decode(status, &refusal, NULL), 0);
        cr_expect_eq(refusal.status, STATUS_FAILED_PRECONDITION, "%s", refusal.message);
        cr_expect_eq(refusal.reason, REASON_UNKNOWN_REFERENCE);
        cr_expect_eq(refusal.change_index, 1);
        cr_expect_str_eq(refusal.field, "service");
    }
    cr_expect_eq(state_count(replica_state(rig.replica), KIND_REGION), 0);
    buffer_free(&request);
    rig_close(&rig);
}

Test(rpc_apply, what_is_stored_is_shown_when_asked_for)
{
    struct rig rig;
    struct wire_reader reader = {0};
    struct wire_field field;
    rig_init(&rig);
    rig_send_request(&rig, 1, METHOD_APPLY, 0, rig_region(&rig, "Västra Götaland", true));
    rig_run_log(&rig);
    reader.rest = rig_expect(&rig, RPC_RESPONSE, 1).payload;
    cr_assert_eq(wire_read_field(&reader, &field), 1);
    cr_expect_eq(field.value, 2);
    cr_assert_eq(wire_read_field(&reader, &field), 1);
    cr_assert_eq(field.number, APPLY_RESPONSE_STORED);
    enum kind kind;
    union entity entity;
    uint64_t revision;
    cr_assert_eq(wire_stored_decode(field.bytes, &kind, &entity, &revision, NULL), 0);
    cr_expect_eq(kind, KIND_REGION);
    cr_expect_eq(revision, 2);
    cr_expect(slice_equal(entity.region.name, slice_from("Västra Götaland")));
    rig_close(&rig);
}

Test(rpc_apply, a_request_id_must_be_a_uuid_of_version_7)
{
    struct rig rig;
    struct buffer request = {0};
    struct slice good;
    rig_init(&rig);
    good = rig_region(&rig, "x", false);
    buffer_append_slice(&request, good);
    request.data[2 + 6] = 0x40; // version 4
    rig_send_request(&rig, 1, METHOD_APPLY, 0, buffer_slice(&request));
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT);
    buffer_consume(&request, 2 + STATE_REQUEST_ID_LEN); // no id at all
    rig_send_request(&rig, 2, METHOD_APPLY, 0, buffer_slice(&request));
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    buffer_free(&request);
    rig_close(&rig);
}

Test(rpc_apply, a_deadline_leaves_the_outcome_unknown_and_a_retry_finds_it)
{
    struct rig rig;
    struct buffer request = {0};
    rig_init(&rig);
    buffer_append_slice(&request, rig_region(&rig, "Västra Götaland", false));
    rig_send_request(&rig, 1, METHOD_APPLY, 100, buffer_slice(&request));
    rig_move_clock(&rig, 100);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_DEADLINE_EXCEEDED,
                       REASON_OUTCOME_UNKNOWN);
    rig_run_log(&rig);
    rig_expect_nothing(&rig);
    rig_send_request(&rig, 2, METHOD_APPLY, 0, buffer_slice(&request));
    rig_run_log(&rig);
    cr_expect(
        slice_equal(rig_expect(&rig, RPC_RESPONSE, 2).payload, slice_from("\x08\x02")),
        "the first outcome's revision");
    buffer_free(&request);
    rig_close(&rig);
}

Test(rpc_apply, a_log_that_does_not_write_is_unavailable)
{
    struct rig rig;
    rig_init(&rig);
    rig.log.fate = FAKE_NOT_WRITTEN;
    rig_send_request(&rig, 1, METHOD_APPLY, 0, rig_region(&rig, "x", false));
    rig_run_log(&rig);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_UNAVAILABLE, REASON_LOG_UNAVAILABLE);
    rig.log.full = true;
    rig_send_request(&rig, 2, METHOD_APPLY, 0, rig_region(&rig, "x", false));
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY);
    rig_close(&rig);
}

// --- Status ---

static void log_status(void *self, struct rpc_log_status *status)
{
    (void)self;
    *status = (struct rpc_log_status){.durability = "always", .lag_ms = 17};
}

static uint64_t memory_bytes(void *self)
{
    (void)self;
    return 4096;
}

Test(rpc_status, it_tells_what_the_daemon_is_and_holds)
{
    struct rig rig;
    struct status_response status;
    struct refusal refusal;
    rig_init(&rig);
    rig_load(&rig);
    rig.context.log_status = log_status;
    rig.context.memory_bytes = memory_bytes;
    rig.context.started_ms = rig.context.now_ms - 61000;
    rig_send_request(&rig, 1, METHOD_STATUS, 0, NOTHING);
    struct slice answer = rig_expect(&rig, RPC_RESPONSE, 1).payload;
    int decoded =
        wire_decode(&shape_status_response, WIRE_PUBLIC, answer, &status, NULL, &refusal);
    cr_assert_eq(decoded, 0, "%s", refusal.message);
    cr_expect_eq(status.revision, 2);
    cr_expect_eq(status.ready, 1);
    cr_expect_eq(status.writable, 1);
    cr_expect(slice_equal(status.version, slice_from("1.2.3")));
    cr_expect(slice_equal(status.log.durability, slice_from("always")));
    cr_expect_eq(status.log.uuid.len, 32);
    cr_expect_eq(status.log.chain.len, 32);
    cr_expect_eq(status.log.lag_ms, 17);
    cr_expect_eq(status.log.applied_sequence, 2);
    cr_expect_eq(status.state.digest.len, 32);
    cr_expect_eq(status.state.units, 1);
    cr_expect_eq(status.state.agreement_lines, 1);
    cr_expect_eq(status.state.claims, 0);
    cr_expect_eq(status.memory_bytes, 4096);
    cr_expect_eq(status.uptime_s, 61);
    rig_close(&rig);
}
