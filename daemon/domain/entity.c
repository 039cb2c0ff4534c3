// SPDX-License-Identifier: Apache-2.0
#include "domain/entity.h"

#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/identity.h"
#include "domain/region.h"

#define DESCRIPTION_MAX 512

struct first_fault {
    struct refusal *refusal; // may be NULL
    bool taken;
};

static void keep_first(void *arg, const struct refusal *refusal)
{
    struct first_fault *first = arg;
    if (!first->taken && first->refusal != NULL)
        *first->refusal = *refusal;
    first->taken = true;
}

int entity_check(enum kind kind, const union entity *entity, struct refusal *refusal)
{
    int status = shape_check(entity_shape(kind), entity, refusal);
    if (status != STATUS_OK)
        return status;
    struct first_fault first = {refusal, false};
    entity_check_relations(kind, entity, keep_first, &first);
    return first.taken ? STATUS_INVALID_ARGUMENT : STATUS_OK;
}

int entity_check_key(enum kind kind, const union entity *entity, struct refusal *refusal)
{
    const struct shape *shape = entity_shape(kind);
    for (unsigned i = 0; i < shape->n_fields && (shape->fields[i].flags & FIELD_KEY);
         i++) {
        int status = field_check(&shape->fields[i], entity, refusal);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void drop_unspecified_enums(const struct shape *shape, void *message)
{
    for (const struct field *f = shape->fields; f < shape->fields + shape->n_fields;
         f++) {
        if (f->type == FIELD_SUB)
            drop_unspecified_enums(f->sub, field_sub(f, message));
        else if (f->type == FIELD_ENUM && !field_is_present(f, message))
            *field_int(f, message) = ABSENT;
    }
}

static void normalize_terms(struct terms *terms)
{
    if (terms->asa_max == 6)
        terms->asa_max = ABSENT;
    if (terms->age_min == 0)
        terms->age_min = ABSENT;
    if (terms->sex == SEX_ANY)
        terms->sex = ABSENT;
}

static void sort_healthcare_regions(struct text_list *keys)
{
    uint32_t n = 0;
    for (int k = 0; region_healthcare_keys[k] != NULL; k++)
        for (uint32_t i = n; i < keys->n; i++)
            if (slice_equal(keys->items[i], slice_from(region_healthcare_keys[k]))) {
                struct slice key = keys->items[i];
                keys->items[i] = keys->items[n];
                keys->items[n++] = key;
                break;
            }
}

void entity_normalize(enum kind kind, union entity *entity)
{
    drop_unspecified_enums(entity_shape(kind), entity);
    switch (kind) {
    case KIND_REGION:
        sort_healthcare_regions(&entity->region.healthcare_regions);
        break;
    case KIND_UNIT:
        if (entity->unit.active == ABSENT)
            entity->unit.active = true;
        break;
    case KIND_AGREEMENT:
        if (entity->agreement.suspended == ABSENT)
            entity->agreement.suspended = false;
        break;
    case KIND_AGREEMENT_LINE:
        normalize_terms(&entity->agreement_line.terms);
        break;
    case KIND_CAPACITY:
        normalize_terms(&entity->capacity.terms);
        break;
    default:
        break;
    }
}

static size_t describe_key(const struct field *field, const union entity *entity,
                           char *out, size_t size)
{
    int len;
    if (field_is_text(field)) {
        struct slice text = field_get_slice(field, entity);
        // A code is not scanned when it is stored, but is not repeated in a log either.
        if (identity_is_in(text))
            text = slice_from("***");
        len = snprintf(out, size, "/%.*s",
                       (int)(text.len < ID_MAX_LEN ? text.len : ID_MAX_LEN), text.data);
    } else if (field->type == FIELD_DATE) {
        char date[DATE_TEXT_LEN];
        date_format((int32_t)field_get_int(field, entity), date);
        len = snprintf(out, size, "/%.*s", DATE_TEXT_LEN, date);
    } else if (field->type == FIELD_ENUM) {
        len = snprintf(out, size, "/%s", field->enum_names[field_get_int(field, entity)]);
    } else {
        len = snprintf(out, size, "/%02d", (int)field_get_int(field, entity));
    }
    return (size_t)len < size ? (size_t)len : size - 1;
}

struct slice entity_describe(enum kind kind, const union entity *entity,
                             struct arena *arena)
{
    const struct shape *shape = entity_shape(kind);
    char key[DESCRIPTION_MAX] = "";
    size_t len = 0;
    for (unsigned i = 0; i < shape->n_fields && (shape->fields[i].flags & FIELD_KEY); i++)
        if (field_is_present(&shape->fields[i], entity))
            len += describe_key(&shape->fields[i], entity, key + len, sizeof key - len);
    return arena_printf(arena, "%s %s", shape->name, len ? key + 1 : "");
}
