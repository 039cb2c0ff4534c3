// SPDX-License-Identifier: Apache-2.0
//
// Any bytes on a native connection, in any pieces, with a peer that reads now and then, a
// clock that moves and a log that has its moods. What comes out must be a preface and
// whole frames, and what waits for the peer is bounded.
//
// An input is a list of steps: u8 step, then for RECEIVE u16 length and the bytes.
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "lib/fake_log.h"
#include "lib/samples.h"
#include "rpc/connection.h"
#include "rpc/frame.h"
#include "rpc/limits.h"
#include "wire/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum step {
    RECEIVE,
    READ_ALL,
    READ_SOME,
    MOVE_CLOCK,
    RUN_LOG,
    NEXT_FATE,
    DRAIN,
    END,
    N_STEPS
};

// Output of one answer and of errors may come on top of the bound that stops the reading.
#define UNSENT_BOUND (RPC_MAX_UNSENT + RPC_MAX_ANSWER + RPC_MAX_CALLS * 1024)

struct world {
    struct fake_clock clock;
    struct replica_clock port;
    struct fake_log log;
    struct replica *replica;
    struct rpc_context context;
    struct rpc_connection *connection;
    struct buffer got;
    bool greeted;
};

static void on_wake(void *owner)
{
    (void)owner;
}

static struct replica_write load;
static struct buffer load_command;

static void on_loaded(struct replica_write *write, int status,
                      const struct outcome *outcome, const struct refusal *refusal)
{
    (void)write;
    (void)refusal;
    CHECK(status == STATUS_OK && outcome->status == STATUS_OK);
}

static void load_samples(struct world *world)
{
    struct wire_command_writer writer;
    buffer_clear(&load_command);
    wire_command_writer_init(&writer, &load_command);
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        union entity entity;
        sample_entity((enum kind)kind, &entity);
        CHECK(wire_command_add(&writer, CHANGE_PUT, (enum kind)kind, &entity, ABSENT,
                               NULL) == STATUS_OK);
    }
    wire_command_writer_close(&writer);
    load =
        (struct replica_write){.command = buffer_slice(&load_command), .done = on_loaded};
    for (int i = 0; i < 6; i++)
        load.request_id[i] = (unsigned char)(world->clock.now_ms >> (40 - 8 * i));
    load.request_id[6] = 0x70;
    load.request_id[8] = 0x80;
    load.request_id[15] = 0xaa; // entry 1 has another
    CHECK(replica_submit(world->replica, &load, NULL) == STATUS_OK);
    fake_log_run(&world->log);
}

static void begin(struct world *world)
{
    int32_t today = sample_day("2026-11-22");
    *world = (struct world){.clock = {(int64_t)today * DAY_MS, 1}};
    world->port = fake_clock_port(&world->clock);
    world->replica = replica_new(&world->port);
    fake_log_init(&world->log, world->replica, &world->clock);
    load_samples(world);
    world->context = (struct rpc_context){.replica = world->replica,
                                          .version = "1",
                                          .now_ms = 1000,
                                          .utc_ms = world->clock.now_ms,
                                          .today = today};
    world->connection = rpc_connection_new(&world->context, on_wake, world);
}

static void end(struct world *world)
{
    rpc_connection_free(world->connection);
    world->log.fate = FAKE_WRITTEN;
    fake_log_run(&world->log);
    rpc_context_close(&world->context);
    fake_log_close(&world->log);
    replica_free(world->replica);
    buffer_free(&world->got);
}

// Takes whole frames off what the peer has read.
static void check_frames(struct world *world)
{
    struct rpc_frame_header header;
    if (!world->greeted && world->got.len >= RPC_PREFACE_LEN) {
        CHECK(memcmp(world->got.data, "VSK1", 4) == 0);
        buffer_consume(&world->got, RPC_PREFACE_LEN);
        world->greeted = true;
    }
    while (world->greeted && world->got.len >= RPC_FRAME_HEADER_LEN) {
        rpc_frame_decode(world->got.data, &header);
        CHECK(header.flags == 0 && header.type >= RPC_RESPONSE &&
              header.type <= RPC_GOAWAY);
        CHECK(header.length <= RPC_MAX_ANSWER);
        if (world->got.len - RPC_FRAME_HEADER_LEN < header.length)
            return;
        buffer_consume(&world->got, RPC_FRAME_HEADER_LEN + header.length);
    }
}

static void peer_reads(struct world *world, size_t most)
{
    struct slice out = rpc_connection_output(world->connection);
    size_t len = out.len < most ? out.len : most;
    buffer_append(&world->got, out.data, len);
    rpc_connection_sent(world->connection, len);
    check_frames(world);
    CHECK(rpc_connection_output(world->connection).len <= UNSENT_BOUND);
}

static void move_clock(struct world *world, int64_t ms)
{
    world->context.now_ms += ms;
    world->context.utc_ms += ms;
    world->clock.now_ms += ms;
    rpc_connection_tick(world->connection);
    replica_tick(world->replica);
    state_see_time(replica_state(world->replica), world->clock.now_ms);
}

static size_t receive(struct world *world, const uint8_t *data, size_t size)
{
    if (size < 2)
        return size;
    size_t len = (size_t)data[0] << 8 | data[1];
    len = len < size - 2 ? len : size - 2;
    if (rpc_connection_may_read(world->connection))
        rpc_connection_receive(world->connection,
                               (struct slice){(const char *)data + 2, len});
    return 2 + len;
}

static void take_step(struct world *world, enum step step)
{
    switch (step) {
    case READ_ALL:
        peer_reads(world, SIZE_MAX);
        break;
    case READ_SOME:
        peer_reads(world, 100);
        break;
    case MOVE_CLOCK:
        move_clock(world, 700);
        break;
    case RUN_LOG:
        fake_log_run(&world->log);
        break;
    case NEXT_FATE:
        world->log.fate = (enum fake_fate)((world->log.fate + 1) % (FAKE_CLOCK + 1));
        break;
    case DRAIN:
        rpc_connection_drain(world->connection);
        break;
    default:
        rpc_connection_receive_end(world->connection);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world;
    begin(&world);
    for (size_t at = 0; at < size && !rpc_connection_is_dead(world.connection);) {
        enum step step = (enum step)(data[at++] % N_STEPS);
        if (step == RECEIVE)
            at += receive(&world, data + at, size - at);
        else
            take_step(&world, step);
        rpc_connection_poke(world.connection);
    }
    while (rpc_connection_output(world.connection).len > 0) {
        peer_reads(&world, SIZE_MAX);
        rpc_connection_poke(world.connection);
    }
    CHECK(world.got.len == 0 && world.greeted);
    end(&world);
    return 0;
}
