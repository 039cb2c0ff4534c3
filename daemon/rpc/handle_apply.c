// SPDX-License-Identifier: Apache-2.0
//
// Apply: a client's changes as one canonical command into the log, and what became of it.
//
//     start ── validate_only ──► state_validate ──► answer
//       └── replica_submit ──► on_done ──wake──► resume ──► answer
//
// A deadline or a cancel does not stop the write: the answer then says that the outcome
// is unknown, and the same request id may be sent again.
#include "base/status.h"
#include "rpc/limits.h"
#include "rpc/methods.h"
#include "wire/change.h"
#include "wire/service.h"
#include "wire/writer.h"

struct apply_call {
    struct replica_write write; // first: it is given back when it is done
    struct rpc_call *call;
    bool return_stored;
    bool done;
    uint64_t sequence;      // of the entry that decided, when refusal.status is 0
    struct refusal refusal; // status 0 when all was applied
};
_Static_assert(sizeof(struct apply_call) <= RPC_CALL_STATE_SIZE, "fits a call's state");

static struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

// Appends what is stored now under the keys that the command put. Over the limit of an
// answer nothing is shown: the write itself is done and must not look like an error.
static void write_stored(struct rpc_call *call, struct buffer *out)
{
    struct wire_command_reader reader;
    struct change change;
    struct record_view view = {0};
    size_t start = out->len;
    wire_command_reader_init(&reader, buffer_slice(&call->request));
    while (reader.source.next(&reader.source, &change) == 1) {
        struct slice key = {change.record.data, change.key_len};
        const struct record *record = state_find(state_of(call), change.kind, key);
        if (change.op != CHANGE_PUT || record == NULL)
            continue;
        size_t mark = wire_write_start(out, APPLY_RESPONSE_STORED);
        record_view_set(&view, record);
        wire_stored_encode(&view, out);
        wire_write_end(out, mark);
        if (out->len - start > RPC_MAX_ANSWER - 16) {
            out->len = start;
            break;
        }
    }
    record_view_close(&view);
}

static void answer(struct rpc_call *call, uint64_t revision, bool return_stored)
{
    struct buffer *out = rpc_call_answer_start(call);
    wire_write_uint(out, APPLY_RESPONSE_REVISION, revision);
    if (return_stored)
        write_stored(call, out);
    rpc_call_answer_end(call);
}

static void validate(struct rpc_call *call)
{
    struct wire_command_reader reader;
    struct refusal refusal;
    wire_command_reader_init(&reader, buffer_slice(&call->request));
    if (state_validate(state_of(call), call->context->utc_ms, &reader.source, &refusal) ==
        STATUS_OK)
        answer(call, state_revision(state_of(call)), false);
    else
        rpc_call_fail(call, &refusal);
}

static void on_done(struct replica_write *write, int status,
                    const struct outcome *outcome, const struct refusal *refusal)
{
    struct apply_call *apply = (struct apply_call *)write;
    apply->done = true;
    if (status == STATUS_OK)
        status = outcome->status;
    if (status == STATUS_OK)
        apply->sequence = outcome->sequence;
    else if (refusal && refusal->status != STATUS_OK)
        apply->refusal = *refusal;
    else
        refuse(
            &apply->refusal, status, REASON_OUTCOME_UNKNOWN, NULL,
            "the write may or may not be done; it is safe to send it again with the same "
            "request id");
    rpc_call_wake(apply->call);
}

static int submit(struct rpc_call *call, const struct wire_apply_request *request,
                  struct refusal *refusal)
{
    struct apply_call *apply = (void *)call->state;
    *apply = (struct apply_call){
        .write = {.command = buffer_slice(&call->request), .done = on_done},
        .call = call,
        .return_stored = request->return_stored,
    };
    if (request->request_id.len != STATE_REQUEST_ID_LEN)
        return refuse(refusal, STATUS_INVALID_ARGUMENT,
                      request->request_id.data ? REASON_BAD_FORMAT : REASON_REQUIRED,
                      "request_id", "request_id must be the 16 bytes of a UUIDv7");
    memcpy(apply->write.request_id, request->request_id.data, STATE_REQUEST_ID_LEN);
    int status = rpc_call_hold(call, refusal);
    if (status == STATUS_OK)
        status = replica_submit(call->context->replica, &apply->write, refusal);
    return status;
}

void rpc_apply_start(struct rpc_call *call, struct slice message)
{
    struct wire_apply_request request;
    struct refusal refusal = {0};
    int status = wire_apply_decode(message, &request, &call->request, &refusal);
    if (status == STATUS_OK && request.validate_only) {
        validate(call);
        return;
    }
    if (status == STATUS_OK)
        status = submit(call, &request, &refusal);
    if (status != STATUS_OK)
        rpc_call_fail(call, &refusal);
}

void rpc_apply_resume(struct rpc_call *call)
{
    struct apply_call *apply = (void *)call->state;
    if (apply->refusal.status == STATUS_OK)
        answer(call, apply->sequence, apply->return_stored);
    else
        rpc_call_fail(call, &apply->refusal);
}

void rpc_apply_cancel(struct rpc_call *call, struct refusal *refusal)
{
    struct apply_call *apply = (void *)call->state;
    if (apply->done)
        return;
    replica_abandon(call->context->replica, &apply->write);
    int status = refusal->status;
    refuse(refusal, status, REASON_OUTCOME_UNKNOWN, NULL,
           "the write may still be done; it is safe to send it again with the same "
           "request id");
}
