// SPDX-License-Identifier: Apache-2.0
#include "cli/json_read.h"

#include <math.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "domain/region.h"

static int bad(struct refusal *refusal, const struct field *field, const char *what)
{
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, field->name,
                  "%s: %s", field->name, what);
}

static struct slice text_of(const json_t *json)
{
    return (struct slice){json_string_value(json), json_string_length(json)};
}

// --- numbers ---

static int read_int(const struct field *field, const json_t *json, int64_t *value,
                    struct refusal *refusal)
{
    if (!json_is_integer(json))
        return bad(refusal, field, "must be a whole number");
    *value = json_integer_value(json);
    // The mark of absence is no number of ours.
    return *value == ABSENT ? bad(refusal, field, "is out of range") : STATUS_OK;
}

// A decimal as a whole number of its unit. Division rounds correctly, so the double
// nearest to n / scale is what the parser made of that decimal, and no other.
static int read_decimal(const struct field *field, const json_t *json, unsigned decimals,
                        int64_t *value, struct refusal *refusal)
{
    if (!json_is_number(json))
        return bad(refusal, field, "must be a number");
    double scale = pow(10, decimals), given = json_number_value(json);
    double whole = round(given * scale);
    if (!(fabs(whole) < 9e15))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE, field->name,
                      "%s: %g is far out of range", field->name, given);
    if (whole / scale != given)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, field->name,
                      "%s: %.10g has more than %u decimal%s", field->name, given,
                      decimals, decimals == 1 ? "" : "s");
    *value = (int64_t)whole;
    return STATUS_OK;
}

// --- texts ---

static int read_enum(const struct field *field, struct slice text, int64_t *value,
                     struct refusal *refusal)
{
    *value = field_enum_number(field, text);
    if (*value != 0)
        return STATUS_OK;
    char known[160] = "";
    size_t len = 0;
    for (int64_t i = field->min; i <= field->max && field->enum_names[i]; i++)
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", len ? ", " : "",
                                field->enum_names[i]);
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_UNKNOWN_ENUM, field->name,
                  "%s: must be one of %s", field->name, known);
}

static int read_text(const struct field *field, const json_t *json, void *message,
                     struct refusal *refusal)
{
    if (!json_is_string(json))
        return bad(refusal, field, "must be a string");
    struct slice text = text_of(json);
    int64_t *value = field_int(field, message);
    int32_t days;
    switch ((enum field_type)field->type) {
    case FIELD_DATE:
        if (date_parse(text, &days) != 0)
            return bad(refusal, field, "must be a day that exists, written YYYY-MM-DD");
        *value = days;
        return STATUS_OK;
    case FIELD_INSTANT:
        if (instant_parse(text, value) != 0)
            return bad(refusal, field,
                       "must be an instant, written 2026-11-22T12:00:00.000Z");
        return STATUS_OK;
    case FIELD_REGION:
        if (region_parse(text, value, refusal) != 0)
            return refusal_set_field(refusal, field->name);
        return STATUS_OK;
    case FIELD_ENUM:
        return read_enum(field, text, value, refusal);
    default:
        *field_slice(field, message) = text;
        return STATUS_OK;
    }
}

// --- lists ---

static int read_region_set(const struct field *field, const json_t *json, int64_t *value,
                           struct refusal *refusal)
{
    uint32_t mask = 0;
    size_t i;
    json_t *item;
    if (!json_is_array(json))
        return bad(refusal, field, "must be an array of region codes, \"@key\" or \"*\"");
    if (json_array_size(json) == 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_EMPTY_SET, field->name,
                      "%s: must name at least one region", field->name);
    json_array_foreach(json, i, item)
    {
        if (!json_is_string(item))
            return bad(refusal, field,
                       "must be an array of region codes, \"@key\" or \"*\"");
        if (region_set_is_all(text_of(item)) && json_array_size(json) > 1)
            return bad(refusal, field, "must have \"*\" alone: it means every region");
        if (region_set_add(text_of(item), &mask, refusal) != 0)
            return refusal_set_field(refusal, field->name);
    }
    *value = mask;
    return STATUS_OK;
}

static int read_enum_set(const struct field *field, const json_t *json, int64_t *value,
                         struct refusal *refusal)
{
    size_t i;
    json_t *item;
    if (!json_is_array(json))
        return bad(refusal, field, "must be an array of names");
    *value = 0;
    json_array_foreach(json, i, item)
    {
        int64_t number;
        if (!json_is_string(item))
            return bad(refusal, field, "must be an array of names");
        int status = read_enum(field, text_of(item), &number, refusal);
        if (status != STATUS_OK)
            return status;
        *value |= INT64_C(1) << number;
    }
    return STATUS_OK;
}

static int read_texts(const struct field *field, const json_t *json,
                      struct text_list *list, struct refusal *refusal)
{
    size_t i;
    json_t *item;
    if (!json_is_array(json) || json_array_size(json) > TEXT_LIST_MAX)
        return bad(refusal, field, "must be an array of at most 16 strings");
    json_array_foreach(json, i, item)
    {
        if (!json_is_string(item))
            return bad(refusal, field, "must be an array of strings");
        list->items[list->n++] = text_of(item);
    }
    return STATUS_OK;
}

// --- messages ---

// "origin":"1480" is short for "origin":{"municipality":"1480"}, the only form a user
// writes it in.
static int read_origin(const struct field *field, json_t *json, void *message,
                       struct refusal *refusal)
{
    struct origin *origin = field_sub(field, message);
    if (json_is_string(json)) {
        origin->municipality = text_of(json);
        return STATUS_OK;
    }
    if (!json_is_object(json) || json_object_get(json, "municipality"))
        return bad(refusal, field,
                   "must be a municipality's code or {\"latitude\":…,\"longitude\":…}");
    return json_read_message(&shape_origin, json, origin, refusal);
}

static int read_field(const struct field *field, json_t *json, void *message,
                      struct refusal *refusal)
{
    switch ((enum field_type)field->type) {
    case FIELD_UINT:
    case FIELD_UINT64:
        return read_int(field, json, field_int(field, message), refusal);
    case FIELD_MONEY:
        return read_decimal(field, json, 2, field_int(field, message), refusal);
    case FIELD_WEIGHT:
    case FIELD_BMI:
        return read_decimal(field, json, 1, field_int(field, message), refusal);
    case FIELD_DEGREES:
        return read_decimal(field, json, 6, field_int(field, message), refusal);
    case FIELD_BOOL:
        if (!json_is_boolean(json))
            return bad(refusal, field, "must be true or false");
        *field_int(field, message) = json_is_true(json);
        return STATUS_OK;
    case FIELD_REGION_SET:
        return read_region_set(field, json, field_int(field, message), refusal);
    case FIELD_ENUM_SET:
        return read_enum_set(field, json, field_int(field, message), refusal);
    case FIELD_TEXT_LIST:
    case FIELD_HEALTHCARE_REGIONS:
        return read_texts(field, json, field_list(field, message), refusal);
    case FIELD_SUB:
        if (field->sub == &shape_origin)
            return read_origin(field, json, message, refusal);
        return json_read_message(field->sub, json, field_sub(field, message), refusal);
    case FIELD_LIST:
    case FIELD_BYTES:
        return bad(refusal, field, "cannot be given");
    default:
        return read_text(field, json, message, refusal);
    }
}

int json_read_message(const struct shape *shape, json_t *json, void *message,
                      struct refusal *refusal)
{
    shape_clear(shape, message);
    if (!json_is_object(json))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, shape->name,
                      "%s: must be an object", shape->name);
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        const struct field *field = shape_find(shape, slice_from(key));
        if (field == NULL)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_UNKNOWN_FIELD, key,
                          "%s has no key \"%.64s\"", shape->name, key);
        int status = read_field(field, value, message, refusal);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

// jansson says the same of no memory as of bad JSON, or less.
static void *allocate(size_t size)
{
    void *block = malloc(size);
    CHECK(block != NULL);
    return block;
}

int json_read_query(struct slice line, struct query *query, json_t **json,
                    struct refusal *refusal)
{
    json_error_t fault;
    json_set_alloc_funcs(allocate, free);
    json_t *read = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &fault);
    if (read == NULL)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
                      "not JSON: %s, at byte %d", fault.text, fault.position);
    int status;
    if (!json_is_object(read))
        status = refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
                        "a query must be a JSON object");
    else
        status = json_read_message(&shape_query, read, query, refusal);
    if (status == STATUS_OK)
        status = query_check(query, refusal);
    if (status == STATUS_OK)
        *json = read;
    else
        json_decref(read);
    return status;
}
