// SPDX-License-Identifier: Apache-2.0
//
// Tags, varints and bytes put at a pointer, for writers that have reserved the room.
// Private to wire. Each returns where the next one goes.
#ifndef WIRE_PUT_H
#define WIRE_PUT_H

#include <stdint.h>

#include "base/slice.h"

#define PUT_VARINT_MAX 10
#define PUT_TAG_MAX 5
#define PUT_FIELD_MAX                                                                    \
    (PUT_TAG_MAX + PUT_VARINT_MAX) // a varint field, or all but the bytes of a text

static inline size_t put_varint_len(uint64_t value)
{
    size_t len = 1;
    while (value >= 0x80) {
        value >>= 7;
        len++;
    }
    return len;
}

static inline char *put_varint(char *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (char)(value | 0x80);
        value >>= 7;
    }
    *at++ = (char)value;
    return at;
}

static inline char *put_tag(char *at, uint32_t number, unsigned wire_type)
{
    return put_varint(at, (uint64_t)number << 3 | wire_type);
}

static inline char *put_uint(char *at, uint32_t number, uint64_t value)
{
    return put_varint(put_tag(at, number, 0), value);
}

static inline char *put_raw(char *at, struct slice bytes)
{
    if (bytes.len > 0)
        memcpy(at, bytes.data, bytes.len);
    return at + bytes.len;
}

static inline char *put_bytes(char *at, uint32_t number, struct slice bytes)
{
    return put_raw(put_varint(put_tag(at, number, 2), bytes.len), bytes);
}

// The length of a nested message is known last: it is put after len_len bytes of room,
// which are then closed or widened. body is where the message begins, at where it ends.
static inline char *put_length(char *body, const char *at, size_t len_len)
{
    size_t len = (size_t)(at - body), needed = put_varint_len(len);
    if (needed != len_len)
        memmove(body - len_len + needed, body, len);
    put_varint(body - len_len, len);
    return body - len_len + needed + len;
}

// A two-digit code of a region or a number below 100.
static inline char *put_two_digits(char *at, int64_t value)
{
    at[0] = (char)('0' + value / 10 % 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

#endif
