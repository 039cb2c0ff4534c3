// SPDX-License-Identifier: Apache-2.0
//
// What the log means, written down once more, plain and slow: a list of records, a list
// of request ids, a list of claims, and the rules of domain.md §2 and §4 by looking
// through all there is. It reads entries as wire gives them and shares no code with
// domain/state.c and claims.c.
//
// Bugs of apply cannot be planted in the daemon: they are planted here (model->plant), and
// the right daemon then differs from a wrong model as a wrong daemon would from a right
// one.
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "domain/state.h"
#include "lib/world.h"
#include "sim/sim.h"

#define MODEL_ID_LEN 65 // of a text that is kept, NUL included
#define MODEL_NAME_LEN 257

enum model_fate {
    MODEL_FIRST,    // decided now: done, or refused by a rule
    MODEL_REPEATED, // a known request id with its payload: no effect
    MODEL_REUSED,   // a known request id with another payload: no effect
    MODEL_WINDOW,   // a request id that is too old or too far ahead: no effect
};

// Of what the digest is the sum of.
struct model_hash {
    uint64_t low, high;
};

// One entry of the log and what became of it.
struct model_entry {
    enum model_fate fate;
    unsigned char request_id[STATE_REQUEST_ID_LEN], payload_hash[16];
    uint64_t sequence; // of the entry that decided
    int status;
    enum reason reason;
    uint32_t change_index;
    const char *field;        // static text
    int64_t logical_ms;       // after it
    unsigned char digest[16]; // of all the model after it
    struct model_hash hash;   // of the id and its outcome
};

// A stored entity as its canonical bytes, of which the first key_len are the key.
struct model_record {
    enum kind kind;
    uint64_t revision;
    struct model_hash hash;
    size_t len, key_len;
    char bytes[];
};

struct model_claim {
    uint64_t sequence; // of the entry that took it, which is with index its id
    uint32_t index;
    uint64_t revision;
    enum claim_state state;
    int64_t region, slots, until_ms, taken_ms;
    int64_t came_ms; // by a right clock, when its last entry came to the log
    bool extended, withdrawn;
    char capacity[MODEL_ID_LEN], unit[MODEL_ID_LEN], service[MODEL_ID_LEN];
    char reference[MODEL_NAME_LEN]; // "" when it has none
    struct model_hash hash;         // of its record
};

struct model_claims {
    struct model_claim *list; // in the order in which they were taken
    uint32_t n, capacity;
};

// Zero-initialise but for world, which is an empty one with the day and the palette.
struct model {
    struct world world;            // what is stored; the makers of operations draw on it
    struct model_record **records; // in no order
    uint32_t n_records, records_capacity;
    struct model_entry *entries; // of sequence i + 1
    uint32_t n_entries, entries_capacity;
    uint32_t first_id; // of entries, the oldest whose id is still remembered
    int64_t logical_ms, forgotten_until_ms;
    struct model_claims claims, claims_before; // before the entry that is applied
    int64_t wall_ms;                           // when the entry came to the log
    enum sim_plant plant;
};

void model_close(struct model *model);
// Applies the next entry of the log, whose bytes must be right.
void model_apply(struct model *model, struct slice bytes);
// The stored record with this key, or NULL.
const struct model_record *model_find(const struct model *model, enum kind kind,
                                      struct slice key);
// What the running digest must be, and that of one id.
void model_digest(const struct model *model, unsigned char digest[16]);
struct model_hash model_id_hash(const struct model_entry *entry);
// Compares everything stored, its revisions and counts, and the running digest with one
// made from nothing. Returns false and says what differs first.
bool model_equals(const struct model *model, const struct state *state, char *what,
                  size_t what_len);
struct model_hash model_record_hash(enum kind kind, struct slice bytes,
                                    uint64_t revision);

// --- Claims (model_claims.c) ---

// "12-0"; text must have room for CLAIM_ID_MAX.
struct slice model_claim_id(const struct model_claim *claim, char *text);
const struct model_claim *model_claim_find(const struct model *model, struct slice id);
// The capacity with this id, or NULL.
const struct capacity *model_capacity(const struct model *model, struct slice id);
// Slots that claims of a capacity take: confirmed, and held past an instant.
int64_t model_confirmed(const struct model *model, struct slice capacity);
int64_t model_held(const struct model *model, struct slice capacity, int64_t at_ms);
// The hold that runs out first, or NULL.
const struct model_claim *model_first_hold(const struct model *model);
// Ends the holds that have run out by the log's time.
void model_expire(struct model *model, uint64_t sequence);
// Whether a capacity may become next, or (NULL) be deleted.
enum reason model_check_capacity(const struct model *model, struct slice id,
                                 const struct capacity *next, const char **field);
// Take, extend, confirm, release, and what a withdraw does to the claims.
enum reason model_operate(struct model *model, const struct change *change,
                          struct model_claim made, const char **field);
// The canonical bytes of a claim's record, appended.
void model_claim_encode(const struct model_claim *claim, struct buffer *out);
void model_claims_copy(struct model_claims *to, const struct model_claims *from);
void model_claims_close(struct model_claims *claims);

#endif
