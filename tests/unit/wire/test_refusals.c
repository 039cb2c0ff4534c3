// SPDX-License-Identifier: Apache-2.0
//
// Bytes that are not what they should be: each must be refused, whatever else they hold.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/status.h"
#include "domain/question.h"
#include "unit/wire/random_message.h"
#include "unit/wire/shapes.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

#define MILLION 1000000

TestSuite(wire_refusals, .init = known_shapes_init);

#define BYTES(text) ((struct slice){text, sizeof(text) - 1})

struct bad_bytes {
    const char *what;
    struct slice bytes;
};

static int decode_unit(enum wire_form form, struct slice bytes, struct refusal *refusal)
{
    struct unit unit;
    *refusal = (struct refusal){0};
    return wire_decode(entity_shape(KIND_UNIT), form, bytes, &unit, NULL, refusal);
}

Test(wire_refusals, malformed_messages_are_refused_in_both_forms)
{
    const struct bad_bytes cases[] = {
        {"field number 0", BYTES("\x00\x01")},
        {"field number 0, length-delimited", BYTES("\x02\x01"
                                                   "a")},
        {"start of a group", BYTES("\x0B\x0C")},
        {"end of a group", BYTES("\x0C")},
        {"start of an unknown group", BYTES("\xA3\x06\xA4\x06")},
        {"wire type 6", BYTES("\x0E\x01")},
        {"wire type 7", BYTES("\x0F\x01")},
        {"a tag and no value", BYTES("\x58")},
        {"a length beyond the end", BYTES("\x0A\x05"
                                          "ab")},
        {"a length of 2^31-1", BYTES("\x0A\xFF\xFF\xFF\xFF\x07"
                                     "ab")},
        {"a length of 2^32-1", BYTES("\x0A\xFF\xFF\xFF\xFF\x0F"
                                     "ab")},
        {"a length of 2^64-1", BYTES("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"
                                     "ab")},
        {"a varint of 11 bytes",
         BYTES("\x58\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")},
        {"a varint over 64 bits", BYTES("\x58\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02")},
        {"a varint that never ends", BYTES("\x58\xFF\xFF\xFF")},
        {"a tag over 32 bits", BYTES("\x88\x80\x80\x80\x80\x01\x01")},
        {"a field number over 32 bits", BYTES("\xA0\x86\x80\x80\x80\x01\x01")},
        {"field number 2^29", BYTES("\x80\x80\x80\x80\x10\x01")},
        {"a text as a varint", BYTES("\x08\x01")},
        {"a number as a text", BYTES("\x5A\x01"
                                     "a")},
        {"a text as 32 bits", BYTES("\x0D"
                                    "abcd")},
        {"half of 64 bits", BYTES("\xA1\x06"
                                  "abcd")},
        {"a nested length beyond the end", BYTES("\x22\x03\x0A\x05"
                                                 "a")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int form = WIRE_PUBLIC; form <= WIRE_LOG; form++) {
            struct refusal refusal;
            int status = decode_unit((enum wire_form)form, cases[i].bytes, &refusal);
            cr_expect_eq(status, STATUS_INVALID_ARGUMENT, "%s", cases[i].what);
            cr_expect_eq(refusal.reason, REASON_BAD_MESSAGE, "%s: %s", cases[i].what,
                         refusal.message);
        }
}

Test(wire_refusals, what_the_public_form_takes_the_log_does_not_when_it_is_not_canonical)
{
    const struct bad_bytes cases[] = {
        {"a long varint", BYTES("\x58\x81\x00")},
        {"a long length", BYTES("\x0A\x81\x00"
                                "a")},
        {"a long tag", BYTES("\x8A\x00\x01"
                             "a")},
        {"descending fields", BYTES("\x12\x01"
                                    "b"
                                    "\x0A\x01"
                                    "a")},
        {"a single field twice", BYTES("\x0A\x01"
                                       "a"
                                       "\x0A\x01"
                                       "b")},
        {"an unknown field", BYTES("\xA0\x06\x01")},
        {"an empty nested message", BYTES("\x22\x00")},
        {"a bool of 2", BYTES("\x58\x02")},
        {"an enum of 0", BYTES("\x38\x00")},
        {"a position out of bounds", BYTES("\x48\xD0\xA2\xD3\xAF\x01")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct refusal refusal;
        cr_expect_eq(decode_unit(WIRE_PUBLIC, cases[i].bytes, &refusal), STATUS_OK,
                     "%s: %s", cases[i].what, refusal.message);
        cr_expect_eq(decode_unit(WIRE_LOG, cases[i].bytes, &refusal),
                     STATUS_INVALID_ARGUMENT, "%s", cases[i].what);
    }
}

Test(wire_refusals, a_record_cut_anywhere_is_refused_or_ends_between_two_fields)
{
    struct arena arena = {0};
    struct random random = {.state = 4, .arena = &arena, .full = true};
    for (const struct known_shape *known = known_shapes; known->shape; known++) {
        union any_message message, read;
        struct buffer bytes = {0};
        random_message(&random, known->shape, &message);
        wire_encode(known->shape, WIRE_PUBLIC, &message, &bytes);
        struct wire_reader reader = {.rest = buffer_slice(&bytes)};
        struct wire_field field;
        size_t boundary = 0;
        for (size_t len = 0; len < bytes.len; len++) {
            // exactly sized, so that a read beyond the cut is seen
            char *cut = memcpy(malloc(len + 1), bytes.data, len);
            int status = wire_decode(known->shape, WIRE_PUBLIC, (struct slice){cut, len},
                                     &read, &arena, NULL);
            while (boundary < len && wire_read_field(&reader, &field) > 0)
                boundary = bytes.len - reader.rest.len;
            cr_assert_eq(status == STATUS_OK, boundary == len, "%s cut at %zu of %zu",
                         known->shape->name, len, bytes.len);
            free(cut);
        }
        buffer_free(&bytes);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

Test(wire_refusals, bad_utf8_of_every_kind_is_refused_by_name)
{
    const struct bad_bytes cases[] = {
        {"a byte that starts nothing", BYTES("a\xFF")},
        {"a continuation alone", BYTES("\x80")},
        {"a sequence cut short", BYTES("\xC3")},
        {"a sequence of three cut short", BYTES("\xE2\x82")},
        {"overlong slash", BYTES("\xC0\xAF")},
        {"overlong in three", BYTES("\xE0\x80\xAF")},
        {"overlong in four", BYTES("\xF0\x80\x80\xAF")},
        {"overlong NUL", BYTES("\xC0\x80")},
        {"a surrogate", BYTES("\xED\xA0\x80")},
        {"a pair of surrogates", BYTES("\xED\xA0\xBD\xED\xB8\x80")},
        {"beyond U+10FFFF", BYTES("\xF4\x90\x80\x80")},
        {"five bytes", BYTES("\xF8\x88\x80\x80\x80")},
        {"embedded NUL", BYTES("a\0b")},
        {"a newline", BYTES("a\nb")},
        {"escape", BYTES("\x1B[2J")},
        {"DEL", BYTES("\x7F")},
        {"C1", BYTES("\xC2\x85")},
        // NOLINTBEGIN(misc-misleading-bidirectional): they are what is refused
        {"right-to-left override", BYTES("\xE2\x80\xAE")},
        {"isolate", BYTES("\xE2\x81\xA6")},
        // NOLINTEND(misc-misleading-bidirectional)
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int form = WIRE_PUBLIC; form <= WIRE_LOG; form++) {
            struct buffer bytes = {0};
            struct refusal refusal;
            size_t mark = wire_write_start(&bytes, 4);
            wire_write_bytes(&bytes, 3, cases[i].bytes);
            wire_write_end(&bytes, mark);
            int status =
                decode_unit((enum wire_form)form, buffer_slice(&bytes), &refusal);
            cr_expect_eq(status, STATUS_INVALID_ARGUMENT, "%s", cases[i].what);
            cr_expect_eq(refusal.reason, REASON_NOT_UTF8, "%s", cases[i].what);
            cr_expect_str_eq(refusal.field, "contact.address");
            buffer_free(&bytes);
        }
}

Test(wire_refusals, numbers_that_their_type_cannot_hold_are_refused)
{
    const struct bad_bytes cases[] = {
        {"a uint32 of 2^32", BYTES("\x30\x80\x80\x80\x80\x10")}, // asa
        {"a negative uint32", BYTES("\x30\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
        {"a uint64 of 2^63", BYTES("\xB8\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct query query;
        struct refusal refusal = {0};
        int status = wire_decode(&shape_query, WIRE_PUBLIC, cases[i].bytes, &query, NULL,
                                 &refusal);
        cr_expect_eq(status, STATUS_INVALID_ARGUMENT, "%s", cases[i].what);
        cr_expect_eq(refusal.reason, REASON_OUT_OF_RANGE, "%s", cases[i].what);
    }
}

struct bad_field {
    const char *text; // or, when NULL:
    uint64_t value;
    uint32_t number;
    enum reason reason;
    const char *field;
};

Test(wire_refusals, wrong_values_of_a_query_name_the_field)
{
    const struct bad_field cases[] = {
        {"15", 0, 4, REASON_RETIRED_REGION, "home_region"},
        {"26", 0, 4, REASON_BAD_FORMAT, "home_region"},
        {"1", 0, 4, REASON_BAD_FORMAT, "home_region"},
        {"2026-02-29", 0, 5, REASON_BAD_FORMAT, "on"},
        {"2026-2-9", 0, 5, REASON_BAD_FORMAT, "on"},
        {"@nord", 0, 12, REASON_BAD_FORMAT, "in_regions"},
        {"99", 0, 12, REASON_BAD_FORMAT, "in_regions"},
        {NULL, 4, 10, REASON_UNKNOWN_ENUM, "sex"},
        {NULL, 99, 20, REASON_UNKNOWN_ENUM, "order"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer bytes = {0};
        struct query query;
        struct refusal refusal = {0};
        if (cases[i].text)
            wire_write_bytes(&bytes, cases[i].number, slice_from(cases[i].text));
        else
            wire_write_uint(&bytes, cases[i].number, cases[i].value);
        int status = wire_decode(&shape_query, WIRE_PUBLIC, buffer_slice(&bytes), &query,
                                 NULL, &refusal);
        cr_expect_eq(status, STATUS_INVALID_ARGUMENT);
        cr_expect_eq(refusal.reason, cases[i].reason, "%s", refusal.message);
        cr_expect_str_eq(refusal.field, cases[i].field);
        buffer_free(&bytes);
    }
}

static int decode_repeated(const struct shape *shape, uint32_t number, struct slice item,
                           unsigned n, struct refusal *refusal)
{
    struct buffer bytes = {0};
    struct arena arena = {0};
    union any_message message;
    *refusal = (struct refusal){0};
    for (unsigned i = 0; i < n; i++)
        wire_write_bytes(&bytes, number, item);
    int status =
        wire_decode(shape, WIRE_PUBLIC, buffer_slice(&bytes), &message, &arena, refusal);
    buffer_free(&bytes);
    arena_free(&arena);
    return status;
}

Test(wire_refusals, lists_and_sets_over_their_limit_are_refused)
{
    struct refusal refusal;
    const struct shape *service = entity_shape(KIND_SERVICE);
    cr_expect_eq(decode_repeated(service, 6, slice_from("x"), 16, &refusal), 0);
    cr_expect_eq(decode_repeated(service, 6, slice_from("x"), 17, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_str_eq(refusal.field, "synonyms");
    cr_expect_eq(refusal.reason, REASON_TOO_MANY);
    cr_expect_eq(decode_repeated(&shape_query, 12, slice_from("01"), 64, &refusal), 0);
    cr_expect_eq(decode_repeated(&shape_query, 12, slice_from("01"), 65, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_eq(refusal.reason, REASON_TOO_MANY);
    cr_expect_eq(decode_repeated(&shape_answer, 6, slice_from(""), 1000, &refusal), 0);
    cr_expect_eq(decode_repeated(&shape_answer, 6, slice_from(""), 1001, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_eq(refusal.reason, REASON_TOO_MANY);
    cr_expect_str_eq(refusal.field, "options");
}

Test(wire_refusals, texts_over_their_limit_do_not_get_into_the_log)
{
    struct buffer bytes = {0};
    struct refusal refusal;
    char name[NAME_MAX_LEN + 1];
    memset(name, 'x', sizeof name);
    wire_write_bytes(&bytes, 2, (struct slice){name, NAME_MAX_LEN});
    cr_expect_eq(decode_unit(WIRE_LOG, buffer_slice(&bytes), &refusal), 0);
    buffer_clear(&bytes);
    wire_write_bytes(&bytes, 2, (struct slice){name, NAME_MAX_LEN + 1});
    cr_expect_eq(decode_unit(WIRE_LOG, buffer_slice(&bytes), &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_eq(refusal.reason, REASON_TOO_LONG);
    cr_expect_str_eq(refusal.field, "name");
    buffer_free(&bytes);
}

Test(wire_refusals, sixty_four_unknown_fields_pass_and_no_more)
{
    struct refusal refusal;
    cr_expect_eq(decode_repeated(&shape_query, 100, slice_from("new"), 64, &refusal), 0);
    cr_expect_eq(decode_repeated(&shape_query, 100, slice_from("new"), 65, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_eq(decode_repeated(&shape_query, 1, slice_from("again"), 65, &refusal), 0);
    cr_expect_eq(decode_repeated(&shape_query, 1, slice_from("again"), 66, &refusal),
                 STATUS_INVALID_ARGUMENT);
}

static struct refusal refusal_of(const struct shape *shape, struct slice bytes)
{
    union any_message message;
    struct arena arena = {0};
    struct refusal refusal = {0};
    wire_decode(shape, WIRE_PUBLIC, bytes, &message, &arena, &refusal);
    arena_free(&arena);
    return refusal;
}

// The last 999,000 are not looked at: what they are makes no difference.
Test(wire_refusals, a_million_fields_of_any_kind_are_refused_by_the_first_of_them)
{
    static const uint32_t numbers[] = {1, 4, 5, 11, 12, 20, 100, 536870911};
    const struct shape *shapes[] = {&shape_query, &shape_answer, entity_shape(KIND_UNIT)};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct buffer bytes = {0};
        for (int n = 0; n < MILLION / 1000; n++)
            wire_write_bytes(&bytes, numbers[i], slice_from(""));
        size_t looked_at = bytes.len;
        for (int n = MILLION / 1000; n < MILLION; n++)
            wire_write_bytes(&bytes, numbers[i], slice_from(""));
        memset(bytes.data + looked_at, 0xff, bytes.len - looked_at);
        for (int s = 0; s < 3; s++) {
            struct refusal some =
                refusal_of(shapes[s], (struct slice){bytes.data, looked_at});
            struct refusal all = refusal_of(shapes[s], buffer_slice(&bytes));
            cr_expect_eq(all.status, STATUS_INVALID_ARGUMENT, "%u", numbers[i]);
            cr_expect_eq(all.reason, some.reason, "%u: %s", numbers[i], all.message);
            cr_expect_str_eq(all.message, some.message, "%u", numbers[i]);
        }
        buffer_free(&bytes);
    }
}

Test(wire_refusals, a_thousand_levels_are_refused_and_need_no_stack)
{
    // field 4 of Unit in itself, and in an unknown field, where nothing looks inside
    struct buffer bytes = {0}, outer = {0};
    struct refusal refusal;
    for (int level = 0; level < 1000; level++) {
        buffer_clear(&outer);
        wire_write_bytes(&outer, 4, buffer_slice(&bytes));
        struct buffer swap = bytes;
        bytes = outer;
        outer = swap;
    }
    cr_expect_eq(decode_unit(WIRE_PUBLIC, buffer_slice(&bytes), &refusal),
                 STATUS_INVALID_ARGUMENT);
    buffer_clear(&outer);
    wire_write_bytes(&outer, 100, buffer_slice(&bytes));
    cr_expect_eq(decode_unit(WIRE_PUBLIC, buffer_slice(&outer), &refusal), STATUS_OK);
    buffer_free(&bytes);
    buffer_free(&outer);
}

Test(wire_refusals, a_list_without_an_arena_is_refused)
{
    struct answer answer;
    cr_expect_eq(
        wire_decode(&shape_answer, WIRE_PUBLIC, BYTES("\x32\x00"), &answer, NULL, NULL),
        STATUS_INVALID_ARGUMENT);
}
