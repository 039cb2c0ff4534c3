// SPDX-License-Identifier: Apache-2.0
#include "lib/compare.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"

#define PATH_LEN 128

struct comparison {
    const char *where;
    bool skip_revision;
};

static bool compare_messages(const struct comparison *comparison,
                             const struct shape *shape, const void *expected,
                             const void *actual, const char *path);

// --- Showing a value
// --------------------------------------------------------------------------

static void print_number(const struct field *field, int64_t value)
{
    char text[DATE_TEXT_LEN];
    if (value == ABSENT) {
        fputs("absent", stderr);
        return;
    }
    fprintf(stderr, "%" PRId64, value);
    if (field->type == FIELD_ENUM && value > 0)
        fprintf(stderr, " (%s)", field->enum_names[value]);
    if (field->type == FIELD_ENUM_SET)
        for (int i = 1; field->enum_names[i] != NULL; i++)
            if ((value >> i) & 1)
                fprintf(stderr, " %s", field->enum_names[i]);
    if (field->type == FIELD_DATE) {
        date_format((int32_t)value, text);
        fprintf(stderr, " (%.*s)", DATE_TEXT_LEN, text);
    }
}

static void print_text(struct slice text)
{
    if (text.data == NULL)
        fputs("absent", stderr);
    else
        fprintf(stderr, "\"%.*s\"", (int)text.len, text.data);
}

static void print_list(const struct text_list *list)
{
    fputs("[", stderr);
    for (uint32_t i = 0; i < list->n; i++) {
        if (i > 0)
            fputs(", ", stderr);
        print_text(list->items[i]);
    }
    fputs("]", stderr);
}

enum form { FORM_NUMBER, FORM_TEXT, FORM_TEXTS, FORM_STRUCT, FORM_STRUCTS };

static enum form field_form(const struct field *field)
{
    switch (field->type) {
    case FIELD_SUB:
        return FORM_STRUCT;
    case FIELD_LIST:
        return FORM_STRUCTS;
    case FIELD_TEXT_LIST:
    case FIELD_HEALTHCARE_REGIONS:
        return FORM_TEXTS;
    case FIELD_REGION:
    case FIELD_REGION_SET:
    case FIELD_ENUM:
    case FIELD_ENUM_SET:
    case FIELD_BOOL:
    case FIELD_UINT:
    case FIELD_UINT64:
    case FIELD_MONEY:
    case FIELD_WEIGHT:
    case FIELD_BMI:
    case FIELD_DEGREES:
    case FIELD_DATE:
    case FIELD_INSTANT:
        return FORM_NUMBER;
    default:
        return FORM_TEXT;
    }
}

static const void *member(const struct field *field, const void *message)
{
    return (const char *)message + field->offset;
}

static void print_member(const struct field *field, const void *message)
{
    const void *value = member(field, message);
    switch (field_form(field)) {
    case FORM_NUMBER:
        print_number(field, *(const int64_t *)value);
        break;
    case FORM_TEXT:
        print_text(*(const struct slice *)value);
        break;
    case FORM_TEXTS:
        print_list(value);
        break;
    case FORM_STRUCT:
        fputs("{}", stderr);
        break;
    case FORM_STRUCTS:
        fprintf(stderr, "%" PRIu32 " items", ((const struct struct_list *)value)->n);
        break;
    }
}

void compare_print(const struct shape *shape, const void *message, const char *title)
{
    for (uint16_t i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        if (!field_is_present(field, message))
            continue;
        if (field->type == FIELD_SUB) {
            char path[PATH_LEN];
            snprintf(path, sizeof path, "%s.%s", title, field->name);
            compare_print(field->sub, member(field, message), path);
            continue;
        }
        fprintf(stderr, "  %s.%s = ", title, field->name);
        print_member(field, message);
        fputc('\n', stderr);
    }
}

// --- Comparing
// --------------------------------------------------------------------------------

static int64_t zero_for_absent(const struct field *field, int64_t value)
{
    bool optional = field->type == FIELD_ENUM_SET || (field->flags & FIELD_ALWAYS) != 0;
    return optional && value == ABSENT ? 0 : value;
}

static bool same_text(struct slice a, struct slice b)
{
    return (a.data == NULL) == (b.data == NULL) && slice_equal(a, b);
}

static bool same_texts(const struct text_list *a, const struct text_list *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!slice_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

static bool same_member(const struct field *field, const void *expected,
                        const void *actual)
{
    const void *a = member(field, expected), *b = member(field, actual);
    switch (field_form(field)) {
    case FORM_NUMBER:
        return zero_for_absent(field, *(const int64_t *)a) ==
               zero_for_absent(field, *(const int64_t *)b);
    case FORM_TEXT:
        return same_text(*(const struct slice *)a, *(const struct slice *)b);
    case FORM_TEXTS:
        return same_texts(a, b);
    case FORM_STRUCTS:
        return ((const struct struct_list *)a)->n == ((const struct struct_list *)b)->n;
    case FORM_STRUCT:
        break;
    }
    return true;
}

static bool compare_lists(const struct comparison *comparison, const struct field *field,
                          const void *expected, const void *actual, const char *path)
{
    const struct struct_list *a = member(field, expected), *b = member(field, actual);
    uint32_t n = a->n < b->n ? a->n : b->n;
    for (uint32_t i = 0; i < n; i++) {
        char item[PATH_LEN];
        size_t at = i * (size_t)field->sub->size;
        snprintf(item, sizeof item, "%s%s[%" PRIu32 "].", path, field->name, i);
        if (!compare_messages(comparison, field->sub, (const char *)a->data + at,
                              (const char *)b->data + at, item))
            return false;
    }
    return true;
}

static bool compare_member(const struct comparison *comparison, const struct field *field,
                           const void *expected, const void *actual, const char *path)
{
    char sub[PATH_LEN];
    if (field->type == FIELD_SUB) {
        snprintf(sub, sizeof sub, "%s%s.", path, field->name);
        return compare_messages(comparison, field->sub, member(field, expected),
                                member(field, actual), sub);
    }
    // Items before lengths: the first item that differs says more than how many there
    // are.
    if (field->type == FIELD_LIST &&
        !compare_lists(comparison, field, expected, actual, path))
        return false;
    if (same_member(field, expected, actual))
        return true;
    fprintf(stderr, "%s: %s%s: expected ", comparison->where, path, field->name);
    print_member(field, expected);
    fputs(", got ", stderr);
    print_member(field, actual);
    fputc('\n', stderr);
    return false;
}

static bool compare_messages(const struct comparison *comparison,
                             const struct shape *shape, const void *expected,
                             const void *actual, const char *path)
{
    for (uint16_t i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        bool revision = shape == &shape_answer && strcmp(field->name, "revision") == 0;
        if (revision && comparison->skip_revision)
            continue;
        if (!compare_member(comparison, field, expected, actual, path))
            return false;
    }
    return true;
}

bool compare_answer(const struct answer *expected, const struct answer *actual,
                    const char *where)
{
    struct comparison comparison = {.where = where,
                                    .skip_revision = expected->revision == 0};
    return compare_messages(&comparison, &shape_answer, expected, actual, "");
}

static void print_refusal(int status, const struct refusal *refusal)
{
    if (status == STATUS_OK)
        fputs("an answer", stderr);
    else
        fprintf(stderr, "%s %s \"%s\" (%s)", status_name(status),
                reason_name(refusal->reason), refusal->field, refusal->message);
}

bool compare_refusal(int expected_status, const struct refusal *expected,
                     int actual_status, const struct refusal *actual, const char *where)
{
    if (expected_status == actual_status &&
        (expected_status == STATUS_OK || (expected->reason == actual->reason &&
                                          strcmp(expected->field, actual->field) == 0)))
        return true;
    fprintf(stderr, "%s: expected ", where);
    print_refusal(expected_status, expected);
    fputs(", got ", stderr);
    print_refusal(actual_status, actual);
    fputc('\n', stderr);
    return false;
}
