// SPDX-License-Identifier: Apache-2.0
#include "domain/slab.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#define CHUNK_GRAINS (SLAB_CHUNK_BYTES / SLAB_GRAIN)
#define CHUNKS_MAX (UINT32_MAX / CHUNK_GRAINS) // SLAB_NO_BLOCK is no block's reference
#define FIRST_BLOCK 16

struct slab_chunk {
    const struct slab *slab;
    uint32_t number;
};

_Static_assert(sizeof(struct slab_chunk) <= FIRST_BLOCK, "blocks come after it");
_Static_assert(FIRST_BLOCK + SLAB_BLOCK_MAX <= SLAB_CHUNK_BYTES,
               "the largest block fits");

void slab_init(struct slab *slab, void *owner)
{
    *slab = (struct slab){.owner = owner, .used = SLAB_CHUNK_BYTES};
    for (size_t i = 0; i < SLAB_SIZES; i++)
        slab->freed[i] = SLAB_NO_BLOCK;
}

void slab_close(struct slab *slab)
{
    for (uint32_t i = 0; i < slab->n_chunks; i++)
        free(slab->chunks[i]);
    free(slab->chunks);
    slab_init(slab, slab->owner);
}

// A free block holds the reference of the next one.
static size_t round_up(size_t size)
{
    if (size < sizeof(uint32_t))
        return sizeof(uint32_t);
    size_t step = size <= SLAB_SMALL_MAX ? SLAB_GRAIN : SLAB_STEP;
    return (size + step - 1) / step * step;
}

static uint32_t *free_list(struct slab *slab, size_t rounded)
{
    CHECK(rounded <= SLAB_BLOCK_MAX);
    return rounded <= SLAB_SMALL_MAX
               ? &slab->freed[rounded / SLAB_GRAIN - 1]
               : &slab->freed[SLAB_SMALL_MAX / SLAB_GRAIN + rounded / SLAB_STEP - 1];
}

static void add_chunk(struct slab *slab)
{
    CHECK(slab->n_chunks < CHUNKS_MAX);
    if (slab->n_chunks == slab->capacity) {
        slab->capacity = slab->capacity ? slab->capacity * 2 : 8;
        slab->chunks =
            realloc(slab->chunks, slab->capacity * sizeof(struct slab_chunk *));
        CHECK(slab->chunks);
    }
    struct slab_chunk *chunk = aligned_alloc(SLAB_CHUNK_BYTES, SLAB_CHUNK_BYTES);
    CHECK(chunk);
    *chunk = (struct slab_chunk){slab, slab->n_chunks};
    slab->chunks[slab->n_chunks++] = chunk;
    slab->used = FIRST_BLOCK;
}

void *slab_new(struct slab *slab, size_t size)
{
    size_t rounded = round_up(size);
    uint32_t *first = free_list(slab, rounded);
    if (*first != SLAB_NO_BLOCK) {
        void *block = slab_at(slab, *first);
        memcpy(first, block, sizeof *first);
        return block;
    }
    if (slab->used + rounded > SLAB_CHUNK_BYTES)
        add_chunk(slab);
    char *block = (char *)slab->chunks[slab->n_chunks - 1] + slab->used;
    slab->used += rounded;
    return block;
}

void slab_free(struct slab *slab, void *block, size_t size)
{
    uint32_t *first = free_list(slab, round_up(size));
    memcpy(block, first, sizeof *first);
    *first = slab_ref(block);
}

static const struct slab_chunk *chunk_of(const void *block)
{
    return (const struct slab_chunk *)((uintptr_t)block &
                                       ~(uintptr_t)(SLAB_CHUNK_BYTES - 1));
}

uint32_t slab_ref(const void *block)
{
    const struct slab_chunk *chunk = chunk_of(block);
    size_t offset = (size_t)((const char *)block - (const char *)chunk);
    return (uint32_t)(chunk->number * CHUNK_GRAINS + offset / SLAB_GRAIN);
}

void *slab_at(const struct slab *slab, uint32_t ref)
{
    char *chunk = (char *)slab->chunks[ref / CHUNK_GRAINS];
    return chunk + ref % CHUNK_GRAINS * SLAB_GRAIN;
}

void *slab_owner(const void *block)
{
    return chunk_of(block)->slab->owner;
}

uint64_t slab_bytes(const struct slab *slab)
{
    return slab->n_chunks == 0 ? 0 : (slab->n_chunks - 1) * SLAB_CHUNK_BYTES + slab->used;
}
