// SPDX-License-Identifier: Apache-2.0
#include "lib/typed_search.h"

#include "lib/typed_private.h"
#include "wire/codec.h"
#include "wire/reader.h"

// Checks a request and appends it to the call's.
static int encode(const struct shape *shape, const void *message, struct buffer *request,
                  struct vardsok_error *error)
{
    struct refusal refusal;
    if (shape_check(shape, message, &refusal) != 0)
        return client_error_from_refusal(error, &refusal, SLICE_ABSENT);
    wire_encode(shape, WIRE_PUBLIC, message, request);
    return 0;
}

// How many hits the answer has; negative when it is none.
static int count_hits(struct slice response)
{
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    int n = 0, status;
    while ((status = wire_read_field(&reader, &field)) == 1)
        n += field.number == SEARCH_RESPONSE_HITS && field.type == WIRE_BYTES;
    return status == 0 ? n : status;
}

static int read_hits(struct slice response, struct service_hit *hits,
                     struct client_search *result, struct refusal *refusal)
{
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    int status = 0;
    while (status == 0 && wire_read_field(&reader, &field) == 1) {
        if (field.number == SEARCH_RESPONSE_HITS && field.type == WIRE_BYTES)
            status = wire_decode(&shape_service_hit, WIRE_PUBLIC, field.bytes,
                                 &hits[result->n++], NULL, refusal);
        else if (field.number == SEARCH_RESPONSE_FOUND)
            result->found = (uint32_t)field.value;
        else if (field.number == SEARCH_RESPONSE_REVISION)
            result->revision = field.value;
    }
    return status;
}

int client_search(struct vardsok *connection, const struct search_request *request,
                  uint32_t timeout_ms, struct arena *arena, struct client_search *result,
                  struct vardsok_error *error)
{
    struct slice response;
    struct buffer bytes = {0};
    struct typed_call call = {VARDSOK_SEARCH_SERVICES, &bytes, timeout_ms};
    int status = encode(&shape_search_request, request, &bytes, error);
    if (status == 0)
        status = typed_unary(connection, &call, arena, &response, error);
    buffer_free(&bytes);
    if (status != 0)
        return status;
    struct refusal refusal = {.message = "it is no list of hits"};
    int n = count_hits(response);
    if (n < 0)
        return typed_unreadable(error, &refusal);
    struct service_hit *hits = arena_alloc(arena, (size_t)n * sizeof *hits);
    struct client_search read = {.hits = hits};
    if (read_hits(response, hits, &read, &refusal) != 0)
        return typed_unreadable(error, &refusal);
    *result = read;
    return 0;
}

int client_contact(struct vardsok *connection, struct slice place, uint32_t timeout_ms,
                   struct arena *arena, struct contact_response *response,
                   struct vardsok_error *error)
{
    struct contact_request request = {place};
    struct contact_response read;
    struct refusal refusal;
    struct slice answer;
    struct buffer bytes = {0};
    struct typed_call call = {VARDSOK_GET_CONTACT, &bytes, timeout_ms};
    int status = encode(&shape_contact_request, &request, &bytes, error);
    if (status == 0)
        status = typed_unary(connection, &call, arena, &answer, error);
    buffer_free(&bytes);
    if (status != 0)
        return status;
    if (wire_decode(&shape_contact_response, WIRE_PUBLIC, answer, &read, arena,
                    &refusal) != 0)
        return typed_unreadable(error, &refusal);
    *response = read;
    return 0;
}
