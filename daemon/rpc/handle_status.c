// SPDX-License-Identifier: Apache-2.0
//
// Status: what the daemon is and holds.
#include "rpc/methods.h"
#include "wire/codec.h"
#include "wire/service.h"

#define HASH_LEN 16

struct hex {
    char text[2 * HASH_LEN];
};

static struct slice write_hex(const unsigned char hash[HASH_LEN], struct hex *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < HASH_LEN; i++) {
        hex->text[2 * i] = digits[hash[i] >> 4];
        hex->text[2 * i + 1] = digits[hash[i] & 15];
    }
    return (struct slice){hex->text, sizeof hex->text};
}

static struct slice text_or_absent(const char *text)
{
    return text[0] ? slice_from(text) : SLICE_ABSENT;
}

// The replica knows why it halted, the log all else.
static void fill_log(const struct rpc_log_status *log,
                     const struct replica_status *replica, struct hex *chain,
                     struct log_status *out)
{
    *out = (struct log_status){
        .uuid = text_or_absent(replica->log_uuid),
        .durability = slice_from(log->durability),
        .applied_sequence = (int64_t)replica->applied,
        .chain = write_hex(replica->chain, chain),
        .lag_ms = log->lag_ms,
        .what =
            text_or_absent(replica->halted || !log->what[0] ? replica->what : log->what),
    };
}

static void fill_state(const struct state *state, struct hex *digest,
                       struct state_status *out)
{
    unsigned char hash[HASH_LEN];
    state_digest(state, hash);
    *out = (struct state_status){
        .digest = write_hex(hash, digest),
        .units = (int64_t)state_count(state, KIND_UNIT),
        .services = (int64_t)state_count(state, KIND_SERVICE),
        .agreements = (int64_t)state_count(state, KIND_AGREEMENT),
        .agreement_lines = (int64_t)state_count(state, KIND_AGREEMENT_LINE),
        .waiting_times = (int64_t)state_count(state, KIND_WAITING_TIME),
        .capacities = (int64_t)state_count(state, KIND_CAPACITY),
        .claims = (int64_t)state_count(state, KIND_CLAIM),
    };
}

void rpc_status_start(struct rpc_call *call, struct slice message)
{
    const struct rpc_context *context = call->context;
    const struct state *state = replica_state(context->replica);
    struct replica_status replica;
    struct rpc_log_status log = {.durability = "unknown"};
    struct hex chain, digest;
    (void)message; // StatusRequest has no fields
    if (context->log_status)
        context->log_status(context->self, &log);
    replica_status(context->replica, &replica);
    struct status_response response = {
        .revision = (int64_t)state_revision(state),
        .ready = replica.ready,
        .writable = replica.writable,
        .version = slice_from(context->version),
        .memory_bytes = context->memory_bytes
                            ? (int64_t)context->memory_bytes(context->self)
                            : ABSENT,
        .uptime_s = (context->now_ms - context->started_ms) / 1000,
    };
    fill_log(&log, &replica, &chain, &response.log);
    fill_state(state, &digest, &response.state);
    wire_encode(&shape_status_response, WIRE_PUBLIC, &response,
                rpc_call_answer_start(call));
    rpc_call_answer_end(call);
}
