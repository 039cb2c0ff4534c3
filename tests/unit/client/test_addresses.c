// SPDX-License-Identifier: Apache-2.0
//
// Addresses, request ids and frames.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/frame.h"

Test(addresses, a_list_is_read_in_order)
{
    struct address_list list;
    cr_assert_eq(
        client_address_parse("unix:/a/b,tcp://localhost:4180,tcp://[::1]:1", &list, NULL),
        0);
    cr_expect_eq(list.n, 3);
    cr_expect_str_eq(list.texts[0], "unix:/a/b");
    cr_expect_str_eq(list.texts[2], "tcp://[::1]:1");
}

// Over the 107 bytes that the address of a unix socket can hold.
#define LONG_PATH                                                                        \
    "unix:/0123456789012345678901234567890123456789012345678901234567890123456789"       \
    "012345678901234567890123456789012345678901234567890"

Test(addresses, what_cannot_be_an_address_is_refused)
{
    static const char *const texts[] = {
        "unix:",          "tcp://",           "tcp://host",
        "tcp://host:0",   "tcp://host:99999", "tcp://:4180",
        "tcp://::1:4180", "http://host:1",    "host:4180",
        "unix:/a,",       "tcp://host:12a",   "tcp://[]:1",
        LONG_PATH,
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct address_list list;
        struct vardsok_error error;
        cr_expect_eq(client_address_parse(texts[i], &list, &error),
                     VARDSOK_INVALID_ARGUMENT, "%s", texts[i]);
        cr_expect_str_eq(error.field, "server");
    }
}

Test(addresses, the_default_follows_the_environment)
{
    struct address_list list;
    setenv("VARDSOK_SERVER", "unix:/x", 1);
    setenv("VARDSOK_DATA_DIR", "/data", 1);
    cr_assert_eq(client_address_parse(NULL, &list, NULL), 0);
    cr_expect_str_eq(list.texts[0], "unix:/x");
    unsetenv("VARDSOK_SERVER");
    cr_assert_eq(client_address_parse(NULL, &list, NULL), 0);
    cr_expect_str_eq(list.texts[0], "unix:/data/vardsok.sock");
    unsetenv("VARDSOK_DATA_DIR");
    cr_assert_eq(client_address_parse("", &list, NULL), 0);
    cr_expect_str_eq(list.texts[list.n - 1], "unix:/var/lib/vardsok/vardsok.sock");
}

Test(addresses, nobody_there_lists_what_was_tried)
{
    struct vardsok *connection;
    struct vardsok_error error;
    cr_expect_eq(
        vardsok_open("unix:/nonexistent/a,unix:/nonexistent/b", 100, &connection, &error),
        VARDSOK_UNAVAILABLE);
    cr_expect_not_null(strstr(error.message, "/nonexistent/a"));
    cr_expect_not_null(strstr(error.message, "/nonexistent/b"));
}

Test(request_ids, are_uuid_version_7_of_now_and_differ)
{
    unsigned char one[VARDSOK_REQUEST_ID_LEN], other[VARDSOK_REQUEST_ID_LEN];
    vardsok_request_id_init(one);
    vardsok_request_id_init(other);
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | one[i];
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    cr_expect(ms > now_ms - 60000 && ms < now_ms + 60000);
    cr_expect_eq(one[6] >> 4, 7);
    cr_expect_eq(one[8] >> 6, 2);
    cr_expect_neq(memcmp(one, other, sizeof one), 0);
}

Test(frames, are_laid_out_to_the_bit)
{
    struct buffer out = {0};
    frame_preface_encode(&out);
    cr_expect_eq(memcmp(out.data, "VSK1\0\x40\0\0", 8), 0);
    buffer_clear(&out);
    uint32_t max;
    cr_expect_eq(frame_preface_decode("VSK1\0\x20\0\0", &max), 0);
    cr_expect_lt(frame_preface_decode("VSK1\0\0\0\x3f", &max), 0);
    cr_expect_lt(frame_preface_decode("VSK2\0\x20\0\0", &max), 0);

    frame_encode_request(0x01020304, 20, 10000, slice_from("md"), slice_from("msg"),
                         &out);

    static const char expected[] =
        "\0\0\0\x0b"         // 6 + 2 + 3 bytes of payload
        "\x01\x02\x03\x04"   // call id
        "\x01\0\0\x14"       // REQUEST, flags, method
        "\0\0\x27\x10\0\x02" // deadline, length of the metadata
        "mdmsg";
    cr_assert_eq(out.len, sizeof expected - 1);
    cr_expect_eq(memcmp(out.data, expected, out.len), 0);
    buffer_free(&out);
}

Test(frames, are_read_whole_or_not_at_all)
{
    struct buffer out = {0};
    struct frame frame = {
        .call_id = 7, .type = FRAME_ITEM, .payload = slice_from("payload")};
    frame_encode(&frame, &out);
    struct frame read;
    size_t used;
    for (size_t len = 0; len < out.len; len++)
        cr_expect_eq(frame_decode((struct slice){out.data, len}, &read, &used), 0);
    cr_assert_eq(frame_decode(buffer_slice(&out), &read, &used), 1);
    cr_expect_eq(used, out.len);
    cr_expect_eq(read.call_id, 7);
    cr_expect(slice_equal(read.payload, slice_from("payload")));

    out.data[9] = 1; // flags
    cr_expect_lt(frame_decode(buffer_slice(&out), &read, &used), 0);
    out.data[9] = 0;
    out.data[8] = 10; // type
    cr_expect_lt(frame_decode(buffer_slice(&out), &read, &used), 0);
    out.data[8] = FRAME_ITEM;
    out.data[0] = 1; // 16 MiB
    cr_expect_lt(frame_decode(buffer_slice(&out), &read, &used), 0);
    buffer_free(&out);
}
