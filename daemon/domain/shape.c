// SPDX-License-Identifier: Apache-2.0
#include "domain/shape.h"

#define HSA_ID_MAX_LEN 32 // TSE, ten digits, a dash, eighteen characters
#define PHONE_MAX_LEN 64
#define EMAIL_MAX_LEN 254 // RFC 5321
#define HEALTHCARE_REGION_MAX_LEN 18
#define TEN_DIGITS 10
#define FOUR_DIGITS 4

static bool is_list(const struct field *field)
{
    return field->type == FIELD_TEXT_LIST || field->type == FIELD_HEALTHCARE_REGIONS;
}

size_t field_max_len(const struct field *field)
{
    switch ((enum field_type)field->type) {
    case FIELD_ID:
        return ID_MAX_LEN;
    case FIELD_HSA_ID:
        return HSA_ID_MAX_LEN;
    case FIELD_NAME:
        return NAME_MAX_LEN;
    case FIELD_ORG_NUMBER:
        return TEN_DIGITS;
    case FIELD_PHONE:
        return PHONE_MAX_LEN;
    case FIELD_EMAIL:
        return EMAIL_MAX_LEN;
    case FIELD_MUNICIPALITY:
        return FOUR_DIGITS;
    case FIELD_HEALTHCARE_REGION:
    case FIELD_HEALTHCARE_REGIONS:
        return HEALTHCARE_REGION_MAX_LEN;
    case FIELD_TEXT:
    case FIELD_URL:
    case FIELD_TEXT_LIST:
    case FIELD_BYTES:
        return TEXT_MAX_LEN;
    default:
        return 0;
    }
}

bool field_is_text(const struct field *field)
{
    return field_max_len(field) > 0 && !is_list(field);
}

void shape_clear(const struct shape *shape, void *message)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields;
         f++) {
        if (f->type == FIELD_SUB)
            shape_clear(f->sub, field_sub(f, message));
        else if (f->type == FIELD_LIST)
            *(struct struct_list *)field_sub(f, message) = (struct struct_list){0};
        else if (is_list(f))
            field_list(f, message)->n = 0;
        else if (field_is_text(f))
            *field_slice(f, message) = SLICE_ABSENT;
        else
            *field_int(f, message) = ABSENT;
    }
}

const struct field *shape_find(const struct shape *shape, struct slice name)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields; f++)
        if (!(f->flags & FIELD_REFUSED) && slice_equal(name, slice_from(f->name)))
            return f;
    return NULL;
}

static bool any_is_present(const struct shape *shape, const void *message)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields; f++)
        if (field_is_present(f, message))
            return true;
    return false;
}

bool field_is_present(const struct field *field, const void *message)
{
    if (field->type == FIELD_SUB)
        return any_is_present(field->sub, field_get_sub(field, message));
    if (field->type == FIELD_LIST)
        return ((const struct struct_list *)field_get_sub(field, message))->n > 0;
    if (is_list(field))
        return field_get_list(field, message)->n > 0;
    if (field_is_text(field))
        return field_get_slice(field, message).data != NULL;
    int64_t value = field_get_int(field, message);
    return value != ABSENT && !(field->type == FIELD_ENUM && value == 0);
}

int64_t field_enum_number(const struct field *field, struct slice upper_name)
{
    for (int64_t number = 1; field->enum_names[number] != NULL; number++)
        if (slice_equal(upper_name, slice_from(field->enum_names[number])))
            return number;
    return 0;
}
