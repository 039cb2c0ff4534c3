// SPDX-License-Identifier: Apache-2.0
#include "domain/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/grammar.h"
#include "domain/identity.h"
#include "domain/region.h"

#define NUMBER_TEXT_MAX 32
#define SHOWN_MAX 1000000 // larger numbers are not repeated: ten digits may be a person's

int check_fault(const struct place *place, enum reason reason, const char *what, ...)
{
    char path[REFUSAL_FIELD_MAX];
    char text[REFUSAL_MESSAGE_MAX];
    snprintf(path, sizeof path, "%s%s%s", place->parent ? place->parent : "",
             place->parent ? "." : "", place->name);
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    return refuse(place->refusal, STATUS_INVALID_ARGUMENT, reason, path, "%s %s", path,
                  text);
}

static const char *unit_of(const struct field *field)
{
    switch ((enum field_type)field->type) {
    case FIELD_WEIGHT:
        return " kg";
    case FIELD_MONEY:
        return " SEK";
    case FIELD_DEGREES:
        return " degrees";
    default:
        return "";
    }
}

// A number as its field shows it: 4000 hectograms are 400 kg.
static const char *show(const struct field *field, int64_t value, char *out)
{
    switch ((enum field_type)field->type) {
    case FIELD_WEIGHT:
    case FIELD_BMI:
        if (value % 10 != 0)
            snprintf(out, NUMBER_TEXT_MAX, "%s%" PRId64 ".%" PRId64, value < 0 ? "-" : "",
                     value < 0 ? -(value / 10) : value / 10,
                     value < 0 ? -(value % 10) : value % 10);
        else
            snprintf(out, NUMBER_TEXT_MAX, "%" PRId64, value / 10);
        break;
    case FIELD_MONEY:
        snprintf(out, NUMBER_TEXT_MAX, "%" PRId64, value / 100);
        break;
    case FIELD_DEGREES:
        snprintf(out, NUMBER_TEXT_MAX, "%" PRId64, value / 1000000);
        break;
    case FIELD_DATE:
        date_format((int32_t)value, out);
        out[DATE_TEXT_LEN] = '\0';
        break;
    default:
        snprintf(out, NUMBER_TEXT_MAX, "%" PRId64, value);
        break;
    }
    return out;
}

static bool is_shown_exactly(const struct field *field, int64_t value)
{
    return (field->type == FIELD_UINT || field->type == FIELD_WEIGHT ||
            field->type == FIELD_BMI) &&
           value > -SHOWN_MAX && value < SHOWN_MAX;
}

static int check_bounds(const struct field *field, int64_t value,
                        const struct place *place)
{
    if (value >= field->min && value <= field->max)
        return STATUS_OK;
    char min[NUMBER_TEXT_MAX], max[NUMBER_TEXT_MAX], got[NUMBER_TEXT_MAX];
    bool shown = is_shown_exactly(field, value);
    return check_fault(place, REASON_OUT_OF_RANGE, "must be %s to %s%s%s%s",
                       show(field, field->min, min), show(field, field->max, max),
                       unit_of(field), shown ? ", got " : "",
                       shown ? show(field, value, got) : "");
}

static int check_enum(const struct field *field, int64_t value, const struct place *place)
{
    if (value >= field->min && value <= field->max)
        return STATUS_OK;
    char names[REFUSAL_MESSAGE_MAX] = "";
    size_t len = 0;
    for (int64_t n = field->min; n <= field->max && len < sizeof names; n++)
        len += (size_t)snprintf(names + len, sizeof names - len, "%s%s",
                                n == field->min  ? ""
                                : n < field->max ? ", "
                                                 : " or ",
                                field->enum_names[n]);
    return check_fault(place, REASON_UNKNOWN_ENUM, "must be %s", names);
}

static int check_number(const struct field *field, int64_t value,
                        const struct place *place)
{
    switch ((enum field_type)field->type) {
    case FIELD_REGION:
        if (region_is_code(value))
            return STATUS_OK;
        if (value == 2 || value == 11 || value == 15 || value == 16)
            return check_fault(place, REASON_RETIRED_REGION,
                               "must not be the retired region code %02d", (int)value);
        return check_fault(place, REASON_BAD_FORMAT, "must be the code of a region");
    case FIELD_REGION_SET:
        if (value == 0)
            return check_fault(place, REASON_EMPTY_SET, "must name at least one region");
        if (value < 0 || (value & ~(int64_t)REGION_ALL_MASK) != 0)
            return check_fault(place, REASON_BAD_FORMAT,
                               "must hold codes of regions only");
        return STATUS_OK;
    case FIELD_ENUM:
        return check_enum(field, value, place);
    case FIELD_BOOL:
        if (value == 0 || value == 1)
            return STATUS_OK;
        return check_fault(place, REASON_BAD_FORMAT, "must be true or false");
    case FIELD_ENUM_SET:
    case FIELD_INSTANT:
        return STATUS_OK;
    default:
        return check_bounds(field, value, place);
    }
}

// What a typed text must look like, or NULL when it does.
static const char *grammar_broken(const struct field *field, struct slice text)
{
    switch ((enum field_type)field->type) {
    case FIELD_ID:
        return grammar_is_id(text) ? NULL : "must be 1 to 64 of A-Z a-z 0-9 . _ : + -";
    case FIELD_HSA_ID:
        return grammar_is_hsa_id(text)
                   ? NULL
                   : "must be an HSA-id: SE or TSE, 10 digits, '-', 1 to 18 letters or "
                     "digits";
    case FIELD_ORG_NUMBER:
        return grammar_is_org_number(text) ? NULL
                                           : "must be 10 digits with a right check digit";
    case FIELD_PHONE:
        return grammar_is_phone(text)
                   ? NULL
                   : "must be + or 0 and then 6 to 14 digits, with spaces, - ( ) between";
    case FIELD_EMAIL:
        return grammar_is_email(text) ? NULL : "must be an e-mail address";
    case FIELD_URL:
        return grammar_is_url(text) ? NULL : "must be an http or https address";
    case FIELD_MUNICIPALITY:
        return grammar_is_municipality(text) ? NULL : "must be 4 digits";
    case FIELD_HEALTHCARE_REGION:
    case FIELD_HEALTHCARE_REGIONS:
        return region_healthcare_mask(text) != 0
                   ? NULL
                   : "must be norra, mellansverige, stockholm-gotland, vastra, sydostra "
                     "or sodra";
    default:
        return NULL;
    }
}

static bool is_scanned(const struct field *field)
{
    return field->type == FIELD_NAME || field->type == FIELD_TEXT ||
           field->type == FIELD_TEXT_LIST ||
           (field->type == FIELD_ID && !(field->flags & FIELD_CODE));
}

static int check_text(const struct field *field, struct slice text,
                      const struct place *place)
{
    if (field->type == FIELD_BYTES)
        return STATUS_OK;
    if (text.len == 0)
        return check_fault(place, REASON_BAD_FORMAT, "must not be empty");
    if (!grammar_is_text(text))
        return check_fault(place, REASON_NOT_UTF8,
                           "must be valid UTF-8 without control characters");
    if (is_scanned(field) && identity_is_in(text))
        return check_fault(place, REASON_PERSONAL_IDENTITY,
                           "must not hold a personal identity or coordination number");
    size_t max = field_max_len(field);
    if (text.len > max)
        return check_fault(place, REASON_TOO_LONG, "must be at most %zu bytes, got %zu",
                           max, text.len);
    const char *broken = grammar_broken(field, text);
    return broken ? check_fault(place, REASON_BAD_FORMAT, "%s", broken) : STATUS_OK;
}

static int check_list(const struct field *field, const struct text_list *list,
                      const struct place *place)
{
    if (list->n > TEXT_LIST_MAX)
        return check_fault(place, REASON_TOO_MANY, "must have at most %d items, got %u",
                           TEXT_LIST_MAX, (unsigned)list->n);
    for (uint32_t i = 0; i < list->n; i++) {
        struct slice item = list->items[i];
        int status = check_text(field, item, place);
        if (status != STATUS_OK)
            return status;
        if (memchr(item.data, '|', item.len) != NULL)
            return check_fault(place, REASON_BAD_FORMAT, "must have no | in its items");
    }
    return STATUS_OK;
}

static int check_shape(const char *parent, const struct shape *shape, const void *message,
                       struct refusal *refusal);

static int check_structs(const struct field *field, const struct struct_list *list,
                         struct refusal *refusal)
{
    for (uint32_t i = 0; i < list->n; i++) {
        const void *item = (const char *)list->data + (size_t)i * field->sub->size;
        int status = check_shape(field->name, field->sub, item, refusal);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static int check_absent(const struct field *field, const struct place *place)
{
    if (!(field->flags & FIELD_REQUIRED))
        return STATUS_OK;
    if (field->type == FIELD_REGION_SET)
        return check_fault(place, REASON_EMPTY_SET, "must name at least one region");
    return check_fault(place, REASON_REQUIRED, "is required");
}

static int check_field(const char *parent, const struct field *field, const void *message,
                       struct refusal *refusal)
{
    struct place place = {parent, field->name, refusal};
    if (!field_is_present(field, message))
        return check_absent(field, &place);
    if (field->flags & FIELD_REFUSED)
        return check_fault(&place, REASON_UNKNOWN_FIELD, "is not a field here");
    switch ((enum field_type)field->type) {
    case FIELD_SUB:
        return check_shape(field->name, field->sub, field_get_sub(field, message),
                           refusal);
    case FIELD_LIST:
        return check_structs(field, field_get_sub(field, message), refusal);
    case FIELD_TEXT_LIST:
    case FIELD_HEALTHCARE_REGIONS:
        return check_list(field, field_get_list(field, message), &place);
    default:
        break;
    }
    if (field_is_text(field))
        return check_text(field, field_get_slice(field, message), &place);
    return check_number(field, field_get_int(field, message), &place);
}

static int check_shape(const char *parent, const struct shape *shape, const void *message,
                       struct refusal *refusal)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields;
         f++) {
        int status = check_field(parent, f, message, refusal);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

int shape_check(const struct shape *shape, const void *message, struct refusal *refusal)
{
    return check_shape(NULL, shape, message, refusal);
}

int field_check(const struct field *field, const void *message, struct refusal *refusal)
{
    return check_field(NULL, field, message, refusal);
}
