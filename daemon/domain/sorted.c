// SPDX-License-Identifier: Apache-2.0
#include "domain/sorted.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

static struct record *record_at(const struct sorted *sorted, uint32_t leaf, uint32_t at)
{
    return slab_at(sorted->slab, sorted->leaves[leaf]->records[at]);
}

static uint32_t last_leaf_starting_at_or_before(const struct sorted *sorted,
                                                struct slice key)
{
    uint32_t low = 0, high = sorted->n_leaves;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (record_compare(record_at(sorted, middle, 0), key) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

struct sorted_place sorted_locate(const struct sorted *sorted, struct slice key)
{
    struct sorted_place place = {0, 0, false};
    if (sorted->n_leaves == 0)
        return place;
    place.leaf = last_leaf_starting_at_or_before(sorted, key);
    uint32_t low = 0, high = sorted->leaves[place.leaf]->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = record_compare(record_at(sorted, place.leaf, middle), key);
        if (order == 0)
            return (struct sorted_place){place.leaf, middle, true};
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    place.at = low;
    return place;
}

struct record *sorted_at(const struct sorted *sorted, struct sorted_place place)
{
    return place.found ? record_at(sorted, place.leaf, place.at) : NULL;
}

struct record *sorted_find(const struct sorted *sorted, struct slice key)
{
    return sorted_at(sorted, sorted_locate(sorted, key));
}

struct record *sorted_next(const struct sorted *sorted, struct slice after)
{
    if (sorted->n_leaves == 0)
        return NULL;
    if (after.data == NULL)
        return record_at(sorted, 0, 0);
    struct sorted_place place = sorted_locate(sorted, after);
    uint32_t at = place.at + (place.found ? 1 : 0);
    if (at < sorted->leaves[place.leaf]->n)
        return record_at(sorted, place.leaf, at);
    if (place.leaf + 1 < sorted->n_leaves)
        return record_at(sorted, place.leaf + 1, 0);
    return NULL;
}

static struct sorted_leaf *insert_leaf(struct sorted *sorted, uint32_t at)
{
    if (sorted->n_leaves == sorted->capacity) {
        sorted->capacity = sorted->capacity ? sorted->capacity * 2 : 8;
        sorted->leaves =
            realloc(sorted->leaves, sorted->capacity * sizeof(struct sorted_leaf *));
        CHECK(sorted->leaves);
    }
    memmove(&sorted->leaves[at + 1], &sorted->leaves[at],
            (sorted->n_leaves - at) * sizeof(struct sorted_leaf *));
    struct sorted_leaf *leaf = malloc(sizeof *leaf);
    CHECK(leaf);
    leaf->n = 0;
    sorted->leaves[at] = leaf;
    sorted->n_leaves++;
    return leaf;
}

// Makes room in a full leaf. Keys that come in order leave full leaves behind, others
// halves.
static struct sorted_place split(struct sorted *sorted, struct sorted_place place)
{
    struct sorted_leaf *leaf = sorted->leaves[place.leaf];
    uint32_t keep = place.at == leaf->n ? leaf->n : leaf->n / 2;
    struct sorted_leaf *right = insert_leaf(sorted, place.leaf + 1);
    right->n = leaf->n - keep;
    memcpy(right->records, &leaf->records[keep], right->n * sizeof(uint32_t));
    leaf->n = keep;
    if (place.at < keep || (place.at == keep && keep < SORTED_LEAF))
        return place;
    return (struct sorted_place){place.leaf + 1, place.at - keep, false};
}

void sorted_put(struct sorted *sorted, struct sorted_place place,
                const struct record *record)
{
    if (place.found) {
        sorted->leaves[place.leaf]->records[place.at] = slab_ref(record);
        return;
    }
    if (sorted->n_leaves == 0)
        insert_leaf(sorted, 0);
    if (sorted->leaves[place.leaf]->n == SORTED_LEAF)
        place = split(sorted, place);
    struct sorted_leaf *leaf = sorted->leaves[place.leaf];
    memmove(&leaf->records[place.at + 1], &leaf->records[place.at],
            (leaf->n - place.at) * sizeof(uint32_t));
    leaf->records[place.at] = slab_ref(record);
    leaf->n++;
    sorted->n++;
}

static void remove_leaf(struct sorted *sorted, uint32_t at)
{
    free(sorted->leaves[at]);
    sorted->n_leaves--;
    memmove(&sorted->leaves[at], &sorted->leaves[at + 1],
            (sorted->n_leaves - at) * sizeof(struct sorted_leaf *));
}

// Two neighbours that fit in one leaf become one, so that deletes give memory back.
static void merge_with_next(struct sorted *sorted, uint32_t at)
{
    if (at + 1 >= sorted->n_leaves)
        return;
    struct sorted_leaf *left = sorted->leaves[at], *right = sorted->leaves[at + 1];
    if (left->n + right->n > SORTED_LEAF / 2)
        return;
    memcpy(&left->records[left->n], right->records, right->n * sizeof(uint32_t));
    left->n += right->n;
    remove_leaf(sorted, at + 1);
}

void sorted_remove(struct sorted *sorted, struct sorted_place place)
{
    CHECK(place.found);
    struct sorted_leaf *leaf = sorted->leaves[place.leaf];
    leaf->n--;
    memmove(&leaf->records[place.at], &leaf->records[place.at + 1],
            (leaf->n - place.at) * sizeof(uint32_t));
    sorted->n--;
    if (leaf->n == 0)
        remove_leaf(sorted, place.leaf);
    else
        merge_with_next(sorted, place.leaf);
}

void sorted_free(struct sorted *sorted)
{
    for (uint32_t i = 0; i < sorted->n_leaves; i++)
        free(sorted->leaves[i]);
    free(sorted->leaves);
    *sorted = (struct sorted){.slab = sorted->slab};
}

uint64_t sorted_bytes(const struct sorted *sorted)
{
    return sorted->capacity * sizeof(struct sorted_leaf *) +
           sorted->n_leaves * sizeof(struct sorted_leaf);
}
