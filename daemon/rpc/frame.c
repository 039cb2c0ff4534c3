// SPDX-License-Identifier: Apache-2.0
#include "rpc/frame.h"

#include "base/status.h"

static const char preface_magic[4] = {'V', 'S', 'K', '1'};

static void put_u16(char *out, uint32_t value)
{
    out[0] = (char)(value >> 8 & 0xff);
    out[1] = (char)(value & 0xff);
}

static void put_u32(char *out, uint32_t value)
{
    put_u16(out, value >> 16);
    put_u16(out + 2, value);
}

static uint32_t get_u16(const char *in)
{
    return (uint32_t)(unsigned char)in[0] << 8 | (unsigned char)in[1];
}

static uint32_t get_u32(const char *in)
{
    return get_u16(in) << 16 | get_u16(in + 2);
}

void rpc_frame_encode(const struct rpc_frame_header *header,
                      char out[RPC_FRAME_HEADER_LEN])
{
    put_u32(out, header->length);
    put_u32(out + 4, header->call_id);
    out[8] = (char)header->type;
    out[9] = (char)header->flags;
    put_u16(out + 10, header->code);
}

void rpc_frame_decode(const char in[RPC_FRAME_HEADER_LEN],
                      struct rpc_frame_header *header)
{
    header->length = get_u32(in);
    header->call_id = get_u32(in + 4);
    header->type = (uint8_t)in[8];
    header->flags = (uint8_t)in[9];
    header->code = (uint16_t)get_u16(in + 10);
}

void rpc_preface_encode(uint32_t max_payload, char out[RPC_PREFACE_LEN])
{
    memcpy(out, preface_magic, sizeof(preface_magic));
    put_u32(out + 4, max_payload);
}

int rpc_preface_decode(const char *in, size_t len, uint32_t *max_payload)
{
    size_t n = len < sizeof(preface_magic) ? len : sizeof(preface_magic);
    if (memcmp(in, preface_magic, n) != 0)
        return STATUS_INVALID_ARGUMENT;
    if (len < RPC_PREFACE_LEN)
        return 0;
    uint32_t accepted = get_u32(in + 4);
    if (accepted < RPC_MIN_PEER_PAYLOAD)
        return STATUS_INVALID_ARGUMENT;
    *max_payload = accepted;
    return 0;
}

int rpc_request_decode(struct slice payload, struct rpc_request *request)
{
    if (payload.len < RPC_REQUEST_PREFIX_LEN)
        return STATUS_INVALID_ARGUMENT;
    size_t n = get_u16(payload.data + 4);
    const char *rest = payload.data + RPC_REQUEST_PREFIX_LEN;
    size_t rest_len = payload.len - RPC_REQUEST_PREFIX_LEN;
    if (n > rest_len)
        return STATUS_INVALID_ARGUMENT;
    request->deadline_ms = get_u32(payload.data);
    request->metadata = (struct slice){rest, n};
    request->message = (struct slice){rest + n, rest_len - n};
    return 0;
}

void rpc_request_prefix_encode(uint32_t deadline_ms, uint16_t metadata_len,
                               char out[RPC_REQUEST_PREFIX_LEN])
{
    put_u32(out, deadline_ms);
    put_u16(out + 4, metadata_len);
}
