// SPDX-License-Identifier: Apache-2.0
//
// Match and MatchBatch.
//
//     start ── min_revision reached ──► answer
//       └── not yet ──► waiter ──wake──► resume ──► answer
//
// A batch answers its queries in order, a slice of them a turn, so that a long one
// neither holds the loop nor fills the output: between slices the rest of the request is
// kept.
#include "base/status.h"
#include "domain/ask.h"
#include "rpc/limits.h"
#include "rpc/methods.h"
#include "wire/answer.h"
#include "wire/codec.h"
#include "wire/reader.h"
#include "wire/service.h"
#include "wire/status.h"
#include "wire/writer.h"

struct match_call {
    struct replica_waiter waiter; // first: it is given back when its revision is reached
    struct rpc_call *call;
    bool waiting;
};
_Static_assert(sizeof(struct match_call) <= RPC_CALL_STATE_SIZE, "fits a call's state");

struct batch_call {
    struct match_call match;   // first
    struct wire_reader reader; // of what is left of the request
    uint32_t index;            // of the next query
    bool kept;                 // reader reads our own copy
};
_Static_assert(sizeof(struct batch_call) <= RPC_CALL_STATE_SIZE, "fits a call's state");

static struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

// --- what both share ---

static void match_init(struct match_call *match, struct rpc_call *call)
{
    *match = (struct match_call){.call = call};
}

static void on_revision(struct replica_waiter *waiter)
{
    struct match_call *match = (struct match_call *)waiter;
    match->waiting = false;
    rpc_call_wake(match->call);
}

// True when the query can be answered now; else the call is woken when it can.
static bool reach_revision(struct match_call *match, const struct query *query)
{
    struct rpc_call *call = match->call;
    if (query->min_revision == ABSENT)
        return true;
    match->waiter = (struct replica_waiter){.revision = (uint64_t)query->min_revision,
                                            .fn = on_revision};
    if (replica_wait_add(call->context->replica, &match->waiter))
        return true;
    match->waiting = true;
    if (call->deadline_ms == RPC_NO_DEADLINE)
        call->deadline_ms = call->context->now_ms + RPC_REVISION_WAIT_MS;
    return false;
}

static void stop_waiting(struct match_call *match, struct refusal *refusal)
{
    if (!match->waiting)
        return;
    match->waiting = false;
    replica_wait_remove(match->call->context->replica, &match->waiter);
    if (refusal->status == STATUS_DEADLINE_EXCEEDED)
        refuse(refusal, STATUS_UNAVAILABLE, REASON_REVISION_NOT_REACHED, "min_revision",
               "revision %llu is not applied here yet; the newest is %llu",
               (unsigned long long)match->waiter.revision,
               (unsigned long long)state_revision(state_of(match->call)));
}

static int decode_query(struct slice bytes, struct query *query, struct refusal *refusal)
{
    return wire_decode(&shape_query, WIRE_PUBLIC, bytes, query, NULL, refusal);
}

// Appends a MatchResponse that ask_prepare has said yes to.
static void answer_ask(struct rpc_call *call, const struct ask *ask, struct buffer *out)
{
    struct match_answer answer;
    match_query_run(state_index(state_of(call)), &ask->match, &call->arena, &answer);
    wire_answer_encode(state_of(call), ask, &answer, out);
}

// --- Match ---

static void answer_match(struct rpc_call *call, const struct query *query)
{
    struct ask ask;
    struct refusal refusal;
    if (ask_prepare(state_of(call), query, call->context->today, &ask, &refusal) !=
        STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    answer_ask(call, &ask, rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}

void rpc_match_start(struct rpc_call *call, struct slice message)
{
    struct query query;
    struct refusal refusal;
    struct match_call *match = (void *)call->state;
    match_init(match, call);
    if (decode_query(message, &query, &refusal) != STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    if (reach_revision(match, &query)) {
        answer_match(call, &query);
    } else if (rpc_call_keep(call, message, &refusal) != STATUS_OK) {
        stop_waiting(match, &refusal);
        rpc_call_fail(call, &refusal);
    }
}

void rpc_match_resume(struct rpc_call *call)
{
    struct query query;
    struct refusal refusal;
    if (decode_query(buffer_slice(&call->request), &query, &refusal) == STATUS_OK)
        answer_match(call, &query);
    else
        rpc_call_fail(call, &refusal);
}

void rpc_match_cancel(struct rpc_call *call, struct refusal *refusal)
{
    stop_waiting((void *)call->state, refusal);
}

// --- MatchBatch ---

// 1: query is the next one's bytes; 0: there is none; negative: the request is no
// message.
static int next_query(struct wire_reader *reader, struct slice *query)
{
    struct wire_field field;
    int found;
    while ((found = wire_read_field(reader, &field)) == 1) {
        if (field.number == BATCH_REQUEST_QUERIES && field.type == WIRE_BYTES) {
            *query = field.bytes;
            return 1;
        }
        int status = wire_read_skip(reader);
        if (status != STATUS_OK)
            return status;
    }
    return found;
}

static int check_batch(struct slice message, struct refusal *refusal)
{
    struct wire_reader reader = {.rest = message};
    struct slice query;
    uint32_t n = 0;
    int found;
    while ((found = next_query(&reader, &query)) == 1)
        if (++n > BATCH_MAX_QUERIES)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY, "queries",
                          "more than %d queries in one batch", BATCH_MAX_QUERIES);
    if (found < 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
                      "the request is not a MatchBatchRequest");
    return STATUS_OK;
}

static void send_refused(struct rpc_call *call, uint32_t index,
                         const struct refusal *refusal)
{
    struct buffer *out = rpc_call_item_start(call);
    wire_write_uint(out, BATCH_RESPONSE_INDEX, index);
    size_t mark = wire_write_start(out, BATCH_RESPONSE_ERROR);
    wire_status_encode(refusal, out);
    wire_write_end(out, mark);
    rpc_call_item_end(call); // a Status is never too large
}

static void send_answer(struct rpc_call *call, uint32_t index, const struct ask *ask)
{
    struct buffer *out = rpc_call_item_start(call);
    wire_write_uint(out, BATCH_RESPONSE_INDEX, index);
    size_t mark = wire_write_start(out, BATCH_RESPONSE_ANSWER);
    answer_ask(call, ask, out);
    wire_write_end(out, mark);
    if (rpc_call_item_end(call) == STATUS_OK)
        return;
    struct refusal refusal;
    refuse(&refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
           "the answer is over %d bytes", RPC_MAX_ANSWER);
    send_refused(call, index, &refusal);
}

// False when the query waits for its revision.
static bool answer_query(struct batch_call *batch, struct slice bytes)
{
    struct rpc_call *call = batch->match.call;
    struct query query;
    struct ask ask;
    struct refusal refusal;
    int status = decode_query(bytes, &query, &refusal);
    if (status == STATUS_OK && !reach_revision(&batch->match, &query))
        return false;
    if (status == STATUS_OK)
        status =
            ask_prepare(state_of(call), &query, call->context->today, &ask, &refusal);
    if (status == STATUS_OK)
        send_answer(call, batch->index, &ask);
    else
        send_refused(call, batch->index, &refusal);
    arena_reset(&call->arena);
    batch->index++;
    return true;
}

// Answers a slice. True when all queries are answered.
static bool run_batch(struct batch_call *batch)
{
    for (int n = 0; n < RPC_BATCH_SLICE; n++) {
        struct wire_reader before = batch->reader;
        struct slice query = SLICE_ABSENT;
        if (next_query(&batch->reader, &query) != 1) // check_batch has seen every field
            return true;
        if (!rpc_call_has_room(batch->match.call) || !answer_query(batch, query)) {
            batch->reader = before;
            return false;
        }
    }
    return false;
}

static void go_on(struct batch_call *batch)
{
    struct rpc_call *call = batch->match.call;
    struct refusal refusal;
    if (run_batch(batch)) {
        rpc_call_finish(call);
        return;
    }
    if (!batch->kept) {
        if (rpc_call_keep(call, batch->reader.rest, &refusal) != STATUS_OK) {
            stop_waiting(&batch->match, &refusal);
            rpc_call_fail(call, &refusal);
            return;
        }
        batch->reader.rest = buffer_slice(&call->request);
        batch->kept = true;
    }
    if (!batch->match.waiting)
        rpc_call_wake(call);
}

void rpc_batch_start(struct rpc_call *call, struct slice message)
{
    struct refusal refusal;
    if (check_batch(message, &refusal) != STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    struct batch_call *batch = (void *)call->state;
    *batch = (struct batch_call){.reader = {.rest = message}};
    match_init(&batch->match, call);
    go_on(batch);
}

void rpc_batch_resume(struct rpc_call *call)
{
    go_on((void *)call->state);
}

void rpc_batch_cancel(struct rpc_call *call, struct refusal *refusal)
{
    struct batch_call *batch = (void *)call->state;
    stop_waiting(&batch->match, refusal);
}
