// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a command of the log. What is accepted is written again change by change
// and must give the same bytes.
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_operation(const struct change *change, struct buffer *out)
{
    size_t mark = wire_write_start(out, 1);
    if (change->expected_revision != ABSENT)
        wire_write_uint(out, 1, (uint64_t)change->expected_revision);
    size_t operation = wire_write_start(out, change->op);
    CHECK(operation_is_normal(change->op, &change->operation));
    wire_encode(operation_shape(change->op), WIRE_LOG, &change->operation, out);
    wire_write_end(out, operation);
    wire_write_end(out, mark);
}

static void write_again(const struct change *change, struct buffer *out)
{
    const struct shape *shape = entity_shape(change->kind);
    struct buffer record = {0};
    if (change->op == CHANGE_PUT)
        wire_encode(shape, WIRE_LOG, &change->entity, &record);
    else
        wire_encode_key(WIRE_LOG, shape, &change->entity, &record);
    CHECK(slice_equal(buffer_slice(&record), change->record));
    struct buffer key = {0};
    wire_encode_key(WIRE_LOG, shape, &change->entity, &key);
    CHECK(key.len == change->key_len);
    size_t mark = wire_write_start(out, 1);
    if (change->expected_revision != ABSENT)
        wire_write_uint(out, 1, (uint64_t)change->expected_revision);
    size_t operation = wire_write_start(out, change->op == CHANGE_PUT ? 2 : 3);
    wire_write_bytes(out, change->kind, buffer_slice(&record));
    wire_write_end(out, operation);
    wire_write_end(out, mark);
    buffer_free(&record);
    buffer_free(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice command = {(const char *)data, size};
    struct wire_command_reader reader;
    struct change change;
    struct buffer again = {0};
    wire_command_reader_init(&reader, command);
    while (reader.source.next(&reader.source, &change)) {
        if (change.op == CHANGE_PUT || change.op == CHANGE_DELETE)
            write_again(&change, &again);
        else
            write_operation(&change, &again);
    }
    CHECK(reader.status == STATUS_OK || reader.status == STATUS_DATA_LOSS);
    CHECK(wire_command_check(command) == reader.status);
    if (reader.status == STATUS_OK)
        CHECK(slice_equal(buffer_slice(&again), command));
    buffer_free(&again);
    return 0;
}
