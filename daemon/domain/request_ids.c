// SPDX-License-Identifier: Apache-2.0
#include "domain/request_ids.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/check.h"

#define CAPACITY_MIN 1024u

int64_t request_id_time_ms(const unsigned char id[STATE_REQUEST_ID_LEN])
{
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | id[i];
    return ms;
}

bool request_id_is_v7(const unsigned char id[STATE_REQUEST_ID_LEN])
{
    return id[6] >> 4 == 7 && id[8] >> 6 == 2;
}

static uint32_t slot_of(const struct request_ids *ids, const unsigned char *id)
{
    return (uint32_t)XXH3_64bits(id, STATE_REQUEST_ID_LEN) & (ids->capacity * 2 - 1);
}

static uint32_t next_slot(const struct request_ids *ids, uint32_t slot)
{
    return (slot + 1) & (ids->capacity * 2 - 1);
}

// The slot that holds id, or the free one where it belongs.
static uint32_t find_slot(const struct request_ids *ids, const unsigned char *id)
{
    uint32_t slot = slot_of(ids, id);
    while (ids->slots[slot] != 0 &&
           memcmp(ids->ring[ids->slots[slot] - 1].id, id, STATE_REQUEST_ID_LEN) != 0)
        slot = next_slot(ids, slot);
    return slot;
}

const struct request_entry *request_ids_find(const struct request_ids *ids,
                                             const unsigned char id[STATE_REQUEST_ID_LEN])
{
    if (ids->n == 0)
        return NULL;
    uint32_t place = ids->slots[find_slot(ids, id)];
    return place ? &ids->ring[place - 1] : NULL;
}

const struct request_entry *request_ids_at(const struct request_ids *ids, uint32_t at)
{
    CHECK(at < ids->n);
    return &ids->ring[(ids->first + at) & (ids->capacity - 1)];
}

int64_t request_ids_horizon_ms(const struct request_ids *ids, int64_t logical_ms)
{
    int64_t by_age = logical_ms - STATE_REQUEST_ID_AGE_MS;
    return by_age > ids->evicted_until_ms ? by_age : ids->evicted_until_ms;
}

// Backward-shift deletion: no tombstones, so that chains never grow.
static void clear_slot(struct request_ids *ids, uint32_t hole)
{
    uint32_t mask = ids->capacity * 2 - 1;
    for (uint32_t slot = next_slot(ids, hole); ids->slots[slot] != 0;
         slot = next_slot(ids, slot)) {
        uint32_t home = slot_of(ids, ids->ring[ids->slots[slot] - 1].id);
        if (((slot - home) & mask) >= ((slot - hole) & mask)) {
            ids->slots[hole] = ids->slots[slot];
            hole = slot;
        }
    }
    ids->slots[hole] = 0;
}

static void grow(struct request_ids *ids)
{
    uint32_t capacity = ids->capacity ? ids->capacity * 2 : CAPACITY_MIN;
    struct request_entry *ring = malloc(capacity * sizeof *ring);
    uint32_t *slots = calloc((size_t)capacity * 2, sizeof *slots);
    CHECK(ring && slots);
    for (uint32_t i = 0; i < ids->n; i++)
        ring[i] = ids->ring[(ids->first + i) & (ids->capacity - 1)];
    free(ids->ring);
    free(ids->slots);
    ids->ring = ring;
    ids->slots = slots;
    ids->capacity = capacity;
    ids->first = 0;
    for (uint32_t i = 0; i < ids->n; i++)
        ids->slots[find_slot(ids, ring[i].id)] = i + 1;
}

static void evict_oldest(struct request_ids *ids,
                         void (*on_evict)(void *arg, const struct request_entry *entry),
                         void *arg)
{
    struct request_entry *oldest = &ids->ring[ids->first];
    if (on_evict)
        on_evict(arg, oldest);
    int64_t time = request_id_time_ms(oldest->id);
    if (time >= ids->evicted_until_ms)
        ids->evicted_until_ms = time + 1;
    clear_slot(ids, find_slot(ids, oldest->id));
    ids->first = (ids->first + 1) & (ids->capacity - 1);
    ids->n--;
    ids->n_evicted++;
}

void request_ids_add(struct request_ids *ids, const struct request_entry *entry,
                     int64_t logical_ms,
                     void (*on_evict)(void *arg, const struct request_entry *entry),
                     void *arg)
{
    while (ids->n > 0 && request_id_time_ms(ids->ring[ids->first].id) <
                             logical_ms - STATE_REQUEST_ID_AGE_MS)
        evict_oldest(ids, on_evict, arg);
    if (ids->n == STATE_REQUEST_IDS_MAX)
        evict_oldest(ids, on_evict, arg);
    if (ids->n == ids->capacity)
        grow(ids);
    uint32_t place = (ids->first + ids->n) & (ids->capacity - 1);
    ids->ring[place] = *entry;
    ids->slots[find_slot(ids, entry->id)] = place + 1;
    ids->n++;
}

void request_ids_free(struct request_ids *ids)
{
    free(ids->ring);
    free(ids->slots);
    *ids = (struct request_ids){0};
}

uint64_t request_ids_bytes(const struct request_ids *ids)
{
    return ids->capacity * (sizeof *ids->ring + 2 * sizeof *ids->slots);
}
