// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

#include "domain/sorted.h"

#define N_KEYS 5000
#define KEY_LEN 6 // field 1, a text of 4 bytes

struct fixture {
    struct slab slab;
    struct sorted sorted;
};

static void setup(struct fixture *f)
{
    slab_init(&f->slab, NULL); // a region names no rows
    f->sorted = (struct sorted){.slab = &f->slab};
}

static void teardown(struct fixture *f)
{
    sorted_free(&f->sorted);
    slab_close(&f->slab);
}

static struct slice make_key(uint32_t number, char key[KEY_LEN])
{
    key[0] = 1 << 3 | 2;
    key[1] = 4;
    for (int i = 0; i < 4; i++)
        key[2 + i] = (char)(number >> (24 - 8 * i));
    return (struct slice){key, KEY_LEN};
}

static uint32_t number_of(struct slice key)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | (unsigned char)key.data[2 + i];
    return number;
}

static struct sorted_place locate(const struct fixture *f, uint32_t number)
{
    char key[KEY_LEN];
    return sorted_locate(&f->sorted, make_key(number, key));
}

static struct record *put(struct fixture *f, uint32_t number)
{
    char key[KEY_LEN];
    struct slice bytes = make_key(number, key);
    struct record *record = record_new(&f->slab, KIND_REGION, 1, bytes);
    sorted_put(&f->sorted, sorted_locate(&f->sorted, bytes), record);
    return record;
}

static void check_order(const struct sorted *sorted, struct record *const *by_number)
{
    struct record_view view = {0};
    struct slice after = SLICE_ABSENT;
    uint32_t number = 0;
    uint64_t n = 0;
    const struct record *record;
    while ((record = sorted_next(sorted, after)) != NULL) {
        record_view_set(&view, record);
        after = record_view_key(&view);
        while (number < number_of(after))
            cr_assert_null(by_number[number++], "a stored key was passed over");
        cr_assert_eq(by_number[number++], record);
        n++;
    }
    cr_assert_eq(n, sorted->n);
}

Test(sorted, random_puts_and_removes_keep_the_order_of_keys)
{
    static struct record *by_number[N_KEYS];
    struct fixture f;
    unsigned seed = 7;
    setup(&f);
    for (int step = 0; step < 60000; step++) {
        uint32_t number = (uint32_t)rand_r(&seed) % N_KEYS;
        // phases that mostly grow and mostly shrink, so that leaves split and merge
        bool is_put = (unsigned)rand_r(&seed) % 100 < (step / 10000 % 2 ? 20u : 80u);
        struct sorted_place place = locate(&f, number);
        struct record *old = sorted_at(&f.sorted, place);
        cr_assert_eq(old, by_number[number]);
        by_number[number] = NULL;
        if (is_put)
            by_number[number] = put(&f, number);
        else if (old)
            sorted_remove(&f.sorted, place);
        record_free(&f.slab, old);
        if (step % 5000 == 4999)
            check_order(&f.sorted, by_number);
    }
    teardown(&f);
}

Test(sorted, next_goes_on_from_a_key_that_is_no_longer_there)
{
    struct fixture f;
    char key[KEY_LEN];
    setup(&f);
    put(&f, 10);
    struct record *last = put(&f, 30);

    cr_assert_eq(sorted_next(&f.sorted, make_key(20, key)), last);
    cr_assert_null(sorted_next(&f.sorted, make_key(30, key)));

    teardown(&f);
}

Test(sorted, keys_that_come_in_order_fill_their_leaves)
{
    struct fixture f;
    setup(&f);
    for (uint32_t i = 0; i < SORTED_LEAF * 4; i++)
        put(&f, i);

    cr_assert_eq(f.sorted.n_leaves, 4);

    teardown(&f);
}
