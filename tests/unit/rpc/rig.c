// SPDX-License-Identifier: Apache-2.0
#include "rig.h"

#include <criterion/criterion.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "lib/samples.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/status.h"

static void on_wake(void *owner)
{
    struct rig *rig = owner;
    rig->n_wakes++;
}

static void greet(struct rig *rig)
{
    char preface[RPC_PREFACE_LEN];
    rpc_preface_encode(RPC_MAX_PAYLOAD, preface);
    rig_send(rig, preface, sizeof preface);
    rig_read_all(rig);
    cr_assert_eq(rig->got.len, RPC_PREFACE_LEN);
    cr_assert(memcmp(rig->got.data, "VSK1\x00\x40\x00\x00", RPC_PREFACE_LEN) == 0);
    rig->read = RPC_PREFACE_LEN;
}

void rig_reconnect(struct rig *rig)
{
    rpc_connection_free(rig->connection);
    rig->connection = rpc_connection_new(&rig->context, on_wake, rig);
    rig->n_wakes = 0;
    rig->read = 0;
    buffer_clear(&rig->got);
}

void rig_init(struct rig *rig)
{
    *rig = (struct rig){.clock = {.random = 1}};
    rig->clock.now_ms = (int64_t)sample_day("2026-11-22") * DAY_MS + DAY_MS / 2;
    rig->port = fake_clock_port(&rig->clock);
    rig->replica = replica_new(&rig->port);
    fake_log_init(&rig->log, rig->replica, &rig->clock);
    rig->context = (struct rpc_context){.replica = rig->replica,
                                        .version = "1.2.3",
                                        .now_ms = 5000,
                                        .utc_ms = rig->clock.now_ms,
                                        .today = sample_day("2026-11-22")};
    rig_reconnect(rig);
    greet(rig);
}

void rig_close(struct rig *rig)
{
    rpc_connection_free(rig->connection);
    rpc_context_close(&rig->context);
    fake_log_close(&rig->log);
    replica_free(rig->replica);
    buffer_free(&rig->got);
    buffer_free(&rig->scratch);
}

void rig_move_clock(struct rig *rig, int64_t ms)
{
    rig->context.now_ms += ms;
    rig->context.utc_ms += ms;
    rig->clock.now_ms += ms;
    rpc_connection_tick(rig->connection);
}

void rig_send(struct rig *rig, const void *bytes, size_t len)
{
    // A copy of exactly this size, so that the sanitizer sees a byte too many.
    char *copy = malloc(len ? len : 1);
    CHECK(copy);
    memcpy(copy, bytes, len);
    rpc_connection_receive(rig->connection, (struct slice){copy, len});
    free(copy);
}

static void write_frame(struct buffer *bytes, uint8_t type, uint32_t call_id,
                        uint16_t code, struct slice payload)
{
    struct rpc_frame_header header = {(uint32_t)payload.len, call_id, type, 0, code};
    rpc_frame_encode(&header, buffer_reserve(bytes, RPC_FRAME_HEADER_LEN));
    bytes->len += RPC_FRAME_HEADER_LEN;
    buffer_append_slice(bytes, payload);
}

void rig_send_frame(struct rig *rig, uint8_t type, uint32_t call_id, uint16_t code,
                    struct slice payload)
{
    struct buffer bytes = {0};
    write_frame(&bytes, type, call_id, code, payload);
    rig_send(rig, bytes.data, bytes.len);
    buffer_free(&bytes);
}

void rig_write_request(struct buffer *bytes, uint32_t call_id, uint16_t method,
                       uint32_t deadline_ms, struct slice message)
{
    struct buffer payload = {0};
    rpc_request_prefix_encode(deadline_ms, 0,
                              buffer_reserve(&payload, RPC_REQUEST_PREFIX_LEN));
    payload.len = RPC_REQUEST_PREFIX_LEN;
    buffer_append_slice(&payload, message);
    write_frame(bytes, RPC_REQUEST, call_id, method, buffer_slice(&payload));
    buffer_free(&payload);
}

void rig_send_request(struct rig *rig, uint32_t call_id, uint16_t method,
                      uint32_t deadline_ms, struct slice message)
{
    struct buffer bytes = {0};
    rig_write_request(&bytes, call_id, method, deadline_ms, message);
    rig_send(rig, bytes.data, bytes.len);
    buffer_free(&bytes);
}

void rig_read_all(struct rig *rig)
{
    for (;;) {
        struct slice out = rpc_connection_output(rig->connection);
        buffer_append_slice(&rig->got, out);
        rpc_connection_sent(rig->connection, out.len);
        if (rpc_connection_has_work(rig->connection))
            rpc_connection_poke(rig->connection);
        else if (out.len == 0)
            return;
    }
}

bool rig_next(struct rig *rig, struct frame *frame)
{
    rig_read_all(rig);
    size_t left = rig->got.len - rig->read;
    if (left == 0)
        return false;
    cr_assert_geq(left, RPC_FRAME_HEADER_LEN);
    const char *at = rig->got.data + rig->read;
    rpc_frame_decode(at, &frame->header);
    cr_assert_leq(frame->header.length, left - RPC_FRAME_HEADER_LEN);
    frame->payload = (struct slice){at + RPC_FRAME_HEADER_LEN, frame->header.length};
    rig->read += RPC_FRAME_HEADER_LEN + frame->header.length;
    return true;
}

struct frame rig_expect(struct rig *rig, uint8_t type, uint32_t call_id)
{
    struct frame frame;
    cr_assert(rig_next(rig, &frame), "no frame came");
    if (frame.header.type != type && frame.header.type == RPC_ERROR) {
        struct refusal refusal;
        wire_status_decode(frame.payload, &refusal, NULL);
        cr_assert_fail("ERROR: %s (%s)", refusal.message, refusal.field);
    }
    cr_assert_eq(frame.header.type, type, "type %u", frame.header.type);
    cr_assert_eq(frame.header.call_id, call_id, "call %u", frame.header.call_id);
    cr_assert_eq(frame.header.flags, 0);
    return frame;
}

void rig_expect_refused(struct rig *rig, uint8_t type, uint32_t call_id, int status,
                        enum reason reason)
{
    struct refusal refusal;
    struct frame frame = rig_expect(rig, type, call_id);
    cr_assert_eq(wire_status_decode(frame.payload, &refusal, NULL), 0);
    cr_assert_eq(refusal.status, status, "%s", refusal.message);
    cr_assert_eq(refusal.reason, reason, "%s: %s", reason_name(refusal.reason),
                 refusal.message);
    cr_assert_eq(frame.header.code, type == RPC_ERROR ? status_to_grpc(status) : 0);
}

void rig_expect_nothing(struct rig *rig)
{
    struct frame frame;
    cr_assert_not(rig_next(rig, &frame), "a frame of type %u came", frame.header.type);
}

void rig_run_log(struct rig *rig)
{
    fake_log_run(&rig->log);
    if (rpc_connection_has_work(rig->connection))
        cr_assert_gt(rig->n_wakes, 0, "nobody was told that there is work");
    rig->n_wakes = 0;
    rpc_connection_poke(rig->connection);
}

static void write_header(struct rig *rig, bool validate_only, bool return_stored,
                         unsigned char id[STATE_REQUEST_ID_LEN])
{
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(rig->clock.now_ms >> (40 - 8 * i));
    id[6] = 0x70;
    id[8] = 0x80;
    id[15] = ++rig->next_id;
    struct wire_apply_request request = {
        .validate_only = validate_only,
        .return_stored = return_stored,
        .request_id = {(const char *)id, STATE_REQUEST_ID_LEN},
    };
    buffer_clear(&rig->scratch);
    wire_apply_encode_header(&request, &rig->scratch);
}

struct slice rig_sample_world(struct rig *rig, bool validate_only)
{
    unsigned char id[STATE_REQUEST_ID_LEN] = {0};
    union entity entity;
    write_header(rig, validate_only, false, id);
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        sample_entity((enum kind)kind, &entity);
        wire_apply_encode_change(CHANGE_PUT, (enum kind)kind, &entity, ABSENT,
                                 &rig->scratch);
    }
    return buffer_slice(&rig->scratch);
}

struct slice rig_region(struct rig *rig, const char *name, bool return_stored)
{
    unsigned char id[STATE_REQUEST_ID_LEN] = {0};
    union entity entity;
    write_header(rig, false, return_stored, id);
    sample_entity(KIND_REGION, &entity);
    entity.region.name = slice_from(name);
    wire_apply_encode_change(CHANGE_PUT, KIND_REGION, &entity, ABSENT, &rig->scratch);
    return buffer_slice(&rig->scratch);
}

void rig_load(struct rig *rig)
{
    rig_send_request(rig, 99, METHOD_APPLY, 0, rig_sample_world(rig, false));
    rig_run_log(rig);
    rig_expect(rig, RPC_RESPONSE, 99);
    cr_assert_eq(state_revision(replica_state(rig->replica)), 2);
}

void rig_query(struct buffer *out, const char *service, int64_t min_revision)
{
    struct query query;
    shape_clear(&shape_query, &query);
    query.service = slice_from(service);
    query.home_region = 14;
    query.asa = 2;
    query.min_revision = min_revision;
    buffer_clear(out);
    wire_encode(&shape_query, WIRE_PUBLIC, &query, out);
}
