// SPDX-License-Identifier: Apache-2.0
//
// The daemon's sockets: a server on a unix socket over a replica with a log in memory,
// and a peer in the same process, whose own calls do not fail. The peer asks for the
// status, writes, and when it loses its connection or is refused for want of memory
// connects again and writes once more with the same request id.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/status.h"
#include "lib/fake_log.h"
#include "lib/frame.h"
#include "lib/samples.h"
#include "lib/vardsok.h"
#include "server/log.h"
#include "server/server.h"
#include "torture/torture.h"
#include "wire/change.h"
#include "wire/status.h"

#define NOON_MS INT64_C(1795348800000) // 2026-11-22
#define MAX_TURNS 20000
#define STATUS_CALL 1
#define APPLY_CALL 2

struct peer {
    char path[108];
    int fd; // -1: not connected
    bool has_preface;
    struct buffer in, out, request; // request: of the write, the same each time
    bool has_status, has_outcome, is_refused;
    unsigned n_connects;
};

struct stage {
    uv_loop_t loop;
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct fake_log log;
    struct rpc_context context;
    struct server *server;
    struct peer peer, witness; // witness is connected from the beginning
    bool is_stopped;
};

// --- the peer ---

static void write_request(struct buffer *out)
{
    unsigned char id[STATE_REQUEST_ID_LEN] = {[6] = 0x70, [8] = 0x80, [15] = 1};
    union entity entity;
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(NOON_MS >> (40 - 8 * i));
    const struct wire_apply_request header = {
        .request_id = {(const char *)id, sizeof id}};
    wire_apply_encode_header(&header, out);
    sample_entity(KIND_REGION, &entity);
    wire_apply_encode_change(CHANGE_PUT, KIND_REGION, &entity, ABSENT, out);
}

static void peer_lose(struct peer *peer)
{
    close(peer->fd);
    peer->fd = -1;
}

static void peer_connect(struct peer *peer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, peer->path);
    peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connect(peer->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        peer_lose(peer);
        return;
    }
    peer->n_connects++;
    peer->has_preface = peer->is_refused = false;
    buffer_clear(&peer->in);
    buffer_clear(&peer->out);
    frame_preface_encode(&peer->out);
    frame_encode_request(STATUS_CALL, VARDSOK_STATUS, 0, slice_from(""), slice_from(""),
                         &peer->out);
    frame_encode_request(APPLY_CALL, VARDSOK_APPLY, 0, slice_from(""),
                         buffer_slice(&peer->request), &peer->out);
}

// What was refused for want of memory is asked again.
static void peer_on_refusal(struct peer *peer, const struct frame *frame)
{
    struct refusal refusal;
    if (frame->type != FRAME_ERROR ||
        wire_status_decode(frame->payload, &refusal, NULL) != 0 ||
        refusal.status != STATUS_RESOURCE_EXHAUSTED)
        torture_wrong(__FILE__, __LINE__, "frame %d came", frame->type);
    peer->is_refused = true;
}

static void peer_on_frame(struct peer *peer, const struct frame *frame)
{
    if (frame->type != FRAME_RESPONSE)
        peer_on_refusal(peer, frame);
    else if (frame->call_id == STATUS_CALL)
        peer->has_status = true;
    else
        peer->has_outcome = true;
}

static void peer_read_frames(struct peer *peer)
{
    size_t used;
    uint32_t largest;
    struct frame frame;
    if (!peer->has_preface && peer->in.len >= FRAME_PREFACE_LEN) {
        TORTURE_EXPECT(frame_preface_decode(peer->in.data, &largest) == 0);
        buffer_consume(&peer->in, FRAME_PREFACE_LEN);
        peer->has_preface = true;
    }
    while (peer->has_preface &&
           frame_decode(buffer_slice(&peer->in), &frame, &used) == 1) {
        peer_on_frame(peer, &frame);
        buffer_consume(&peer->in, used);
    }
}

static bool peer_is_content(const struct peer *peer)
{
    return peer->has_status && peer->has_outcome;
}

// What can be done without waiting.
static void peer_turn(struct peer *peer)
{
    torture_hold();
    if (peer->fd < 0)
        peer_connect(peer);
    ssize_t n = peer->fd < 0 || peer->out.len == 0
                    ? 0
                    : send(peer->fd, peer->out.data, peer->out.len, MSG_NOSIGNAL);
    if (n > 0)
        buffer_consume(&peer->out, (size_t)n);
    if (peer->fd >= 0) {
        n = recv(peer->fd, buffer_reserve(&peer->in, 4096), 4096, 0);
        if (n > 0)
            peer->in.len += (size_t)n;
        peer_read_frames(peer);
        if (n == 0 || (n < 0 && errno != EAGAIN) || peer->is_refused)
            peer_lose(peer);
    }
    torture_go();
}

static void peer_close(struct peer *peer)
{
    if (peer->fd >= 0)
        close(peer->fd);
    buffer_free(&peer->in);
    buffer_free(&peer->out);
    buffer_free(&peer->request);
}

// --- the daemon ---

static void on_stopped(void *self)
{
    struct stage *stage = self;
    stage->is_stopped = true;
}

static void turn(struct stage *stage)
{
    uv_run(&stage->loop, UV_RUN_NOWAIT);
    fake_log_run(&stage->log);
    // In the real daemon the log's own events are what turns the loop.
    uv_run(&stage->loop, UV_RUN_NOWAIT);
}

static void set_stage(struct stage *stage)
{
    *stage = (struct stage){.clock = {NOON_MS, 1}};
    stage->port = fake_clock_port(&stage->clock);
    server_log_set_level(LOG_LEVEL_ERROR);
    TORTURE_EXPECT(uv_loop_init(&stage->loop) == 0);
    stage->replica = replica_new(&stage->port);
    fake_log_init(&stage->log, stage->replica, &stage->clock);
    stage->context = (struct rpc_context){.replica = stage->replica, .version = "1"};
    struct peer *const peers[] = {&stage->peer, &stage->witness};
    for (int i = 0; i < 2; i++) {
        peers[i]->fd = -1;
        snprintf(peers[i]->path, sizeof peers[i]->path, "%s/s", torture_folder());
        write_request(&peers[i]->request);
    }
}

static int listen_at(struct stage *stage)
{
    struct server_address address;
    char url[160];
    const char *what = NULL;
    snprintf(url, sizeof url, "unix:%s", stage->peer.path);
    TORTURE_EXPECT(server_address_parse(url, &address, NULL) == 0);
    int status = server_listen(stage->server, &address, false, &what);
    TORTURE_EXPECT(status == 0 || (status == STATUS_UNAVAILABLE && what));
    return status;
}

static void strike_stage(struct stage *stage)
{
    peer_close(&stage->peer);
    peer_close(&stage->witness);
    server_stop(stage->server, 1000, on_stopped, stage);
    for (int i = 0; i < MAX_TURNS && !stage->is_stopped; i++)
        uv_run(&stage->loop, UV_RUN_ONCE);
    TORTURE_EXPECT(stage->is_stopped);
    torture_hold();
    server_free(stage->server);
    rpc_context_close(&stage->context);
    fake_log_close(&stage->log);
    replica_free(stage->replica);
    TORTURE_EXPECT(uv_loop_close(&stage->loop) == 0);
    uv_library_shutdown();
}

static void serve_until_content(struct stage *stage, struct peer *peer)
{
    for (int i = 0; i < MAX_TURNS && !peer_is_content(peer); i++) {
        peer_turn(peer);
        turn(stage);
    }
    TORTURE_EXPECT(peer_is_content(peer));
}

static enum torture_end server_starts_and_serves(void)
{
    struct stage stage;
    torture_hold();
    set_stage(&stage);
    torture_go();
    stage.server = server_new(&stage.loop, &stage.context);
    int status = listen_at(&stage);
    if (status == 0)
        serve_until_content(&stage, &stage.peer);
    TORTURE_EXPECT(status != 0 ||
                   state_count(replica_state(stage.replica), KIND_REGION) == 1);
    strike_stage(&stage);
    return status == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

// Whatever happens to a new connection, the one that was there before is served, too.
static enum torture_end others_are_served_meanwhile(void)
{
    struct stage stage;
    torture_hold();
    set_stage(&stage);
    stage.server = server_new(&stage.loop, &stage.context);
    TORTURE_EXPECT(listen_at(&stage) == 0);
    serve_until_content(&stage, &stage.witness);
    torture_hold();
    stage.witness.has_status = false;
    frame_encode_request(STATUS_CALL, VARDSOK_STATUS, 0, slice_from(""), slice_from(""),
                         &stage.witness.out);
    torture_go();
    // The new one is accepted before the other one's request is read.
    peer_turn(&stage.peer);
    turn(&stage);
    serve_until_content(&stage, &stage.witness);
    serve_until_content(&stage, &stage.peer);
    TORTURE_EXPECT(state_revision(replica_state(stage.replica)) >= 2);
    strike_stage(&stage);
    return TORTURE_DONE;
}

const struct torture_scenario torture_server[] = {
    {.name = "server_starts_and_serves",
     .run = server_starts_and_serves,
     .memory = true,
     .system = true},
    {.name = "server_serves_others_meanwhile",
     .run = others_are_served_meanwhile,
     .memory = true,
     .system = true},
    {0},
};
