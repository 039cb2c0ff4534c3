// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/status.h"
#include "wire/status.h"
#include "wire/writer.h"

static struct refusal sample(void)
{
    struct refusal refusal;
    refuse(&refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service",
           "no service NFB4 is stored; nearest: NFB49");
    refusal.change_index = 7;
    return refusal;
}

Test(wire_status, a_refusal_comes_back_as_it_was)
{
    const struct refusal sent = sample();
    struct refusal received;
    struct slice reason;
    struct buffer bytes = {0};
    wire_status_encode(&sent, &bytes);
    cr_assert_eq(wire_status_decode(buffer_slice(&bytes), &received, &reason), 0);
    cr_expect_eq(received.status, sent.status);
    cr_expect_eq(received.reason, sent.reason);
    cr_expect_eq(received.change_index, 7);
    cr_expect_str_eq(received.field, sent.field);
    cr_expect_str_eq(received.message, sent.message);
    cr_expect(slice_equal(reason, slice_from("UNKNOWN_SERVICE")));
    buffer_free(&bytes);
}

// Status { code 5, message "m", details { type_url, value } }
static struct buffer status_with(const char *type_url, struct slice detail)
{
    struct buffer bytes = {0};
    wire_write_uint(&bytes, 1, 5);
    wire_write_bytes(&bytes, 2, slice_from("m"));
    size_t any = wire_write_start(&bytes, 3);
    wire_write_bytes(&bytes, 1, slice_from(type_url));
    wire_write_bytes(&bytes, 2, detail);
    wire_write_end(&bytes, any);
    return bytes;
}

Test(wire_status, a_reason_that_is_newer_than_this_program_is_given_as_text)
{
    struct buffer bytes = status_with("type.googleapis.com/vardsok.v1.ErrorDetail",
                                      slice_from("\x0A\x09TOO_TIRED"));
    struct refusal refusal;
    struct slice reason;
    cr_assert_eq(wire_status_decode(buffer_slice(&bytes), &refusal, &reason), 0);
    cr_expect_eq(refusal.reason, REASON_NONE);
    cr_expect(slice_equal(reason, slice_from("TOO_TIRED")));
    buffer_free(&bytes);
}

Test(wire_status, a_detail_of_another_type_is_skipped)
{
    struct buffer bytes = status_with("type.googleapis.com/google.rpc.RetryInfo",
                                      slice_from("\x0A\x09TOO_TIRED"));
    struct refusal refusal;
    struct slice reason;
    cr_assert_eq(wire_status_decode(buffer_slice(&bytes), &refusal, &reason), 0);
    cr_expect_eq(refusal.status, STATUS_NOT_FOUND);
    cr_expect_null(reason.data);
    buffer_free(&bytes);
}

Test(wire_status, a_code_outside_grpcs_is_unknown)
{
    struct refusal refusal;
    cr_assert_eq(wire_status_decode(slice_from("\x08\x63"), &refusal, NULL), 0);
    cr_expect_eq(refusal.status, STATUS_UNKNOWN);
}

Test(wire_status, texts_that_are_too_long_are_cut_at_a_whole_character)
{
    struct buffer bytes = {0};
    char message[REFUSAL_MESSAGE_MAX + 10];
    for (size_t i = 0; i < sizeof message; i += 2) {
        message[i] = '\xC3'; // ö
        message[i + 1] = '\xB6';
    }
    wire_write_uint(&bytes, 1, 3);
    wire_write_bytes(&bytes, 2, (struct slice){message, sizeof message});
    struct refusal refusal;
    cr_assert_eq(wire_status_decode(buffer_slice(&bytes), &refusal, NULL), 0);
    cr_expect_eq(strlen(refusal.message), (REFUSAL_MESSAGE_MAX - 1) / 2 * 2);
    buffer_free(&bytes);
}

Test(wire_status, a_status_cut_anywhere_is_refused_or_ends_between_two_fields)
{
    const struct refusal sent = sample();
    struct refusal received;
    struct buffer bytes = {0};
    unsigned n_whole = 0;
    wire_status_encode(&sent, &bytes);
    for (size_t len = 0; len < bytes.len; len++)
        n_whole +=
            wire_status_decode((struct slice){bytes.data, len}, &received, NULL) == 0;
    cr_expect_eq(n_whole, 3, "nothing, the code, code and message");
    buffer_free(&bytes);
}

// ---- the writer below it ----

Test(wire_writer, a_nested_length_takes_the_bytes_it_needs)
{
    const size_t lengths[] = {0, 1, 127, 128, 16383, 16384, 70000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct buffer nested = {0}, plain = {0};
        struct slice text = {memset(malloc(lengths[i] + 1), 'x', lengths[i] + 1),
                             lengths[i]};
        size_t mark = wire_write_start(&nested, 9);
        buffer_append_slice(&nested, text);
        wire_write_end(&nested, mark);
        wire_write_uint(&nested, 1, 1);
        wire_write_bytes(&plain, 9, text);
        wire_write_uint(&plain, 1, 1);
        cr_expect(slice_equal(buffer_slice(&nested), buffer_slice(&plain)), "%zu",
                  lengths[i]);
        free((char *)(uintptr_t)text.data);
        buffer_free(&nested);
        buffer_free(&plain);
    }
}
