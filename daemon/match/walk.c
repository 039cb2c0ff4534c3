// SPDX-License-Identifier: Apache-2.0
//
// Reading a service in order, stopping early; why that is right stands in order.c.
#include <math.h>

#include "match/order.h"
#include "match/trial.h"

// Nearest leaves are sought one by one this often; by then the options are mostly found, and
// the rest is read in whatever order.
#define NEAREST_ROUNDS 8

// The bits of entries that a home region asks for; all of them when entries may lack some.
static uint64_t home_mask(const struct match_run *run)
{
    uint32_t home = match_order_parties(run->query->home_region);
    return run->service->grown & home ? UINT64_MAX : entry_parties(home);
}

// One order of one set, read from its start.
struct cursor {
    const uint64_t *entries;
    uint32_t at, n;
    uint32_t days_ahead; // from today to `on`: windows are that much nearer
    uint64_t home;
};

// Skips what the home region is no party to.
static void cursor_advance(struct cursor *cursor)
{
    while (cursor->at < cursor->n && !(cursor->entries[cursor->at] & cursor->home))
        cursor->at++;
}

static struct cursor cursor_start(const struct match_run *run, unsigned kind, unsigned order)
{
    const struct order_set *set = &run->service->sets[kind];
    bool windows = kind == SET_CAPACITIES && order == ORDER_BY_WAIT;
    struct cursor cursor = {
        .entries = order_entries(set, order),
        .n = set->n,
        .days_ahead = windows ? (uint32_t)(run->query->on - run->query->today) : 0,
        .home = home_mask(run),
    };
    cursor_advance(&cursor);
    return cursor;
}

// No candidate from here on has a smaller key.
static uint32_t cursor_key(const struct cursor *cursor)
{
    if (cursor->at == cursor->n)
        return KEY_LEFT_OUT;
    uint32_t key = entry_key(cursor->entries[cursor->at]);
    if (cursor->days_ahead == 0 || key >= KEY_ABSENT)
        return key;
    return key > cursor->days_ahead ? key - cursor->days_ahead : 0;
}

static uint64_t wait_floor(uint32_t key)
{
    return key == KEY_ABSENT ? RANK_ABSENT : key;
}

// Whether a group can hold an option at all, by what is known without its rows.
static bool may_rank(const struct match_run *run, const struct group *group)
{
    const struct match_query *query = run->query;
    const struct unit_row *unit = &run->index->units[group->unit];
    if (!unit->active || (query->in_regions && !(query->in_regions >> unit->region & 1)))
        return false;
    float chord = INFINITY;
    if (query->has_origin && unit->has_position) {
        chord = near_chord_squared(run->origin, unit->vector);
        if (chord > run->max_reach_squared)
            return false;
    }
    uint64_t wait = wait_floor(group->wait_key);
    if (group->is_capacity) {
        uint64_t ahead = (uint64_t)(query->on - query->today);
        wait = wait > ahead ? wait - ahead : 0;
    }
    if (query->max_wait_days >= 0 && wait != RANK_ABSENT &&
        wait > (uint64_t)query->max_wait_days)
        return false;
    return !match_ranking_excludes(&run->ranking, wait, chord,
                                   price_key_floor(group->price_key));
}

static void read_entry(struct match_run *run, uint64_t entry)
{
    const struct group *group = &run->index->groups[entry_group(entry)];
    if (may_rank(run, group))
        match_run_consider(run, group);
}

// Where waits are bounded, goes on from the first entry without a wait.
static void skip_to_absent(struct cursor *cursor)
{
    uint32_t low = cursor->at, high = cursor->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entry_key(cursor->entries[middle]) < KEY_ABSENT)
            low = middle + 1;
        else
            high = middle;
    }
    cursor->at = low;
    cursor_advance(cursor);
}

void match_run_in_order(struct match_run *run, unsigned order)
{
    struct cursor lines = cursor_start(run, SET_LINES, order);
    struct cursor capacities = cursor_start(run, SET_CAPACITIES, order);
    bool by_wait = order == ORDER_BY_WAIT;
    int32_t max_wait = by_wait ? run->query->max_wait_days : -1;
    for (;;) {
        uint32_t line_key = cursor_key(&lines), capacity_key = cursor_key(&capacities);
        bool is_line = line_key <= capacity_key;
        uint32_t key = is_line ? line_key : capacity_key;
        struct cursor *cursor = is_line ? &lines : &capacities;
        if (key == KEY_LEFT_OUT)
            return;
        uint64_t least = by_wait ? wait_floor(key) : price_key_floor(key);
        if (least > match_ranking_last(&run->ranking))
            return;
        if (max_wait >= 0 && key < KEY_ABSENT && least > (uint64_t)max_wait) {
            skip_to_absent(cursor);
            continue;
        }
        read_entry(run, cursor->entries[cursor->at++]);
        cursor_advance(cursor);
    }
}

static void read_range(struct match_run *run, const struct order_set *set, uint32_t from,
                       uint32_t to)
{
    const uint64_t *entries = order_entries(set, ORDER_BY_PLACE);
    uint64_t home = home_mask(run);
    for (uint32_t i = from; i < to; i++) {
        if (entries[i] & home)
            read_entry(run, entries[i]);
    }
}

// How near the nearest unit of each leaf may be.
struct outlook {
    float least[N_SETS * NEAR_MAX_LEAVES]; // squared chords; INFINITY when read
    uint32_t n;
};

static void look_at_leaves(const struct match_run *run, const struct order_set *set,
                           struct outlook *outlook)
{
    for (uint32_t i = 0; i < set->n_leaves; i++) {
        const struct near_leaf *leaf = &set->leaves[i];
        float chord = sqrtf(near_chord_squared(run->origin, leaf->centre)) - leaf->radius;
        outlook->least[outlook->n++] = chord > 0 ? chord * chord : 0;
    }
}

static void read_leaf(struct match_run *run, struct outlook *outlook, uint32_t at)
{
    outlook->least[at] = INFINITY;
    const struct order_set *set = &run->service->sets[SET_LINES];
    if (at >= set->n_leaves) {
        at -= set->n_leaves;
        set = &run->service->sets[SET_CAPACITIES];
    }
    bool last = at + 1 == set->n_leaves;
    uint32_t end = last ? set->n_located : set->leaves[at + 1].start;
    read_range(run, set, set->leaves[at].start, end);
}

static uint32_t nearest_leaf(const struct outlook *outlook)
{
    uint32_t nearest = 0;
    for (uint32_t i = 1; i < outlook->n; i++) {
        if (outlook->least[i] < outlook->least[nearest])
            nearest = i;
    }
    return nearest;
}

static bool leaf_may_rank(const struct match_run *run, const struct outlook *outlook,
                          uint32_t at)
{
    float least = outlook->least[at];
    return least <= run->ranking.reach_squared && least <= run->max_reach_squared &&
           least < INFINITY;
}

static void read_leaves(struct match_run *run)
{
    struct outlook outlook = {.n = 0};
    for (unsigned kind = 0; kind < N_SETS; kind++)
        look_at_leaves(run, &run->service->sets[kind], &outlook);
    for (unsigned round = 0; round < NEAREST_ROUNDS && outlook.n > 0; round++) {
        uint32_t nearest = nearest_leaf(&outlook);
        if (!leaf_may_rank(run, &outlook, nearest))
            return;
        read_leaf(run, &outlook, nearest);
    }
    for (uint32_t i = 0; i < outlook.n; i++) {
        if (leaf_may_rank(run, &outlook, i))
            read_leaf(run, &outlook, i);
    }
}

void match_run_outwards(struct match_run *run)
{
    read_leaves(run);
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        const struct order_set *set = &run->service->sets[kind];
        if (!set->leaves)
            read_range(run, set, 0, set->n_located);
    }
    // Units without a position stand behind all others.
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        const struct order_set *set = &run->service->sets[kind];
        const uint64_t *entries = order_entries(set, ORDER_BY_PLACE);
        uint32_t end = set->n_located;
        while (end < set->n && entry_key(entries[end]) == KEY_ABSENT)
            end++;
        if (match_ranking_last(&run->ranking) == RANK_ABSENT)
            read_range(run, set, set->n_located, end);
    }
}
