// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "base/status.h"
#include "rpc/frame.h"

Test(rpc_frame, a_header_is_twelve_big_endian_bytes)
{
    static const char expected[] = {0x00, 0x01, 0x02, 0x03, 0x7a, 0x0b,
                                    0x0c, 0x0d, 0x05, 0x00, 0x01, 0x08};
    struct rpc_frame_header header = {0x010203, 0x7a0b0c0d, RPC_ERROR, 0, 0x0108}, back;
    char bytes[RPC_FRAME_HEADER_LEN];
    rpc_frame_encode(&header, bytes);
    cr_expect_arr_eq(bytes, expected, sizeof expected);
    rpc_frame_decode(bytes, &back);
    cr_expect_eq(back.length, header.length);
    cr_expect_eq(back.call_id, header.call_id);
    cr_expect_eq(back.type, header.type);
    cr_expect_eq(back.code, header.code);
}

Test(rpc_frame, every_bit_of_a_header_counts)
{
    char bytes[RPC_FRAME_HEADER_LEN];
    struct rpc_frame_header header;
    memset(bytes, 0xff, sizeof bytes);
    rpc_frame_decode(bytes, &header);
    cr_expect_eq(header.length, UINT32_MAX);
    cr_expect_eq(header.call_id, UINT32_MAX);
    cr_expect_eq(header.type, 0xff);
    cr_expect_eq(header.flags, 0xff);
    cr_expect_eq(header.code, 0xffff);
}

Test(rpc_frame, a_preface_is_refused_at_its_first_wrong_byte)
{
    char preface[RPC_PREFACE_LEN];
    uint32_t accepted = 0;
    rpc_preface_encode(RPC_MIN_PEER_PAYLOAD, preface);
    for (size_t len = 0; len <= RPC_PREFACE_LEN; len++)
        cr_expect_eq(rpc_preface_decode(preface, len, &accepted), 0);
    cr_expect_eq(accepted, RPC_MIN_PEER_PAYLOAD);
    for (size_t i = 0; i < 4; i++) {
        char wrong[RPC_PREFACE_LEN];
        memcpy(wrong, preface, sizeof wrong);
        wrong[i] ^= 0x20;
        cr_expect_eq(rpc_preface_decode(wrong, i, &accepted), 0);
        cr_expect_eq(rpc_preface_decode(wrong, i + 1, &accepted),
                     STATUS_INVALID_ARGUMENT);
    }
}

Test(rpc_frame, a_peer_must_accept_two_mebibytes)
{
    char preface[RPC_PREFACE_LEN];
    uint32_t accepted = 7;
    rpc_preface_encode(RPC_MIN_PEER_PAYLOAD - 1, preface);
    cr_expect_eq(rpc_preface_decode(preface, RPC_PREFACE_LEN, &accepted),
                 STATUS_INVALID_ARGUMENT);
    cr_expect_eq(accepted, 7);
}

Test(rpc_frame, a_request_splits_into_deadline_metadata_and_message)
{
    struct rpc_request request;
    const char payload[] = "\x00\x00\x03\xe8\x00\x02"
                           "mmrest";
    cr_assert_eq(
        rpc_request_decode((struct slice){payload, sizeof payload - 1}, &request), 0);
    cr_expect_eq(request.deadline_ms, 1000);
    cr_expect(slice_equal(request.metadata, slice_from("mm")));
    cr_expect(slice_equal(request.message, slice_from("rest")));
    for (size_t len = 0; len < 8; len++)
        cr_expect_eq(rpc_request_decode((struct slice){payload, len}, &request),
                     STATUS_INVALID_ARGUMENT);
    cr_expect_eq(rpc_request_decode((struct slice){payload, 8}, &request), 0);
    cr_expect_eq(request.message.len, 0);
}
