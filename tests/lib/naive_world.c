// SPDX-License-Identifier: Apache-2.0
#include "lib/naive.h"

#include <stdlib.h>

#include "base/check.h"
#include "lib/naive_parts.h"

static bool is_text(uint8_t type)
{
    switch (type) {
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
        return true;
    default:
        return false;
    }
}

static bool is_text_list(uint8_t type)
{
    return type == FIELD_TEXT_LIST || type == FIELD_HEALTHCARE_REGIONS;
}

void naive_each_text(const struct shape *shape, void *message,
                     void (*visit)(void *arg, struct slice *text), void *arg)
{
    for (uint16_t i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        CHECK(field->type != FIELD_LIST && field->type != FIELD_BYTES);
        if (field->type == FIELD_SUB)
            naive_each_text(field->sub, field_sub(field, message), visit, arg);
        if (is_text(field->type) && field_slice(field, message)->data != NULL)
            visit(arg, field_slice(field, message));
        if (is_text_list(field->type)) {
            struct text_list *list = field_list(field, message);
            for (uint32_t k = 0; k < list->n; k++)
                visit(arg, &list->items[k]);
        }
    }
}

static void add_length(void *total, struct slice *text)
{
    *(size_t *)total += text->len;
}

// Moves a text to **next and next past it.
static void move_text(void *next, struct slice *text)
{
    char **to = next;
    if (text->len > 0)
        memcpy(*to, text->data, text->len);
    text->data = *to;
    *to += text->len;
}

static void drop_free_bounds(struct terms *terms)
{
    if (terms->asa_max == 6)
        terms->asa_max = ABSENT;
    if (terms->age_min == 0)
        terms->age_min = ABSENT;
    if (terms->sex == SEX_ANY)
        terms->sex = ABSENT;
}

static void fill_defaults(enum kind kind, union entity *entity)
{
    if (kind == KIND_UNIT && entity->unit.active == ABSENT)
        entity->unit.active = 1;
    if (kind == KIND_AGREEMENT && entity->agreement.suspended == ABSENT)
        entity->agreement.suspended = 0;
    if (kind == KIND_AGREEMENT_LINE)
        drop_free_bounds(&entity->agreement_line.terms);
    if (kind == KIND_CAPACITY)
        drop_free_bounds(&entity->capacity.terms);
}

static struct naive_row row_copy(enum kind kind, const union entity *entity)
{
    const struct shape *shape = entity_shape(kind);
    struct naive_row row = {0};
    memcpy(&row.entity, entity, shape->size);
    size_t total = 0;
    naive_each_text(shape, &row.entity, add_length, &total);
    row.texts = malloc(total + 1);
    CHECK(row.texts != NULL);
    char *next = row.texts;
    naive_each_text(shape, &row.entity, move_text, &next);
    fill_defaults(kind, &row.entity);
    return row;
}

static bool texts_equal(struct slice a, struct slice b)
{
    if (a.data == NULL || b.data == NULL)
        return a.data == b.data;
    return slice_equal(a, b);
}

// Keys as shapes.md §2 lists them. Absent equals absent.
static bool keys_equal(enum kind kind, const union entity *a, const union entity *b)
{
    switch (kind) {
    case KIND_REGION:
        return a->region.code == b->region.code;
    case KIND_MUNICIPALITY:
        return slice_equal(a->municipality.code, b->municipality.code);
    case KIND_NHV_AREA:
        return slice_equal(a->nhv_area.id, b->nhv_area.id);
    case KIND_SERVICE:
        return slice_equal(a->service.code, b->service.code);
    case KIND_MAPPING:
        return slice_equal(a->mapping.system, b->mapping.system) &&
               slice_equal(a->mapping.version, b->mapping.version) &&
               slice_equal(a->mapping.code, b->mapping.code);
    case KIND_UNIT:
        return slice_equal(a->unit.id, b->unit.id);
    case KIND_NHV_PERMIT:
        return slice_equal(a->nhv_permit.area, b->nhv_permit.area) &&
               a->nhv_permit.region == b->nhv_permit.region &&
               texts_equal(a->nhv_permit.unit, b->nhv_permit.unit) &&
               texts_equal(a->nhv_permit.scope, b->nhv_permit.scope) &&
               a->nhv_permit.in_force_from == b->nhv_permit.in_force_from;
    case KIND_AGREEMENT:
        return slice_equal(a->agreement.id, b->agreement.id);
    case KIND_AGREEMENT_LINE:
        return slice_equal(a->agreement_line.agreement, b->agreement_line.agreement) &&
               slice_equal(a->agreement_line.unit, b->agreement_line.unit) &&
               slice_equal(a->agreement_line.service, b->agreement_line.service) &&
               texts_equal(a->agreement_line.variant, b->agreement_line.variant);
    case KIND_WAITING_TIME:
        return slice_equal(a->waiting_time.unit, b->waiting_time.unit) &&
               slice_equal(a->waiting_time.service, b->waiting_time.service);
    case KIND_CAPACITY:
        return slice_equal(a->capacity.id, b->capacity.id);
    case KIND_GUARANTEE_LIMIT:
        return a->guarantee_limit.guarantee == b->guarantee_limit.guarantee &&
               a->guarantee_limit.region == b->guarantee_limit.region &&
               a->guarantee_limit.valid_from == b->guarantee_limit.valid_from;
    case KIND_SETTING:
        return slice_equal(a->setting.key, b->setting.key);
    case KIND_NONE:
    case KIND_CLAIM:
    case KIND_COUNT:
        break;
    }
    check_failed(__FILE__, __LINE__, "a kind without a key");
}

static struct naive_row *find_row(const struct naive_world *world, enum kind kind,
                                  const union entity *key)
{
    const struct naive_rows *rows = &world->kinds[kind];
    for (size_t i = 0; i < rows->n; i++)
        if (keys_equal(kind, &rows->rows[i].entity, key))
            return &rows->rows[i];
    return NULL;
}

void naive_put(struct naive_world *world, enum kind kind, const union entity *entity)
{
    struct naive_rows *rows = &world->kinds[kind];
    struct naive_row row =
        row_copy(kind, entity); // before the old one goes: it may be lent
    struct naive_row *old = find_row(world, kind, entity);
    if (old != NULL) {
        free(old->texts);
        *old = row;
        return;
    }
    if (rows->n == rows->capacity) {
        rows->capacity = rows->capacity ? rows->capacity * 2 : 16;
        rows->rows = realloc(rows->rows, rows->capacity * sizeof *rows->rows);
        CHECK(rows->rows != NULL);
    }
    rows->rows[rows->n++] = row;
}

bool naive_delete(struct naive_world *world, enum kind kind, const union entity *key)
{
    struct naive_rows *rows = &world->kinds[kind];
    struct naive_row *row = find_row(world, kind, key);
    if (row == NULL)
        return false;
    free(row->texts);
    size_t after = (size_t)(rows->rows + rows->n - (row + 1));
    memmove(row, row + 1, after * sizeof *row);
    rows->n--;
    return true;
}

const union entity *naive_find(const struct naive_world *world, enum kind kind,
                               const union entity *key)
{
    const struct naive_row *row = find_row(world, kind, key);
    return row != NULL ? &row->entity : NULL;
}

size_t naive_count(const struct naive_world *world, enum kind kind)
{
    return world->kinds[kind].n;
}

const union entity *naive_at(const struct naive_world *world, enum kind kind, size_t i)
{
    CHECK(i < world->kinds[kind].n);
    return &world->kinds[kind].rows[i].entity;
}

void naive_world_free(struct naive_world *world)
{
    for (int kind = 0; kind < KIND_PUT_COUNT; kind++) {
        struct naive_rows *rows = &world->kinds[kind];
        for (size_t i = 0; i < rows->n; i++)
            free(rows->rows[i].texts);
        free(rows->rows);
    }
    *world = (struct naive_world){0};
}
