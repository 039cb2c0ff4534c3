// SPDX-License-Identifier: Apache-2.0
//
// The running digest: a sum mod 2^128 of hashes, so that order does not matter and a part
// can be added and taken away as it changes (docs/log.md).
#ifndef DOMAIN_DIGEST_H
#define DOMAIN_DIGEST_H

#include "base/status.h"
#include "domain/request_ids.h"

struct digest {
    uint64_t high, low;
};

void digest_add_record(struct digest *digest, const struct record_view *record);
void digest_remove_record(struct digest *digest, const struct record_view *record);
void digest_add_request(struct digest *digest, const struct request_entry *entry);
void digest_remove_request(struct digest *digest, const struct request_entry *entry);
// Adds a few numbers of the state itself (revision, time, horizon) and writes it
// big-endian.
void digest_finish(struct digest digest, const int64_t *numbers, uint32_t n,
                   unsigned char out[16]);

#endif
