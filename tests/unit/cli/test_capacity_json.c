// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims for programs, to the byte.
#include <criterion/criterion.h>

#include "capacity_samples.h"
#include "cli/capacity_json.h"

static void expect_text(struct buffer *out, const char *expected)
{
    cr_expect(slice_equal(buffer_slice(out), slice_from(expected)),
              "\ngot      %.*s\nexpected %s", (int)out->len, out->data, expected);
    buffer_free(out);
}

Test(capacity_json, a_capacity_has_all_its_fields_and_what_is_left)
{
    struct capacity_status status;
    struct buffer out = {0};
    sample_capacity(&status);

    json_write_capacity(&out, &status);

    expect_text(&out,
                "{\"id\":\"C-7\",\"unit\":\"SE2321000131-E1\",\"service\":\"NFB49\","
                "\"slots\":4,\"window_start\":\"2026-12-07\",\"window_end\":"
                "\"2026-12-11\",\"book_by\":\"2026-12-01\",\"open_to\":[\"01\",\"14\"],"
                "\"terms\":{\"asa_max\":3,\"bmi_max\":35.5,\"sex\":\"FEMALE\","
                "\"conditions\":[\"Kan gå i trappa\"]},\"price\":81250.5,"
                "\"prerequisites\":[\"EKG\",\"Röntgen\"],\"aftercare\":\"Hemregionen\","
                "\"note\":\"Vecka 50, \\\"extra\\\"\",\"free_slots\":2,\"held\":1,"
                "\"confirmed\":1,\"closed\":false,\"revision\":4711}");
}

Test(capacity_json, what_is_absent_is_left_out_and_zero_is_not)
{
    struct capacity_status status;
    struct buffer out = {0};
    shape_clear(&shape_capacity_status, &status);
    status.capacity.id = slice_from("C-8");
    status.capacity.slots = 1;
    status.free = status.held = status.confirmed = 0;
    status.closed = true;
    status.revision = 1;

    json_write_capacity(&out, &status);

    expect_text(&out, "{\"id\":\"C-8\",\"slots\":1,\"prerequisites\":[],\"free_slots\":0,"
                      "\"held\":0,\"confirmed\":0,\"closed\":true,\"revision\":1}");
    status.free = ABSENT;
    json_write_capacity(&out, &status);
    expect_text(&out, "{\"id\":\"C-8\",\"slots\":1,\"prerequisites\":[],\"revision\":1}");
}

Test(capacity_json, a_claim_is_that_of_the_users_guide)
{
    struct client_stored claim = {.kind = KIND_CLAIM, .revision = 4711};
    struct buffer out = {0};
    sample_claim(&claim.entity.claim);

    json_write_claim(&out, &claim);
    expect_text(
        &out, "{\"claim\":\"4711-0\",\"capacity\":\"C-7\",\"region\":\"14\",\"slots\":2,"
              "\"state\":\"HELD\",\"until\":\"2026-11-23T12:00:00.000Z\","
              "\"unit\":\"SE2321000131-E1\",\"service\":\"NFB49\","
              "\"taken_at\":\"2026-11-22T12:00:00.000Z\",\"revision\":4711}");

    claim.entity.claim.state = CLAIM_RELEASED;
    claim.entity.claim.until = ABSENT;
    claim.entity.claim.reference = slice_from("AB-12");
    claim.entity.claim.extended = claim.entity.claim.withdrawn = true;
    json_write_claim(&out, &claim);
    expect_text(
        &out, "{\"claim\":\"4711-0\",\"capacity\":\"C-7\",\"region\":\"14\",\"slots\":2,"
              "\"state\":\"RELEASED\",\"reference\":\"AB-12\","
              "\"unit\":\"SE2321000131-E1\",\"service\":\"NFB49\","
              "\"taken_at\":\"2026-11-22T12:00:00.000Z\",\"extended\":true,"
              "\"withdrawn\":true,\"revision\":4711}");
}

Test(capacity_json, csv_has_the_columns_of_the_file_and_what_is_left)
{
    struct capacity_status status;
    struct buffer out = {0};
    sample_capacity(&status);

    csv_write_capacity_header(&out);
    csv_write_capacity(&out, &status);

    expect_text(
        &out,
        "id,unit,service,slots,window_start,window_end,book_by,open_to,asa_max,"
        "weight_min,weight_max,bmi_min,bmi_max,age_min,age_max,sex,conditions,price,"
        "prerequisites,aftercare,note,free_slots,held,confirmed,closed,revision\n"
        "C-7,SE2321000131-E1,NFB49,4,2026-12-07,2026-12-11,2026-12-01,01|14,3,,,,35.5,,,"
        "female,Kan gå i trappa,81250.50,EKG|Röntgen,Hemregionen,"
        "\"Vecka 50, \"\"extra\"\"\",2,1,1,false,4711\n");
}

Test(capacity_json, a_claim_as_csv_quotes_what_needs_it)
{
    struct client_stored claim = {.kind = KIND_CLAIM, .revision = 4711};
    struct buffer out = {0};
    sample_claim(&claim.entity.claim);
    claim.entity.claim.reference = slice_from("A, B");

    csv_write_claim_header(&out);
    csv_write_claim(&out, &claim);

    expect_text(&out,
                "claim,capacity,region,slots,state,until,reference,unit,service,taken_at,"
                "extended,withdrawn,revision\n"
                "4711-0,C-7,14,2,held,2026-11-23T12:00:00.000Z,\"A, B\","
                "SE2321000131-E1,NFB49,2026-11-22T12:00:00.000Z,,,4711\n");
}
