// SPDX-License-Identifier: Apache-2.0
//
// What connection.c (frames, phases, time) and calls.c (open calls, the transport of the
// handlers) share.
//
//     PREFACE ──► OPEN ──drain──► DRAINING ──no call open──► OVER
//        │          └──breach, idle, peer's end──────────────▲
//        └──────────────wrong or late──────────────────────┘
#ifndef RPC_CONNECTION_PRIVATE_H
#define RPC_CONNECTION_PRIVATE_H

#include "rpc/call.h"
#include "rpc/connection.h"
#include "rpc/limits.h"
#include "rpc/output.h"

enum rpc_phase { RPC_PHASE_PREFACE, RPC_PHASE_OPEN, RPC_PHASE_DRAINING, RPC_PHASE_OVER };

struct rpc_open_call {
    uint32_t id;
    struct rpc_call *call;
};

struct rpc_connection {
    struct rpc_context *context;
    void (*wake)(void *owner);
    void *owner;
    enum rpc_phase phase;
    bool dead;
    bool ended;  // the peer sends no more
    bool busy;   // inside one of our own functions: no wake
    bool paused; // whole frames wait in `in` for room or for the next turn
    uint32_t peer_max_payload;
    uint32_t calls_left; // that may still be started in this turn
    struct buffer in;    // an incomplete frame, or what waits while paused
    struct rpc_output out;

    struct rpc_open_call *open;
    uint32_t n_open, open_capacity;
    struct rpc_call *queue, **queue_tail; // calls to resume, oldest first
    uint32_t n_queued, n_starved;
    size_t held;

    int64_t begun_ms;
    int64_t heard_ms;    // the last byte of the peer
    int64_t frame_ms;    // when the incomplete frame began; -1 without one
    int64_t moved_ms;    // when unsent output last moved; -1 when there is none
    int64_t deadline_ms; // not later than the earliest of the open calls
    int64_t idle_frames_at_ms;
    int64_t idle_frames; // thousandths of tokens left
    int64_t cancels_since_ms;
    uint32_t n_cancels;
};

static inline bool rpc_connection_has_room(const struct rpc_connection *connection)
{
    return rpc_output_unsent(&connection->out) <= RPC_MAX_UNSENT;
}

// The open call with this id, or NULL.
struct rpc_call *rpc_calls_find(const struct rpc_connection *connection, uint32_t id);
// Starts a call of a known method; the id is not in use.
void rpc_calls_start(struct rpc_connection *connection, const struct rpc_method *method,
                     uint32_t id, const struct rpc_request *request);
// Ends a call from our side: cancels it, tells the peer, frees it.
void rpc_calls_end(struct rpc_connection *connection, struct rpc_call *call,
                   struct refusal *refusal);
// The same for all of them, without telling anybody.
void rpc_calls_end_all(struct rpc_connection *connection);
// Resumes those that wait, each at most once, while there is room.
void rpc_calls_resume(struct rpc_connection *connection);
// Output has gone: streams that waited for it are queued again.
void rpc_calls_on_sent(struct rpc_connection *connection);
// Ends those whose deadline has passed.
void rpc_calls_tick(struct rpc_connection *connection);

#endif
