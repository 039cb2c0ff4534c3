// SPDX-License-Identifier: Apache-2.0
//
// What the handlers know of the world, given at start by the owner, who also sets the
// time before each call into rpc: rpc itself has no clock.
#ifndef RPC_CONTEXT_H
#define RPC_CONTEXT_H

#include "replica/replica.h"

#define RPC_POOL_MAX 256 // call objects kept for reuse

struct rpc_call;

struct rpc_log_status {
    const char *durability; // "always", "weak" ...; static text
    uint32_t lag_ms;        // since the log was last heard of
    char what[512];         // why it takes no writes, for humans; empty: it does
};

// Zero-initialise, fill the first part, rpc_context_close at the end.
struct rpc_context {
    struct replica *replica;
    const char *version;
    int64_t started_ms; // on the same clock as now_ms
    void *self;         // for the functions below; each may be NULL
    void (*log_status)(void *self, struct rpc_log_status *status);
    uint64_t (*memory_bytes)(void *self);

    // Set by rpc_context_set_time:
    int64_t now_ms; // monotonic
    int64_t utc_ms;
    int32_t today; // in Europe/Stockholm, days

    // rpc's own:
    size_t held; // bytes of requests kept by open calls
    struct rpc_call *pool;
    uint32_t n_pool;
};

// Once a turn of the owner's loop, before any other call: what the time is. Holds that
// have run out by it are free for readers from here on.
void rpc_context_set_time(struct rpc_context *context, int64_t now_ms, int64_t utc_ms);

void rpc_context_close(struct rpc_context *context);

#endif
