// SPDX-License-Identifier: Apache-2.0
#include "lib/typed_private.h"
#include "wire/change.h"
#include "wire/reader.h"
#include "wire/service.h"

void client_write_init(struct client_write *write,
                       const struct client_write_options *options)
{
    *write = (struct client_write){0};
    if (options->request_id)
        memcpy(write->request_id, options->request_id, sizeof write->request_id);
    else
        vardsok_request_id_init(write->request_id);
    struct wire_apply_request header = {
        .request_id = {(const char *)write->request_id, sizeof write->request_id},
        .validate_only = options->validate_only,
        .return_stored = options->return_stored,
    };
    if (options->validate_only)
        header.request_id = SLICE_ABSENT;
    wire_apply_encode_header(&header, &write->request);
}

void client_write_add(struct client_write *write, enum change_op op, enum kind kind,
                      const union entity *entity, int64_t expected_revision)
{
    wire_apply_encode_change(op, kind, entity, expected_revision, &write->request);
    write->n_changes++;
}

int client_write_start(struct client_write *write, struct vardsok *connection,
                       uint32_t timeout_ms, struct vardsok_error *error)
{
    struct vardsok_request start = {VARDSOK_APPLY, write->request.data,
                                    write->request.len, timeout_ms, true};
    return vardsok_call_start(connection, &start, &write->call, error);
}

int typed_outcome_decode(struct slice response, uint64_t *revision,
                         struct client_stored *stored, struct vardsok_error *error)
{
    struct refusal refusal = {.message = "it is no outcome of a write"};
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    int status;
    *revision = 0;
    if (stored)
        stored->kind = KIND_NONE;
    while ((status = wire_read_field(&reader, &field)) == 1) {
        if (field.number == APPLY_RESPONSE_REVISION && field.type == WIRE_VARINT)
            *revision = field.value;
        if (field.number == APPLY_RESPONSE_STORED && field.type == WIRE_BYTES && stored)
            status = wire_stored_decode(field.bytes, &stored->kind, &stored->entity,
                                        &stored->revision, &refusal);
        if (status < 0)
            break;
    }
    return status == 0 ? 0 : typed_unreadable(error, &refusal);
}

int client_write_finish(struct client_write *write, struct arena *arena,
                        uint64_t *revision, struct client_stored *stored,
                        struct vardsok_error *error)
{
    const void *message;
    size_t len;
    int status = vardsok_call_next(write->call, &message, &len, error);
    if (status < 0)
        return status;
    if (status == 0)
        return typed_unreadable(
            error, &(struct refusal){.message = "it is no outcome of a write"});
    return typed_outcome_decode(arena_copy(arena, (struct slice){message, len}), revision,
                                stored, error);
}

void client_write_close(struct client_write *write)
{
    vardsok_call_free(write->call);
    buffer_free(&write->request);
    *write = (struct client_write){0};
}
