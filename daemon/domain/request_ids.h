// SPDX-License-Identifier: Apache-2.0
//
// The table of request ids: what each write's outcome was, so that a retry gets the first
// answer instead of a second effect (docs/log.md). Bounded in number and in time, without
// a hole: an id that has been forgotten is older than the horizon, and ids older than
// that are refused.
#ifndef DOMAIN_REQUEST_IDS_H
#define DOMAIN_REQUEST_IDS_H

#include "domain/state.h"

struct request_entry {
    unsigned char id[STATE_REQUEST_ID_LEN];
    unsigned char payload_hash[16];
    struct outcome outcome;
};

// Zero-initialise. A ring in the order of arrival, in chunks that come and go, and an
// open-addressed table of ring places. Neither is ever copied as a whole: the table grows
// while it is small, and then once, so that no entry has to wait for it.
//
//     chunks ──► [ · | chunk | chunk | · ... ]        REQUEST_CHUNKS of them
//     slots  ──► [ 0 | place + 1 | 0 | ... ]
struct request_ids {
    struct request_entry **chunks;
    uint32_t *slots; // ring place + 1; 0 = free
    uint32_t n_slots, n_chunks;
    uint32_t first, n;        // oldest entry's place, and how many there are
    uint64_t n_evicted;       // ever
    int64_t evicted_until_ms; // time of the newest id that was evicted
};

// Milliseconds since 1970 that a UUIDv7 carries.
int64_t request_id_time_ms(const unsigned char id[STATE_REQUEST_ID_LEN]);
// Version 7, RFC 9562 variant.
bool request_id_is_v7(const unsigned char id[STATE_REQUEST_ID_LEN]);

const struct request_entry *
request_ids_find(const struct request_ids *ids,
                 const unsigned char id[STATE_REQUEST_ID_LEN]);
// The at-th oldest entry, at < n.
const struct request_entry *request_ids_at(const struct request_ids *ids, uint32_t at);
// The oldest id time that is accepted at a logical time.
int64_t request_ids_horizon_ms(const struct request_ids *ids, int64_t logical_ms);
// Adds an id that is not there, evicting what is too old or too many. on_evict (may be
// NULL) sees each evicted entry before it goes.
void request_ids_add(struct request_ids *ids, const struct request_entry *entry,
                     int64_t logical_ms,
                     void (*on_evict)(void *arg, const struct request_entry *entry),
                     void *arg);
void request_ids_free(struct request_ids *ids);
uint64_t request_ids_bytes(const struct request_ids *ids);

#endif
