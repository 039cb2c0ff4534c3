// SPDX-License-Identifier: Apache-2.0
#include "domain/shape.h"

#include <criterion/criterion.h>

#include "domain/entity.h"
#include "domain/question.h"

static const struct shape *const messages[] = {
    &shape_contact,   &shape_terms,        &shape_query,  &shape_answer,
    &shape_option,    &shape_bound,        &shape_counts, &shape_reason_count,
    &shape_near_miss, &shape_unit_summary, &shape_origin,
};
#define N_MESSAGES (sizeof messages / sizeof messages[0])

static size_t size_in_struct(const struct field *field)
{
    switch ((enum field_type)field->type) {
    case FIELD_SUB:
        return field->sub->size;
    case FIELD_LIST:
        return sizeof(struct struct_list);
    case FIELD_TEXT_LIST:
    case FIELD_HEALTHCARE_REGIONS:
        return sizeof(struct text_list);
    default:
        return field_is_text(field) ? sizeof(struct slice) : sizeof(int64_t);
    }
}

// Every byte of the struct belongs to exactly one field: nothing was forgotten or named
// twice.
static void expect_complete(const struct shape *shape)
{
    char used[8192] = {0};
    cr_assert_lt(shape->size, sizeof used);
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        size_t size = size_in_struct(f);
        cr_assert_leq(f->offset + size, shape->size, "%s.%s", shape->name, f->name);
        for (size_t b = 0; b < size; b++)
            cr_assert_eq(used[f->offset + b]++, 0, "%s.%s", shape->name, f->name);
    }
    for (size_t b = 0; b < shape->size; b++) {
        bool is_padding = shape->size % 8 != 0 && b >= shape->size / 8 * 8;
        cr_assert(used[b] || is_padding, "%s: byte %zu", shape->name, b);
    }
}

static void expect_sound(const struct shape *shape)
{
    bool keys_over = false;
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        cr_assert(i == 0 || f->number > f[-1].number, "%s.%s", shape->name, f->name);
        cr_assert_eq(f->type == FIELD_SUB || f->type == FIELD_LIST, f->sub != NULL, "%s",
                     f->name);
        cr_assert_eq(f->type == FIELD_ENUM || f->type == FIELD_ENUM_SET,
                     f->enum_names != NULL);
        if (f->enum_names != NULL) {
            cr_assert_null(f->enum_names[0]);
            for (int64_t n = 1; n <= f->max; n++) {
                cr_assert_not_null(f->enum_names[n]);
                cr_assert_eq(field_enum_number(f, slice_from(f->enum_names[n])), n);
            }
        }
        if (f->type == FIELD_UINT || f->type == FIELD_DATE)
            cr_assert_lt(f->min, f->max, "%s.%s", shape->name, f->name);
        cr_assert(!(f->flags & FIELD_KEY) || !keys_over, "%s: keys come first",
                  shape->name);
        keys_over |= !(f->flags & FIELD_KEY);
        if (!(f->flags & FIELD_REFUSED))
            cr_assert_eq(shape_find(shape, slice_from(f->name)), f);
        else
            cr_assert_null(shape_find(shape, slice_from(f->name)));
    }
    cr_assert_null(shape_find(shape, slice_from("no_such_field")));
}

Test(shape, every_table_covers_its_struct_in_ascending_numbers)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        expect_complete(entity_shape((enum kind)kind));
        expect_sound(entity_shape((enum kind)kind));
    }
    for (size_t i = 0; i < N_MESSAGES; i++) {
        expect_complete(messages[i]);
        expect_sound(messages[i]);
    }
}

Test(shape, kinds_are_found_by_their_names)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++)
        cr_expect_eq(entity_kind_find(slice_from(entity_kind_name((enum kind)kind))),
                     (enum kind)kind);
    cr_expect_eq(entity_kind_find(slice_from("line")), KIND_NONE);
    cr_expect_eq(entity_kind_find(SLICE_ABSENT), KIND_NONE);
}

Test(shape, a_cleared_struct_has_no_field_present)
{
    union entity entity;
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        const struct shape *shape = entity_shape((enum kind)kind);
        memset(&entity, 0x5A, sizeof entity);
        shape_clear(shape, &entity);
        for (unsigned i = 0; i < shape->n_fields; i++)
            cr_expect(!field_is_present(&shape->fields[i], &entity), "%s",
                      shape->fields[i].name);
    }
}

Test(shape, zero_is_present_but_for_an_enum)
{
    union entity entity;
    struct capacity *capacity = &entity.capacity;
    const struct shape *shape = entity_shape(KIND_CAPACITY);
    const struct field *terms = shape_find(shape, slice_from("terms"));
    shape_clear(shape, &entity);
    capacity->price = 0;
    cr_expect(field_is_present(shape_find(shape, slice_from("price")), &entity));
    capacity->terms.sex = 0;
    cr_expect(!field_is_present(terms, &entity));
    capacity->terms.age_max = 0;
    cr_expect(field_is_present(terms, &entity));
    capacity->note = slice_from("");
    cr_expect(field_is_present(shape_find(shape, slice_from("note")), &entity));
}

Test(shape, a_list_of_one_is_present)
{
    struct answer answer;
    shape_clear(&shape_answer, &answer);
    const struct field *options = shape_find(&shape_answer, slice_from("options"));
    cr_expect(!field_is_present(options, &answer));
    answer.options.n = 1;
    cr_expect(field_is_present(options, &answer));
}

Test(shape, enum_names_are_exact)
{
    const struct field *kind =
        shape_find(entity_shape(KIND_AGREEMENT), slice_from("kind"));
    cr_expect_eq(field_enum_number(kind, slice_from("PROCURED")), AGREEMENT_PROCURED);
    cr_expect_eq(field_enum_number(kind, slice_from("procured")), 0);
    cr_expect_eq(field_enum_number(kind, slice_from("")), 0);
    cr_expect_eq(field_enum_number(kind, slice_from("PROCURED ")), 0);
}
