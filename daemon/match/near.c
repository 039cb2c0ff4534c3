// SPDX-License-Identifier: Apache-2.0
//
// A cell's number interleaves the bits of its row and column, so that the entries by
// place follow a Z-curve. The leaves cut that curve where the larger blocks of the grid
// end, until a run is small: small cells where care is dense, large ones where it is not.
// What a leaf says is made of the units in it and not of the grid, so it holds for any
// position on Earth.
#include "match/near.h"

#include <math.h>

#include "match/order.h"
#include "match/table.h"

// Sweden; 7 km by 4 km to a cell.
#define SOUTH_E6 54500000
#define NORTH_E6 69500000
#define WEST_E6 10500000
#define EAST_E6 24500000
#define LAST_CELL 254 // of 256: KEY_ABSENT and above are no cells

#define LEAF_ENTRIES 16
#define MIN_ENTRIES 64    // fewer are read as they stand
#define CHORD_SLACK 1e-6F // more than float's rounding of a chord; 6 m

static uint32_t spread_bits(uint32_t byte)
{
    byte = (byte | byte << 4) & 0x0f0f;
    byte = (byte | byte << 2) & 0x3333;
    return (byte | byte << 1) & 0x5555;
}

static uint32_t cell_part(int32_t e6, int32_t from_e6, int32_t to_e6)
{
    int64_t part = ((int64_t)e6 - from_e6) * 256 / (to_e6 - from_e6);
    return (uint32_t)(part < 0 ? 0 : part > LAST_CELL ? LAST_CELL : part);
}

uint16_t match_near_cell(struct position position)
{
    uint32_t row = cell_part(position.latitude_e6, SOUTH_E6, NORTH_E6);
    uint32_t column = cell_part(position.longitude_e6, WEST_E6, EAST_E6);
    return (uint16_t)(spread_bits(row) << 1 | spread_bits(column));
}

uint16_t match_order_place_key(const struct match_unit *facts)
{
    return facts->has_position ? match_near_cell(facts->position) : KEY_ABSENT;
}

// An arc from its chord by the first terms of 2 asin(c / 2). Within SERIES_MAX they miss
// less than 1 m, float's rounding of the chord less than 2 m more. Only where that could
// change the whole km, and beyond, is the exact figure needed, whose sines cost twenty
// times as much.
#define SERIES_MAX 0.3
#define DOUBT_KM 0.01

uint32_t near_distance_km(float chord_squared, struct position a, struct position b)
{
    double square = (double)chord_squared, chord = sqrt(square);
    double series =
        1 + square * (1.0 / 24 + square * (3.0 / 640 + square * (5.0 / 7168)));
    double half_up = DISTANCE_EARTH_KM * chord * series + 0.5;
    double whole = floor(half_up);
    bool certain = half_up - whole > DOUBT_KM && half_up - whole < 1 - DOUBT_KM;
    return chord < SERIES_MAX && certain ? (uint32_t)whole : distance_km(a, b);
}

struct build {
    const struct match_index *index;
    const uint64_t *entries;
    struct near_leaf *leaves;
    uint32_t n_leaves;
    uint32_t leaf_entries; // larger in large sets, to keep the leaves few
};

static struct unit_vector entry_vector(const struct build *build, uint32_t at)
{
    uint32_t g = entry_group(build->entries[at]);
    return build->index->units[build->index->groups[g].unit].vector;
}

static void add_leaf(struct build *build, uint32_t from, uint32_t to)
{
    float x = 0, y = 0, z = 0, widest = 0;
    for (uint32_t i = from; i < to; i++) {
        struct unit_vector vector = entry_vector(build, i);
        x += vector.x;
        y += vector.y;
        z += vector.z;
    }
    float n = (float)(to - from);
    struct unit_vector centre = {x / n, y / n, z / n};
    for (uint32_t i = from; i < to; i++) {
        float chord = near_chord_squared(centre, entry_vector(build, i));
        widest = chord > widest ? chord : widest;
    }
    build->leaves[build->n_leaves++] =
        (struct near_leaf){centre, sqrtf(widest) + CHORD_SLACK, from};
}

// Each cut halves a block of the grid; at most 16 deep.
static void cut(struct build *build, uint32_t from, uint32_t to, int bit)
{
    if (from == to)
        return;
    bool full = build->n_leaves + 17 > NEAR_MAX_LEAVES; // one for each block still open
    if (to - from <= build->leaf_entries || bit < 0 || full) {
        add_leaf(build, from, to);
        return;
    }
    uint32_t low = from, high = to;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (entry_key(build->entries[middle]) >> bit & 1)
            high = middle;
        else
            low = middle + 1;
    }
    cut(build, from, low, bit - 1);
    cut(build, low, to, bit - 1);
}

static uint32_t count_located(const uint64_t *entries, uint32_t n)
{
    while (n > 0 && entry_key(entries[n - 1]) >= KEY_ABSENT)
        n--;
    return n;
}

void match_near_build(const struct match_index *index, struct order_set *set)
{
    struct near_leaf leaves[NEAR_MAX_LEAVES];
    const uint64_t *entries = order_entries(set, ORDER_BY_PLACE);
    free(set->leaves);
    set->leaves = NULL;
    set->n_leaves = 0;
    set->n_located = count_located(entries, set->n);
    set->n_built = set->n_located < MIN_ENTRIES ? MIN_ENTRIES / 2 : set->n_located;
    if (set->n_located < MIN_ENTRIES)
        return;
    uint32_t leaf_entries = set->n_located / (NEAR_MAX_LEAVES / 2);
    struct build build = {
        .index = index,
        .entries = entries,
        .leaves = leaves,
        .leaf_entries = leaf_entries < LEAF_ENTRIES ? LEAF_ENTRIES : leaf_entries,
    };
    cut(&build, 0, set->n_located, 15);
    size_t bytes = build.n_leaves * sizeof(*leaves);
    set->leaves = malloc(bytes);
    CHECK(set->leaves);
    memcpy(set->leaves, leaves, bytes);
    set->n_leaves = build.n_leaves;
}

// The last leaf that starts at or before an entry.
static uint32_t leaf_of(const struct order_set *set, uint32_t at)
{
    uint32_t leaf = set->n_leaves - 1;
    while (leaf > 0 && set->leaves[leaf].start > at)
        leaf--;
    return leaf;
}

void match_near_on_insert(struct order_set *set, uint32_t at, uint16_t place_key,
                          struct unit_vector vector)
{
    if (place_key >= KEY_ABSENT)
        return;
    set->n_located++;
    if (!set->leaves)
        return;
    uint32_t leaf = leaf_of(set, at);
    struct near_leaf *grown = &set->leaves[leaf];
    float chord = sqrtf(near_chord_squared(grown->centre, vector)) + CHORD_SLACK;
    grown->radius = chord > grown->radius ? chord : grown->radius;
    for (leaf++; leaf < set->n_leaves; leaf++)
        set->leaves[leaf].start++;
}

void match_near_on_remove(struct order_set *set, uint32_t at, uint16_t place_key)
{
    if (place_key >= KEY_ABSENT)
        return;
    set->n_located--;
    if (!set->leaves)
        return;
    for (uint32_t leaf = leaf_of(set, at) + 1; leaf < set->n_leaves; leaf++)
        set->leaves[leaf].start--;
}
