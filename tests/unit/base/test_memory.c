// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/check.h"

Test(arena, memory_is_aligned_and_keeps_its_bytes_as_the_arena_grows)
{
    struct arena arena = {0};
    unsigned char *blocks[300];
    for (size_t i = 0; i < 300; i++) {
        size_t size = i * 7 % 501;
        blocks[i] = arena_alloc(&arena, size);
        cr_assert_eq((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)i, size);
    }
    for (size_t i = 0; i < 300; i++)
        for (size_t k = 0; k < i * 7 % 501; k++)
            cr_assert_eq(blocks[i][k], (unsigned char)i);
    arena_free(&arena);
}

Test(arena, a_block_larger_than_any_chunk_fits)
{
    struct arena arena = {0};
    memset(arena_alloc(&arena, 3 << 20), 1, 3 << 20);
    memset(arena_alloc(&arena, 10), 2, 10);
    arena_free(&arena);
}

Test(arena, reset_keeps_the_largest_chunk)
{
    struct arena arena = {0};
    for (int i = 0; i < 100; i++)
        arena_alloc(&arena, 1000);
    struct arena_chunk *largest = arena.chunk;
    arena_reset(&arena);
    cr_expect_eq(arena.chunk, largest);
    arena_alloc(&arena, 50000);
    cr_expect_eq(arena.chunk, largest);
    arena_free(&arena);
    arena_reset(&arena);
    cr_expect_null(arena.chunk);
}

Test(arena, texts_are_copied_and_printed)
{
    struct arena arena = {0};
    char text[] = "Umeå";
    struct slice copy = arena_copy(&arena, slice_from(text));
    text[0] = 'X';
    cr_expect(slice_equal(copy, slice_from("Umeå")));
    cr_expect_null(arena_copy(&arena, SLICE_ABSENT).data);
    struct slice empty = arena_copy(&arena, slice_from(""));
    cr_expect(empty.data != NULL && empty.len == 0);
    struct slice printed = arena_printf(&arena, "%d units in %s", 3, "Umeå");
    cr_expect_str_eq(printed.data, "3 units in Umeå");
    cr_expect_eq(printed.len, strlen("3 units in Umeå"));
    arena_free(&arena);
}

Test(buffer, bytes_are_appended_and_consumed_in_order)
{
    struct buffer buffer = {0};
    cr_expect_eq(buffer_slice(&buffer).len, 0);
    cr_expect_not_null(buffer_slice(&buffer).data);
    for (unsigned i = 0; i < 10000; i++) {
        unsigned char byte = (unsigned char)i;
        buffer_append(&buffer, &byte, 1);
    }
    buffer_append_slice(&buffer, SLICE_ABSENT);
    cr_expect_eq(buffer.len, 10000);
    buffer_consume(&buffer, 9000);
    cr_expect_eq(buffer.len, 1000);
    cr_expect_eq((unsigned char)buffer.data[0], (unsigned char)9000);
    char *room = buffer_reserve(&buffer, 5);
    cr_expect_eq(room, buffer.data + buffer.len);
    cr_expect_eq(buffer.len, 1000);
    buffer_clear(&buffer);
    cr_expect_eq(buffer.len, 0);
    buffer_free(&buffer);
    cr_expect_null(buffer.data);
}

Test(check, a_broken_invariant_ends_the_process, .signal = SIGABRT)
{
    CHECK(1 + 1 == 3);
}
