// SPDX-License-Identifier: Apache-2.0
//
// Arena: memory that lives as long as one request and is freed at once.
//
// Never for sizes that a peer chose without a bound; running out of memory aborts, but in
// arena_try_alloc.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_chunk;

// Zero-initialise: struct arena arena = {0};
struct arena {
    struct arena_chunk *chunk; // newest; chunks are linked back to the first
    size_t used;               // bytes used of the newest chunk
};

// size bytes, aligned to 16, not zeroed. Never NULL.
void *arena_alloc(struct arena *arena, size_t size);
// The same for a size that a peer chose (bounded by the caller): NULL when there is no
// memory for it.
void *arena_try_alloc(struct arena *arena, size_t size);
struct slice arena_copy(struct arena *arena, struct slice text);
// printf into the arena; the slice is also NUL-terminated.
struct slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// Forgets everything but keeps the largest chunk for the next request.
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
