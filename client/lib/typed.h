// SPDX-License-Identifier: Apache-2.0
//
// The calls of vardsok.v1 with the domain's structs in and out, for the programs of this
// repository; on top of vardsok.h, whose rules on errors and threads hold here.
//
// Texts in what comes out borrow from the arena that was given.
#ifndef LIB_TYPED_H
#define LIB_TYPED_H

#include "base/arena.h"
#include "base/buffer.h"
#include "domain/question.h"
#include "domain/state.h"
#include "lib/error.h"
#include "lib/vardsok.h"

#define CLIENT_BATCH_MAX_QUERIES 1000 // of one MatchBatch

// One query. Errors: those of query_check (nothing is sent), and the daemon's.
int client_match(struct vardsok *connection, const struct query *query,
                 uint32_t timeout_ms, struct arena *arena, struct answer *answer,
                 struct vardsok_error *error);

// Many: add up to CLIENT_BATCH_MAX_QUERIES checked queries to a request, start it, and
// take one result for each, in order.
void client_batch_add(struct buffer *request, const struct query *query);
int client_batch_start(struct vardsok *connection, const struct buffer *request,
                       uint32_t timeout_ms, struct vardsok_call **call,
                       struct vardsok_error *error);
// 1: an answer, or a refusal when refused->status is not 0; 0: no more; negative: the
// call failed.
int client_batch_next(struct vardsok_call *call, struct arena *arena, uint32_t *index,
                      struct answer *answer, struct vardsok_error *refused,
                      struct vardsok_error *error);

// A write under construction and under way.
struct client_write {
    struct buffer request;
    uint32_t n_changes;
    unsigned char request_id[VARDSOK_REQUEST_ID_LEN];
    struct vardsok_call *call;
};

struct client_write_options {
    const unsigned char *request_id; // NULL: a new one is made
    bool validate_only;
    bool return_stored;
};
// Begins a write; client_write_close releases it.
void client_write_init(struct client_write *write,
                       const struct client_write_options *options);
// The entity must have passed entity_check (for a delete entity_check_key).
void client_write_add(struct client_write *write, enum change_op op, enum kind kind,
                      const union entity *entity, int64_t expected_revision);
// Sends it; it is sent again with its id until the timeout.
int client_write_start(struct client_write *write, struct vardsok *connection,
                       uint32_t timeout_ms, struct vardsok_error *error);
// An entity that is stored, with the revision of its last change.
struct client_stored {
    enum kind kind;
    union entity entity;
    uint64_t revision;
};
// Waits for the outcome. stored (may be NULL) gets the last entity that a write with
// return_stored left stored; its kind is KIND_NONE when there is none.
int client_write_finish(struct client_write *write, struct arena *arena,
                        uint64_t *revision, struct client_stored *stored,
                        struct vardsok_error *error);
void client_write_close(struct client_write *write);

// One entity: stored->kind and the key fields of stored->entity say which, and it becomes
// what is stored. Errors: VARDSOK_NOT_FOUND (NOT_STORED).
int client_get(struct vardsok *connection, uint32_t timeout_ms, struct arena *arena,
               struct client_stored *stored, struct vardsok_error *error);

// Every entity of a kind in key order, page by page; each page has its own timeout. What
// on_stored is given lives until it returns; a negative return ends the list with that.
typedef int (*client_on_stored)(void *arg, const struct client_stored *stored);
int client_list(struct vardsok *connection, enum kind kind, uint32_t timeout_ms,
                client_on_stored on_stored, void *arg, struct vardsok_error *error);

// What a daemon says of itself (StatusResponse).
struct client_log_status {
    struct slice uuid, durability;
    int64_t applied_sequence;
    struct slice chain;
    int64_t lag_ms;
    struct slice what;
};
struct client_state_status {
    struct slice digest;
    int64_t units, services, agreements, agreement_lines, waiting_times, capacities,
        claims;
};
struct client_status {
    int64_t revision, ready, writable;
    struct slice version;
    struct client_log_status log;
    struct client_state_status state;
    int64_t memory_bytes, uptime_s;
};
extern const struct shape client_status_shape;
int client_status(struct vardsok *connection, uint32_t timeout_ms, struct arena *arena,
                  struct client_status *result, struct vardsok_error *error);

#endif
