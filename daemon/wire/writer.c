// SPDX-License-Identifier: Apache-2.0
#include "wire/writer.h"

#include "wire/put.h"

// Most nested messages are shorter than 128 bytes.
#define ASSUMED_LENGTH_LEN 1

static void take(struct buffer *out, const char *end)
{
    out->len = (size_t)(end - out->data);
}

void wire_write_varint(struct buffer *out, uint64_t value)
{
    take(out, put_varint(buffer_reserve(out, PUT_VARINT_MAX), value));
}

void wire_write_uint(struct buffer *out, uint32_t number, uint64_t value)
{
    take(out, put_uint(buffer_reserve(out, PUT_FIELD_MAX), number, value));
}

void wire_write_bytes(struct buffer *out, uint32_t number, struct slice bytes)
{
    take(out, put_bytes(buffer_reserve(out, PUT_FIELD_MAX + bytes.len), number, bytes));
}

size_t wire_write_start(struct buffer *out, uint32_t number)
{
    char *at = buffer_reserve(out, PUT_FIELD_MAX);
    take(out, put_tag(at, number, 2) + ASSUMED_LENGTH_LEN);
    return out->len;
}

void wire_write_end(struct buffer *out, size_t mark)
{
    char *at = buffer_reserve(out, PUT_VARINT_MAX);
    take(out, put_length(out->data + mark, at, ASSUMED_LENGTH_LEN));
}
