// SPDX-License-Identifier: Apache-2.0
#include "domain/live.h"

#include <stdlib.h>
#include <string.h>

#include "domain/identity.h"
#include "domain/rows.h"
#include "domain/sorted.h"

static struct live_id id_of(const struct claim *claim)
{
    struct live_id id = {0};
    uint32_t index = 0;
    CHECK(claim_id_parse(claim->claim, &id.sequence, &index));
    id.index = index;
    return id;
}

static int compare_ids(struct live_id a, struct live_id b)
{
    if (a.sequence != b.sequence)
        return a.sequence < b.sequence ? -1 : 1;
    return (a.index > b.index) - (a.index < b.index);
}

static int compare_holds(const struct live_claim *a, const struct live_claim *b)
{
    if (a->until_ms != b->until_ms)
        return a->until_ms < b->until_ms ? -1 : 1;
    return compare_ids(a->id, b->id);
}

// --- the holds in the order of running out ---

// How many holds run out before this one.
static uint32_t hold_place(const struct live *live, const struct live_claim *hold)
{
    uint32_t low = 0, high = live->n_holds;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_holds(live->holds[middle], hold) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_hold(struct live *live, struct live_claim *hold)
{
    if (live->n_holds == live->capacity) {
        live->capacity = live->capacity ? live->capacity * 2 : 64;
        live->holds = realloc(live->holds, live->capacity * sizeof(struct live_claim *));
        CHECK(live->holds);
    }
    uint32_t at = hold_place(live, hold);
    memmove(&live->holds[at + 1], &live->holds[at],
            (live->n_holds - at) * sizeof(struct live_claim *));
    live->holds[at] = hold;
    live->n_holds++;
    if (hold->until_ms <= live->seen_ms) {
        hold->capacity->lapsed += hold->slots;
        live->n_lapsed++;
    }
}

static void remove_hold(struct live *live, struct live_claim *hold)
{
    uint32_t at = hold_place(live, hold);
    CHECK(at < live->n_holds && live->holds[at] == hold);
    live->n_holds--;
    memmove(&live->holds[at], &live->holds[at + 1],
            (live->n_holds - at) * sizeof(struct live_claim *));
    if (at < live->n_lapsed) {
        hold->capacity->lapsed -= hold->slots;
        live->n_lapsed--;
    }
}

// --- claims ---

static void tell_free(struct rows *rows, const struct claimed *capacity)
{
    match_index_set_free(rows->index, capacity->service, capacity->unit, capacity->record,
                         claimed_free(capacity));
}

// By id, which is nearly always last. A list's first has no prev.
static void link_claim(struct claimed *capacity, struct live_claim *live)
{
    struct live_claim *before = capacity->last_claim;
    while (before && compare_ids(before->id, live->id) > 0)
        before = before->prev;
    live->prev = before;
    live->next = before ? before->next : capacity->claims;
    *(before ? &before->next : &capacity->claims) = live;
    *(live->next ? &live->next->prev : &capacity->last_claim) = live;
}

static void unlink_claim(struct claimed *capacity, struct live_claim *live)
{
    *(live->prev ? &live->prev->next : &capacity->claims) = live->next;
    *(live->next ? &live->next->prev : &capacity->last_claim) = live->prev;
}

// --- capacities ---

struct claimed *live_find(const struct live *live, struct slice capacity)
{
    struct claimed *claimed = NULL;
    HASH_FIND(hh, live->claimed, capacity.data, capacity.len, claimed);
    return claimed;
}

void claimed_set(struct claimed *claimed, const struct record *record)
{
    uint32_t handles[RECORD_LINKS_MAX];
    record_links(record, handles);
    claimed->record = record;
    claimed->unit = handles[0];
    claimed->service = handles[1];
    claimed->slots = (uint32_t)record_number(record, CAPACITY_SLOTS);
}

static struct claimed *get_claimed(struct live *live, struct slice capacity)
{
    char key[RECORD_TEXT_KEY_MAX];
    struct claimed *claimed = live_find(live, capacity);
    if (claimed)
        return claimed;
    const struct record *record =
        sorted_find(live->capacities, record_text_key(key, capacity));
    CHECK(record);
    claimed = calloc(1, sizeof *claimed);
    CHECK(claimed);
    claimed_set(claimed, record);
    memcpy(claimed->id, capacity.data, capacity.len);
    HASH_ADD_KEYPTR(hh, live->claimed, claimed->id, capacity.len, claimed);
    return claimed;
}

static void forget_unclaimed(struct live *live, struct claimed *capacity)
{
    if (capacity->claims)
        return;
    HASH_DEL(live->claimed, capacity);
    free(capacity);
}

void live_add(struct rows *rows, const struct claim *claim)
{
    struct live_claim *live = calloc(1, sizeof *live);
    CHECK(live);
    live->id = id_of(claim);
    live->slots = (uint32_t)claim->slots;
    live->until_ms = claim->state == CLAIM_HELD ? claim->until : LIVE_NEVER;
    live->capacity = get_claimed(&rows->live, claim->capacity);
    HASH_ADD(hh, rows->live.by_id, id, sizeof live->id, live);
    link_claim(live->capacity, live);
    live->capacity->taken += live->slots;
    if (live->until_ms == LIVE_NEVER)
        live->capacity->confirmed += live->slots;
    else
        add_hold(&rows->live, live);
    tell_free(rows, live->capacity);
}

void live_remove(struct rows *rows, const struct claim *claim)
{
    struct live_id id = id_of(claim);
    struct live_claim *live = NULL;
    // The analyzer loses sight of the id's bytes.
    // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult)
    HASH_FIND(hh, rows->live.by_id, &id, sizeof id, live);
    CHECK(live);
    struct claimed *capacity = live->capacity;
    if (live->until_ms == LIVE_NEVER)
        capacity->confirmed -= live->slots;
    else
        remove_hold(&rows->live, live);
    capacity->taken -= live->slots;
    unlink_claim(capacity, live);
    HASH_DEL(rows->live.by_id, live);
    free(live);
    tell_free(rows, capacity);
    forget_unclaimed(&rows->live, capacity);
}

void live_close(struct live *live)
{
    // The analyzer does not see that HASH_DEL looks at the table, not at what was freed.
    struct live_claim *claim, *next;
    HASH_ITER(hh, live->by_id, claim, next)
    {
        HASH_DEL(live->by_id, claim); // NOLINT(clang-analyzer-unix.Malloc)
        free(claim);
    }
    struct claimed *claimed, *next_claimed;
    HASH_ITER(hh, live->claimed, claimed, next_claimed)
    {
        HASH_DEL(live->claimed, claimed); // NOLINT(clang-analyzer-unix.Malloc)
        free(claimed);
    }
    free(live->holds);
    *live = (struct live){0};
}

void live_see_time(struct rows *rows, int64_t now_ms)
{
    struct live *live = &rows->live;
    uint32_t before = live->n_lapsed;
    live->seen_ms = now_ms;
    while (live->n_lapsed < live->n_holds &&
           live->holds[live->n_lapsed]->until_ms <= now_ms) {
        struct live_claim *hold = live->holds[live->n_lapsed++];
        hold->capacity->lapsed += hold->slots;
        tell_free(rows, hold->capacity);
    }
    while (live->n_lapsed > 0 && live->holds[live->n_lapsed - 1]->until_ms > now_ms) {
        struct live_claim *hold = live->holds[--live->n_lapsed];
        hold->capacity->lapsed -= hold->slots;
        tell_free(rows, hold->capacity);
    }
    if (live->n_lapsed != before)
        match_index_settle(rows->index);
}

const struct live_claim *live_first_hold(const struct live *live)
{
    return live->n_holds > 0 ? live->holds[0] : NULL;
}

void live_name(const struct live_claim *claim, char id[CLAIM_ID_MAX])
{
    size_t len = claim_id_format(claim->id.sequence, (uint32_t)claim->id.index, id);
    if (identity_is_in((struct slice){id, len}))
        memcpy(id, "***", sizeof "***");
}

uint64_t live_bytes(const struct live *live)
{
    return HASH_COUNT(live->by_id) * sizeof(struct live_claim) +
           HASH_COUNT(live->claimed) * sizeof(struct claimed) +
           live->capacity * sizeof(struct live_claim *);
}
