// SPDX-License-Identifier: Apache-2.0
//
// Reading a service in order, stopping early; why that is right stands in order.c.
#include <math.h>

#include "base/check.h"
#include "match/order.h"
#include "match/trial.h"

// Nearest leaves are sought one by one this often; by then the options are mostly found,
// and the rest is read in whatever order.
#define NEAREST_ROUNDS 8

// The bits of entries that a home region asks for; all of them when entries may lack
// some.
static uint64_t home_mask(const struct match_run *run)
{
    uint32_t home = match_order_parties(run->query->home_region);
    return run->service->grown & home ? UINT64_MAX : entry_parties(home);
}

// The day that windows are keyed from, for a query: keys are days since 1970.
static uint32_t first_day(const struct match_query *query)
{
    return query->on < 0 ? 0 : (uint32_t)query->on;
}

// One order of one set, read from its start.
struct cursor {
    const uint64_t *entries;
    uint32_t at, n;
    uint32_t key; // no candidate from here on has a smaller one; KEY_LEFT_OUT at the end
    uint32_t first_day; // of windows: their days are counted from it; else 0
    uint64_t home;
};

// To the next entry at or after `at` that the home region may be a party to.
static void cursor_settle(struct cursor *cursor)
{
    while (cursor->at < cursor->n && !(cursor->entries[cursor->at] & cursor->home))
        cursor->at++;
    uint32_t key = KEY_LEFT_OUT;
    if (cursor->at < cursor->n)
        key = entry_key(cursor->entries[cursor->at]);
    if (key < KEY_ABSENT)
        key = key > cursor->first_day ? key - cursor->first_day : 0;
    cursor->key = key;
}

static struct cursor cursor_start(const struct match_run *run, unsigned kind,
                                  unsigned order)
{
    const struct order_set *set = &run->service->sets[kind];
    bool windows = kind == SET_CAPACITIES && order == ORDER_BY_WAIT;
    struct cursor cursor = {
        .entries = order_entries(set, order),
        .n = set->n,
        .first_day = windows ? first_day(run->query) : 0,
        .home = home_mask(run),
    };
    CHECK(cursor.entries || cursor.n == 0);
    cursor_settle(&cursor);
    return cursor;
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
        if (chord > run->max_reach * run->max_reach)
            return false;
    }
    uint64_t wait = wait_floor(group->wait_key);
    if (group->is_capacity) {
        if (group->last_open_day < query->on)
            return false;
        uint64_t first = first_day(query);
        wait = wait > first ? wait - first : 0;
    }
    if (query->max_wait_days >= 0 && wait != RANK_ABSENT &&
        wait > (uint64_t)query->max_wait_days)
        return false;
    return !match_ranking_excludes(&run->ranking, wait, chord,
                                   price_key_floor(group->price_key));
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
    cursor_settle(cursor);
}

// Both kinds of a service read together, by ascending keys.
struct walk {
    struct cursor cursors[N_SETS];
    bool by_wait;
    uint32_t max_wait; // of the query, where the order is by wait; or no bound
};

struct step {
    const struct group *group;
    uint64_t least; // the first rank of what the group holds is no smaller
};

static bool walk_next(struct match_run *run, struct walk *walk, struct step *step)
{
    for (;;) {
        struct cursor *cursor = &walk->cursors[SET_LINES];
        if (walk->cursors[SET_CAPACITIES].key < cursor->key)
            cursor = &walk->cursors[SET_CAPACITIES];
        if (cursor->key == KEY_LEFT_OUT)
            return false;
        step->least =
            walk->by_wait ? wait_floor(cursor->key) : price_key_floor(cursor->key);
        if (walk->max_wait < cursor->key && cursor->key < KEY_ABSENT) {
            skip_to_absent(cursor);
            continue;
        }
        step->group = &run->index->groups[entry_group(cursor->entries[cursor->at++])];
        cursor_settle(cursor);
        return true;
    }
}

void match_run_in_order(struct match_run *run, unsigned order)
{
    struct walk walk = {
        .cursors = {cursor_start(run, SET_LINES, order),
                    cursor_start(run, SET_CAPACITIES, order)},
        .by_wait = order == ORDER_BY_WAIT,
        .max_wait = KEY_ABSENT,
    };
    if (walk.by_wait && run->query->max_wait_days >= 0)
        walk.max_wait = (uint32_t)run->query->max_wait_days;
    struct step steps[GROUPS_AHEAD];
    uint32_t n = 0;
    do {
        for (n = 0; n < GROUPS_AHEAD && walk_next(run, &walk, &steps[n]); n++)
            prefetch_group(steps[n].group);
        for (uint32_t i = 0; i < n; i++)
            prefetch_rows(run, steps[i].group);
        for (uint32_t i = 0; i < n; i++) {
            if (steps[i].least > match_ranking_last(&run->ranking))
                return;
            if (may_rank(run, steps[i].group))
                match_run_consider(run, steps[i].group);
        }
    } while (n == GROUPS_AHEAD);
}

static void read_range(struct match_run *run, const struct order_set *set, uint32_t from,
                       uint32_t to)
{
    const struct group *groups[GROUPS_AHEAD];
    const uint64_t *entries = order_entries(set, ORDER_BY_PLACE);
    uint64_t home = home_mask(run);
    while (from < to) {
        uint32_t n = 0;
        for (; from < to && n < GROUPS_AHEAD; from++) {
            if (!(entries[from] & home))
                continue;
            groups[n] = &run->index->groups[entry_group(entries[from])];
            prefetch_group(groups[n++]);
        }
        for (uint32_t i = 0; i < n; i++) {
            if (may_rank(run, groups[i]))
                match_run_consider(run, groups[i]);
        }
    }
}

// The leaves of both sets by how near their centres are: squared chords, whose bits
// ascend like integers, with the number of the leaf in the last of them. UINT32_MAX when
// it has been read.
#define LEAF_BITS 10
#define LEAF_MASK ((UINT32_C(1) << LEAF_BITS) - 1)

struct outlook {
    uint32_t leaves[N_SETS * NEAR_MAX_LEAVES];
    uint32_t n;
};

_Static_assert(N_SETS *NEAR_MAX_LEAVES <= LEAF_MASK + 1, "leaf numbers fit their bits");

static void look_at_leaves(const struct match_run *run, const struct order_set *set,
                           struct outlook *outlook)
{
    for (uint32_t i = 0; i < set->n_leaves; i++) {
        uint32_t bits = 0;
        float chord = near_chord_squared(run->origin, set->leaves[i].centre);
        memcpy(&bits, &chord, sizeof(bits));
        outlook->leaves[outlook->n] = (bits & ~LEAF_MASK) | outlook->n;
        outlook->n++;
    }
}

static uint32_t nearest_leaf(const struct outlook *outlook)
{
    uint32_t nearest = UINT32_MAX;
    for (uint32_t i = 0; i < outlook->n; i++)
        nearest = outlook->leaves[i] < nearest ? outlook->leaves[i] : nearest;
    return nearest & LEAF_MASK;
}

// Reads a leaf unless all of it is too far or it has been read.
static void read_leaf(struct match_run *run, struct outlook *outlook, uint32_t at)
{
    uint32_t bits = outlook->leaves[at] & ~LEAF_MASK;
    if (outlook->leaves[at] == UINT32_MAX)
        return;
    outlook->leaves[at] = UINT32_MAX;
    const struct order_set *set = &run->service->sets[SET_LINES];
    if (at >= set->n_leaves) {
        at -= set->n_leaves;
        set = &run->service->sets[SET_CAPACITIES];
    }
    float chord = 0; // a little less than it is, by the bits of the leaf's number
    memcpy(&chord, &bits, sizeof(chord));
    float reach =
        run->ranking.reach < run->max_reach ? run->ranking.reach : run->max_reach;
    float farthest = reach + set->leaves[at].radius;
    if (chord > farthest * farthest)
        return;
    bool last = at + 1 == set->n_leaves;
    uint32_t end = last ? set->n_located : set->leaves[at + 1].start;
    read_range(run, set, set->leaves[at].start, end);
}

static void read_leaves(struct match_run *run)
{
    struct outlook outlook;
    outlook.n = 0;
    for (unsigned kind = 0; kind < N_SETS; kind++)
        look_at_leaves(run, &run->service->sets[kind], &outlook);
    for (unsigned round = 0; round < NEAREST_ROUNDS && round < outlook.n; round++)
        read_leaf(run, &outlook, nearest_leaf(&outlook));
    for (uint32_t i = 0; i < outlook.n; i++)
        read_leaf(run, &outlook, i);
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
