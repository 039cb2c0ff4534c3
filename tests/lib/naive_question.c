// SPDX-License-Identifier: Apache-2.0
//
// domain.md §2 (mapping), §3 (input, guarantee): from what was asked to what is looked
// for.
#include "base/check.h"
#include "base/status.h"
#include "lib/naive_parts.h"

static int64_t default_to(int64_t value, int64_t otherwise)
{
    return value == ABSENT ? otherwise : value;
}

static const struct service *service_by_code(const struct naive_world *world,
                                             struct slice code)
{
    for (size_t i = 0; i < naive_count(world, KIND_SERVICE); i++) {
        const struct service *service = &naive_at(world, KIND_SERVICE, i)->service;
        if (slice_equal(service->code, code))
            return service;
    }
    return NULL;
}

// Looks at one (system, version) that is known: whether it is of the system, and newer
// than *newest or the version asked for.
static void see_version(const struct query *query, struct slice system,
                        struct slice version, bool *known_system, struct slice *found)
{
    if (!slice_equal(system, query->system))
        return;
    *known_system = true;
    if (query->version.data != NULL) {
        if (slice_equal(version, query->version))
            *found = version;
    } else if (found->data == NULL || slice_compare(version, *found) > 0) {
        *found = version;
    }
}

// The version asked for or the newest known of the system, be it of a service or of a
// mapping.
static int resolve_version(const struct naive_world *world, const struct query *query,
                           struct slice *version, struct refusal *refusal)
{
    bool known_system = false;
    *version = SLICE_ABSENT;
    for (size_t i = 0; i < naive_count(world, KIND_SERVICE); i++) {
        const struct service *service = &naive_at(world, KIND_SERVICE, i)->service;
        see_version(query, service->system, service->version, &known_system, version);
    }
    for (size_t i = 0; i < naive_count(world, KIND_MAPPING); i++) {
        const struct mapping *mapping = &naive_at(world, KIND_MAPPING, i)->mapping;
        see_version(query, mapping->system, mapping->version, &known_system, version);
    }
    if (!known_system)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SYSTEM, "system",
                      "naive");
    if (version->data == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_VERSION, "version",
                      "naive");
    return STATUS_OK;
}

static const struct service *service_in_system(const struct naive_world *world,
                                               const struct query *query,
                                               struct slice version)
{
    for (size_t i = 0; i < naive_count(world, KIND_SERVICE); i++) {
        const struct service *service = &naive_at(world, KIND_SERVICE, i)->service;
        if (slice_equal(service->system, query->system) &&
            slice_equal(service->version, version) &&
            slice_equal(service->code, query->service))
            return service;
    }
    for (size_t i = 0; i < naive_count(world, KIND_MAPPING); i++) {
        const struct mapping *mapping = &naive_at(world, KIND_MAPPING, i)->mapping;
        if (slice_equal(mapping->system, query->system) &&
            slice_equal(mapping->version, version) &&
            slice_equal(mapping->code, query->service))
            return service_by_code(world, mapping->service);
    }
    return NULL;
}

static int resolve_service(struct naive_question *question, struct refusal *refusal)
{
    const struct query *query = question->query;
    if (query->system.data == NULL) {
        question->service = service_by_code(question->world, query->service);
    } else {
        struct slice version;
        int status = resolve_version(question->world, query, &version, refusal);
        if (status != STATUS_OK)
            return status;
        question->service = service_in_system(question->world, query, version);
    }
    if (question->service == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service",
                      "naive");
    return STATUS_OK;
}

static int resolve_origin(struct naive_question *question, struct refusal *refusal)
{
    const struct origin *origin = &question->query->origin;
    question->latitude = origin->latitude;
    question->longitude = origin->longitude;
    if (origin->municipality.data == NULL)
        return STATUS_OK;
    const union entity key = {.municipality = {.code = origin->municipality}};
    const union entity *found = naive_find(question->world, KIND_MUNICIPALITY, &key);
    if (found == NULL)
        return refuse(refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_MUNICIPALITY, "origin",
                      "naive");
    question->latitude = found->municipality.latitude;
    question->longitude = found->municipality.longitude;
    return STATUS_OK;
}

static int64_t setting_max_age_days(const struct naive_world *world)
{
    const union entity key = {.setting = {.key = slice_from(SETTING_MAX_AGE_DAYS)}};
    const union entity *found = naive_find(world, KIND_SETTING, &key);
    if (found == NULL)
        return SETTING_MAX_AGE_DAYS_DEFAULT;
    int64_t days = 0;
    struct slice value = found->setting.value;
    for (size_t i = 0; i < value.len; i++) {
        CHECK(value.data[i] >= '0' && value.data[i] <= '9');
        days = days * 10 + (value.data[i] - '0');
    }
    return days;
}

// Days of the limit of one region (ABSENT = the national one) that holds on the day, or
// ABSENT.
static int64_t limit_days(const struct naive_world *world, int64_t guarantee,
                          int64_t region, int64_t day)
{
    const struct guarantee_limit *newest = NULL;
    for (size_t i = 0; i < naive_count(world, KIND_GUARANTEE_LIMIT); i++) {
        const struct guarantee_limit *limit =
            &naive_at(world, KIND_GUARANTEE_LIMIT, i)->guarantee_limit;
        if (limit->guarantee != guarantee || limit->region != region ||
            limit->valid_from > day)
            continue;
        if (newest == NULL || limit->valid_from > newest->valid_from)
            newest = limit;
    }
    return newest != NULL ? newest->days : ABSENT;
}

static int64_t guarantee_deadline(const struct naive_question *question)
{
    const struct query *query = question->query;
    if (query->guarantee_deadline != ABSENT)
        return query->guarantee_deadline;
    int64_t guarantee = question->service->guarantee;
    if (query->guarantee_from == ABSENT ||
        (guarantee != GUARANTEE_VISIT && guarantee != GUARANTEE_TREATMENT))
        return ABSENT;
    int64_t national =
        limit_days(question->world, guarantee, ABSENT, query->guarantee_from);
    int64_t regional =
        limit_days(question->world, guarantee, query->home_region, query->guarantee_from);
    int64_t days = national;
    if (regional != ABSENT && (days == ABSENT || regional < days))
        days = regional;
    if (days == ABSENT)
        return ABSENT;
    return query->guarantee_from + days + default_to(query->paused_days, 0);
}

int naive_question_read(const struct naive_world *world, const struct query *query,
                        int64_t today, struct naive_question *question,
                        struct refusal *refusal)
{
    int status = query_check(query, refusal);
    if (status != STATUS_OK)
        return status;
    *question = (struct naive_question){
        .world = world,
        .query = query,
        .today = today,
        .on = default_to(query->on, today),
        .slots = default_to(query->slots, 1),
        .order = default_to(query->order, ORDER_EARLIEST),
        .limit = default_to(query->limit, QUERY_LIMIT_DEFAULT),
        .max_age_days = setting_max_age_days(world),
        .certain_only = default_to(query->certain_only, 0) != 0,
        .explain = default_to(query->explain, 0) != 0,
    };
    if (question->on < today || question->on > today + QUERY_ON_DAYS_AHEAD)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE, "on",
                      "naive");
    status = resolve_service(question, refusal);
    if (status == STATUS_OK)
        status = resolve_origin(question, refusal);
    if (status == STATUS_OK)
        question->deadline = guarantee_deadline(question);
    return status;
}
