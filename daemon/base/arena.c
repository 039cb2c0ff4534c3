// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

#define ALIGNMENT 16
#define FIRST_CHUNK 4096

struct arena_chunk {
    struct arena_chunk *previous;
    size_t capacity;
    alignas(ALIGNMENT) char data[];
};

// Each chunk doubles the one before, so a request needs few of them and the newest is
// always the largest.
static bool grow(struct arena *arena, size_t size)
{
    size_t capacity = arena->chunk ? arena->chunk->capacity * 2 : FIRST_CHUNK;
    while (capacity < size)
        capacity *= 2;
    struct arena_chunk *chunk = malloc(sizeof *chunk + capacity);
    if (chunk == NULL)
        return false;
    chunk->previous = arena->chunk;
    chunk->capacity = capacity;
    arena->chunk = chunk;
    arena->used = 0;
    return true;
}

void *arena_try_alloc(struct arena *arena, size_t size)
{
    CHECK(size <= SIZE_MAX / 4);
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if ((arena->chunk == NULL || arena->chunk->capacity - arena->used < size) &&
        !grow(arena, size))
        return NULL;
    void *memory = arena->chunk->data + arena->used;
    arena->used += size;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = arena_try_alloc(arena, size);
    CHECK(memory != NULL);
    return memory;
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
    if (text.data == NULL)
        return SLICE_ABSENT;
    char *copy = arena_alloc(arena, text.len);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    return (struct slice){copy, text.len};
}

struct slice arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    CHECK(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return (struct slice){text, (size_t)len};
}

static void free_chunks(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *previous = chunk->previous;
        free(chunk);
        chunk = previous;
    }
}

void arena_reset(struct arena *arena)
{
    if (arena->chunk == NULL)
        return;
    free_chunks(arena->chunk->previous);
    arena->chunk->previous = NULL;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    free_chunks(arena->chunk);
    *arena = (struct arena){0};
}
