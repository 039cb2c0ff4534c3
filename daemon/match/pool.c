// SPDX-License-Identifier: Apache-2.0
#include "match/pool.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#define CHUNK_BYTES (64 * 1024)

struct pool_chunk {
    struct pool_chunk *next;
    uint64_t unused; // keeps the blocks aligned to 16
};

// Cells of each size: 1, 2, 3, 4, then two steps for each doubling. Larger blocks are
// malloc's.
static const uint32_t sizes[POOL_SIZES] = {
    1,   2,   3,   4,   6,   8,    12,   16,   24,   32,   48,   64,   96,    128,
    192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384};

#define POOLED_MAX_SIZE                                                                  \
    14 // sizes from here on are malloc's, to be given back to the system

static unsigned size_for(uint32_t n_cells)
{
    unsigned size = 0;
    while (size < POOL_SIZES && sizes[size] < n_cells)
        size++;
    return size;
}

// Beyond the table: the next multiple of its last size.
static size_t block_bytes(uint32_t n_cells)
{
    unsigned size = size_for(n_cells);
    size_t cells = 0;
    if (size < POOL_SIZES) {
        cells = sizes[size];
    } else {
        size_t last = sizes[POOL_SIZES - 1];
        cells = (n_cells + last - 1) / last * last;
    }
    return cells * POOL_CELL_BYTES;
}

static void *chunk_take(struct match_pool *pool, size_t bytes)
{
    if ((size_t)(pool->end - pool->next) < bytes || !pool->next) {
        struct pool_chunk *chunk = malloc(sizeof(*chunk) + CHUNK_BYTES);
        CHECK(chunk);
        chunk->next = pool->chunks;
        pool->chunks = chunk;
        pool->next = (char *)(chunk + 1);
        pool->end = pool->next + CHUNK_BYTES;
        pool->bytes += sizeof(*chunk) + CHUNK_BYTES;
    }
    void *block = pool->next;
    pool->next += bytes;
    return block;
}

void *match_pool_alloc(struct match_pool *pool, uint32_t n_cells)
{
    CHECK(n_cells > 0);
    unsigned size = size_for(n_cells);
    size_t bytes = block_bytes(n_cells);
    if (size >= POOLED_MAX_SIZE) {
        void *block = malloc(bytes);
        CHECK(block);
        pool->bytes += bytes;
        return block;
    }
    void *block = pool->free_blocks[size];
    if (!block)
        return chunk_take(pool, bytes);
    memcpy(&pool->free_blocks[size], block, sizeof(void *));
    return block;
}

void match_pool_release(struct match_pool *pool, void *block, uint32_t n_cells)
{
    unsigned size = size_for(n_cells);
    if (size >= POOLED_MAX_SIZE) {
        pool->bytes -= block_bytes(n_cells);
        free(block);
        return;
    }
    memcpy(block, &pool->free_blocks[size], sizeof(void *));
    pool->free_blocks[size] = block;
}

int match_pool_same_size(uint32_t n_cells, uint32_t other_n_cells)
{
    return block_bytes(n_cells) == block_bytes(other_n_cells);
}

void match_pool_free(struct match_pool *pool)
{
    while (pool->chunks) {
        struct pool_chunk *chunk = pool->chunks;
        pool->chunks = chunk->next;
        free(chunk);
    }
    *pool = (struct match_pool){0};
}
