// SPDX-License-Identifier: Apache-2.0
//
// What server.c (life of the server, turns), listener.c (taking addresses, accepting) and
// peer.c (one connection) share.
#ifndef SERVER_SERVER_PRIVATE_H
#define SERVER_SERVER_PRIVATE_H

#include "rpc/connection.h"
#include "server/counts.h"
#include "server/server.h"

#define SERVER_READ_SIZE (64 * 1024)
// One uv_write at most, so that a slow peer is seen to make progress.
#define SERVER_WRITE_SIZE (64 * 1024)

struct server_listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    struct server *server;
    struct server_address address;
    bool holding; // a connection waits in libuv, which accepts no more until it is taken
    struct server_listener *next;
};

enum server_peer_state { PEER_SERVING, PEER_LINGERING, PEER_CLOSING };

struct server_peer {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_timer_t timer;
    uv_write_t write;
    uv_shutdown_t shutdown;
    size_t write_len; // bytes given to write
    struct server *server;
    struct rpc_connection *rpc;
    enum server_peer_state state;
    unsigned n_handles; // not closed yet
    bool writing, reading, ended, is_tcp;
    int64_t armed_ms; // when timer fires; INT64_MAX when it is not armed
    struct server_peer_address address;
    struct server_peer *next, *prev;             // all
    struct server_peer *next_ready, *prev_ready; // those to go on with in this turn
};

struct server {
    uv_loop_t *loop;
    struct rpc_context *context;
    struct server_listener *listeners;
    struct server_peer peers; // list head
    struct server_peer ready; // list head
    uint32_t n_peers, max_peers, n_ready;
    struct server_counts counts;
    uv_check_t check; // after the poll: goes on with the ready ones
    uv_idle_t idle;   // active while there are ready ones, so that the poll does not wait
    uv_timer_t timeout; // of the stop
    unsigned n_handles; // check, idle, timeout and listeners, not closed yet
    bool stopping, closing;
    int64_t turn_ms; // the loop's time that the context's times were made for
    void (*on_stopped)(void *self);
    void *self;
    char *read_buffer; // shared: bytes are used up inside the read callback
};

// Takes the connection that waits at the listener.
void server_peer_accept(struct server *server, struct server_listener *listener);
void server_peer_poke(struct server_peer *peer);
void server_peer_drain(struct server_peer *peer);
void server_peer_close(struct server_peer *peer);

void server_ready_add(struct server_peer *peer);
void server_ready_remove(struct server_peer *peer);
// A peer is gone and freed.
void server_on_peer_closed(struct server *server);

void server_listeners_close(struct server *server);
// Takes connections that were left waiting for want of room.
void server_listeners_accept_held(struct server *server);
void server_on_handle_closed(struct server *server);

#endif
