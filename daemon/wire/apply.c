// SPDX-License-Identifier: Apache-2.0
//
// ApplyRequest: from what a client sent to the canonical command, one change at a time.
#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

enum {
    APPLY_REQUEST_ID = 1,
    APPLY_VALIDATE_ONLY = 2,
    APPLY_RETURN_STORED = 3,
    APPLY_CHANGES = 4
};
enum { CHANGE_EXPECTED_REVISION = 1 }; // the other numbers are enum change_op

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
    struct slice body; // the operation's message; absent until one is found
};

static int take_change_field(struct wire_reader *reader, const struct wire_field *field,
                             struct incoming *incoming, struct refusal *refusal)
{
    if (field->number == CHANGE_EXPECTED_REVISION) {
        if (field->type != WIRE_VARINT)
            return malformed(refusal, "expected_revision");
        if (field->value > INT64_MAX)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE,
                          "expected_revision", "expected_revision is out of range");
        if (incoming->expected_revision != ABSENT && wire_read_skip(reader) != STATUS_OK)
            return too_many_fields(refusal, "changes");
        incoming->expected_revision = (int64_t)field->value;
        return STATUS_OK;
    }
    bool is_operation = field->number >= CHANGE_PUT && field->number < CHANGE_OP_COUNT;
    if (is_operation && field->type != WIRE_BYTES)
        return malformed(refusal, "changes");
    if ((!is_operation || incoming->body.data != NULL) &&
        wire_read_skip(reader) != STATUS_OK)
        return too_many_fields(refusal, "changes");
    if (is_operation) {
        incoming->op = (enum change_op)field->number;
        incoming->body = field->bytes;
    }
    return STATUS_OK;
}

static int add_change(struct wire_command_writer *writer, const struct incoming *incoming,
                      struct refusal *refusal)
{
    if (incoming->op != CHANGE_PUT && incoming->op != CHANGE_DELETE)
        return wire_command_add_encoded(writer, incoming->op, incoming->body,
                                        incoming->expected_revision, refusal);
    enum kind kind;
    union entity entity;
    int status = wire_entity_decode(incoming->body, &kind, &entity, refusal);
    if (status != STATUS_OK)
        return status;
    return wire_command_add(writer, incoming->op, kind, &entity,
                            incoming->expected_revision, refusal);
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
    if (incoming.body.data == NULL)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "changes",
                      "a change must have put, delete or another operation");
    return add_change(writer, &incoming, refusal);
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

// ---- CapacityService ----

static int add_capacity_change(enum change_op op, const struct capacity_write *write,
                               struct wire_command_writer *writer,
                               struct refusal *refusal)
{
    if (op != CHANGE_PUT)
        return wire_command_add_encoded(writer, op, write->body, write->expected_revision,
                                        refusal);
    union entity entity;
    int status = wire_decode(entity_shape(KIND_CAPACITY), WIRE_PUBLIC, write->body,
                             &entity, NULL, refusal);
    if (status != STATUS_OK)
        return status;
    return wire_command_add(writer, CHANGE_PUT, KIND_CAPACITY, &entity,
                            write->expected_revision, refusal);
}

int wire_capacity_decode(enum change_op op, bool is_new, struct slice bytes,
                         struct wire_apply_request *request, struct buffer *out,
                         struct refusal *refusal)
{
    struct capacity_write write;
    int status =
        wire_decode(&shape_capacity_write, WIRE_PUBLIC, bytes, &write, NULL, refusal);
    if (status != STATUS_OK)
        return status;
    struct wire_apply_request decoded = {
        .request_id = write.request_id, .return_stored = true, .n_changes = 1};
    status = check_request(&decoded, refusal);
    if (status != STATUS_OK)
        return status;
    if (is_new)
        write.expected_revision = 0;
    if (write.body.data == NULL)
        write.body = slice_from(""); // says what is missing in it
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, out);
    status = add_capacity_change(op, &write, &writer, refusal);
    wire_command_writer_close(&writer);
    if (status == STATUS_OK)
        *request = decoded;
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
    size_t operation = wire_write_start(out, op);
    if (op == CHANGE_PUT)
        wire_entity_encode(kind, entity, out);
    else
        encode_key(kind, entity, out);
    wire_write_end(out, operation);
    wire_write_end(out, change);
}

void wire_apply_encode_operation(enum change_op op, const union operation *operation,
                                 int64_t expected_revision, struct buffer *out)
{
    size_t change = wire_write_start(out, APPLY_CHANGES);
    if (expected_revision != ABSENT)
        wire_write_uint(out, CHANGE_EXPECTED_REVISION, (uint64_t)expected_revision);
    size_t body = wire_write_start(out, op);
    wire_encode(operation_shape(op), WIRE_PUBLIC, operation, out);
    wire_write_end(out, body);
    wire_write_end(out, change);
}
