// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "base/status.h"
#include "domain/question.h"
#include "unit/wire/random_message.h"
#include "unit/wire/shapes.h"
#include "wire/codec.h"
#include "wire/writer.h"

#define ROUNDS 300

TestSuite(wire_codec, .init = known_shapes_init);

static void decode(const struct shape *shape, enum wire_form form, struct slice bytes,
                   void *message, struct arena *arena)
{
    struct refusal refusal = {0};
    int status = wire_decode(shape, form, bytes, message, arena, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s, form %d: %s", shape->name, form,
                 refusal.message);
}

static void round_trip(struct random *random, const struct shape *shape,
                       enum wire_form form)
{
    union any_message sent, received;
    struct buffer first = {0}, second = {0};
    random_message(random, shape, &sent);
    wire_encode(shape, form, &sent, &first);
    decode(shape, form, buffer_slice(&first), &received, random->arena);
    cr_assert(same_message(shape, &sent, &received), "%s, form %d", shape->name, form);
    wire_encode(shape, form, &received, &second);
    cr_assert(slice_equal(buffer_slice(&first), buffer_slice(&second)), "%s, form %d",
              shape->name, form);
    buffer_free(&first);
    buffer_free(&second);
}

Test(wire_codec, what_is_written_reads_back_the_same_in_both_forms)
{
    struct arena arena = {0};
    struct random random = {.state = 1, .arena = &arena};
    for (const struct known_shape *known = known_shapes; known->shape; known++)
        for (int round = 0; round < ROUNDS; round++) {
            random.full = round == 0;
            round_trip(&random, known->shape, WIRE_PUBLIC);
            if (known->in_log)
                round_trip(&random, known->shape, WIRE_LOG);
            arena_reset(&arena);
        }
    arena_free(&arena);
}

Test(wire_codec, a_message_without_fields_has_no_bytes_and_is_all_absent)
{
    for (const struct known_shape *known = known_shapes; known->shape; known++) {
        union any_message empty, received;
        struct buffer bytes = {0};
        shape_clear(known->shape, &empty);
        wire_encode(known->shape, WIRE_PUBLIC, &empty, &bytes);
        cr_assert_eq(bytes.len, 0, "%s", known->shape->name);
        decode(known->shape, WIRE_PUBLIC, (struct slice){NULL, 0}, &received, NULL);
        cr_assert(same_message(known->shape, &empty, &received), "%s",
                  known->shape->name);
    }
}

struct piece {
    struct slice bytes;
    uint32_t number;
};

// Shuffles single fields freely; items of one repeated field keep their order.
static void shuffle(struct random *random, struct slice message, struct buffer *out)
{
    struct piece pieces[256];
    struct wire_reader reader = {.rest = message};
    struct wire_field field;
    size_t n = 0;
    const char *start = message.data;
    while (wire_read_field(&reader, &field) > 0) {
        cr_assert_lt(n, 256);
        pieces[n++] =
            (struct piece){{start, (size_t)(reader.rest.data - start)}, field.number};
        start = reader.rest.data;
    }
    for (size_t pass = 0; pass < 4 * n; pass++) {
        size_t i = random_below(random, n), j = i + 1;
        if (j < n && pieces[i].number != pieces[j].number) {
            struct piece piece = pieces[i];
            pieces[i] = pieces[j];
            pieces[j] = piece;
        }
    }
    for (size_t i = 0; i < n; i++)
        buffer_append_slice(out, pieces[i].bytes);
}

Test(wire_codec, the_order_of_fields_on_the_wire_does_not_matter_to_the_public_form)
{
    struct arena arena = {0};
    struct random random = {.state = 2, .arena = &arena};
    for (const struct known_shape *known = known_shapes; known->shape; known++)
        for (int round = 0; round < 30; round++) {
            union any_message sent, received;
            struct buffer ordered = {0}, shuffled = {0}, again = {0};
            random_message(&random, known->shape, &sent);
            wire_encode(known->shape, WIRE_PUBLIC, &sent, &ordered);
            shuffle(&random, buffer_slice(&ordered), &shuffled);
            decode(known->shape, WIRE_PUBLIC, buffer_slice(&shuffled), &received, &arena);
            wire_encode(known->shape, WIRE_PUBLIC, &received, &again);
            cr_assert(slice_equal(buffer_slice(&ordered), buffer_slice(&again)), "%s",
                      known->shape->name);
            buffer_free(&ordered);
            buffer_free(&shuffled);
            buffer_free(&again);
        }
    arena_free(&arena);
}

Test(wire_codec, the_key_is_the_front_of_the_record)
{
    struct arena arena = {0};
    struct random random = {.state = 3, .arena = &arena};
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++)
        for (int round = 0; round < 30; round++) {
            union any_message entity;
            struct buffer record = {0}, key = {0};
            random_message(&random, entity_shape((enum kind)kind), &entity);
            wire_encode(entity_shape((enum kind)kind), WIRE_LOG, &entity, &record);
            wire_encode_key(WIRE_LOG, entity_shape((enum kind)kind), &entity, &key);
            cr_assert_leq(key.len, record.len);
            cr_assert(
                slice_equal(buffer_slice(&key), (struct slice){record.data, key.len}));
            buffer_free(&record);
            buffer_free(&key);
        }
    arena_free(&arena);
}

static struct buffer field_of_region(const char *name, size_t n)
{
    struct buffer bytes = {0};
    wire_write_bytes(&bytes, 1, slice_from("14"));
    for (size_t i = 0; i < n; i++)
        wire_write_bytes(&bytes, 2, slice_from(name));
    return bytes;
}

Test(wire_codec, the_last_of_several_occurrences_of_a_single_field_counts)
{
    struct buffer bytes = field_of_region("first", 1);
    wire_write_bytes(&bytes, 2, slice_from("last"));
    struct region region;
    decode(entity_shape(KIND_REGION), WIRE_PUBLIC, buffer_slice(&bytes), &region, NULL);
    cr_expect(slice_equal(region.name, slice_from("last")));
    buffer_free(&bytes);
}

Test(wire_codec, a_nested_message_that_comes_again_replaces_the_first)
{
    struct buffer bytes = {0};
    size_t mark = wire_write_start(&bytes, 5);
    wire_write_bytes(&bytes, 1, slice_from("010-441 00 00"));
    wire_write_end(&bytes, mark);
    mark = wire_write_start(&bytes, 5);
    wire_write_bytes(&bytes, 2, slice_from("a@b.se"));
    wire_write_end(&bytes, mark);
    struct region region;
    decode(entity_shape(KIND_REGION), WIRE_PUBLIC, buffer_slice(&bytes), &region, NULL);
    cr_expect_null(region.contact.phone.data);
    cr_expect(slice_equal(region.contact.email, slice_from("a@b.se")));
    buffer_free(&bytes);
}

Test(wire_codec, sets_of_regions_take_stars_and_healthcare_regions)
{
    struct buffer bytes = {0};
    wire_write_bytes(&bytes, 8, slice_from("@vastra"));
    wire_write_bytes(&bytes, 8, slice_from("01"));
    struct agreement agreement;
    decode(entity_shape(KIND_AGREEMENT), WIRE_PUBLIC, buffer_slice(&bytes), &agreement,
           NULL);
    cr_expect_eq(agreement.callers, 1 << 1 | 1 << 13 | 1 << 14);
    wire_write_bytes(&bytes, 8, slice_from("*"));
    struct refusal refusal;
    cr_expect_eq(wire_decode(entity_shape(KIND_AGREEMENT), WIRE_PUBLIC,
                             buffer_slice(&bytes), &agreement, NULL, &refusal),
                 STATUS_INVALID_ARGUMENT, "* stands alone");
    cr_expect_str_eq(refusal.field, "callers");
    buffer_clear(&bytes);
    wire_write_bytes(&bytes, 8, slice_from("*"));
    decode(entity_shape(KIND_AGREEMENT), WIRE_PUBLIC, buffer_slice(&bytes), &agreement,
           NULL);
    cr_expect_eq(agreement.callers, 0x03FE77FA);
    buffer_free(&bytes);
}

Test(wire_codec, zero_is_a_value_and_not_absence)
{
    struct buffer bytes = {0};
    struct agreement_line line, read;
    shape_clear(entity_shape(KIND_AGREEMENT_LINE), &line);
    line.price = 0;
    line.lead_days = 0;
    line.terms.age_min = 0;
    wire_encode(entity_shape(KIND_AGREEMENT_LINE), WIRE_PUBLIC, &line, &bytes);
    decode(entity_shape(KIND_AGREEMENT_LINE), WIRE_PUBLIC, buffer_slice(&bytes), &read,
           NULL);
    cr_expect_eq(read.price, 0);
    cr_expect_eq(read.lead_days, 0);
    cr_expect_eq(read.terms.age_min, 0);
    cr_expect_eq(read.terms.age_max, ABSENT);
    buffer_free(&bytes);
}

Test(wire_codec, an_unspecified_enum_is_absent_on_the_public_wire)
{
    struct buffer bytes = {0};
    wire_write_uint(&bytes, 7, 0);
    struct unit unit;
    decode(entity_shape(KIND_UNIT), WIRE_PUBLIC, buffer_slice(&bytes), &unit, NULL);
    cr_expect_eq(unit.ownership, ABSENT);
    buffer_free(&bytes);
}

Test(wire_codec, texts_are_borrowed_from_the_bytes)
{
    struct buffer bytes = field_of_region("Halland", 1);
    struct region region;
    decode(entity_shape(KIND_REGION), WIRE_PUBLIC, buffer_slice(&bytes), &region, NULL);
    cr_expect_geq(region.name.data, bytes.data);
    cr_expect_leq(region.name.data + region.name.len, bytes.data + bytes.len);
    buffer_free(&bytes);
}

Test(wire_codec, a_set_of_reasons_is_read_packed_and_unpacked)
{
    struct buffer packed = {0}, unpacked = {0};
    struct option option;
    wire_write_bytes(&packed, 2, (struct slice){"\x06\x08", 2});
    decode(&shape_option, WIRE_PUBLIC, buffer_slice(&packed), &option, NULL);
    cr_expect_eq(option.verify, 1 << 6 | 1 << 8);
    wire_write_uint(&unpacked, 2, 6);
    wire_write_uint(&unpacked, 2, 8);
    decode(&shape_option, WIRE_PUBLIC, buffer_slice(&unpacked), &option, NULL);
    cr_expect_eq(option.verify, 1 << 6 | 1 << 8);
    buffer_free(&packed);
    buffer_free(&unpacked);
}
