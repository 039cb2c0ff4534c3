// SPDX-License-Identifier: Apache-2.0
//
// The fields of a query and its answer, in the order of their numbers in vardsok.v1.
#include "domain/names.h"
#include "domain/question.h"
#include "domain/shape_tables.h"

#define CODE FIELD_CODE
#define FLAG(owner, member, number) NUMBER(owner, member, number, FIELD_BOOL, 0, 0, 1)

static const struct field origin_fields[] = {
    FIELD(origin, municipality, 1, FIELD_MUNICIPALITY, 0),
    NUMBER(origin, latitude, 2, FIELD_DEGREES, 0, -LATITUDE_MAX_E6, LATITUDE_MAX_E6),
    NUMBER(origin, longitude, 3, FIELD_DEGREES, 0, -LONGITUDE_MAX_E6, LONGITUDE_MAX_E6),
};
const struct shape shape_origin = SHAPE(origin, "origin", origin_fields);

static const struct field query_fields[] = {
    FIELD(query, service, 1, FIELD_ID, FIELD_REQUIRED | CODE),
    FIELD(query, system, 2, FIELD_ID, 0),
    FIELD(query, version, 3, FIELD_ID, 0),
    FIELD(query, home_region, 4, FIELD_REGION, FIELD_REQUIRED),
    DATE(query, on, 5, 0),
    UINT(query, asa, 6, 0, 1, 6),
    NUMBER(query, weight, 7, FIELD_WEIGHT, 0, 5, 4000),
    UINT(query, height_cm, 8, 0, 30, 250),
    UINT(query, age, 9, 0, 0, 125),
    ENUM(query, sex, 10, 0, SEX_FEMALE, SEX_MALE, sex_names),
    SUB(query, origin, 11, shape_origin),
    FIELD(query, in_regions, 12, FIELD_REGION_SET, 0),
    UINT(query, max_wait_days, 13, 0, 0, DAYS_MAX),
    UINT(query, max_distance_km, 14, 0, 0, DISTANCE_MAX_KM),
    UINT(query, slots, 15, 0, 1, 10000),
    DATE(query, guarantee_from, 16, 0),
    UINT(query, paused_days, 17, 0, 0, DAYS_MAX),
    DATE(query, guarantee_deadline, 18, 0),
    FLAG(query, certain_only, 19),
    ENUM(query, order, 20, 0, ORDER_EARLIEST, ORDER_CHEAPEST, order_names),
    UINT(query, limit, 21, 0, 1, QUERY_LIMIT_MAX),
    FLAG(query, explain, 22),
    NUMBER(query, min_revision, 23, FIELD_UINT64, 0, 0, INT64_MAX),
};
const struct shape shape_query = SHAPE(query, "query", query_fields);

static const struct field unit_summary_fields[] = {
    FIELD(unit_summary, id, 1, FIELD_HSA_ID, 0),
    FIELD(unit_summary, name, 2, FIELD_NAME, 0),
    FIELD(unit_summary, region, 3, FIELD_REGION, 0),
    SUB(unit_summary, contact, 4, shape_unit_contact),
};
const struct shape shape_unit_summary = SHAPE(unit_summary, "unit", unit_summary_fields);

static const struct field option_fields[] = {
    ENUM(option, verdict, 1, 0, VERDICT_ADMITTED, VERDICT_CONDITIONAL, verdict_names),
    ROW(option, verify, 2, FIELD_ENUM_SET, FIELD_ALWAYS, 1, MATCH_TEST_COUNT - 1, NULL,
        test_names),
    ENUM(option, kind, 3, 0, CANDIDATE_CAPACITY, CANDIDATE_PERMIT, candidate_kind_names),
    FIELD(option, candidate, 4, FIELD_TEXT, 0),
    SUB(option, unit, 5, shape_unit_summary),
    FIELD(option, agreement, 6, FIELD_ID, 0),
    FIELD(option, capacity, 7, FIELD_ID, 0),
    UINT(option, free_slots, 8, 0, 0, 10000),
    FIELD(option, owner_region, 9, FIELD_REGION, 0),
    DATE(option, expected_start, 10, 0),
    SUB(option, terms, 11, shape_terms),
    PRICE(option, price, 12),
    UINT(option, lead_days, 13, 0, 0, DAYS_MAX),
    FIELD(option, prerequisites, 14, FIELD_TEXT_LIST, FIELD_ALWAYS),
    FIELD(option, aftercare, 15, FIELD_TEXT, 0),
    UINT(option, wait_days, 16, 0, 0, DATE_MAX_DAYS),
    ENUM(option, wait_basis, 17, 0, BASIS_FORECAST, BASIS_UNKNOWN, wait_basis_names),
    FLAG(option, stale, 18),
    UINT(option, current_days, 19, 0, 0, DAYS_MAX),
    UINT(option, forecast_days, 20, 0, 0, DAYS_MAX),
    DATE(option, forecast_until, 21, 0),
    DATE(option, observed_on, 22, 0),
    ENUM(option, statistic, 23, 0, STATISTIC_ESTIMATE, STATISTIC_MAX, statistic_names),
    FIELD(option, permit_scopes, 24, FIELD_TEXT_LIST, 0),
    UINT(option, distance_km, 25, 0, 0, DISTANCE_MAX_KM),
    UINT(option, alternatives, 26, 0, 0, COUNT_MAX),
    FLAG(option, within_guarantee, 27),
};
const struct shape shape_option = SHAPE(option, "option", option_fields);

static const struct field reason_count_fields[] = {
    ENUM(reason_count, reason, 1, 0, 1, MATCH_TEST_COUNT - 1, test_names),
    UINT(reason_count, any, 2, 0, 0, COUNT_MAX),
    UINT(reason_count, alone, 3, 0, 0, COUNT_MAX),
};
const struct shape shape_reason_count =
    SHAPE(reason_count, "reason_count", reason_count_fields);

static const struct field counts_fields[] = {
    UINT(counts, admitted, 1, 0, 0, COUNT_MAX),
    UINT(counts, conditional, 2, 0, 0, COUNT_MAX),
    UINT(counts, excluded, 3, 0, 0, COUNT_MAX),
    LIST(counts, reasons, 4, shape_reason_count),
};
const struct shape shape_counts = SHAPE(counts, "counts", counts_fields);

static const struct field bound_fields[] = {
    UINT(bound, asa_max, 1, 0, 1, 6),
    NUMBER(bound, weight_min, 2, FIELD_WEIGHT, 0, 5, 4000),
    NUMBER(bound, weight_max, 3, FIELD_WEIGHT, 0, 5, 4000),
    NUMBER(bound, bmi_min, 4, FIELD_BMI, 0, 50, 1000),
    NUMBER(bound, bmi_max, 5, FIELD_BMI, 0, 50, 1000),
    UINT(bound, age_min, 6, 0, 0, 125),
    UINT(bound, age_max, 7, 0, 0, 125),
    ENUM(bound, sex, 8, 0, SEX_ANY, SEX_MALE, sex_names),
    FIELD(bound, region, 9, FIELD_REGION, 0),
    UINT(bound, distance_km, 10, 0, 0, DISTANCE_MAX_KM),
    UINT(bound, wait_days, 11, 0, 0, DATE_MAX_DAYS),
};
const struct shape shape_bound = SHAPE(bound, "bound", bound_fields);

static const struct field near_miss_fields[] = {
    FIELD(near_miss, candidate, 1, FIELD_TEXT, 0),
    SUB(near_miss, unit, 2, shape_unit_summary),
    ENUM(near_miss, reason, 3, 0, MATCH_TEST_ASA, MATCH_TEST_WAIT_TOO_LONG, test_names),
    SUB(near_miss, bound, 4, shape_bound),
};
const struct shape shape_near_miss = SHAPE(near_miss, "near_miss", near_miss_fields);

static const struct field answer_fields[] = {
    NUMBER(answer, revision, 1, FIELD_UINT64, 0, 0, INT64_MAX),
    DATE(answer, today, 2, 0),
    DATE(answer, on, 3, 0),
    FIELD(answer, service, 4, FIELD_ID, CODE),
    DATE(answer, guarantee_deadline, 5, 0),
    LIST(answer, options, 6, shape_option),
    SUB(answer, counts, 7, shape_counts),
    LIST(answer, near_misses, 8, shape_near_miss),
};
const struct shape shape_answer = SHAPE(answer, "answer", answer_fields);
