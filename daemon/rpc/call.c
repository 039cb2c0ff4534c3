// SPDX-License-Identifier: Apache-2.0
#include "rpc/call.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "rpc/limits.h"

// A pooled call keeps small buffers only.
#define KEPT_REQUEST (16 * 1024)

struct buffer *rpc_call_answer_start(struct rpc_call *call)
{
    return call->transport->message_start(call);
}

void rpc_call_answer_end(struct rpc_call *call)
{
    if (call->transport->message_end(call) == STATUS_OK) {
        call->transport->finish(call, NULL);
        return;
    }
    struct refusal refusal;
    refuse(&refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
           "the answer is over %d bytes", RPC_MAX_ANSWER);
    call->transport->finish(call, &refusal);
}

struct buffer *rpc_call_item_start(struct rpc_call *call)
{
    return call->transport->message_start(call);
}

int rpc_call_item_end(struct rpc_call *call)
{
    return call->transport->message_end(call);
}

void rpc_call_item_drop(struct rpc_call *call)
{
    call->transport->message_drop(call);
}

void rpc_call_finish(struct rpc_call *call)
{
    call->transport->finish(call, NULL);
}

bool rpc_call_has_room(const struct rpc_call *call)
{
    return call->transport->has_room(call);
}

void rpc_call_fail(struct rpc_call *call, const struct refusal *refusal)
{
    call->transport->finish(call, refusal);
}

void rpc_call_wake(struct rpc_call *call)
{
    call->transport->wake(call);
}

static int check_hold(const struct rpc_call *call, size_t len, struct refusal *refusal)
{
    if (call->context->held + len <= RPC_MAX_HELD_ALL &&
        call->transport->may_hold(call, len))
        return STATUS_OK;
    return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY_CALLS, NULL,
                  "the calls that wait hold more than %u bytes of requests",
                  RPC_MAX_HELD);
}

int rpc_call_reserve(struct rpc_call *call, size_t len, struct refusal *refusal)
{
    if (buffer_try_reserve(&call->request, len))
        return STATUS_OK;
    return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
                  "there is no memory for the request");
}

int rpc_call_keep(struct rpc_call *call, struct slice bytes, struct refusal *refusal)
{
    CHECK(call->request.len == 0);
    int status = check_hold(call, bytes.len, refusal);
    if (status != STATUS_OK)
        return status;
    status = rpc_call_reserve(call, bytes.len, refusal);
    if (status != STATUS_OK)
        return status;
    buffer_append_slice(&call->request, bytes);
    call->held = bytes.len;
    call->context->held += bytes.len;
    return STATUS_OK;
}

int rpc_call_hold(struct rpc_call *call, struct refusal *refusal)
{
    CHECK(call->held == 0);
    int status = check_hold(call, call->request.len, refusal);
    if (status != STATUS_OK)
        return status;
    call->held = call->request.len;
    call->context->held += call->held;
    return STATUS_OK;
}

struct rpc_call *rpc_call_new(struct rpc_context *context)
{
    struct rpc_call *call = context->pool;
    if (call) {
        context->pool = call->next;
        context->n_pool--;
    } else {
        call = calloc(1, sizeof *call);
        CHECK(call);
    }
    call->context = context;
    call->deadline_ms = RPC_NO_DEADLINE;
    call->items_end = 0;
    call->held = call->n_items = 0;
    call->finished = call->queued = call->starved = false;
    call->next = NULL;
    return call;
}

static void release(struct rpc_call *call)
{
    arena_free(&call->arena);
    buffer_free(&call->request);
    free(call);
}

void rpc_call_free(struct rpc_call *call)
{
    struct rpc_context *context = call->context;
    context->held -= call->held;
    if (context->n_pool >= RPC_POOL_MAX) {
        release(call);
        return;
    }
    arena_reset(&call->arena);
    if (call->request.capacity > KEPT_REQUEST)
        buffer_free(&call->request);
    else
        buffer_clear(&call->request);
    call->next = context->pool;
    context->pool = call;
    context->n_pool++;
}

void rpc_context_set_time(struct rpc_context *context, int64_t now_ms, int64_t utc_ms)
{
    context->now_ms = now_ms;
    context->utc_ms = utc_ms;
    context->today = date_in_stockholm(utc_ms);
    state_see_time(replica_state(context->replica), utc_ms);
}

void rpc_context_close(struct rpc_context *context)
{
    while (context->pool) {
        struct rpc_call *call = context->pool;
        context->pool = call->next;
        release(call);
    }
    context->n_pool = 0;
}
