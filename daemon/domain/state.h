// SPDX-License-Identifier: Apache-2.0
//
// The state: every entity as its canonical record, the match index beside it, the table
// of request ids, logical time and the running digest. state_apply is the only way to
// change it, and the same entries in the same order give the same state and digest on
// every daemon.
//
// No I/O, no clock, no randomness. Applying a committed entry has no error path: a
// command that breaks a rule has a refused outcome and changes nothing.
#ifndef DOMAIN_STATE_H
#define DOMAIN_STATE_H

#include "domain/record.h"
#include "match/index.h"

#define STATE_BATCH_MAX_CHANGES 10000
#define STATE_BATCH_MAX_BYTES (1024 * 1024)
#define STATE_REQUEST_ID_LEN 16
#define STATE_REQUEST_IDS_MAX (1u << 20)
#define STATE_REQUEST_ID_AGE_MS (24 * INT64_C(3600000)) // accepted back in time
#define STATE_REQUEST_ID_AHEAD_MS (5 * INT64_C(60000))  // accepted ahead of time

struct state;

struct change {
    enum change_op op;
    int64_t expected_revision; // ABSENT = not asked; 0 = must not exist
    // Of a put or a delete:
    enum kind kind;
    struct slice record; // canonical bytes (for a delete the key's)
    uint16_t key_len;
    union {
        union entity entity; // checked and normalised; for a delete only the key fields
        union operation operation; // of the other ops, checked and normalised
    };
};

// Where a command's changes come from, one at a time. The implementation (wire) embeds
// this.
struct change_source {
    // 1: *change is filled, valid until the next call; 0: no more.
    int (*next)(struct change_source *source, struct change *change);
};

// What the log says about a command beside its changes.
struct command_header {
    uint64_t sequence;
    int64_t time_ms; // the entry's time; logical time = max(previous, this)
    unsigned char request_id[STATE_REQUEST_ID_LEN]; // UUIDv7
    unsigned char payload_hash[16]; // of actor and command as the client meant them
};

// The recorded outcome of a request id (docs/log.md).
struct outcome {
    uint64_t sequence; // of the entry that decided it
    int status;        // 0 or the refusal's
    enum reason reason;
    uint32_t change_index;
    const char *field; // static text or ""
};

// Reads a record back into its struct; wire_record_decode. Texts borrow from the view's
// bytes.
typedef void (*state_record_decode)(const struct record_view *view, union entity *entity);
// Appends a struct's canonical bytes; wire_record_encode.
typedef void (*state_record_encode)(enum kind kind, const union entity *entity,
                                    struct buffer *out);

struct state *state_new(state_record_decode decode, state_record_encode encode);
void state_free(struct state *state);

// Applies one entry: sequence must be the applied one + 1 (CHECK). First every hold with
// until <= logical time expires, whatever the command is. Always leaves an outcome. A request id already in the table with the same payload gives the recorded
// outcome; with another payload, or outside its window (docs/log.md), a refused one that
// is not recorded. refusal (may be NULL) gets the message of a refusal that was decided
// now.
void state_apply(struct state *state, const struct command_header *header,
                 struct change_source *source, struct outcome *outcome,
                 struct refusal *refusal);

// What state_apply would say to these changes at that time, request id and window left
// aside. Changes nothing. 0 or the refusal's status.
int state_validate(struct state *state, int64_t time_ms, struct change_source *source,
                   struct refusal *refusal);

// One change on a private copy of the state (an import's rehearsal), never on a daemon's:
// applies it alone and keeps it. 1: changed, 0: equal to what is stored, negative:
// refused and why.
int state_rehearse(struct state *state, int64_t time_ms, const struct change *change,
                   struct refusal *refusal);

// --- reading ---
uint64_t state_revision(const struct state *state); // sequence applied last
int64_t state_logical_time_ms(const struct state *state);
void state_digest(const struct state *state, unsigned char digest[16]); // big-endian
uint64_t state_count(const struct state *state, enum kind kind);

// The record with exactly this encoded key, or NULL.
const struct record *state_find(const struct state *state, enum kind kind,
                                struct slice key);
// The first record of the kind with key > after in bytewise key order (after absent: the
// very first), or NULL.
const struct record *state_next(const struct state *state, enum kind kind,
                                struct slice after);

// Handles of the index, and back. MATCH_NONE when not stored.
uint32_t state_service_handle(const struct state *state, struct slice code);
const struct record *state_service_record(const struct state *state, uint32_t service);
const struct record *state_unit_record(const struct state *state, uint32_t unit);
const struct record *state_agreement_record(const struct state *state,
                                            uint32_t agreement);
const struct record *state_area_record(const struct state *state, uint32_t area);

// Asks memory for what the views below of a stored unit and agreement (or MATCH_NONE)
// will read. Each step follows pointers that the one before asked for: go over all of an
// answer's options with step 0, then 1, then 2, and the misses overlap instead of waiting
// for each other.
#define STATE_PREFETCH_STEPS 3
void state_prefetch(const struct state *state, uint32_t unit, uint32_t agreement,
                    unsigned step);

// Facts of a stored row that an answer shows, without decoding its record.
struct state_unit_view {
    struct slice id;
    struct slice summary; // the record's first fields = vardsok.v1.UnitSummary, encoded
    int64_t region;
};
void state_unit_view(const struct state *state, uint32_t unit,
                     struct state_unit_view *view);
struct state_agreement_view {
    struct slice id;
    int64_t owner_region;
};
void state_agreement_view(const struct state *state, uint32_t agreement,
                          struct state_agreement_view *view);

// Moves the clock that free slots are read by (not the log's time), forward or back.
void state_see_time(struct state *state, int64_t now_ms);
// Slots of a stored capacity at that clock; false when it is not stored.
struct state_slots {
    uint32_t confirmed, held, free;
};
bool state_slots(const struct state *state, struct slice capacity,
                 struct state_slots *slots);
// When the next hold runs out, by the log's time, and which claim it is; false when none.
bool state_next_hold(const struct state *state, int64_t *until_ms, char id[CLAIM_ID_MAX]);

// The index for queries and for its day change; the state stays the only one that changes
// it.
struct match_index *state_index(struct state *state);

// What is allocated, free blocks and room to grow included.
struct state_stats {
    uint64_t record_bytes, tree_bytes, table_bytes, request_id_bytes, index_bytes;
};
void state_stats(const struct state *state, struct state_stats *stats);

#endif
