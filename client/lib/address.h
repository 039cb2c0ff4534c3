// SPDX-License-Identifier: Apache-2.0
//
// Where daemons are: addresses, their default, and connecting to one.
#ifndef LIB_ADDRESS_H
#define LIB_ADDRESS_H

#include "lib/vardsok.h"

#define ADDRESS_MAX 8
#define ADDRESS_TEXT_MAX 256

struct address_list {
    unsigned n;
    char texts[ADDRESS_MAX][ADDRESS_TEXT_MAX]; // "unix:PATH" or "tcp://HOST:PORT"
};

// Reads a comma-separated list; NULL or "" is $VARDSOK_SERVER, else the default sockets:
// that of $VARDSOK_DATA_DIR, or the user's own and then /var/lib/vardsok. Errors:
// VARDSOK_INVALID_ARGUMENT.
int client_address_parse(const char *servers, struct address_list *list,
                         struct vardsok_error *error);

// A connected, non-blocking, close-on-exec socket, or VARDSOK_UNAVAILABLE with why in
// what (one line, no address). Waits until deadline_ms of client_clock_ms at most.
int client_address_connect(const char *address, int64_t deadline_ms, int *fd, char *what,
                           size_t what_size);

int64_t client_clock_ms(void);

#endif
