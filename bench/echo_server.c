// SPDX-License-Identifier: Apache-2.0
//
// The limit that a match is measured against: a bare libuv server on a unix socket that
// does nothing but answer with as many bytes as it is asked for.
//
//     request:  u32 length of the request · u32 length of the answer · filler
//     (little-endian)
//
// usage: echo_server SOCKET. Prints "ready" once it listens; ends when its standard input
// does.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define READ_SIZE 65536
#define ANSWER_MAX (1 << 20)

static char answer[ANSWER_MAX];

struct peer {
    uv_pipe_t pipe;
    char bytes[READ_SIZE];
    size_t len;
};

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct peer *peer = (struct peer *)handle;
    (void)suggested;
    *buf = uv_buf_init(peer->bytes + peer->len, (unsigned)(READ_SIZE - peer->len));
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    free(request);
}

static void send_answer(struct peer *peer, size_t len)
{
    uv_buf_t buf = uv_buf_init(answer, (unsigned)len);
    int sent = uv_try_write((uv_stream_t *)&peer->pipe, &buf, 1);
    size_t done = sent > 0 ? (size_t)sent : 0;
    if (done == len)
        return;
    uv_write_t *request = malloc(sizeof *request);
    buf = uv_buf_init(answer + done, (unsigned)(len - done));
    uv_write(request, (uv_stream_t *)&peer->pipe, &buf, 1, on_written);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct peer *peer = (struct peer *)stream;
    (void)buf;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_closed);
        return;
    }
    peer->len += (size_t)n;
    size_t at = 0, answer_len = 0;
    uint32_t lengths[2];
    while (peer->len - at >= sizeof lengths) {
        memcpy(lengths, peer->bytes + at, sizeof lengths);
        if (peer->len - at < lengths[0])
            break;
        at += lengths[0];
        answer_len += lengths[1];
    }
    memmove(peer->bytes, peer->bytes + at, peer->len - at);
    peer->len -= at;
    if (answer_len > 0 && answer_len <= ANSWER_MAX)
        send_answer(peer, answer_len);
}

static void on_connection(uv_stream_t *server, int status)
{
    if (status < 0)
        return;
    struct peer *peer = calloc(1, sizeof *peer);
    uv_pipe_init(server->loop, &peer->pipe, 0);
    if (uv_accept(server, (uv_stream_t *)&peer->pipe) == 0)
        uv_read_start((uv_stream_t *)&peer->pipe, on_alloc, on_read);
}

static void on_stdin_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    static char bytes[64];
    (void)handle, (void)suggested;
    *buf = uv_buf_init(bytes, sizeof bytes);
}

static void on_stdin(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    (void)buf;
    if (n < 0)
        uv_stop(stream->loop);
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    uv_pipe_t server, input;
    if (argc != 2)
        return 2;
    uv_pipe_init(loop, &server, 0);
    if (uv_pipe_bind(&server, argv[1]) != 0 ||
        uv_listen((uv_stream_t *)&server, 64, on_connection) != 0)
        return 1;
    uv_pipe_init(loop, &input, 0);
    uv_pipe_open(&input, 0);
    uv_read_start((uv_stream_t *)&input, on_stdin_alloc, on_stdin);
    puts("ready");
    fflush(stdout);
    uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}
