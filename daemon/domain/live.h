// SPDX-License-Identifier: Apache-2.0
//
// Live claims, HELD or CONFIRMED: what takes slots of a capacity. Follows the claims'
// records, and tells the match index how many slots are free.
//
// There are two times. What the log decides counts every hold that apply has not expired.
// What readers see leaves out those that have run out by the daemon's clock, before an
// entry comes that expires them; that is kept in the index alone.
//
//     holds ──► [ lapsed by readers' clock | running ]    by (until, sequence, index)
#ifndef DOMAIN_LIVE_H
#define DOMAIN_LIVE_H

#include "domain/claim.h"
#include "domain/hash.h"

struct rows;
struct record;
struct sorted;

// A claim's id, in the order of making.
struct live_id {
    uint64_t sequence;
    uint64_t index;
};

#define LIVE_NEVER INT64_MAX
#define CAPACITY_SLOTS 4 // the field's number in a capacity's record

struct live_claim {
    struct live_id id;
    int64_t until_ms; // LIVE_NEVER when confirmed
    struct claimed *capacity;
    uint32_t slots;
    struct live_claim *prev, *next; // of the capacity, by id
    UT_hash_handle hh;              // by id
};

// A capacity that has live claims.
struct claimed {
    const struct record *record;            // the stored one
    uint32_t service, unit;                 // handles
    uint32_t slots;                         // in all
    uint32_t taken, confirmed;              // by the log's time; taken counts holds too
    uint32_t lapsed;                        // of those held, by the readers' clock
    struct live_claim *claims, *last_claim; // by id
    UT_hash_handle hh;                      // by the capacity's id
    char id[ID_MAX_LEN];
};

// Zero-initialise but for capacities.
struct live {
    const struct sorted *capacities; // all stored ones
    struct claimed *claimed;         // those with live claims, uthash
    struct live_claim *by_id;        // uthash
    struct live_claim **holds;
    uint32_t n_holds, capacity;
    uint32_t n_lapsed;
    int64_t seen_ms; // the readers' clock
};

static inline bool claim_is_live(const struct claim *claim)
{
    return claim->state == CLAIM_HELD || claim->state == CLAIM_CONFIRMED;
}

// NULL: nothing is taken of it.
struct claimed *live_find(const struct live *live, struct slice capacity);
// The stored record is this one now.
void claimed_set(struct claimed *claimed, const struct record *record);
// What readers see as free.
static inline uint32_t claimed_free(const struct claimed *claimed)
{
    return claimed->slots - (claimed->taken - claimed->lapsed);
}

// The claim's capacity is stored (CHECK).
void live_add(struct rows *rows, const struct claim *claim);
void live_remove(struct rows *rows, const struct claim *claim);
void live_close(struct live *live);

// Moves the readers' clock, forward or back, and settles the index when free slots
// changed.
void live_see_time(struct rows *rows, int64_t now_ms);

// The hold that runs out first, or NULL.
const struct live_claim *live_first_hold(const struct live *live);

// The claim's id for a message: "***" when it looks like a personal number.
void live_name(const struct live_claim *claim, char id[CLAIM_ID_MAX]);

uint64_t live_bytes(const struct live *live);

#endif
