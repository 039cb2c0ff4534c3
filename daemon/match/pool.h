// SPDX-License-Identifier: Apache-2.0
//
// Blocks for the rows of groups, in a few sizes, with no header per block. A block's size
// follows from the number of cells asked for, so the caller keeps no capacity of its own.
// Blocks are reused within their size; memory goes back to the system when the pool is
// freed.
#ifndef MATCH_POOL_H
#define MATCH_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_CELL_BYTES 32
#define POOL_SIZES 28

struct pool_chunk;

// Zero-initialise.
struct match_pool {
    struct pool_chunk *chunks;
    void *free_blocks[POOL_SIZES]; // linked through their first bytes
    char *next, *end;              // what is left of the newest chunk
    uint64_t bytes;                // allocated from the system
};

// A block of at least n_cells cells (n_cells > 0), aligned to POOL_CELL_BYTES / 2.
void *match_pool_alloc(struct match_pool *pool, uint32_t n_cells);
// n_cells as it was asked for.
void match_pool_release(struct match_pool *pool, void *block, uint32_t n_cells);
// Whether blocks of the two sizes are the same size.
int match_pool_same_size(uint32_t n_cells, uint32_t other_n_cells);
void match_pool_free(struct match_pool *pool);

#endif
