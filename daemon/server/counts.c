// SPDX-License-Identifier: Apache-2.0
#include "server/counts.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct server_count {
    struct server_peer_address address;
    uint32_t n;
    struct server_count *next;
};

struct server_peer_address server_peer_address(const struct sockaddr *address)
{
    struct server_peer_address peer = {{0}};
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const void *)address;
        memcpy(peer.bytes, &v6->sin6_addr, 16);
    } else if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const void *)address;
        peer.bytes[10] = peer.bytes[11] = 0xff;
        memcpy(peer.bytes + 12, &v4->sin_addr, 4);
    }
    return peer;
}

static uint32_t bucket_of(const struct server_peer_address *address)
{
    uint32_t hash =
        2166136261u; // FNV-1a; chains are bounded by the number of connections
    for (int i = 0; i < 16; i++)
        hash = (hash ^ address->bytes[i]) * 16777619u;
    return hash % SERVER_COUNT_BUCKETS;
}

static struct server_count *find(const struct server_counts *counts,
                                 const struct server_peer_address *address)
{
    struct server_count *count = counts->buckets[bucket_of(address)];
    while (count && memcmp(&count->address, address, sizeof *address) != 0)
        count = count->next;
    return count;
}

uint32_t server_counts_get(const struct server_counts *counts,
                           const struct server_peer_address *address)
{
    const struct server_count *count = find(counts, address);
    return count ? count->n : 0;
}

void server_counts_add(struct server_counts *counts,
                       const struct server_peer_address *address)
{
    struct server_count *count = find(counts, address);
    if (count == NULL) {
        struct server_count **bucket = &counts->buckets[bucket_of(address)];
        count = calloc(1, sizeof *count);
        CHECK(count);
        count->address = *address;
        count->next = *bucket;
        *bucket = count;
    }
    count->n++;
}

void server_counts_remove(struct server_counts *counts,
                          const struct server_peer_address *address)
{
    struct server_count *count = find(counts, address);
    CHECK(count);
    if (--count->n > 0)
        return;
    struct server_count **at = &counts->buckets[bucket_of(address)];
    while (*at != count)
        at = &(*at)->next;
    *at = count->next;
    free(count);
}
