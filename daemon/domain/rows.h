// SPDX-License-Identifier: Apache-2.0
//
// Rows: what the state keeps beside the records so that nothing is decoded on the hot
// path. Units, services, agreements, NHV areas and capacities get small handles and a
// count of what refers to them; everything that candidates are made of is told to the
// match index, and the words of services to the search index.
#ifndef DOMAIN_ROWS_H
#define DOMAIN_ROWS_H

#include "domain/live.h"
#include "domain/search_index.h"
#include "domain/state.h"

// A stored unit, service, agreement or NHV area.
struct row {
    struct record *record;
    uint32_t handle;
    uint32_t n_refs;      // entities that name it
    uint32_t area;        // service: its NHV area or MATCH_NONE
    uint16_t summary_len; // unit: bytes of the record that are a UnitSummary
    uint8_t region;       // unit: its region; agreement: the owner
    uint8_t guarantee;    // service: enum guarantee
    UT_hash_handle hh;    // by the record's key bytes, which are its first
};

// The key's bytes in the record, and the text that they are: ids are shorter than 128
// bytes.
static inline struct slice row_key(const struct row *row)
{
    return (struct slice){row->hh.key, row->hh.keylen};
}
static inline struct slice row_id(const struct row *row)
{
    return (struct slice){(const char *)row->hh.key + 2, row->hh.keylen - 2};
}

struct row_table {
    struct row *by_key;
    struct row **by_handle; // NULL where a handle is free
    uint32_t n_handles, capacity;
    uint32_t *free_handles;
    uint32_t n_free, free_capacity;
};

// A (system, version) that some service or mapping has.
struct coding {
    char system[ID_MAX_LEN + 1], version[ID_MAX_LEN + 1];
    uint32_t n_refs;
};

struct rows {
    struct match_index *index;
    struct row_table services, units, agreements, areas;
    struct live live;
    struct search_index search;
    struct coding *codings;
    uint32_t n_codings, codings_capacity;
    struct guarantee_limit *limits; // all stored ones, in key order
    uint32_t n_limits;
};

// capacities: the stored ones, to be looked into.
void rows_init(struct rows *rows, const struct sorted *capacities);
void rows_close(struct rows *rows);

// One change that has been decided; one of old and new may be NULL.
struct row_change {
    enum kind kind;
    struct record *old, *new;
    struct slice key; // of the one and the other
    const union entity *old_entity, *new_entity;
};
// Brings rows, counts and index in step with a change. Applying it with old and new
// swapped undoes it. The caller ends a batch with match_index_settle.
void rows_apply(struct rows *rows, const struct row_change *change);

// The row of a single-text key, or NULL.
struct row *rows_find(const struct row_table *table, struct slice id);
// The newest version of a system by byte order, or NULL when no coding has the system.
const char *rows_newest_version(const struct rows *rows, struct slice system);
bool rows_has_version(const struct rows *rows, struct slice system, struct slice version);

uint64_t rows_bytes(const struct rows *rows);

#endif
