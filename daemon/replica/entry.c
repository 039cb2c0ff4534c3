// SPDX-License-Identifier: Apache-2.0
#include "replica/entry.h"

#include <string.h>
#include <xxhash.h>

#include "base/check.h"
#include "base/status.h"

static void put_number(unsigned char *out, uint64_t value, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get_number(const unsigned char *in, int n)
{
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

static void hash_to_bytes(XXH128_hash_t hash, unsigned char out[16])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    memcpy(out, canonical.digest, 16);
}

void entry_encode(const struct entry *entry, struct buffer *out)
{
    CHECK(entry->actor_id.len <= UINT16_MAX && entry->command.len <= ENTRY_MAX_LEN / 2);
    size_t len = ENTRY_HEADER_LEN + entry->actor_id.len + entry->command.len;
    unsigned char *bytes = (unsigned char *)buffer_reserve(out, len + ENTRY_CHECKSUM_LEN);
    bytes[0] = ENTRY_VERSION;
    bytes[1] = entry->actor_kind;
    put_number(bytes + 2, entry->actor_id.len, 2);
    put_number(bytes + 4, entry->command.len, 4);
    put_number(bytes + 8, entry->incarnation, 8);
    put_number(bytes + 16, entry->applied, 8);
    put_number(bytes + 24, (uint64_t)entry->time_ms, 8);
    memcpy(bytes + 32, entry->request_id, 16);
    unsigned char *tail = bytes + ENTRY_HEADER_LEN;
    if (entry->actor_id.len > 0)
        memcpy(tail, entry->actor_id.data, entry->actor_id.len);
    if (entry->command.len > 0)
        memcpy(tail + entry->actor_id.len, entry->command.data, entry->command.len);
    hash_to_bytes(XXH3_128bits(bytes, len), bytes + len);
    out->len += len + ENTRY_CHECKSUM_LEN;
}

int entry_decode(struct slice bytes, struct entry *entry)
{
    unsigned char checksum[ENTRY_CHECKSUM_LEN];
    const unsigned char *in = (const unsigned char *)bytes.data;
    if (bytes.len < ENTRY_HEADER_LEN + ENTRY_CHECKSUM_LEN || bytes.len > ENTRY_MAX_LEN)
        return STATUS_DATA_LOSS;
    size_t len = bytes.len - ENTRY_CHECKSUM_LEN;
    hash_to_bytes(XXH3_128bits(in, len), checksum);
    if (memcmp(checksum, in + len, ENTRY_CHECKSUM_LEN) != 0)
        return STATUS_DATA_LOSS;
    if (in[0] != ENTRY_VERSION)
        return STATUS_UNIMPLEMENTED;
    size_t actor = (size_t)get_number(in + 2, 2);
    size_t command = (size_t)get_number(in + 4, 4);
    if (ENTRY_HEADER_LEN + actor + command != len)
        return STATUS_DATA_LOSS;
    *entry = (struct entry){
        .incarnation = get_number(in + 8, 8),
        .applied = get_number(in + 16, 8),
        .time_ms = (int64_t)get_number(in + 24, 8),
        .actor_kind = in[1],
        .actor_id = {bytes.data + ENTRY_HEADER_LEN, actor},
        .command = {bytes.data + ENTRY_HEADER_LEN + actor, command},
    };
    memcpy(entry->request_id, in + 32, 16);
    return STATUS_OK;
}

void entry_payload_hash(const struct entry *entry, unsigned char hash[16])
{
    XXH3_state_t *state = XXH3_createState();
    CHECK(state && XXH3_128bits_reset(state) == XXH_OK);
    unsigned char head[3] = {entry->actor_kind};
    put_number(head + 1, entry->actor_id.len, 2);
    XXH3_128bits_update(state, head, sizeof head);
    XXH3_128bits_update(state, entry->actor_id.data, entry->actor_id.len);
    XXH3_128bits_update(state, entry->command.data, entry->command.len);
    hash_to_bytes(XXH3_128bits_digest(state), hash);
    XXH3_freeState(state);
}
