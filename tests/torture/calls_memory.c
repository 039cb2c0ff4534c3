// SPDX-License-Identifier: Apache-2.0
//
// The program's allocator: those of the sanitizer or of libc under names of their own,
// with a count in front.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "torture/calls.h"

#ifndef __has_feature
#define __has_feature(feature) 0 // gcc says it in another way
#endif

#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)
#define REAL(name) "__interceptor_" #name
#else
#define REAL(name) "__libc_" #name
#endif

void *real_malloc(size_t size) __asm__(REAL(malloc));
void *real_calloc(size_t n, size_t size) __asm__(REAL(calloc));
void *real_realloc(void *block, size_t size) __asm__(REAL(realloc));
void *real_memalign(size_t alignment, size_t size) __asm__(REAL(memalign));
void real_free(void *block) __asm__(REAL(free));

static bool fails(size_t size)
{
    if (!calls_next(CALL_ALLOCATE, -1, size))
        return false;
    errno = ENOMEM;
    return true;
}

static void *count(void *block)
{
    if (block)
        calls_count_block(1);
    return block;
}

void *malloc(size_t size)
{
    return fails(size) ? NULL : count(real_malloc(size));
}

void *calloc(size_t n, size_t size)
{
    return fails(n * size) ? NULL : count(real_calloc(n, size));
}

void *realloc(void *block, size_t size)
{
    if (fails(size))
        return NULL;
    void *moved = real_realloc(block, size);
    if (!block)
        count(moved);
    else if (size == 0 && !moved)
        calls_count_block(-1);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(size) ? NULL : count(real_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size)
{
    return aligned_alloc(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *made = aligned_alloc(alignment, size);
    if (!made)
        return ENOMEM;
    *block = made;
    return 0;
}

char *strndup(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    char *made = malloc(len + 1);
    if (made) {
        memcpy(made, text, len);
        made[len] = '\0';
    }
    return made;
}

char *strdup(const char *text)
{
    return strndup(text, strlen(text));
}

void free(void *block)
{
    if (block)
        calls_count_block(-1);
    real_free(block);
}
