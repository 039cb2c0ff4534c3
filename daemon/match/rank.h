// SPDX-License-Identifier: Apache-2.0
//
// The best candidates found so far, in the query's order
// (vardsok/v1/matching.proto), absent values last.
#ifndef MATCH_RANK_H
#define MATCH_RANK_H

#include "base/arena.h"
#include "match/layout.h"
#include "match/query.h"

#define RANK_ABSENT UINT64_MAX

// A candidate that is kept, small enough to be made for each one that may be.
struct match_found {
    uint64_t ranks[3];         // wait, distance and price in the query's order
    const struct group *group; // its rows; NULL or without rows for a permit
    uint32_t unit, row;
    uint32_t unknown, failed;
    int32_t wait, distance_km;
    enum match_kind kind;
};

struct match_ranking {
    const struct match_index *index;
    enum match_order order;
    uint32_t n, limit;
    struct match_found *found;         // limit of them
    uint8_t places[MATCH_MAX_OPTIONS]; // in order: which of found
    float reach; // no unit beyond this chord is as near as the worst kept
};

void match_ranking_init(struct match_ranking *ranking, const struct match_index *index,
                        enum match_order order, uint32_t limit, struct arena *arena);

static inline const struct match_found *
match_ranking_get(const struct match_ranking *ranking, uint32_t place)
{
    return &ranking->found[ranking->places[place]];
}

static inline bool match_ranking_is_full(const struct match_ranking *ranking)
{
    return ranking->n == ranking->limit;
}

// The first rank of the worst that is kept; RANK_ABSENT while there is room.
static inline uint64_t match_ranking_last(const struct match_ranking *ranking)
{
    return match_ranking_is_full(ranking)
               ? match_ranking_get(ranking, ranking->n - 1)->ranks[0]
               : RANK_ABSENT;
}

static inline uint64_t rank_wait(int32_t wait)
{
    return wait < 0 ? RANK_ABSENT : (uint64_t)wait;
}

static inline uint64_t rank_price(int64_t price)
{
    return price == MATCH_PRICE_ABSENT ? RANK_ABSENT : (uint64_t)price;
}

// Whether whatever has at least these ranks and this chord stands behind all that are
// kept. chord_squared is INFINITY for a distance that is not known.
bool match_ranking_excludes(const struct match_ranking *ranking, uint64_t wait,
                            float chord_squared, uint64_t price);

// Keeps a copy of a candidate if it stands before the worst. Its ranks are filled in
// here.
void match_ranking_offer(struct match_ranking *ranking, struct match_found *found,
                         int64_t price);

#endif
