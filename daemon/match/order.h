// SPDX-License-Identifier: Apache-2.0
//
// The orders of a service: entries, their keys, and moving groups among them. Drawn in
// order.c.
#ifndef MATCH_ORDER_H
#define MATCH_ORDER_H

#include "match/layout.h"

#define ORDER_MAX_GROUPS (UINT32_C(1) << 27)
// More groups than this part of a service to be moved: it is sorted anew.
#define REBUILD_PART 8
#define KEY_MAX 65533u      // larger values share it
#define KEY_ABSENT 65534u   // an unknown wait, price or position
#define KEY_LEFT_OUT 65535u // capacities of which none is open

static inline uint32_t entry_key(uint64_t entry)
{
    return (uint32_t)(entry >> 48);
}

static inline uint32_t entry_group(uint64_t entry)
{
    return (uint32_t)entry & (ORDER_MAX_GROUPS - 1);
}

// A region set's 21 county codes without the four retired and the one unused bit.
static inline uint32_t match_order_parties(uint32_t regions)
{
    return (regions >> 1 & 1) | (regions >> 3 & 0xff) << 1 | (regions >> 12 & 7) << 9 |
           (regions >> 17 & 0x1ff) << 12;
}

// The bits of an entry that name the parties.
static inline uint64_t entry_parties(uint32_t packed)
{
    return (uint64_t)packed << 27;
}

// Prices grow with their keys; a key's least price.
static inline uint64_t price_key_floor(uint32_t key)
{
    if (key >= KEY_ABSENT)
        return UINT64_MAX;
    if (key < 1024)
        return key;
    return (uint64_t)(1024 | (key & 1023)) << ((key >> 10) - 1);
}
uint16_t match_order_price_key(int64_t price);
uint16_t match_order_place_key(const struct match_unit *facts);

// Puts a group where its rows belong on `day`, its service being in order: in, out or
// elsewhere.
void match_order_place(struct match_index *index, uint32_t group, int32_t day);
// Takes a placed group out of its orders.
void match_order_remove(struct match_index *index, uint32_t group);
// Names a group in a service that is in no order.
void match_order_append(struct match_index *index, uint32_t group);
// Sorts a service anew.
void match_order_rebuild(struct match_index *index, struct service_row *service,
                         int32_t day);
// Takes a service that is in the order of an earlier day to that of `day`.
void match_order_age(struct match_index *index, struct service_row *service, int32_t day);

// settle.c: takes the unit's groups out of the orders, to be placed anew when the batch
// ends.
void match_order_lift_unit(struct match_index *index, uint32_t unit);
// Every service leaves its order.
void match_order_leave_all(struct match_index *index);
// Entries may lack these parties until their service is ordered anew.
void match_order_grow_parties(struct match_index *index, uint32_t regions);

uint64_t match_order_bytes(const struct service_row *service);
void match_order_free(struct service_row *service);

#endif
