// SPDX-License-Identifier: Apache-2.0
#include "match/rank.h"

#include <math.h>

#include "base/check.h"
#include "match/near.h"

void match_ranking_init(struct match_ranking *ranking, const struct match_index *index,
                        enum match_order order, uint32_t limit, struct arena *arena)
{
    CHECK(limit >= 1 && limit <= MATCH_MAX_OPTIONS);
    ranking->index = index;
    ranking->order = order;
    ranking->n = 0;
    ranking->limit = limit;
    ranking->found = arena_alloc(arena, limit * sizeof(*ranking->found));
    ranking->reach = INFINITY;
}

// Both may be absent: INFINITY then meets INFINITY, and the next rank decides.
static bool is_absent(float chord_squared)
{
    return isinf(chord_squared);
}

bool match_ranking_excludes(const struct match_ranking *ranking, uint64_t wait,
                            float chord_squared, uint64_t price)
{
    if (!match_ranking_is_full(ranking))
        return false;
    const struct match_found *worst = match_ranking_get(ranking, ranking->n - 1);
    bool farther = chord_squared > ranking->reach * ranking->reach;
    switch (ranking->order) {
    case MATCH_EARLIEST:
        if (wait != worst->ranks[0])
            return wait > worst->ranks[0];
        return farther || (is_absent(chord_squared) && price > worst->ranks[2]);
    case MATCH_NEAREST:
        return farther || (is_absent(chord_squared) && wait > worst->ranks[1]);
    case MATCH_CHEAPEST:
        if (price != worst->ranks[0])
            return price > worst->ranks[0];
        if (wait != worst->ranks[1])
            return wait > worst->ranks[1];
        return farther;
    }
    return false;
}

static int compare_ids(const struct match_index *index, const struct match_found *a,
                       const struct match_found *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->unit != b->unit)
        return slice_compare(index->units[a->unit].id, index->units[b->unit].id);
    return (a->row > b->row) - (a->row < b->row); // rows stand by candidate id
}

static bool is_before(const struct match_index *index, const struct match_found *a,
                      const struct match_found *b)
{
    for (unsigned i = 0; i < 3; i++) {
        if (a->ranks[i] != b->ranks[i])
            return a->ranks[i] < b->ranks[i];
    }
    return compare_ids(index, a, b) < 0;
}

static void set_ranks(struct match_found *found, enum match_order order, uint64_t price)
{
    uint64_t wait = rank_wait(found->wait);
    uint64_t distance =
        found->distance_km < 0 ? RANK_ABSENT : (uint64_t)found->distance_km;
    bool by_wait = order == MATCH_EARLIEST, by_distance = order == MATCH_NEAREST;
    found->ranks[0] = by_wait ? wait : by_distance ? distance : price;
    found->ranks[1] = by_wait ? distance : wait;
    found->ranks[2] = by_wait || by_distance ? price : distance;
}

static void set_reach(struct match_ranking *ranking)
{
    if (!match_ranking_is_full(ranking))
        return;
    int32_t km = match_ranking_get(ranking, ranking->n - 1)->distance_km;
    ranking->reach = km < 0 ? INFINITY : near_reach(km);
}

void match_ranking_offer(struct match_ranking *ranking, struct match_found *found,
                         int64_t price)
{
    set_ranks(found, ranking->order, rank_price(price));
    uint32_t at = ranking->n;
    uint8_t slot = (uint8_t)at;
    if (match_ranking_is_full(ranking)) {
        if (!is_before(ranking->index, found, match_ranking_get(ranking, at - 1)))
            return;
        at--;
        slot = ranking->places[at];
    } else {
        ranking->n++;
    }
    while (at > 0 &&
           is_before(ranking->index, found, match_ranking_get(ranking, at - 1))) {
        ranking->places[at] = ranking->places[at - 1];
        at--;
    }
    ranking->places[at] = slot;
    ranking->found[slot] = *found;
    set_reach(ranking);
}
