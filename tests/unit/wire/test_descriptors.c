// SPDX-License-Identifier: Apache-2.0
//
// The tables of fields against the schema: nanopb's descriptors are generated from the
// .proto files, so a field that is added, renumbered or retyped on one side only is found
// here.
#include <criterion/criterion.h>
#include <pb_common.h>
#include <stdio.h>

#include "domain/names.h"
#include "domain/question.h"
#include "domain/search.h"
#include "unit/wire/shapes.h"
#include "vardsok/log/v1/record.pb.h"
#include "vardsok/v1/directory.pb.h"
#include "vardsok/v1/entities.pb.h"
#include "vardsok/v1/matching.pb.h"
#include "wire/codec.h"
#include "wire/service.h"

TestSuite(wire_descriptors, .init = known_shapes_init);

static unsigned expected_type(const struct field *field, enum wire_form form)
{
    switch ((enum field_type)field->type) {
    case FIELD_BOOL:
        return PB_LTYPE_BOOL;
    case FIELD_ENUM:
    case FIELD_ENUM_SET:
    case FIELD_UINT:
    case FIELD_UINT64:
    case FIELD_WEIGHT:
    case FIELD_BMI:
        return PB_LTYPE_UVARINT;
    case FIELD_MONEY:
    case FIELD_INSTANT:
        return PB_LTYPE_VARINT;
    case FIELD_DEGREES:
        return PB_LTYPE_SVARINT;
    case FIELD_DATE:
        return form == WIRE_LOG ? PB_LTYPE_SVARINT : PB_LTYPE_STRING;
    case FIELD_REGION_SET:
        return form == WIRE_LOG ? PB_LTYPE_UVARINT : PB_LTYPE_STRING;
    case FIELD_BYTES:
        return PB_LTYPE_BYTES;
    case FIELD_SUB:
    case FIELD_LIST:
        return PB_LTYPE_SUBMESSAGE;
    default:
        return PB_LTYPE_STRING;
    }
}

static bool is_repeated(const struct field *field, enum wire_form form)
{
    return field->type == FIELD_TEXT_LIST || field->type == FIELD_HEALTHCARE_REGIONS ||
           field->type == FIELD_ENUM_SET || field->type == FIELD_LIST ||
           (field->type == FIELD_REGION_SET && form == WIRE_PUBLIC);
}

static size_t expected_size(const struct field *field)
{
    return field->type == FIELD_UINT64 || field->type == FIELD_MONEY ||
                   field->type == FIELD_INSTANT
               ? 8
               : 4;
}

static void compare(const struct shape *shape, const pb_msgdesc_t *descriptor,
                    enum wire_form form);

static void compare_field(const struct shape *shape, const struct field *field,
                          const pb_field_iter_t *iter, enum wire_form form)
{
    char where[128];
    snprintf(where, sizeof where, "%s.%s, form %d", shape->name, field->name, form);
    cr_expect_eq(PB_LTYPE(iter->type), expected_type(field, form), "%s: type", where);
    cr_expect_eq(PB_HTYPE(iter->type) == PB_HTYPE_REPEATED, is_repeated(field, form),
                 "%s: repeated", where);
    if (PB_ATYPE(iter->type) == PB_ATYPE_STATIC &&
        PB_LTYPE(iter->type) != PB_LTYPE_BOOL && PB_LTYPE(iter->type) < PB_LTYPE_BYTES)
        cr_expect_eq(iter->data_size, expected_size(field), "%s: %u bytes", where,
                     (unsigned)iter->data_size);
    if (field->sub) {
        cr_assert_not_null(iter->submsg_desc, "%s: no message", where);
        compare(field->sub, iter->submsg_desc, form);
    }
}

static void compare(const struct shape *shape, const pb_msgdesc_t *descriptor,
                    enum wire_form form)
{
    cr_assert_eq(shape->n_fields, descriptor->field_count, "%s: %u fields, schema has %u",
                 shape->name, shape->n_fields, descriptor->field_count);
    pb_field_iter_t iter;
    cr_assert(pb_field_iter_begin(&iter, descriptor, NULL));
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        cr_assert_eq(field->number, iter.tag, "%s.%s is %u, the schema's next is %u",
                     shape->name, field->name, field->number, iter.tag);
        compare_field(shape, field, &iter, form);
        pb_field_iter_next(&iter);
    }
}

Test(wire_descriptors, every_shape_is_the_schemas_message_in_both_forms)
{
    for (const struct known_shape *known = known_shapes; known->shape; known++) {
        compare(known->shape, known->in_public, WIRE_PUBLIC);
        if (known->in_log)
            compare(known->shape, known->in_log, WIRE_LOG);
    }
}

Test(wire_descriptors, the_number_of_a_kind_is_its_field_in_entity_and_entity_record)
{
    const pb_msgdesc_t *oneofs[] = {&vardsok_v1_Entity_msg,
                                    &vardsok_log_v1_EntityRecord_msg};
    for (int form = 0; form < 2; form++) {
        cr_assert_eq(oneofs[form]->field_count, KIND_COUNT - 1);
        pb_field_iter_t iter;
        cr_assert(pb_field_iter_begin(&iter, oneofs[form], NULL));
        for (int kind = 1; kind < KIND_COUNT; kind++) {
            const struct known_shape *known = &known_shapes[kind - 1];
            cr_expect_eq(iter.tag, kind);
            cr_expect_eq(iter.submsg_desc, form == 0 ? known->in_public : known->in_log,
                         "%s", known->shape->name);
            pb_field_iter_next(&iter);
        }
    }
}

Test(wire_descriptors, what_is_pasted_into_an_option_has_the_options_numbers_and_types)
{
    const struct shape *sources[] = {entity_shape(KIND_AGREEMENT_LINE),
                                     entity_shape(KIND_CAPACITY)};
    for (int s = 0; s < 2; s++)
        for (unsigned i = 0; i < sources[s]->n_fields; i++) {
            const struct field *field = &sources[s]->fields[i];
            if (field->number < 11)
                continue;
            const struct field *shown =
                shape_find(&shape_option, slice_from(field->name));
            cr_assert_not_null(shown, "%s", field->name);
            cr_expect_eq(shown->number, field->number, "%s", field->name);
            cr_expect_eq(shown->type, field->type, "%s", field->name);
            cr_expect_eq(expected_type(field, WIRE_LOG),
                         expected_type(field, WIRE_PUBLIC),
                         "%s looks different in the log", field->name);
        }
    const struct shape *unit = entity_shape(KIND_UNIT);
    for (unsigned i = 0; i < shape_unit_summary.n_fields; i++) {
        cr_expect_eq(shape_unit_summary.fields[i].number, unit->fields[i].number);
        cr_expect_eq(shape_unit_summary.fields[i].type, unit->fields[i].type);
    }
}

// ---- enums ----

struct named_enum {
    const char *prefix;
    const char *const *names;
    const char *(*schema_name)(int number);
    unsigned n; // values in the schema, UNSPECIFIED included
};

#define SCHEMA_ENUM(type)                                                                \
    static const char *type##_text(int number)                                           \
    {                                                                                    \
        return type##_name((type)number);                                                \
    }
SCHEMA_ENUM(vardsok_v1_Ownership)
SCHEMA_ENUM(vardsok_v1_Guarantee)
SCHEMA_ENUM(vardsok_v1_AgreementKind)
SCHEMA_ENUM(vardsok_v1_Sex)
SCHEMA_ENUM(vardsok_v1_Statistic)
SCHEMA_ENUM(vardsok_v1_Order)
SCHEMA_ENUM(vardsok_v1_Verdict)
SCHEMA_ENUM(vardsok_v1_CandidateKind)
SCHEMA_ENUM(vardsok_v1_WaitBasis)
SCHEMA_ENUM(vardsok_v1_Reason)
SCHEMA_ENUM(vardsok_v1_Kind)
SCHEMA_ENUM(vardsok_v1_FoundBy)
SCHEMA_ENUM(vardsok_log_v1_Ownership)
SCHEMA_ENUM(vardsok_log_v1_Guarantee)
SCHEMA_ENUM(vardsok_log_v1_AgreementKind)
SCHEMA_ENUM(vardsok_log_v1_Sex)
SCHEMA_ENUM(vardsok_log_v1_Statistic)

#define NAMED(prefix, names, type)                                                       \
    {                                                                                    \
        prefix "_", names, type##_text, (unsigned)_##type##_ARRAYSIZE                    \
    }

static void compare_names(const struct named_enum *named)
{
    for (int number = 1; number < (int)named->n; number++) {
        const char *schema = named->schema_name(number);
        size_t prefix = strlen(named->prefix);
        cr_assert_not_null(named->names[number], "%s lacks %d", named->prefix, number);
        cr_expect(strncmp(schema, named->prefix, prefix) == 0, "%s", schema);
        cr_expect_str_eq(schema + prefix, named->names[number]);
    }
    cr_expect_null(named->names[named->n], "%s has more names than the schema",
                   named->prefix);
}

Test(wire_descriptors, enums_have_the_schemas_names_and_numbers)
{
    const struct named_enum enums[] = {
        NAMED("OWNERSHIP", ownership_names, vardsok_v1_Ownership),
        NAMED("GUARANTEE", guarantee_names, vardsok_v1_Guarantee),
        NAMED("AGREEMENT_KIND", agreement_kind_names, vardsok_v1_AgreementKind),
        NAMED("SEX", sex_names, vardsok_v1_Sex),
        NAMED("STATISTIC", statistic_names, vardsok_v1_Statistic),
        NAMED("ORDER", order_names, vardsok_v1_Order),
        NAMED("VERDICT", verdict_names, vardsok_v1_Verdict),
        NAMED("CANDIDATE_KIND", candidate_kind_names, vardsok_v1_CandidateKind),
        NAMED("WAIT_BASIS", wait_basis_names, vardsok_v1_WaitBasis),
        NAMED("REASON", test_names, vardsok_v1_Reason),
        NAMED("KIND", shape_list_request.fields[0].enum_names, vardsok_v1_Kind),
        NAMED("FOUND_BY", found_by_names, vardsok_v1_FoundBy),
        NAMED("OWNERSHIP", ownership_names, vardsok_log_v1_Ownership),
        NAMED("GUARANTEE", guarantee_names, vardsok_log_v1_Guarantee),
        NAMED("AGREEMENT_KIND", agreement_kind_names, vardsok_log_v1_AgreementKind),
        NAMED("SEX", sex_names, vardsok_log_v1_Sex),
        NAMED("STATISTIC", statistic_names, vardsok_log_v1_Statistic),
    };
    for (size_t i = 0; i < sizeof enums / sizeof enums[0]; i++)
        compare_names(&enums[i]);
}
