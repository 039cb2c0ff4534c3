// SPDX-License-Identifier: Apache-2.0
//
// One call: see the drawing of its states in connection.h. A call ends exactly once, in
// end().
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "lib/connection.h"
#include "lib/error.h"
#include "wire/status.h"
#include "wire/writer.h"

#define BACKOFF_FIRST_MS 20
#define BACKOFF_MAX_MS 1000
// A daemon refuses a call at its deadline itself, and says more than we can: wait a
// little for that.
#define GRACE_MS 250
#define METADATA_LANGUAGE 4 // CallMetadata's field
#define FRAME_MARGIN 64     // more than what goes with a message in its frame

static void end(struct vardsok_call *call, int status)
{
    call->state = CALL_DONE;
    call->status = status;
    buffer_free(&call->request);
}

// --- what happens to it ---

void call_send(struct vardsok_call *call, int64_t now_ms)
{
    struct vardsok *connection = call->connection;
    struct buffer metadata = {0};
    if (connection->language[0])
        wire_write_bytes(&metadata, METADATA_LANGUAGE, slice_from(connection->language));
    uint32_t left_ms = 0;
    if (call->deadline_ms != CALL_NO_DEADLINE)
        left_ms = call->deadline_ms > now_ms ? (uint32_t)(call->deadline_ms - now_ms) : 1;
    call->id = connection->next_id++;
    frame_encode_request(call->id, call->method, left_ms, buffer_slice(&metadata),
                         buffer_slice(&call->request), &connection->out);
    buffer_free(&metadata);
    call->state = CALL_OPEN;
    call->was_sent = true;
}

static bool has_reason(const struct vardsok_error *error, enum reason reason)
{
    return strcmp(error->reason, reason_name(reason)) == 0;
}

static bool may_pass(const struct vardsok_error *error)
{
    return error->status == VARDSOK_UNAVAILABLE ||
           (error->status == VARDSOK_UNKNOWN &&
            has_reason(error, REASON_OUTCOME_UNKNOWN));
}

static bool is_write(unsigned method)
{
    return method == VARDSOK_APPLY ||
           (method >= VARDSOK_CAPACITY_PUBLISH && method <= VARDSOK_CLAIM_RELEASE);
}

// Refused before the daemon looked at what the request id stands for: this says nothing
// of an earlier sending.
static bool speaks_of_this_sending(const struct vardsok_error *error)
{
    return error->status == VARDSOK_UNAVAILABLE ||
           error->status == VARDSOK_DEADLINE_EXCEEDED ||
           has_reason(error, REASON_TOO_MANY) ||
           has_reason(error, REASON_TOO_MANY_CALLS) ||
           has_reason(error, REASON_TOO_LARGE);
}

// Ends a call whose last sending failed with call->error; when an earlier one, or this
// one, may have been done, that is what the caller must know.
static void end_failed(struct vardsok_call *call)
{
    struct vardsok_error last = call->error;
    if (call->may_be_done && speaks_of_this_sending(&last))
        client_error_set(&call->error, VARDSOK_UNKNOWN, REASON_OUTCOME_UNKNOWN, NULL,
                         "the write may or may not have been done; repeat it with the "
                         "same request id (%.300s)",
                         last.message);
    end(call, call->error.status);
}

void call_on_failure(struct vardsok_call *call, const struct vardsok_error *error,
                     int64_t now_ms)
{
    call->error = *error;
    if (is_write(call->method) && has_reason(error, REASON_OUTCOME_UNKNOWN))
        call->may_be_done = true;
    if (!call->retry || !may_pass(error) ||
        now_ms + call->backoff_ms >= call->deadline_ms) {
        end_failed(call);
        return;
    }
    call->state = CALL_WAITING;
    call->send_at_ms = now_ms + call->backoff_ms;
    call->backoff_ms *= 2;
    if (call->backoff_ms > BACKOFF_MAX_MS)
        call->backoff_ms = BACKOFF_MAX_MS;
}

void call_on_loss(struct vardsok_call *call, const struct vardsok_error *error,
                  int64_t now_ms)
{
    call->may_be_done = is_write(call->method);
    // Whatever ended the connection, it is no answer to this call.
    struct vardsok_error lost = *error;
    if (call->may_be_done)
        lost.status = VARDSOK_UNAVAILABLE;
    call_on_failure(call, &lost, now_ms);
}

static void keep_message(struct vardsok_call *call, struct slice message)
{
    if (call->inbox_read == call->inbox.len) {
        buffer_clear(&call->inbox);
        call->inbox_read = 0;
    }
    buffer_append(&call->inbox, &message.len, sizeof message.len);
    buffer_append_slice(&call->inbox, message);
}

static void on_error(struct vardsok_call *call, struct slice payload, int64_t now_ms)
{
    struct refusal refusal;
    struct slice reason;
    struct vardsok_error error;
    if (wire_status_decode(payload, &refusal, &reason) != 0 || refusal.status == 0)
        client_error_set(&error, VARDSOK_INTERNAL, REASON_BAD_MESSAGE, NULL,
                         "the daemon refused the call and its reason cannot be read");
    else
        client_error_from_refusal(&error, &refusal, reason);
    if (error.status == VARDSOK_UNAVAILABLE)
        call->connection->declines = true;
    call_on_failure(call, &error, now_ms);
}

void call_on_frame(struct vardsok_call *call, const struct frame *frame, int64_t now_ms)
{
    switch (frame->type) {
    case FRAME_RESPONSE:
        keep_message(call, frame->payload);
        end(call, 0);
        return;
    case FRAME_ITEM:
        keep_message(call, frame->payload);
        return;
    case FRAME_END:
        if (frame->code == 0) {
            end(call, 0);
            return;
        }
        on_error(call, frame->payload, now_ms);
        return;
    default:
        on_error(call, frame->payload, now_ms);
    }
}

// Tells the daemon, at once if the socket takes it.
static void cancel(struct vardsok_call *call)
{
    struct vardsok *connection = call->connection;
    if (call->state != CALL_OPEN || connection->fd < 0)
        return;
    call->state = CALL_DONE; // whatever comes now is nobody's
    frame_encode(&(struct frame){.call_id = call->id, .type = FRAME_CANCEL},
                 &connection->out);
    connection_turn(connection, 0);
}

// The deadline has passed. What is known of a call that waits to be sent again is why it
// failed.
static void on_late(struct vardsok_call *call)
{
    if (call->state == CALL_WAITING && call->error.status != 0) {
        end_failed(call);
        return;
    }
    bool may_be_done = is_write(call->method) && call->was_sent;
    client_error_set(&call->error, VARDSOK_DEADLINE_EXCEEDED,
                     may_be_done ? REASON_OUTCOME_UNKNOWN : REASON_DEADLINE, NULL,
                     may_be_done
                         ? "no answer in time: the write may or may not have been done; "
                           "repeat it with the same request id"
                         : "no answer in time");
    cancel(call);
    end(call, VARDSOK_DEADLINE_EXCEEDED);
}

// --- for callers ---

int vardsok_call_start(struct vardsok *connection, const struct vardsok_request *request,
                       struct vardsok_call **call, struct vardsok_error *error)
{
    if (request->len > connection->max_payload - FRAME_MARGIN) {
        client_error_set(error, VARDSOK_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
                         "the request has %zu bytes; at most %u are allowed",
                         request->len, connection->max_payload - FRAME_MARGIN);
        return VARDSOK_RESOURCE_EXHAUSTED;
    }
    int64_t now_ms = client_clock_ms();
    if (connection->fd < 0 && !request->retry) {
        uint32_t timeout_ms = CONNECTION_TIMEOUT_MS;
        if (request->timeout_ms && request->timeout_ms < timeout_ms)
            timeout_ms = request->timeout_ms;
        int status = connection_connect(connection, now_ms + timeout_ms, error);
        if (status != 0)
            return status;
    }
    struct vardsok_call *made = malloc(sizeof *made);
    CHECK(made != NULL);
    *made = (struct vardsok_call){
        .connection = connection,
        .method = request->method,
        .retry = request->retry,
        .deadline_ms =
            request->timeout_ms ? now_ms + request->timeout_ms : CALL_NO_DEADLINE,
        .send_at_ms = now_ms,
        .backoff_ms = BACKOFF_FIRST_MS,
    };
    buffer_append(&made->request, request->message, request->len);
    struct vardsok_call **last = &connection->calls;
    while (*last)
        last = &(*last)->next;
    *last = made;
    connection_turn(connection, now_ms);
    *call = made;
    return 0;
}

static bool take_message(struct vardsok_call *call, const void **message, size_t *len)
{
    if (call->inbox_read == call->inbox.len)
        return false;
    memcpy(len, call->inbox.data + call->inbox_read, sizeof *len);
    *message = call->inbox.data + call->inbox_read + sizeof *len;
    call->inbox_read += sizeof *len + *len;
    return true;
}

int64_t call_late_at(const struct vardsok_call *call)
{
    if (call->deadline_ms == CALL_NO_DEADLINE)
        return CALL_NO_DEADLINE;
    return call->deadline_ms + (call->state == CALL_OPEN ? GRACE_MS : 0);
}

int vardsok_call_poll(struct vardsok_call *call, const void **message, size_t *len,
                      struct vardsok_error *error)
{
    if (take_message(call, message, len))
        return 1;
    if (call->state != CALL_DONE && client_clock_ms() >= call_late_at(call))
        on_late(call);
    if (call->state != CALL_DONE)
        return VARDSOK_PENDING;
    if (call->status != 0 && error)
        *error = call->error;
    return call->status;
}

int vardsok_call_next(struct vardsok_call *call, const void **message, size_t *len,
                      struct vardsok_error *error)
{
    int status;
    while ((status = vardsok_call_poll(call, message, len, error)) == VARDSOK_PENDING)
        connection_turn(call->connection, call_late_at(call));
    return status;
}

void vardsok_call_free(struct vardsok_call *call)
{
    if (call == NULL)
        return;
    cancel(call);
    struct vardsok_call **link = &call->connection->calls;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    buffer_free(&call->request);
    buffer_free(&call->inbox);
    free(call);
}

int vardsok_call_unary(struct vardsok *connection, const struct vardsok_request *request,
                       void **response, size_t *len, struct vardsok_error *error)
{
    struct vardsok_call *call;
    int status = vardsok_call_start(connection, request, &call, error);
    if (status != 0)
        return status;
    const void *message = NULL;
    size_t message_len = 0;
    status = vardsok_call_next(call, &message, &message_len, error);
    if (status == 0)
        status = client_error_set(error, VARDSOK_INTERNAL, REASON_BAD_MESSAGE, NULL,
                                  "the daemon ended the call without an answer");
    if (status == 1) {
        void *copy = malloc(message_len ? message_len : 1);
        CHECK(copy != NULL);
        memcpy(copy, message, message_len);
        *response = copy;
        *len = message_len;
        status = 0;
    }
    vardsok_call_free(call);
    return status;
}
