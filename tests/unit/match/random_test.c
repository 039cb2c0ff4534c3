// SPDX-License-Identifier: Apache-2.0
//
// Random worlds under random changes: the answer in order is the answer of the scan, and
// the first options are the same however many are asked for.
#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

#define N_SERVICES 4
#define N_UNITS 150
#define N_AGREEMENTS 24
#define N_AREAS 2
#define MAX_ROWS 4000
#define ID_BYTES 24

struct row {
    char id[ID_BYTES];
    uint32_t service, unit;
    bool is_capacity, in_use;
};

struct random_world {
    struct world world;
    uint64_t seed;
    char unit_ids[N_UNITS][ID_BYTES];
    struct row rows[MAX_ROWS];
    uint32_t n_rows;
    bool permits[N_AREAS][N_UNITS];
};

static uint32_t draw(struct random_world *r, uint32_t n)
{
    r->seed ^= r->seed << 13;
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    return (uint32_t)((r->seed >> 11) % n);
}

static bool chance(struct random_world *r, uint32_t percent)
{
    return draw(r, 100) < percent;
}

static uint32_t draw_region(struct random_world *r)
{
    static const uint8_t codes[] = {1, 3, 4, 12, 13, 14, 17, 22, 25};
    return codes[draw(r, sizeof(codes))];
}

static uint32_t draw_regions(struct random_world *r)
{
    uint32_t regions = REGION_BIT(draw_region(r));
    while (chance(r, 50))
        regions |= REGION_BIT(draw_region(r));
    return regions;
}

// A few towns, some far outside Sweden, so that distances tie and cells fill up.
static struct position draw_position(struct random_world *r)
{
    static const struct position towns[] = {
        {59330000, 18070000}, {57700000, 11970000},  {67850000, 20220000},
        {55600000, 13000000}, {-33900000, 18400000}, {59330000, -179990000}};
    struct position position = towns[draw(r, 100) < 90 ? draw(r, 4) : draw(r, 6)];
    position.latitude_e6 += (int32_t)draw(r, 400000);
    position.longitude_e6 += (int32_t)draw(r, 400000);
    return position;
}

static struct match_terms draw_terms(struct random_world *r)
{
    struct match_terms terms = plain_line("").terms;
    if (chance(r, 30))
        terms.asa_max = (uint8_t)(1 + draw(r, 5));
    if (chance(r, 20))
        terms.weight_max = (uint16_t)(700 + draw(r, 800));
    if (chance(r, 20))
        terms.bmi_max = (uint16_t)(250 + draw(r, 150));
    if (chance(r, 30))
        terms.age_min = (uint8_t)(1 + draw(r, 20));
    if (chance(r, 10))
        terms.sex = (uint8_t)(2 + draw(r, 2));
    terms.has_conditions = chance(r, 10);
    return terms;
}

static int64_t draw_price(struct random_world *r)
{
    return chance(r, 25) ? MATCH_PRICE_ABSENT : (int64_t)draw(r, 30) * 100000;
}

static void set_unit(struct random_world *r, uint32_t unit)
{
    struct match_unit facts = plain_unit(r->unit_ids[unit]);
    facts.region = (uint8_t)draw_region(r);
    facts.active = chance(r, 95);
    facts.has_position = chance(r, 90);
    if (facts.has_position)
        facts.position = draw_position(r);
    match_index_set_unit(r->world.index, unit, &facts);
}

static void set_agreement(struct random_world *r, uint32_t agreement)
{
    struct match_agreement facts = plain_agreement();
    facts.parties = draw_regions(r);
    if (chance(r, 30))
        facts.valid_from = r->world.today - 20 + (int32_t)draw(r, 40);
    if (chance(r, 30))
        facts.valid_to = r->world.today + (int32_t)draw(r, 200);
    facts.suspended = chance(r, 5);
    match_index_set_agreement(r->world.index, agreement, &facts);
}

static void set_waiting(struct random_world *r)
{
    uint32_t service = draw(r, N_SERVICES), unit = draw(r, N_UNITS);
    struct match_waiting waiting = plain_waiting(&r->world, (int16_t)draw(r, 40));
    waiting.observed_on = r->world.today + 1 - (int32_t)draw(r, 60);
    if (chance(r, 30)) {
        waiting.forecast_days = (int16_t)draw(r, 40);
        waiting.forecast_until = waiting.observed_on + (int32_t)draw(r, 90);
    }
    match_index_set_waiting(r->world.index, service, unit,
                            chance(r, 10) ? NULL : &waiting);
}

static void add_capacity(struct random_world *r, struct row *row)
{
    struct match_capacity capacity = plain_capacity(&r->world, row->id);
    capacity.price = draw_price(r);
    capacity.terms = draw_terms(r);
    capacity.open_to = draw_regions(r);
    capacity.window_start = r->world.today - 20 + (int32_t)draw(r, 60);
    capacity.window_end = capacity.window_start + (int32_t)draw(r, 30);
    if (chance(r, 30))
        capacity.book_by = capacity.window_start;
    capacity.free = draw(r, 4);
    match_index_add_capacity(r->world.index, row->service, row->unit, &capacity);
}

static void add_row(struct random_world *r)
{
    struct row *row = &r->rows[draw(r, MAX_ROWS)];
    if (row->in_use)
        return;
    row->service = chance(r, 70) ? 0 : draw(r, N_SERVICES);
    row->unit = draw(r, N_UNITS);
    row->is_capacity = chance(r, 20);
    row->in_use = true;
    if (row->is_capacity) {
        add_capacity(r, row);
        return;
    }
    struct match_line line = plain_line(row->id);
    line.price = draw_price(r);
    line.agreement = draw(r, N_AGREEMENTS);
    line.lead_days = chance(r, 50) ? MATCH_DAYS_ABSENT : (int16_t)draw(r, 40);
    line.terms = draw_terms(r);
    match_index_add_line(r->world.index, row->service, row->unit, &line);
}

static void remove_row(struct random_world *r)
{
    struct row *row = &r->rows[draw(r, MAX_ROWS)];
    if (!row->in_use)
        return;
    row->in_use = false;
    if (row->is_capacity)
        match_index_remove_capacity(r->world.index, row->service, row->unit, row->id);
    else
        match_index_remove_line(r->world.index, row->service, row->unit, row->id);
}

static void change_permit(struct random_world *r)
{
    uint32_t area = draw(r, N_AREAS), unit = draw(r, N_UNITS);
    if (r->permits[area][unit]) {
        match_index_remove_permit(r->world.index, area, unit, &r->permits[area][unit]);
    } else {
        struct match_permit permit = {
            .record = &r->permits[area][unit],
            .in_force_from = r->world.today - 20 + (int32_t)draw(r, 30),
            .in_force_to =
                chance(r, 50) ? MATCH_DATE_MAX : r->world.today + (int32_t)draw(r, 60),
            .has_scope = chance(r, 30),
        };
        match_index_add_permit(r->world.index, area, unit, &permit);
    }
    r->permits[area][unit] = !r->permits[area][unit];
}

static void change_something(struct random_world *r)
{
    uint32_t kind = draw(r, 100);
    if (kind < 55)
        add_row(r);
    else if (kind < 70)
        remove_row(r);
    else if (kind < 90)
        set_waiting(r);
    else if (kind < 94)
        change_permit(r);
    else if (kind < 97)
        set_agreement(r, draw(r, N_AGREEMENTS));
    else
        set_unit(r, draw(r, N_UNITS));
}

static void random_world_init(struct random_world *r, uint64_t seed)
{
    *r = (struct random_world){.seed = seed * 2654435761u + 1};
    world_init(&r->world);
    for (uint32_t service = 1; service < N_SERVICES; service++)
        match_index_set_service(r->world.index, service,
                                service < N_AREAS ? service : MATCH_NONE);
    for (uint32_t unit = 0; unit < N_UNITS; unit++) {
        snprintf(r->unit_ids[unit], ID_BYTES, "SE2321000016-%u",
                 draw(r, 1000) * 1000 + unit);
        set_unit(r, unit);
    }
    for (uint32_t agreement = 0; agreement < N_AGREEMENTS; agreement++)
        set_agreement(r, agreement);
    for (uint32_t i = 0; i < MAX_ROWS; i++)
        snprintf(r->rows[i].id, ID_BYTES, "%u/%u", draw(r, 100), i);
}

static struct match_query draw_query(struct random_world *r)
{
    struct match_query query = plain_query(&r->world);
    query.service = chance(r, 60) ? 0 : draw(r, N_SERVICES);
    query.home_region = REGION_BIT(draw_region(r));
    query.order = (enum match_order)(1 + draw(r, 3));
    query.on += chance(r, 60) ? 0 : (int32_t)draw(r, 60);
    query.asa = (uint8_t)draw(r, 7);
    query.weight_hg = chance(r, 50) ? 0 : 500 + draw(r, 900);
    query.height_cm = chance(r, 40) ? 0 : 150 + draw(r, 50);
    query.age = (int32_t)draw(r, 80) - 1;
    query.sex = (uint8_t)(chance(r, 20) ? 0 : 2 + draw(r, 2));
    query.has_origin = chance(r, 70);
    query.origin = draw_position(r);
    query.in_regions = chance(r, 80) ? 0 : draw_regions(r);
    query.max_wait_days = chance(r, 80) ? -1 : (int32_t)draw(r, 40);
    query.max_distance_km = chance(r, 80) ? -1 : (int32_t)draw(r, 500);
    query.slots = chance(r, 80) ? 1 : 1 + draw(r, 4);
    query.certain_only = chance(r, 20);
    query.limit = chance(r, 20) ? 1 + draw(r, 100) : 1 + draw(r, 12);
    return query;
}

static void expect_same(const struct match_answer *a, const struct match_answer *b)
{
    uint32_t n = a->n_options < b->n_options ? a->n_options : b->n_options;
    for (uint32_t i = 0; i < n; i++) {
        const struct match_candidate *x = &a->options[i].chosen,
                                     *y = &b->options[i].chosen;
        cr_assert_eq(x->unit, y->unit, "option %u: unit %u or %u", i, x->unit, y->unit);
        cr_assert_eq(x->kind, y->kind);
        cr_assert_eq(x->record, y->record);
        cr_assert_eq(x->unknown, y->unknown);
        cr_assert_eq(x->wait, y->wait);
        cr_assert_eq(x->distance_km, y->distance_km);
        cr_assert_eq(x->price, y->price);
        cr_assert_eq(x->waiting, y->waiting);
        cr_assert_eq(a->options[i].alternatives, b->options[i].alternatives);
    }
}

static void expect_same_however_asked(struct random_world *r,
                                      const struct match_query *query)
{
    struct match_answer ordered, other;
    struct match_query changed = *query;
    arena_reset(&r->world.arena);
    match_query_run(r->world.index, query, &r->world.arena, &ordered);
    changed.force_scan = true;
    match_query_run(r->world.index, &changed, &r->world.arena, &other);
    cr_assert_eq(ordered.n_options, other.n_options);
    expect_same(&ordered, &other);
    changed.explain = true;
    match_query_run(r->world.index, &changed, &r->world.arena, &other);
    cr_assert_eq(ordered.n_options, other.n_options);
    expect_same(&ordered, &other);
    changed.limit = MATCH_MAX_OPTIONS;
    match_query_run(r->world.index, &changed, &r->world.arena, &other);
    cr_assert_leq(ordered.n_options, other.n_options);
    cr_assert(ordered.n_options == query->limit || ordered.n_options == other.n_options);
    expect_same(&ordered, &other);
}

static void live_through(struct random_world *r, uint32_t n_batches, uint64_t *n_options)
{
    for (uint32_t batch = 0; batch < n_batches; batch++) {
        uint32_t n_changes = chance(r, 10) ? 400 : 1 + draw(r, 12);
        for (uint32_t i = 0; i < n_changes; i++)
            change_something(r);
        if (chance(r, 2))
            match_index_set_max_age(r->world.index, 20 + (int32_t)draw(r, 40));
        match_index_settle(r->world.index);
        r->world.today += chance(r, 5);
        match_index_prepare(r->world.index, r->world.today, chance(r, 30) ? 1 : 0);
        for (uint32_t i = 0; i < 12; i++) {
            struct match_query query = draw_query(r);
            expect_same_however_asked(r, &query);
            struct match_answer answer;
            match_query_run(r->world.index, &query, &r->world.arena, &answer);
            *n_options += answer.n_options;
        }
    }
}

Test(match_random, the_answer_does_not_depend_on_how_it_was_found)
{
    static struct random_world r;
    uint64_t n_options = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        random_world_init(&r, seed);
        live_through(&r, 120, &n_options);
        world_close(&r.world);
    }
    cr_assert_gt(n_options, 20000, "only %llu options", (unsigned long long)n_options);
}

static int compare_answers_of(struct random_world *a, struct random_world *b)
{
    struct match_query query = draw_query(a);
    struct match_answer x, y;
    arena_reset(&a->world.arena);
    arena_reset(&b->world.arena);
    match_query_run(a->world.index, &query, &a->world.arena, &x);
    match_query_run(b->world.index, &query, &b->world.arena, &y);
    cr_assert_eq(x.n_options, y.n_options);
    for (uint32_t i = 0; i < x.n_options; i++) {
        const struct match_candidate *p = &x.options[i].chosen, *q = &y.options[i].chosen;
        cr_assert_eq(p->unit, q->unit);
        cr_assert_eq(p->kind, q->kind);
        if (p->record)
            cr_assert_str_eq(p->record, q->record);
    }
    return (int)x.n_options;
}

// The second world gets the rows of the first backwards, in one batch.
static void add_rows_backwards(struct random_world *to, const struct match_line *lines,
                               uint32_t n)
{
    for (uint32_t i = n; i-- > 0;) {
        struct match_line line = lines[i];
        line.record = to->rows[i].id;
        match_index_add_line(to->world.index, 0, to->rows[i].unit, &line);
    }
}

Test(match_random, the_order_in_which_lines_came_does_not_show)
{
    static struct random_world a, b;
    static struct match_line lines[1000];
    random_world_init(&a, 7);
    random_world_init(&b, 7);
    for (uint32_t i = 0; i < 1000; i++) {
        lines[i] = plain_line(a.rows[i].id);
        lines[i].price = draw_price(&a);
        lines[i].agreement = draw(&a, N_AGREEMENTS);
        a.rows[i].unit = b.rows[i].unit = draw(&a, N_UNITS);
        match_index_add_line(a.world.index, 0, a.rows[i].unit, &lines[i]);
        if (i % 50 == 0)
            world_settle(&a.world);
    }
    add_rows_backwards(&b, lines, 1000);
    world_settle(&a.world);
    world_settle(&b.world);
    int n_options = 0;
    for (uint32_t i = 0; i < 500; i++)
        n_options += compare_answers_of(&a, &b);
    cr_assert_gt(n_options, 1000);
    world_close(&a.world);
    world_close(&b.world);
}
