// SPDX-License-Identifier: Apache-2.0
#include "domain/question.h"

#include <criterion/criterion.h>

#include "base/status.h"
#include "lib/samples.h"

static void sample_query(struct query *q)
{
    shape_clear(&shape_query, q);
    q->service = slice_from("NFB49");
    q->home_region = 14;
}

static void expect_fault(const struct query *q, enum reason reason, const char *field,
                         int line)
{
    struct refusal refusal = {0};
    cr_expect_eq(query_check(q, &refusal), STATUS_INVALID_ARGUMENT, "line %d", line);
    cr_expect_eq(refusal.reason, reason, "line %d: %s", line, refusal.message);
    cr_expect_str_eq(refusal.field, field, "line %d: %s", line, refusal.field);
}

#define REFUSED(change, reason, field)                                                   \
    do {                                                                                 \
        struct query q;                                                                  \
        sample_query(&q);                                                                \
        change;                                                                          \
        expect_fault(&q, reason, field, __LINE__);                                       \
    } while (0)
#define TAKEN(change)                                                                    \
    do {                                                                                 \
        struct query q;                                                                  \
        struct refusal refusal = {0};                                                    \
        sample_query(&q);                                                                \
        change;                                                                          \
        cr_expect_eq(query_check(&q, &refusal), STATUS_OK, "line %d: %s", __LINE__,      \
                     refusal.message);                                                   \
    } while (0)

Test(query, service_and_home_region_are_enough)
{
    TAKEN((void)q);
    REFUSED(q.service = SLICE_ABSENT, REASON_REQUIRED, "service");
    REFUSED(q.home_region = ABSENT, REASON_REQUIRED, "home_region");
    REFUSED(q.home_region = 15, REASON_RETIRED_REGION, "home_region");
}

Test(query, every_number_keeps_its_range)
{
    static const struct {
        const char *name;
        int64_t min, max;
    } ranges[] = {
        {"asa", 1, 6},
        {"weight", 5, 4000},
        {"height_cm", 30, 250},
        {"age", 0, 125},
        {"slots", 1, 10000},
        {"limit", 1, 100},
        {"max_wait_days", 0, 3650},
        {"max_distance_km", 0, 20100},
        {"min_revision", 0, INT64_MAX},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const struct field *f = shape_find(&shape_query, slice_from(ranges[i].name));
        struct query q;
        sample_query(&q);
        *field_int(f, &q) = ranges[i].min;
        cr_expect_eq(query_check(&q, NULL), STATUS_OK, "%s", f->name);
        *field_int(f, &q) = ranges[i].max;
        cr_expect_eq(query_check(&q, NULL), STATUS_OK, "%s", f->name);
        *field_int(f, &q) = ranges[i].min - 1;
        expect_fault(&q, REASON_OUT_OF_RANGE, f->name, __LINE__);
        if (ranges[i].max == INT64_MAX)
            continue;
        *field_int(f, &q) = ranges[i].max + 1;
        expect_fault(&q, REASON_OUT_OF_RANGE, f->name, __LINE__);
    }
}

Test(query, what_goes_with_what)
{
    REFUSED(q.version = slice_from("2026"), REASON_INCONSISTENT, "version");
    TAKEN((q.version = slice_from("2026"), q.system = slice_from("KVA")));
    TAKEN(q.system = slice_from("KVA"));
    REFUSED(q.paused_days = 3, REASON_INCONSISTENT, "paused_days");
    TAKEN((q.paused_days = 3, q.guarantee_from = 20000));
    REFUSED((q.guarantee_from = 20000, q.guarantee_deadline = 20090), REASON_INCONSISTENT,
            "guarantee_deadline");
    REFUSED((q.paused_days = 3, q.guarantee_deadline = 20090), REASON_INCONSISTENT,
            "paused_days");
    REFUSED((q.paused_days = 3651, q.guarantee_from = 20000), REASON_OUT_OF_RANGE,
            "paused_days");
    TAKEN(q.guarantee_deadline = 20090);
    REFUSED(q.in_regions = 0, REASON_EMPTY_SET, "in_regions");
    REFUSED(q.sex = SEX_ANY, REASON_UNKNOWN_ENUM, "sex");
    TAKEN(q.sex = SEX_MALE);
    REFUSED(q.order = 4, REASON_UNKNOWN_ENUM, "order");
    REFUSED(q.explain = 2, REASON_BAD_FORMAT, "explain");
}

Test(query, an_origin_is_a_municipality_or_a_whole_position)
{
    TAKEN(q.origin.municipality = slice_from("1480"));
    TAKEN((q.origin.latitude = 57700000, q.origin.longitude = 11970000));
    REFUSED(q.origin.latitude = 57700000, REASON_INCONSISTENT, "origin");
    REFUSED(q.origin.longitude = 0, REASON_INCONSISTENT, "origin");
    REFUSED((q.origin.municipality = slice_from("1480"), q.origin.latitude = 0,
             q.origin.longitude = 0),
            REASON_INCONSISTENT, "origin");
    REFUSED(q.origin.municipality = slice_from("Göteborg"), REASON_TOO_LONG,
            "origin.municipality");
    REFUSED((q.origin.latitude = 57700000, q.origin.longitude = 180000001),
            REASON_OUT_OF_RANGE, "origin.longitude");
}
