// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "domain/request_ids.h"

#define NOON INT64_C(1790000000000)

static struct request_entry make_entry(int64_t time_ms, uint32_t number)
{
    struct request_entry entry = {.outcome.sequence = number};
    for (int i = 0; i < 6; i++)
        entry.id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    entry.id[6] = 0x70;
    entry.id[8] = 0x80;
    memcpy(entry.id + 9, &number, sizeof number);
    return entry;
}

static void count_evicted(void *arg, const struct request_entry *entry)
{
    (void)entry;
    ++*(unsigned *)arg;
}

Test(request_ids, only_version_7_of_the_rfc_variant_is_one)
{
    struct request_entry entry = make_entry(NOON, 1);
    cr_assert(request_id_is_v7(entry.id));
    cr_assert_eq(request_id_time_ms(entry.id), NOON);
    entry.id[6] = 0x40;
    cr_assert_not(request_id_is_v7(entry.id));
    entry.id[6] = 0x7F;
    entry.id[8] = 0xC0;
    cr_assert_not(request_id_is_v7(entry.id));
}

Test(request_ids, an_id_is_found_with_its_outcome_until_it_is_evicted)
{
    struct request_ids ids = {0};
    cr_assert_null(request_ids_find(&ids, make_entry(NOON, 1).id));
    for (uint32_t i = 0; i < 10000; i++) {
        struct request_entry entry = make_entry(NOON + i, i);
        request_ids_add(&ids, &entry, NOON + i, NULL, NULL);
    }
    for (uint32_t i = 0; i < 10000; i++) {
        const struct request_entry *found =
            request_ids_find(&ids, make_entry(NOON + i, i).id);
        cr_assert_not_null(found);
        cr_assert_eq(found->outcome.sequence, i);
    }
    request_ids_free(&ids);
}

Test(request_ids, ids_older_than_a_day_leave_and_the_horizon_closes_behind_them)
{
    struct request_ids ids = {0};
    unsigned evicted = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        struct request_entry entry = make_entry(NOON + i, i);
        request_ids_add(&ids, &entry, NOON + i, count_evicted, &evicted);
    }
    cr_assert_eq(evicted, 0);

    int64_t later = NOON + STATE_REQUEST_ID_AGE_MS + 1500;
    struct request_entry entry = make_entry(later, 3000);
    request_ids_add(&ids, &entry, later, count_evicted, &evicted);

    cr_assert_eq(evicted, 1500, "ids with time < later - 24 h");
    cr_assert_null(request_ids_find(&ids, make_entry(NOON + 1499, 1499).id));
    cr_assert_not_null(request_ids_find(&ids, make_entry(NOON + 1500, 1500).id));
    cr_assert_geq(request_ids_horizon_ms(&ids, later), NOON + 1500,
                  "what was forgotten must be refused");
    request_ids_free(&ids);
}

Test(request_ids, a_full_table_evicts_the_oldest_and_moves_the_horizon_past_it)
{
    struct request_ids ids = {0};
    unsigned evicted = 0;
    for (uint32_t i = 0; i < STATE_REQUEST_IDS_MAX + 10; i++) {
        struct request_entry entry = make_entry(NOON + i, i);
        request_ids_add(&ids, &entry, NOON + i, count_evicted, &evicted);
    }
    cr_assert_eq(ids.n, STATE_REQUEST_IDS_MAX);
    cr_assert_eq(evicted, 10);
    cr_assert_eq(request_ids_horizon_ms(&ids, NOON), NOON + 10);
    request_ids_free(&ids);
}

Test(request_ids, ids_leave_also_when_nobody_is_told)
{
    struct request_ids ids = {0};
    for (uint32_t i = 0; i < 3; i++) {
        struct request_entry entry = make_entry(NOON + i * STATE_REQUEST_ID_AGE_MS, i);
        request_ids_add(&ids, &entry, NOON + i * STATE_REQUEST_ID_AGE_MS, NULL, NULL);
    }
    cr_expect_null(request_ids_find(&ids, make_entry(NOON, 0).id));
    cr_expect_not_null(
        request_ids_find(&ids, make_entry(NOON + 2 * STATE_REQUEST_ID_AGE_MS, 2).id));
    request_ids_free(&ids);
}

Test(request_ids, memory_follows_what_is_remembered_round_and_round)
{
    enum { LIVE = 5000, STEP_MS = STATE_REQUEST_ID_AGE_MS / LIVE };
    struct request_ids ids = {0};
    uint64_t most = 0;
    for (uint32_t i = 0; i < 2 * STATE_REQUEST_IDS_MAX + 777; i++) {
        int64_t now = NOON + (int64_t)i * STEP_MS;
        struct request_entry entry = make_entry(now, i);
        request_ids_add(&ids, &entry, now, NULL, NULL);
        if (request_ids_bytes(&ids) > most)
            most = request_ids_bytes(&ids);
    }
    cr_expect_leq(ids.n, LIVE + 2);
    cr_expect_leq(most, (LIVE + 4096) * sizeof(struct request_entry) + (1 << 18));
    for (uint32_t i = 0; i < ids.n; i++) {
        const struct request_entry *entry = request_ids_at(&ids, i);
        cr_assert_eq(request_ids_find(&ids, entry->id), entry);
    }
    request_ids_free(&ids);
}

Test(request_ids, a_full_table_goes_round_and_keeps_the_newest)
{
    struct request_ids ids = {0};
    const uint32_t n = STATE_REQUEST_IDS_MAX + 3000; // over the ends of chunks
    for (uint32_t i = 0; i < n; i++) {
        struct request_entry entry = make_entry(NOON + i, i);
        request_ids_add(&ids, &entry, NOON + n, NULL, NULL);
    }
    cr_assert_eq(ids.n, STATE_REQUEST_IDS_MAX);
    for (uint32_t i = 0; i < n; i += 7) {
        const struct request_entry *found =
            request_ids_find(&ids, make_entry(NOON + i, i).id);
        cr_assert_eq(found != NULL, i >= 3000, "%u", i);
        if (found)
            cr_assert_eq(found->outcome.sequence, i);
    }
    request_ids_free(&ids);
}
