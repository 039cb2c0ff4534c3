// SPDX-License-Identifier: Apache-2.0
//
// heads[] is a linear hash table (W. Litwin, 1980): each new group adds one bucket and
// splits one chain, so that no write ever pays for rehashing the whole.
#include "match/group.h"

#include "match/order.h"
#include "match/table.h"

static uint64_t hash_key(uint32_t service, uint32_t unit, bool is_capacity)
{
    uint64_t h = ((uint64_t)service << 32 | unit) * 2 + is_capacity;
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    h ^= h >> 32;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

// The bucket among n: by the bits of the next power of two, or, where that bucket has not
// been split off yet, by one bit less.
static uint32_t bucket_of(uint64_t hash, uint32_t n)
{
    uint32_t mask = n <= 1 ? 0 : UINT32_MAX >> __builtin_clz(n - 1);
    uint32_t bucket = (uint32_t)hash & mask;
    return bucket < n ? bucket : bucket & mask >> 1;
}

static uint32_t group_bucket(const struct match_index *index, const struct group *group)
{
    return bucket_of(hash_key(group->service, group->unit, group->is_capacity),
                     index->n_heads);
}

uint32_t match_group_find(const struct match_index *index, uint32_t service,
                          uint32_t unit, bool is_capacity)
{
    if (index->n_heads == 0)
        return 0;
    uint64_t hash = hash_key(service, unit, is_capacity);
    uint32_t g = index->heads[bucket_of(hash, index->n_heads)];
    while (g) {
        const struct group *group = &index->groups[g];
        if (group->unit == unit && group->service == service &&
            group->is_capacity == is_capacity)
            return g;
        g = group->next;
    }
    return 0;
}

static void add_bucket(struct match_index *index)
{
    index->heads = table_reserve(index->heads, &index->heads_capacity, index->n_heads + 1,
                                 sizeof(*index->heads));
    uint32_t fresh = index->n_heads++;
    index->heads[fresh] = 0;
    if (fresh == 0)
        return;
    uint32_t split = fresh & ((UINT32_MAX >> __builtin_clz(fresh)) >> 1);
    uint32_t g = index->heads[split];
    index->heads[split] = 0;
    while (g) {
        struct group *group = &index->groups[g];
        uint32_t next = group->next;
        uint32_t bucket = group_bucket(index, group);
        group->next = index->heads[bucket];
        index->heads[bucket] = g;
        g = next;
    }
}

static uint32_t take_group(struct match_index *index)
{
    if (index->free_group) {
        uint32_t g = index->free_group;
        index->free_group = index->groups[g].next;
        return g;
    }
    if (index->n_groups == 0)
        index->n_groups = 1;
    CHECK(index->n_groups < ORDER_MAX_GROUPS);
    index->groups = table_reserve(index->groups, &index->groups_capacity,
                                  index->n_groups + 1, sizeof(*index->groups));
    return index->n_groups++;
}

static uint32_t make_group(struct match_index *index, uint32_t service, uint32_t unit,
                           bool is_capacity)
{
    uint32_t g = take_group(index);
    if (index->n_live++ >= index->n_heads)
        add_bucket(index);
    struct group *group = &index->groups[g];
    *group = (struct group){.service = service, .unit = unit, .live = 1};
    group->is_capacity = is_capacity;
    uint32_t bucket = group_bucket(index, group);
    group->next = index->heads[bucket];
    index->heads[bucket] = g;
    index->units[unit].n_groups++;
    return g;
}

struct group *match_group_touch(struct match_index *index, uint32_t service,
                                uint32_t unit, bool is_capacity)
{
    uint32_t g = match_group_find(index, service, unit, is_capacity);
    if (!g)
        g = make_group(index, service, unit, is_capacity);
    struct group *group = &index->groups[g];
    if (!group->touched) {
        index->touched = table_reserve(index->touched, &index->touched_capacity,
                                       index->n_touched + 1, sizeof(*index->touched));
        index->touched[index->n_touched++] = g;
        index->services[service].n_touched++;
        group->touched = 1;
    }
    return group;
}

void match_group_free(struct match_index *index, uint32_t g)
{
    struct group *group = &index->groups[g];
    CHECK(group->n_rows == 0 && !group->has_waiting && !group->placed);
    uint32_t *link = &index->heads[group_bucket(index, group)];
    while (*link != g)
        link = &index->groups[*link].next;
    *link = group->next;
    index->units[group->unit].n_groups--;
    *group = (struct group){.next = index->free_group};
    index->free_group = g;
    index->n_live--;
}

// Makes room for one more row of `cells` cells at a place.
static void open_row(struct match_index *index, struct group *group, uint32_t at,
                     uint32_t cells)
{
    size_t bytes = (size_t)cells * POOL_CELL_BYTES;
    uint32_t n = group->n_rows;
    if (n == 0 || !match_pool_same_size(n * cells, (n + 1) * cells)) {
        void *rows = match_pool_alloc(&index->pool, (n + 1) * cells);
        if (n > 0) {
            memcpy(rows, group->rows, n * bytes);
            match_pool_release(&index->pool, group->rows, n * cells);
        }
        group->rows = rows;
    }
    char *row = (char *)group->rows + at * bytes;
    memmove(row + bytes, row, (n - at) * bytes);
    group->n_rows = n + 1;
}

static void close_row(struct match_index *index, struct group *group, uint32_t at,
                      uint32_t cells)
{
    size_t bytes = (size_t)cells * POOL_CELL_BYTES;
    uint32_t n = --group->n_rows;
    char *row = (char *)group->rows + at * bytes;
    memmove(row, row + bytes, (n - at) * bytes);
    if (n > 0 && match_pool_same_size(n * cells, (n + 1) * cells))
        return;
    void *rows = NULL;
    if (n > 0) {
        rows = match_pool_alloc(&index->pool, n * cells);
        memcpy(rows, group->rows, n * bytes);
    }
    match_pool_release(&index->pool, group->rows, (n + 1) * cells);
    group->rows = rows;
}

void match_group_add_line(struct match_index *index, struct group *group,
                          const struct line_row *line)
{
    uint32_t low = 0, high = group->n_rows;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = index->line_order(group->lines[middle].record, line->record);
        CHECK(order != 0);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    open_row(index, group, low, 1);
    group->lines[low] = *line;
}

void match_group_add_capacity(struct match_index *index, struct group *group,
                              const struct capacity_row *capacity)
{
    uint32_t low = 0, high = group->n_rows;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = slice_compare(group->capacities[middle].id, capacity->id);
        CHECK(order != 0);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    open_row(index, group, low, 2);
    group->capacities[low] = *capacity;
}

void match_group_remove_line(struct match_index *index, struct group *group,
                             const void *record, struct line_row *removed)
{
    uint32_t at = 0;
    while (at < group->n_rows && group->lines[at].record != record)
        at++;
    CHECK(at < group->n_rows);
    *removed = group->lines[at];
    close_row(index, group, at, 1);
}

static uint32_t find_capacity(const struct group *group, const void *record)
{
    uint32_t at = 0;
    while (at < group->n_rows && group->capacities[at].record != record)
        at++;
    CHECK(at < group->n_rows);
    return at;
}

void match_group_remove_capacity(struct match_index *index, struct group *group,
                                 const void *record)
{
    close_row(index, group, find_capacity(group, record), 2);
}

void match_group_set_free(struct group *group, const void *record, uint32_t free)
{
    group->capacities[find_capacity(group, record)].free = free;
}
