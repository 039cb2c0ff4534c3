// SPDX-License-Identifier: Apache-2.0
//
// Memory for many small blocks: no header per block, freed ones are used again within
// their size, and a block is named by a pointer or by a 32-bit reference.
//
//     chunks ──► [ chunk 0 | chunk 1 | ... ]      each at an address that is a multiple
//     of its size
//                    │
//                    └► [ slab, number | block | block | ... ]
//
// So a block's first address leads to its chunk, and from there to the slab and what owns
// it. A block has no alignment. Memory goes back to the system when the slab is closed.
#ifndef DOMAIN_SLAB_H
#define DOMAIN_SLAB_H

#include <stddef.h>
#include <stdint.h>

#define SLAB_CHUNK_BYTES ((size_t)1 << 20)
#define SLAB_GRAIN 2 // sizes are rounded up to this, larger ones to SLAB_STEP
#define SLAB_SMALL_MAX ((size_t)1024)
#define SLAB_STEP 1024
#define SLAB_BLOCK_MAX ((size_t)65536)
#define SLAB_SIZES (SLAB_SMALL_MAX / SLAB_GRAIN + SLAB_BLOCK_MAX / SLAB_STEP)

struct slab_chunk;

struct slab {
    void *owner; // for the caller
    struct slab_chunk **chunks;
    uint32_t n_chunks, capacity;
    size_t used;                // bytes of the newest chunk
    uint32_t freed[SLAB_SIZES]; // first free block of each size, or SLAB_NO_BLOCK
};

#define SLAB_NO_BLOCK UINT32_MAX

void slab_init(struct slab *slab, void *owner);
void slab_close(struct slab *slab);

// size 1..SLAB_BLOCK_MAX. Aborts when 8 GiB are in use.
void *slab_new(struct slab *slab, size_t size);
// size as it was asked for.
void slab_free(struct slab *slab, void *block, size_t size);

uint32_t slab_ref(const void *block);
void *slab_at(const struct slab *slab, uint32_t ref);
void *slab_owner(const void *block);

// Bytes in use, those of free blocks included.
uint64_t slab_bytes(const struct slab *slab);

#endif
