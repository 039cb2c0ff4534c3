// SPDX-License-Identifier: Apache-2.0
//
// Calls over a connection to a scripted daemon: answers, refusals, loss, retry and
// deadlines.
#include <criterion/criterion.h>
#include <unistd.h>

#include "base/reason.h"
#include "base/status.h"
#include "lib/vardsok.h"
#include "server.h"
#include "wire/status.h"

#define NO_DEADLINE ((struct vardsok_request){.timeout_ms = 0})
#define READ ((struct vardsok_request){.method = VARDSOK_MATCH})
#define PATIENT ((struct vardsok_request){.timeout_ms = 60000, .retry = true})

static struct vardsok *connect_to(const peer_script *scripts)
{
    struct vardsok *connection;
    struct vardsok_error error;
    cr_assert_eq(vardsok_open(server_start(scripts), 0, &connection, &error), 0, "%s",
                 error.message);
    return connection;
}

// A write, unless the request says another method.
static struct vardsok_call *start(struct vardsok *connection, const char *message,
                                  struct vardsok_request request)
{
    struct vardsok_call *call;
    if (request.method == 0)
        request.method = VARDSOK_APPLY;
    request.message = message;
    request.len = strlen(message);
    cr_assert_eq(vardsok_call_start(connection, &request, &call, NULL), 0);
    return call;
}

static void expect_message(struct vardsok_call *call, const char *expected)
{
    const void *message;
    size_t len;
    struct vardsok_error error = {.message = ""};
    cr_assert_eq(vardsok_call_next(call, &message, &len, &error), 1, "%s", error.message);
    struct slice got = {message, len};
    cr_expect(slice_equal(got, slice_from(expected)), "%.*s", (int)len, got.data);
}

static int expect_end(struct vardsok_call *call, struct vardsok_error *error)
{
    const void *message;
    size_t len;
    int status = vardsok_call_next(call, &message, &len, error);
    cr_expect_leq(status, 0);
    cr_expect_eq(vardsok_call_next(call, &message, &len, error), status, "asked again");
    return status;
}

static void close_both(struct vardsok *connection)
{
    vardsok_close(connection);
    server_stop();
}

// --- answers ---

static void answer_backwards(struct peer *peer)
{
    peer_greet(peer);
    struct frame first = peer_take(peer);
    uint32_t first_id = first.call_id;
    cr_expect_eq(first.code, VARDSOK_APPLY);
    struct frame second = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, second.call_id, 0, slice_from("two"));
    peer_send(peer, FRAME_RESPONSE, first_id, 0, slice_from("one"));
    peer_wait_closed(peer);
}

Test(calls, answers_may_come_in_any_order)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_backwards, NULL});
    struct vardsok_call *one = start(connection, "a", NO_DEADLINE);
    struct vardsok_call *two = start(connection, "b", NO_DEADLINE);

    expect_message(one, "one");
    expect_message(two, "two");
    cr_expect_eq(expect_end(one, NULL), 0);

    vardsok_call_free(one);
    vardsok_call_free(two);
    close_both(connection);
}

static void stream_three(struct peer *peer)
{
    peer_greet(peer);
    uint32_t id = peer_take(peer).call_id;
    peer_send(peer, FRAME_PING, 0, 0, slice_from("12345678"));
    peer_send(peer, FRAME_ITEM, id, 0, slice_from("1"));
    peer_send(peer, FRAME_ITEM, id, 0, slice_from(""));
    peer_send(peer, FRAME_ITEM, id, 0, slice_from("3"));
    peer_send(peer, FRAME_END, id, 0, slice_from(""));
    struct frame pong = peer_take(peer);
    cr_expect_eq(pong.type, FRAME_PONG);
    cr_expect(slice_equal(pong.payload, slice_from("12345678")));
    peer_wait_closed(peer);
}

Test(calls, a_stream_is_items_and_an_end_and_a_ping_is_answered)
{
    struct vardsok *connection = connect_to((peer_script[]){stream_three, NULL});
    struct vardsok_call *call = start(connection, "a", NO_DEADLINE);

    expect_message(call, "1");
    expect_message(call, "");
    expect_message(call, "3");
    cr_expect_eq(expect_end(call, NULL), 0);

    vardsok_call_free(call);
    close_both(connection);
}

static void refuse_once(struct peer *peer)
{
    peer_greet(peer);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_FAILED_PRECONDITION,
                REASON_UNKNOWN_REFERENCE);
    peer_wait_closed(peer);
}

Test(calls, a_refusal_says_why)
{
    struct vardsok *connection = connect_to((peer_script[]){refuse_once, NULL});
    struct vardsok_call *call = start(connection, "a", PATIENT);
    struct vardsok_error error;

    cr_expect_eq(expect_end(call, &error), VARDSOK_FAILED_PRECONDITION);

    cr_expect_str_eq(error.reason, "UNKNOWN_REFERENCE");
    cr_expect_str_eq(error.field, "field");
    cr_expect_str_eq(error.message, "because");
    cr_expect_eq(error.change_index, 7);
    vardsok_call_free(call);
    close_both(connection);
}

// --- loss and retry ---

static void take_and_hang_up(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
}

static void answer_with_the_message(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, peer_message(&request));
    peer_wait_closed(peer);
}

Test(calls, a_lost_call_is_sent_again_as_it_was)
{
    struct vardsok *connection = connect_to((peer_script[]){
        take_and_hang_up, take_and_hang_up, answer_with_the_message, NULL});
    struct vardsok_call *call = start(connection, "the same bytes", PATIENT);

    expect_message(call, "the same bytes");

    vardsok_call_free(call);
    close_both(connection);
}

Test(calls, a_lost_read_that_may_not_be_sent_again_ends)
{
    struct vardsok *connection = connect_to((peer_script[]){take_and_hang_up, NULL});
    struct vardsok_call *call = start(connection, "a", READ);
    struct vardsok_error error;

    cr_expect_eq(expect_end(call, &error), VARDSOK_UNAVAILABLE);
    cr_expect(strlen(error.message) > 0);

    vardsok_call_free(call);
    close_both(connection);
}

Test(calls, a_lost_write_may_have_been_done)
{
    struct vardsok *connection = connect_to((peer_script[]){take_and_hang_up, NULL});
    struct vardsok_call *call = start(connection, "a", NO_DEADLINE);
    struct vardsok_error error;

    cr_expect_eq(expect_end(call, &error), VARDSOK_UNKNOWN);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");

    vardsok_call_free(call);
    close_both(connection);
}

static void refuse_until_closed(struct peer *peer)
{
    peer_greet(peer);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_UNAVAILABLE,
                REASON_LOG_UNAVAILABLE);
    peer_wait_closed(peer);
}

// The second sending was not done, but of the first nobody knows.
Test(calls, a_write_that_was_lost_once_and_then_refused_as_not_done_may_have_been_done)
{
    struct vardsok *connection =
        connect_to((peer_script[]){take_and_hang_up, refuse_until_closed, NULL});
    struct vardsok_call *call =
        start(connection, "a", (struct vardsok_request){.timeout_ms = 50, .retry = true});
    struct vardsok_error error;

    cr_expect_eq(expect_end(call, &error), VARDSOK_UNKNOWN);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");
    cr_expect_not_null(strstr(error.message, "because"), "%s", error.message);

    vardsok_call_free(call);
    close_both(connection);
}

static void refuse_twice_then_answer(struct peer *peer)
{
    peer_greet(peer);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_UNAVAILABLE,
                REASON_LOG_UNAVAILABLE);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_UNKNOWN, REASON_OUTCOME_UNKNOWN);
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, peer_message(&request));
    peer_wait_closed(peer);
}

Test(calls, what_may_pass_is_tried_again_on_the_same_connection)
{
    struct vardsok *connection =
        connect_to((peer_script[]){refuse_twice_then_answer, NULL});
    struct vardsok_call *call = start(connection, "again", PATIENT);

    expect_message(call, "again");

    vardsok_call_free(call);
    close_both(connection);
}

static void go_away(struct peer *peer)
{
    struct refusal refusal;
    struct buffer payload = {0};
    peer_greet(peer);
    peer_take(peer);
    refuse(&refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
           "a frame is too large");
    wire_status_encode(&refusal, &payload);
    peer_send(peer, FRAME_GOAWAY, 0, 0, buffer_slice(&payload));
    buffer_free(&payload);
}

Test(calls, goaway_ends_every_call_with_its_reason)
{
    struct vardsok *connection = connect_to((peer_script[]){go_away, NULL});
    struct vardsok_call *one = start(connection, "a", READ);
    struct vardsok_call *two = start(connection, "b", READ);
    struct vardsok_call *write = start(connection, "c", NO_DEADLINE);
    struct vardsok_error error;

    cr_expect_eq(expect_end(one, &error), VARDSOK_RESOURCE_EXHAUSTED);
    cr_expect_str_eq(error.reason, "TOO_LARGE");
    cr_expect_eq(expect_end(two, &error), VARDSOK_RESOURCE_EXHAUSTED);
    cr_expect_eq(expect_end(write, &error), VARDSOK_UNKNOWN, "it was not answered");
    vardsok_call_free(write);

    vardsok_call_free(one);
    vardsok_call_free(two);
    close_both(connection);
}

static void rubbish_preface(struct peer *peer)
{
    cr_assert_eq(write(peer->fd, "HTTP/1.1 400", 12), 12);
    peer_wait_closed(peer);
}

static void rubbish_frame(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
    cr_assert_eq(write(peer->fd, "\xff\xff\xff\xff rubbish", 12), 12);
    peer_wait_closed(peer);
}

static void frame_of_a_client(struct peer *peer)
{
    peer_greet(peer);
    peer_send(peer, FRAME_REQUEST, peer_take(peer).call_id, 1, slice_from("123456"));
    peer_wait_closed(peer);
}

Test(calls, a_peer_that_speaks_something_else_is_left)
{
    const peer_script scripts[] = {rubbish_preface, rubbish_frame, frame_of_a_client};
    for (int i = 0; i < 3; i++) {
        struct vardsok *connection = connect_to((peer_script[]){scripts[i], NULL});
        struct vardsok_call *call = start(connection, "a", READ);
        cr_expect_eq(expect_end(call, NULL), VARDSOK_UNAVAILABLE);
        vardsok_call_free(call);
        close_both(connection);
    }
}

// --- deadlines ---

static void take_and_expect_cancel(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    uint32_t id = request.call_id;
    const unsigned char *payload = (const unsigned char *)request.payload.data;
    uint32_t deadline_ms = (uint32_t)payload[2] << 8 | payload[3];
    cr_expect(deadline_ms >= 1 && deadline_ms <= 50, "%u", deadline_ms);
    struct frame cancel = peer_take(peer);
    cr_expect_eq(cancel.type, FRAME_CANCEL);
    cr_expect_eq(cancel.call_id, id);
    peer_wait_closed(peer);
}

Test(calls, a_write_without_an_answer_in_time_has_an_unknown_outcome)
{
    struct vardsok *connection =
        connect_to((peer_script[]){take_and_expect_cancel, NULL});
    struct vardsok_call *call =
        start(connection, "a", (struct vardsok_request){.timeout_ms = 50});
    struct vardsok_error error;

    cr_expect_eq(expect_end(call, &error), VARDSOK_DEADLINE_EXCEEDED);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");

    vardsok_call_free(call);
    close_both(connection);
}

Test(calls, retries_end_at_the_deadline_with_what_was_wrong)
{
    struct vardsok *connection = connect_to((peer_script[]){take_and_hang_up, NULL});
    struct vardsok_call *call = start(
        connection, "a", (struct vardsok_request){.timeout_ms = 200, .retry = true});
    struct vardsok_error error;

    // The server thread ends after its only script, and nobody answers any more.
    int status = expect_end(call, &error);
    cr_expect(status == VARDSOK_UNKNOWN || status == VARDSOK_DEADLINE_EXCEEDED, "%d",
              status);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");

    vardsok_call_free(call);
    close_both(connection);
}

static void expect_cancel(struct peer *peer)
{
    peer_greet(peer);
    uint32_t id = peer_take(peer).call_id;
    struct frame cancel = peer_take(peer);
    cr_expect_eq(cancel.type, FRAME_CANCEL);
    cr_expect_eq(cancel.call_id, id);
    // Too late, and to nobody.
    peer_send(peer, FRAME_RESPONSE, id, 0, slice_from("late"));
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, slice_from("right"));
    peer_wait_closed(peer);
}

Test(calls, freeing_a_call_cancels_it_and_its_late_answer_is_nobodys)
{
    struct vardsok *connection = connect_to((peer_script[]){expect_cancel, NULL});
    vardsok_call_free(start(connection, "a", NO_DEADLINE));
    struct vardsok_call *call = start(connection, "b", NO_DEADLINE);

    expect_message(call, "right");

    vardsok_call_free(call);
    close_both(connection);
}

static void answer_large(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, peer_message(&request));
    peer_wait_closed(peer);
}

// Both sockets' buffers are full at times: neither side may wait for the other for ever.
Test(calls, large_messages_go_through_in_both_directions)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_large, NULL});
    size_t size = 3u << 20;
    char *bytes = malloc(size);
    memset(bytes, 'x', size);
    void *response;
    size_t len;

    struct vardsok_request request = {VARDSOK_APPLY, bytes, size, 0, false};
    cr_assert_eq(vardsok_call_unary(connection, &request, &response, &len, NULL), 0);
    cr_expect_eq(len, size);
    cr_expect_eq(memcmp(bytes, response, size), 0);

    struct vardsok_error error;
    struct vardsok_call *call;
    request.len = 8u << 20;
    cr_expect_eq(vardsok_call_start(connection, &request, &call, &error),
                 VARDSOK_RESOURCE_EXHAUSTED);
    free(bytes);
    free(response);
    close_both(connection);
}
