// SPDX-License-Identifier: Apache-2.0
//
// How many connections each IP address has, so that one address cannot take them all.
#ifndef SERVER_COUNTS_H
#define SERVER_COUNTS_H

#include <stdint.h>
#include <sys/socket.h>

// An IPv6 address, or an IPv4 one mapped into it.
struct server_peer_address {
    unsigned char bytes[16];
};

#define SERVER_COUNT_BUCKETS 1024

// Zero-initialise. Holds one entry for each address with a count above 0.
struct server_counts {
    struct server_count *buckets[SERVER_COUNT_BUCKETS];
};

struct server_peer_address server_peer_address(const struct sockaddr *address);
uint32_t server_counts_get(const struct server_counts *counts,
                           const struct server_peer_address *address);
void server_counts_add(struct server_counts *counts,
                       const struct server_peer_address *address);
// The address has been added before.
void server_counts_remove(struct server_counts *counts,
                          const struct server_peer_address *address);

#endif
