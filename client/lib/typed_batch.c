// SPDX-License-Identifier: Apache-2.0
#include "lib/typed_private.h"
#include "wire/codec.h"
#include "wire/reader.h"
#include "wire/status.h"
#include "wire/writer.h"

enum batch_request { BATCH_REQUEST_QUERIES = 1 };
enum batch_response { BATCH_INDEX = 1, BATCH_ANSWER = 2, BATCH_ERROR = 3 };

void client_batch_add(struct buffer *request, const struct query *query)
{
    size_t mark = wire_write_start(request, BATCH_REQUEST_QUERIES);
    wire_encode(&shape_query, WIRE_PUBLIC, query, request);
    wire_write_end(request, mark);
}

int client_batch_start(struct vardsok *connection, const struct buffer *request,
                       uint32_t timeout_ms, struct vardsok_call **call,
                       struct vardsok_error *error)
{
    struct vardsok_request start = {VARDSOK_MATCH_BATCH, request->data, request->len,
                                    timeout_ms, false};
    return vardsok_call_start(connection, &start, call, error);
}

static int read_refused(struct slice bytes, struct vardsok_error *refused)
{
    struct refusal refusal;
    struct slice reason;
    if (wire_status_decode(bytes, &refusal, &reason) != 0 || refusal.status == 0)
        return VARDSOK_INTERNAL;
    client_error_from_refusal(refused, &refusal, reason);
    return 0;
}

int client_batch_next(struct vardsok_call *call, struct arena *arena, uint32_t *index,
                      struct answer *answer, struct vardsok_error *refused,
                      struct vardsok_error *error)
{
    const void *message;
    size_t len;
    int status = vardsok_call_next(call, &message, &len, error);
    if (status <= 0)
        return status;
    struct wire_reader reader = {.rest = arena_copy(arena, (struct slice){message, len})};
    struct wire_field field;
    struct refusal refusal = {.message = "it is no result of a batch"};
    bool has_result = false;
    *index = 0;
    refused->status = 0;
    while ((status = wire_read_field(&reader, &field)) == 1) {
        if (field.number == BATCH_INDEX && field.type == WIRE_VARINT)
            *index = (uint32_t)field.value;
        if (field.number == BATCH_ANSWER && field.type == WIRE_BYTES) {
            has_result = true;
            status = wire_decode(&shape_answer, WIRE_PUBLIC, field.bytes, answer, arena,
                                 &refusal);
        }
        if (field.number == BATCH_ERROR && field.type == WIRE_BYTES) {
            has_result = true;
            status = read_refused(field.bytes, refused);
        }
        if (status < 0)
            break;
    }
    return status == 0 && has_result ? 1 : typed_unreadable(error, &refusal);
}
