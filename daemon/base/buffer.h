// SPDX-License-Identifier: Apache-2.0
//
// A growing byte buffer that owns its bytes. Zero-initialise; buffer_free releases.
// Growth aborts when memory is out: callers bound what a peer may cause to be appended.
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/slice.h"

struct buffer {
    char *data;
    size_t len;
    size_t capacity;
};

// Room for at least extra more bytes; returns where they go. Does not change len.
char *buffer_reserve(struct buffer *buffer, size_t extra);
// The same for a size that a peer chose (bounded by the caller): false when there is no
// memory for it, and the buffer is as it was.
bool buffer_try_reserve(struct buffer *buffer, size_t extra);
void buffer_append(struct buffer *buffer, const void *bytes, size_t len);
void buffer_append_slice(struct buffer *buffer, struct slice bytes);
// Drops the first len bytes (len <= buffer->len).
void buffer_consume(struct buffer *buffer, size_t len);
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);
static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->data ? buffer->data : "", buffer->len};
}

#endif
