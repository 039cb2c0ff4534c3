// SPDX-License-Identifier: Apache-2.0
#include "domain/entity.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/region.h"
#include "lib/samples.h"

static void expect_fault(enum kind kind, const union entity *entity, enum reason reason,
                         const char *field, int line)
{
    struct refusal refusal = {0};
    cr_expect_eq(entity_check(kind, entity, &refusal), STATUS_INVALID_ARGUMENT, "line %d",
                 line);
    cr_expect_eq(refusal.reason, reason, "line %d: %s: %s", line,
                 reason_name(refusal.reason), refusal.message);
    cr_expect_str_eq(refusal.field, field, "line %d: %s", line, refusal.field);
    cr_expect_eq(strncmp(refusal.message, field, strlen(field)), 0, "line %d: %s", line,
                 refusal.message);
}

// A sample with one change is refused for that reason at that field.
#define REFUSED(kind, change, reason, field)                                             \
    do {                                                                                 \
        union entity e;                                                                  \
        sample_entity(kind, &e);                                                         \
        change;                                                                          \
        expect_fault(kind, &e, reason, field, __LINE__);                                 \
    } while (0)
#define TAKEN(kind, change)                                                              \
    do {                                                                                 \
        union entity e;                                                                  \
        struct refusal refusal = {0};                                                    \
        sample_entity(kind, &e);                                                         \
        change;                                                                          \
        cr_expect_eq(entity_check(kind, &e, &refusal), STATUS_OK, "line %d: %s",         \
                     __LINE__, refusal.message);                                         \
    } while (0)
#define T(text) slice_from(text)

Test(entity, a_right_entity_of_every_kind_is_taken)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        TAKEN((enum kind)kind, (void)e);
        union entity e;
        sample_entity((enum kind)kind, &e);
        cr_expect_eq(entity_check_key((enum kind)kind, &e, NULL), STATUS_OK);
    }
}

static void clear_field(const struct field *field, union entity *entity)
{
    struct field alone = *field;
    shape_clear(&(struct shape){"", 0, 1, &alone}, entity);
}

Test(entity, every_required_field_is_missed)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        const struct shape *shape = entity_shape((enum kind)kind);
        for (unsigned i = 0; i < shape->n_fields; i++) {
            const struct field *f = &shape->fields[i];
            union entity e;
            sample_entity((enum kind)kind, &e);
            clear_field(f, &e);
            if (f->flags & FIELD_REQUIRED) {
                enum reason reason =
                    f->type == FIELD_REGION_SET ? REASON_EMPTY_SET : REASON_REQUIRED;
                expect_fault((enum kind)kind, &e, reason, f->name, __LINE__);
            }
            cr_expect_eq(entity_check_key((enum kind)kind, &e, NULL) == STATUS_OK,
                         (f->flags & FIELD_REQUIRED) == 0 || (f->flags & FIELD_KEY) == 0,
                         "%s.%s", shape->name, f->name);
        }
    }
}

// Every text of every kind, nested ones too, with four bad values.
static void try_texts(enum kind kind, const struct shape *shape, union entity *e,
                      void *message, const char *parent)
{
    static const struct {
        const char *text;
        enum reason reason;
    } bad[] = {
        {"", REASON_BAD_FORMAT},
        {"A\xC3(", REASON_NOT_UTF8},
        {"pnr 19811218-9876", REASON_PERSONAL_IDENTITY},
        {"x", REASON_NONE},
    };
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *f = &shape->fields[i];
        char path[64];
        snprintf(path, sizeof path, "%s%s%s", parent, *parent ? "." : "", f->name);
        if (f->type == FIELD_SUB)
            try_texts(kind, f->sub, e, field_sub(f, message), f->name);
        bool is_list = f->type == FIELD_TEXT_LIST;
        if ((!field_is_text(f) && !is_list) || (f->flags & FIELD_REFUSED))
            continue;
        bool is_free = f->type == FIELD_NAME || f->type == FIELD_TEXT || is_list ||
                       (f->type == FIELD_ID && !(f->flags & FIELD_CODE));
        for (size_t b = 0; b < 3; b++) {
            struct slice *text =
                is_list ? &field_list(f, message)->items[0] : field_slice(f, message);
            struct slice before = *text;
            *text = slice_from(bad[b].text);
            if (is_list)
                field_list(f, message)->n = 1;
            enum reason reason = b == 2 && !is_free ? REASON_BAD_FORMAT : bad[b].reason;
            struct refusal refusal = {0};
            cr_expect_eq(entity_check(kind, e, &refusal), STATUS_INVALID_ARGUMENT, "%s",
                         path);
            // A typed field that is too short for the text says so instead.
            if (refusal.reason != REASON_TOO_LONG)
                cr_expect_eq(refusal.reason, reason, "%s: %s", path, refusal.message);
            cr_expect_str_eq(refusal.field, path);
            cr_expect_null(strstr(refusal.message, "9876"), "%s", refusal.message);
            if (is_list)
                field_list(f, message)->n = 0;
            else
                *text = before;
        }
    }
}

Test(entity, every_text_is_checked_for_form_and_personal_numbers)
{
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        union entity e;
        sample_entity((enum kind)kind, &e);
        try_texts((enum kind)kind, entity_shape((enum kind)kind), &e, &e, "");
    }
}

Test(entity, an_id_is_scanned_and_a_code_is_not)
{
    REFUSED(KIND_AGREEMENT, e.agreement.id = T("A-811218-9876"), REASON_PERSONAL_IDENTITY,
            "id");
    REFUSED(KIND_AGREEMENT_LINE, e.agreement_line.variant = T("8112189876"),
            REASON_PERSONAL_IDENTITY, "variant");
    REFUSED(KIND_AGREEMENT_LINE, e.agreement_line.agreement = T("8112189876"),
            REASON_PERSONAL_IDENTITY, "agreement");
    REFUSED(KIND_SERVICE, e.service.system = T("8112189876"), REASON_PERSONAL_IDENTITY,
            "system");
    REFUSED(KIND_SERVICE, e.service.nhv_area = T("811218-9876"), REASON_PERSONAL_IDENTITY,
            "nhv_area");
    TAKEN(KIND_SERVICE, e.service.code = T("8112189876"));
    TAKEN(KIND_MAPPING, e.mapping.code = T("8112189876"));
    TAKEN(KIND_AGREEMENT_LINE, e.agreement_line.service = T("8112189876"));
}

Test(entity, lengths_are_counted_in_bytes)
{
    static char text[2000];
    memset(text, 'x', sizeof text);
    REFUSED(KIND_UNIT, e.unit.name = ((struct slice){text, 257}), REASON_TOO_LONG,
            "name");
    TAKEN(KIND_UNIT, e.unit.name = ((struct slice){text, 256}));
    REFUSED(KIND_UNIT, e.unit.contact.address = ((struct slice){text, 1025}),
            REASON_TOO_LONG, "contact.address");
    TAKEN(KIND_UNIT, e.unit.contact.address = ((struct slice){text, 1024}));
    REFUSED(KIND_AGREEMENT, e.agreement.id = ((struct slice){text, 65}), REASON_TOO_LONG,
            "id");
    TAKEN(KIND_AGREEMENT, e.agreement.id = ((struct slice){text, 64}));
}

Test(entity, a_list_has_at_most_16_items_without_bars)
{
    union entity e;
    sample_entity(KIND_SERVICE, &e);
    e.service.synonyms.n = TEXT_LIST_MAX;
    for (int i = 0; i < TEXT_LIST_MAX; i++)
        e.service.synonyms.items[i] = T("höft");
    cr_expect_eq(entity_check(KIND_SERVICE, &e, NULL), STATUS_OK);
    e.service.synonyms.items[15] = T("höft|led");
    expect_fault(KIND_SERVICE, &e, REASON_BAD_FORMAT, "synonyms", __LINE__);
    e.service.synonyms.n = TEXT_LIST_MAX + 1;
    expect_fault(KIND_SERVICE, &e, REASON_TOO_MANY, "synonyms", __LINE__);
}

Test(entity, bounds_are_inclusive)
{
    static const struct {
        const char *name;
        int64_t min, max;
    } bounds[] = {
        {"asa_max", 1, 6},     {"weight_min", 5, 4000}, {"weight_max", 5, 4000},
        {"bmi_min", 50, 1000}, {"bmi_max", 50, 1000},   {"age_min", 0, 125},
        {"age_max", 0, 125},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        const struct field *f = shape_find(&shape_terms, slice_from(bounds[i].name));
        struct terms terms;
        for (int64_t value = bounds[i].min - 2; value <= bounds[i].max + 2; value++) {
            shape_clear(&shape_terms, &terms);
            *field_int(f, &terms) = value;
            bool inside = value >= bounds[i].min && value <= bounds[i].max;
            struct refusal refusal = {0};
            cr_expect_eq(shape_check(&shape_terms, &terms, &refusal) == STATUS_OK, inside,
                         "%s %ld", f->name, (long)value);
            cr_expect_eq(refusal.reason, inside ? REASON_NONE : REASON_OUT_OF_RANGE);
        }
    }
    REFUSED(KIND_CAPACITY, e.capacity.slots = 0, REASON_OUT_OF_RANGE, "slots");
    TAKEN(KIND_CAPACITY, e.capacity.slots = 10000);
    REFUSED(KIND_CAPACITY, e.capacity.slots = 10001, REASON_OUT_OF_RANGE, "slots");
    REFUSED(KIND_CAPACITY, e.capacity.price = -1, REASON_OUT_OF_RANGE, "price");
    TAKEN(KIND_CAPACITY, e.capacity.price = 0);
    REFUSED(KIND_WAITING_TIME, e.waiting_time.current_days = 3651, REASON_OUT_OF_RANGE,
            "current_days");
    TAKEN(KIND_WAITING_TIME, e.waiting_time.current_days = 0);
    REFUSED(KIND_AGREEMENT, e.agreement.valid_to = 84371, REASON_OUT_OF_RANGE,
            "valid_to");
    REFUSED(KIND_AGREEMENT, e.agreement.valid_from = -25568, REASON_OUT_OF_RANGE,
            "valid_from");
}

Test(entity, messages_name_the_field_and_its_limit)
{
    union entity e;
    struct refusal refusal;
    sample_entity(KIND_CAPACITY, &e);
    e.capacity.terms.asa_max = 9;
    entity_check(KIND_CAPACITY, &e, &refusal);
    cr_expect_str_eq(refusal.message, "terms.asa_max must be 1 to 6, got 9");
    e.capacity.terms.asa_max = INT64_C(8112189876);
    entity_check(KIND_CAPACITY, &e, &refusal);
    cr_expect_str_eq(refusal.message, "terms.asa_max must be 1 to 6");
    e.capacity.terms.asa_max = ABSENT;
    e.capacity.terms.weight_max = 4001;
    entity_check(KIND_CAPACITY, &e, &refusal);
    cr_expect_str_eq(refusal.message,
                     "terms.weight_max must be 0.5 to 400 kg, got 400.1");
    e.capacity.terms.weight_max = ABSENT;
    e.capacity.window_start = 100000;
    entity_check(KIND_CAPACITY, &e, &refusal);
    cr_expect_str_eq(refusal.message, "window_start must be 1900-01-01 to 2200-12-31");
    sample_entity(KIND_GUARANTEE_LIMIT, &e);
    e.guarantee_limit.guarantee = GUARANTEE_NONE;
    entity_check(KIND_GUARANTEE_LIMIT, &e, &refusal);
    cr_expect_str_eq(refusal.message, "guarantee must be VISIT or TREATMENT");
}

Test(entity, enums_and_flags_stay_in_their_sets)
{
    REFUSED(KIND_UNIT, e.unit.ownership = 3, REASON_UNKNOWN_ENUM, "ownership");
    REFUSED(KIND_UNIT, e.unit.ownership = -1, REASON_UNKNOWN_ENUM, "ownership");
    REFUSED(KIND_UNIT, e.unit.ownership = 0, REASON_REQUIRED, "ownership");
    REFUSED(KIND_UNIT, e.unit.active = 2, REASON_BAD_FORMAT, "active");
    REFUSED(KIND_CAPACITY, e.capacity.terms.sex = 4, REASON_UNKNOWN_ENUM, "terms.sex");
    TAKEN(KIND_CAPACITY, e.capacity.terms.sex = 0);
    REFUSED(KIND_GUARANTEE_LIMIT, e.guarantee_limit.guarantee = GUARANTEE_NONE,
            REASON_UNKNOWN_ENUM, "guarantee");
}

Test(entity, ranges_are_not_reversed)
{
#define TERMS e.agreement_line.terms
    REFUSED(KIND_AGREEMENT_LINE, (TERMS.weight_min = 901, TERMS.weight_max = 900),
            REASON_REVERSED_RANGE, "terms.weight_min");
    TAKEN(KIND_AGREEMENT_LINE, (TERMS.weight_min = 900, TERMS.weight_max = 900));
    REFUSED(KIND_AGREEMENT_LINE, (TERMS.bmi_min = 351, TERMS.bmi_max = 350),
            REASON_REVERSED_RANGE, "terms.bmi_min");
    REFUSED(KIND_AGREEMENT_LINE, (TERMS.age_min = 19, TERMS.age_max = 18),
            REASON_REVERSED_RANGE, "terms.age_min");
    REFUSED(KIND_CAPACITY, (e.capacity.terms.age_min = 19, e.capacity.terms.age_max = 18),
            REASON_REVERSED_RANGE, "terms.age_min");
    REFUSED(KIND_AGREEMENT, e.agreement.valid_from = e.agreement.valid_to + 1,
            REASON_REVERSED_RANGE, "valid_from");
    TAKEN(KIND_AGREEMENT, e.agreement.valid_from = e.agreement.valid_to);
    REFUSED(KIND_NHV_PERMIT, e.nhv_permit.in_force_to = e.nhv_permit.in_force_from - 1,
            REASON_REVERSED_RANGE, "in_force_from");
    REFUSED(KIND_CAPACITY, e.capacity.window_start = e.capacity.window_end + 1,
            REASON_REVERSED_RANGE, "window_start");
    REFUSED(KIND_CAPACITY, e.capacity.book_by = e.capacity.window_end + 1,
            REASON_REVERSED_RANGE, "book_by");
    TAKEN(KIND_CAPACITY, e.capacity.book_by = e.capacity.window_end);
}

Test(entity, regions_belong_to_their_own_healthcare_regions)
{
#define KEYS e.region.healthcare_regions
    REFUSED(KIND_REGION, KEYS.items[0] = T("sodra"), REASON_INCONSISTENT,
            "healthcare_regions");
    REFUSED(KIND_REGION, KEYS.items[0] = T("Vastra"), REASON_BAD_FORMAT,
            "healthcare_regions");
    REFUSED(KIND_REGION, (KEYS.n = 2, KEYS.items[1] = T("sodra")), REASON_INCONSISTENT,
            "healthcare_regions");
    REFUSED(KIND_REGION, (KEYS.n = 2, KEYS.items[1] = T("vastra")), REASON_INCONSISTENT,
            "healthcare_regions");
    REFUSED(KIND_REGION, e.region.code = 13, REASON_INCONSISTENT, "healthcare_regions");
    REFUSED(KIND_REGION, (e.region.code = 13, KEYS.n = 2, KEYS.items[1] = T("vastra")),
            REASON_INCONSISTENT, "healthcare_regions");
    TAKEN(KIND_REGION, (e.region.code = 13, KEYS.n = 2, KEYS.items[1] = T("sodra")));
    REFUSED(KIND_REGION, e.region.code = 16, REASON_RETIRED_REGION, "code");
    REFUSED(KIND_REGION, e.region.code = 26, REASON_BAD_FORMAT, "code");
    REFUSED(KIND_REGION, e.region.org_number = T("2321000132"), REASON_BAD_FORMAT,
            "org_number");
    REFUSED(KIND_REGION, e.region.contact.address = T("Storgatan 1"),
            REASON_UNKNOWN_FIELD, "contact.address");
    REFUSED(KIND_UNIT, e.unit.contact.hours = T("8–16"), REASON_UNKNOWN_FIELD,
            "contact.hours");
}

Test(entity, municipalities_lie_in_their_region)
{
#define M e.municipality
    REFUSED(KIND_MUNICIPALITY, M.region = 13, REASON_INCONSISTENT, "code");
    REFUSED(KIND_MUNICIPALITY, (M.code = T("1380"), M.region = 13), REASON_REQUIRED,
            "healthcare_region");
    TAKEN(KIND_MUNICIPALITY,
          (M.code = T("1380"), M.region = 13, M.healthcare_region = T("sodra")));
    REFUSED(KIND_MUNICIPALITY,
            (M.code = T("1380"), M.region = 13, M.healthcare_region = T("norra")),
            REASON_INCONSISTENT, "healthcare_region");
    TAKEN(KIND_MUNICIPALITY, M.healthcare_region = T("vastra"));
    REFUSED(KIND_MUNICIPALITY, M.healthcare_region = T("sodra"), REASON_INCONSISTENT,
            "healthcare_region");
    REFUSED(KIND_MUNICIPALITY, M.latitude = ABSENT, REASON_INCONSISTENT, "latitude");
    REFUSED(KIND_MUNICIPALITY, M.longitude = ABSENT, REASON_INCONSISTENT, "longitude");
    TAKEN(KIND_MUNICIPALITY, M.longitude = M.latitude = ABSENT);
    REFUSED(KIND_MUNICIPALITY, M.latitude = 90000001, REASON_OUT_OF_RANGE, "latitude");
    REFUSED(KIND_UNIT, e.unit.region = 1, REASON_INCONSISTENT, "municipality");
    REFUSED(KIND_UNIT, e.unit.latitude = 57000000, REASON_INCONSISTENT, "longitude");
    TAKEN(KIND_UNIT, e.unit.municipality = SLICE_ABSENT);
}

Test(entity, a_waiting_time_has_a_figure_and_a_forecast_an_end)
{
#define W e.waiting_time
    REFUSED(KIND_WAITING_TIME, W.current_days = ABSENT, REASON_REQUIRED, "current_days");
    REFUSED(KIND_WAITING_TIME, W.forecast_days = 28, REASON_REQUIRED, "forecast_until");
    REFUSED(KIND_WAITING_TIME, W.forecast_until = W.observed_on, REASON_REQUIRED,
            "forecast_days");
    TAKEN(KIND_WAITING_TIME, (W.current_days = ABSENT, W.forecast_days = 0,
                              W.forecast_until = W.observed_on + 90));
    REFUSED(KIND_WAITING_TIME,
            (W.forecast_days = 0, W.forecast_until = W.observed_on + 91),
            REASON_OUT_OF_RANGE, "forecast_until");
}

Test(entity, sets_of_regions_hold_regions)
{
    REFUSED(KIND_CAPACITY, e.capacity.open_to = 0, REASON_EMPTY_SET, "open_to");
    REFUSED(KIND_CAPACITY, e.capacity.open_to = 1 << 2, REASON_BAD_FORMAT, "open_to");
    REFUSED(KIND_CAPACITY, e.capacity.open_to = -1, REASON_BAD_FORMAT, "open_to");
    TAKEN(KIND_CAPACITY, e.capacity.open_to = REGION_ALL_MASK);
    TAKEN(KIND_AGREEMENT, e.agreement.callers = ABSENT);
}

Test(entity, only_known_settings_with_a_number_are_taken)
{
    REFUSED(KIND_SETTING, e.setting.key = T("colour"), REASON_BAD_FORMAT, "key");
    REFUSED(KIND_SETTING, e.setting.value = T("many"), REASON_BAD_FORMAT, "value");
    REFUSED(KIND_SETTING, e.setting.value = T("-1"), REASON_BAD_FORMAT, "value");
    REFUSED(KIND_SETTING, e.setting.value = T("3651"), REASON_BAD_FORMAT, "value");
    TAKEN(KIND_SETTING, e.setting.value = T("0"));
}

static void count_faults(void *arg, const struct refusal *refusal)
{
    unsigned *n = arg;
    cr_expect_eq(refusal->status, STATUS_INVALID_ARGUMENT);
    ++*n;
}

Test(entity, every_fault_between_fields_is_told)
{
    union entity e;
    unsigned n_told = 0;
    sample_entity(KIND_CAPACITY, &e);
    e.capacity.window_start = e.capacity.window_end + 1;
    e.capacity.book_by = e.capacity.window_end + 1;
    e.capacity.terms.weight_min = 900;
    e.capacity.terms.weight_max = 800;
    e.capacity.note = T("19811218");
    e.capacity.aftercare = T("9876");
    cr_expect_eq(entity_check_relations(KIND_CAPACITY, &e, count_faults, &n_told), 4);
    cr_expect_eq(n_told, 4);
}

Test(entity, normalising_makes_equal_things_equal)
{
    union entity e;
    sample_entity(KIND_CAPACITY, &e);
    e.capacity.terms.asa_max = 6;
    e.capacity.terms.age_min = 0;
    e.capacity.terms.sex = SEX_ANY;
    entity_normalize(KIND_CAPACITY, &e);
    cr_expect(!field_is_present(shape_find(entity_shape(KIND_CAPACITY), T("terms")), &e));

    sample_entity(KIND_AGREEMENT_LINE, &e);
    e.agreement_line.terms =
        (struct terms){5, ABSENT, ABSENT, ABSENT, ABSENT, 1, 125, 0, {.n = 0}};
    entity_normalize(KIND_AGREEMENT_LINE, &e);
    cr_expect_eq(e.agreement_line.terms.asa_max, 5);
    cr_expect_eq(e.agreement_line.terms.age_min, 1);
    cr_expect_eq(e.agreement_line.terms.age_max, 125);
    cr_expect_eq(e.agreement_line.terms.sex, ABSENT);
    e.agreement_line.terms.sex = SEX_FEMALE;
    entity_normalize(KIND_AGREEMENT_LINE, &e);
    cr_expect_eq(e.agreement_line.terms.sex, SEX_FEMALE);

    sample_entity(KIND_UNIT, &e);
    entity_normalize(KIND_UNIT, &e);
    cr_expect_eq(e.unit.active, 1);
    cr_expect_eq(e.unit.ownership, OWNERSHIP_PUBLIC);
    e.unit.active = 0;
    entity_normalize(KIND_UNIT, &e);
    cr_expect_eq(e.unit.active, 0);

    sample_entity(KIND_AGREEMENT, &e);
    entity_normalize(KIND_AGREEMENT, &e);
    cr_expect_eq(e.agreement.suspended, 0);

    sample_entity(KIND_REGION, &e);
    e.region.healthcare_regions.n = 2;
    e.region.healthcare_regions.items[0] = T("sodra");
    e.region.healthcare_regions.items[1] = T("vastra");
    entity_normalize(KIND_REGION, &e);
    cr_expect(slice_equal(e.region.healthcare_regions.items[0], T("vastra")));
    cr_expect(slice_equal(e.region.healthcare_regions.items[1], T("sodra")));
}

Test(entity, a_description_names_the_key)
{
    struct arena arena = {0};
    union entity e;
    sample_entity(KIND_AGREEMENT_LINE, &e);
    cr_expect_str_eq(entity_describe(KIND_AGREEMENT_LINE, &e, &arena).data,
                     "agreement_line A-12/TSE2321000131-E1/NFB49");
    e.agreement_line.service = T("8112189876");
    cr_expect_str_eq(entity_describe(KIND_AGREEMENT_LINE, &e, &arena).data,
                     "agreement_line A-12/TSE2321000131-E1/***");
    sample_entity(KIND_NHV_PERMIT, &e);
    cr_expect_str_eq(entity_describe(KIND_NHV_PERMIT, &e, &arena).data,
                     "nhv_permit barnhjarta/14/TSE2321000131-E1/Barn/2018-07-01");
    sample_entity(KIND_GUARANTEE_LIMIT, &e);
    cr_expect_str_eq(entity_describe(KIND_GUARANTEE_LIMIT, &e, &arena).data,
                     "guarantee_limit TREATMENT/2010-07-01");
    sample_entity(KIND_REGION, &e);
    e.region.code = 1;
    cr_expect_str_eq(entity_describe(KIND_REGION, &e, &arena).data, "region 01");
    arena_free(&arena);
}
