// SPDX-License-Identifier: Apache-2.0
//
// The canonical command of the log: Command { Change { expected_revision, put | delete
// }... }.
#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

enum { COMMAND_CHANGES = 1 };
enum { CHANGE_EXPECTED_REVISION = 1 }; // the other numbers are enum change_op

// ---- reading ----

// The only field of bytes, which must be a nested message.
static bool read_only_field(struct slice bytes, struct wire_field *field)
{
    struct wire_reader reader = {.rest = bytes, .canonical = true};
    return wire_read_field(&reader, field) > 0 && field->type == WIRE_BYTES &&
           reader.rest.len == 0;
}

// How many bytes at the front of a record hold key fields.
static size_t key_len(const struct shape *shape, struct slice record)
{
    unsigned last = 0; // number of the last key field
    for (unsigned i = 0; i < shape->n_fields && shape->fields[i].flags & FIELD_KEY; i++)
        last = shape->fields[i].number;
    struct wire_reader reader = {.rest = record};
    struct wire_field field;
    size_t len = 0;
    while (wire_read_field(&reader, &field) > 0 && field.number <= last)
        len = record.len - reader.rest.len;
    return len;
}

static bool has_required(const struct shape *shape, const void *entity, unsigned flags)
{
    for (unsigned i = 0; i < shape->n_fields; i++)
        if ((shape->fields[i].flags & flags) == flags &&
            !field_is_present(&shape->fields[i], entity))
            return false;
    return true;
}

static bool read_record(struct slice bytes, struct change *change)
{
    const struct shape *shape = entity_shape(change->kind);
    if (wire_decode(shape, WIRE_LOG, bytes, &change->entity, NULL, NULL) != STATUS_OK)
        return false;
    size_t len = key_len(shape, bytes);
    change->record = bytes;
    change->key_len = (uint16_t)len;
    if (len > UINT16_MAX || bytes.len > UINT32_MAX)
        return false;
    if (change->op == CHANGE_DELETE)
        return len == bytes.len &&
               has_required(shape, &change->entity, FIELD_REQUIRED | FIELD_KEY);
    return has_required(shape, &change->entity, FIELD_REQUIRED);
}

static bool read_entity(struct slice bytes, struct change *change)
{
    struct wire_field entity;
    if (!read_only_field(bytes, &entity) || entity.number >= KIND_PUT_COUNT)
        return false;
    change->kind = (enum kind)entity.number;
    return read_record(entity.bytes, change);
}

static bool read_operation(struct slice bytes, struct change *change)
{
    const struct shape *shape = operation_shape(change->op);
    change->kind = KIND_NONE;
    return shape &&
           wire_decode(shape, WIRE_LOG, bytes, &change->operation, NULL, NULL) ==
               STATUS_OK &&
           has_required(shape, &change->operation, FIELD_REQUIRED) &&
           operation_is_normal(change->op, &change->operation);
}

static bool read_change(struct slice bytes, struct change *change)
{
    struct wire_reader reader = {.rest = bytes, .canonical = true};
    struct wire_field field;
    if (wire_read_field(&reader, &field) <= 0)
        return false;
    change->expected_revision = ABSENT;
    if (field.number == CHANGE_EXPECTED_REVISION) {
        if (field.type != WIRE_VARINT || field.value > INT64_MAX)
            return false;
        change->expected_revision = (int64_t)field.value;
        if (wire_read_field(&reader, &field) <= 0)
            return false;
    }
    if (field.type != WIRE_BYTES || reader.rest.len != 0)
        return false;
    if (field.number < CHANGE_PUT || field.number >= CHANGE_OP_COUNT)
        return false;
    change->op = (enum change_op)field.number;
    if (change->op == CHANGE_PUT || change->op == CHANGE_DELETE)
        return read_entity(field.bytes, change);
    return read_operation(field.bytes, change);
}

static int next_change(struct change_source *source, struct change *change)
{
    struct wire_command_reader *self = (struct wire_command_reader *)(void *)source;
    struct wire_reader reader = {.rest = self->rest, .canonical = true};
    struct wire_field field;
    int found = wire_read_field(&reader, &field);
    if (found == 0 || self->status != STATUS_OK)
        return 0;
    if (found < 0 || field.number != COMMAND_CHANGES || field.type != WIRE_BYTES ||
        !read_change(field.bytes, change)) {
        self->status = STATUS_DATA_LOSS;
        return 0;
    }
    self->rest = reader.rest;
    return 1;
}

void wire_command_reader_init(struct wire_command_reader *reader, struct slice command)
{
    *reader = (struct wire_command_reader){
        .source = {.next = next_change}, .rest = command, .status = STATUS_OK};
}

int wire_command_check(struct slice command)
{
    struct wire_command_reader reader;
    struct change change;
    uint32_t n = 0;
    wire_command_reader_init(&reader, command);
    while (reader.source.next(&reader.source, &change))
        if (++n > STATE_BATCH_MAX_CHANGES)
            return STATUS_DATA_LOSS;
    return reader.status;
}

// ---- writing ----

void wire_command_writer_init(struct wire_command_writer *writer, struct buffer *out)
{
    *writer = (struct wire_command_writer){.out = out};
}

void wire_command_writer_close(struct wire_command_writer *writer)
{
    buffer_free(&writer->scratch);
}

// The change whose operation's message is in scratch; kind = KIND_NONE for one that is not
// a put or a delete.
static void write_change(struct wire_command_writer *writer, enum change_op op,
                         enum kind kind, int64_t expected_revision)
{
    size_t change = wire_write_start(writer->out, COMMAND_CHANGES);
    if (expected_revision != ABSENT)
        wire_write_uint(writer->out, CHANGE_EXPECTED_REVISION,
                        (uint64_t)expected_revision);
    size_t operation = wire_write_start(writer->out, op);
    if (kind == KIND_NONE)
        buffer_append_slice(writer->out, buffer_slice(&writer->scratch));
    else
        wire_write_bytes(writer->out, kind, buffer_slice(&writer->scratch));
    wire_write_end(writer->out, operation);
    wire_write_end(writer->out, change);
    writer->n_changes++;
}

int wire_command_add(struct wire_command_writer *writer, enum change_op op,
                     enum kind kind, union entity *entity, int64_t expected_revision,
                     struct refusal *refusal)
{
    int status;
    if (kind >= KIND_PUT_COUNT)
        status = refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_INCONSISTENT, "entity",
                        "a claim is changed by its own operations only");
    else
        status = op == CHANGE_PUT ? entity_check(kind, entity, refusal)
                                  : entity_check_key(kind, entity, refusal);
    if (status != STATUS_OK) {
        if (refusal)
            refusal->change_index = writer->n_changes;
        return status;
    }
    buffer_clear(&writer->scratch);
    if (op == CHANGE_PUT) {
        entity_normalize(kind, entity);
        wire_encode(entity_shape(kind), WIRE_LOG, entity, &writer->scratch);
    } else {
        wire_encode_key(WIRE_LOG, entity_shape(kind), entity, &writer->scratch);
    }
    write_change(writer, op, kind, expected_revision);
    return STATUS_OK;
}

int wire_command_add_operation(struct wire_command_writer *writer, enum change_op op,
                               union operation *operation, int64_t expected_revision,
                               struct refusal *refusal)
{
    int status = operation_check(op, operation, refusal);
    if (status != STATUS_OK) {
        if (refusal)
            refusal->change_index = writer->n_changes;
        return status;
    }
    operation_normalize(op, operation);
    buffer_clear(&writer->scratch);
    wire_encode(operation_shape(op), WIRE_LOG, operation, &writer->scratch);
    write_change(writer, op, KIND_NONE, expected_revision);
    return STATUS_OK;
}

int wire_command_add_encoded(struct wire_command_writer *writer, enum change_op op,
                             struct slice bytes, int64_t expected_revision,
                             struct refusal *refusal)
{
    union operation operation;
    int status =
        wire_decode(operation_shape(op), WIRE_PUBLIC, bytes, &operation, NULL, refusal);
    if (status != STATUS_OK)
        return status;
    return wire_command_add_operation(writer, op, &operation, expected_revision, refusal);
}
