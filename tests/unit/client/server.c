// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/status.h"

struct server {
    bool runs;
    int fd;
    char folder[40];
    char address[80];
    const peer_script *scripts;
    pthread_t thread;
};

static struct server servers[2];

static void *serve(void *argument)
{
    const struct server *server = argument;
    for (unsigned i = 0; server->scripts[i]; i++) {
        struct peer peer = {.fd = accept(server->fd, NULL, NULL)};
        if (peer.fd < 0)
            break;
        server->scripts[i](&peer);
        close(peer.fd);
        buffer_free(&peer.in);
    }
    return NULL;
}

static const char *start(struct server *server, const peer_script *scripts)
{
    strcpy(server->folder, "/tmp/vardsok-client-XXXXXX");
    cr_assert_not_null(mkdtemp(server->folder));
    snprintf(server->address, sizeof server->address, "unix:%s/s", server->folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", server->folder);
    server->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(bind(server->fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(server->fd, 8), 0);
    server->scripts = scripts;
    cr_assert_eq(pthread_create(&server->thread, NULL, serve, server), 0);
    server->runs = true;
    return server->address;
}

const char *server_start(const peer_script *scripts)
{
    return start(&servers[0], scripts);
}

const char *server_start_another(const peer_script *scripts)
{
    return start(&servers[1], scripts);
}

static void stop(struct server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    unlink(server->address + strlen("unix:"));
    rmdir(server->folder);
    server->runs = false;
}

void server_stop(void)
{
    for (int i = 0; i < 2; i++)
        if (servers[i].runs)
            stop(&servers[i]);
}

static void read_until(struct peer *peer, size_t len)
{
    while (peer->in.len < len) {
        char *space = buffer_reserve(&peer->in, 65536);
        ssize_t n = read(peer->fd, space, 65536);
        cr_assert_gt(n, 0);
        peer->in.len += (size_t)n;
    }
}

void peer_greet(struct peer *peer)
{
    uint32_t max;
    read_until(peer, FRAME_PREFACE_LEN);
    cr_assert_eq(frame_preface_decode(peer->in.data, &max), 0);
    cr_expect_geq(max, 2u << 20);
    buffer_consume(&peer->in, FRAME_PREFACE_LEN);
    struct buffer out = {0};
    frame_preface_encode(&out);
    cr_assert_eq(write(peer->fd, out.data, out.len), (ssize_t)out.len);
    buffer_free(&out);
}

struct frame peer_take(struct peer *peer)
{
    struct frame frame;
    buffer_consume(&peer->in, peer->taken);
    peer->taken = 0;
    while (frame_decode(buffer_slice(&peer->in), &frame, &peer->taken) == 0)
        read_until(peer, peer->in.len + 1);
    return frame;
}

void peer_send(struct peer *peer, uint8_t type, uint32_t call_id, uint16_t code,
               struct slice payload)
{
    struct buffer out = {0};
    frame_encode(&(struct frame){call_id, type, code, payload}, &out);
    cr_assert_eq(write(peer->fd, out.data, out.len), (ssize_t)out.len);
    buffer_free(&out);
}

void peer_refuse(struct peer *peer, uint32_t call_id, int status, enum reason reason)
{
    struct refusal refusal;
    struct buffer payload = {0};
    refuse(&refusal, status, reason, "field", "because");
    refusal.change_index = 7;
    wire_status_encode(&refusal, &payload);
    peer_send(peer, FRAME_ERROR, call_id, (uint16_t)-status, buffer_slice(&payload));
    buffer_free(&payload);
}

struct slice peer_message(const struct frame *request)
{
    const unsigned char *bytes = (const unsigned char *)request->payload.data;
    size_t start = 6 + ((size_t)bytes[4] << 8 | bytes[5]);
    return (struct slice){request->payload.data + start, request->payload.len - start};
}

void peer_wait_closed(struct peer *peer)
{
    char byte;
    while (read(peer->fd, &byte, 1) > 0)
        ;
}
