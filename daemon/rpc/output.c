// SPDX-License-Identifier: Apache-2.0
#include "rpc/output.h"

#include "base/check.h"
#include "base/status.h"
#include "rpc/limits.h"
#include "wire/status.h"

struct slice rpc_output_next(struct rpc_output *output)
{
    if (output->offset == output->sending.len) {
        struct buffer empty = output->sending;
        buffer_clear(&empty);
        output->sending = output->filling;
        output->filling = empty;
        output->offset = 0;
    }
    struct slice all = buffer_slice(&output->sending);
    return (struct slice){all.data + output->offset, all.len - output->offset};
}

void rpc_output_sent(struct rpc_output *output, size_t len)
{
    CHECK(len <= output->sending.len - output->offset);
    output->offset += len;
    output->sent += len;
}

bool rpc_output_is_large(const struct rpc_output *output)
{
    return output->filling.capacity > RPC_KEPT_BUFFER ||
           output->sending.capacity > RPC_KEPT_BUFFER;
}

void rpc_output_shrink(struct rpc_output *output)
{
    if (rpc_output_unsent(output) > 0)
        return;
    rpc_output_free(output);
    output->offset = 0;
}

void rpc_output_free(struct rpc_output *output)
{
    buffer_free(&output->filling);
    buffer_free(&output->sending);
}

struct buffer *rpc_output_frame_start(struct rpc_output *output)
{
    output->frame = output->filling.len;
    buffer_reserve(&output->filling, RPC_FRAME_HEADER_LEN);
    output->filling.len += RPC_FRAME_HEADER_LEN;
    return &output->filling;
}

size_t rpc_output_frame_len(const struct rpc_output *output)
{
    return output->filling.len - output->frame - RPC_FRAME_HEADER_LEN;
}

void rpc_output_frame_end(struct rpc_output *output, enum rpc_frame_type type,
                          uint32_t call_id, uint16_t code)
{
    struct rpc_frame_header header = {
        .length = (uint32_t)rpc_output_frame_len(output),
        .call_id = call_id,
        .type = (uint8_t)type,
        .code = code,
    };
    rpc_frame_encode(&header, output->filling.data + output->frame);
}

void rpc_output_frame_drop(struct rpc_output *output)
{
    output->filling.len = output->frame;
}

void rpc_output_status(struct rpc_output *output, enum rpc_frame_type type,
                       uint32_t call_id, const struct refusal *refusal)
{
    uint16_t code = type == RPC_ERROR ? (uint16_t)status_to_grpc(refusal->status) : 0;
    wire_status_encode(refusal, rpc_output_frame_start(output));
    rpc_output_frame_end(output, type, call_id, code);
}
