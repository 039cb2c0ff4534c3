// SPDX-License-Identifier: Apache-2.0
//
// Native frames to the bit (docs/protocol.md), the client's side. Integers are
// big-endian.
//
//     preface, each way, once     "VSK1" | u32 largest payload accepted
//     header of a frame           u32 payload length | u32 call id | u8 type | u8 flags 0
//     |
//                                 u16 method (REQUEST) or status (ERROR, END) or 0
//     payload of a REQUEST        u32 deadline ms (0 none) | u16 n | n bytes CallMetadata
//     | message
//
// No I/O here: bytes in, frames out.
#ifndef LIB_FRAME_H
#define LIB_FRAME_H

#include <stdint.h>

#include "base/buffer.h"

#define FRAME_PREFACE_LEN 8
#define FRAME_HEADER_LEN 12
#define FRAME_MIN_PAYLOAD (2u << 20) // what every peer accepts at least
#define FRAME_MAX_PAYLOAD (4u << 20) // what we accept at most

enum frame_type {
    FRAME_REQUEST = 1,
    FRAME_RESPONSE = 2,
    FRAME_ITEM = 3,
    FRAME_END = 4,
    FRAME_ERROR = 5,
    FRAME_CANCEL = 6,
    FRAME_PING = 7,
    FRAME_PONG = 8,
    FRAME_GOAWAY = 9,
};

struct frame {
    uint32_t call_id;
    uint8_t type;
    uint16_t code; // method or status
    struct slice payload;
};

void frame_preface_encode(struct buffer *out);
// The peer's preface: 0 with its largest payload, or STATUS_INVALID_ARGUMENT (also for
// less than FRAME_MIN_PAYLOAD).
int frame_preface_decode(const char bytes[FRAME_PREFACE_LEN], uint32_t *max_payload);

void frame_encode(const struct frame *frame, struct buffer *out);
// Payload of a REQUEST in parts, so that a large message is copied once.
void frame_encode_request(uint32_t call_id, unsigned method, uint32_t deadline_ms,
                          struct slice metadata, struct slice message,
                          struct buffer *out);

// The first frame of bytes: 1 with the frame and its length in *used (payload borrows
// from bytes), 0 when there is no whole frame yet, STATUS_INVALID_ARGUMENT for what
// cannot be one.
int frame_decode(struct slice bytes, struct frame *frame, size_t *used);

#endif
