// SPDX-License-Identifier: Apache-2.0
//
// Where the daemon listens: the URLs of --listen.
//
//     unix:PATH   tcp://HOST:PORT     built
//     grpc:// http:// tcps:// grpcs:// https://   known, not built yet
//
// HOST is an IPv4 address, an IPv6 address in brackets, or localhost; names are not
// looked up.
#ifndef SERVER_ADDRESS_H
#define SERVER_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/un.h>

#define SERVER_URL_MAX 160 // of a listening address, with its NUL

enum server_transport { SERVER_UNIX = 1, SERVER_TCP = 2 };

struct server_address {
    enum server_transport transport;
    bool is_loopback;                                       // a unix socket is
    char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; // SERVER_UNIX
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket; // SERVER_TCP
};

// 0, STATUS_UNIMPLEMENTED for a scheme that is known but not built, else
// STATUS_INVALID_ARGUMENT; what (may be NULL) is set to static text that says what is
// wrong.
int server_address_parse(const char *url, struct server_address *address,
                         const char **what);
// The URL of an address, such as the one that port 0 became.
void server_address_format(const struct server_address *address,
                           char url[SERVER_URL_MAX]);

#endif
