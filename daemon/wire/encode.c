// SPDX-License-Identifier: Apache-2.0
//
// Structs -> messages: the fields of the shape in order, what is absent left out.
#include "base/check.h"
#include "base/date.h"
#include "domain/region.h"
#include "wire/codec.h"
#include "wire/put.h"
#include "wire/writer.h"

static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void encode_region(uint32_t number, int64_t code, struct buffer *out)
{
    char text[2];
    put_two_digits(text, code);
    wire_write_bytes(out, number, (struct slice){text, sizeof text});
}

static void encode_region_set(enum wire_form form, uint32_t number, int64_t mask,
                              struct buffer *out)
{
    if (form == WIRE_LOG && mask != 0)
        wire_write_uint(out, number, (uint64_t)mask);
    if (form == WIRE_LOG)
        return;
    for (int64_t code = 1; code < 32; code++)
        if (mask >> code & 1)
            encode_region(number, code, out);
}

static void encode_date(enum wire_form form, uint32_t number, int64_t days,
                        struct buffer *out)
{
    if (form == WIRE_LOG) {
        wire_write_uint(out, number, zigzag(days));
        return;
    }
    char text[DATE_TEXT_LEN];
    date_format((int32_t)days, text);
    wire_write_bytes(out, number, (struct slice){text, sizeof text});
}

static void encode_enum_set(uint32_t number, int64_t mask, struct buffer *out)
{
    if (mask == 0)
        return;
    size_t mark = wire_write_start(out, number);
    for (unsigned member = 0; member < 63; member++)
        if (mask >> member & 1)
            wire_write_varint(out, member);
    wire_write_end(out, mark);
}

static void encode_text_list(uint32_t number, const struct text_list *list,
                             struct buffer *out)
{
    for (uint32_t i = 0; i < list->n; i++)
        wire_write_bytes(out, number, list->items[i]);
}

static void encode_struct_list(const struct field *field, enum wire_form form,
                               const struct struct_list *list, struct buffer *out)
{
    const char *item = list->data;
    for (uint32_t i = 0; i < list->n; i++, item += field->sub->size) {
        size_t mark = wire_write_start(out, field->number);
        wire_encode(field->sub, form, item, out);
        wire_write_end(out, mark);
    }
}

static void encode_sub(const struct field *field, enum wire_form form,
                       const void *message, struct buffer *out)
{
    size_t mark = wire_write_start(out, field->number);
    wire_encode(field->sub, form, field_get_sub(field, message), out);
    wire_write_end(out, mark);
}

// field is present.
static void encode_field(const struct field *field, enum wire_form form,
                         const void *message, struct buffer *out)
{
    switch ((enum field_type)field->type) {
    case FIELD_ID:
    case FIELD_HSA_ID:
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_ORG_NUMBER:
    case FIELD_PHONE:
    case FIELD_EMAIL:
    case FIELD_URL:
    case FIELD_MUNICIPALITY:
    case FIELD_HEALTHCARE_REGION:
    case FIELD_BYTES:
        wire_write_bytes(out, field->number, field_get_slice(field, message));
        return;
    case FIELD_HEALTHCARE_REGIONS:
    case FIELD_TEXT_LIST:
        encode_text_list(field->number, field_get_list(field, message), out);
        return;
    case FIELD_ENUM:
    case FIELD_BOOL:
    case FIELD_UINT:
    case FIELD_UINT64:
    case FIELD_MONEY:
    case FIELD_WEIGHT:
    case FIELD_BMI:
    case FIELD_INSTANT:
        wire_write_uint(out, field->number, (uint64_t)field_get_int(field, message));
        return;
    case FIELD_DEGREES:
        wire_write_uint(out, field->number, zigzag(field_get_int(field, message)));
        return;
    case FIELD_REGION:
        encode_region(field->number, field_get_int(field, message), out);
        return;
    case FIELD_REGION_SET:
        encode_region_set(form, field->number, field_get_int(field, message), out);
        return;
    case FIELD_DATE:
        encode_date(form, field->number, field_get_int(field, message), out);
        return;
    case FIELD_ENUM_SET:
        encode_enum_set(field->number, field_get_int(field, message), out);
        return;
    case FIELD_SUB:
        encode_sub(field, form, message, out);
        return;
    case FIELD_LIST:
        encode_struct_list(field, form, field_get_sub(field, message), out);
        return;
    }
    check_failed(__FILE__, __LINE__, "a field type without an encoding");
}

void wire_encode(const struct shape *shape, enum wire_form form, const void *message,
                 struct buffer *out)
{
    for (unsigned i = 0; i < shape->n_fields; i++)
        if (field_is_present(&shape->fields[i], message))
            encode_field(&shape->fields[i], form, message, out);
}

void wire_encode_key(enum wire_form form, const struct shape *shape, const void *message,
                     struct buffer *out)
{
    for (unsigned i = 0; i < shape->n_fields && shape->fields[i].flags & FIELD_KEY; i++)
        if (field_is_present(&shape->fields[i], message))
            encode_field(&shape->fields[i], form, message, out);
}
