// SPDX-License-Identifier: Apache-2.0
#include "replica/head.h"

#include <string.h>
#include <xxhash.h>

#include "base/status.h"

#define HASH_AT (HEAD_LEN - 16)

static void put_u64(unsigned char *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get_u64(const unsigned char *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

static void hash(const unsigned char bytes[HASH_AT], unsigned char out[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, HASH_AT));
    memcpy(out, canonical.digest, 16);
}

void head_encode(const struct head *head, unsigned char out[HEAD_LEN])
{
    memset(out, 0, HEAD_LEN);
    out[0] = HEAD_VERSION;
    put_u64(out + 8, head->state.sequence);
    put_u64(out + 16, (uint64_t)head->state.logical_ms);
    put_u64(out + 24, (uint64_t)head->state.evicted_until_ms);
    put_u64(out + 32, head->state.n_items);
    put_u64(out + 40, (uint64_t)head->last_entry_ms);
    memcpy(out + 48, head->state.digest, 16);
    memcpy(out + 64, head->chain, 16);
    memcpy(out + 80, head->checksum, 16);
    memcpy(out + 96, head->log_uuid, ENTRY_UUID_LEN);
    hash(out, out + HASH_AT);
}

int head_decode(struct slice bytes, struct head *head)
{
    const unsigned char *in = (const unsigned char *)bytes.data;
    unsigned char checksum[16];
    if (bytes.len != HEAD_LEN)
        return STATUS_DATA_LOSS;
    hash(in, checksum);
    if (memcmp(checksum, in + HASH_AT, 16) != 0)
        return STATUS_DATA_LOSS;
    if (in[0] != HEAD_VERSION)
        return STATUS_UNIMPLEMENTED;
    head->state.sequence = get_u64(in + 8);
    head->state.logical_ms = (int64_t)get_u64(in + 16);
    head->state.evicted_until_ms = (int64_t)get_u64(in + 24);
    head->state.n_items = get_u64(in + 32);
    head->last_entry_ms = (int64_t)get_u64(in + 40);
    memcpy(head->state.digest, in + 48, 16);
    memcpy(head->chain, in + 64, 16);
    memcpy(head->checksum, in + 80, 16);
    memcpy(head->log_uuid, in + 96, ENTRY_UUID_LEN);
    return STATUS_OK;
}
