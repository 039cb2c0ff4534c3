// SPDX-License-Identifier: Apache-2.0
//
// Records as the state keeps them, against the canonical bytes that wire makes.
#include <criterion/criterion.h>
#include <stdio.h>

#include "lib/world.h"
#include "samples.h"
#include "wire/change.h"
#include "wire/codec.h"

#define NOON_MS (DAY_MS / 2)
#define DAY_MS INT64_C(86400000)

struct fixture {
    struct state *state;
    struct buffer command;
    struct wire_command_writer writer;
};

static void setup(struct fixture *f)
{
    *f = (struct fixture){.state = state_new(wire_record_decode, wire_record_encode)};
}

static void teardown(struct fixture *f)
{
    state_free(f->state);
    buffer_free(&f->command);
}

static void start(struct fixture *f)
{
    buffer_clear(&f->command);
    wire_command_writer_init(&f->writer, &f->command);
}

static void add(struct fixture *f, enum change_op op, enum kind kind,
                const union entity *entity)
{
    union entity copy = *entity;
    struct refusal refusal = {0};
    cr_assert_eq(wire_command_add(&f->writer, op, kind, &copy, ABSENT, &refusal), 0, "%s",
                 refusal.message);
}

static enum reason apply(struct fixture *f, int32_t today)
{
    struct command_header header = {.sequence = state_revision(f->state) + 1,
                                    .time_ms = today * DAY_MS + NOON_MS};
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(header.time_ms >> (40 - 8 * i));
    header.request_id[6] = 0x70;
    header.request_id[8] = 0x80;
    memcpy(header.request_id + 9, &header.sequence, 7);
    struct wire_command_reader reader;
    struct outcome outcome;
    wire_command_writer_close(&f->writer);
    wire_command_reader_init(&reader, buffer_slice(&f->command));
    state_apply(f->state, &header, &reader.source, &outcome, NULL);
    return outcome.reason;
}

static void load_world(struct fixture *f, const struct world *world)
{
    start(f);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&world->stored, kind); i++)
            add(f, CHANGE_PUT, kind, naive_at(&world->stored, kind, i));
    cr_assert_eq(apply(f, world->today), REASON_NONE);
}

static void run_ops(struct fixture *f, struct world *world, int n)
{
    for (int i = 0; i < n; i++) {
        struct world_op op;
        world_next_op(world, &op);
        if (op.op == WORLD_DAY)
            continue;
        start(f);
        add(f, op.op == WORLD_PUT ? CHANGE_PUT : CHANGE_DELETE, op.kind, &op.entity);
        cr_assert_eq(apply(f, world->today), op.refused);
    }
}

// ---- bytes ----

static void check_texts(const struct record *record, struct slice key)
{
    struct wire_reader reader = {.rest = key};
    struct wire_field field;
    while (wire_read_field(&reader, &field) > 0)
        if (field.type == WIRE_BYTES)
            cr_assert(slice_equal(record_key_text(record, field.number), field.bytes));
    cr_assert_null(record_key_text(record, 15).data);
}

static struct slice fields_from(struct slice bytes, unsigned number)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    struct slice tail = bytes;
    while (wire_read_field(&reader, &field) > 0 && field.number < number)
        tail = reader.rest;
    return tail;
}

static void check_stored(const struct fixture *f, enum kind kind,
                         const union entity *entity)
{
    struct buffer bytes = {0}, key = {0};
    struct record_view view = {0};
    union entity normal = *entity;
    entity_normalize(kind, &normal);
    wire_encode(entity_shape(kind), WIRE_LOG, &normal, &bytes);
    wire_encode_key(WIRE_LOG, entity_shape(kind), &normal, &key);
    const struct record *record = state_find(f->state, kind, buffer_slice(&key));
    cr_assert_not_null(record, "%s", entity_kind_name(kind));
    record_view_set(&view, record);
    cr_assert_eq(view.kind, kind);
    cr_assert_eq(view.revision, record_revision(record));
    cr_assert_leq(view.revision, state_revision(f->state));
    cr_assert(slice_equal(view.bytes, buffer_slice(&bytes)), "%s",
              entity_kind_name(kind));
    cr_assert(slice_equal(record_view_key(&view), buffer_slice(&key)));
    check_texts(record, buffer_slice(&key));
    cr_assert(slice_equal(record_tail(record, 11), fields_from(view.bytes, 11)));
    record_view_close(&view);
    buffer_free(&bytes);
    buffer_free(&key);
}

Test(wire_record, what_is_stored_gives_back_its_canonical_bytes)
{
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct fixture f;
        struct world world;
        setup(&f);
        world_init(&world, seed);
        load_world(&f, &world);
        run_ops(&f, &world, 200);
        for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
            for (size_t i = 0; i < naive_count(&world.stored, kind); i++)
                check_stored(&f, kind, naive_at(&world.stored, kind, i));
        world_close(&world);
        teardown(&f);
    }
}

// ---- order ----

#define KEYS_MAX 2000

struct keys {
    struct buffer bytes[KEYS_MAX];
    int n;
};

static void read_keys(const struct state *state, enum kind kind, struct keys *keys)
{
    struct record_view view = {0};
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    keys->n = 0;
    while ((record = state_next(state, kind, after)) != NULL && keys->n < KEYS_MAX) {
        record_view_set(&view, record);
        buffer_clear(&keys->bytes[keys->n]);
        buffer_append_slice(&keys->bytes[keys->n++], record_view_key(&view));
        after = record_view_key(&view);
    }
    record_view_close(&view);
}

static void check_next(const struct state *state, enum kind kind, const struct keys *keys,
                       struct slice after)
{
    const struct record *next = state_next(state, kind, after);
    int n_before = 0;
    while (n_before < keys->n &&
           slice_compare(buffer_slice(&keys->bytes[n_before]), after) <= 0)
        n_before++;
    if (n_before == keys->n) {
        cr_assert_null(next);
        return;
    }
    struct record_view view = {0};
    cr_assert_not_null(next);
    record_view_set(&view, next);
    cr_assert(slice_equal(record_view_key(&view), buffer_slice(&keys->bytes[n_before])));
    record_view_close(&view);
}

// Each key cut short, with a byte changed and with one more.
static void check_around(const struct state *state, enum kind kind,
                         const struct keys *keys, struct slice key)
{
    char other[2048];
    cr_assert_lt(key.len, sizeof other);
    memcpy(other, key.data, key.len);
    for (size_t at = 0; at < key.len; at++) {
        check_next(state, kind, keys, (struct slice){other, at});
        for (int step = -1; step <= 1; step += 2) {
            other[at] = (char)(key.data[at] + step);
            check_next(state, kind, keys, (struct slice){other, key.len});
        }
        other[at] = (char)0xff;
        check_next(state, kind, keys, (struct slice){other, at + 1});
        other[at] = key.data[at];
    }
    other[key.len] = 0;
    check_next(state, kind, keys, (struct slice){other, key.len + 1});
}

Test(wire_record, lists_are_in_the_bytewise_order_of_canonical_keys)
{
    static struct keys keys;
    struct fixture f;
    struct world world;
    setup(&f);
    world_init(&world, 4);
    load_world(&f, &world);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++) {
        read_keys(f.state, kind, &keys);
        cr_assert_eq((uint64_t)keys.n, state_count(f.state, kind));
        for (int i = 1; i < keys.n; i++)
            cr_assert_lt(slice_compare(buffer_slice(&keys.bytes[i - 1]),
                                       buffer_slice(&keys.bytes[i])),
                         0, "%s %d", entity_kind_name(kind), i);
        for (int i = 0; i < keys.n; i += 1 + keys.n / 8)
            check_around(f.state, kind, &keys, buffer_slice(&keys.bytes[i]));
    }
    for (int i = 0; i < KEYS_MAX; i++)
        buffer_free(&keys.bytes[i]);
    world_close(&world);
    teardown(&f);
}

// ---- handles ----

// What the samples refer to, and one of each kind that does.
static const enum kind sample_kinds[] = {
    KIND_REGION,    KIND_NHV_AREA,       KIND_SERVICE,      KIND_UNIT,
    KIND_AGREEMENT, KIND_AGREEMENT_LINE, KIND_WAITING_TIME, KIND_CAPACITY};
#define N_SAMPLES (sizeof sample_kinds / sizeof *sample_kinds)
#define TODAY 20700

static void make_sample(enum kind kind, union entity *entity)
{
    full_entity(kind, entity);
    if (kind == KIND_UNIT)
        entity->unit.municipality = SLICE_ABSENT;
    if (kind == KIND_WAITING_TIME) {
        entity->waiting_time.observed_on = TODAY;
        entity->waiting_time.forecast_until = TODAY + 1;
    }
}

static void load_samples(struct fixture *f)
{
    union entity entity;
    start(f);
    for (size_t i = 0; i < N_SAMPLES; i++) {
        make_sample(sample_kinds[i], &entity);
        add(f, CHANGE_PUT, sample_kinds[i], &entity);
    }
    cr_assert_eq(apply(f, TODAY), REASON_NONE);
}

static void check_samples(const struct fixture *f)
{
    union entity entity;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        make_sample(sample_kinds[i], &entity);
        check_stored(f, sample_kinds[i], &entity);
    }
}

// A unit, a service and an agreement under another id; n is a digit.
static void add_others(struct fixture *f, char n)
{
    union entity entity;
    char unit[] = "TSE2321000016-OTHER0", other[] = "OTHER0";
    unit[sizeof unit - 2] = other[sizeof other - 2] = n;
    make_sample(KIND_UNIT, &entity);
    entity.unit.id = slice_from(unit);
    add(f, CHANGE_PUT, KIND_UNIT, &entity);
    make_sample(KIND_SERVICE, &entity);
    entity.service.code = slice_from(other);
    add(f, CHANGE_PUT, KIND_SERVICE, &entity);
    make_sample(KIND_AGREEMENT, &entity);
    entity.agreement.id = slice_from(other);
    add(f, CHANGE_PUT, KIND_AGREEMENT, &entity);
}

Test(wire_record, a_batch_that_is_undone_gives_every_row_its_handle_back)
{
    struct fixture f;
    union entity entity;
    setup(&f);
    load_samples(&f);

    start(&f);
    add_others(&f, '1'); // takes new handles
    for (size_t i = N_SAMPLES - 1; sample_kinds[i] != KIND_NHV_AREA; i--) {
        make_sample(sample_kinds[i], &entity);
        add(&f, CHANGE_DELETE, sample_kinds[i], &entity);
    }
    add_others(&f, '2'); // the ones that have become free
    add_others(&f, '3');
    make_sample(KIND_AGREEMENT_LINE, &entity);
    add(&f, CHANGE_DELETE, KIND_AGREEMENT_LINE, &entity); // again
    cr_assert_eq(apply(&f, TODAY), REASON_NOT_STORED);

    check_samples(&f);
    start(&f);
    add_others(&f, '4');
    cr_assert_eq(apply(&f, TODAY), REASON_NONE);
    check_samples(&f);
    teardown(&f);
}

Test(wire_record, the_longest_line_that_may_be_is_stored)
{
    static char text[TEXT_MAX_LEN];
    struct fixture f;
    union entity entity;
    setup(&f);
    load_samples(&f);
    memset(text, 'x', sizeof text);
    make_sample(KIND_AGREEMENT_LINE, &entity);
    struct agreement_line *line = &entity.agreement_line;
    struct text_list longest = {.n = TEXT_LIST_MAX};
    for (int i = 0; i < TEXT_LIST_MAX; i++)
        longest.items[i] = (struct slice){text, sizeof text};
    line->terms.conditions = line->prerequisites = longest;
    line->aftercare = (struct slice){text, sizeof text};

    start(&f);
    add(&f, CHANGE_PUT, KIND_AGREEMENT_LINE, &entity);

    cr_assert_eq(apply(&f, TODAY), REASON_NONE);
    check_stored(&f, KIND_AGREEMENT_LINE, &entity);
    teardown(&f);
}
