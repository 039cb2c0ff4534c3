// SPDX-License-Identifier: Apache-2.0
#include "base/buffer.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/check.h"

#define FIRST_CAPACITY 256

bool buffer_try_reserve(struct buffer *buffer, size_t extra)
{
    CHECK(extra <= SIZE_MAX / 4 && buffer->len <= SIZE_MAX / 4);
    size_t needed = buffer->len + extra;
    if (needed <= buffer->capacity && buffer->data != NULL)
        return true;
    size_t capacity = buffer->capacity ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL)
        return false;
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *buffer_reserve(struct buffer *buffer, size_t extra)
{
    bool has_room = buffer_try_reserve(buffer, extra);
    CHECK(has_room);
    return buffer->data + buffer->len;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t len)
{
    if (len == 0)
        return;
    memcpy(buffer_reserve(buffer, len), bytes, len);
    buffer->len += len;
}

void buffer_append_slice(struct buffer *buffer, struct slice bytes)
{
    buffer_append(buffer, bytes.data, bytes.len);
}

void buffer_consume(struct buffer *buffer, size_t len)
{
    CHECK(len <= buffer->len);
    if (len == 0)
        return;
    buffer->len -= len;
    memmove(buffer->data, buffer->data + len, buffer->len);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
