// SPDX-License-Identifier: Apache-2.0
//
// The rules of the native protocol and its limits, bytes in and bytes out.
#include <criterion/criterion.h>

#include "base/status.h"
#include "rig.h"

#define NOTHING ((struct slice){"", 0})

static void ask_status(struct rig *rig, uint32_t call_id)
{
    rig_send_request(rig, call_id, METHOD_STATUS, 0, NOTHING);
}

// A query that waits for a revision that never comes: an open call.
static void open_call(struct rig *rig, uint32_t call_id, uint32_t deadline_ms)
{
    struct buffer query = {0};
    rig_query(&query, "NFB49", 1000);
    rig_send_request(rig, call_id, METHOD_MATCH, deadline_ms, buffer_slice(&query));
    buffer_free(&query);
}

static void expect_over(struct rig *rig, int status, enum reason reason)
{
    rig_expect_refused(rig, RPC_GOAWAY, 0, status, reason);
    rig_expect_nothing(rig);
    cr_assert(rpc_connection_is_over(rig->connection));
    cr_assert_not(rpc_connection_may_read(rig->connection));
    ask_status(rig, 1); // what still comes has no effect
    rig_expect_nothing(rig);
}

Test(rpc_connection, a_call_is_answered)
{
    struct rig rig;
    rig_init(&rig);
    ask_status(&rig, 7);
    rig_expect(&rig, RPC_RESPONSE, 7);
    rig_expect_nothing(&rig);
    cr_expect(rpc_connection_may_read(rig.connection));
    rig_close(&rig);
}

Test(rpc_connection, rubbish_in_place_of_the_preface_is_told_goaway)
{
    static const char *const rubbish[] = {"G", "VSK2", "VSK1\x00\x1f\xff\xff",
                                          "\x16\x03\x01", "vsk1"};
    struct rig rig;
    rig_init(&rig);
    for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
        rig_reconnect(&rig);
        rig_send(&rig, rubbish[i], i == 2 ? 8 : strlen(rubbish[i]));
        rig_read_all(&rig);
        rig.read = RPC_PREFACE_LEN;
        expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    }
    rig_close(&rig);
}

// A stream of calls, cut in two at every byte, and fed byte by byte: always the same
// answers.
Test(rpc_connection, frames_may_come_in_pieces)
{
    struct rig rig;
    struct buffer stream = {0}, whole = {0};
    rig_init(&rig);
    buffer_append(&stream, "VSK1\x00\x40\x00\x00", RPC_PREFACE_LEN);
    for (uint32_t id = 0; id < 3; id++)
        rig_write_request(&stream, id, METHOD_STATUS, 0, NOTHING);
    rig_write_request(&stream, 3, 999, 5, slice_from("unknown"));
    for (size_t cut = 0; cut <= stream.len; cut++) {
        rig_reconnect(&rig);
        rig_send(&rig, stream.data, cut);
        rig_send(&rig, stream.data + cut, stream.len - cut);
        rig_read_all(&rig);
        if (cut == 0)
            buffer_append_slice(&whole, buffer_slice(&rig.got));
        cr_assert(slice_equal(buffer_slice(&whole), buffer_slice(&rig.got)), "cut %zu",
                  cut);
    }
    rig_reconnect(&rig);
    for (size_t i = 0; i < stream.len; i++)
        rig_send(&rig, stream.data + i, 1);
    rig_read_all(&rig);
    cr_assert(slice_equal(buffer_slice(&whole), buffer_slice(&rig.got)));
    buffer_free(&stream);
    buffer_free(&whole);
    rig_close(&rig);
}

Test(rpc_connection, a_frame_over_the_limit_is_refused_on_its_header)
{
    static const uint32_t lengths[] = {RPC_MAX_PAYLOAD + 1, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < 3; i++)
        for (uint8_t type = 0; type < 12; type++) {
            struct rig rig;
            char bytes[RPC_FRAME_HEADER_LEN];
            struct rpc_frame_header header = {lengths[i], 1, type, 0, METHOD_STATUS};
            rig_init(&rig);
            rpc_frame_encode(&header, bytes);
            rig_send(&rig, bytes, sizeof bytes);
            expect_over(&rig, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE);
            rig_close(&rig);
        }
}

Test(rpc_connection, a_frame_of_exactly_the_limit_is_taken)
{
    struct rig rig;
    struct buffer message = {0};
    rig_init(&rig);
    size_t len = RPC_MAX_PAYLOAD - RPC_REQUEST_PREFIX_LEN;
    memset(buffer_reserve(&message, len), 0, len);
    message.len = len;
    rig_send_request(&rig, 1, METHOD_STATUS, 0, buffer_slice(&message));
    rig_expect(&rig, RPC_RESPONSE, 1);
    buffer_free(&message);
    rig_close(&rig);
}

Test(rpc_connection, unknown_and_wrong_frames_are_told_goaway)
{
    for (unsigned type = 0; type < 256; type++) {
        struct rig rig;
        if (type == RPC_REQUEST || (type >= RPC_CANCEL && type <= RPC_GOAWAY))
            continue;
        rig_init(&rig);
        rig_send_frame(&rig, (uint8_t)type, 1, 0, NOTHING);
        expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
        rig_close(&rig);
    }
}

Test(rpc_connection, flags_must_be_zero)
{
    struct rig rig;
    char bytes[RPC_FRAME_HEADER_LEN];
    struct rpc_frame_header header = {0, 1, RPC_PING, 1, 0};
    rig_init(&rig);
    rpc_frame_encode(&header, bytes);
    rig_send(&rig, bytes, sizeof bytes);
    expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
}

Test(rpc_connection, payloads_where_none_belong_are_told_goaway)
{
    struct rig rig;
    rig_init(&rig);
    rig_send_frame(&rig, RPC_CANCEL, 1, 0, slice_from("x"));
    expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
    rig_init(&rig);
    rig_send_frame(&rig, RPC_PING, 1, 0, slice_from("123456789"));
    expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
}

Test(rpc_connection, an_unknown_method_is_unimplemented_and_the_rest_goes_on)
{
    static const uint16_t methods[] = {0, 3, 14, 19, 21, 41, 255, 0xffff};
    struct rig rig;
    rig_init(&rig);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        rig_send_request(&rig, 5, methods[i], 0, slice_from("whatever"));
        rig_expect_refused(&rig, RPC_ERROR, 5, STATUS_UNIMPLEMENTED,
                           REASON_UNKNOWN_METHOD);
    }
    ask_status(&rig, 5);
    rig_expect(&rig, RPC_RESPONSE, 5);
    rig_close(&rig);
}

Test(rpc_connection, a_request_shorter_than_its_prefix_is_an_error_of_the_call)
{
    struct rig rig;
    rig_init(&rig);
    for (size_t len = 0; len < 6; len++) {
        rig_send_frame(&rig, RPC_REQUEST, 1, METHOD_STATUS,
                       (struct slice){"\0\0\0\0\0", len});
        rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT,
                           REASON_BAD_MESSAGE);
    }
    rig_send_frame(&rig, RPC_REQUEST, 1, METHOD_STATUS,
                   (struct slice){"\0\0\0\0\0\1", 6});
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
}

Test(rpc_connection, more_metadata_than_the_limit_is_refused)
{
    struct rig rig;
    struct buffer payload = {0};
    rig_init(&rig);
    rpc_request_prefix_encode(0, RPC_MAX_METADATA + 1,
                              buffer_reserve(&payload, RPC_REQUEST_PREFIX_LEN));
    payload.len = RPC_REQUEST_PREFIX_LEN;
    memset(buffer_reserve(&payload, RPC_MAX_METADATA + 1), 0, RPC_MAX_METADATA + 1);
    payload.len += RPC_MAX_METADATA + 1;
    rig_send_frame(&rig, RPC_REQUEST, 1, METHOD_STATUS, buffer_slice(&payload));
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE);
    buffer_free(&payload);
    rig_close(&rig);
}

Test(rpc_connection, a_call_id_in_use_is_told_goaway)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    open_call(&rig, 8, 0);
    rig_expect_nothing(&rig);
    ask_status(&rig, 8);
    expect_over(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
}

Test(rpc_connection, a_call_id_is_free_again_after_its_answer)
{
    struct rig rig;
    rig_init(&rig);
    for (int i = 0; i < 3; i++) {
        ask_status(&rig, UINT32_MAX);
        rig_expect(&rig, RPC_RESPONSE, UINT32_MAX);
    }
    rig_close(&rig);
}

Test(rpc_connection, open_calls_are_limited)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    for (uint32_t id = 0; id < RPC_MAX_CALLS; id++)
        open_call(&rig, id, 0);
    rig_expect_nothing(&rig);
    ask_status(&rig, RPC_MAX_CALLS);
    rig_expect_refused(&rig, RPC_ERROR, RPC_MAX_CALLS, STATUS_RESOURCE_EXHAUSTED,
                       REASON_TOO_MANY_CALLS);
    rig_send_frame(&rig, RPC_CANCEL, 17, 0, NOTHING);
    rig_expect_refused(&rig, RPC_ERROR, 17, STATUS_CANCELED, REASON_CANCELED);
    ask_status(&rig, 17);
    rig_expect(&rig, RPC_RESPONSE, 17);
    rig_close(&rig);
}

Test(rpc_connection, a_canceled_call_ends_exactly_once)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    open_call(&rig, 1, 0);
    rig_send_frame(&rig, RPC_CANCEL, 1, 0, NOTHING);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_CANCELED, REASON_CANCELED);
    rig_send_frame(&rig, RPC_CANCEL, 1, 0, NOTHING);
    rig_move_clock(&rig, 60000);
    rig_expect_nothing(&rig);
    ask_status(&rig, 1);
    rig_expect(&rig, RPC_RESPONSE, 1);
    rig_close(&rig);
}

Test(rpc_connection, too_many_canceled_calls_are_told_goaway)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    for (uint32_t id = 0; id < 2 * RPC_MAX_CANCELS; id++) {
        if (id == RPC_MAX_CANCELS)
            rig_move_clock(&rig, RPC_CANCEL_WINDOW_MS); // a new window
        open_call(&rig, id, 0);
        rig_send_frame(&rig, RPC_CANCEL, id, 0, NOTHING);
        rig_expect_refused(&rig, RPC_ERROR, id, STATUS_CANCELED, REASON_CANCELED);
    }
    open_call(&rig, 1, 0);
    rig_send_frame(&rig, RPC_CANCEL, 1, 0, NOTHING);
    expect_over(&rig, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY);
    rig_close(&rig);
}

Test(rpc_connection, a_ping_is_echoed)
{
    struct rig rig;
    rig_init(&rig);
    for (size_t len = 0; len <= RPC_PING_MAX; len++) {
        struct slice payload = {"12345678", len};
        rig_send_frame(&rig, RPC_PING, 3, 0, payload);
        cr_expect(slice_equal(rig_expect(&rig, RPC_PONG, 3).payload, payload));
    }
    rig_close(&rig);
}

Test(rpc_connection, frames_without_work_are_bounded)
{
    static const uint8_t types[] = {RPC_PING, RPC_PONG, RPC_GOAWAY, RPC_CANCEL};
    for (size_t i = 0; i < 4; i++) {
        struct rig rig;
        rig_init(&rig);
        for (int n = 0; n < RPC_IDLE_FRAMES; n++)
            rig_send_frame(&rig, types[i], 1, 0, NOTHING);
        rig_move_clock(&rig, 1000);
        for (int n = 0; n < RPC_IDLE_FRAMES_PER_S; n++)
            rig_send_frame(&rig, types[i], 1, 0, NOTHING);
        for (int n = 0;
             types[i] == RPC_PING && n < RPC_IDLE_FRAMES + RPC_IDLE_FRAMES_PER_S; n++)
            rig_expect(&rig, RPC_PONG, 1);
        cr_assert_not(rpc_connection_is_over(rig.connection));
        rig_send_frame(&rig, types[i], 1, 0, NOTHING);
        expect_over(&rig, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY);
        rig_close(&rig);
    }
}

Test(rpc_connection, a_ping_with_every_call_is_no_flood)
{
    struct rig rig;
    rig_init(&rig);
    for (int n = 0; n < 5 * RPC_IDLE_FRAMES; n++) {
        ask_status(&rig, 1);
        rig_send_frame(&rig, RPC_PING, 0, 0, NOTHING);
        rig_expect(&rig, RPC_RESPONSE, 1);
        rig_expect(&rig, RPC_PONG, 0);
    }
    rig_close(&rig);
}

Test(rpc_connection, a_peer_that_does_not_read_is_not_read_from)
{
    struct rig rig;
    struct buffer requests = {0};
    rig_init(&rig);
    for (uint32_t id = 0; id < RPC_MAX_CALLS_A_TURN; id++)
        rig_write_request(&requests, id, METHOD_STATUS, 0, NOTHING);
    uint32_t n_sent = 0;
    while (rpc_connection_may_read(rig.connection)) {
        rig_send(&rig, requests.data, requests.len);
        n_sent += RPC_MAX_CALLS_A_TURN;
        cr_assert_lt(n_sent, 100000);
        rpc_connection_poke(rig.connection);
    }
    cr_assert_not(rpc_connection_has_work(rig.connection));
    size_t unsent = rpc_connection_output(rig.connection).len;
    cr_assert_leq(unsent, 2 * RPC_MAX_UNSENT);
    for (uint32_t i = 0; i < n_sent; i++) // nothing is lost, in order
        rig_expect(&rig, RPC_RESPONSE, i % RPC_MAX_CALLS_A_TURN);
    rig_expect_nothing(&rig);
    cr_assert(rpc_connection_may_read(rig.connection));
    buffer_free(&requests);
    rig_close(&rig);
}

Test(rpc_connection, one_turn_starts_a_bounded_number_of_calls)
{
    struct rig rig;
    struct buffer requests = {0};
    rig_init(&rig);
    for (uint32_t id = 0; id < 3 * RPC_MAX_CALLS_A_TURN; id++)
        rig_write_request(&requests, id, 999, 0, NOTHING);
    rig_send(&rig, requests.data, requests.len);
    struct slice out = rpc_connection_output(rig.connection);
    size_t n_first = out.len;
    cr_assert(rpc_connection_has_work(rig.connection));
    cr_assert_not(rpc_connection_may_read(rig.connection));
    for (uint32_t id = 0; id < 3 * RPC_MAX_CALLS_A_TURN; id++)
        rig_expect(&rig, RPC_ERROR, id);
    cr_expect_eq(rig.got.len - RPC_PREFACE_LEN, 3 * n_first);
    buffer_free(&requests);
    rig_close(&rig);
}

Test(rpc_connection, unread_output_that_does_not_move_ends_the_connection)
{
    struct rig rig;
    rig_init(&rig);
    ask_status(&rig, 1);
    cr_assert_eq(rpc_connection_next_ms(rig.connection),
                 rig.context.now_ms + RPC_STALL_MS);
    rig_move_clock(&rig, RPC_STALL_MS - 1);
    cr_assert_not(rpc_connection_is_dead(rig.connection));
    rpc_connection_output(rig.connection);
    rpc_connection_sent(rig.connection, 1); // it moves
    rig_move_clock(&rig, RPC_STALL_MS - 1);
    cr_assert_not(rpc_connection_is_dead(rig.connection));
    rig_move_clock(&rig, 1);
    cr_assert(rpc_connection_is_dead(rig.connection));
    rig_close(&rig);
}

Test(rpc_connection, a_preface_that_does_not_come_is_not_waited_for)
{
    struct rig rig;
    rig_init(&rig);
    rig_reconnect(&rig);
    rig_send(&rig, "VSK", 3);
    rig_read_all(&rig);
    rig.read = RPC_PREFACE_LEN;
    cr_assert_eq(rpc_connection_next_ms(rig.connection),
                 rig.context.now_ms + RPC_PREFACE_MS);
    rig_move_clock(&rig, RPC_PREFACE_MS - 1);
    cr_assert_not(rpc_connection_is_over(rig.connection));
    rig_move_clock(&rig, 1);
    expect_over(&rig, STATUS_DEADLINE_EXCEEDED, REASON_DEADLINE);
    rig_close(&rig);
}

Test(rpc_connection, a_silent_peer_is_sent_away_unless_it_waits_for_an_answer)
{
    struct rig rig;
    rig_init(&rig);
    rig_move_clock(&rig, RPC_IDLE_MS - 1);
    rig_expect_nothing(&rig);
    rig_move_clock(&rig, 1);
    expect_over(&rig, STATUS_UNAVAILABLE, REASON_DEADLINE);
    rig_close(&rig);

    rig_init(&rig);
    rig_load(&rig);
    open_call(&rig, 1, 2 * RPC_IDLE_MS);
    rig_move_clock(&rig, RPC_IDLE_MS);
    rig_expect_nothing(&rig);
    rig_close(&rig);
}

Test(rpc_connection, half_a_frame_is_waited_for_only_while_it_comes)
{
    struct rig rig;
    struct buffer request = {0};
    char part[2048] = {0};
    rig_init(&rig);
    memset(buffer_reserve(&request, 100000), 0, 100000);
    request.len = 100000;
    struct buffer frame = {0};
    rig_write_request(&frame, 1, METHOD_STATUS, 0, buffer_slice(&request));

    rig_send(&rig, frame.data, 100);
    rig_move_clock(&rig, RPC_FRAME_MS - 1);
    rig_expect_nothing(&rig);
    rig_move_clock(&rig, 1);
    expect_over(&rig, STATUS_DEADLINE_EXCEEDED, REASON_DEADLINE);

    rig_close(&rig);
    rig_init(&rig);
    rig_send(&rig, frame.data, 2048);
    for (int s = 0; s < 40; s++) { // 2 KiB a second is fast enough
        rig_move_clock(&rig, 1000);
        rig_send(&rig, part, sizeof part);
    }
    rig_expect_nothing(&rig);
    cr_assert_not(rpc_connection_is_over(rig.connection));
    buffer_free(&frame);
    buffer_free(&request);
    rig_close(&rig);
}

Test(rpc_connection, a_deadline_ends_the_call_and_only_it)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    open_call(&rig, 1, 500);
    open_call(&rig, 2, 100);
    open_call(&rig, 3, 9000);
    cr_assert_eq(rpc_connection_next_ms(rig.connection), rig.context.now_ms + 100);
    rig_move_clock(&rig, 99);
    rig_expect_nothing(&rig);
    rig_move_clock(&rig, 1);
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_UNAVAILABLE,
                       REASON_REVISION_NOT_REACHED);
    cr_assert_eq(rpc_connection_next_ms(rig.connection), rig.context.now_ms + 400);
    rig_move_clock(&rig, 400);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_UNAVAILABLE,
                       REASON_REVISION_NOT_REACHED);
    rig_expect_nothing(&rig);
    rig_close(&rig);
}

Test(rpc_connection, draining_answers_what_is_open_and_refuses_the_rest)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    rig_send_request(&rig, 1, METHOD_APPLY, 0,
                     rig_region(&rig, "Västra Götaland", false));
    rpc_connection_drain(rig.connection);
    rig_expect_refused(&rig, RPC_GOAWAY, 0, STATUS_UNAVAILABLE, REASON_SHUTTING_DOWN);
    ask_status(&rig, 2);
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_UNAVAILABLE, REASON_SHUTTING_DOWN);
    cr_assert_not(rpc_connection_is_over(rig.connection));
    rig_run_log(&rig);
    rig_expect(&rig, RPC_RESPONSE, 1);
    cr_assert(rpc_connection_is_over(rig.connection));
    rig_close(&rig);
}

Test(rpc_connection, a_peer_that_sends_no_more_still_gets_its_answers)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    rig_send_request(&rig, 1, METHOD_APPLY, 0,
                     rig_region(&rig, "Västra Götaland", false));
    rpc_connection_receive_end(rig.connection);
    cr_assert_not(rpc_connection_is_over(rig.connection));
    cr_assert_not(rpc_connection_may_read(rig.connection));
    rig_run_log(&rig);
    rig_expect(&rig, RPC_RESPONSE, 1);
    cr_assert(rpc_connection_is_over(rig.connection));
    rig_close(&rig);
}

Test(rpc_connection, kept_requests_are_bounded)
{
    struct rig rig;
    struct buffer query = {0}, skipped = {0};
    rig_init(&rig);
    rig_load(&rig);
    rig_query(&query, "NFB49", 1000);
    // One unknown field of 1 MiB beside it: 1000, LEN.
    buffer_append(&query, "\xc2\x3e\x80\x80\x40", 5);
    memset(buffer_reserve(&query, 1 << 20), 'x', 1 << 20);
    query.len += 1 << 20;
    uint32_t n_kept = RPC_MAX_HELD / (uint32_t)query.len;
    for (uint32_t id = 0; id < n_kept; id++)
        rig_send_request(&rig, id, METHOD_MATCH, 0, buffer_slice(&query));
    rig_expect_nothing(&rig);
    rig_send_request(&rig, 77, METHOD_MATCH, 0, buffer_slice(&query));
    rig_expect_refused(&rig, RPC_ERROR, 77, STATUS_RESOURCE_EXHAUSTED,
                       REASON_TOO_MANY_CALLS);
    rig_send_frame(&rig, RPC_CANCEL, 0, 0, NOTHING); // makes room again
    rig_expect(&rig, RPC_ERROR, 0);
    rig_send_request(&rig, 78, METHOD_MATCH, 0, buffer_slice(&query));
    rig_expect_nothing(&rig);
    buffer_free(&query);
    buffer_free(&skipped);
    rig_close(&rig);
}

Test(rpc_connection, a_peer_turned_away_gets_a_preface_and_goaway)
{
    struct refusal refusal;
    struct buffer out = {0};
    struct rpc_frame_header header;
    refuse(&refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY_CALLS, NULL, "full");
    rpc_goaway_encode(&refusal, &out);
    cr_assert_gt(out.len, RPC_PREFACE_LEN + RPC_FRAME_HEADER_LEN);
    cr_expect(memcmp(out.data, "VSK1", 4) == 0);
    rpc_frame_decode(out.data + RPC_PREFACE_LEN, &header);
    cr_expect_eq(header.type, RPC_GOAWAY);
    cr_expect_eq(header.length, out.len - RPC_PREFACE_LEN - RPC_FRAME_HEADER_LEN);
    buffer_free(&out);
}
