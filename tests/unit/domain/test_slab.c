// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "domain/slab.h"

#define N_BLOCKS 4000

struct block {
    unsigned char *bytes;
    size_t size;
    uint32_t ref;
    unsigned char fill;
};

static size_t draw_size(unsigned *seed)
{
    unsigned kind = (unsigned)rand_r(seed) % 100;
    if (kind < 90)
        return 1 + (unsigned)rand_r(seed) % 80;
    return 1 + (unsigned)rand_r(seed) % (kind < 99 ? 3000 : (unsigned)SLAB_BLOCK_MAX);
}

static void check(const struct slab *slab, const struct block *block)
{
    cr_assert_eq(slab_at(slab, block->ref), block->bytes);
    cr_assert_eq(slab_ref(block->bytes), block->ref);
    cr_assert_eq(slab_owner(block->bytes), slab->owner);
    for (size_t i = 0; i < block->size; i++)
        cr_assert_eq(block->bytes[i], block->fill, "byte %zu of %zu", i, block->size);
}

Test(slab, blocks_keep_their_bytes_and_references_through_random_changes)
{
    static struct block blocks[N_BLOCKS];
    struct slab slab;
    int owner;
    unsigned seed = 3;
    slab_init(&slab, &owner);
    for (int step = 0; step < 40000; step++) {
        struct block *block = &blocks[(unsigned)rand_r(&seed) % N_BLOCKS];
        if (block->bytes) {
            check(&slab, block);
            slab_free(&slab, block->bytes, block->size);
        }
        block->size = draw_size(&seed);
        block->bytes = slab_new(&slab, block->size);
        block->ref = slab_ref(block->bytes);
        block->fill = (unsigned char)step;
        memset(block->bytes, block->fill, block->size);
    }
    for (int i = 0; i < N_BLOCKS; i++)
        if (blocks[i].bytes)
            check(&slab, &blocks[i]);
    slab_close(&slab);
}

Test(slab, freed_blocks_are_used_again_within_their_size)
{
    static const size_t sizes[] = {1, 2, 3, 37, 1024, 1025, 5000, SLAB_BLOCK_MAX};
    struct slab slab;
    slab_init(&slab, NULL);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *a = slab_new(&slab, sizes[i]), *b = slab_new(&slab, sizes[i]);
        uint64_t bytes = slab_bytes(&slab);
        slab_free(&slab, a, sizes[i]);
        slab_free(&slab, b, sizes[i]);
        cr_expect_eq(slab_new(&slab, sizes[i]), b);
        cr_expect_eq(slab_new(&slab, sizes[i]), a);
        cr_expect_eq(slab_bytes(&slab), bytes);
    }
    slab_close(&slab);
}
