// SPDX-License-Identifier: Apache-2.0
#include "wire/reader.h"

#include <pb_decode.h>

#include "base/status.h"
#include "wire/put.h"

#define NUMBER_MAX ((UINT32_C(1) << 29) - 1)

static inline void advance(struct wire_reader *reader, size_t len)
{
    reader->rest.data += len;
    reader->rest.len -= len;
}

static int read_long_varint(struct wire_reader *reader, uint64_t *value)
{
    pb_istream_t stream =
        pb_istream_from_buffer((const pb_byte_t *)reader->rest.data, reader->rest.len);
    if (!pb_decode_varint(&stream, value))
        return STATUS_INVALID_ARGUMENT;
    size_t len = reader->rest.len - stream.bytes_left;
    if (len > PUT_VARINT_MAX || (reader->canonical && len != put_varint_len(*value)))
        return STATUS_INVALID_ARGUMENT;
    advance(reader, len);
    return STATUS_OK;
}

// Nearly all tags, lengths and values are of one byte.
static inline int read_varint(struct wire_reader *reader, uint64_t *value)
{
    if (reader->rest.len == 0 || (unsigned char)reader->rest.data[0] >= 0x80)
        return read_long_varint(reader, value);
    *value = (unsigned char)reader->rest.data[0];
    advance(reader, 1);
    return STATUS_OK;
}

int wire_read_varint(struct wire_reader *reader, uint64_t *value)
{
    return read_varint(reader, value);
}

static int read_payload(struct wire_reader *reader, struct wire_field *field)
{
    uint64_t len;
    switch (field->type) {
    case WIRE_VARINT:
        return read_varint(reader, &field->value);
    case WIRE_BYTES:
        if (read_varint(reader, &len) != STATUS_OK)
            return STATUS_INVALID_ARGUMENT;
        break;
    case WIRE_FIXED64:
        len = 8;
        break;
    case WIRE_FIXED32:
        len = 4;
        break;
    default: // groups, and numbers that mean nothing
        return STATUS_INVALID_ARGUMENT;
    }
    if (len > reader->rest.len)
        return STATUS_INVALID_ARGUMENT;
    field->bytes = (struct slice){reader->rest.data, (size_t)len};
    advance(reader, (size_t)len);
    return STATUS_OK;
}

int wire_read_field(struct wire_reader *reader, struct wire_field *field)
{
    if (reader->rest.len == 0)
        return 0;
    uint64_t tag;
    if (read_varint(reader, &tag) != STATUS_OK || tag >> 3 == 0 || tag >> 3 > NUMBER_MAX)
        return STATUS_INVALID_ARGUMENT;
    field->number = (uint32_t)(tag >> 3);
    field->type = (enum wire_type)(tag & 7);
    int status = read_payload(reader, field);
    return status == STATUS_OK ? 1 : status;
}

int wire_read_skip(struct wire_reader *reader)
{
    return ++reader->n_skipped > WIRE_MAX_UNKNOWN_FIELDS ? STATUS_INVALID_ARGUMENT
                                                         : STATUS_OK;
}
