// SPDX-License-Identifier: Apache-2.0
//
// The scan keeps the last twelve digits of a run and what stood before each. Whenever a
// group of digits ends it looks back for ten and for twelve digits that began with a
// group.
#include "domain/identity.h"

#include <stdint.h>
#include <utf8proc.h>

#include "domain/grammar.h"

#define LONG_DIGITS 12  // YYYYMMDDNNNC
#define SHORT_DIGITS 10 // YYMMDDNNNC
#define COORDINATION_DAY 60

// What may stand between two digits of a run.
enum gap {
    GAP_NONE = 0,
    GAP_SPACE = 1,
    GAP_DASH = 2,
    GAP_TEXT = 4, // the end of one text and the start of the next
};

struct scan {
    unsigned char digits[LONG_DIGITS]; // the newest last
    unsigned char gaps[LONG_DIGITS];   // enum gap, before each digit
    unsigned n;                        // digits held
    unsigned gap;                      // since the last digit
    bool found, found_split;
};

enum sign { SIGN_OTHER, SIGN_DIGIT, SIGN_SPACE, SIGN_DASH };

static bool is_real_date(const unsigned char *d, bool has_century)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = d[0] * 10u + d[1];
    bool leap = year % 4 == 0;
    if (has_century) {
        unsigned century = year;
        if (century < 18 || century > 20)
            return false;
        year = century * 100 + d[2] * 10u + d[3];
        leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        d += 2;
    }
    unsigned month = d[2] * 10u + d[3];
    unsigned day = d[4] * 10u + d[5];
    if (day > COORDINATION_DAY)
        day -= COORDINATION_DAY;
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

// Dashes only where a number has them: before the last four, or also inside a date of ten
// signs.
static bool dashes_fit(const unsigned char *gaps, unsigned n)
{
    bool date_has_dashes = n == LONG_DIGITS && (gaps[4] & GAP_DASH) &&
                           (gaps[6] & GAP_DASH) && (gaps[8] & GAP_DASH);
    for (unsigned i = 1; i < n; i++) {
        bool allowed = i == n - 4 || (date_has_dashes && (i == 4 || i == 6));
        if ((gaps[i] & GAP_DASH) && !allowed)
            return false;
    }
    return true;
}

static void look_back(struct scan *scan, unsigned n)
{
    if (scan->n < n)
        return;
    const unsigned char *digits = scan->digits + LONG_DIGITS - n;
    const unsigned char *gaps = scan->gaps + LONG_DIGITS - n;
    if (gaps[0] == GAP_NONE || !dashes_fit(gaps, n) ||
        !is_real_date(digits, n == LONG_DIGITS) ||
        !grammar_luhn(digits + n - SHORT_DIGITS, SHORT_DIGITS))
        return;
    scan->found = true;
    for (unsigned i = 1; i < n; i++)
        scan->found_split |= (gaps[i] & GAP_TEXT) != 0;
}

static void end_group(struct scan *scan)
{
    look_back(scan, SHORT_DIGITS);
    look_back(scan, LONG_DIGITS);
}

static void end_run(struct scan *scan)
{
    if (scan->n > 0 && scan->gap == GAP_NONE)
        end_group(scan);
    scan->n = 0;
    scan->gap = GAP_NONE;
}

static void add_gap(struct scan *scan, enum gap gap)
{
    if (scan->n == 0)
        return;
    if (scan->gap == GAP_NONE)
        end_group(scan);
    if (gap == GAP_DASH && (scan->gap & GAP_DASH))
        end_run(scan);
    else
        scan->gap |= gap;
}

static void add_digit(struct scan *scan, unsigned digit)
{
    memmove(scan->digits, scan->digits + 1, LONG_DIGITS - 1);
    memmove(scan->gaps, scan->gaps + 1, LONG_DIGITS - 1);
    scan->digits[LONG_DIGITS - 1] = (unsigned char)digit;
    // The first digit of a run begins a group whatever stood before the run.
    scan->gaps[LONG_DIGITS - 1] = (unsigned char)(scan->n ? scan->gap : GAP_SPACE);
    scan->gap = GAP_NONE;
    if (scan->n < LONG_DIGITS)
        scan->n++;
}

static bool is_decimal(utf8proc_int32_t c)
{
    return utf8proc_category(c) == UTF8PROC_CATEGORY_ND;
}

// Decimal digits of every script come in unbroken tens that begin with zero.
static unsigned decimal_value(utf8proc_int32_t c)
{
    unsigned n = 0;
    while (is_decimal(c - 1)) {
        c--;
        n++;
    }
    return n % 10;
}

static enum sign classify_rare(utf8proc_int32_t c, unsigned *digit)
{
    switch (c) {
    case 0xAD:   // soft hyphen
    case 0x180E: // vowel separator
    case 0x200B: // zero width space, non-joiner, joiner
    case 0x200C:
    case 0x200D:
    case 0x2060: // word joiner
    case 0xFEFF: // zero width no-break space
        return SIGN_SPACE;
    case 0x2212: // minus
    case 0xFF0B: // full-width plus
        return SIGN_DASH;
    default:
        break;
    }
    if (is_decimal(c)) {
        *digit = decimal_value(c);
        return SIGN_DIGIT;
    }
    if (utf8proc_category(c) == UTF8PROC_CATEGORY_PD)
        return SIGN_DASH;
    return utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ? SIGN_SPACE : SIGN_OTHER;
}

static enum sign classify(struct slice text, size_t *at, unsigned *digit)
{
    unsigned char byte = (unsigned char)text.data[*at];
    if (byte < 0x80) {
        ++*at;
        *digit = byte - (unsigned)'0';
        if (byte >= '0' && byte <= '9')
            return SIGN_DIGIT;
        if (byte == '-' || byte == '+')
            return SIGN_DASH;
        return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' ? SIGN_SPACE
                                                                           : SIGN_OTHER;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text.data + *at,
                                            (utf8proc_ssize_t)(text.len - *at), &c);
    *at += len > 0 ? (size_t)len : 1;
    return len > 0 ? classify_rare(c, digit) : SIGN_OTHER;
}

static void scan_text(struct scan *scan, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        unsigned digit = 0;
        switch (classify(text, &at, &digit)) {
        case SIGN_DIGIT:
            add_digit(scan, digit);
            break;
        case SIGN_SPACE:
            add_gap(scan, GAP_SPACE);
            break;
        case SIGN_DASH:
            add_gap(scan, GAP_DASH);
            break;
        case SIGN_OTHER:
            end_run(scan);
            break;
        }
    }
}

bool identity_is_in(struct slice text)
{
    struct scan scan = {0};
    scan_text(&scan, text);
    end_run(&scan);
    return scan.found;
}

static void scan_neighbour(struct scan *scan, struct slice text)
{
    if (text.data == NULL)
        return;
    scan_text(scan, text);
    add_gap(scan, GAP_TEXT);
}

static const struct field *split_field(const struct shape *shape, const void *message,
                                       struct scan *scan)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields;
         f++) {
        const struct field *found = NULL;
        if (f->type == FIELD_SUB)
            found = split_field(f->sub, field_get_sub(f, message), scan);
        else if (f->type == FIELD_NAME || f->type == FIELD_TEXT)
            scan_neighbour(scan, field_get_slice(f, message));
        else if (f->type == FIELD_TEXT_LIST)
            for (uint32_t i = 0; i < field_get_list(f, message)->n; i++)
                scan_neighbour(scan, field_get_list(f, message)->items[i]);
        if (found != NULL)
            return found;
        if (scan->found_split)
            return f;
    }
    return NULL;
}

const struct field *identity_split_field(const struct shape *shape, const void *message)
{
    struct scan scan = {0};
    return split_field(shape, message, &scan);
}
