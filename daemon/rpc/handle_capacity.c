// SPDX-License-Identifier: Apache-2.0
//
// CapacityService: its writes are an Apply of one change each; its lists say what is free
// by the daemon's clock.
#include "base/check.h"
#include "base/status.h"
#include "rpc/methods.h"
#include "rpc/page.h"
#include "wire/codec.h"
#include "wire/service.h"

static struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

// --- writes ---

static enum change_op op_of(uint16_t method)
{
    switch ((enum rpc_capacity_method)method) {
    case RPC_PUBLISH:
    case RPC_CHANGE:
        return CHANGE_PUT;
    case RPC_WITHDRAW:
        return CHANGE_WITHDRAW;
    case RPC_CLAIM:
        return CHANGE_TAKE;
    case RPC_EXTEND:
        return CHANGE_EXTEND;
    case RPC_CONFIRM:
        return CHANGE_CONFIRM;
    case RPC_RELEASE:
        return CHANGE_RELEASE;
    }
    CHECK(false);
    return CHANGE_NONE;
}

void rpc_capacity_write_start(struct rpc_call *call, struct slice message)
{
    struct wire_apply_request request = {.request_id = SLICE_ABSENT};
    struct refusal refusal = {0};
    uint16_t method = call->method->number;
    int status = wire_capacity_decode(op_of(method), method == RPC_PUBLISH, message,
                                      &request, &call->request, &refusal);
    rpc_apply_run(call, &request, status, &refusal);
}

// --- lists ---

static bool fits(struct slice asked, struct slice stored)
{
    return asked.data == NULL || slice_equal(asked, stored);
}

struct capacity_filter {
    const struct rpc_call *call;
    const struct capacity_list_request *request;
};

static bool capacity_row(void *arg, const struct record_view *record, struct buffer *out)
{
    const struct capacity_filter *filter = arg;
    const struct capacity_list_request *request = filter->request;
    union entity entity;
    wire_record_decode(record, &entity);
    const struct capacity *capacity = &entity.capacity;
    if (!fits(request->id, capacity->id) || !fits(request->unit, capacity->unit) ||
        !fits(request->service, capacity->service) ||
        (request->open_to != ABSENT && !(capacity->open_to >> request->open_to & 1)))
        return false;
    struct state_slots slots;
    CHECK(state_slots(state_of(filter->call), capacity->id, &slots));
    int32_t today = filter->call->context->today;
    bool closed = capacity->window_end < today ||
                  (capacity->book_by != ABSENT && capacity->book_by < today);
    if (request->available == true && (closed || slots.free == 0))
        return false;
    struct capacity_status status = {
        .capacity = *capacity,
        .revision = (int64_t)record->revision,
        .confirmed = slots.confirmed,
        .held = slots.held,
        .free = slots.free,
        .closed = closed,
    };
    wire_encode(&shape_capacity_status, WIRE_PUBLIC, &status, out);
    return true;
}

static bool claim_row(void *arg, const struct record_view *record, struct buffer *out)
{
    const struct claim_list_request *request = arg;
    union entity entity;
    wire_record_decode(record, &entity);
    const struct claim *claim = &entity.claim;
    if (!fits(request->unit, claim->unit) || !fits(request->capacity, claim->capacity) ||
        (request->region != ABSENT && request->region != claim->region) ||
        (request->state != ABSENT && request->state != claim->state))
        return false;
    wire_stored_encode(record, out);
    return true;
}

static int read_request(const struct shape *shape, struct slice message, void *request,
                        struct refusal *refusal)
{
    int status = wire_decode(shape, WIRE_PUBLIC, message, request, NULL, refusal);
    return status == STATUS_OK ? shape_check(shape, request, refusal) : status;
}

static void answer(struct rpc_call *call, int status, const struct rpc_page *page,
                   struct refusal *refusal)
{
    if (status == STATUS_OK)
        status = rpc_page_check_token(page->kind, page->token, refusal);
    if (status != STATUS_OK) {
        rpc_call_fail(call, refusal);
        return;
    }
    rpc_page_write(page, rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}

void rpc_capacity_list_start(struct rpc_call *call, struct slice message)
{
    struct capacity_list_request request;
    struct refusal refusal = {0};
    int status = read_request(&shape_capacity_list_request, message, &request, &refusal);
    struct capacity_filter filter = {call, &request};
    struct rpc_page page = {
        .state = state_of(call),
        .kind = KIND_CAPACITY,
        .size = request.page_size,
        .token = request.page_token,
        .row = capacity_row,
        .arg = &filter,
    };
    answer(call, status, &page, &refusal);
}

void rpc_claim_list_start(struct rpc_call *call, struct slice message)
{
    struct claim_list_request request;
    struct refusal refusal = {0};
    int status = read_request(&shape_claim_list_request, message, &request, &refusal);
    struct rpc_page page = {
        .state = state_of(call),
        .kind = KIND_CLAIM,
        .size = request.page_size,
        .token = request.page_token,
        .row = claim_row,
        .arg = &request,
    };
    answer(call, status, &page, &refusal);
}
