// SPDX-License-Identifier: Apache-2.0
//
// Calls in a loop that waits by itself, and connections that are closed while idle.
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>

#include "base/status.h"
#include "lib/connection.h"
#include "server.h"

static void answer_both_backwards(struct peer *peer)
{
    peer_greet(peer);
    uint32_t first_id = peer_take(peer).call_id;
    struct frame second = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, second.call_id, 0, slice_from("two"));
    peer_send(peer, FRAME_RESPONSE, first_id, 0, slice_from("one"));
    peer_wait_closed(peer);
}

static void answer_one(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, peer_message(&request));
}

static void answer_and_wait(struct peer *peer)
{
    answer_one(peer);
    peer_wait_closed(peer);
}

static void take_and_hang_up(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
}

static void take_and_wait(struct peer *peer)
{
    take_and_hang_up(peer);
    peer_wait_closed(peer);
}

static struct vardsok *connect_to(const peer_script *scripts)
{
    struct vardsok *connection;
    cr_assert_eq(vardsok_open(server_start(scripts), 0, &connection, NULL), 0);
    return connection;
}

static struct vardsok_call *start(struct vardsok *connection, uint32_t timeout_ms,
                                  bool retry)
{
    struct vardsok_request request = {VARDSOK_APPLY, "same", 4, timeout_ms, retry};
    struct vardsok_call *call;
    cr_assert_eq(vardsok_call_start(connection, &request, &call, NULL), 0);
    return call;
}

// One turn of a program's loop.
static void turn(struct vardsok *connection)
{
    struct pollfd watched = {.fd = vardsok_fd(connection), .events = POLLIN};
    poll(&watched, 1, vardsok_wait_ms(connection));
    vardsok_on_ready(connection);
}

static int run(struct vardsok *connection, struct vardsok_call *call,
               const char *expected, struct vardsok_error *error)
{
    const void *message;
    size_t len;
    int status;
    while ((status = vardsok_call_poll(call, &message, &len, error)) == VARDSOK_PENDING)
        turn(connection);
    if (status == 1) {
        struct slice got = {message, len};
        cr_expect(slice_equal(got, slice_from(expected)), "%.*s", (int)len, got.data);
    }
    return status;
}

static void close_both(struct vardsok *connection, struct vardsok_call *call)
{
    vardsok_call_free(call);
    vardsok_close(connection);
    server_stop();
}

Test(events, calls_end_in_a_loop_in_any_order)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_both_backwards, NULL});
    cr_expect_eq(vardsok_wait_ms(connection), -1, "nothing is under way");
    struct vardsok_call *one = start(connection, 0, false);
    struct vardsok_call *two = start(connection, 60000, false);
    int wait_ms = vardsok_wait_ms(connection);
    cr_expect(wait_ms > 50000 && wait_ms <= 60250, "%d", wait_ms);

    cr_expect_eq(run(connection, one, "one", NULL), 1);
    cr_expect_eq(run(connection, two, "two", NULL), 1);
    cr_expect_eq(run(connection, one, "", NULL), 0);

    vardsok_call_free(one);
    close_both(connection, two);
}

Test(events, a_lost_call_is_sent_again_in_a_loop)
{
    struct vardsok *connection =
        connect_to((peer_script[]){take_and_hang_up, answer_and_wait, NULL});
    struct vardsok_call *call = start(connection, 60000, true);
    int fd = vardsok_fd(connection);
    cr_expect_eq(run(connection, call, "same", NULL), 1);
    cr_expect_eq(vardsok_fd(connection), fd, "a loop watches one descriptor for ever");
    close_both(connection, call);
}

// More than the socket takes at once: the loop must wake to write the rest.
Test(events, a_large_request_goes_out_in_a_loop)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_and_wait, NULL});
    size_t size = 3u << 20;
    char *bytes = calloc(1, size + 1);
    memset(bytes, 'x', size);
    struct vardsok_request request = {VARDSOK_APPLY, bytes, size, 0, false};
    struct vardsok_call *call;
    cr_assert_eq(vardsok_call_start(connection, &request, &call, NULL), 0);
    cr_expect_eq(run(connection, call, bytes, NULL), 1);
    free(bytes);
    close_both(connection, call);
}

Test(events, a_deadline_wakes_the_loop)
{
    struct vardsok *connection = connect_to((peer_script[]){take_and_wait, NULL});
    struct vardsok_call *call = start(connection, 50, true);
    struct vardsok_error error;
    cr_expect_eq(run(connection, call, "", &error), VARDSOK_DEADLINE_EXCEEDED);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");
    close_both(connection, call);
}

// Nothing is sent to who has hung up: the write would be lost, and its outcome unknown.
Test(events, a_connection_closed_while_idle_is_made_anew_before_a_call)
{
    struct vardsok *connection =
        connect_to((peer_script[]){answer_one, answer_and_wait, NULL});
    struct vardsok_call *call = start(connection, 0, false);
    cr_expect_eq(run(connection, call, "same", NULL), 1);
    vardsok_call_free(call);
    // Until it is closed, and the clock has moved.
    struct pollfd closed = {.fd = vardsok_fd(connection), .events = POLLIN};
    int64_t heard_ms = connection->heard_at_ms;
    while (poll(&closed, 1, -1) != 1 || client_clock_ms() == heard_ms)
        ;

    call = start(connection, 0, false);
    struct vardsok_error error = {.message = ""};
    cr_expect_eq(run(connection, call, "same", &error), 1, "%s", error.message);
    close_both(connection, call);
}
