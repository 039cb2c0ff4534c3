// SPDX-License-Identifier: Apache-2.0
//
// Taking addresses and accepting connections. At SERVER_MAX_CONNECTIONS a new one is left
// with libuv, which then stops accepting until it is taken; at EMFILE libuv uses a
// descriptor that it keeps in reserve to accept and close, so that the listener does not
// spin.
#define _DEFAULT_SOURCE // SO_REUSEPORT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/status.h"
#include "server/log.h"
#include "server/server_private.h"

#define BACKLOG 1024

static void on_connection(uv_stream_t *stream, int status)
{
    struct server_listener *listener = stream->data;
    struct server *server = listener->server;
    server_set_time(server);
    if (status < 0) {
        server_log(LOG_LEVEL_WARN, "accept_failed", "error=%s", uv_err_name(status));
        return;
    }
    if (server->n_peers >= server->max_peers)
        listener->holding = true;
    else
        server_peer_accept(server, listener);
}

void server_listeners_accept_held(struct server *server)
{
    for (struct server_listener *listener = server->listeners; listener;
         listener = listener->next) {
        if (!listener->holding || server->n_peers >= server->max_peers)
            continue;
        listener->holding = false;
        server_peer_accept(server, listener);
    }
}

// A socket file that nobody listens on is left over from a daemon that was killed.
static bool is_stale(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISSOCK(info.st_mode))
        return false;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    bool refused = connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 &&
                   errno == ECONNREFUSED;
    close(fd);
    return refused;
}

static int bind_unix(struct server_listener *listener, const char **what)
{
    const char *path = listener->address.path;
    *what = "the socket cannot be made";
    if (is_stale(path))
        unlink(path);
    mode_t mask = umask(0177); // 0600 from the first moment
    int error = uv_pipe_bind(&listener->uv.pipe, path);
    umask(mask);
    if (error == UV_EADDRINUSE)
        *what = "the path is in use";
    return error;
}

static int bind_tcp(struct server_listener *listener, bool share_port, const char **what)
{
    struct sockaddr_storage bound;
    int len = sizeof bound;
    uv_os_fd_t fd;
    *what = "the port cannot be taken";
    if (share_port) {
        int on = 1;
        if (uv_fileno(&listener->uv.handle, &fd) != 0 ||
            setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
            return UV_EINVAL;
    }
    int error = uv_tcp_bind(&listener->uv.tcp, &listener->address.socket.any, 0);
    if (error == 0)
        error = uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&bound, &len);
    if (error == 0)
        memcpy(&listener->address.socket, &bound, sizeof listener->address.socket);
    return error;
}

static int init_handle(struct server *server, struct server_listener *listener)
{
    if (listener->address.transport == SERVER_UNIX)
        return uv_pipe_init(server->loop, &listener->uv.pipe, 0);
    return uv_tcp_init_ex(server->loop, &listener->uv.tcp,
                          listener->address.socket.any.sa_family);
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct server_listener *listener = handle->data;
    struct server *server = listener->server;
    free(listener);
    server_on_handle_closed(server);
}

int server_listen(struct server *server, const struct server_address *address,
                  bool share_port, const char **what)
{
    const char *unused;
    what = what ? what : &unused;
    struct server_listener *listener = calloc(1, sizeof *listener);
    CHECK(listener);
    listener->server = server;
    listener->address = *address;
    *what = "no descriptor is left";
    if (init_handle(server, listener) != 0) {
        free(listener);
        return STATUS_UNAVAILABLE;
    }
    listener->uv.handle.data = listener;
    server->n_handles++;
    int error = address->transport == SERVER_UNIX ? bind_unix(listener, what)
                                                  : bind_tcp(listener, share_port, what);
    if (error == 0) // libuv tells of a port in use only here
        error = uv_listen(&listener->uv.stream, BACKLOG, on_connection);
    if (error != 0) {
        uv_close(&listener->uv.handle, on_listener_closed);
        return STATUS_UNAVAILABLE;
    }
    struct server_listener **end = &server->listeners;
    while (*end)
        end = &(*end)->next;
    *end = listener;
    return STATUS_OK;
}

bool server_address_at(const struct server *server, uint32_t n,
                       struct server_address *address)
{
    const struct server_listener *listener = server->listeners;
    while (listener && n-- > 0)
        listener = listener->next;
    if (listener)
        *address = listener->address;
    return listener != NULL;
}

void server_listeners_close(struct server *server)
{
    while (server->listeners) {
        struct server_listener *listener = server->listeners;
        server->listeners = listener->next;
        uv_close(&listener->uv.handle,
                 on_listener_closed); // removes a unix socket's file
    }
}
