// SPDX-License-Identifier: Apache-2.0
//
// Each group stands once in each of three orders of its service, as one integer:
//
//   63        48 47         27 26                    0
//   ┌───────────┬─────────────┬──────────────────────┐
//   │ key       │ parties     │ group                │
//   └───────────┴─────────────┴──────────────────────┘
//
// key: a lower bound of what the group's rows can have.
//   by wait    lines: the least wait with lead on the service's day;
//              capacities: the day of the earliest window
//   by price   the least price, to 11 significant bits, rounded down
//   by place   the unit's cell (near.c); no bound, neighbours have like keys
//
// parties: a superset of the regions that some row admits, so that a home region few
// agreements admit runs past the others without touching them. An agreement that takes in
// new parties does not look for its lines: the service remembers them in `grown`, and for
// these home regions nothing is skipped until the service is sorted anew.
//
// Early exit. Groups are read by ascending key until the key's lower bound is strictly
// beyond the first rank of the worst option kept, when `limit` options are kept. All that
// follows has keys as large or larger, so every candidate of it, admitted or conditional,
// ranks behind the worst on the first component alone. Groups that tie with it are all
// read: the later components decide between them. Which row of a group stands for it, and
// its alternatives, are found inside the group, which is read whole; a group is never
// split over two places. So stopping early can neither miss an option nor change one.
//
// Figures are those of `today`, whatever day a query refers on; windows are keyed by
// their date, and a later referral counts from its own. After midnight other figures are
// usable and windows have closed: until match_index_prepare has taken a service to the
// new day, its queries scan all groups.
#include "match/order.h"

#include "match/group.h"
#include "match/near.h"
#include "match/table.h"

#define RADIX_MIN 64

struct keys {
    uint16_t wait, price, place;
    uint32_t parties;                      // packed
    int32_t first_open_day, last_open_day; // of capacities
};

uint16_t match_order_price_key(int64_t price)
{
    if (price == MATCH_PRICE_ABSENT)
        return KEY_ABSENT;
    uint64_t value = price < 0 ? 0 : (uint64_t)price;
    if (value < 1024)
        return (uint16_t)value;
    unsigned shift = 53u - (unsigned)__builtin_clzll(value);
    return (uint16_t)((shift + 1) << 10 | (value >> shift & 1023));
}

static uint16_t days_key(int64_t days)
{
    return (uint16_t)(days < 0 ? 0 : days > KEY_MAX ? KEY_MAX : days);
}

static struct keys line_keys(const struct match_index *index, const struct group *group,
                             int32_t day)
{
    int32_t least_lead = INT32_MAX;
    int64_t least_price = MATCH_PRICE_ABSENT;
    uint32_t parties = 0;
    for (uint32_t i = 0; i < group->n_rows; i++) {
        const struct line_row *line = &group->lines[i];
        least_lead = line->lead_days < least_lead ? line->lead_days : least_lead;
        least_price = line->price < least_price ? line->price : least_price;
        parties |= index->agreements[line->agreement].parties;
    }
    struct keys keys = {KEY_ABSENT, match_order_price_key(least_price),
                        0,          match_order_parties(parties),
                        0,          0};
    bool is_forecast = false;
    int32_t figure = -1;
    if (group->has_waiting)
        figure = waiting_figure(&group->waiting, day, index->max_age_days, &is_forecast);
    if (figure >= 0)
        keys.wait = days_key(figure > least_lead ? figure : least_lead);
    return keys;
}

// A row that is closed on `day`, or full, fails its test whatever a query says.
static struct keys capacity_keys(const struct group *group, int32_t day)
{
    int32_t earliest = INT32_MAX, first_open_day = INT32_MAX, last_open_day = NO_DAY;
    int64_t least_price = MATCH_PRICE_ABSENT;
    uint32_t parties = 0;
    for (uint32_t i = 0; i < group->n_rows; i++) {
        const struct capacity_row *row = &group->capacities[i];
        int32_t open_day =
            row->book_by < row->window_end ? row->book_by : row->window_end;
        if (open_day < day || row->free == 0)
            continue;
        first_open_day = open_day < first_open_day ? open_day : first_open_day;
        last_open_day = open_day > last_open_day ? open_day : last_open_day;
        earliest = row->window_start < earliest ? row->window_start : earliest;
        least_price = row->price < least_price ? row->price : least_price;
        parties |= row->open_to;
    }
    if (last_open_day == NO_DAY)
        return (struct keys){KEY_LEFT_OUT, KEY_LEFT_OUT, KEY_LEFT_OUT, 0, NO_DAY, NO_DAY};
    return (struct keys){days_key(earliest),
                         match_order_price_key(least_price),
                         0,
                         match_order_parties(parties),
                         first_open_day,
                         last_open_day};
}

static struct keys group_keys(const struct match_index *index, const struct group *group,
                              int32_t day)
{
    struct keys keys =
        group->is_capacity ? capacity_keys(group, day) : line_keys(index, group, day);
    if (keys.place != KEY_LEFT_OUT)
        keys.place = index->units[group->unit].place_key;
    return keys;
}

// The keys that the group's entries were made of.
static struct keys placed_keys(const struct match_index *index, const struct group *group)
{
    bool left_out = group->wait_key == KEY_LEFT_OUT;
    uint16_t place = left_out ? KEY_LEFT_OUT : index->units[group->unit].place_key;
    return (struct keys){group->wait_key, group->price_key, place, group->parties, 0, 0};
}

static void remember_keys(struct group *group, struct keys keys)
{
    group->wait_key = keys.wait;
    group->price_key = keys.price;
    group->parties = keys.parties & 0x1fffffu;
    if (!group->is_capacity)
        return;
    group->first_open_day = keys.first_open_day;
    group->last_open_day = keys.last_open_day;
}

static uint64_t make_entry(struct keys keys, unsigned order, uint32_t g)
{
    uint64_t key = order == ORDER_BY_WAIT    ? keys.wait
                   : order == ORDER_BY_PRICE ? keys.price
                                             : keys.place;
    return key << 48 | entry_parties(keys.parties) | g;
}

static uint32_t place_of(const uint64_t *entries, uint32_t n, uint64_t entry)
{
    uint32_t low = 0;
    while (n > 0) {
        uint32_t half = n / 2;
        if (entries[low + half] < entry) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

static void reserve_entries(struct order_set *set, uint32_t n)
{
    if (n <= set->capacity)
        return;
    uint32_t capacity = set->capacity + set->capacity / 4 + 2;
    capacity = capacity < n ? n : capacity;
    uint64_t *entries = malloc(sizeof(*entries) * N_ORDERS * capacity);
    CHECK(entries);
    for (unsigned order = 0; order < N_ORDERS && set->n > 0; order++)
        memcpy(entries + (size_t)order * capacity, order_entries(set, order),
               set->n * sizeof(*entries));
    free(set->entries);
    set->entries = entries;
    set->capacity = capacity;
}

static void insert_group(struct match_index *index, uint32_t g, struct keys keys)
{
    struct group *group = &index->groups[g];
    struct order_set *set = group_set(index, group);
    reserve_entries(set, set->n + 1);
    for (unsigned order = 0; order < N_ORDERS; order++) {
        uint64_t *entries = order_entries(set, order);
        uint64_t entry = make_entry(keys, order, g);
        uint32_t at = place_of(entries, set->n, entry);
        memmove(&entries[at + 1], &entries[at], (set->n - at) * sizeof(*entries));
        entries[at] = entry;
        if (order == ORDER_BY_PLACE)
            match_near_on_insert(set, at, keys.place, index->units[group->unit].vector);
    }
    set->n++;
    if (set->n_located > 2 * set->n_built)
        match_near_build(index, set);
    remember_keys(group, keys);
    group->placed = 1;
}

void match_order_remove(struct match_index *index, uint32_t g)
{
    struct group *group = &index->groups[g];
    struct order_set *set = group_set(index, group);
    struct keys keys = placed_keys(index, group);
    for (unsigned order = 0; order < N_ORDERS; order++) {
        uint64_t *entries = order_entries(set, order);
        uint64_t entry = make_entry(keys, order, g);
        uint32_t at = place_of(entries, set->n, entry);
        CHECK(at < set->n && entries[at] == entry);
        memmove(&entries[at], &entries[at + 1], (set->n - at - 1) * sizeof(*entries));
        if (order == ORDER_BY_PLACE)
            match_near_on_remove(set, at, keys.place);
    }
    set->n--;
    group->placed = 0;
}

// One memmove over what lies between the old place and the new.
static void move_entry(struct order_set *set, unsigned order, uint64_t old,
                       uint64_t entry)
{
    uint64_t *entries = order_entries(set, order);
    uint32_t from = place_of(entries, set->n, old);
    CHECK(from < set->n && entries[from] == old);
    uint32_t to = place_of(entries, set->n, entry);
    if (to > from) {
        to--;
        memmove(&entries[from], &entries[from + 1], (to - from) * sizeof(*entries));
    } else {
        memmove(&entries[to + 1], &entries[to], (from - to) * sizeof(*entries));
    }
    entries[to] = entry;
}

static void move_group(struct match_index *index, uint32_t g, struct keys keys)
{
    struct group *group = &index->groups[g];
    struct order_set *set = group_set(index, group);
    struct keys old = placed_keys(index, group);
    if (make_entry(old, ORDER_BY_PLACE, g) != make_entry(keys, ORDER_BY_PLACE, g)) {
        match_order_remove(index, g);
        insert_group(index, g, keys);
        return;
    }
    for (unsigned order = 0; order < ORDER_BY_PLACE; order++) {
        uint64_t old_entry = make_entry(old, order, g);
        uint64_t entry = make_entry(keys, order, g);
        if (entry != old_entry)
            move_entry(set, order, old_entry, entry);
    }
    remember_keys(group, keys);
}

// Least significant digit first, by bytes; digits that all share are passed over.
static void radix_sort(uint64_t *entries, uint64_t *scratch, uint32_t n)
{
    uint64_t *from = entries, *to = scratch;
    for (unsigned shift = 0; shift < 64; shift += 8) {
        uint32_t starts[256] = {0};
        for (uint32_t i = 0; i < n; i++)
            starts[from[i] >> shift & 0xff]++;
        if (starts[from[0] >> shift & 0xff] == n)
            continue;
        for (uint32_t digit = 0, sum = 0; digit < 256; digit++) {
            uint32_t count = starts[digit];
            starts[digit] = sum;
            sum += count;
        }
        for (uint32_t i = 0; i < n; i++)
            to[starts[from[i] >> shift & 0xff]++] = from[i];
        uint64_t *other = from;
        from = to;
        to = other;
    }
    if (from != entries)
        memcpy(entries, from, n * sizeof(*entries));
}

static void sort_entries(struct match_index *index, uint64_t *entries, uint32_t n)
{
    if (n >= RADIX_MIN) {
        index->scratch =
            table_reserve(index->scratch, &index->scratch_capacity, n, sizeof(*entries));
        radix_sort(entries, index->scratch, n);
        return;
    }
    for (uint32_t i = 1; i < n; i++) {
        uint64_t entry = entries[i];
        uint32_t at = i;
        for (; at > 0 && entries[at - 1] > entry; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

static void rebuild_set(struct match_index *index, struct order_set *set, int32_t day)
{
    for (uint32_t i = 0; i < set->n; i++) {
        uint32_t g = entry_group(set->entries[i]);
        struct keys keys = group_keys(index, &index->groups[g], day);
        remember_keys(&index->groups[g], keys);
        for (unsigned order = 0; order < N_ORDERS; order++)
            order_entries(set, order)[i] = make_entry(keys, order, g);
    }
    for (unsigned order = 0; order < N_ORDERS; order++)
        sort_entries(index, order_entries(set, order), set->n);
    match_near_build(index, set);
}

void match_order_rebuild(struct match_index *index, struct service_row *service,
                         int32_t day)
{
    for (unsigned kind = 0; kind < N_SETS; kind++)
        rebuild_set(index, &service->sets[kind], day);
    service->grown = 0;
}

void match_order_place(struct match_index *index, uint32_t g, int32_t day)
{
    struct group *group = &index->groups[g];
    if (group->n_rows == 0) {
        if (group->placed)
            match_order_remove(index, g);
        return;
    }
    struct keys keys = group_keys(index, group, day);
    if (group->placed)
        move_group(index, g, keys);
    else
        insert_group(index, g, keys);
}

void match_order_append(struct match_index *index, uint32_t g)
{
    struct order_set *set = group_set(index, &index->groups[g]);
    reserve_entries(set, set->n + 1);
    set->entries[set->n++] = g;
    index->groups[g].placed = 1;
}

// Whether the days between give a group other keys: another figure counts, or a row
// closes.
static bool is_aged(const struct match_index *index, const struct group *group,
                    int32_t from_day, int32_t day)
{
    if (group->is_capacity)
        return group->wait_key != KEY_LEFT_OUT && group->first_open_day < day;
    bool is_forecast = false;
    return group->has_waiting &&
           waiting_figure(&group->waiting, from_day, index->max_age_days, &is_forecast) !=
               waiting_figure(&group->waiting, day, index->max_age_days, &is_forecast);
}

static void age_set(struct match_index *index, struct order_set *set, int32_t from_day,
                    int32_t day)
{
    uint32_t n = 0;
    index->scratch = table_reserve(index->scratch, &index->scratch_capacity, set->n,
                                   sizeof(*index->scratch));
    for (uint32_t i = 0; i < set->n; i++) {
        uint32_t g = entry_group(set->entries[i]);
        if (is_aged(index, &index->groups[g], from_day, day))
            index->scratch[n++] = g;
    }
    if (n > set->n / REBUILD_PART) {
        rebuild_set(index, set, day);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        match_order_place(index, (uint32_t)index->scratch[i], day);
}

void match_order_age(struct match_index *index, struct service_row *service, int32_t day)
{
    for (unsigned kind = 0; kind < N_SETS; kind++)
        age_set(index, &service->sets[kind], service->day, day);
}

uint64_t match_order_bytes(const struct service_row *service)
{
    uint64_t bytes = 0;
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        const struct order_set *set = &service->sets[kind];
        bytes += (uint64_t)set->capacity * N_ORDERS * sizeof(*set->entries);
        bytes += (uint64_t)set->n_leaves * sizeof(*set->leaves);
    }
    return bytes;
}

void match_order_free(struct service_row *service)
{
    for (unsigned kind = 0; kind < N_SETS; kind++) {
        free(service->sets[kind].entries);
        free(service->sets[kind].leaves);
    }
}
