// SPDX-License-Identifier: Apache-2.0
#include "unit/wire/random_message.h"

#include <criterion/criterion.h>

#include "domain/region.h"

#define LIST_MAX 5

uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15); // splitmix64
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t random_below(struct random *random, uint64_t n)
{
    return random_next(random) % n;
}

static struct slice random_text(struct random *random, size_t max)
{
    static const char *const parts[] = {"a", "Z", "9", ".", "å", "Ö", "€", "𝄞", "x7"};
    char *text = arena_alloc(random->arena, max + 4);
    size_t wanted = random_below(random, 8) == 0 ? max : random_below(random, 20) + 1;
    size_t len = 0;
    while (len < wanted && len < max) {
        struct slice part =
            slice_from(parts[random_below(random, sizeof parts / sizeof parts[0])]);
        if (len + part.len > max)
            part = slice_from("b");
        memcpy(text + len, part.data, part.len);
        len += part.len;
    }
    return (struct slice){text, len};
}

static int64_t random_bounded(struct random *random, int64_t min, int64_t max)
{
    switch (random_below(random, 4)) {
    case 0:
        return min;
    case 1:
        return max;
    default:
        return min + (int64_t)(random_next(random) % ((uint64_t)(max - min) / 2 + 1)) * 2;
    }
}

static int64_t random_number(struct random *random, const struct field *field)
{
    switch ((enum field_type)field->type) {
    case FIELD_REGION: {
        int64_t code;
        do {
            code = (int64_t)random_below(random, 26);
        } while (!region_is_code(code));
        return code;
    }
    case FIELD_REGION_SET:
        return (int64_t)((random_next(random) & REGION_ALL_MASK) | 2);
    case FIELD_ENUM_SET:
        return (int64_t)(random_next(random) & ((UINT64_C(1) << (field->max + 1)) - 2));
    case FIELD_INSTANT:
        return (int64_t)(random_next(random) >> 20);
    default:
        return random_bounded(random, field->min, field->max);
    }
}

static void random_list(struct random *random, const struct field *field,
                        struct struct_list *list)
{
    list->n = (uint32_t)random_below(random, LIST_MAX);
    list->data = arena_alloc(random->arena, LIST_MAX * field->sub->size);
    for (uint32_t i = 0; i < list->n; i++)
        random_message(random, field->sub, (char *)list->data + i * field->sub->size);
}

static void random_field(struct random *random, const struct field *field, void *message)
{
    if (field->type == FIELD_SUB) {
        random_message(random, field->sub, field_sub(field, message));
    } else if (field->type == FIELD_LIST) {
        random_list(random, field, field_sub(field, message));
    } else if (field_is_text(field)) {
        *field_slice(field, message) = random_text(random, field_max_len(field));
    } else if (field_max_len(field) > 0) {
        struct text_list *list = field_list(field, message);
        list->n = (uint32_t)random_below(random, TEXT_LIST_MAX) + 1;
        for (uint32_t i = 0; i < list->n; i++)
            list->items[i] = random_text(random, field_max_len(field));
    } else {
        *field_int(field, message) = random_number(random, field);
    }
}

void random_message(struct random *random, const struct shape *shape, void *message)
{
    shape_clear(shape, message);
    for (unsigned i = 0; i < shape->n_fields; i++)
        if (random->full || random_below(random, 3) != 0)
            random_field(random, &shape->fields[i], message);
}

static bool same_list(const struct text_list *a, const struct text_list *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!slice_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

static bool same_structs(const struct field *field, const struct struct_list *a,
                         const struct struct_list *b)
{
    if (a->n != b->n)
        return false;
    for (uint32_t i = 0; i < a->n; i++)
        if (!same_message(field->sub, (const char *)a->data + i * field->sub->size,
                          (const char *)b->data + i * field->sub->size))
            return false;
    return true;
}

static bool same_number(const struct field *field, int64_t a, int64_t b)
{
    if (field->type == FIELD_ENUM_SET)
        return (a == ABSENT ? 0 : a) == (b == ABSENT ? 0 : b);
    return a == b;
}

static bool same_field(const struct field *field, const void *a, const void *b)
{
    if (field->type == FIELD_SUB)
        return same_message(field->sub, field_get_sub(field, a), field_get_sub(field, b));
    if (field->type == FIELD_LIST)
        return same_structs(field, field_get_sub(field, a), field_get_sub(field, b));
    if (field_is_text(field)) {
        struct slice text_a = field_get_slice(field, a),
                     text_b = field_get_slice(field, b);
        if (text_a.data == NULL || text_b.data == NULL)
            return text_a.data == text_b.data;
        return slice_equal(text_a, text_b);
    }
    if (field_max_len(field) > 0)
        return same_list(field_get_list(field, a), field_get_list(field, b));
    return same_number(field, field_get_int(field, a), field_get_int(field, b));
}

bool same_message(const struct shape *shape, const void *a, const void *b)
{
    for (unsigned i = 0; i < shape->n_fields; i++)
        if (!same_field(&shape->fields[i], a, b))
            return false;
    return true;
}
