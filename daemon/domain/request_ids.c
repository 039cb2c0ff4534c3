// SPDX-License-Identifier: Apache-2.0
#include "domain/request_ids.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/check.h"

#define CHUNK 1024u // entries
#define CHUNKS (STATE_REQUEST_IDS_MAX / CHUNK)
#define SLOTS_MIN 2048u
#define SLOTS_SMALL 32768u // above, room for all there can be
#define SLOTS_MAX (2 * STATE_REQUEST_IDS_MAX)

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
    return (uint32_t)XXH3_64bits(id, STATE_REQUEST_ID_LEN) & (ids->n_slots - 1);
}

static uint32_t next_slot(const struct request_ids *ids, uint32_t slot)
{
    return (slot + 1) & (ids->n_slots - 1);
}

static struct request_entry *entry_at(const struct request_ids *ids, uint32_t place)
{
    return &ids->chunks[place / CHUNK][place % CHUNK];
}

// The place of the at-th oldest entry, or where the next one goes.
static uint32_t place_of(const struct request_ids *ids, uint32_t at)
{
    return (ids->first + at) & (STATE_REQUEST_IDS_MAX - 1);
}

// The slot that holds id, or the free one where it belongs.
static uint32_t find_slot(const struct request_ids *ids, const unsigned char *id)
{
    uint32_t slot = slot_of(ids, id);
    while (ids->slots[slot] != 0 &&
           memcmp(entry_at(ids, ids->slots[slot] - 1)->id, id, STATE_REQUEST_ID_LEN) != 0)
        slot = next_slot(ids, slot);
    return slot;
}

const struct request_entry *request_ids_find(const struct request_ids *ids,
                                             const unsigned char id[STATE_REQUEST_ID_LEN])
{
    if (ids->n == 0)
        return NULL;
    uint32_t place = ids->slots[find_slot(ids, id)];
    return place ? entry_at(ids, place - 1) : NULL;
}

const struct request_entry *request_ids_at(const struct request_ids *ids, uint32_t at)
{
    CHECK(at < ids->n);
    return entry_at(ids, place_of(ids, at));
}

int64_t request_ids_horizon_ms(const struct request_ids *ids, int64_t logical_ms)
{
    int64_t by_age = logical_ms - STATE_REQUEST_ID_AGE_MS;
    return by_age > ids->evicted_until_ms ? by_age : ids->evicted_until_ms;
}

// Backward-shift deletion: no tombstones, so that chains never grow.
static void clear_slot(struct request_ids *ids, uint32_t hole)
{
    uint32_t mask = ids->n_slots - 1;
    for (uint32_t slot = next_slot(ids, hole); ids->slots[slot] != 0;
         slot = next_slot(ids, slot)) {
        uint32_t home = slot_of(ids, entry_at(ids, ids->slots[slot] - 1)->id);
        if (((slot - home) & mask) >= ((slot - hole) & mask)) {
            ids->slots[hole] = ids->slots[slot];
            hole = slot;
        }
    }
    ids->slots[hole] = 0;
}

static void grow_slots(struct request_ids *ids)
{
    uint32_t n_slots = ids->n_slots ? ids->n_slots * 2 : SLOTS_MIN;
    if (n_slots > SLOTS_SMALL)
        n_slots = SLOTS_MAX;
    free(ids->slots);
    ids->slots = calloc(n_slots, sizeof *ids->slots);
    CHECK(ids->slots);
    ids->n_slots = n_slots;
    for (uint32_t i = 0; i < ids->n; i++) {
        uint32_t place = place_of(ids, i);
        ids->slots[find_slot(ids, entry_at(ids, place)->id)] = place + 1;
    }
}

// Room for one more at place.
static void reserve(struct request_ids *ids, uint32_t place)
{
    if (ids->chunks == NULL) {
        ids->chunks = calloc(CHUNKS, sizeof(struct request_entry *));
        CHECK(ids->chunks);
    }
    struct request_entry **chunk = &ids->chunks[place / CHUNK];
    if (*chunk == NULL) {
        *chunk = malloc(CHUNK * sizeof **chunk);
        CHECK(*chunk);
        ids->n_chunks++;
    }
    if (2 * (ids->n + 1) > ids->n_slots)
        grow_slots(ids);
}

// A chunk whose entries are all gone; not one that the newest have come round to.
static void give_back(struct request_ids *ids, uint32_t place)
{
    if (place % CHUNK != CHUNK - 1 || ids->n > STATE_REQUEST_IDS_MAX - CHUNK)
        return;
    free(ids->chunks[place / CHUNK]);
    ids->chunks[place / CHUNK] = NULL;
    ids->n_chunks--;
}

static void evict_oldest(struct request_ids *ids,
                         void (*on_evict)(void *arg, const struct request_entry *entry),
                         void *arg)
{
    struct request_entry *oldest = entry_at(ids, ids->first);
    if (on_evict)
        on_evict(arg, oldest);
    int64_t time = request_id_time_ms(oldest->id);
    if (time >= ids->evicted_until_ms)
        ids->evicted_until_ms = time + 1;
    clear_slot(ids, find_slot(ids, oldest->id));
    uint32_t place = ids->first;
    ids->first = place_of(ids, 1);
    ids->n--;
    ids->n_evicted++;
    give_back(ids, place);
}

void request_ids_add(struct request_ids *ids, const struct request_entry *entry,
                     int64_t logical_ms,
                     void (*on_evict)(void *arg, const struct request_entry *entry),
                     void *arg)
{
    while (ids->n > 0 && request_id_time_ms(entry_at(ids, ids->first)->id) <
                             logical_ms - STATE_REQUEST_ID_AGE_MS)
        evict_oldest(ids, on_evict, arg);
    if (ids->n == STATE_REQUEST_IDS_MAX)
        evict_oldest(ids, on_evict, arg);
    uint32_t place = place_of(ids, ids->n);
    reserve(ids, place);
    *entry_at(ids, place) = *entry;
    ids->slots[find_slot(ids, entry->id)] = place + 1;
    ids->n++;
}

void request_ids_free(struct request_ids *ids)
{
    for (uint32_t i = 0; ids->chunks && i < CHUNKS; i++)
        free(ids->chunks[i]);
    free(ids->chunks);
    free(ids->slots);
    *ids = (struct request_ids){0};
}

uint64_t request_ids_bytes(const struct request_ids *ids)
{
    return (uint64_t)ids->n_chunks * CHUNK * sizeof(struct request_entry) +
           ids->n_slots * sizeof *ids->slots;
}
