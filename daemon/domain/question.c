// SPDX-License-Identifier: Apache-2.0
#include "domain/question.h"

#include "base/status.h"
#include "domain/check.h"

static int refuse_field(struct refusal *refusal, const char *field, enum reason reason,
                        const char *what)
{
    return check_fault(&(struct place){NULL, field, refusal}, reason, "%s", what);
}

static int check_origin(const struct origin *origin, struct refusal *refusal)
{
    bool latitude = origin->latitude != ABSENT;
    bool longitude = origin->longitude != ABSENT;
    if (origin->municipality.data != NULL && (latitude || longitude))
        return refuse_field(refusal, "origin", REASON_INCONSISTENT,
                            "must be a municipality or a position, not both");
    if (latitude != longitude)
        return refuse_field(refusal, "origin", REASON_INCONSISTENT,
                            "must have both latitude and longitude");
    return STATUS_OK;
}

static int check_guarantee(const struct query *query, struct refusal *refusal)
{
    if (query->guarantee_from != ABSENT && query->guarantee_deadline != ABSENT)
        return refuse_field(refusal, "guarantee_deadline", REASON_INCONSISTENT,
                            "must not be given with guarantee_from");
    if (query->paused_days != ABSENT && query->guarantee_from == ABSENT)
        return refuse_field(refusal, "paused_days", REASON_INCONSISTENT,
                            "needs guarantee_from");
    return STATUS_OK;
}

int query_check(const struct query *query, struct refusal *refusal)
{
    int status = shape_check(&shape_query, query, refusal);
    if (status != STATUS_OK)
        return status;
    if (query->version.data != NULL && query->system.data == NULL)
        return refuse_field(refusal, "version", REASON_INCONSISTENT, "needs system");
    status = check_origin(&query->origin, refusal);
    if (status != STATUS_OK)
        return status;
    return check_guarantee(query, refusal);
}
