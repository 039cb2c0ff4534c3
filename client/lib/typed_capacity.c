// SPDX-License-Identifier: Apache-2.0
#include "lib/typed_capacity.h"

#include "lib/typed_private.h"
#include "wire/codec.h"
#include "wire/writer.h"

enum write_field { WRITE_REQUEST_ID = 1, WRITE_EXPECTED_REVISION = 2, WRITE_BODY = 3 };
enum list_field { LIST_PAGE_TOKEN = 2 };

// --- writes ---

struct write {
    unsigned method;
    const struct shape *shape;
    const void *body;
    const struct client_write_call *call;
};

static void encode_write(const struct write *write, struct buffer *out)
{
    const struct client_write_call *call = write->call;
    unsigned char made[VARDSOK_REQUEST_ID_LEN];
    if (call->request_id == NULL)
        vardsok_request_id_init(made);
    const void *request_id = call->request_id ? call->request_id : made;
    wire_write_bytes(out, WRITE_REQUEST_ID,
                     (struct slice){request_id, VARDSOK_REQUEST_ID_LEN});
    if (call->expected_revision != ABSENT && write->method != VARDSOK_CAPACITY_PUBLISH)
        wire_write_uint(out, WRITE_EXPECTED_REVISION, (uint64_t)call->expected_revision);
    size_t mark = wire_write_start(out, WRITE_BODY);
    wire_encode(write->shape, WIRE_PUBLIC, write->body, out);
    wire_write_end(out, mark);
}

static int run(struct vardsok *connection, const struct write *write, struct arena *arena,
               struct client_written *written, struct vardsok_error *error)
{
    struct buffer request = {0};
    struct slice response;
    encode_write(write, &request);
    int status = typed_unary(
        connection,
        &(struct typed_call){write->method, &request, write->call->timeout_ms}, arena,
        &response, error);
    buffer_free(&request);
    return status ? status
                  : typed_outcome_decode(response, &written->revision, &written->stored,
                                         error);
}

int client_capacity_publish(struct vardsok *connection,
                            const struct client_write_call *call,
                            const struct capacity *capacity, struct arena *arena,
                            struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CAPACITY_PUBLISH, entity_shape(KIND_CAPACITY), capacity,
                          call};
    return run(connection, &write, arena, written, error);
}

int client_capacity_change(struct vardsok *connection,
                           const struct client_write_call *call,
                           const struct capacity *capacity, struct arena *arena,
                           struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CAPACITY_CHANGE, entity_shape(KIND_CAPACITY), capacity,
                          call};
    return run(connection, &write, arena, written, error);
}

int client_capacity_withdraw(struct vardsok *connection,
                             const struct client_write_call *call,
                             const struct capacity_withdraw *withdraw,
                             struct arena *arena, struct client_written *written,
                             struct vardsok_error *error)
{
    struct write write = {VARDSOK_CAPACITY_WITHDRAW, operation_shape(CHANGE_WITHDRAW),
                          withdraw, call};
    return run(connection, &write, arena, written, error);
}

int client_claim_take(struct vardsok *connection, const struct client_write_call *call,
                      const struct claim_take *take, struct arena *arena,
                      struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CLAIM_TAKE, operation_shape(CHANGE_TAKE), take, call};
    return run(connection, &write, arena, written, error);
}

int client_claim_extend(struct vardsok *connection, const struct client_write_call *call,
                        const struct claim_extend *extend, struct arena *arena,
                        struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CLAIM_EXTEND, operation_shape(CHANGE_EXTEND), extend,
                          call};
    return run(connection, &write, arena, written, error);
}

int client_claim_confirm(struct vardsok *connection, const struct client_write_call *call,
                         const struct claim_mark *mark, struct arena *arena,
                         struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CLAIM_CONFIRM, operation_shape(CHANGE_CONFIRM), mark,
                          call};
    return run(connection, &write, arena, written, error);
}

int client_claim_release(struct vardsok *connection, const struct client_write_call *call,
                         const struct claim_mark *mark, struct arena *arena,
                         struct client_written *written, struct vardsok_error *error)
{
    struct write write = {VARDSOK_CLAIM_RELEASE, operation_shape(CHANGE_RELEASE), mark,
                          call};
    return run(connection, &write, arena, written, error);
}

// --- lists ---

struct on_capacity {
    client_on_capacity on_capacity;
    void *arg;
};

static int take_capacity(void *arg, struct slice item, struct vardsok_error *error)
{
    const struct on_capacity *to = arg;
    struct capacity_status status;
    struct refusal refusal;
    if (wire_decode(&shape_capacity_status, WIRE_PUBLIC, item, &status, NULL, &refusal) !=
        0)
        return typed_unreadable(error, &refusal);
    return to->on_capacity(to->arg, &status);
}

int client_capacity_list(struct vardsok *connection,
                         const struct capacity_list_request *filter, uint32_t timeout_ms,
                         client_on_capacity on_capacity, void *arg,
                         struct vardsok_error *error)
{
    struct buffer encoded = {0};
    struct on_capacity to = {on_capacity, arg};
    struct typed_list list = {
        .method = VARDSOK_CAPACITY_LIST,
        .token_field = LIST_PAGE_TOKEN,
        .filter = &encoded,
        .timeout_ms = timeout_ms,
        .on_item = take_capacity,
        .arg = &to,
    };
    wire_encode(&shape_capacity_list_request, WIRE_PUBLIC, filter, &encoded);
    int status = typed_list_run(connection, &list, error);
    buffer_free(&encoded);
    return status;
}

int client_claim_list(struct vardsok *connection, const struct claim_list_request *filter,
                      uint32_t timeout_ms, client_on_stored on_stored, void *arg,
                      struct vardsok_error *error)
{
    struct buffer encoded = {0};
    struct typed_on_stored to = {on_stored, arg};
    struct typed_list list = {
        .method = VARDSOK_CLAIM_LIST,
        .token_field = LIST_PAGE_TOKEN,
        .filter = &encoded,
        .timeout_ms = timeout_ms,
        .on_item = typed_on_stored,
        .arg = &to,
    };
    wire_encode(&shape_claim_list_request, WIRE_PUBLIC, filter, &encoded);
    int status = typed_list_run(connection, &list, error);
    buffer_free(&encoded);
    return status;
}
