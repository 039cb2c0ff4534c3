// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "base/reason.h"
#include "base/slice.h"
#include "base/status.h"

Test(status, names_and_grpc_codes_go_both_ways)
{
    cr_expect_str_eq(status_name(STATUS_OK), "OK");
    cr_expect_str_eq(status_name(STATUS_INVALID_ARGUMENT), "INVALID_ARGUMENT");
    cr_expect_str_eq(status_name(STATUS_UNAUTHENTICATED), "UNAUTHENTICATED");
    for (int code = 0; code <= 16; code++)
        cr_expect_eq(status_to_grpc(status_from_grpc((unsigned)code)), (unsigned)code);
    static const int outside[] = {1, 17, -17, -1000, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        cr_expect_str_eq(status_name(outside[i]), "UNKNOWN");
        cr_expect_eq(status_to_grpc(outside[i]), 2);
    }
    cr_expect_eq(status_from_grpc(17), STATUS_UNKNOWN);
    cr_expect_eq(status_from_grpc(UINT32_MAX), STATUS_UNKNOWN);
}

Test(reason, every_reason_has_a_name_of_its_own)
{
    for (int a = 0; a < REASON_COUNT; a++) {
        cr_assert_not_null(reason_name((enum reason)a), "%d", a);
        for (int b = 0; b < a; b++)
            cr_assert_str_neq(reason_name((enum reason)a), reason_name((enum reason)b));
    }
    cr_expect_str_eq(reason_name(REASON_UNKNOWN_SERVICE), "UNKNOWN_SERVICE");
    cr_expect_str_eq(reason_name(REASON_COUNT), "INTERNAL");
}

Test(refuse, fills_the_refusal_and_gives_its_status)
{
    struct refusal refusal;
    memset(&refusal, 0xAA, sizeof refusal);
    cr_expect_eq(refuse(&refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service",
                        "no %s", "NFB49"),
                 STATUS_NOT_FOUND);
    cr_expect_eq(refusal.status, STATUS_NOT_FOUND);
    cr_expect_eq(refusal.reason, REASON_UNKNOWN_SERVICE);
    cr_expect_eq(refusal.change_index, 0);
    cr_expect_str_eq(refusal.field, "service");
    cr_expect_str_eq(refusal.message, "no NFB49");
    cr_expect_eq(refuse(NULL, STATUS_ABORTED, REASON_REVISION_MISMATCH, NULL, "x"),
                 STATUS_ABORTED);
    cr_expect_eq(refuse(&refusal, STATUS_ABORTED, REASON_NONE, NULL, "x"),
                 STATUS_ABORTED);
    cr_expect_str_eq(refusal.field, "");
    cr_expect_eq(refusal_set_field(&refusal, "in_regions"), STATUS_ABORTED);
    cr_expect_str_eq(refusal.field, "in_regions");
}

Test(refuse, a_long_message_is_cut_at_a_whole_character)
{
    static const char *const characters[] = {"x", "å", "€", "😀"};
    for (size_t c = 0; c < 4; c++) {
        for (size_t before = 0; before < 4; before++) {
            char text[2 * REFUSAL_MESSAGE_MAX] = "";
            size_t len = strlen(characters[c]);
            memset(text, '.', before);
            for (size_t at = before; at + len < sizeof text; at += len)
                memcpy(text + at, characters[c], len + 1);
            struct refusal refusal;
            refuse(&refusal, STATUS_INTERNAL, REASON_INTERNAL, text, "%s", text);
            size_t whole = (REFUSAL_MESSAGE_MAX - 1 - before) / len * len + before;
            cr_expect_eq(strlen(refusal.message), whole, "%s", characters[c]);
            whole = (REFUSAL_FIELD_MAX - 1 - before) / len * len + before;
            cr_expect_eq(strlen(refusal.field), whole, "%s", characters[c]);
        }
    }
}

Test(slice, order_is_bytewise_with_the_shorter_first)
{
    cr_expect(slice_compare(slice_from("A"), slice_from("B")) < 0);
    cr_expect(slice_compare(slice_from("A-1"), slice_from("A")) > 0);
    cr_expect(slice_compare(slice_from("\xC3"), slice_from("z")) > 0);
    cr_expect(slice_compare(slice_from(""), slice_from("")) == 0);
    cr_expect(slice_equal(SLICE_ABSENT, slice_from("")));
    cr_expect(!slice_equal(slice_from("a"), slice_from("b")));
}
