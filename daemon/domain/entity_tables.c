// SPDX-License-Identifier: Apache-2.0
//
// The fields of every entity, in the order of their numbers in vardsok.v1 and
// vardsok.log.v1.
#include "domain/entity.h"
#include "domain/names.h"
#include "domain/shape_tables.h"

#define KEY (FIELD_REQUIRED | FIELD_KEY)
#define REQUIRED FIELD_REQUIRED
#define CODE FIELD_CODE

// The three contacts are one message; each allows its own fields.
#define CONTACT_FIELDS(address_flags, hours_flags)                                       \
    {                                                                                    \
        FIELD(contact, phone, 1, FIELD_PHONE, 0),                                        \
            FIELD(contact, email, 2, FIELD_EMAIL, 0),                                    \
            FIELD(contact, address, 3, FIELD_TEXT, address_flags),                       \
            FIELD(contact, url, 4, FIELD_URL, 0),                                        \
            FIELD(contact, hours, 5, FIELD_TEXT, hours_flags),                           \
    }
static const struct field contact_fields[] = CONTACT_FIELDS(0, 0);
const struct shape shape_contact = SHAPE(contact, "contact", contact_fields);
static const struct field region_contact_fields[] = CONTACT_FIELDS(FIELD_REFUSED, 0);
static const struct shape region_contact =
    SHAPE(contact, "contact", region_contact_fields);
static const struct field unit_contact_fields[] = CONTACT_FIELDS(0, FIELD_REFUSED);
const struct shape shape_unit_contact = SHAPE(contact, "contact", unit_contact_fields);

static const struct field terms_fields[] = {
    UINT(terms, asa_max, 1, 0, 1, 6),
    NUMBER(terms, weight_min, 2, FIELD_WEIGHT, 0, 5, 4000),
    NUMBER(terms, weight_max, 3, FIELD_WEIGHT, 0, 5, 4000),
    NUMBER(terms, bmi_min, 4, FIELD_BMI, 0, 50, 1000),
    NUMBER(terms, bmi_max, 5, FIELD_BMI, 0, 50, 1000),
    UINT(terms, age_min, 6, 0, 0, 125),
    UINT(terms, age_max, 7, 0, 0, 125),
    ENUM(terms, sex, 8, 0, SEX_ANY, SEX_MALE, sex_names),
    FIELD(terms, conditions, 9, FIELD_TEXT_LIST, 0),
};
const struct shape shape_terms = SHAPE(terms, "terms", terms_fields);

static const struct field region_fields[] = {
    FIELD(region, code, 1, FIELD_REGION, KEY),
    FIELD(region, name, 2, FIELD_NAME, REQUIRED),
    FIELD(region, healthcare_regions, 3, FIELD_HEALTHCARE_REGIONS, REQUIRED),
    FIELD(region, org_number, 4, FIELD_ORG_NUMBER, 0),
    SUB(region, contact, 5, region_contact),
};

static const struct field municipality_fields[] = {
    FIELD(municipality, code, 1, FIELD_MUNICIPALITY, KEY),
    FIELD(municipality, name, 2, FIELD_NAME, REQUIRED),
    FIELD(municipality, region, 3, FIELD_REGION, REQUIRED),
    FIELD(municipality, healthcare_region, 4, FIELD_HEALTHCARE_REGION, 0),
    NUMBER(municipality, latitude, 5, FIELD_DEGREES, 0, -LATITUDE_MAX_E6,
           LATITUDE_MAX_E6),
    NUMBER(municipality, longitude, 6, FIELD_DEGREES, 0, -LONGITUDE_MAX_E6,
           LONGITUDE_MAX_E6),
};

static const struct field nhv_area_fields[] = {
    FIELD(nhv_area, id, 1, FIELD_ID, KEY),
    FIELD(nhv_area, name, 2, FIELD_NAME, REQUIRED),
    FIELD(nhv_area, definition, 3, FIELD_TEXT, 0),
    UINT(nhv_area, units_planned, 4, 0, 0, 100),
    FIELD(nhv_area, process_step, 5, FIELD_TEXT, 0),
    FIELD(nhv_area, status, 6, FIELD_TEXT, 0),
    DATE(nhv_area, decided_on, 7, 0),
    FIELD(nhv_area, source, 8, FIELD_TEXT, 0),
};

static const struct field service_fields[] = {
    FIELD(service, code, 1, FIELD_ID, KEY | CODE),
    FIELD(service, system, 2, FIELD_ID, REQUIRED),
    FIELD(service, version, 3, FIELD_ID, REQUIRED),
    FIELD(service, name_sv, 4, FIELD_NAME, REQUIRED),
    FIELD(service, name_en, 5, FIELD_NAME, 0),
    FIELD(service, synonyms, 6, FIELD_TEXT_LIST, 0),
    FIELD(service, area, 7, FIELD_TEXT, 0),
    ENUM(service, guarantee, 8, REQUIRED, GUARANTEE_NONE, GUARANTEE_TREATMENT,
         guarantee_names),
    FIELD(service, nhv_area, 9, FIELD_ID, 0),
};
const struct shape shape_service = SHAPE(service, "service", service_fields);

static const struct field mapping_fields[] = {
    FIELD(mapping, system, 1, FIELD_ID, KEY),
    FIELD(mapping, version, 2, FIELD_ID, KEY),
    FIELD(mapping, code, 3, FIELD_ID, KEY | CODE),
    FIELD(mapping, service, 4, FIELD_ID, REQUIRED | CODE),
};
const struct shape shape_mapping = SHAPE(mapping, "mapping", mapping_fields);

static const struct field unit_fields[] = {
    FIELD(unit, id, 1, FIELD_HSA_ID, KEY),
    FIELD(unit, name, 2, FIELD_NAME, REQUIRED),
    FIELD(unit, region, 3, FIELD_REGION, REQUIRED),
    SUB(unit, contact, 4, shape_unit_contact),
    FIELD(unit, provider, 5, FIELD_NAME, 0),
    FIELD(unit, org_number, 6, FIELD_ORG_NUMBER, 0),
    ENUM(unit, ownership, 7, REQUIRED, OWNERSHIP_PUBLIC, OWNERSHIP_PRIVATE,
         ownership_names),
    FIELD(unit, municipality, 8, FIELD_MUNICIPALITY, 0),
    NUMBER(unit, latitude, 9, FIELD_DEGREES, 0, -LATITUDE_MAX_E6, LATITUDE_MAX_E6),
    NUMBER(unit, longitude, 10, FIELD_DEGREES, 0, -LONGITUDE_MAX_E6, LONGITUDE_MAX_E6),
    NUMBER(unit, active, 11, FIELD_BOOL, 0, 0, 1),
};

static const struct field nhv_permit_fields[] = {
    FIELD(nhv_permit, area, 1, FIELD_ID, KEY),
    FIELD(nhv_permit, region, 2, FIELD_REGION, KEY),
    FIELD(nhv_permit, unit, 3, FIELD_HSA_ID, FIELD_KEY),
    FIELD(nhv_permit, scope, 4, FIELD_TEXT, FIELD_KEY),
    DATE(nhv_permit, in_force_from, 5, KEY),
    DATE(nhv_permit, in_force_to, 6, 0),
    FIELD(nhv_permit, source, 7, FIELD_TEXT, 0),
};

static const struct field agreement_fields[] = {
    FIELD(agreement, id, 1, FIELD_ID, KEY),
    FIELD(agreement, owner_region, 2, FIELD_REGION, REQUIRED),
    ENUM(agreement, kind, 3, REQUIRED, AGREEMENT_OWN, AGREEMENT_NATIONAL,
         agreement_kind_names),
    FIELD(agreement, title, 4, FIELD_TEXT, 0),
    DATE(agreement, valid_from, 5, 0),
    DATE(agreement, valid_to, 6, 0),
    NUMBER(agreement, suspended, 7, FIELD_BOOL, 0, 0, 1),
    FIELD(agreement, callers, 8, FIELD_REGION_SET, 0),
    FIELD(agreement, reference_url, 9, FIELD_URL, 0),
};

static const struct field agreement_line_fields[] = {
    FIELD(agreement_line, agreement, 1, FIELD_ID, KEY),
    FIELD(agreement_line, unit, 2, FIELD_HSA_ID, KEY),
    FIELD(agreement_line, service, 3, FIELD_ID, KEY | CODE),
    FIELD(agreement_line, variant, 4, FIELD_ID, FIELD_KEY),
    SUB(agreement_line, terms, 11, shape_terms),
    PRICE(agreement_line, price, 12),
    UINT(agreement_line, lead_days, 13, 0, 0, DAYS_MAX),
    FIELD(agreement_line, prerequisites, 14, FIELD_TEXT_LIST, 0),
    FIELD(agreement_line, aftercare, 15, FIELD_TEXT, 0),
};

static const struct field waiting_time_fields[] = {
    FIELD(waiting_time, unit, 1, FIELD_HSA_ID, KEY),
    FIELD(waiting_time, service, 2, FIELD_ID, KEY | CODE),
    DATE(waiting_time, observed_on, 3, REQUIRED),
    UINT(waiting_time, current_days, 4, 0, 0, DAYS_MAX),
    UINT(waiting_time, forecast_days, 5, 0, 0, DAYS_MAX),
    DATE(waiting_time, forecast_until, 6, 0),
    ENUM(waiting_time, statistic, 7, 0, STATISTIC_ESTIMATE, STATISTIC_MAX,
         statistic_names),
    UINT(waiting_time, sample, 8, 0, 0, COUNT_MAX),
    FIELD(waiting_time, source, 9, FIELD_TEXT, 0),
};

static const struct field capacity_fields[] = {
    FIELD(capacity, id, 1, FIELD_ID, KEY),
    FIELD(capacity, unit, 2, FIELD_HSA_ID, REQUIRED),
    FIELD(capacity, service, 3, FIELD_ID, REQUIRED | CODE),
    UINT(capacity, slots, 4, REQUIRED, 1, 10000),
    DATE(capacity, window_start, 5, REQUIRED),
    DATE(capacity, window_end, 6, REQUIRED),
    DATE(capacity, book_by, 7, 0),
    FIELD(capacity, open_to, 8, FIELD_REGION_SET, REQUIRED),
    FIELD(capacity, note, 9, FIELD_TEXT, 0),
    SUB(capacity, terms, 11, shape_terms),
    PRICE(capacity, price, 12),
    FIELD(capacity, prerequisites, 14, FIELD_TEXT_LIST, 0),
    FIELD(capacity, aftercare, 15, FIELD_TEXT, 0),
};
const struct shape shape_capacity = SHAPE(capacity, "capacity", capacity_fields);

static const struct field guarantee_limit_fields[] = {
    ENUM(guarantee_limit, guarantee, 1, KEY, GUARANTEE_VISIT, GUARANTEE_TREATMENT,
         guarantee_names),
    FIELD(guarantee_limit, region, 2, FIELD_REGION, FIELD_KEY),
    DATE(guarantee_limit, valid_from, 3, KEY),
    UINT(guarantee_limit, days, 4, REQUIRED, 0, DAYS_MAX),
};

static const struct field setting_fields[] = {
    FIELD(setting, key, 1, FIELD_ID, KEY),
    FIELD(setting, value, 2, FIELD_TEXT, REQUIRED),
};

#define OWN(tag, fields) &(const struct shape)SHAPE(tag, #tag, fields)

static const struct shape *const shapes[KIND_COUNT] = {
    [KIND_REGION] = OWN(region, region_fields),
    [KIND_MUNICIPALITY] = OWN(municipality, municipality_fields),
    [KIND_NHV_AREA] = OWN(nhv_area, nhv_area_fields),
    [KIND_SERVICE] = &shape_service,
    [KIND_MAPPING] = &shape_mapping,
    [KIND_UNIT] = OWN(unit, unit_fields),
    [KIND_NHV_PERMIT] = OWN(nhv_permit, nhv_permit_fields),
    [KIND_AGREEMENT] = OWN(agreement, agreement_fields),
    [KIND_AGREEMENT_LINE] = OWN(agreement_line, agreement_line_fields),
    [KIND_WAITING_TIME] = OWN(waiting_time, waiting_time_fields),
    [KIND_CAPACITY] = &shape_capacity,
    [KIND_GUARANTEE_LIMIT] = OWN(guarantee_limit, guarantee_limit_fields),
    [KIND_SETTING] = OWN(setting, setting_fields),
    [KIND_CLAIM] = &shape_claim,
};

const struct shape *entity_shape(enum kind kind)
{
    return shapes[kind];
}

const char *entity_kind_name(enum kind kind)
{
    return entity_shape(kind)->name;
}

enum kind entity_kind_find(struct slice name)
{
    for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
        if (slice_equal(name, slice_from(entity_kind_name((enum kind)kind))))
            return (enum kind)kind;
    return KIND_NONE;
}
