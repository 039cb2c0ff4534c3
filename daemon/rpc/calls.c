// SPDX-License-Identifier: Apache-2.0
//
// The open calls of one native connection, and the transport that their handlers write
// through.
//
//     start ──finished──► freed
//       └── open ──wake──► queued ──resume──► finished, open again, or
//                             ▲                  starved: 64 items unsent
//                             └───all of them sent───┘
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "rpc/connection_private.h"

// --- the queue of calls to resume ---

static void enqueue(struct rpc_connection *connection, struct rpc_call *call)
{
    if (connection->queue == NULL)
        connection->queue_tail = &connection->queue;
    call->next = NULL;
    call->queued = true;
    *connection->queue_tail = call;
    connection->queue_tail = &call->next;
    connection->n_queued++;
}

static struct rpc_call *dequeue_first(struct rpc_connection *connection)
{
    struct rpc_call *call = connection->queue;
    connection->queue = call->next;
    call->queued = false;
    connection->n_queued--;
    return call;
}

static void dequeue(struct rpc_connection *connection, struct rpc_call *call)
{
    struct rpc_call **at = &connection->queue;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    if (call->next == NULL)
        connection->queue_tail = at;
    call->queued = false;
    connection->n_queued--;
}

// --- the set of open calls ---

static uint32_t index_of(const struct rpc_connection *connection, uint32_t id)
{
    uint32_t i = 0;
    while (i < connection->n_open && connection->open[i].id != id)
        i++;
    return i;
}

struct rpc_call *rpc_calls_find(const struct rpc_connection *connection, uint32_t id)
{
    uint32_t i = index_of(connection, id);
    return i < connection->n_open ? connection->open[i].call : NULL;
}

static void add_open(struct rpc_connection *connection, struct rpc_call *call)
{
    if (connection->n_open == connection->open_capacity) {
        connection->open_capacity =
            connection->open_capacity ? connection->open_capacity * 2 : 4;
        connection->open = realloc(connection->open,
                                   connection->open_capacity * sizeof *connection->open);
        CHECK(connection->open);
    }
    connection->open[connection->n_open++] = (struct rpc_open_call){call->id, call};
    if (call->deadline_ms < connection->deadline_ms)
        connection->deadline_ms = call->deadline_ms;
}

// Frees a call, be it among the open ones or not yet.
static void drop(struct rpc_connection *connection, struct rpc_call *call)
{
    uint32_t i = index_of(connection, call->id);
    if (i < connection->n_open)
        connection->open[i] = connection->open[--connection->n_open];
    if (call->queued)
        dequeue(connection, call);
    if (call->starved)
        connection->n_starved--;
    connection->held -= call->held;
    rpc_call_free(call);
}

// --- the handlers' transport ---

static struct buffer *message_start(struct rpc_call *call)
{
    struct rpc_connection *connection = call->owner;
    return rpc_output_frame_start(&connection->out);
}

static void message_drop(struct rpc_call *call)
{
    struct rpc_connection *connection = call->owner;
    rpc_output_frame_drop(&connection->out);
}

static int message_end(struct rpc_call *call)
{
    struct rpc_connection *connection = call->owner;
    size_t len = rpc_output_frame_len(&connection->out);
    if (len > RPC_MAX_ANSWER || len > connection->peer_max_payload) {
        message_drop(call);
        return STATUS_RESOURCE_EXHAUSTED;
    }
    bool is_item = call->method->kind == RPC_STREAM;
    rpc_output_frame_end(&connection->out, is_item ? RPC_ITEM : RPC_RESPONSE, call->id,
                         0);
    if (is_item) {
        call->n_items++;
        call->items_end = rpc_output_end(&connection->out);
    }
    return STATUS_OK;
}

static void finish(struct rpc_call *call, const struct refusal *refusal)
{
    struct rpc_connection *connection = call->owner;
    CHECK(!call->finished);
    call->finished = true;
    if (refusal) {
        rpc_output_status(&connection->out, RPC_ERROR, call->id, refusal);
    } else if (call->method->kind == RPC_STREAM) {
        rpc_output_frame_start(&connection->out);
        rpc_output_frame_end(&connection->out, RPC_END, call->id, 0);
    }
}

static void wake(struct rpc_call *call)
{
    struct rpc_connection *connection = call->owner;
    if (!call->queued && !call->starved)
        enqueue(connection, call);
    if (!connection->busy)
        connection->wake(connection->owner);
}

static bool has_room(const struct rpc_call *call)
{
    const struct rpc_connection *connection = call->owner;
    return call->n_items < RPC_MAX_UNSENT_ITEMS && rpc_connection_has_room(connection);
}

static bool may_hold(const struct rpc_call *call, size_t n)
{
    const struct rpc_connection *connection = call->owner;
    return connection->held + n <= RPC_MAX_HELD;
}

static const struct rpc_transport native_transport = {
    .message_start = message_start,
    .message_end = message_end,
    .message_drop = message_drop,
    .finish = finish,
    .wake = wake,
    .has_room = has_room,
    .may_hold = may_hold,
};

// --- life of a call ---

static int64_t deadline_of(const struct rpc_context *context, uint32_t deadline_ms)
{
    return deadline_ms ? context->now_ms + deadline_ms : RPC_NO_DEADLINE;
}

void rpc_calls_start(struct rpc_connection *connection, const struct rpc_method *method,
                     uint32_t id, const struct rpc_request *request)
{
    struct rpc_call *call = rpc_call_new(connection->context);
    call->method = method;
    call->transport = &native_transport;
    call->owner = connection;
    call->id = id;
    call->deadline_ms = deadline_of(connection->context, request->deadline_ms);
    method->start(call, request->message);
    connection->held += call->held;
    if (call->finished)
        drop(connection, call);
    else
        add_open(connection, call);
}

static void resume(struct rpc_connection *connection, struct rpc_call *call)
{
    size_t held = call->held;
    int64_t deadline_ms = call->deadline_ms;
    call->method->resume(call);
    connection->held += call->held - held;
    if (call->finished)
        drop(connection, call);
    else if (call->deadline_ms < deadline_ms &&
             call->deadline_ms < connection->deadline_ms)
        connection->deadline_ms = call->deadline_ms;
}

static bool has_credit(const struct rpc_connection *connection, struct rpc_call *call)
{
    if (call->items_end <= connection->out.sent)
        call->n_items = 0;
    return call->n_items < RPC_MAX_UNSENT_ITEMS;
}

void rpc_calls_resume(struct rpc_connection *connection)
{
    for (uint32_t n = connection->n_queued; n > 0 && rpc_connection_has_room(connection);
         n--) {
        struct rpc_call *call = dequeue_first(connection);
        if (has_credit(connection, call)) {
            resume(connection, call);
        } else {
            call->starved = true;
            connection->n_starved++;
        }
    }
}

void rpc_calls_on_sent(struct rpc_connection *connection)
{
    for (uint32_t i = 0; connection->n_starved > 0 && i < connection->n_open; i++) {
        struct rpc_call *call = connection->open[i].call;
        if (call->starved && has_credit(connection, call)) {
            call->starved = false;
            connection->n_starved--;
            enqueue(connection, call);
        }
    }
}

void rpc_calls_end(struct rpc_connection *connection, struct rpc_call *call,
                   struct refusal *refusal)
{
    if (call->method->cancel)
        call->method->cancel(call, refusal);
    finish(call, refusal);
    drop(connection, call);
}

void rpc_calls_end_all(struct rpc_connection *connection)
{
    while (connection->n_open > 0) {
        struct rpc_call *call = connection->open[connection->n_open - 1].call;
        struct refusal unused;
        refuse(&unused, STATUS_CANCELED, REASON_CANCELED, NULL,
               "the connection is closed");
        if (call->method->cancel)
            call->method->cancel(call, &unused);
        drop(connection, call);
    }
}

void rpc_calls_tick(struct rpc_connection *connection)
{
    int64_t now_ms = connection->context->now_ms;
    if (now_ms < connection->deadline_ms)
        return;
    connection->deadline_ms = RPC_NO_DEADLINE;
    for (uint32_t i = connection->n_open; i-- > 0;) {
        struct rpc_call *call = connection->open[i].call;
        if (call->deadline_ms <= now_ms) {
            struct refusal refusal;
            refuse(&refusal, STATUS_DEADLINE_EXCEEDED, REASON_DEADLINE, NULL,
                   "the call's deadline has passed");
            rpc_calls_end(connection, call, &refusal);
        } else if (call->deadline_ms < connection->deadline_ms) {
            connection->deadline_ms = call->deadline_ms;
        }
    }
}
