// SPDX-License-Identifier: Apache-2.0
#include "lib/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/error.h"

int64_t client_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- the list ---

static int bad_address(struct vardsok_error *error, const char *text, size_t len,
                       const char *why)
{
    return client_error_set(
        error, VARDSOK_INVALID_ARGUMENT, REASON_BAD_FORMAT, "server",
        "server address \"%.*s\" %s; write unix:PATH or tcp://HOST:PORT",
        (int)(len > 200 ? 200 : len), text, why);
}

// HOST and PORT of "tcp://HOST:PORT"; an IPv6 host stands in brackets.
static bool split_tcp(const char *address, char host[ADDRESS_TEXT_MAX], char port[6])
{
    const char *start = address + strlen("tcp://");
    const char *colon = strrchr(start, ':');
    if (colon == NULL || colon == start)
        return false;
    size_t host_len = (size_t)(colon - start), port_len = strlen(colon + 1);
    if (*start == '[') {
        if (host_len < 3 || start[host_len - 1] != ']')
            return false;
        start++;
        host_len -= 2;
    } else if (memchr(start, ':', host_len)) {
        return false;
    }
    if (port_len < 1 || port_len > 5 || strspn(colon + 1, "0123456789") != port_len ||
        atoi(colon + 1) < 1 || atoi(colon + 1) > 65535)
        return false;
    memcpy(host, start, host_len);
    host[host_len] = '\0';
    memcpy(port, colon + 1, port_len + 1);
    return true;
}

static int add_address(struct address_list *list, const char *text, size_t len,
                       struct vardsok_error *error)
{
    if (list->n == ADDRESS_MAX)
        return client_error_set(error, VARDSOK_INVALID_ARGUMENT, REASON_TOO_MANY,
                                "server", "more than %d server addresses", ADDRESS_MAX);
    if (len >= ADDRESS_TEXT_MAX)
        return bad_address(error, text, len, "is too long");
    char *address = list->texts[list->n];
    memcpy(address, text, len);
    address[len] = '\0';
    if (strncmp(address, "unix:", 5) == 0) {
        size_t path_len = len - 5;
        if (path_len == 0 || path_len >= sizeof((struct sockaddr_un *)0)->sun_path)
            return bad_address(error, text, len, "has no path, or one that is too long");
    } else if (strncmp(address, "tcp://", 6) == 0) {
        char host[ADDRESS_TEXT_MAX], port[6];
        if (!split_tcp(address, host, port))
            return bad_address(error, text, len, "has no host and port");
    } else {
        return bad_address(error, text, len, "is of no kind that the client speaks");
    }
    list->n++;
    return 0;
}

static int add_socket_of(struct address_list *list, const char *folder,
                         const char *subfolder, struct vardsok_error *error)
{
    char text[ADDRESS_TEXT_MAX];
    int len = snprintf(text, sizeof text, "unix:%s%s/vardsok.sock", folder, subfolder);
    return add_address(list, text, len < 0 ? 0 : (size_t)len, error);
}

static int add_defaults(struct address_list *list, struct vardsok_error *error)
{
    const char *data = getenv("VARDSOK_DATA_DIR");
    if (data && *data)
        return add_socket_of(list, data, "", error);
    if (geteuid() != 0) {
        const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
        int status = 0;
        if (state && *state)
            status = add_socket_of(list, state, "/vardsok", error);
        else if (home && *home)
            status = add_socket_of(list, home, "/.local/state/vardsok", error);
        if (status != 0)
            return status;
    }
    return add_socket_of(list, "/var/lib/vardsok", "", error);
}

int client_address_parse(const char *servers, struct address_list *list,
                         struct vardsok_error *error)
{
    struct address_list result = {0};
    if (servers == NULL || *servers == '\0')
        servers = getenv("VARDSOK_SERVER");
    if (servers == NULL || *servers == '\0') {
        int status = add_defaults(&result, error);
        if (status != 0)
            return status;
    } else {
        while (true) {
            size_t len = strcspn(servers, ",");
            int status = add_address(&result, servers, len, error);
            if (status != 0)
                return status;
            if (servers[len] == '\0')
                break;
            servers += len + 1;
        }
    }
    *list = result;
    return 0;
}

// --- connecting ---

static int failed(int fd, int why, char *what, size_t what_size)
{
    if (fd >= 0)
        close(fd);
    snprintf(what, what_size, "%s", strerror(why));
    return VARDSOK_UNAVAILABLE;
}

static int connect_socket(const struct sockaddr *address, socklen_t len,
                          int64_t deadline_ms, int *out, char *what, size_t what_size)
{
    int fd = socket(address->sa_family, SOCK_STREAM, 0);
    if (fd < 0)
        return failed(fd, errno, what, what_size);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        return failed(fd, errno, what, what_size);
    // A unix socket whose queue is full says EAGAIN, and poll would not wait for it: try
    // again.
    int result;
    while ((result = connect(fd, address, len)) < 0 &&
           (errno == EAGAIN || errno == EINTR)) {
        if (client_clock_ms() >= deadline_ms)
            return failed(fd, ETIMEDOUT, what, what_size);
        poll(NULL, 0, 5);
    }
    if (result < 0 && errno != EINPROGRESS)
        return failed(fd, errno, what, what_size);
    if (result < 0) {
        struct pollfd wait = {.fd = fd, .events = POLLOUT};
        int64_t left = deadline_ms - client_clock_ms();
        if (poll(&wait, 1, left < 0 ? 0 : (int)left) <= 0)
            return failed(fd, ETIMEDOUT, what, what_size);
        int why = 0;
        socklen_t why_len = sizeof why;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &why_len) < 0 || why != 0)
            return failed(fd, why ? why : errno, what, what_size);
    }
    if (address->sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    *out = fd;
    return 0;
}

static int connect_unix(const char *path, int64_t deadline_ms, int *fd, char *what,
                        size_t what_size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    return connect_socket((struct sockaddr *)&address, sizeof address, deadline_ms, fd,
                          what, what_size);
}

static int connect_tcp(const char *text, int64_t deadline_ms, int *fd, char *what,
                       size_t what_size)
{
    char host[ADDRESS_TEXT_MAX], port[6];
    if (!split_tcp(text, host, port))
        return failed(-1, EINVAL, what, what_size);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int result = getaddrinfo(host, port, &hints, &found);
    if (result != 0) {
        snprintf(what, what_size, "%s", gai_strerror(result));
        return VARDSOK_UNAVAILABLE;
    }
    int status = VARDSOK_UNAVAILABLE;
    for (struct addrinfo *one = found; one && status != 0; one = one->ai_next)
        status = connect_socket(one->ai_addr, one->ai_addrlen, deadline_ms, fd, what,
                                what_size);
    freeaddrinfo(found);
    return status;
}

int client_address_connect(const char *address, int64_t deadline_ms, int *fd, char *what,
                           size_t what_size)
{
    if (strncmp(address, "unix:", 5) == 0)
        return connect_unix(address + 5, deadline_ms, fd, what, what_size);
    return connect_tcp(address, deadline_ms, fd, what, what_size);
}
