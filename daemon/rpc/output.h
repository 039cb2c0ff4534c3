// SPDX-License-Identifier: Apache-2.0
//
// The output of one connection: one buffer is filled while the other is lent to the
// owner, who may have given it to the kernel. They change places when the lent one has
// gone.
#ifndef RPC_OUTPUT_H
#define RPC_OUTPUT_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/reason.h"
#include "rpc/frame.h"

// Zero-initialise.
struct rpc_output {
    struct buffer filling;
    struct buffer sending;
    size_t offset; // bytes of sending that have gone
    uint64_t sent; // bytes gone since the beginning
    size_t frame;  // where the frame begun by rpc_output_frame_start stands in filling
};

static inline size_t rpc_output_unsent(const struct rpc_output *output)
{
    return output->sending.len - output->offset + output->filling.len;
}
// Position of the end of everything written so far; compare with sent.
static inline uint64_t rpc_output_end(const struct rpc_output *output)
{
    return output->sent + rpc_output_unsent(output);
}

struct slice rpc_output_next(struct rpc_output *output);
void rpc_output_sent(struct rpc_output *output, size_t len);
// Gives back memory when nothing is unsent.
void rpc_output_shrink(struct rpc_output *output);
bool rpc_output_is_large(const struct rpc_output *output);
void rpc_output_free(struct rpc_output *output);

// A frame whose payload is appended to the buffer that start returns; end writes its
// header.
struct buffer *rpc_output_frame_start(struct rpc_output *output);
size_t rpc_output_frame_len(const struct rpc_output *output); // of the payload so far
void rpc_output_frame_end(struct rpc_output *output, enum rpc_frame_type type,
                          uint32_t call_id, uint16_t code);
void rpc_output_frame_drop(struct rpc_output *output);

// A whole ERROR or GOAWAY with refusal as its google.rpc.Status.
void rpc_output_status(struct rpc_output *output, enum rpc_frame_type type,
                       uint32_t call_id, const struct refusal *refusal);

#endif
