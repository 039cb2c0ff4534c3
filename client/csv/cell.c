// SPDX-License-Identifier: Apache-2.0
#include "csv/cell.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/region.h"

#define DIGITS_MAX 12 // before the decimal point; with six decimals they fit an int64_t
#define NUMBER_TEXT_MAX 32

static unsigned decimals_of(const struct field *field)
{
    switch ((enum field_type)field->type) {
    case FIELD_MONEY:
        return 2;
    case FIELD_WEIGHT:
    case FIELD_BMI:
        return 1;
    case FIELD_DEGREES:
        return 6;
    default:
        return 0;
    }
}

static int bad(struct refusal *refusal, const char *what)
{
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL, "%s", what);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int bad_number(unsigned decimals, struct refusal *refusal)
{
    if (decimals == 0)
        return bad(refusal, "must be a whole number");
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, NULL,
                  "must be a number with at most %u decimal%s after a point", decimals,
                  decimals == 1 ? "" : "s");
}

// A number in units of 10^-decimals: "82.5" with one decimal is 825.
static int decode_number(struct slice cell, unsigned decimals, int64_t *value,
                         struct refusal *refusal)
{
    bool negative = cell.data[0] == '-';
    size_t at = negative;
    size_t first = at;
    int64_t number = 0;
    while (at < cell.len && is_digit(cell.data[at]) && at - first < DIGITS_MAX)
        number = number * 10 + (cell.data[at++] - '0');
    if (at == first)
        return bad_number(decimals, refusal);
    if (at < cell.len && cell.data[at] == '.' && at + 1 == cell.len)
        return bad_number(decimals, refusal);
    bool has_point = at < cell.len && cell.data[at] == '.' && decimals > 0;
    at += has_point;
    for (unsigned i = 0; i < decimals; i++) {
        bool is_given = has_point && at < cell.len && is_digit(cell.data[at]);
        number = number * 10 + (is_given ? cell.data[at++] - '0' : 0);
    }
    if (at < cell.len)
        return bad_number(decimals, refusal);
    *value = negative ? -number : number;
    return STATUS_OK;
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_lower_of(struct slice cell, const char *upper)
{
    if (cell.len != strlen(upper))
        return false;
    for (size_t i = 0; i < cell.len; i++)
        if (cell.data[i] != to_lower(upper[i]))
            return false;
    return true;
}

static void append_lower(const char *upper, struct buffer *out)
{
    for (; *upper != '\0'; upper++) {
        char c = to_lower(*upper);
        buffer_append(out, &c, 1);
    }
}

static int decode_enum(const struct field *field, struct slice cell, int64_t *value,
                       struct refusal *refusal)
{
    for (int64_t n = field->min; n <= field->max; n++)
        if (is_lower_of(cell, field->enum_names[n])) {
            *value = n;
            return STATUS_OK;
        }
    char names[128] = "";
    size_t len = 0;
    for (int64_t n = field->min; n <= field->max; n++) {
        struct buffer name = {0};
        append_lower(field->enum_names[n], &name);
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%.*s",
                                n == field->min  ? ""
                                : n < field->max ? ", "
                                                 : " or ",
                                (int)name.len, name.data);
        buffer_free(&name);
    }
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_UNKNOWN_ENUM, NULL,
                  "must be %s", names);
}

static int decode_bool(struct slice cell, int64_t *value, struct refusal *refusal)
{
    bool is_true = slice_equal(cell, slice_from("true"));
    if (!is_true && !slice_equal(cell, slice_from("false")))
        return bad(refusal, "must be true or false");
    *value = is_true;
    return STATUS_OK;
}

static int decode_list(struct slice cell, struct text_list *list, struct refusal *refusal)
{
    uint32_t n = 0;
    for (size_t start = 0; start <= cell.len; n++) {
        const char *bar = memchr(cell.data + start, '|', cell.len - start);
        size_t end = bar ? (size_t)(bar - cell.data) : cell.len;
        if (end == start)
            return bad(refusal, "must have no empty item between its |");
        if (n == TEXT_LIST_MAX)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY, NULL,
                          "must have at most %d items", TEXT_LIST_MAX);
        list->items[n] = (struct slice){cell.data + start, end - start};
        start = end + 1;
    }
    list->n = n;
    return STATUS_OK;
}

static int decode_date(struct slice cell, int64_t *value, struct refusal *refusal)
{
    int32_t days;
    if (date_parse(cell, &days) != STATUS_OK)
        return bad(refusal, "must be a date YYYY-MM-DD");
    *value = days;
    return STATUS_OK;
}

static int decode_set(struct slice cell, int64_t *value, struct refusal *refusal)
{
    uint32_t mask;
    int status = region_set_parse(cell, &mask, refusal);
    if (status == STATUS_OK)
        *value = mask;
    return status;
}

int cell_decode(const struct field *field, struct slice cell, void *message,
                struct refusal *refusal)
{
    if (field_is_text(field)) {
        *field_slice(field, message) = cell;
        return STATUS_OK;
    }
    if (field->type == FIELD_TEXT_LIST || field->type == FIELD_HEALTHCARE_REGIONS)
        return decode_list(cell, field_list(field, message), refusal);
    int64_t *value = field_int(field, message);
    switch ((enum field_type)field->type) {
    case FIELD_REGION:
        return region_parse(cell, value, refusal);
    case FIELD_REGION_SET:
        return decode_set(cell, value, refusal);
    case FIELD_ENUM:
        return decode_enum(field, cell, value, refusal);
    case FIELD_BOOL:
        return decode_bool(cell, value, refusal);
    case FIELD_DATE:
        return decode_date(cell, value, refusal);
    default:
        return decode_number(cell, decimals_of(field), value, refusal);
    }
}

static void encode_number(int64_t value, unsigned decimals, struct buffer *out)
{
    char text[NUMBER_TEXT_MAX];
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    int len =
        snprintf(text, sizeof text, "%s%" PRIu64, value < 0 ? "-" : "", size / scale);
    if (size % scale != 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, ".%0*" PRIu64,
                        (int)decimals, size % scale);
        // Whole kronor and full tenths have no zeros to lose: only degrees are written
        // short.
        while (decimals > 2 && text[len - 1] == '0')
            len--;
    }
    buffer_append(out, text, (size_t)len);
}

static void encode_list(const struct text_list *list, struct buffer *out)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (i > 0)
            buffer_append(out, "|", 1);
        buffer_append_slice(out, list->items[i]);
    }
}

static void encode_set(int64_t mask, struct buffer *out)
{
    struct arena arena = {0};
    buffer_append_slice(out, region_set_format((uint32_t)mask, &arena));
    arena_free(&arena);
}

static void encode_int(const struct field *field, int64_t value, struct buffer *out)
{
    char text[NUMBER_TEXT_MAX];
    switch ((enum field_type)field->type) {
    case FIELD_REGION:
        buffer_append(out, text, (size_t)snprintf(text, sizeof text, "%02d", (int)value));
        break;
    case FIELD_REGION_SET:
        encode_set(value, out);
        break;
    case FIELD_ENUM:
        append_lower(field->enum_names[value], out);
        break;
    case FIELD_BOOL:
        buffer_append_slice(out, slice_from(value ? "true" : "false"));
        break;
    case FIELD_DATE:
        date_format((int32_t)value, text);
        buffer_append(out, text, DATE_TEXT_LEN);
        break;
    case FIELD_INSTANT:
        instant_format(value, text);
        buffer_append(out, text, INSTANT_TEXT_LEN);
        break;
    default:
        encode_number(value, decimals_of(field), out);
        break;
    }
}

void cell_encode(const struct field *field, const void *message, struct buffer *out)
{
    if (!field_is_present(field, message))
        return;
    if (field_is_text(field))
        buffer_append_slice(out, field_get_slice(field, message));
    else if (field->type == FIELD_TEXT_LIST || field->type == FIELD_HEALTHCARE_REGIONS)
        encode_list(field_get_list(field, message), out);
    else
        encode_int(field, field_get_int(field, message), out);
}
