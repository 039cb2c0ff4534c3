// SPDX-License-Identifier: Apache-2.0
//
// The client library against a daemon of a process of its own, which answers every call
// with "ok" and whose calls do not fail.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/frame.h"
#include "lib/vardsok.h"
#include "torture/calls.h"
#include "torture/torture.h"

#define N_ITEMS 3
#define TIMEOUT_MS 5000

static bool read_more(int fd, struct buffer *in)
{
    ssize_t n = read(fd, buffer_reserve(in, 65536), 65536);
    in->len += n > 0 ? (size_t)n : 0;
    return n > 0;
}

static void answer(const struct frame *request, struct buffer *out)
{
    struct frame frame = {request->call_id, FRAME_RESPONSE, 0, slice_from("ok")};
    if (request->type != FRAME_REQUEST)
        return;
    if (request->code != VARDSOK_MATCH_BATCH) {
        frame_encode(&frame, out);
        return;
    }
    frame.type = FRAME_ITEM;
    for (int i = 0; i < N_ITEMS; i++)
        frame_encode(&frame, out);
    frame.type = FRAME_END;
    frame.payload = slice_from("");
    frame_encode(&frame, out);
}

static void serve_one(int fd)
{
    struct buffer in = {0}, out = {0};
    bool is_open = true;
    frame_preface_encode(&out);
    while (is_open && in.len < FRAME_PREFACE_LEN)
        is_open = read_more(fd, &in);
    size_t at = FRAME_PREFACE_LEN, used;
    struct frame frame;
    while (is_open) {
        while (frame_decode((struct slice){in.data + at, in.len - at}, &frame, &used) ==
               1) {
            answer(&frame, &out);
            at += used;
        }
        is_open = send(fd, out.data, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
        buffer_clear(&out);
        is_open = is_open && read_more(fd, &in);
    }
    buffer_free(&in);
    buffer_free(&out);
    close(fd);
}

static _Noreturn void serve(int listener)
{
    calls_stop();
    alarm(60);
    for (;;)
        serve_one(accept(listener, NULL, NULL));
}

static pid_t start_daemon(char address[128])
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    snprintf(where.sun_path, sizeof where.sun_path, "%s/s", torture_folder());
    snprintf(address, 128, "unix:%s", where.sun_path);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    TORTURE_EXPECT(bind(listener, (struct sockaddr *)&where, sizeof where) == 0);
    TORTURE_EXPECT(listen(listener, 8) == 0);
    pid_t daemon = fork();
    if (daemon == 0)
        serve(listener);
    close(listener);
    return daemon;
}

static void expect_refusal(int status, const struct vardsok_error *error)
{
    TORTURE_EXPECT(status < 0 && error->status == status && error->message[0]);
}

// Two calls at once, one of them a stream.
static int ask(struct vardsok *connection, struct vardsok_error *error)
{
    const struct vardsok_request unary = {.method = VARDSOK_APPLY,
                                          .message = "write",
                                          .len = 5,
                                          .timeout_ms = TIMEOUT_MS,
                                          .retry = true};
    const struct vardsok_request stream = {.method = VARDSOK_MATCH_BATCH,
                                           .timeout_ms = TIMEOUT_MS};
    struct vardsok_call *batch = NULL;
    const void *message;
    void *response = NULL;
    size_t len;
    int n = 0, status = vardsok_call_start(connection, &stream, &batch, error);
    if (status == 0)
        status = vardsok_call_unary(connection, &unary, &response, &len, error);
    if (status == 0)
        TORTURE_EXPECT(len == 2 && memcmp(response, "ok", 2) == 0);
    free(response);
    if (status == 0)
        while ((status = vardsok_call_next(batch, &message, &len, error)) == 1)
            n++;
    TORTURE_EXPECT(status != 0 || n == N_ITEMS);
    vardsok_call_free(batch);
    return status;
}

static enum torture_end calls_are_answered(void)
{
    char address[128];
    struct vardsok *connection = NULL;
    struct vardsok_error error = {0};
    torture_hold();
    pid_t daemon = start_daemon(address);
    torture_go();
    int status = vardsok_open(address, TIMEOUT_MS, &connection, &error);
    if (status == 0)
        status = ask(connection, &error);
    if (status != 0)
        expect_refusal(status, &error);
    vardsok_close(connection);
    torture_hold();
    kill(daemon, SIGKILL);
    waitpid(daemon, NULL, 0);
    return status == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

static enum torture_end request_id_is_made(void)
{
    unsigned char one[VARDSOK_REQUEST_ID_LEN] = {0}, other[VARDSOK_REQUEST_ID_LEN] = {0};
    vardsok_request_id_init(one);
    vardsok_request_id_init(other);
    TORTURE_EXPECT(one[6] >> 4 == 7 && other[6] >> 4 == 7);
    TORTURE_EXPECT(memcmp(one, other, sizeof one) != 0);
    TORTURE_EXPECT(memcmp(one + 9, other + 9, 7) != 0);
    return TORTURE_DONE;
}

const struct torture_scenario torture_calls[] = {
    {.name = "client_calls_are_answered",
     .run = calls_are_answered,
     .memory = true,
     .system = true},
    {.name = "client_request_id_is_made", .run = request_id_is_made, .system = true},
    {0},
};
