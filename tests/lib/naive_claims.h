// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims once more, plain and slow on purpose: domain.md §4 as a sequential
// model for the tests to hold state_apply against. It keeps everything in arrays, counts
// what is taken anew each time it is asked, and undoes a batch by having copied all of it
// before. It shares no code with the daemon's claims and must never do so; where it knows
// a table of the daemon's (names of fields in a refusal), a difference is a difference.
//
// Left out: references from other kinds, and the checks that need no state. The units and
// services that a capacity may name are those of naive_claims_init.
#ifndef TESTS_LIB_NAIVE_CLAIMS_H
#define TESTS_LIB_NAIVE_CLAIMS_H

#include "base/reason.h"
#include "domain/entity.h"

#define NAIVE_CLAIMS_NAME 64 // bytes of an id, unit, service or reference, with its NUL
#define NAIVE_CLAIMS_KNOWN 8

struct naive_capacity {
    char id[NAIVE_CLAIMS_NAME], unit[NAIVE_CLAIMS_NAME], service[NAIVE_CLAIMS_NAME];
    char note[NAIVE_CLAIMS_NAME]; // "" when there is none
    int64_t slots, window_start, window_end, book_by, open_to;
    uint64_t revision;
};

struct naive_claim {
    char id[NAIVE_CLAIMS_NAME], capacity[NAIVE_CLAIMS_NAME];
    char unit[NAIVE_CLAIMS_NAME], service[NAIVE_CLAIMS_NAME];
    char reference[NAIVE_CLAIMS_NAME]; // "" when there is none
    uint64_t made_by; // sequence of the entry, and the index of the change
    uint32_t made_by_change;
    int64_t region, slots, state, until, taken_at;
    bool extended, withdrawn;
    uint64_t revision;
};

// What happened to a command. status 0 or the refusal's.
struct naive_result {
    uint64_t sequence; // of the entry that decided it
    int status;
    enum reason reason;
    uint32_t index;
    const char *field;
    // A known request id so old that it may have been forgotten, and is then refused.
    bool may_be_forgotten;
};

struct naive_request {
    unsigned char id[16], payload[16];
    struct naive_result result;
};

struct naive_claims {
    const char *units[NAIVE_CLAIMS_KNOWN],
        *services[NAIVE_CLAIMS_KNOWN]; // NULL at the end
    struct naive_capacity *capacities;
    struct naive_claim *claims;
    struct naive_request *requests;
    size_t n_capacities, n_claims, n_requests;
    int64_t logical_ms;
    uint64_t sequence;
};

// One change, as the client says it: what it leaves out is ABSENT.
struct naive_change {
    enum change_op op;
    int64_t expected_revision;
    struct capacity capacity;  // of a put; of a delete its id
    union operation operation; // of the others
};

struct naive_command {
    int64_t time_ms;
    unsigned char request_id[16], payload[16];
    const struct naive_change *changes;
    size_t n_changes;
};

void naive_claims_init(struct naive_claims *model, const char *const units[],
                       const char *const services[]);
void naive_claims_free(struct naive_claims *model);

// The next entry of the log.
void naive_claims_apply(struct naive_claims *model, const struct naive_command *command,
                        struct naive_result *result);
// What naive_claims_apply would say to it, request id and window left aside.
void naive_claims_validate(const struct naive_claims *model,
                           const struct naive_command *command,
                           struct naive_result *result);

const struct naive_capacity *naive_capacity_find(const struct naive_claims *model,
                                                 struct slice id);
const struct naive_claim *naive_claim_find(const struct naive_claims *model,
                                           struct slice id);
// Slots of the capacity, by claims in the log's state; and what of the held ones is still
// held by a reader's clock.
int64_t naive_confirmed(const struct naive_claims *model, const char *capacity);
int64_t naive_held(const struct naive_claims *model, const char *capacity);
int64_t naive_held_at(const struct naive_claims *model, const char *capacity,
                      int64_t now_ms);
// The hold that runs out first, and among equals the one that was made first; or NULL.
const struct naive_claim *naive_next_hold(const struct naive_claims *model);

// The civil date in Stockholm.
int64_t naive_day(int64_t utc_ms);

#endif
