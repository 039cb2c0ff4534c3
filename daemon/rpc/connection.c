// SPDX-License-Identifier: Apache-2.0
//
// Happy path: receive ──► parse ──► rpc_calls_start ──► handler writes into the output
// ──► the owner sends it. Frames are read where they lie; only an incomplete one is kept
// in `in`. Failure modes: a breach of the protocol or of a limit ends every open call in
// silence, writes GOAWAY and is OVER. A peer that does not read stops being read (paused)
// until it does, and is dead after RPC_STALL_MS.
#include "rpc/connection.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "rpc/connection_private.h"
#include "rpc/methods.h"

#define TOKEN 1000 // thousandths

// --- phases ---

static void go_away(struct rpc_connection *connection, const struct refusal *refusal)
{
    rpc_calls_end_all(connection);
    rpc_output_status(&connection->out, RPC_GOAWAY, 0, refusal);
    connection->phase = RPC_PHASE_OVER;
    connection->paused = false;
}

static void breach(struct rpc_connection *connection, int status, enum reason reason,
                   const char *what)
{
    struct refusal refusal;
    refuse(&refusal, status, reason, NULL, "%s", what);
    go_away(connection, &refusal);
}

// The end of each function that may have changed something: the decider.
static void settle(struct rpc_connection *connection)
{
    bool leaving = connection->ended || connection->phase == RPC_PHASE_DRAINING;
    if (leaving && connection->n_open == 0 && !connection->paused)
        connection->phase = RPC_PHASE_OVER;
    if (rpc_output_unsent(&connection->out) == 0)
        connection->moved_ms = -1;
    else if (connection->moved_ms < 0)
        connection->moved_ms = connection->context->now_ms;
    connection->busy = false;
}

// --- floods ---

// False when the peer has sent too many frames that carry no work.
static bool spend_idle_frame(struct rpc_connection *connection)
{
    int64_t now_ms = connection->context->now_ms;
    int64_t tokens = connection->idle_frames +
                     (now_ms - connection->idle_frames_at_ms) * RPC_IDLE_FRAMES_PER_S;
    if (tokens > RPC_IDLE_FRAMES * TOKEN)
        tokens = RPC_IDLE_FRAMES * TOKEN;
    connection->idle_frames_at_ms = now_ms;
    connection->idle_frames = tokens - TOKEN;
    if (tokens >= TOKEN)
        return true;
    breach(connection, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY,
           "too many frames that carry no work");
    return false;
}

static bool count_cancel(struct rpc_connection *connection)
{
    int64_t now_ms = connection->context->now_ms;
    if (now_ms - connection->cancels_since_ms >= RPC_CANCEL_WINDOW_MS) {
        connection->cancels_since_ms = now_ms;
        connection->n_cancels = 0;
    }
    if (++connection->n_cancels <= RPC_MAX_CANCELS)
        return true;
    breach(connection, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY,
           "too many calls were canceled before their answer");
    return false;
}

// --- frames ---

static int check_request(struct rpc_connection *connection,
                         const struct rpc_frame_header *header, struct slice payload,
                         struct rpc_request *request, struct refusal *refusal)
{
    if (connection->phase == RPC_PHASE_DRAINING)
        return refuse(refusal, STATUS_UNAVAILABLE, REASON_SHUTTING_DOWN, NULL,
                      "the daemon is stopping");
    if (rpc_method_find(header->code) == NULL)
        return refuse(refusal, STATUS_UNIMPLEMENTED, REASON_UNKNOWN_METHOD, NULL,
                      "there is no method %u", (unsigned)header->code);
    if (connection->n_open >= RPC_MAX_CALLS)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY_CALLS, NULL,
                      "more than %d open calls on one connection", RPC_MAX_CALLS);
    if (rpc_request_decode(payload, request) != STATUS_OK)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
                      "the REQUEST is shorter than its metadata");
    if (request->metadata.len > RPC_MAX_METADATA)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE, NULL,
                      "more than %d bytes of metadata", RPC_MAX_METADATA);
    return STATUS_OK;
}

static void on_request(struct rpc_connection *connection,
                       const struct rpc_frame_header *header, struct slice payload)
{
    struct rpc_request request;
    struct refusal refusal;
    if (rpc_calls_find(connection, header->call_id)) {
        breach(connection, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE,
               "the call id is in use");
        return;
    }
    connection->calls_left--;
    connection->idle_frames += TOKEN;
    if (check_request(connection, header, payload, &request, &refusal) == STATUS_OK)
        rpc_calls_start(connection, rpc_method_find(header->code), header->call_id,
                        &request);
    else
        rpc_output_status(&connection->out, RPC_ERROR, header->call_id, &refusal);
}

static void on_cancel(struct rpc_connection *connection, uint32_t call_id)
{
    struct rpc_call *call = rpc_calls_find(connection, call_id);
    struct refusal refusal;
    if (call == NULL) {
        spend_idle_frame(connection); // it crossed our answer
        return;
    }
    if (!count_cancel(connection))
        return;
    refuse(&refusal, STATUS_CANCELED, REASON_CANCELED, NULL, "the call was canceled");
    rpc_calls_end(connection, call, &refusal);
}

static void on_ping(struct rpc_connection *connection, uint32_t call_id,
                    struct slice payload)
{
    if (!spend_idle_frame(connection))
        return;
    buffer_append_slice(rpc_output_frame_start(&connection->out), payload);
    rpc_output_frame_end(&connection->out, RPC_PONG, call_id, 0);
}

// What is wrong with a header, whatever its payload holds; NULL when nothing is.
static const char *fault_of(const struct rpc_frame_header *header)
{
    switch (header->type) {
    case RPC_REQUEST:
    case RPC_GOAWAY:
        break;
    case RPC_CANCEL:
        if (header->length > 0)
            return "CANCEL has no payload";
        break;
    case RPC_PING:
    case RPC_PONG:
        if (header->length > RPC_PING_MAX)
            return "PING and PONG have at most 8 bytes";
        break;
    case RPC_RESPONSE:
    case RPC_ITEM:
    case RPC_END:
    case RPC_ERROR:
        return "only the daemon sends frames of this type";
    default:
        return "unknown frame type";
    }
    return header->flags ? "flags must be 0" : NULL;
}

// False when the connection was ended over it.
static bool check_header(struct rpc_connection *connection,
                         const struct rpc_frame_header *header)
{
    if (header->length > RPC_MAX_PAYLOAD) {
        breach(connection, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE,
               "the frame is over 4 MiB");
        return false;
    }
    const char *fault = fault_of(header);
    if (fault)
        breach(connection, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, fault);
    return fault == NULL;
}

static void on_frame(struct rpc_connection *connection,
                     const struct rpc_frame_header *header, struct slice payload)
{
    switch (header->type) {
    case RPC_REQUEST:
        on_request(connection, header, payload);
        break;
    case RPC_CANCEL:
        on_cancel(connection, header->call_id);
        break;
    case RPC_PING:
        on_ping(connection, header->call_id, payload);
        break;
    default: // PONG and GOAWAY ask for nothing
        spend_idle_frame(connection);
        break;
    }
}

// --- bytes ---

// Both parsers return how many bytes they used; 0 when they need more, or wait.
static size_t parse_preface(struct rpc_connection *connection, struct slice bytes)
{
    size_t len = bytes.len < RPC_PREFACE_LEN ? bytes.len : RPC_PREFACE_LEN;
    if (rpc_preface_decode(bytes.data, len, &connection->peer_max_payload) != STATUS_OK) {
        breach(connection, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE,
               "the preface is not VSK1 with at least 2 MiB");
        return 0;
    }
    if (len < RPC_PREFACE_LEN)
        return 0;
    connection->phase = RPC_PHASE_OPEN;
    return RPC_PREFACE_LEN;
}

static size_t parse_frame(struct rpc_connection *connection, struct slice bytes)
{
    struct rpc_frame_header header;
    if (bytes.len < RPC_FRAME_HEADER_LEN)
        return 0;
    rpc_frame_decode(bytes.data, &header);
    if (!check_header(connection, &header))
        return 0;
    if (bytes.len - RPC_FRAME_HEADER_LEN < header.length)
        return 0;
    if (connection->calls_left == 0 || !rpc_connection_has_room(connection)) {
        connection->paused = true;
        return 0;
    }
    on_frame(connection, &header,
             (struct slice){bytes.data + RPC_FRAME_HEADER_LEN, header.length});
    return RPC_FRAME_HEADER_LEN + (size_t)header.length;
}

static size_t parse(struct rpc_connection *connection, struct slice bytes)
{
    size_t used = 0, n;
    connection->paused = false;
    do {
        struct slice rest = {bytes.data + used, bytes.len - used};
        if (connection->phase == RPC_PHASE_OVER)
            return bytes.len;
        n = connection->phase == RPC_PHASE_PREFACE ? parse_preface(connection, rest)
                                                   : parse_frame(connection, rest);
        used += n;
    } while (n > 0);
    return connection->phase == RPC_PHASE_OVER ? bytes.len : used;
}

static void note_frame(struct rpc_connection *connection, size_t used)
{
    if (connection->in.len == 0 || connection->paused)
        connection->frame_ms = -1;
    else if (used > 0 || connection->frame_ms < 0)
        connection->frame_ms = connection->context->now_ms;
}

static void parse_kept(struct rpc_connection *connection)
{
    size_t used = parse(connection, buffer_slice(&connection->in));
    if (used > 0)
        buffer_consume(&connection->in, used);
    note_frame(connection, used);
}

static void begin(struct rpc_connection *connection)
{
    connection->busy = true;
    connection->calls_left = RPC_MAX_CALLS_A_TURN;
}

// A peer chooses how much of a frame it sends: no memory for it is the peer's failure,
// not the daemon's.
static bool keep(struct rpc_connection *connection, struct slice bytes)
{
    if (bytes.len == 0 || buffer_try_reserve(&connection->in, bytes.len)) {
        buffer_append_slice(&connection->in, bytes);
        return true;
    }
    buffer_free(&connection->in);
    breach(connection, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_LARGE,
           "there is no memory for the frame");
    return false;
}

void rpc_connection_receive(struct rpc_connection *connection, struct slice bytes)
{
    if (connection->phase == RPC_PHASE_OVER)
        return;
    begin(connection);
    connection->heard_ms = connection->context->now_ms;
    if (connection->in.len > 0) {
        if (keep(connection, bytes))
            parse_kept(connection);
    } else {
        size_t used = parse(connection, bytes);
        if (keep(connection, (struct slice){bytes.data + used, bytes.len - used}))
            note_frame(connection, used);
    }
    settle(connection);
}

void rpc_connection_receive_end(struct rpc_connection *connection)
{
    connection->ended = true;
    settle(connection);
}

bool rpc_connection_has_work(const struct rpc_connection *connection)
{
    return connection->phase != RPC_PHASE_OVER && !connection->dead &&
           rpc_connection_has_room(connection) &&
           (connection->paused || connection->n_queued > 0);
}

void rpc_connection_poke(struct rpc_connection *connection)
{
    if (connection->phase == RPC_PHASE_OVER)
        return;
    begin(connection);
    rpc_calls_resume(connection);
    if (connection->paused)
        parse_kept(connection);
    settle(connection);
}

void rpc_connection_drain(struct rpc_connection *connection)
{
    struct refusal refusal;
    if (connection->phase >= RPC_PHASE_DRAINING)
        return;
    connection->busy = true;
    refuse(&refusal, STATUS_UNAVAILABLE, REASON_SHUTTING_DOWN, NULL,
           "the daemon is stopping");
    rpc_output_status(&connection->out, RPC_GOAWAY, 0, &refusal);
    connection->phase = RPC_PHASE_DRAINING;
    settle(connection);
}

struct slice rpc_connection_output(struct rpc_connection *connection)
{
    return rpc_output_next(&connection->out);
}

void rpc_connection_sent(struct rpc_connection *connection, size_t len)
{
    rpc_output_sent(&connection->out, len);
    connection->moved_ms =
        rpc_output_unsent(&connection->out) > 0 ? connection->context->now_ms : -1;
    rpc_calls_on_sent(connection);
}

bool rpc_connection_may_read(const struct rpc_connection *connection)
{
    return connection->phase != RPC_PHASE_OVER && !connection->dead &&
           !connection->ended && !connection->paused &&
           rpc_connection_has_room(connection);
}

bool rpc_connection_is_over(const struct rpc_connection *connection)
{
    return connection->phase == RPC_PHASE_OVER;
}

bool rpc_connection_is_dead(const struct rpc_connection *connection)
{
    return connection->dead;
}

// --- time ---

// When the incomplete frame becomes too slow.
static int64_t frame_limit_ms(const struct rpc_connection *connection)
{
    int64_t at_least = (int64_t)connection->in.len * 1000 / RPC_SLOW_BYTES_PER_S;
    return connection->frame_ms + (at_least > RPC_FRAME_MS ? at_least : RPC_FRAME_MS);
}

static bool is_large(const struct rpc_connection *connection)
{
    return rpc_output_unsent(&connection->out) == 0 &&
           (rpc_output_is_large(&connection->out) ||
            (connection->in.len == 0 && connection->in.capacity > RPC_KEPT_BUFFER));
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t rpc_connection_next_ms(const struct rpc_connection *connection)
{
    int64_t next = connection->deadline_ms;
    if (connection->moved_ms >= 0)
        next = least(next, connection->moved_ms + RPC_STALL_MS);
    if (connection->phase == RPC_PHASE_OVER)
        return next;
    if (connection->phase == RPC_PHASE_PREFACE)
        return least(next, connection->begun_ms + RPC_PREFACE_MS);
    if (connection->frame_ms >= 0)
        next = least(next, frame_limit_ms(connection));
    if (is_large(connection))
        next = least(next, connection->heard_ms + RPC_QUIET_MS);
    if (connection->n_open == 0)
        next = least(next, connection->heard_ms + RPC_IDLE_MS);
    return next;
}

static void check_silence(struct rpc_connection *connection)
{
    int64_t now_ms = connection->context->now_ms;
    if (connection->phase == RPC_PHASE_PREFACE) {
        if (now_ms >= connection->begun_ms + RPC_PREFACE_MS)
            breach(connection, STATUS_DEADLINE_EXCEEDED, REASON_DEADLINE,
                   "no preface came in time");
    } else if (connection->frame_ms >= 0 && now_ms >= frame_limit_ms(connection)) {
        breach(connection, STATUS_DEADLINE_EXCEEDED, REASON_DEADLINE,
               "the frame came too slowly");
    } else if (connection->n_open == 0 && now_ms >= connection->heard_ms + RPC_IDLE_MS) {
        breach(connection, STATUS_UNAVAILABLE, REASON_DEADLINE,
               "the connection was idle");
    }
}

static void shrink(struct rpc_connection *connection)
{
    rpc_output_shrink(&connection->out);
    if (connection->in.len == 0)
        buffer_free(&connection->in);
}

void rpc_connection_tick(struct rpc_connection *connection)
{
    int64_t now_ms = connection->context->now_ms;
    if (connection->moved_ms >= 0 && now_ms >= connection->moved_ms + RPC_STALL_MS) {
        connection->dead = true;
        return;
    }
    connection->busy = true;
    rpc_calls_tick(connection);
    if (connection->phase != RPC_PHASE_OVER)
        check_silence(connection);
    if (is_large(connection) && now_ms >= connection->heard_ms + RPC_QUIET_MS)
        shrink(connection);
    settle(connection);
}

// --- begin and end ---

static void write_preface(struct buffer *out)
{
    char preface[RPC_PREFACE_LEN];
    rpc_preface_encode(RPC_MAX_PAYLOAD, preface);
    buffer_append(out, preface, sizeof preface);
}

struct rpc_connection *rpc_connection_new(struct rpc_context *context,
                                          void (*wake)(void *owner), void *owner)
{
    struct rpc_connection *connection = calloc(1, sizeof *connection);
    CHECK(connection);
    connection->context = context;
    connection->wake = wake;
    connection->owner = owner;
    connection->begun_ms = connection->heard_ms = connection->moved_ms = context->now_ms;
    connection->idle_frames_at_ms = connection->cancels_since_ms = context->now_ms;
    connection->idle_frames = RPC_IDLE_FRAMES * TOKEN;
    connection->frame_ms = -1;
    connection->deadline_ms = RPC_NO_DEADLINE;
    write_preface(&connection->out.filling);
    return connection;
}

void rpc_connection_free(struct rpc_connection *connection)
{
    if (connection == NULL)
        return;
    rpc_calls_end_all(connection);
    free(connection->open);
    buffer_free(&connection->in);
    rpc_output_free(&connection->out);
    free(connection);
}

void rpc_goaway_encode(const struct refusal *refusal, struct buffer *out)
{
    struct rpc_output output = {.filling = *out};
    write_preface(&output.filling);
    rpc_output_status(&output, RPC_GOAWAY, 0, refusal);
    *out = output.filling;
}
