// SPDX-License-Identifier: Apache-2.0
//
// Queries from JSON: what is taken, and what is refused with which reason and field.
#include <criterion/criterion.h>

#include "base/status.h"
#include "cli/json_read.h"
#include "domain/region.h"

static int read_text(const char *text, struct query *query, struct refusal *refusal)
{
    json_t *json = NULL;
    int status = json_read_query(slice_from(text), query, &json, refusal);
    json_decref(json);
    return status;
}

Test(json_query, every_key_of_the_users_guide_is_taken)
{
    struct query query;
    struct refusal refusal;
    json_t *json;
    struct slice line = slice_from("{\"service\":\"NFB49\",\"home_region\":\"14\",\"on\":"
                                   "\"2026-11-22\",\"asa\":2,\"weight\":82.5,"
                                   "\"height_cm\":176,\"age\":67,\"sex\":\"FEMALE\","
                                   "\"origin\":\"1480\",\"in_regions\":[\"@vastra\"],"
                                   "\"max_wait_days\":90,\"guarantee_from\":\"2026-10-"
                                   "01\",\"order\":\"EARLIEST\",\"limit\":10,"
                                   "\"explain\":true}");

    cr_assert_eq(json_read_query(line, &query, &json, &refusal), 0, "%s",
                 refusal.message);

    cr_expect(slice_equal(query.service, slice_from("NFB49")));
    cr_expect_eq(query.home_region, 14);
    cr_expect_eq(query.on, 20779);
    cr_expect_eq(query.weight, 825);
    cr_expect_eq(query.sex, SEX_FEMALE);
    cr_expect(slice_equal(query.origin.municipality, slice_from("1480")));
    cr_expect_eq(query.in_regions, 1 << 13 | 1 << 14);
    cr_expect_eq(query.order, ORDER_EARLIEST);
    cr_expect_eq(query.explain, 1);
    cr_expect_eq(query.slots, ABSENT);
    cr_expect_eq(query.certain_only, ABSENT);
    json_decref(json);
}

Test(json_query, an_origin_may_be_a_position)
{
    struct query query;
    struct refusal refusal;
    const char *text = "{\"service\":\"A\",\"home_region\":\"14\","
                       "\"origin\":{\"latitude\":57.707212,\"longitude\":-11.97}}";

    cr_assert_eq(read_text(text, &query, &refusal), 0, "%s", refusal.message);

    cr_expect_eq(query.origin.latitude, 57707212);
    cr_expect_eq(query.origin.longitude, -11970000);
    cr_expect_null(query.origin.municipality.data);
}

Test(json_query, a_set_of_all_regions_is_written_as_a_star)
{
    struct query query;
    struct refusal refusal;
    const char *text =
        "{\"service\":\"A\",\"home_region\":\"14\",\"in_regions\":[\"*\"]}";

    cr_assert_eq(read_text(text, &query, &refusal), 0, "%s", refusal.message);

    cr_expect_eq(query.in_regions, REGION_ALL_MASK);
}

// Every tenth of a kilogram that is allowed is read as exactly that.
Test(json_query, every_weight_is_read_exactly)
{
    for (int hg = 5; hg <= 4000; hg++) {
        struct query query;
        struct refusal refusal;
        char text[100];
        snprintf(text, sizeof text,
                 "{\"service\":\"A\",\"home_region\":\"14\",\"weight\":%d.%d}", hg / 10,
                 hg % 10);
        cr_assert_eq(read_text(text, &query, &refusal), 0, "%s", refusal.message);
        cr_assert_eq(query.weight, hg);
    }
}

struct bad_query {
    const char *added; // to a query that is right
    enum reason reason;
    const char *field;
};

static const struct bad_query bad_queries[] = {
    {"\"colour\":\"red\"", REASON_UNKNOWN_FIELD, "colour"},
    {"\"asa\":\"2\"", REASON_BAD_FORMAT, "asa"},
    {"\"asa\":2.0", REASON_BAD_FORMAT, "asa"},
    {"\"asa\":0", REASON_OUT_OF_RANGE, "asa"},
    {"\"asa\":7", REASON_OUT_OF_RANGE, "asa"},
    {"\"asa\":null", REASON_BAD_FORMAT, "asa"},
    {"\"asa\":-9223372036854775808", REASON_BAD_FORMAT, "asa"},
    {"\"weight\":82.55", REASON_BAD_FORMAT, "weight"},
    {"\"weight\":\"82.5\"", REASON_BAD_FORMAT, "weight"},
    {"\"weight\":1e300", REASON_OUT_OF_RANGE, "weight"},
    {"\"weight\":0.4", REASON_OUT_OF_RANGE, "weight"},
    {"\"weight\":400.1", REASON_OUT_OF_RANGE, "weight"},
    {"\"height_cm\":29", REASON_OUT_OF_RANGE, "height_cm"},
    {"\"age\":-1", REASON_OUT_OF_RANGE, "age"},
    {"\"sex\":\"female\"", REASON_UNKNOWN_ENUM, "sex"},
    {"\"sex\":1", REASON_BAD_FORMAT, "sex"},
    {"\"order\":\"BEST\"", REASON_UNKNOWN_ENUM, "order"},
    {"\"on\":\"2026-02-30\"", REASON_BAD_FORMAT, "on"},
    {"\"on\":20260230", REASON_BAD_FORMAT, "on"},
    {"\"origin\":1480", REASON_BAD_FORMAT, "origin"},
    {"\"origin\":[57.7,11.97]", REASON_BAD_FORMAT, "origin"},
    {"\"origin\":{\"municipality\":\"1480\"}", REASON_BAD_FORMAT, "origin"},
    {"\"origin\":{\"latitude\":91,\"longitude\":11}", REASON_OUT_OF_RANGE,
     "origin.latitude"},
    {"\"in_regions\":[]", REASON_EMPTY_SET, "in_regions"},
    {"\"in_regions\":[\"02\"]", REASON_RETIRED_REGION, "in_regions"},
    {"\"in_regions\":[\"@nowhere\"]", REASON_BAD_FORMAT, "in_regions"},
    {"\"in_regions\":[\"*\",\"01\"]", REASON_BAD_FORMAT, "in_regions"},
    {"\"in_regions\":[\"01\",\"*\"]", REASON_BAD_FORMAT, "in_regions"},
    {"\"in_regions\":[14]", REASON_BAD_FORMAT, "in_regions"},
    {"\"in_regions\":\"14\"", REASON_BAD_FORMAT, "in_regions"},
    {"\"explain\":1", REASON_BAD_FORMAT, "explain"},
    {"\"limit\":101", REASON_OUT_OF_RANGE, "limit"},
    {"\"max_wait_days\":1.5", REASON_BAD_FORMAT, "max_wait_days"},
    {"\"paused_days\":1", REASON_INCONSISTENT, "paused_days"},
};

Test(json_query, what_is_wrong_is_refused_and_named)
{
    for (unsigned i = 0; i < sizeof bad_queries / sizeof bad_queries[0]; i++) {
        const struct bad_query *bad = &bad_queries[i];
        struct query query;
        struct refusal refusal;
        char text[300];
        snprintf(text, sizeof text, "{\"service\":\"A\",\"home_region\":\"14\",%s}",
                 bad->added);
        cr_expect_eq(read_text(text, &query, &refusal), STATUS_INVALID_ARGUMENT, "%s",
                     text);
        cr_expect_str_eq(refusal.field, bad->field, "%s: %s", text, refusal.field);
        cr_expect_eq(refusal.reason, bad->reason, "%s: %s", text,
                     reason_name(refusal.reason));
        cr_expect(strlen(refusal.message) > 0);
    }
}

Test(json_query, the_region_and_the_service_are_required)
{
    struct query query;
    struct refusal refusal;

    cr_expect_eq(read_text("{\"service\":\"A\"}", &query, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_str_eq(refusal.field, "home_region");
    cr_expect_eq(read_text("{\"home_region\":\"14\"}", &query, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_str_eq(refusal.field, "service");
    cr_expect_eq(refusal.reason, REASON_REQUIRED);
}

Test(json_query, what_is_no_json_object_is_refused_without_a_field)
{
    static const char *const texts[] = {
        "",
        "{",
        "nonsense",
        "[]",
        "1",
        "null",
        "{}{}",
        "{\"asa\":1,\"asa\":2}",
        "\xff",
        "{\"service\":\"\xff\"}",
        "{\"asa\":99999999999999999999}",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct query query;
        struct refusal refusal;
        cr_expect_eq(read_text(texts[i], &query, &refusal), STATUS_INVALID_ARGUMENT, "%s",
                     texts[i]);
        cr_expect_eq(refusal.reason, REASON_BAD_MESSAGE, "%s", texts[i]);
        cr_expect_str_eq(refusal.field, "");
    }
}
