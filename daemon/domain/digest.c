// SPDX-License-Identifier: Apache-2.0
#include "domain/digest.h"

#include <string.h>
#include <xxhash.h>

#include "base/check.h"

static void add(struct digest *digest, XXH128_hash_t hash)
{
    digest->low += hash.low64;
    digest->high += hash.high64 + (digest->low < hash.low64);
}

static void subtract(struct digest *digest, XXH128_hash_t hash)
{
    uint64_t borrow = digest->low < hash.low64;
    digest->low -= hash.low64;
    digest->high -= hash.high64 + borrow;
}

static void put_u64(unsigned char *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

// XXH3-128(kind ‖ record ‖ revision), the revision little-endian.
static XXH128_hash_t hash_record(const struct record_view *record)
{
    unsigned char small[1024];
    unsigned char revision[8];
    put_u64(revision, record->revision);
    unsigned char kind = (unsigned char)record->kind;
    struct slice bytes = record->bytes;
    size_t len = bytes.len + 9;
    if (len <= sizeof small) {
        small[0] = kind;
        memcpy(small + 1, bytes.data, bytes.len);
        memcpy(small + 1 + bytes.len, revision, sizeof revision);
        return XXH3_128bits(small, len);
    }
    XXH3_state_t *hash = XXH3_createState();
    CHECK(hash && XXH3_128bits_reset(hash) == XXH_OK);
    XXH3_128bits_update(hash, &kind, 1);
    XXH3_128bits_update(hash, bytes.data, bytes.len);
    XXH3_128bits_update(hash, revision, sizeof revision);
    XXH128_hash_t sum = XXH3_128bits_digest(hash);
    XXH3_freeState(hash);
    return sum;
}

#define REQUEST_MARK 0xFF // stands where a record has its kind

// XXH3-128(0xFF ‖ id ‖ payload hash ‖ sequence ‖ status ‖ reason ‖ change index ‖ field).
static XXH128_hash_t hash_request(const struct request_entry *entry)
{
    unsigned char bytes[1 + 16 + 16 + 8 + 8 + 8 + 8 + REFUSAL_FIELD_MAX] = {REQUEST_MARK};
    size_t at = 1;
    memcpy(bytes + at, entry->id, 16);
    memcpy(bytes + at + 16, entry->payload_hash, 16);
    at += 32;
    const struct outcome *outcome = &entry->outcome;
    put_u64(bytes + at, outcome->sequence);
    put_u64(bytes + at + 8, status_to_grpc(outcome->status));
    put_u64(bytes + at + 16, (uint64_t)outcome->reason);
    put_u64(bytes + at + 24, outcome->change_index);
    at += 32;
    size_t field = strlen(outcome->field);
    CHECK(field < REFUSAL_FIELD_MAX);
    memcpy(bytes + at, outcome->field, field);
    return XXH3_128bits(bytes, at + field);
}

void digest_add_record(struct digest *digest, const struct record_view *record)
{
    add(digest, hash_record(record));
}

void digest_remove_record(struct digest *digest, const struct record_view *record)
{
    subtract(digest, hash_record(record));
}

void digest_add_request(struct digest *digest, const struct request_entry *entry)
{
    add(digest, hash_request(entry));
}

void digest_remove_request(struct digest *digest, const struct request_entry *entry)
{
    subtract(digest, hash_request(entry));
}

void digest_finish(struct digest digest, const int64_t *numbers, uint32_t n,
                   unsigned char out[16])
{
    unsigned char bytes[8 * 8];
    CHECK(n <= 8);
    for (uint32_t i = 0; i < n; i++)
        put_u64(bytes + 8 * i, (uint64_t)numbers[i]);
    add(&digest, XXH3_128bits(bytes, 8 * (size_t)n));
    for (int i = 0; i < 8; i++) {
        out[i] = (unsigned char)(digest.high >> (56 - 8 * i));
        out[8 + i] = (unsigned char)(digest.low >> (56 - 8 * i));
    }
}
