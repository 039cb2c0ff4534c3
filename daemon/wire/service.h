// SPDX-License-Identifier: Apache-2.0
//
// The small messages around calls, with their shapes for wire_decode and wire_encode.
// Messages that carry entities or answers are walked with wire/reader.h and wire/writer.h
// instead; their field numbers stand here too.
#ifndef WIRE_SERVICE_H
#define WIRE_SERVICE_H

#include "domain/entity.h"

// vardsok.v1.CallMetadata.
struct call_metadata {
    struct slice token;
    struct slice request_id; // correlation in log lines; not a write's idempotency id
    struct slice trace_parent;
    struct slice language;
};

// vardsok.v1.ListRequest.
#define LIST_PAGE_MAX 1000
struct list_request {
    int64_t kind; // enum kind
    int64_t page_size;
    struct slice page_token;
};

// vardsok.v1.SearchServicesRequest and ServiceHit.
struct search_request {
    struct slice text;
    int64_t limit;
};
struct service_hit {
    struct service service;
    int64_t found_by; // enum found_by
    struct slice synonym;
    struct mapping mapping;
    int64_t revision;
};

// vardsok.v1.GetContactRequest and its response.
struct contact_request {
    struct slice place; // code or name of a region or municipality
};
struct contact_response {
    int64_t region;
    struct slice region_name;
    struct contact contact; // the navigator's
    struct text_list healthcare_regions;
    struct slice municipality, municipality_name;
    int64_t revision;
};

// The writes of vardsok.v1.CapacityService: body is a Capacity or the operation.
struct capacity_write {
    struct slice request_id;
    int64_t expected_revision;
    struct slice body; // the message, encoded
};

// vardsok.v1.CapacityServiceListRequest.
struct capacity_list_request {
    int64_t page_size;
    struct slice page_token;
    struct slice id, unit, service;
    int64_t open_to;   // region
    int64_t available; // bool
};

// vardsok.v1.CapacityStatus.
struct capacity_status {
    struct capacity capacity;
    int64_t revision;
    int64_t confirmed, held, free;
    int64_t closed; // bool
};

// vardsok.v1.ListClaimsRequest.
struct claim_list_request {
    int64_t page_size;
    struct slice page_token;
    int64_t region;
    struct slice unit, capacity;
    int64_t state; // enum claim_state
};

// vardsok.v1.StatusResponse.
struct log_status {
    struct slice uuid, durability;
    int64_t applied_sequence;
    struct slice chain; // hexadecimal
    int64_t lag_ms;
    struct slice what; // why not writable
};
struct state_status {
    struct slice digest; // hexadecimal
    int64_t units, services, agreements, agreement_lines, waiting_times, capacities,
        claims;
};
struct status_response {
    int64_t revision;
    int64_t ready, writable; // bool
    struct slice version;
    struct log_status log;
    struct state_status state;
    int64_t memory_bytes, uptime_s;
};

extern const struct shape shape_call_metadata, shape_list_request, shape_status_response,
    shape_capacity_write, shape_capacity_list_request, shape_capacity_status,
    shape_claim_list_request, shape_search_request, shape_service_hit,
    shape_contact_request, shape_contact_response;

// Field numbers of the messages that are walked. The lists of CapacityService have those
// of ListResponse.
enum { GET_REQUEST_KEY = 1, GET_RESPONSE_STORED = 1 };
enum {
    LIST_RESPONSE_ENTITIES = 1,
    LIST_RESPONSE_NEXT_PAGE_TOKEN = 2,
    LIST_RESPONSE_REVISION = 3
};
enum {
    SEARCH_RESPONSE_HITS = 1,
    SEARCH_RESPONSE_FOUND = 2,
    SEARCH_RESPONSE_REVISION = 3
};
enum { APPLY_RESPONSE_REVISION = 1, APPLY_RESPONSE_STORED = 2 };
enum { BATCH_REQUEST_QUERIES = 1 };
enum { BATCH_RESPONSE_INDEX = 1, BATCH_RESPONSE_ANSWER = 2, BATCH_RESPONSE_ERROR = 3 };
#define BATCH_MAX_QUERIES 1000

#endif
