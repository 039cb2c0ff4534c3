// SPDX-License-Identifier: Apache-2.0
//
// ApplyRequest: from what a client sent to the canonical command, one change at a time.
#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

enum {
    APPLY_REQUEST_ID = 1,
    APPLY_VALIDATE_ONLY = 2,
    APPLY_RETURN_STORED = 3,
    APPLY_CHANGES = 4
};
enum { CHANGE_EXPECTED_REVISION = 1, CHANGE_PUT_FIELD = 2, CHANGE_DELETE_FIELD = 3 };

// ---- decoding ----

static int malformed(struct refusal *refusal, const char *field)
{
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, field,
                  "%s is not a protobuf message of ours", field);
}

static int too_many_fields(struct refusal *refusal, const char *field)
{
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY, field,
                  "%s has more than %d unknown or repeated fields", field,
                  WIRE_MAX_UNKNOWN_FIELDS);
}

struct incoming {
    int64_t expected_revision;
    enum change_op op;
    struct slice entity; // absent until one is found
};

static int take_change_field(struct wire_reader *reader, const struct wire_field *field,
                             struct incoming *incoming, struct refusal *refusal)
{
    switch (field->number) {
    case CHANGE_EXPECTED_REVISION:
        if (field->type != WIRE_VARINT)
            return malformed(refusal, "expected_revision");
        if (field->value > INT64_MAX)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE,
                          "expected_revision", "expected_revision is out of range");
        if (incoming->expected_revision != ABSENT && wire_read_skip(reader) != STATUS_OK)
            return too_many_fields(refusal, "changes");
        incoming->expected_revision = (int64_t)field->value;
        return STATUS_OK;
    case CHANGE_PUT_FIELD:
    case CHANGE_DELETE_FIELD:
        if (field->type != WIRE_BYTES)
            return malformed(refusal, "changes");
        if (incoming->entity.data != NULL && wire_read_skip(reader) != STATUS_OK)
            return too_many_fields(refusal, "changes");
        incoming->op = field->number == CHANGE_PUT_FIELD ? CHANGE_PUT : CHANGE_DELETE;
        incoming->entity = field->bytes;
        return STATUS_OK;
    default:
        return wire_read_skip(reader) == STATUS_OK ? STATUS_OK
                                                   : too_many_fields(refusal, "changes");
    }
}

static int decode_change(struct slice bytes, struct wire_command_writer *writer,
                         struct refusal *refusal)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    struct incoming incoming = {.expected_revision = ABSENT};
    int found;
    while ((found = wire_read_field(&reader, &field)) > 0) {
        int status = take_change_field(&reader, &field, &incoming, refusal);
        if (status != STATUS_OK)
            return status;
    }
    if (found < 0)
        return malformed(refusal, "changes");
    if (incoming.entity.data == NULL)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "changes",
                      "a change must have put or delete");
    enum kind kind;
    union entity entity;
    int status = wire_entity_decode(incoming.entity, &kind, &entity, refusal);
    if (status != STATUS_OK)
        return status;
    return wire_command_add(writer, incoming.op, kind, &entity,
                            incoming.expected_revision, refusal);
}

static int too_large(struct refusal *refusal)
{
    return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, "changes",
                  "a batch must be at most %d bytes", STATE_BATCH_MAX_BYTES);
}

static int take_change(struct slice bytes, struct wire_command_writer *writer,
                       size_t start, struct refusal *refusal)
{
    if (writer->n_changes == STATE_BATCH_MAX_CHANGES)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY, "changes",
                      "a batch must have at most %d changes", STATE_BATCH_MAX_CHANGES);
    int status = decode_change(bytes, writer, refusal);
    if (status != STATUS_OK) {
        if (refusal)
            refusal->change_index = writer->n_changes;
        return status;
    }
    // Sets of regions may be longer in the log than "*" was on the wire.
    return writer->out->len - start > STATE_BATCH_MAX_BYTES ? too_large(refusal)
                                                            : STATUS_OK;
}

// The fields beside the changes, all of them single.
static int take_header_field(struct wire_reader *reader, const struct wire_field *field,
                             struct wire_apply_request *request, uint32_t *seen,
                             struct refusal *refusal)
{
    bool known = field->number <= APPLY_RETURN_STORED;
    bool again = known && *seen >> field->number & 1;
    if ((!known || again) && wire_read_skip(reader) != STATUS_OK)
        return too_many_fields(refusal, "request");
    if (!known)
        return STATUS_OK;
    *seen |= UINT32_C(1) << field->number;
    if (field->type != (field->number == APPLY_REQUEST_ID ? WIRE_BYTES : WIRE_VARINT))
        return malformed(refusal, "request");
    switch (field->number) {
    case APPLY_REQUEST_ID:
        request->request_id = field->bytes;
        break;
    case APPLY_VALIDATE_ONLY:
        request->validate_only = field->value != 0;
        break;
    default:
        request->return_stored = field->value != 0;
        break;
    }
    return STATUS_OK;
}

static bool is_uuid_v7(struct slice id)
{
    return id.len == STATE_REQUEST_ID_LEN && ((unsigned char)id.data[6] >> 4) == 7 &&
           ((unsigned char)id.data[8] >> 6) == 2;
}

static int check_request(const struct wire_apply_request *request,
                         struct refusal *refusal)
{
    if (request->request_id.data == NULL && !request->validate_only)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "request_id",
                      "request_id must be given");
    if (request->request_id.data != NULL && !is_uuid_v7(request->request_id))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, "request_id",
                      "request_id must be a UUIDv7 of 16 bytes");
    if (request->n_changes == 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "changes",
                      "changes must have at least one item");
    return STATUS_OK;
}

static int decode_request(struct slice bytes, struct wire_apply_request *request,
                          struct wire_command_writer *writer, struct refusal *refusal)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    size_t start = writer->out->len;
    uint32_t seen = 0;
    int found, status;
    while ((found = wire_read_field(&reader, &field)) > 0) {
        if (field.number != APPLY_CHANGES)
            status = take_header_field(&reader, &field, request, &seen, refusal);
        else if (field.type != WIRE_BYTES)
            status = malformed(refusal, "changes");
        else
            status = take_change(field.bytes, writer, start, refusal);
        if (status != STATUS_OK)
            return status;
    }
    if (found < 0)
        return malformed(refusal, "request");
    request->n_changes = writer->n_changes;
    return check_request(request, refusal);
}

int wire_apply_decode(struct slice bytes, struct wire_apply_request *request,
                      struct buffer *out, struct refusal *refusal)
{
    if (bytes.len > STATE_BATCH_MAX_BYTES)
        return too_large(refusal);
    struct wire_apply_request decoded = {.request_id = SLICE_ABSENT};
    struct wire_command_writer writer;
    size_t start = out->len;
    wire_command_writer_init(&writer, out);
    int status = decode_request(bytes, &decoded, &writer, refusal);
    wire_command_writer_close(&writer);
    if (status == STATUS_OK)
        *request = decoded;
    else
        out->len = start;
    return status;
}

// ---- encoding ----

void wire_apply_encode_header(const struct wire_apply_request *request,
                              struct buffer *out)
{
    if (request->request_id.data != NULL)
        wire_write_bytes(out, APPLY_REQUEST_ID, request->request_id);
    if (request->validate_only)
        wire_write_uint(out, APPLY_VALIDATE_ONLY, true);
    if (request->return_stored)
        wire_write_uint(out, APPLY_RETURN_STORED, true);
}

static void encode_key(enum kind kind, const union entity *entity, struct buffer *out)
{
    size_t mark = wire_write_start(out, kind);
    wire_encode_key(WIRE_PUBLIC, entity_shape(kind), entity, out);
    wire_write_end(out, mark);
}

void wire_apply_encode_change(enum change_op op, enum kind kind,
                              const union entity *entity, int64_t expected_revision,
                              struct buffer *out)
{
    size_t change = wire_write_start(out, APPLY_CHANGES);
    if (expected_revision != ABSENT)
        wire_write_uint(out, CHANGE_EXPECTED_REVISION, (uint64_t)expected_revision);
    size_t operation =
        wire_write_start(out, op == CHANGE_PUT ? CHANGE_PUT_FIELD : CHANGE_DELETE_FIELD);
    if (op == CHANGE_PUT)
        wire_entity_encode(kind, entity, out);
    else
        encode_key(kind, entity, out);
    wire_write_end(out, operation);
    wire_write_end(out, change);
}
