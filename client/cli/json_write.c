// SPDX-License-Identifier: Apache-2.0
#include "cli/json_write.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "domain/region.h"

#define LAST_BIT 62

void json_write_text(struct buffer *out, const char *text)
{
    buffer_append(out, text, strlen(text));
}

static void write_escaped(struct buffer *out, unsigned char byte)
{
    static const char *const names[32] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r",
    };
    char code[8];
    if (byte == '"' || byte == '\\') {
        snprintf(code, sizeof code, "\\%c", byte);
        json_write_text(out, code);
    } else if (names[byte]) {
        json_write_text(out, names[byte]);
    } else {
        snprintf(code, sizeof code, "\\u%04x", byte);
        json_write_text(out, code);
    }
}

void json_write_string(struct buffer *out, struct slice text)
{
    json_write_text(out, "\"");
    size_t start = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        buffer_append(out, text.data + start, i - start);
        write_escaped(out, byte);
        start = i + 1;
    }
    buffer_append(out, text.data + start, text.len - start);
    json_write_text(out, "\"");
}

void json_write_int(struct buffer *out, int64_t value)
{
    char *space = buffer_reserve(out, 24);
    out->len += (size_t)snprintf(space, 24, "%" PRId64, value);
}

void json_write_decimal(struct buffer *out, int64_t value, unsigned decimals)
{
    int64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    char *space = buffer_reserve(out, 48);
    int64_t whole = value / scale, part = value % scale;
    int len = snprintf(space, 48, "%s%" PRId64 ".%0*" PRId64,
                       value < 0 && whole == 0 ? "-" : "", whole, (int)decimals,
                       part < 0 ? -part : part);
    while (space[len - 1] == '0' && space[len - 2] != '.')
        len--;
    out->len += (size_t)len;
}

void json_write_key(struct buffer *out, size_t mark, const char *name)
{
    if (out->len > mark)
        json_write_text(out, ",");
    json_write_text(out, "\"");
    json_write_text(out, name);
    json_write_text(out, "\":");
}

// --- values ---

static void write_region(struct buffer *out, int64_t code)
{
    char text[8];
    snprintf(text, sizeof text, "\"%02d\"", (int)code);
    json_write_text(out, text);
}

static void write_date(struct buffer *out, int64_t days)
{
    char text[DATE_TEXT_LEN];
    date_format((int32_t)days, text);
    json_write_string(out, (struct slice){text, sizeof text});
}

static void write_instant(struct buffer *out, int64_t ms)
{
    char text[INSTANT_TEXT_LEN];
    instant_format(ms, text);
    json_write_string(out, (struct slice){text, sizeof text});
}

static void write_bytes(struct buffer *out, struct slice bytes)
{
    char hex[3];
    json_write_text(out, "\"");
    for (size_t i = 0; i < bytes.len; i++) {
        snprintf(hex, sizeof hex, "%02x", (unsigned char)bytes.data[i]);
        json_write_text(out, hex);
    }
    json_write_text(out, "\"");
}

static void write_name(struct buffer *out, const char *name)
{
    json_write_string(out, slice_from(name));
}

static void write_set(struct buffer *out, const struct field *field, int64_t set)
{
    json_write_text(out, "[");
    size_t mark = out->len;
    for (int bit = 1; set != ABSENT && bit <= LAST_BIT; bit++) {
        if (!(set & INT64_C(1) << bit))
            continue;
        if (out->len > mark)
            json_write_text(out, ",");
        if (field->type == FIELD_REGION_SET)
            write_region(out, bit);
        else
            write_name(out, field->enum_names[bit]);
    }
    json_write_text(out, "]");
}

static void write_texts(struct buffer *out, const struct text_list *list)
{
    json_write_text(out, "[");
    for (uint32_t i = 0; i < list->n; i++) {
        if (i > 0)
            json_write_text(out, ",");
        json_write_string(out, list->items[i]);
    }
    json_write_text(out, "]");
}

static void write_list(struct buffer *out, const struct shape *shape,
                       const struct struct_list *list)
{
    json_write_text(out, "[");
    for (uint32_t i = 0; i < list->n; i++) {
        if (i > 0)
            json_write_text(out, ",");
        json_write_message(out, shape,
                           (const char *)list->data + (size_t)i * shape->size);
    }
    json_write_text(out, "]");
}

static void write_number(struct buffer *out, const struct field *field, int64_t value)
{
    switch ((enum field_type)field->type) {
    case FIELD_REGION:
        write_region(out, value);
        return;
    case FIELD_ENUM:
        write_name(out, field->enum_names[value]);
        return;
    case FIELD_BOOL:
        json_write_text(out, value ? "true" : "false");
        return;
    case FIELD_MONEY:
        json_write_decimal(out, value, 2);
        return;
    case FIELD_WEIGHT:
    case FIELD_BMI:
        json_write_decimal(out, value, 1);
        return;
    case FIELD_DEGREES:
        json_write_decimal(out, value, 6);
        return;
    case FIELD_DATE:
        write_date(out, value);
        return;
    case FIELD_INSTANT:
        write_instant(out, value);
        return;
    default:
        json_write_int(out, value);
    }
}

static void write_value(struct buffer *out, const struct field *field,
                        const void *message)
{
    switch ((enum field_type)field->type) {
    case FIELD_TEXT_LIST:
    case FIELD_HEALTHCARE_REGIONS:
        write_texts(out, field_get_list(field, message));
        return;
    case FIELD_REGION_SET:
    case FIELD_ENUM_SET:
        write_set(out, field, field_get_int(field, message));
        return;
    case FIELD_SUB:
        json_write_message(out, field->sub, field_get_sub(field, message));
        return;
    case FIELD_LIST:
        write_list(out, field->sub, field_get_sub(field, message));
        return;
    case FIELD_BYTES:
        write_bytes(out, field_get_slice(field, message));
        return;
    default:
        if (field_is_text(field))
            json_write_string(out, field_get_slice(field, message));
        else
            write_number(out, field, field_get_int(field, message));
    }
}

// --- messages ---

void json_write_field(struct buffer *out, size_t mark, const struct field *field,
                      const void *message)
{
    if (!(field->flags & FIELD_ALWAYS) && !field_is_present(field, message))
        return;
    json_write_key(out, mark, field->name);
    write_value(out, field, message);
}

void json_write_fields(struct buffer *out, size_t mark, const struct shape *shape,
                       const void *message)
{
    for (unsigned i = 0; i < shape->n_fields; i++)
        json_write_field(out, mark, &shape->fields[i], message);
}

void json_write_message(struct buffer *out, const struct shape *shape,
                        const void *message)
{
    json_write_text(out, "{");
    json_write_fields(out, out->len, shape, message);
    json_write_text(out, "}");
}
