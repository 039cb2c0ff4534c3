// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

#include "domain/sorted.h"

#define N_KEYS 5000

static struct record *make_record(uint32_t number)
{
    struct record *record = calloc(1, sizeof *record + 4);
    record->len = record->key_len = 4;
    for (int i = 0; i < 4; i++)
        record->bytes[i] = (char)(number >> (24 - 8 * i));
    return record;
}

static uint32_t number_of(const struct record *record)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number = number << 8 | (unsigned char)record->bytes[i];
    return number;
}

static void check_order(const struct sorted *sorted, struct record *const *by_number)
{
    struct slice after = SLICE_ABSENT;
    uint32_t number = 0;
    uint64_t n = 0;
    const struct record *record;
    while ((record = sorted_next(sorted, after)) != NULL) {
        while (number < number_of(record))
            cr_assert_null(by_number[number++], "a stored key was passed over");
        cr_assert_eq(by_number[number++], record);
        after = record_key(record);
        n++;
    }
    cr_assert_eq(n, sorted->n);
}

Test(sorted, random_puts_and_removes_keep_the_order_of_keys)
{
    static struct record *by_number[N_KEYS];
    struct sorted sorted = {0};
    unsigned seed = 7;
    for (int step = 0; step < 60000; step++) {
        uint32_t number = (uint32_t)rand_r(&seed) % N_KEYS;
        // phases that mostly grow and mostly shrink, so that leaves split and merge
        bool put = (unsigned)rand_r(&seed) % 100 < (step / 10000 % 2 ? 20u : 80u);
        struct record *probe = make_record(number);
        if (put) {
            struct record *old = sorted_put(&sorted, probe);
            cr_assert_eq(old, by_number[number]);
            free(old);
            by_number[number] = probe;
        } else {
            struct record *old = sorted_remove(&sorted, record_key(probe));
            cr_assert_eq(old, by_number[number]);
            free(old);
            free(probe);
            by_number[number] = NULL;
        }
        if (step % 5000 == 4999)
            check_order(&sorted, by_number);
    }
    for (uint32_t number = 0; number < N_KEYS; number++) {
        struct record *probe = make_record(number);
        cr_assert_eq(sorted_find(&sorted, record_key(probe)), by_number[number]);
        free(probe);
    }
    sorted_free(&sorted);
    for (uint32_t number = 0; number < N_KEYS; number++)
        free(by_number[number]);
}

Test(sorted, next_goes_on_from_a_key_that_is_no_longer_there)
{
    struct sorted sorted = {0};
    struct record *a = make_record(10), *b = make_record(30), *gone = make_record(20);
    sorted_put(&sorted, a);
    sorted_put(&sorted, b);

    cr_assert_eq(sorted_next(&sorted, record_key(gone)), b);
    cr_assert_null(sorted_next(&sorted, record_key(b)));

    free(a), free(b), free(gone);
    sorted_free(&sorted);
}

Test(sorted, keys_that_come_in_order_fill_their_leaves)
{
    struct sorted sorted = {0};
    struct record *records[SORTED_LEAF * 4];
    for (uint32_t i = 0; i < SORTED_LEAF * 4; i++)
        sorted_put(&sorted, records[i] = make_record(i));

    cr_assert_eq(sorted.n_leaves, 4);

    for (uint32_t i = 0; i < SORTED_LEAF * 4; i++)
        free(records[i]);
    sorted_free(&sorted);
}
