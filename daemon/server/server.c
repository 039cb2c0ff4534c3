// SPDX-License-Identifier: Apache-2.0
//
// A turn of the loop: libuv's poll runs the peers' reads, each of which is answered at
// once. What others make ready meanwhile (a write that was applied, a revision that was
// reached, a batch that goes on) is collected in the ready list and served once after the
// poll, so that the answers of one turn to one peer leave in one write.
#include "server/server.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/check.h"
#include "base/date.h"
#include "server/log.h"
#include "server/server_private.h"

// --- time ---

void server_set_time(struct server *server)
{
    struct timespec utc;
    int64_t now_ms = (int64_t)uv_now(server->loop);
    if (now_ms == server->turn_ms)
        return;
    server->turn_ms = now_ms;
    clock_gettime(CLOCK_REALTIME, &utc);
    rpc_context_set_time(server->context, now_ms,
                         (int64_t)utc.tv_sec * 1000 + utc.tv_nsec / 1000000);
}

// --- the ready list ---

static void on_idle(uv_idle_t *idle)
{
    (void)idle;
}

void server_ready_add(struct server_peer *peer)
{
    struct server *server = peer->server;
    if (peer->next_ready || peer->state != PEER_SERVING)
        return;
    peer->next_ready = &server->ready;
    peer->prev_ready = server->ready.prev_ready;
    peer->prev_ready->next_ready = peer->next_ready->prev_ready = peer;
    server->n_ready++;
    uv_idle_start(&server->idle, on_idle);
}

void server_ready_remove(struct server_peer *peer)
{
    if (peer->next_ready == NULL)
        return;
    peer->prev_ready->next_ready = peer->next_ready;
    peer->next_ready->prev_ready = peer->prev_ready;
    peer->next_ready = peer->prev_ready = NULL;
    peer->server->n_ready--;
}

static void on_check(uv_check_t *check)
{
    struct server *server = check->data;
    if (server->n_ready == 0)
        return;
    server_set_time(server);
    // Those that become ready again meanwhile wait for the next turn.
    for (uint32_t n = server->n_ready; n > 0 && server->n_ready > 0; n--) {
        struct server_peer *peer = server->ready.next_ready;
        server_ready_remove(peer);
        server_peer_poke(peer);
    }
    if (server->n_ready == 0)
        uv_idle_stop(&server->idle);
}

// --- begin ---

static uint32_t raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SERVER_MAX_CONNECTIONS;
    const rlim_t wanted = SERVER_MAX_CONNECTIONS + SERVER_SPARE_DESCRIPTORS;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
        setrlimit(RLIMIT_NOFILE, &limit); // what it came to is read below
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= wanted)
        return SERVER_MAX_CONNECTIONS;
    return limit.rlim_cur > SERVER_SPARE_DESCRIPTORS
               ? (uint32_t)(limit.rlim_cur - SERVER_SPARE_DESCRIPTORS)
               : 1;
}

struct server *server_new(uv_loop_t *loop, struct rpc_context *context)
{
    struct server *server = calloc(1, sizeof *server);
    CHECK(server);
    server->read_buffer = malloc(SERVER_READ_SIZE);
    CHECK(server->read_buffer);
    server->loop = loop;
    server->context = context;
    server->turn_ms = -1;
    server->max_peers = raise_descriptor_limit();
    server->peers.next = server->peers.prev = &server->peers;
    server->ready.next_ready = server->ready.prev_ready = &server->ready;
    uv_check_init(loop, &server->check);
    uv_idle_init(loop, &server->idle);
    uv_timer_init(loop, &server->timeout);
    server->check.data = server->idle.data = server->timeout.data = server;
    server->n_handles = 3;
    uv_check_start(&server->check, on_check);
    uv_unref((uv_handle_t *)&server->check);
    server_set_time(server);
    return server;
}

uint32_t server_max_connections(const struct server *server)
{
    return server->max_peers;
}

// --- stop ---

static void on_own_handle_closed(uv_handle_t *handle)
{
    server_on_handle_closed(handle->data);
}

static void maybe_close(struct server *server)
{
    if (!server->stopping || server->n_peers > 0 || server->closing)
        return;
    server->closing = true;
    uv_close((uv_handle_t *)&server->check, on_own_handle_closed);
    uv_close((uv_handle_t *)&server->idle, on_own_handle_closed);
    uv_close((uv_handle_t *)&server->timeout, on_own_handle_closed);
}

void server_on_handle_closed(struct server *server)
{
    if (--server->n_handles == 0)
        server->on_stopped(server->self);
}

void server_on_peer_closed(struct server *server)
{
    server->n_peers--;
    if (!server->stopping)
        server_listeners_accept_held(server);
    maybe_close(server);
}

static void on_timeout(uv_timer_t *timer)
{
    struct server *server = timer->data;
    server_log(LOG_LEVEL_WARN, "drain_timeout", "connections=%u", server->n_peers);
    for (struct server_peer *peer = server->peers.next; peer != &server->peers;
         peer = peer->next)
        server_peer_close(peer);
}

void server_stop(struct server *server, uint64_t timeout_ms,
                 void (*on_stopped)(void *self), void *self)
{
    CHECK(!server->stopping);
    server->stopping = true;
    server->on_stopped = on_stopped;
    server->self = self;
    server_set_time(server);
    server_listeners_close(server);
    for (struct server_peer *peer = server->peers.next; peer != &server->peers;
         peer = peer->next)
        server_peer_drain(peer);
    uv_timer_start(&server->timeout, on_timeout, timeout_ms, 0);
    maybe_close(server);
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    free(server->read_buffer);
    free(server);
}
