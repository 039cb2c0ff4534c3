// SPDX-License-Identifier: Apache-2.0
//
// Native frames to the bit (docs/protocol.md). Pure encoding and decoding of the fixed
// parts; what a frame means is connection.c's.
//
// Preface, once each way:          Frame header, big-endian:
//
//    0  4 B  "VSK1"                   0  u32  payload length (the payload alone)
//    4  u32  largest payload          4  u32  call id
//            that the sender          8  u8   type
//            accepts, >= 2 MiB        9  u8   flags, 0
//                                    10  u16  REQUEST: method; ERROR, END: status; else 0
//                                    12  payload
//
// REQUEST payload:  0 u32 deadline in ms from now (0 none) · 4 u16 n · 6 n B CallMetadata
// · message ERROR, END, GOAWAY payload: google.rpc.Status.  PING, PONG: <= 8 bytes.
#ifndef RPC_FRAME_H
#define RPC_FRAME_H

#include <stdint.h>

#include "base/slice.h"

#define RPC_PREFACE_LEN 8
#define RPC_FRAME_HEADER_LEN 12
#define RPC_REQUEST_PREFIX_LEN 6
#define RPC_PING_MAX 8

// Larger frames are refused on their header, before anything is buffered (a peer that
// announces 4 GiB must not make us reserve it).
#define RPC_MAX_PAYLOAD (4u * 1024 * 1024)
// What every peer must accept, so that no answer of ours is ever over its maximum.
#define RPC_MIN_PEER_PAYLOAD (2u * 1024 * 1024)

enum rpc_frame_type {
    RPC_REQUEST = 1,
    RPC_RESPONSE = 2,
    RPC_ITEM = 3,
    RPC_END = 4,
    RPC_ERROR = 5,
    RPC_CANCEL = 6,
    RPC_PING = 7,
    RPC_PONG = 8,
    RPC_GOAWAY = 9,
};

struct rpc_frame_header {
    uint32_t length;  // of the payload
    uint32_t call_id; // the client's
    uint8_t type;     // enum rpc_frame_type, or anything a peer sends
    uint8_t flags;
    uint16_t code; // method or gRPC status
};

void rpc_frame_encode(const struct rpc_frame_header *header,
                      char out[RPC_FRAME_HEADER_LEN]);
void rpc_frame_decode(const char in[RPC_FRAME_HEADER_LEN],
                      struct rpc_frame_header *header);

void rpc_preface_encode(uint32_t max_payload, char out[RPC_PREFACE_LEN]);
// Looks at the first len <= RPC_PREFACE_LEN bytes of a peer: STATUS_INVALID_ARGUMENT as
// soon as one of them is wrong or the whole preface accepts too little, else 0.
// max_payload is written once the preface is whole.
int rpc_preface_decode(const char *in, size_t len, uint32_t *max_payload);

struct rpc_request {
    uint32_t deadline_ms;           // from now on; 0 = none
    struct slice metadata, message; // borrowed from the payload
};
// STATUS_INVALID_ARGUMENT: the payload is shorter than its own prefix says.
int rpc_request_decode(struct slice payload, struct rpc_request *request);
// The prefix of a REQUEST payload whose metadata is metadata_len bytes.
void rpc_request_prefix_encode(uint32_t deadline_ms, uint16_t metadata_len,
                               char out[RPC_REQUEST_PREFIX_LEN]);

#endif
