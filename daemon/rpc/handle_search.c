// SPDX-License-Identifier: Apache-2.0
//
// SearchServices and GetContact: from what people write to what is stored.
#include "base/status.h"
#include "domain/region.h"
#include "domain/search.h"
#include "domain/search_region.h"
#include "rpc/methods.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

static const struct state *state_of(const struct rpc_call *call)
{
    return replica_state(call->context->replica);
}

// Reads a request and checks it. False when the call has been ended.
static bool read_request(struct rpc_call *call, const struct shape *shape,
                         struct slice message, void *request)
{
    struct refusal refusal;
    if (wire_decode(shape, WIRE_PUBLIC, message, request, NULL, &refusal) == STATUS_OK &&
        shape_check(shape, request, &refusal) == STATUS_OK)
        return true;
    rpc_call_fail(call, &refusal);
    return false;
}

// Regions, municipalities, services and mappings lie as their canonical bytes: there is
// nothing to release, and the texts live as long as the record.
static void decode(const struct record *record, union entity *entity)
{
    struct record_view view = {0};
    record_view_set(&view, record);
    wire_record_decode(&view, entity);
}

// --- SearchServices ---

static void write_hit(const struct search_hit *hit, struct buffer *out)
{
    union entity entity;
    struct service_hit message;
    shape_clear(&shape_service_hit, &message);
    decode(hit->service, &entity);
    message.service = entity.service;
    message.found_by = hit->found_by;
    message.revision = (int64_t)record_revision(hit->service);
    if (hit->synonym >= 0)
        message.synonym = entity.service.synonyms.items[hit->synonym];
    if (hit->mapping) {
        decode(hit->mapping, &entity);
        message.mapping = entity.mapping;
    }
    size_t mark = wire_write_start(out, SEARCH_RESPONSE_HITS);
    wire_encode(&shape_service_hit, WIRE_PUBLIC, &message, out);
    wire_write_end(out, mark);
}

void rpc_search_start(struct rpc_call *call, struct slice message)
{
    struct search_request request;
    struct search_result result;
    struct refusal refusal;
    if (!read_request(call, &shape_search_request, message, &request))
        return;
    uint32_t limit =
        request.limit == ABSENT ? SEARCH_LIMIT_DEFAULT : (uint32_t)request.limit;
    if (search_find(state_of(call), request.text, limit, &call->arena, &result,
                    &refusal) != STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    struct buffer *out = rpc_call_answer_start(call);
    for (uint32_t i = 0; i < result.n; i++)
        write_hit(&result.hits[i], out);
    wire_write_uint(out, SEARCH_RESPONSE_FOUND, result.n_found);
    wire_write_uint(out, SEARCH_RESPONSE_REVISION, state_revision(state_of(call)));
    rpc_call_answer_end(call);
}

// --- GetContact ---

static void add_healthcare_regions(struct contact_response *response)
{
    uint32_t region = UINT32_C(1) << response->region;
    struct text_list *list = &response->healthcare_regions;
    for (const char *const *key = region_healthcare_keys; *key; key++)
        if (region_healthcare_mask(slice_from(*key)) & region)
            list->items[list->n++] = slice_from(*key);
}

static void fill_contact(const struct search_region *found,
                         struct contact_response *response)
{
    union entity entity;
    response->region = found->region;
    add_healthcare_regions(response);
    if (found->region_row) {
        decode(found->region_row, &entity);
        response->region_name = entity.region.name;
        response->contact = entity.region.contact;
    }
    if (found->municipality) {
        decode(found->municipality, &entity);
        response->municipality = entity.municipality.code;
        response->municipality_name = entity.municipality.name;
    }
    if (found->municipality && entity.municipality.healthcare_region.data) {
        response->healthcare_regions.n = 1;
        response->healthcare_regions.items[0] = entity.municipality.healthcare_region;
    }
}

void rpc_contact_start(struct rpc_call *call, struct slice message)
{
    struct contact_request request;
    struct contact_response response;
    struct search_region found;
    struct refusal refusal;
    if (!read_request(call, &shape_contact_request, message, &request))
        return;
    if (search_region_find(state_of(call), request.place, &found, &refusal) !=
        STATUS_OK) {
        rpc_call_fail(call, &refusal);
        return;
    }
    shape_clear(&shape_contact_response, &response);
    fill_contact(&found, &response);
    response.revision = (int64_t)state_revision(state_of(call));
    wire_encode(&shape_contact_response, WIRE_PUBLIC, &response,
                rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}
