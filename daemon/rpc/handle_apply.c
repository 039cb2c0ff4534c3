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

// What a change of the entry left behind, if it is still there: what was put, or the
// claim that was operated on.
static const struct record *find_changed(const struct rpc_call *call,
                                         const struct change *change, uint64_t sequence,
                                         uint32_t index)
{
    char id[CLAIM_ID_MAX], key[RECORD_TEXT_KEY_MAX];
    struct slice claim;
    switch (change->op) {
    case CHANGE_PUT:
        return state_find(state_of(call), change->kind,
                          (struct slice){change->record.data, change->key_len});
    case CHANGE_TAKE:
        claim = (struct slice){id, claim_id_format(sequence, index, id)};
        break;
    case CHANGE_EXTEND:
        claim = change->operation.extend.claim;
        break;
    case CHANGE_CONFIRM:
    case CHANGE_RELEASE:
        claim = change->operation.mark.claim;
        break;
    default:
        return NULL;
    }
    return state_find(state_of(call), KIND_CLAIM, record_text_key(key, claim));
}

// Appends what is stored now of what the entry changed. Over the limit of an answer
// nothing is shown: the write itself is done and must not look like an error.
static void write_stored(struct rpc_call *call, uint64_t sequence, struct buffer *out)
{
    struct wire_command_reader reader;
    struct change change;
    struct record_view view = {0};
    size_t start = out->len;
    wire_command_reader_init(&reader, buffer_slice(&call->request));
    for (uint32_t i = 0; reader.source.next(&reader.source, &change) == 1; i++) {
        const struct record *record = find_changed(call, &change, sequence, i);
        if (record == NULL)
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
        write_stored(call, revision, out);
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

void rpc_apply_run(struct rpc_call *call, const struct wire_apply_request *request,
                   int status, struct refusal *refusal)
{
    if (status == STATUS_OK && request->validate_only) {
        validate(call);
        return;
    }
    if (status == STATUS_OK)
        status = submit(call, request, refusal);
    if (status != STATUS_OK)
        rpc_call_fail(call, refusal);
}

void rpc_apply_start(struct rpc_call *call, struct slice message)
{
    struct wire_apply_request request;
    struct refusal refusal = {0};
    size_t len =
        message.len < STATE_BATCH_MAX_BYTES ? message.len : STATE_BATCH_MAX_BYTES;
    int status = rpc_call_reserve(call, len, &refusal);
    if (status == STATUS_OK)
        status = wire_apply_decode(message, &request, &call->request, &refusal);
    rpc_apply_run(call, &request, status, &refusal);
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
