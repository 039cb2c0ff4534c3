// SPDX-License-Identifier: Apache-2.0
#include "wire/service.h"

#include "domain/entity.h"
#include "domain/search.h"

#define ROW(owner, member, number, type, flags, max)                                     \
    {                                                                                    \
#member, offsetof(struct owner, member), number, type, flags, 0, max, NULL, NULL \
    }
#define TEXT(owner, member, number) ROW(owner, member, number, FIELD_TEXT, 0, 0)
#define COUNT(owner, member, number)                                                     \
    ROW(owner, member, number, FIELD_UINT64, 0, INT64_MAX)
#define FLAG(owner, member, number) ROW(owner, member, number, FIELD_BOOL, 0, 1)
#define SUB(owner, member, number, shape)                                                \
    {                                                                                    \
#member, offsetof(struct owner, member), number, FIELD_SUB, 0, 0, 0, &(shape),   \
            NULL                                                                         \
    }
#define PAGE_SIZE(owner)                                                                 \
    {                                                                                    \
        "page_size", offsetof(struct owner, page_size), 1, FIELD_UINT, 0, 1,             \
            LIST_PAGE_MAX, NULL, NULL                                                    \
    }
#define SHAPE(tag, fields)                                                               \
    {                                                                                    \
#tag, sizeof(struct tag), sizeof(fields) / sizeof((fields)[0]), fields           \
    }

static const char *const kind_names[KIND_COUNT + 1] = {
    NULL,           "REGION",   "MUNICIPALITY",    "NHV_AREA",  "SERVICE",
    "MAPPING",      "UNIT",     "NHV_PERMIT",      "AGREEMENT", "AGREEMENT_LINE",
    "WAITING_TIME", "CAPACITY", "GUARANTEE_LIMIT", "SETTING",   "CLAIM",
    NULL,
};

static const struct field call_metadata_fields[] = {
    TEXT(call_metadata, token, 1),
    TEXT(call_metadata, request_id, 2),
    TEXT(call_metadata, trace_parent, 3),
    TEXT(call_metadata, language, 4),
};
const struct shape shape_call_metadata = SHAPE(call_metadata, call_metadata_fields);

static const struct field list_request_fields[] = {
    {"kind", offsetof(struct list_request, kind), 1, FIELD_ENUM, FIELD_REQUIRED,
     KIND_REGION, KIND_COUNT - 1, NULL, kind_names},
    {"page_size", offsetof(struct list_request, page_size), 2, FIELD_UINT, 0, 1,
     LIST_PAGE_MAX, NULL, NULL},
    ROW(list_request, page_token, 3, FIELD_BYTES, 0, 0),
};
const struct shape shape_list_request = SHAPE(list_request, list_request_fields);

static const struct field search_request_fields[] = {
    ROW(search_request, text, 1, FIELD_NAME, FIELD_REQUIRED, 0),
    {"limit", offsetof(struct search_request, limit), 2, FIELD_UINT, 0, 1,
     SEARCH_LIMIT_MAX, NULL, NULL},
};
const struct shape shape_search_request = SHAPE(search_request, search_request_fields);

static const struct field service_hit_fields[] = {
    SUB(service_hit, service, 1, shape_service),
    {"found_by", offsetof(struct service_hit, found_by), 2, FIELD_ENUM, 0, FOUND_BY_CODE,
     FOUND_BY_TYPING_ERROR, NULL, found_by_names},
    TEXT(service_hit, synonym, 3),
    SUB(service_hit, mapping, 4, shape_mapping),
    COUNT(service_hit, revision, 5),
};
const struct shape shape_service_hit = SHAPE(service_hit, service_hit_fields);

static const struct field contact_request_fields[] = {
    ROW(contact_request, place, 1, FIELD_NAME, FIELD_REQUIRED, 0),
};
const struct shape shape_contact_request = SHAPE(contact_request, contact_request_fields);

static const struct field contact_response_fields[] = {
    ROW(contact_response, region, 1, FIELD_REGION, 0, 0),
    ROW(contact_response, region_name, 2, FIELD_NAME, 0, 0),
    SUB(contact_response, contact, 3, shape_contact),
    ROW(contact_response, healthcare_regions, 4, FIELD_HEALTHCARE_REGIONS, 0, 0),
    ROW(contact_response, municipality, 5, FIELD_MUNICIPALITY, 0, 0),
    ROW(contact_response, municipality_name, 6, FIELD_NAME, 0, 0),
    COUNT(contact_response, revision, 7),
};
const struct shape shape_contact_response =
    SHAPE(contact_response, contact_response_fields);

static const struct field capacity_write_fields[] = {
    ROW(capacity_write, request_id, 1, FIELD_BYTES, 0, 0),
    COUNT(capacity_write, expected_revision, 2),
    ROW(capacity_write, body, 3, FIELD_BYTES, 0, 0),
};
const struct shape shape_capacity_write = SHAPE(capacity_write, capacity_write_fields);

static const struct field capacity_list_request_fields[] = {
    PAGE_SIZE(capacity_list_request),
    ROW(capacity_list_request, page_token, 2, FIELD_BYTES, 0, 0),
    ROW(capacity_list_request, id, 3, FIELD_ID, 0, 0),
    ROW(capacity_list_request, unit, 4, FIELD_HSA_ID, 0, 0),
    ROW(capacity_list_request, service, 5, FIELD_ID, FIELD_CODE, 0),
    ROW(capacity_list_request, open_to, 6, FIELD_REGION, 0, 0),
    FLAG(capacity_list_request, available, 7),
};
const struct shape shape_capacity_list_request =
    SHAPE(capacity_list_request, capacity_list_request_fields);

static const struct field capacity_status_fields[] = {
    {"capacity", offsetof(struct capacity_status, capacity), 1, FIELD_SUB, 0, 0, 0,
     &shape_capacity, NULL},
    COUNT(capacity_status, revision, 2),
    ROW(capacity_status, confirmed, 3, FIELD_UINT, FIELD_ALWAYS, CLAIM_SLOTS_MAX),
    ROW(capacity_status, held, 4, FIELD_UINT, FIELD_ALWAYS, CLAIM_SLOTS_MAX),
    ROW(capacity_status, free, 5, FIELD_UINT, FIELD_ALWAYS, CLAIM_SLOTS_MAX),
    FLAG(capacity_status, closed, 6),
};
const struct shape shape_capacity_status = SHAPE(capacity_status, capacity_status_fields);

static const struct field claim_list_request_fields[] = {
    PAGE_SIZE(claim_list_request),
    ROW(claim_list_request, page_token, 2, FIELD_BYTES, 0, 0),
    ROW(claim_list_request, region, 3, FIELD_REGION, 0, 0),
    ROW(claim_list_request, unit, 4, FIELD_HSA_ID, 0, 0),
    ROW(claim_list_request, capacity, 5, FIELD_ID, 0, 0),
    {"state", offsetof(struct claim_list_request, state), 6, FIELD_ENUM, 0, CLAIM_HELD,
     CLAIM_EXPIRED, NULL, claim_state_names},
};
const struct shape shape_claim_list_request =
    SHAPE(claim_list_request, claim_list_request_fields);

static const struct field log_status_fields[] = {
    TEXT(log_status, uuid, 1),
    TEXT(log_status, durability, 2),
    COUNT(log_status, applied_sequence, 3),
    TEXT(log_status, chain, 4),
    ROW(log_status, lag_ms, 5, FIELD_UINT, 0, UINT32_MAX),
    TEXT(log_status, what, 6),
};
static const struct shape shape_log_status = SHAPE(log_status, log_status_fields);

static const struct field state_status_fields[] = {
    TEXT(state_status, digest, 1),           COUNT(state_status, units, 2),
    COUNT(state_status, services, 3),        COUNT(state_status, agreements, 4),
    COUNT(state_status, agreement_lines, 5), COUNT(state_status, waiting_times, 6),
    COUNT(state_status, capacities, 7),      COUNT(state_status, claims, 8),
};
static const struct shape shape_state_status = SHAPE(state_status, state_status_fields);

static const struct field status_response_fields[] = {
    COUNT(status_response, revision, 1),
    FLAG(status_response, ready, 2),
    FLAG(status_response, writable, 3),
    TEXT(status_response, version, 4),
    {"log", offsetof(struct status_response, log), 5, FIELD_SUB, 0, 0, 0,
     &shape_log_status, NULL},
    {"state", offsetof(struct status_response, state), 6, FIELD_SUB, 0, 0, 0,
     &shape_state_status, NULL},
    COUNT(status_response, memory_bytes, 7),
    COUNT(status_response, uptime_s, 8),
};
const struct shape shape_status_response = SHAPE(status_response, status_response_fields);
