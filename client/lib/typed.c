// SPDX-License-Identifier: Apache-2.0
#include "lib/typed.h"

#include <stdlib.h>

#include "lib/typed_private.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/reader.h"
#include "wire/service.h"
#include "wire/writer.h"

enum { LIST_REQUEST_KIND = 1, LIST_REQUEST_PAGE_TOKEN = 3 };

int typed_unary(struct vardsok *connection, const struct typed_call *call,
                struct arena *arena, struct slice *response, struct vardsok_error *error)
{
    struct vardsok_request request = {call->method, call->request->data,
                                      call->request->len, call->timeout_ms, true};
    void *bytes;
    size_t len;
    int status = vardsok_call_unary(connection, &request, &bytes, &len, error);
    if (status != 0)
        return status;
    *response = arena_copy(arena, (struct slice){bytes, len});
    free(bytes);
    return 0;
}

int typed_unreadable(struct vardsok_error *error, const struct refusal *refusal)
{
    return client_error_set(error, VARDSOK_INTERNAL, REASON_BAD_MESSAGE, refusal->field,
                            "the daemon's answer cannot be read: %s", refusal->message);
}

// --- match ---

int client_match(struct vardsok *connection, const struct query *query,
                 uint32_t timeout_ms, struct arena *arena, struct answer *answer,
                 struct vardsok_error *error)
{
    struct refusal refusal;
    if (query_check(query, &refusal) != 0)
        return client_error_from_refusal(error, &refusal, SLICE_ABSENT);
    struct buffer request = {0};
    wire_encode(&shape_query, WIRE_PUBLIC, query, &request);
    struct slice response;
    int status =
        typed_unary(connection, &(struct typed_call){VARDSOK_MATCH, &request, timeout_ms},
                    arena, &response, error);
    buffer_free(&request);
    if (status == 0 &&
        wire_decode(&shape_answer, WIRE_PUBLIC, response, answer, arena, &refusal) != 0)
        status = typed_unreadable(error, &refusal);
    return status;
}

// --- reading ---

int client_get(struct vardsok *connection, uint32_t timeout_ms, struct arena *arena,
               struct client_stored *stored, struct vardsok_error *error)
{
    struct buffer request = {0};
    size_t mark = wire_write_start(&request, GET_REQUEST_KEY);
    wire_entity_encode(stored->kind, &stored->entity, &request);
    wire_write_end(&request, mark);
    struct slice response;
    int status =
        typed_unary(connection, &(struct typed_call){VARDSOK_GET, &request, timeout_ms},
                    arena, &response, error);
    buffer_free(&request);
    if (status != 0)
        return status;
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    struct refusal refusal = {.message = "it holds no entity"};
    while (wire_read_field(&reader, &field) == 1)
        if (field.number == GET_RESPONSE_STORED && field.type == WIRE_BYTES &&
            wire_stored_decode(field.bytes, &stored->kind, &stored->entity,
                               &stored->revision, &refusal) == 0)
            return 0;
    return typed_unreadable(error, &refusal);
}

// One page: its items to on_item, the token of the next one to *token (absent at the
// end).
static int take_page(struct slice page, const struct typed_list *list,
                     struct slice *token, struct vardsok_error *error)
{
    struct wire_reader reader = {.rest = page};
    struct wire_field field;
    struct refusal refusal = {.message = "it is no page of a list"};
    *token = SLICE_ABSENT;
    int status;
    while ((status = wire_read_field(&reader, &field)) == 1) {
        if (field.type != WIRE_BYTES)
            continue;
        if (field.number == LIST_RESPONSE_NEXT_PAGE_TOKEN)
            *token = field.bytes;
        if (field.number != LIST_RESPONSE_ENTITIES)
            continue;
        status = list->on_item(list->arg, field.bytes, error);
        if (status < 0)
            return status;
    }
    return status == 0 ? 0 : typed_unreadable(error, &refusal);
}

int typed_list_run(struct vardsok *connection, const struct typed_list *list,
                   struct vardsok_error *error)
{
    struct arena arena = {0};
    struct buffer request = {0};
    struct slice token = SLICE_ABSENT;
    int status;
    do {
        struct slice page;
        buffer_clear(&request);
        buffer_append_slice(&request, buffer_slice(list->filter));
        if (token.data)
            wire_write_bytes(&request, list->token_field, token);
        arena_reset(&arena);
        status = typed_unary(
            connection, &(struct typed_call){list->method, &request, list->timeout_ms},
            &arena, &page, error);
        if (status == 0)
            status = take_page(page, list, &token, error);
    } while (status == 0 && token.data);
    buffer_free(&request);
    arena_free(&arena);
    return status;
}

int typed_on_stored(void *arg, struct slice item, struct vardsok_error *error)
{
    const struct typed_on_stored *to = arg;
    struct client_stored stored;
    struct refusal refusal;
    if (wire_stored_decode(item, &stored.kind, &stored.entity, &stored.revision,
                           &refusal) != 0)
        return typed_unreadable(error, &refusal);
    return to->on_stored(to->arg, &stored);
}

int client_list(struct vardsok *connection, enum kind kind, uint32_t timeout_ms,
                client_on_stored on_stored, void *arg, struct vardsok_error *error)
{
    struct buffer filter = {0};
    struct typed_on_stored to = {on_stored, arg};
    struct typed_list list = {
        .method = VARDSOK_LIST,
        .token_field = LIST_REQUEST_PAGE_TOKEN,
        .filter = &filter,
        .timeout_ms = timeout_ms,
        .on_item = typed_on_stored,
        .arg = &to,
    };
    wire_write_uint(&filter, LIST_REQUEST_KIND, (uint64_t)kind);
    int status = typed_list_run(connection, &list, error);
    buffer_free(&filter);
    return status;
}

// --- status ---

#define ROW(owner, member, number, type, sub)                                            \
    {                                                                                    \
#member, offsetof(struct owner, member), number, type, 0, 0, INT64_MAX, sub,     \
            NULL                                                                         \
    }
#define SHAPE(tag, name, fields)                                                         \
    {                                                                                    \
        name, sizeof(struct tag), sizeof(fields) / sizeof((fields)[0]), fields           \
    }

static const struct field log_fields[] = {
    ROW(client_log_status, uuid, 1, FIELD_TEXT, NULL),
    ROW(client_log_status, durability, 2, FIELD_TEXT, NULL),
    ROW(client_log_status, applied_sequence, 3, FIELD_UINT64, NULL),
    ROW(client_log_status, chain, 4, FIELD_TEXT, NULL),
    ROW(client_log_status, lag_ms, 5, FIELD_UINT, NULL),
    ROW(client_log_status, what, 6, FIELD_TEXT, NULL),
};
static const struct shape log_shape = SHAPE(client_log_status, "log", log_fields);

static const struct field state_fields[] = {
    ROW(client_state_status, digest, 1, FIELD_TEXT, NULL),
    ROW(client_state_status, units, 2, FIELD_UINT64, NULL),
    ROW(client_state_status, services, 3, FIELD_UINT64, NULL),
    ROW(client_state_status, agreements, 4, FIELD_UINT64, NULL),
    ROW(client_state_status, agreement_lines, 5, FIELD_UINT64, NULL),
    ROW(client_state_status, waiting_times, 6, FIELD_UINT64, NULL),
    ROW(client_state_status, capacities, 7, FIELD_UINT64, NULL),
    ROW(client_state_status, claims, 8, FIELD_UINT64, NULL),
};
static const struct shape state_shape = SHAPE(client_state_status, "state", state_fields);

static const struct field status_fields[] = {
    ROW(client_status, revision, 1, FIELD_UINT64, NULL),
    ROW(client_status, ready, 2, FIELD_BOOL, NULL),
    ROW(client_status, writable, 3, FIELD_BOOL, NULL),
    ROW(client_status, version, 4, FIELD_TEXT, NULL),
    ROW(client_status, log, 5, FIELD_SUB, &log_shape),
    ROW(client_status, state, 6, FIELD_SUB, &state_shape),
    ROW(client_status, memory_bytes, 7, FIELD_UINT64, NULL),
    ROW(client_status, uptime_s, 8, FIELD_UINT64, NULL),
};
const struct shape client_status_shape = SHAPE(client_status, "status", status_fields);

int client_status(struct vardsok *connection, uint32_t timeout_ms, struct arena *arena,
                  struct client_status *result, struct vardsok_error *error)
{
    struct slice response;
    int status = typed_unary(
        connection, &(struct typed_call){VARDSOK_STATUS, &(struct buffer){0}, timeout_ms},
        arena, &response, error);
    if (status != 0)
        return status;
    struct refusal refusal;
    struct client_status read;
    if (wire_decode(&client_status_shape, WIRE_PUBLIC, response, &read, arena,
                    &refusal) != 0)
        return typed_unreadable(error, &refusal);
    *result = read;
    return 0;
}
