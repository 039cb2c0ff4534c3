// SPDX-License-Identifier: Apache-2.0
//
// Several servers: one that is not there, is lost, hangs, declines or stops is left for
// the next, and a deadline holds over all of them.
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status.h"
#include "lib/address.h"
#include "server.h"
#include "wire/status.h"

#define PATIENT_MS 60000

static void answer_everything(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    peer_send(peer, FRAME_RESPONSE, request.call_id, 0, peer_message(&request));
    peer_wait_closed(peer);
}

static void take_and_hang_up(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
}

static void take_and_hang(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
    cr_expect_eq(peer_take(peer).type, FRAME_PING);
    peer_wait_closed(peer);
}

static void ping_and_then_answer(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    uint32_t id = request.call_id;
    cr_expect_eq(peer_take(peer).type, FRAME_PING);
    peer_send(peer, FRAME_PONG, 0, 0, slice_from(""));
    cr_expect_eq(peer_take(peer).type, FRAME_PING);
    peer_send(peer, FRAME_PONG, 0, 0, slice_from(""));
    peer_send(peer, FRAME_RESPONSE, id, 0, slice_from("late"));
    peer_wait_closed(peer);
}

// Nothing more is sent to who said that it is not available.
static void expect_closed(struct peer *peer)
{
    char byte;
    cr_expect_eq(read(peer->fd, &byte, 1), 0, "it was left");
}

static void decline(struct peer *peer)
{
    peer_greet(peer);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_UNAVAILABLE,
                REASON_LOG_UNAVAILABLE);
    expect_closed(peer);
}

static void answer_and_stop(struct peer *peer)
{
    struct refusal refusal;
    struct buffer payload = {0};
    peer_greet(peer);
    uint32_t id = peer_take(peer).call_id;
    refuse(&refusal, STATUS_UNAVAILABLE, REASON_SHUTTING_DOWN, NULL, "it is stopping");
    wire_status_encode(&refusal, &payload);
    peer_send(peer, FRAME_GOAWAY, 0, 0, buffer_slice(&payload));
    buffer_free(&payload);
    peer_send(peer, FRAME_RESPONSE, id, 0, slice_from("the last"));
    expect_closed(peer);
}

// What a daemon that was stopped does: its queue takes connections, and nobody answers.
static const peer_script nobody[] = {NULL};

static struct {
    char first[100], second[100];
    struct vardsok *connection;
} rig;

static void connect_to_both(const peer_script *first, const peer_script *second)
{
    char servers[210];
    struct vardsok_error error;
    snprintf(rig.first, sizeof rig.first, "%s", server_start(first));
    snprintf(rig.second, sizeof rig.second, "%s", server_start_another(second));
    snprintf(servers, sizeof servers, "%s,%s", rig.first, rig.second);
    cr_assert_eq(vardsok_open(servers, 0, &rig.connection, &error), 0, "%s",
                 error.message);
}

static void close_all(void)
{
    vardsok_close(rig.connection);
    server_stop();
}

static int call(uint32_t timeout_ms, struct vardsok_error *error, const char *expected)
{
    struct vardsok_request request = {VARDSOK_APPLY, "a", 1, timeout_ms, true};
    void *response;
    size_t len;
    int status = vardsok_call_unary(rig.connection, &request, &response, &len, error);
    if (status == 0) {
        struct slice got = {response, len};
        cr_expect(slice_equal(got, slice_from(expected)), "%.*s", (int)len, got.data);
        free(response);
    }
    return status;
}

static void expect_answer_of_second(void)
{
    struct vardsok_error error;
    cr_expect_eq(call(PATIENT_MS, &error, "a"), 0, "%s", error.message);
    cr_expect_str_eq(vardsok_server(rig.connection), rig.second);
    close_all();
}

Test(failover, a_server_that_is_not_there_is_passed_over)
{
    char servers[130];
    struct vardsok_error error;
    snprintf(rig.second, sizeof rig.second, "%s",
             server_start((peer_script[]){answer_everything, NULL}));
    snprintf(servers, sizeof servers, "unix:/nonexistent/s,%s", rig.second);
    cr_assert_eq(vardsok_open(servers, 0, &rig.connection, &error), 0, "%s",
                 error.message);
    expect_answer_of_second();
}

Test(failover, a_call_that_lost_its_server_goes_on_with_the_next)
{
    connect_to_both((peer_script[]){take_and_hang_up, NULL},
                    (peer_script[]){answer_everything, NULL});
    expect_answer_of_second();
}

Test(failover, a_server_that_hangs_is_pinged_and_left)
{
    connect_to_both((peer_script[]){take_and_hang, NULL},
                    (peer_script[]){answer_everything, NULL});
    expect_answer_of_second();
}

Test(failover, a_server_that_never_greets_is_left)
{
    connect_to_both(nobody, (peer_script[]){answer_everything, NULL});
    expect_answer_of_second();
}

Test(failover, a_slow_server_that_answers_pings_is_waited_for)
{
    connect_to_both((peer_script[]){ping_and_then_answer, NULL}, nobody);
    struct vardsok_error error;
    cr_expect_eq(call(PATIENT_MS, &error, "late"), 0, "%s", error.message);
    cr_expect_str_eq(vardsok_server(rig.connection), rig.first);
    close_all();
}

Test(failover, a_server_that_is_not_available_is_left_for_one_that_is)
{
    connect_to_both((peer_script[]){decline, NULL},
                    (peer_script[]){answer_everything, NULL});
    expect_answer_of_second();
}

Test(failover, a_server_that_stops_answers_what_is_open_and_gets_no_more)
{
    connect_to_both((peer_script[]){answer_and_stop, NULL},
                    (peer_script[]){answer_everything, NULL});
    struct vardsok_error error;
    cr_expect_eq(call(PATIENT_MS, &error, "the last"), 0, "%s", error.message);
    expect_answer_of_second();
}

Test(failover, a_connection_comes_back_to_the_first_server_when_the_second_is_lost)
{
    connect_to_both((peer_script[]){take_and_hang_up, answer_everything, NULL},
                    (peer_script[]){take_and_hang_up, NULL});
    struct vardsok_error error;
    cr_expect_eq(call(PATIENT_MS, &error, "a"), 0, "%s", error.message);
    cr_expect_str_eq(vardsok_server(rig.connection), rig.first);
    close_all();
}

Test(failover, a_deadline_holds_over_all_servers)
{
    connect_to_both(nobody, nobody);
    struct vardsok_error error;
    int64_t start_ms = client_clock_ms();

    cr_expect_eq(call(2000, &error, ""), VARDSOK_DEADLINE_EXCEEDED);

    int64_t took_ms = client_clock_ms() - start_ms;
    cr_expect(took_ms >= 2000 && took_ms < 4500, "%lld ms", (long long)took_ms);
    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");
    close_all();
}
