// SPDX-License-Identifier: Apache-2.0
//
// Happy path: connect and send our preface; calls append their REQUEST frames to `out`;
// turns write `out`, read into `in` and hand each whole frame to its call. Nothing here
// waits for one call: call.c turns until the call it is asked about has something.
//
// Failure modes: the socket breaks, the peer says GOAWAY, or sends what is no frame. Each
// ends in lose(): the socket is closed and every OPEN call is told; one that may be sent
// again waits, and a later turn connects anew, beginning with the next server. A server
// that says that it is not available, or is about to stop, is left when no call is OPEN on
// it; one of several that is silent is pinged, and lost when it does not answer that.
#include "lib/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "lib/error.h"
#include "wire/status.h"

#define READ_SIZE (64u << 10)
#define POLL_MAX_MS 60000
#define SILENCE_MS 500 // of one of several servers, then it is pinged
#define PONG_MS 1000   // and then it is left

// --- for event loops ---

// Keeps watch_fd readable whenever a turn has something to read or write.
static void watch(struct vardsok *connection)
{
    uint32_t events =
        (uint32_t)EPOLLIN | (connection->out.len > 0 ? (uint32_t)EPOLLOUT : 0);
    if (connection->fd < 0 || events == connection->watched)
        return;
    int what = connection->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    struct epoll_event event = {.events = events};
    // What the system has no room for now is tried again in the next turn.
    if (epoll_ctl(connection->watch_fd, what, connection->fd, &event) == 0)
        connection->watched = events;
}

// --- connecting ---

int connection_connect(struct vardsok *connection, int64_t deadline_ms,
                       struct vardsok_error *error)
{
    char tried[400] = "";
    size_t len = 0;
    for (unsigned i = 0; i < connection->servers.n; i++) {
        unsigned server = (connection->next_server + i) % connection->servers.n;
        int64_t now_ms = client_clock_ms();
        int64_t until_ms = now_ms + (deadline_ms - now_ms) / (connection->servers.n - i);
        const char *address = connection->servers.texts[server];
        char what[100];
        if (client_address_connect(address, until_ms, &connection->fd, what,
                                   sizeof what) == 0) {
            connection->server = connection->next_server = server;
            connection->declines = false;
            connection->heard_at_ms = client_clock_ms();
            connection->pinged_at_ms = 0;
            connection->has_preface = false;
            connection->max_payload = FRAME_MAX_PAYLOAD;
            buffer_clear(&connection->in);
            buffer_clear(&connection->out);
            frame_preface_encode(&connection->out);
            watch(connection);
            return 0;
        }
        int n = snprintf(tried + len, sizeof tried - len, "%s%s (%s)", i ? ", " : "",
                         address, what);
        len =
            n < 0 || len + (size_t)n >= sizeof tried ? sizeof tried - 1 : len + (size_t)n;
    }
    connection->fd = -1;
    return client_error_set(error, VARDSOK_UNAVAILABLE, REASON_NONE, "server",
                            "no daemon answers at %s", tried);
}

void connection_disconnect(struct vardsok *connection)
{
    if (connection->fd >= 0) {
        epoll_ctl(connection->watch_fd, EPOLL_CTL_DEL, connection->fd, NULL);
        close(connection->fd);
    }
    connection->fd = -1;
    connection->watched = 0;
}

static void leave(struct vardsok *connection)
{
    connection_disconnect(connection);
    connection->next_server = (connection->server + 1) % connection->servers.n;
}

static void lose(struct vardsok *connection, const struct vardsok_error *error)
{
    leave(connection);
    int64_t now_ms = client_clock_ms();
    for (struct vardsok_call *call = connection->calls; call; call = call->next)
        if (call->state == CALL_OPEN)
            call_on_loss(call, error, now_ms);
}

static void lose_because(struct vardsok *connection, const char *what)
{
    struct vardsok_error error;
    client_error_set(&error, VARDSOK_UNAVAILABLE, REASON_NONE, NULL,
                     "the connection to %s was lost: %s", vardsok_server(connection),
                     what);
    lose(connection, &error);
}

// --- frames in ---

static void on_goaway(struct vardsok *connection, struct slice payload)
{
    struct refusal refusal;
    struct slice reason;
    struct vardsok_error error;
    if (wire_status_decode(payload, &refusal, &reason) == 0 && refusal.status != 0) {
        client_error_from_refusal(&error, &refusal, reason);
        if (refusal.reason == REASON_SHUTTING_DOWN) {
            connection->declines = true; // what is OPEN will still be answered
            return;
        }
        lose(connection, &error);
    } else {
        lose_because(connection, "the daemon closed it");
    }
}

static void on_frame(struct vardsok *connection, const struct frame *frame)
{
    switch (frame->type) {
    case FRAME_PING:
        frame_encode(&(struct frame){.type = FRAME_PONG, .payload = frame->payload},
                     &connection->out);
        return;
    case FRAME_PONG:
        return;
    case FRAME_GOAWAY:
        on_goaway(connection, frame->payload);
        return;
    case FRAME_RESPONSE:
    case FRAME_ITEM:
    case FRAME_END:
    case FRAME_ERROR:
        // A call that we canceled may still be answered: nobody is there to take it.
        for (struct vardsok_call *call = connection->calls; call; call = call->next)
            if (call->state == CALL_OPEN && call->id == frame->call_id) {
                call_on_frame(call, frame, client_clock_ms());
                return;
            }
        return;
    default:
        lose_because(connection, "it sent a frame that only a client sends");
    }
}

// Hands over every whole frame of `in`.
static void read_frames(struct vardsok *connection)
{
    size_t done = 0;
    if (!connection->has_preface) {
        if (connection->in.len < FRAME_PREFACE_LEN)
            return;
        if (frame_preface_decode(connection->in.data, &connection->max_payload) != 0) {
            lose_because(connection, "it does not speak our protocol");
            return;
        }
        connection->has_preface = true;
        done = FRAME_PREFACE_LEN;
    }
    while (connection->fd >= 0) {
        struct frame frame;
        size_t used;
        struct slice rest = {connection->in.data + done, connection->in.len - done};
        int status = frame_decode(rest, &frame, &used);
        if (status == 0)
            break;
        if (status < 0) {
            lose_because(connection, "it sent something that is no frame");
            return;
        }
        on_frame(connection, &frame);
        done += used;
    }
    if (connection->fd >= 0)
        buffer_consume(&connection->in, done);
}

// --- the socket ---

static void read_some(struct vardsok *connection)
{
    char *space = buffer_reserve(&connection->in, READ_SIZE);
    ssize_t n = recv(connection->fd, space, READ_SIZE, 0);
    if (n > 0) {
        connection->in.len += (size_t)n;
        connection->heard_at_ms = client_clock_ms();
        connection->pinged_at_ms = 0;
        read_frames(connection);
    } else if (n == 0) {
        lose_because(connection, "the daemon closed it");
    } else if (errno != EAGAIN && errno != EINTR) {
        lose_because(connection, strerror(errno));
    }
}

static void write_some(struct vardsok *connection)
{
    ssize_t n =
        send(connection->fd, connection->out.data, connection->out.len, MSG_NOSIGNAL);
    if (n > 0)
        buffer_consume(&connection->out, (size_t)n);
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        lose_because(connection, strerror(errno));
}

// --- one server and the others ---

static bool awaits(const struct vardsok *connection)
{
    const struct vardsok_call *call = connection->calls;
    while (call && call->state != CALL_OPEN)
        call = call->next;
    return call != NULL;
}

// When a silent server is to be pinged, or left; INT64_MAX when nobody waits for it or
// there is no other.
static int64_t next_doubt(const struct vardsok *connection)
{
    if (connection->servers.n == 1 || connection->fd < 0 || !awaits(connection))
        return INT64_MAX;
    return connection->pinged_at_ms ? connection->pinged_at_ms + PONG_MS
                                    : connection->heard_at_ms + SILENCE_MS;
}

static void doubt(struct vardsok *connection)
{
    int64_t now_ms = client_clock_ms();
    if (now_ms < next_doubt(connection))
        return;
    if (connection->pinged_at_ms) {
        lose_because(connection, "it does not answer any more");
        return;
    }
    connection->pinged_at_ms = now_ms;
    frame_encode(&(struct frame){.type = FRAME_PING}, &connection->out);
}

// The time at which some waiting call is to be sent; INT64_MAX when there is none.
static int64_t next_sending(const struct vardsok *connection)
{
    int64_t next = INT64_MAX;
    for (const struct vardsok_call *call = connection->calls; call; call = call->next)
        if (call->state == CALL_WAITING && call->send_at_ms < next)
            next = call->send_at_ms;
    return next;
}

// Until when to try to connect: no call that is due may wait beyond its deadline.
static int64_t connect_until(const struct vardsok *connection, int64_t now_ms)
{
    int64_t until_ms = now_ms + CONNECTION_TIMEOUT_MS;
    for (const struct vardsok_call *call = connection->calls; call; call = call->next)
        if (call->state == CALL_WAITING && call->send_at_ms <= now_ms &&
            call->deadline_ms < until_ms)
            until_ms = call->deadline_ms;
    return until_ms;
}

static void send_waiting(struct vardsok *connection, int64_t now_ms)
{
    if (next_sending(connection) > now_ms)
        return;
    struct vardsok_error error;
    int failed = 0;
    if (!awaits(connection)) {
        // A server closes what is idle: find that out before anything is sent there.
        if (connection->fd >= 0 && now_ms != connection->heard_at_ms)
            read_some(connection);
        if (connection->fd >= 0 && connection->declines && connection->servers.n > 1)
            leave(connection);
        connection->heard_at_ms = now_ms;
        connection->pinged_at_ms = 0;
    }
    if (connection->fd < 0)
        failed =
            connection_connect(connection, connect_until(connection, now_ms), &error);
    for (struct vardsok_call *call = connection->calls; call; call = call->next) {
        if (call->state != CALL_WAITING || call->send_at_ms > now_ms)
            continue;
        if (failed)
            call_on_failure(call, &error, client_clock_ms());
        else
            call_send(call, client_clock_ms());
    }
}

int64_t connection_next_ms(const struct vardsok *connection)
{
    int64_t sending_ms = next_sending(connection), doubt_ms = next_doubt(connection);
    return doubt_ms < sending_ms ? doubt_ms : sending_ms;
}

void connection_turn(struct vardsok *connection, int64_t until_ms)
{
    int64_t now_ms = client_clock_ms();
    send_waiting(connection, now_ms);

    int64_t next = connection_next_ms(connection);
    int64_t wait = (next < until_ms ? next : until_ms) - client_clock_ms();
    int timeout = wait < 0 ? 0 : wait > POLL_MAX_MS ? POLL_MAX_MS : (int)wait;
    struct pollfd poll_fd = {.fd = connection->fd, .events = POLLIN};
    if (connection->fd >= 0 && connection->out.len > 0)
        poll_fd.events |= POLLOUT;
    if (poll(&poll_fd, 1, timeout) <= 0)
        poll_fd.revents = 0;
    if (poll_fd.revents & POLLOUT)
        write_some(connection);
    if (connection->fd >= 0 && poll_fd.revents & (POLLIN | POLLHUP | POLLERR))
        read_some(connection);
    if (connection->fd >= 0)
        doubt(connection);
    // A PONG must not wait for the caller's next call.
    if (connection->fd >= 0 && connection->out.len > 0)
        write_some(connection);
    watch(connection);
}

// --- for callers ---

int vardsok_open(const char *servers, uint32_t timeout_ms, struct vardsok **connection,
                 struct vardsok_error *error)
{
    struct vardsok made = {.fd = -1, .next_id = 1};
    int status = client_address_parse(servers, &made.servers, error);
    if (status != 0)
        return status;
    int64_t deadline_ms =
        client_clock_ms() + (timeout_ms ? timeout_ms : CONNECTION_TIMEOUT_MS);
    made.watch_fd = epoll_create1(EPOLL_CLOEXEC);
    if (made.watch_fd < 0)
        return client_error_set(error, VARDSOK_RESOURCE_EXHAUSTED, REASON_NONE, NULL,
                                "no descriptor: %s", strerror(errno));
    status = connection_connect(&made, deadline_ms, error);
    if (status != 0) {
        close(made.watch_fd);
        return status;
    }
    struct vardsok *result = malloc(sizeof *result);
    CHECK(result != NULL);
    *result = made;
    *connection = result;
    return 0;
}

void vardsok_close(struct vardsok *connection)
{
    if (connection == NULL)
        return;
    connection_disconnect(connection);
    close(connection->watch_fd);
    buffer_free(&connection->in);
    buffer_free(&connection->out);
    free(connection);
}

const char *vardsok_server(const struct vardsok *connection)
{
    return connection->servers.texts[connection->server];
}

void vardsok_set_language(struct vardsok *connection, const char *language)
{
    snprintf(connection->language, sizeof connection->language, "%s", language);
}
