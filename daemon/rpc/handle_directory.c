// SPDX-License-Identifier: Apache-2.0
//
// Get and List: the state's records, pasted.
#include "base/status.h"
#include "rpc/methods.h"
#include "rpc/page.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/reader.h"
#include "wire/service.h"
#include "wire/writer.h"

static const struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

// --- Get ---

static int read_get(struct slice message, struct slice *key)
{
    struct wire_reader reader = {.rest = message};
    struct wire_field field;
    int found;
    *key = SLICE_ABSENT;
    while ((found = wire_read_field(&reader, &field)) == 1) {
        if (field.number == GET_REQUEST_KEY && field.type == WIRE_BYTES)
            *key = field.bytes;
        else if (wire_read_skip(&reader) != STATUS_OK)
            return STATUS_INVALID_ARGUMENT;
    }
    return found;
}

// Appends the key's encoding in records to out.
static int encode_key(struct slice bytes, enum kind *kind, struct buffer *out,
                      struct refusal *refusal)
{
    union entity entity;
    if (bytes.data == NULL)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "key",
                      "key is required");
    int status = wire_entity_decode(bytes, kind, &entity, refusal);
    if (status == STATUS_OK)
        status = entity_check_key(*kind, &entity, refusal);
    if (status == STATUS_OK)
        wire_encode_key(WIRE_LOG, entity_shape(*kind), &entity, out);
    return status;
}

static int find_record(struct rpc_call *call, struct slice bytes,
                       const struct record **record, struct refusal *refusal)
{
    enum kind kind = KIND_NONE;
    int status = encode_key(bytes, &kind, &call->request, refusal);
    if (status != STATUS_OK)
        return status;
    *record = state_find(state_of(call), kind, buffer_slice(&call->request));
    if (*record == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_NOT_STORED, "key",
                      "no such %s is stored", entity_kind_name(kind));
    return STATUS_OK;
}

void rpc_get_start(struct rpc_call *call, struct slice message)
{
    struct slice key;
    struct refusal refusal;
    const struct record *record;
    if (read_get(message, &key) != STATUS_OK) {
        rpc_fail_bad_message(call, "GetRequest");
        return;
    }
    if (find_record(call, key, &record, &refusal) != STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    struct record_view view = {0};
    record_view_set(&view, record);
    struct buffer *out = rpc_call_answer_start(call);
    size_t mark = wire_write_start(out, GET_RESPONSE_STORED);
    wire_stored_encode(&view, out);
    wire_write_end(out, mark);
    record_view_close(&view);
    rpc_call_answer_end(call);
}

// --- List ---

void rpc_list_start(struct rpc_call *call, struct slice message)
{
    struct list_request request;
    struct refusal refusal;
    if (wire_decode(&shape_list_request, WIRE_PUBLIC, message, &request, NULL,
                    &refusal) != STATUS_OK ||
        shape_check(&shape_list_request, &request, &refusal) != STATUS_OK ||
        rpc_page_check_token((enum kind)request.kind, request.page_token, &refusal) !=
            STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    struct rpc_page page = {
        .state = state_of(call),
        .kind = (enum kind)request.kind,
        .size = request.page_size,
        .token = request.page_token,
    };
    rpc_page_write(&page, rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}
