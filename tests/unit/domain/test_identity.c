// SPDX-License-Identifier: Apache-2.0
//
// The numbers here are the Swedish Tax Agency's own examples and test numbers.
#include "domain/identity.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/entity.h"
#include "domain/grammar.h"

Test(identity, every_way_to_write_a_number_is_found)
{
    static const char *const numbers[] = {
        "8112189876",
        "811218-9876",
        "811218+9876",
        "198112189876",
        "19811218-9876",
        "19811218+9876",
        "811218 9876",
        "811218 - 9876",
        "81 12 18 98 76",
        "8 1 1 2 1 8 9 8 7 6",
        "19 811218-9876",
        "1981 12 18 9876",
        "1981-12-18-9876",
        "191212121212",
        "19121212-1212",
        "121212+1212",
        "701063-2391", // coordination numbers
        "197010632391",
        "19701063 2391",
        "Patient 811218-9876, väntar",
        "pnr:8112189876.",
        "pnr8112189876",
        "8112189876x",
        "(811218-9876)",
        "A-811218-9876",
        "12 811218-9876 3",
        "1-811218-9876-1",
        "Tel 08-123 45, 811218-9876",
        "8112189876 8112189877",
        "811218–9876", // en dash
        "811218‐9876", // U+2010
        "811218−9876", // minus
        "811218\xC2\xA0"
        "9876", // no-break space
        "811218\xE2\x80\x8B"
        "9876", // zero width space
        "8112\xC2\xAD"
        "189876",               // soft hyphen
        "８１１２１８９８７６", // full-width
        "１９８１１２１８－９８７６",
        "811218－9876",
        "٨١١٢١٨٩٨٧٦", // Arabic-Indic
        "𝟖𝟏𝟏𝟐𝟏𝟖𝟗𝟖𝟕𝟔", // mathematical bold
        "å811218-9876ö",
        "\xFF"
        "811218-9876", // after a byte that is no UTF-8
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        cr_expect(identity_is_in(slice_from(numbers[i])), "%s", numbers[i]);
    cr_expect(identity_is_in((struct slice){"x\0811218-9876", 13}), "after a NUL");
}

Test(identity, what_only_looks_like_a_number_is_left_alone)
{
    static const char *const others[] = {
        "",
        "8112189875", // check digit
        "198112189875",
        "811318-9876", // month 13
        "810018-9876",
        "18112189876", // eleven digits
        "98112189876",
        "1198112189876",  // thirteen
        "19811218987600", // fourteen
        "00008112189876",
        "11811218-9876", // a century of no one
        "8112-189876",   // the dash elsewhere
        "8112189-876",
        "81121898-76",
        "811218--9876",
        "1981-1218-9876",
        "198112-18-9876",
        "1981-12-18 9876",
        "811218.9876",
        "811218/9876",
        "8112,18 9876",
        "811218x9876",
        "811218",
        "-9876",
        "5560125790", // organisation numbers have no month
        "232100-0016",
        "2321000016",
        "SE2321000016-1001",
        "2026-11-22",
        "2026-11-22 12:30",
        "Mån–fre 08.00–16.30",
        "1 250 000 kr",
        "08-123 456 78",
        "NFB49",
        "190229-0004", // 2019 and 1919 have no 29 February
        "SNOMED 45441000052106",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_expect(!identity_is_in(slice_from(others[i])), "%s", others[i]);
}

Test(identity, one_changed_digit_is_another_number)
{
    char text[] = "19811218-9876";
    int n_found = 0;
    for (size_t at = 2; at < sizeof text - 1; at++) {
        if (text[at] == '-')
            continue;
        char right = text[at];
        for (char digit = '0'; digit <= '9'; digit++) {
            text[at] = digit;
            n_found += digit != right && identity_is_in(slice_from(text));
        }
        text[at] = right;
    }
    cr_expect_eq(n_found, 0); // Luhn's check finds every single changed digit
    cr_expect(identity_is_in(slice_from(text)));
}

// The check digit of nine digits, as text of ten.
static void complete(char *ten)
{
    for (ten[9] = '0'; ten[9] <= '9'; ten[9]++) {
        unsigned char digits[10];
        for (int i = 0; i < 10; i++)
            digits[i] = (unsigned char)(ten[i] - '0');
        if (grammar_luhn(digits, 10))
            return;
    }
}

Test(identity, leap_days_and_coordination_days_are_dates)
{
    static const struct {
        const char *nine; // or eleven, with century
        bool is_date;
    } days[] = {
        {"800229123", true},    {"810229123", false},   {"000229123", true},
        {"20000229123", true},  {"19000229123", false}, {"18960229123", true},
        {"20010229123", false}, {"810132123", false},   {"810131123", true},
        {"810431123", false},   {"810430123", true},    {"810161123", true},
        {"810191123", true},    {"810192123", false},   {"810160123", false},
        {"810289123", false},   {"800289123", true},    {"810200123", false},
        {"17810131123", false}, {"21010131123", false}, {"20990131123", true},
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", days[i].nine);
        size_t len = strlen(text);
        complete(text + len - 9);
        text[len + 1] = '\0';
        cr_expect_eq(identity_is_in(slice_from(text)), days[i].is_date, "%s", text);
    }
}

// Whether year, month and day are a date, or one with the day plus 60.
static bool is_date_or_coordination(unsigned year, unsigned month, unsigned day)
{
    for (int k = 0; k < 2; k++) {
        char text[16];
        int32_t days;
        snprintf(text, sizeof text, "%04u-%02u-%02u", year, month, k ? day - 60 : day);
        if ((k == 0 || day > 60) && date_parse(slice_from(text), &days) == STATUS_OK)
            return true;
    }
    return false;
}

Test(identity, the_date_is_a_date_of_the_calendar)
{
    char text[16];
    for (unsigned month = 0; month < 100; month++) {
        for (unsigned day = 0; day < 100; day++) {
            snprintf(text, sizeof text, "1981%02u%02u123", month, day);
            complete(text + 2);
            text[12] = '\0';
            bool is_date = is_date_or_coordination(1981, month, day);
            cr_assert_eq(identity_is_in(slice_from(text)), is_date, "%s", text);
            cr_assert_eq(identity_is_in(slice_from(text + 2)), is_date, "%s", text + 2);
        }
    }
    for (unsigned year = 1600; year < 2300; year++) {
        snprintf(text, sizeof text, "%04u0229123", year);
        complete(text + 2);
        text[12] = '\0';
        bool is_date =
            year >= 1800 && year < 2100 && is_date_or_coordination(year, 2, 29);
        cr_assert_eq(identity_is_in(slice_from(text)), is_date, "%s", text);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static int check_contact_phone(const char *phone)
{
    union entity entity;
    shape_clear(entity_shape(KIND_UNIT), &entity);
    entity.unit.contact.phone = slice_from(phone);
    const struct shape *contact =
        shape_find(entity_shape(KIND_UNIT), slice_from("contact"))->sub;
    return field_check(shape_find(contact, slice_from("phone")), &entity.unit.contact,
                       NULL);
}

static int check_org_number(const char *number)
{
    union entity entity;
    shape_clear(entity_shape(KIND_UNIT), &entity);
    entity.unit.org_number = slice_from(number);
    return field_check(shape_find(entity_shape(KIND_UNIT), slice_from("org_number")),
                       &entity, NULL);
}

static int check_unit_id(const char *id)
{
    union entity entity;
    shape_clear(entity_shape(KIND_UNIT), &entity);
    entity.unit.id = slice_from(id);
    return field_check(shape_find(entity_shape(KIND_UNIT), slice_from("id")), &entity,
                       NULL);
}

Test(identity, ten_thousand_true_typed_numbers_are_not_refused)
{
    uint32_t seed = 38;
    int n_alike = 0;
    for (int i = 0; i < 10000; i++) {
        char text[64], ten[16];
        uint32_t r = next_random(&seed);
        // Mobile numbers 070-079 whose digits are dates now and then.
        snprintf(text, sizeof text, i % 2 ? "07%u%07u" : "07%u-%03u %02u %02u", r % 10,
                 i % 2 ? next_random(&seed) % 10000000 : next_random(&seed) % 1000,
                 r / 10 % 100, r / 1000 % 100);
        cr_assert_eq(check_contact_phone(text), STATUS_OK, "%s", text);
        n_alike += identity_is_in(slice_from(text));

        // Sole traders' organisation numbers are personal numbers: in their own field
        // only.
        snprintf(ten, sizeof ten, "%02u%02u%02u%03u", r % 100, 1 + r / 100 % 12,
                 1 + r / 10000 % 28, next_random(&seed) % 1000);
        complete(ten);
        ten[10] = '\0';
        cr_assert_eq(check_org_number(ten), STATUS_OK);
        cr_assert(identity_is_in(slice_from(ten)));
        snprintf(text, sizeof text, "SE%s-%u", ten, r % 100000);
        cr_assert_eq(check_unit_id(text), STATUS_OK);
    }
    cr_expect_gt(n_alike, 10, "the phones should try the guard");
}

Test(identity, ten_thousand_opening_hours_and_prices_are_not_refused)
{
    uint32_t seed = 39;
    for (int i = 0; i < 10000; i++) {
        char text[128];
        uint32_t r = next_random(&seed);
        snprintf(text, sizeof text,
                 "Mån-fre %02u.%02u-%02u.%02u, lunch %02u:%02u–%02u:%02u, %u kr, "
                 "20%02u-%02u-%02u",
                 r % 24, r % 60, r / 24 % 24, r / 60 % 60, r / 7 % 24, r / 11 % 60,
                 r / 13 % 24, r / 17 % 60, r % 10000000, r % 100, 1 + r % 12, 1 + r % 28);
        cr_assert(!identity_is_in(slice_from(text)), "%s", text);
    }
}

static const char *split_in(struct agreement_line *line)
{
    const struct field *field =
        identity_split_field(entity_shape(KIND_AGREEMENT_LINE), line);
    return field ? field->name : NULL;
}

Test(identity, a_number_split_over_neighbouring_texts_is_found)
{
    union entity entity;
    struct agreement_line *line = &entity.agreement_line;
    struct text_list *texts = &line->prerequisites;
    shape_clear(entity_shape(KIND_AGREEMENT_LINE), &entity);
    cr_expect_null(split_in(line));

    line->terms.conditions.n = 1;
    line->terms.conditions.items[0] = slice_from("patient 19811218");
    texts->n = 1;
    texts->items[0] = slice_from("-9876 väntar");
    cr_expect_str_eq(split_in(line), "prerequisites");

    texts->n = 2;
    texts->items[0] = slice_from("röntgen");
    texts->items[1] = slice_from("-9876");
    cr_expect_null(split_in(line), "a text between parts the digits");

    texts->items[0] = slice_from("81121");
    texts->items[1] = slice_from("8987");
    line->aftercare = slice_from("6");
    cr_expect_str_eq(split_in(line), "aftercare");

    line->aftercare = slice_from("7");
    cr_expect_null(split_in(line));

    // A number whole in one text is that field's fault, not its neighbours'.
    texts->items[1] = slice_from("811218-9876");
    cr_expect_null(split_in(line));
}
