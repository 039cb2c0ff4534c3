// SPDX-License-Identifier: Apache-2.0
#include "lib/frame.h"

#include "base/status.h"

static void put_u16(char *out, uint32_t value)
{
    out[0] = (char)(value >> 8);
    out[1] = (char)value;
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

void frame_preface_encode(struct buffer *out)
{
    char bytes[FRAME_PREFACE_LEN] = "VSK1";
    put_u32(bytes + 4, FRAME_MAX_PAYLOAD);
    buffer_append(out, bytes, sizeof bytes);
}

int frame_preface_decode(const char bytes[FRAME_PREFACE_LEN], uint32_t *max_payload)
{
    uint32_t max = get_u32(bytes + 4);
    if (memcmp(bytes, "VSK1", 4) != 0 || max < FRAME_MIN_PAYLOAD)
        return STATUS_INVALID_ARGUMENT;
    *max_payload = max;
    return STATUS_OK;
}

static void put_header(char *out, size_t payload_len, uint32_t call_id, uint8_t type,
                       unsigned code)
{
    put_u32(out, (uint32_t)payload_len);
    put_u32(out + 4, call_id);
    out[8] = (char)type;
    out[9] = 0;
    put_u16(out + 10, code);
}

void frame_encode(const struct frame *frame, struct buffer *out)
{
    char header[FRAME_HEADER_LEN];
    put_header(header, frame->payload.len, frame->call_id, frame->type, frame->code);
    buffer_append(out, header, sizeof header);
    buffer_append_slice(out, frame->payload);
}

void frame_encode_request(uint32_t call_id, unsigned method, uint32_t deadline_ms,
                          struct slice metadata, struct slice message, struct buffer *out)
{
    char start[FRAME_HEADER_LEN + 6];
    put_header(start, 6 + metadata.len + message.len, call_id, FRAME_REQUEST, method);
    put_u32(start + FRAME_HEADER_LEN, deadline_ms);
    put_u16(start + FRAME_HEADER_LEN + 4, (uint32_t)metadata.len);
    buffer_append(out, start, sizeof start);
    buffer_append_slice(out, metadata);
    buffer_append_slice(out, message);
}

int frame_decode(struct slice bytes, struct frame *frame, size_t *used)
{
    if (bytes.len < FRAME_HEADER_LEN)
        return 0;
    size_t len = get_u32(bytes.data);
    uint8_t type = (uint8_t)bytes.data[8];
    if (len > FRAME_MAX_PAYLOAD || bytes.data[9] != 0 || type < FRAME_REQUEST ||
        type > FRAME_GOAWAY)
        return STATUS_INVALID_ARGUMENT;
    if (bytes.len < FRAME_HEADER_LEN + len)
        return 0;
    *frame = (struct frame){
        .call_id = get_u32(bytes.data + 4),
        .type = type,
        .code = (uint16_t)get_u16(bytes.data + 10),
        .payload = {bytes.data + FRAME_HEADER_LEN, len},
    };
    *used = FRAME_HEADER_LEN + len;
    return 1;
}
