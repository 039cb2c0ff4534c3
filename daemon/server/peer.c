// SPDX-License-Identifier: Apache-2.0
//
// One connection: bytes from libuv to rpc and back.
//
// Happy path: on_read ──► rpc_connection_receive ──► decide ──► flush: one uv_try_write;
// what the kernel does not take goes on with uv_write, and meanwhile rpc collects in its
// other buffer.
//
//     SERVING ──over and all sent──► LINGERING ──peer's end, 1 s──► CLOSING ──► freed
//        └─────dead, error, peer's end─────────────────────────────────┘
//
// decide is the only place that says what happens next; every callback ends in it.
#include <netinet/in.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "server/log.h"
#include "server/server_private.h"

static void decide(struct server_peer *peer);

// --- writing ---

static void on_write(uv_write_t *write, int error)
{
    struct server_peer *peer = write->data;
    peer->writing = false;
    if (peer->state == PEER_CLOSING)
        return;
    server_set_time(peer->server);
    if (error < 0) {
        server_peer_close(peer);
        return;
    }
    rpc_connection_sent(peer->rpc, peer->write_len);
    decide(peer);
}

static bool start_write(struct server_peer *peer, struct slice rest)
{
    peer->write_len = rest.len < SERVER_WRITE_SIZE ? rest.len : SERVER_WRITE_SIZE;
    uv_buf_t buf = {.base = (char *)(uintptr_t)rest.data, .len = peer->write_len};
    peer->write.data = peer;
    if (uv_write(&peer->write, &peer->uv.stream, &buf, 1, on_write) != 0)
        return false;
    peer->writing = true;
    return true;
}

// Sends what there is. False when the connection is broken.
static bool flush(struct server_peer *peer)
{
    while (!peer->writing) {
        struct slice out = rpc_connection_output(peer->rpc);
        if (out.len == 0)
            return true;
        uv_buf_t buf = {.base = (char *)(uintptr_t)out.data, .len = out.len};
        int n = uv_try_write(&peer->uv.stream, &buf, 1);
        if (n < 0 && n != UV_EAGAIN)
            return false;
        size_t sent = n > 0 ? (size_t)n : 0;
        rpc_connection_sent(peer->rpc, sent);
        if (sent < out.len &&
            !start_write(peer, (struct slice){out.data + sent, out.len - sent}))
            return false;
    }
    return true;
}

// --- reading ---

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct server_peer *peer = handle->data;
    (void)suggested;
    *buf = uv_buf_init(peer->server->read_buffer, SERVER_READ_SIZE);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct server_peer *peer = stream->data;
    if (peer->state == PEER_CLOSING || n == 0)
        return;
    server_set_time(peer->server);
    if (n < 0) {
        peer->ended = true;
        if (n != UV_EOF || peer->state == PEER_LINGERING) {
            server_peer_close(peer);
            return;
        }
        rpc_connection_receive_end(peer->rpc);
    } else if (peer->state == PEER_SERVING) {
        rpc_connection_receive(peer->rpc, (struct slice){buf->base, (size_t)n});
    }
    decide(peer);
}

static void set_reading(struct server_peer *peer, bool reading)
{
    if (peer->reading == reading)
        return;
    peer->reading = reading;
    if (!reading)
        uv_read_stop(&peer->uv.stream);
    else if (uv_read_start(&peer->uv.stream, on_alloc, on_read) != 0)
        server_peer_close(peer);
}

// --- time ---

static void on_timer(uv_timer_t *timer)
{
    struct server_peer *peer = timer->data;
    peer->armed_ms = INT64_MAX;
    if (peer->state == PEER_CLOSING)
        return;
    server_set_time(peer->server);
    if (peer->state == PEER_LINGERING) {
        server_peer_close(peer);
        return;
    }
    rpc_connection_tick(peer->rpc);
    decide(peer);
}

// Only ever to an earlier time: a timer that fires too early costs less than one that is
// set anew for every request.
static void arm_timer(struct server_peer *peer, int64_t at_ms)
{
    int64_t now_ms = peer->server->context->now_ms;
    if (at_ms >= peer->armed_ms)
        return;
    peer->armed_ms = at_ms;
    uv_timer_start(&peer->timer, on_timer,
                   at_ms > now_ms ? (uint64_t)(at_ms - now_ms) : 0, 0);
}

// --- the decider ---

static void on_shutdown(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status; // the peer's end or the timer closes
}

static void linger(struct server_peer *peer)
{
    if (peer->ended || uv_shutdown(&peer->shutdown, &peer->uv.stream, on_shutdown) != 0) {
        server_peer_close(peer);
        return;
    }
    peer->state = PEER_LINGERING;
    server_ready_remove(peer);
    set_reading(peer, true);
    uv_timer_stop(&peer->timer);
    peer->armed_ms = INT64_MAX;
    arm_timer(peer, peer->server->context->now_ms + SERVER_LINGER_MS);
}

static void decide(struct server_peer *peer)
{
    if (peer->state != PEER_SERVING)
        return;
    if (rpc_connection_is_dead(peer->rpc) || !flush(peer)) {
        server_peer_close(peer);
        return;
    }
    if (rpc_connection_is_over(peer->rpc) && !peer->writing) {
        linger(peer);
        return;
    }
    set_reading(peer, rpc_connection_may_read(peer->rpc));
    arm_timer(peer, rpc_connection_next_ms(peer->rpc));
    if (rpc_connection_has_work(peer->rpc))
        server_ready_add(peer);
}

static void on_wake(void *owner)
{
    server_ready_add(owner);
}

void server_peer_poke(struct server_peer *peer)
{
    rpc_connection_poke(peer->rpc);
    decide(peer);
}

void server_peer_drain(struct server_peer *peer)
{
    if (peer->state != PEER_SERVING)
        return;
    rpc_connection_drain(peer->rpc);
    decide(peer);
}

// --- begin and end ---

static void on_handle_closed(uv_handle_t *handle)
{
    struct server_peer *peer = handle->data;
    struct server *server = peer->server;
    if (--peer->n_handles > 0)
        return;
    rpc_connection_free(peer->rpc); // not before: a write may have had its bytes
    peer->prev->next = peer->next;
    peer->next->prev = peer->prev;
    free(peer);
    server_on_peer_closed(server);
}

void server_peer_close(struct server_peer *peer)
{
    if (peer->state == PEER_CLOSING)
        return;
    peer->state = PEER_CLOSING;
    server_ready_remove(peer);
    if (peer->is_tcp)
        server_counts_remove(&peer->server->counts, &peer->address);
    uv_close(&peer->uv.handle, on_handle_closed);
    uv_close((uv_handle_t *)&peer->timer, on_handle_closed);
}

static struct server_peer *new_peer(struct server *server, bool is_tcp)
{
    struct server_peer *peer = calloc(1, sizeof *peer);
    CHECK(peer);
    peer->server = server;
    peer->is_tcp = is_tcp;
    peer->armed_ms = INT64_MAX;
    peer->n_handles = 2;
    if (is_tcp)
        uv_tcp_init(server->loop, &peer->uv.tcp);
    else
        uv_pipe_init(server->loop, &peer->uv.pipe, 0);
    uv_timer_init(server->loop, &peer->timer);
    peer->uv.handle.data = peer->timer.data = peer;
    peer->rpc = rpc_connection_new(server->context, on_wake, peer);
    peer->next = &server->peers;
    peer->prev = server->peers.prev;
    peer->prev->next = peer->next->prev = peer;
    server->n_peers++;
    return peer;
}

static void count_address(struct server_peer *peer)
{
    struct sockaddr_storage address = {0};
    int len = sizeof address;
    uv_tcp_getpeername(&peer->uv.tcp, (struct sockaddr *)&address, &len);
    peer->address = server_peer_address((const struct sockaddr *)&address);
    server_counts_add(&peer->server->counts, &peer->address);
}

static void turn_away(struct server_peer *peer)
{
    struct refusal refusal;
    struct buffer out = {0};
    refuse(&refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY_CALLS, NULL,
           "more than %d connections of one address", SERVER_MAX_PER_ADDRESS);
    rpc_goaway_encode(&refusal, &out);
    uv_buf_t buf = {.base = out.data, .len = out.len};
    uv_try_write(&peer->uv.stream, &buf, 1); // it is closed whether it gets this or not
    buffer_free(&out);
    server_peer_close(peer);
}

void server_peer_accept(struct server *server, struct server_listener *listener)
{
    struct server_peer *peer =
        new_peer(server, listener->address.transport == SERVER_TCP);
    int error = uv_accept(&listener->uv.stream, &peer->uv.stream);
    if (error != 0) {
        peer->is_tcp = false; // its address is not counted
        server_log(LOG_LEVEL_WARN, "accept_failed", "error=%s", uv_err_name(error));
        server_peer_close(peer);
        return;
    }
    if (peer->is_tcp) {
        count_address(peer);
        uv_tcp_nodelay(&peer->uv.tcp, 1);
        if (server_counts_get(&server->counts, &peer->address) > SERVER_MAX_PER_ADDRESS) {
            turn_away(peer);
            return;
        }
    }
    decide(peer);
}
