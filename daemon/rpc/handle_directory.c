// SPDX-License-Identifier: Apache-2.0
//
// Get and List. Both walk the state's records in key order and paste them; nothing is
// kept between pages: a page_token is the last key,
//
//    0  u8   kind
//    1  the key's bytes as they stand in the record
//
// and is checked to be a well-formed key of the kind asked for.
#include "base/check.h"
#include "base/status.h"
#include "rpc/limits.h"
#include "rpc/methods.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/reader.h"
#include "wire/service.h"
#include "wire/writer.h"

static const struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

static void write_stored(const struct record_view *record, uint32_t number,
                         struct buffer *out)
{
    size_t mark = wire_write_start(out, number);
    wire_stored_encode(record, out);
    wire_write_end(out, mark);
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
    write_stored(&view, GET_RESPONSE_STORED, rpc_call_answer_start(call));
    record_view_close(&view);
    rpc_call_answer_end(call);
}

// --- List ---

static bool is_token(struct slice token, enum kind kind)
{
    union entity entity;
    if (token.len < 2 || (unsigned char)token.data[0] != (unsigned)kind)
        return false;
    struct slice key = {token.data + 1, token.len - 1};
    return wire_decode(entity_shape(kind), WIRE_LOG, key, &entity, NULL, NULL) ==
               STATUS_OK &&
           entity_check_key(kind, &entity, NULL) == STATUS_OK;
}

static int check_list(const struct list_request *request, struct refusal *refusal)
{
    int status = shape_check(&shape_list_request, request, refusal);
    if (status != STATUS_OK)
        return status;
    if (request->page_token.data &&
        !is_token(request->page_token, (enum kind)request->kind))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_PAGE_TOKEN,
                      "page_token", "page_token is not one that List gave for this kind");
    return STATUS_OK;
}

static void write_token(const struct record_view *last, struct buffer *out)
{
    size_t mark = wire_write_start(out, LIST_RESPONSE_NEXT_PAGE_TOKEN);
    char kind = (char)last->kind;
    buffer_append(out, &kind, 1);
    buffer_append_slice(out, record_view_key(last));
    wire_write_end(out, mark);
}

static void write_page(const struct state *state, const struct list_request *request,
                       struct buffer *out)
{
    enum kind kind = (enum kind)request->kind;
    struct slice after = request->page_token;
    int64_t page_size = request->page_size == ABSENT ? LIST_PAGE_MAX : request->page_size;
    size_t start = out->len;
    const struct record *last = NULL;
    struct record_view view = {0};
    if (after.data)
        after = (struct slice){after.data + 1, after.len - 1};
    for (int64_t n = 0;; n++) {
        const struct record *record = state_next(state, kind, after);
        if (record == NULL)
            break;
        size_t before = out->len;
        bool full = n == page_size;
        record_view_set(&view, record);
        if (!full)
            write_stored(&view, LIST_RESPONSE_ENTITIES, out);
        if (full || (last && out->len - start > RPC_MAX_PAGE_BYTES)) {
            CHECK(last); // a page holds at least one row
            out->len = before;
            record_view_set(&view, last);
            write_token(&view, out);
            break;
        }
        last = record;
        after = record_view_key(&view);
    }
    record_view_close(&view);
    wire_write_uint(out, LIST_RESPONSE_REVISION, state_revision(state));
}

void rpc_list_start(struct rpc_call *call, struct slice message)
{
    struct list_request request;
    struct refusal refusal;
    if (wire_decode(&shape_list_request, WIRE_PUBLIC, message, &request, NULL,
                    &refusal) != STATUS_OK ||
        check_list(&request, &refusal) != STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    write_page(state_of(call), &request, rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}
