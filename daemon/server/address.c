// SPDX-License-Identifier: Apache-2.0
#include "server/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static int fault(const char **what, int status, const char *text)
{
    if (what)
        *what = text;
    return status;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_not_built(const char *url)
{
    static const char *const schemes[] = {"grpc://",  "http://",  "tcps://",
                                          "grpcs://", "https://", NULL};
    for (int i = 0; schemes[i]; i++)
        if (starts_with(url, schemes[i]))
            return true;
    return false;
}

static int parse_unix(const char *path, struct server_address *address, const char **what)
{
    if (path[0] == '\0')
        return fault(what, STATUS_INVALID_ARGUMENT, "the path is empty");
    if (strlen(path) >= sizeof address->path)
        return fault(what, STATUS_INVALID_ARGUMENT,
                     "the path is over the 107 bytes that a unix socket may have");
    address->transport = SERVER_UNIX;
    address->is_loopback = true;
    memcpy(address->path, path, strlen(path) + 1);
    return STATUS_OK;
}

static bool parse_port(const char *text, uint16_t *port)
{
    size_t n_digits = strspn(text, "0123456789");
    if (n_digits == 0 || n_digits > 5 || text[n_digits] != '\0' || atoi(text) > 65535)
        return false;
    *port = (uint16_t)atoi(text);
    return true;
}

static bool set_host(const char *host, bool bracketed, uint16_t port,
                     struct server_address *address)
{
    address->transport = SERVER_TCP;
    if (bracketed) {
        address->socket.v6.sin6_family = AF_INET6;
        address->socket.v6.sin6_port = htons(port);
        if (inet_pton(AF_INET6, host, &address->socket.v6.sin6_addr) != 1)
            return false;
        address->is_loopback = IN6_IS_ADDR_LOOPBACK(&address->socket.v6.sin6_addr);
        return true;
    }
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    address->socket.v4.sin_family = AF_INET;
    address->socket.v4.sin_port = htons(port);
    if (inet_pton(AF_INET, host, &address->socket.v4.sin_addr) != 1)
        return false;
    address->is_loopback = ntohl(address->socket.v4.sin_addr.s_addr) >> 24 == 127;
    return true;
}

static int parse_tcp(const char *text, struct server_address *address, const char **what)
{
    char host[INET6_ADDRSTRLEN + 1];
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    uint16_t port;
    if (colon == NULL || !parse_port(colon + 1, &port))
        return fault(what, STATUS_INVALID_ARGUMENT,
                     "no port of 0 to 65535 after the host");
    const char *start = text + bracketed;
    const char *end = bracketed ? colon - 1 : colon;
    if ((bracketed && (end <= start || *end != ']')) || end <= start ||
        (size_t)(end - start) >= sizeof host)
        return fault(what, STATUS_INVALID_ARGUMENT, "the host is missing or too long");
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    if (!set_host(host, bracketed, port, address))
        return fault(what, STATUS_INVALID_ARGUMENT,
                     "the host must be an IPv4 address, an IPv6 address in brackets, or "
                     "localhost");
    return STATUS_OK;
}

int server_address_parse(const char *url, struct server_address *address,
                         const char **what)
{
    struct server_address parsed = {0};
    int status;
    if (starts_with(url, "unix:"))
        status = parse_unix(url + strlen("unix:"), &parsed, what);
    else if (starts_with(url, "tcp://"))
        status = parse_tcp(url + strlen("tcp://"), &parsed, what);
    else if (is_not_built(url))
        return fault(what, STATUS_UNIMPLEMENTED, "the scheme is not built yet");
    else
        return fault(what, STATUS_INVALID_ARGUMENT,
                     "not a listening address: unix:PATH or tcp://HOST:PORT");
    if (status == STATUS_OK)
        *address = parsed;
    return status;
}

void server_address_format(const struct server_address *address, char url[SERVER_URL_MAX])
{
    char host[INET6_ADDRSTRLEN];
    if (address->transport == SERVER_UNIX) {
        snprintf(url, SERVER_URL_MAX, "unix:%s", address->path);
    } else if (address->socket.any.sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &address->socket.v6.sin6_addr, host, sizeof host);
        snprintf(url, SERVER_URL_MAX, "tcp://[%s]:%u", host,
                 (unsigned)ntohs(address->socket.v6.sin6_port));
    } else {
        inet_ntop(AF_INET, &address->socket.v4.sin_addr, host, sizeof host);
        snprintf(url, SERVER_URL_MAX, "tcp://%s:%u", host,
                 (unsigned)ntohs(address->socket.v4.sin_port));
    }
}
