// SPDX-License-Identifier: Apache-2.0
//
// rpc over a replica with a log in memory: each method as bytes of a peer, through real
// frames (the rig of the unit tests).
#include "base/status.h"
#include "lib/samples.h"
#include "torture/torture.h"
#include "unit/rpc/rig.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/status.h"
#include "wire/writer.h"

#define N_QUERIES 40

// Connected, with the sample world in place; what follows is counted.
static void start(struct rig *rig)
{
    torture_hold();
    rig_init(rig);
    rig_load(rig);
    torture_go();
}

static enum torture_end finish(struct rig *rig)
{
    torture_hold();
    rig_close(rig);
    return TORTURE_DONE;
}

struct tally {
    unsigned n_responses, n_items, n_ends, n_refused;
};

// Reads all answers. What was refused was so for want of memory: a peer chooses the size
// of its request, and the daemon goes on.
static struct tally take_answers(struct rig *rig)
{
    struct frame frame;
    struct tally tally = {0};
    while (rig_next(rig, &frame)) {
        struct refusal refusal = {0};
        tally.n_responses += frame.header.type == RPC_RESPONSE;
        tally.n_items += frame.header.type == RPC_ITEM;
        tally.n_ends += frame.header.type == RPC_END;
        if (frame.header.type != RPC_ERROR && frame.header.type != RPC_GOAWAY)
            continue;
        TORTURE_EXPECT(wire_status_decode(frame.payload, &refusal, NULL) == 0);
        TORTURE_EXPECT(refusal.status == STATUS_RESOURCE_EXHAUSTED);
        tally.n_refused++;
    }
    return tally;
}

static enum torture_end finish_as(struct rig *rig, const struct tally *tally)
{
    finish(rig);
    return tally->n_refused ? TORTURE_REFUSED : TORTURE_DONE;
}

static enum torture_end connection_greets(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_close(&rig);
    return TORTURE_DONE;
}

static void expect_two_options(struct rig *rig, uint32_t call_id)
{
    struct answer answer;
    struct refusal refusal;
    struct arena arena = {0};
    struct slice payload = rig_expect(rig, RPC_RESPONSE, call_id).payload;
    TORTURE_EXPECT(
        wire_decode(&shape_answer, WIRE_PUBLIC, payload, &answer, &arena, &refusal) == 0);
    TORTURE_EXPECT(answer.options.n == 2);
    arena_free(&arena);
}

static enum torture_end match_is_answered(void)
{
    struct rig rig;
    struct buffer query = {0};
    start(&rig);
    rig_query(&query, "NFB49", ABSENT);
    rig_send_request(&rig, 1, METHOD_MATCH, 0, buffer_slice(&query));
    expect_two_options(&rig, 1);
    buffer_free(&query);
    return finish(&rig);
}

static enum torture_end match_waits_for_a_write(void)
{
    struct rig rig;
    struct buffer query = {0};
    start(&rig);
    rig_query(&query, "NFB49", 3);
    rig_send_request(&rig, 1, METHOD_MATCH, 0, buffer_slice(&query));
    rig_send_request(&rig, 2, METHOD_APPLY, 0, rig_region(&rig, "Västra", false));
    rig_run_log(&rig);
    struct tally tally = take_answers(&rig);
    TORTURE_EXPECT(tally.n_responses == 2 || tally.n_refused > 0);
    buffer_free(&query);
    return finish_as(&rig, &tally);
}

static void write_batch(struct buffer *batch)
{
    struct buffer query = {0};
    for (int i = 0; i < N_QUERIES; i++) {
        rig_query(&query, i % 10 == 3 ? "NFB4" : "NFB49", ABSENT);
        wire_write_bytes(batch, BATCH_REQUEST_QUERIES, buffer_slice(&query));
    }
    buffer_free(&query);
}

static enum torture_end batch_is_answered(void)
{
    struct rig rig;
    struct buffer batch = {0};
    start(&rig);
    write_batch(&batch);
    rig_send_request(&rig, 1, METHOD_BATCH, 0, buffer_slice(&batch));
    for (int i = 0; i < N_QUERIES; i++)
        rig_expect(&rig, RPC_ITEM, 1);
    rig_expect(&rig, RPC_END, 1);
    buffer_free(&batch);
    return finish(&rig);
}

// A peer that asks and asks and does not read: its output grows, then its calls wait.
static enum torture_end output_is_held_back(void)
{
    struct rig rig;
    struct buffer batch = {0};
    start(&rig);
    write_batch(&batch);
    for (uint32_t call = 1; call <= 8; call++)
        rig_send_request(&rig, call, METHOD_BATCH, 0, buffer_slice(&batch));
    for (int turn = 0; turn < 20; turn++)
        rpc_connection_poke(rig.connection);
    struct tally tally = take_answers(&rig);
    TORTURE_EXPECT(tally.n_ends + tally.n_refused == 8);
    // A batch may have been begun when there was no memory to keep the rest of it.
    TORTURE_EXPECT(tally.n_refused ? tally.n_items >= tally.n_ends * N_QUERIES
                                   : tally.n_items == 8 * N_QUERIES);
    buffer_free(&batch);
    return finish_as(&rig, &tally);
}

static enum torture_end list_is_answered(void)
{
    struct rig rig;
    struct buffer message = {0};
    start(&rig);
    wire_write_uint(&message, 1, KIND_UNIT);
    rig_send_request(&rig, 1, METHOD_LIST, 0, buffer_slice(&message));
    TORTURE_EXPECT(rig_expect(&rig, RPC_RESPONSE, 1).payload.len > 0);
    buffer_free(&message);
    return finish(&rig);
}

static enum torture_end get_is_answered(void)
{
    struct rig rig;
    union entity entity;
    struct buffer message = {0};
    start(&rig);
    sample_entity(KIND_UNIT, &entity);
    size_t mark = wire_write_start(&message, GET_REQUEST_KEY);
    wire_entity_encode(KIND_UNIT, &entity, &message);
    wire_write_end(&message, mark);
    rig_send_request(&rig, 1, METHOD_GET, 0, buffer_slice(&message));
    TORTURE_EXPECT(rig_expect(&rig, RPC_RESPONSE, 1).payload.len > 0);
    buffer_free(&message);
    return finish(&rig);
}

static enum torture_end apply_is_answered(void)
{
    struct rig rig;
    start(&rig);
    rig_send_request(&rig, 1, METHOD_APPLY, 0, rig_sample_world(&rig, true));
    rig_send_request(&rig, 2, METHOD_APPLY, 0, rig_sample_world(&rig, false));
    rig_send_request(&rig, 3, METHOD_APPLY, 0, rig_region(&rig, "Västra", true));
    rig_run_log(&rig);
    struct tally tally = take_answers(&rig);
    TORTURE_EXPECT(tally.n_responses + tally.n_refused == 3);
    TORTURE_EXPECT(tally.n_refused > 0 ||
                   state_revision(replica_state(rig.replica)) == 4);
    return finish_as(&rig, &tally);
}

static enum torture_end status_is_answered(void)
{
    struct rig rig;
    start(&rig);
    rig_send_request(&rig, 1, METHOD_STATUS, 0, slice_from(""));
    TORTURE_EXPECT(rig_expect(&rig, RPC_RESPONSE, 1).payload.len > 0);
    return finish(&rig);
}

// --- sizes that a peer chooses ---

#define PIECE 65536 // what the server reads at once

static void send_in_pieces(struct rig *rig, const struct buffer *bytes)
{
    for (size_t at = 0; at < bytes->len; at += PIECE)
        rpc_connection_receive(rig->connection,
                               (struct slice){bytes->data + at, bytes->len - at < PIECE
                                                                    ? bytes->len - at
                                                                    : PIECE});
}

// The largest frame but one byte, in pieces, with bytes that are no message.
static enum torture_end large_rubbish_is_refused(void)
{
    struct rig rig;
    struct buffer frame = {0}, message = {0};
    start(&rig);
    torture_hold();
    size_t len = RPC_MAX_PAYLOAD - RPC_REQUEST_PREFIX_LEN - 1;
    memset(buffer_reserve(&message, len), 0xff, len);
    message.len = len;
    rig_write_request(&frame, 1, METHOD_APPLY, 0, buffer_slice(&message));
    torture_go();
    send_in_pieces(&rig, &frame);
    struct tally tally = take_answers(&rig);
    TORTURE_EXPECT(tally.n_refused == 1 && tally.n_responses == 0);
    TORTURE_EXPECT(state_revision(replica_state(rig.replica)) == 2);
    buffer_free(&frame);
    buffer_free(&message);
    return finish(&rig);
}

static enum torture_end large_write_is_done(void)
{
    struct rig rig;
    struct buffer frame = {0}, message = {0};
    union entity entity;
    char address[400];
    start(&rig);
    torture_hold();
    buffer_append_slice(&message, rig_region(&rig, "Västra", false));
    memset(address, 'a', sizeof address);
    sample_entity(KIND_UNIT, &entity);
    entity.unit.contact.address = (struct slice){address, sizeof address};
    for (int i = 0; i < 600; i++)
        wire_apply_encode_change(CHANGE_PUT, KIND_UNIT, &entity, ABSENT, &message);
    rig_write_request(&frame, 1, METHOD_APPLY, 0, buffer_slice(&message));
    torture_go();
    send_in_pieces(&rig, &frame);
    torture_hold(); // the log's copies of it
    rig_run_log(&rig);
    struct tally tally = take_answers(&rig);
    TORTURE_EXPECT(tally.n_responses + tally.n_refused == 1);
    TORTURE_EXPECT(state_revision(replica_state(rig.replica)) == 2 + tally.n_responses);
    buffer_free(&frame);
    buffer_free(&message);
    return finish_as(&rig, &tally);
}

const struct torture_scenario torture_rpc[] = {
    {.name = "rpc_connection_greets", .run = connection_greets, .memory = true},
    {.name = "rpc_match_is_answered", .run = match_is_answered, .memory = true},
    {.name = "rpc_match_waits_for_a_write",
     .run = match_waits_for_a_write,
     .memory = true},
    {.name = "rpc_batch_is_answered", .run = batch_is_answered, .memory = true},
    {.name = "rpc_output_is_held_back", .run = output_is_held_back, .memory = true},
    {.name = "rpc_list_is_answered", .run = list_is_answered, .memory = true},
    {.name = "rpc_get_is_answered", .run = get_is_answered, .memory = true},
    {.name = "rpc_apply_is_answered", .run = apply_is_answered, .memory = true},
    {.name = "rpc_status_is_answered", .run = status_is_answered, .memory = true},
    {.name = "rpc_large_write_is_done",
     .run = large_write_is_done,
     .memory = true,
     .peer_size = PIECE},
    {.name = "rpc_large_rubbish_is_refused",
     .peer_size = PIECE,
     .run = large_rubbish_is_refused,
     .memory = true},
    {0},
};
