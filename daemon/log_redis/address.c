// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "log_redis/connection.h"

#define DEFAULT_PORT "6379"
#define MAX_DATABASE 65535

static int copy(struct slice text, char *out, size_t size)
{
    if (text.len == 0 || text.len >= size || memchr(text.data, '\0', text.len))
        return STATUS_INVALID_ARGUMENT;
    memcpy(out, text.data, text.len);
    out[text.len] = '\0';
    return 0;
}

static struct slice until(struct slice text, const char *stop)
{
    size_t len = 0;
    while (len < text.len && !strchr(stop, text.data[len]))
        len++;
    return (struct slice){text.data, len};
}

static struct slice after(struct slice text, size_t len)
{
    return (struct slice){text.data + len, text.len - len};
}

static int parse_number(struct slice text, uint64_t max, uint64_t *number)
{
    if (log_redis_number_parse(text, number) || *number > max)
        return STATUS_INVALID_ARGUMENT;
    return 0;
}

static int parse_host(struct slice *rest, struct log_redis_address *address)
{
    bool bracketed = rest->len && rest->data[0] == '[';
    if (bracketed)
        *rest = after(*rest, 1);
    struct slice host = until(*rest, bracketed ? "]" : ":/");
    *rest = after(*rest, host.len);
    if (bracketed && rest->len == 0)
        return STATUS_INVALID_ARGUMENT;
    if (bracketed)
        *rest = after(*rest, 1);
    return copy(host, address->host, sizeof address->host);
}

static int parse_tcp(struct slice rest, struct log_redis_address *address)
{
    uint64_t number = 0;
    if (memchr(rest.data, '@', rest.len) || parse_host(&rest, address))
        return STATUS_INVALID_ARGUMENT;
    strcpy(address->port, DEFAULT_PORT);
    if (rest.len && rest.data[0] == ':') {
        struct slice port = until(after(rest, 1), "/");
        if (parse_number(port, UINT16_MAX, &number) || number == 0 ||
            copy(port, address->port, sizeof address->port))
            return STATUS_INVALID_ARGUMENT;
        rest = after(rest, 1 + port.len);
    }
    if (rest.len == 0 || (rest.len == 1 && rest.data[0] == '/'))
        return 0;
    if (rest.data[0] != '/' || parse_number(after(rest, 1), MAX_DATABASE, &number))
        return STATUS_INVALID_ARGUMENT;
    address->database = (uint32_t)number;
    return 0;
}

int log_redis_address_parse(const char *url, struct log_redis_address *address)
{
    static const char tcp[] = "redis://", local[] = "unix:";
    struct log_redis_address parsed = {0};
    int status = STATUS_INVALID_ARGUMENT;
    if (strncmp(url, tcp, strlen(tcp)) == 0)
        status = parse_tcp(slice_from(url + strlen(tcp)), &parsed);
    else if (strncmp(url, local, strlen(local)) == 0)
        status = copy(slice_from(url + strlen(local)), parsed.path, sizeof parsed.path);
    if (status == 0)
        *address = parsed;
    return status;
}
