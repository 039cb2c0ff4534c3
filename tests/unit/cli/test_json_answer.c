// SPDX-License-Identifier: Apache-2.0
//
// Answers as JSON, to the byte.
#include <criterion/criterion.h>

#include "base/status.h"
#include "cli/json_write.h"

static void expect_text(struct buffer *out, const char *expected)
{
    cr_expect(slice_equal(buffer_slice(out), slice_from(expected)),
              "\ngot      %.*s\nexpected %s", (int)out->len, out->data, expected);
    buffer_clear(out);
}

static struct option make_option(void)
{
    struct option option;
    shape_clear(&shape_option, &option);
    option.verdict = VERDICT_CONDITIONAL;
    option.verify = 1 << MATCH_TEST_BMI | INT64_C(1) << MATCH_TEST_PERMIT_ENDS;
    option.kind = CANDIDATE_AGREEMENT;
    option.candidate = slice_from("A-12/SE1/NFB49");
    option.unit.id = slice_from("SE1");
    option.unit.name = slice_from("Sjukhuset");
    option.unit.region = 1;
    option.agreement = slice_from("A-12");
    option.owner_region = 14;
    option.expected_start = 20807;
    option.wait_days = 28;
    option.wait_basis = BASIS_FORECAST;
    option.stale = 0;
    option.alternatives = 0;
    return option;
}

Test(json_answer, an_answer_stands_in_the_order_of_the_users_guide)
{
    struct option options[2] = {make_option(), make_option()};
    options[0].unit.contact.phone = slice_from("031-1");
    options[0].current_days = 31;
    options[0].forecast_days = 28;
    options[0].forecast_until = 20833;
    options[0].observed_on = 20775;
    options[0].statistic = STATISTIC_MEDIAN;
    options[0].lead_days = 0;
    options[0].distance_km = 41;
    options[0].price = 8125000;
    options[0].terms.asa_max = 3;
    options[0].terms.bmi_max = 350;
    options[0].prerequisites.n = 1;
    options[0].prerequisites.items[0] = slice_from("EKG");
    options[0].aftercare = slice_from("Vi");
    options[0].within_guarantee = 1;
    options[0].permit_scopes.n = 1;
    options[0].permit_scopes.items[0] = slice_from("Barn");
    options[1].verdict = VERDICT_ADMITTED;
    options[1].verify = ABSENT;
    struct answer answer;
    shape_clear(&shape_answer, &answer);
    answer.revision = 4711;
    answer.today = answer.on = 20779;
    answer.service = slice_from("NFB49");
    answer.options = (struct struct_list){2, options};

    struct buffer out = {0};
    json_write_answer(&out, &answer);
    expect_text(
        &out,
        "{\"revision\":4711,\"today\":\"2026-11-22\",\"on\":\"2026-11-22\",\"service\":"
        "\"NFB49\","
        "\"options\":[{\"verdict\":\"CONDITIONAL\",\"verify\":[\"BMI\",\"PERMIT_ENDS\"],"
        "\"kind\":\"AGREEMENT\",\"candidate\":\"A-12/SE1/"
        "NFB49\",\"unit\":{\"id\":\"SE1\","
        "\"name\":\"Sjukhuset\",\"region\":\"01\",\"contact\":{\"phone\":\"031-1\"}},"
        "\"agreement\":\"A-12\",\"owner_region\":\"14\",\"expected_start\":\"2026-12-"
        "20\","
        "\"wait_days\":28,\"wait_basis\":\"FORECAST\",\"stale\":false,\"current_days\":"
        "31,"
        "\"forecast_days\":28,\"forecast_until\":\"2027-01-15\",\"observed_on\":\"2026-"
        "11-18\","
        "\"statistic\":\"MEDIAN\",\"lead_days\":0,\"distance_km\":41,\"price\":81250.0,"
        "\"terms\":{\"asa_max\":3,\"bmi_max\":35.0},\"permit_scopes\":[\"Barn\"],"
        "\"prerequisites\":[\"EKG\"],\"aftercare\":\"Vi\",\"alternatives\":0,"
        "\"within_guarantee\":true},{\"verdict\":\"ADMITTED\",\"verify\":[],"
        "\"kind\":\"AGREEMENT\",\"candidate\":\"A-12/SE1/"
        "NFB49\",\"unit\":{\"id\":\"SE1\","
        "\"name\":\"Sjukhuset\",\"region\":\"01\"},\"agreement\":\"A-12\",\"owner_"
        "region\":\"14\","
        "\"expected_start\":\"2026-12-20\",\"wait_days\":28,\"wait_basis\":\"FORECAST\","
        "\"stale\":false,\"prerequisites\":[],\"alternatives\":0}],\"near_misses\":[]}");
    buffer_free(&out);
}

Test(json_answer, counts_and_near_misses_are_those_of_explain)
{
    struct reason_count counts[] = {{MATCH_TEST_ASA, 9, 4}, {MATCH_TEST_SEX, 1, 0}};
    struct near_miss miss;
    shape_clear(&shape_near_miss, &miss);
    miss.candidate = slice_from("C-7");
    miss.unit.id = slice_from("SE1");
    miss.unit.name = slice_from("Not shown");
    miss.reason = MATCH_TEST_WEIGHT;
    miss.bound.weight_max = 1300;
    struct answer answer;
    shape_clear(&shape_answer, &answer);
    answer.counts.admitted = 0;
    answer.counts.conditional = 3;
    answer.counts.excluded = 40;
    answer.counts.reasons = (struct struct_list){2, counts};
    answer.near_misses = (struct struct_list){1, &miss};

    struct buffer out = {0};
    json_write_answer(&out, &answer);
    expect_text(
        &out, "{\"options\":[],\"counts\":{\"admitted\":0,\"conditional\":3,"
              "\"excluded\":40,\"reasons\":{\"ASA\":{\"any\":9,\"alone\":4},"
              "\"SEX\":{\"any\":1,\"alone\":0}}},\"near_misses\":[{\"candidate\":\"C-7\","
              "\"unit\":{\"id\":\"SE1\"},\"reason\":\"WEIGHT\","
              "\"bound\":{\"weight_max\":130.0}}]}");
    buffer_free(&out);
}

Test(json_answer, decimals_are_exact_and_have_at_least_one_place)
{
    static const struct {
        int64_t value;
        unsigned decimals;
        const char *text;
    } rows[] = {
        {8125000, 2, "81250.0"},
        {8125055, 2, "81250.55"},
        {8125050, 2, "81250.5"},
        {0, 2, "0.0"},
        {5, 2, "0.05"},
        {1300, 1, "130.0"},
        {185, 1, "18.5"},
        {-11970000, 6, "-11.97"},
        {-500000, 6, "-0.5"},
        {57707212, 6, "57.707212"},
        {INT64_C(1000000000000), 2, "10000000000.0"},
    };
    struct buffer out = {0};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_write_decimal(&out, rows[i].value, rows[i].decimals);
        expect_text(&out, rows[i].text);
    }
    buffer_free(&out);
}

Test(json_answer, strings_are_escaped_and_swedish_letters_are_not)
{
    struct buffer out = {0};
    json_write_string(&out, slice_from("å\"ä\\ö\n\t\x01 <5 kg>"));
    expect_text(&out, "\"å\\\"ä\\\\ö\\n\\t\\u0001 <5 kg>\"");
    json_write_string(&out, slice_from(""));
    expect_text(&out, "\"\"");
    buffer_free(&out);
}

Test(json_answer, a_refused_query_is_answered_by_its_error)
{
    struct vardsok_error error = {.status = STATUS_NOT_FOUND};
    strcpy(error.reason, "UNKNOWN_SERVICE");
    strcpy(error.field, "service");
    strcpy(error.message, "no service \"X\"");
    struct buffer out = {0};
    json_write_error(&out, &error);
    expect_text(&out, "{\"error\":{\"code\":\"NOT_FOUND\",\"reason\":\"UNKNOWN_SERVICE\","
                      "\"field\":\"service\",\"message\":\"no service \\\"X\\\"\"}}");
    buffer_free(&out);
}
