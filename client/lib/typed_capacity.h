// SPDX-License-Identifier: Apache-2.0
//
// The calls of CapacityService with the domain's structs in and out; the rules of typed.h
// hold here.
//
// A write carries a request id and is sent again with it until its timeout, so that it is
// done once however often it is sent. It ends in one of four ways: 0, done; a refusal, it
// will never be done; VARDSOK_UNAVAILABLE, not done, and may be tried again; reason
// OUTCOME_UNKNOWN, may be done, and is to be repeated with the same request id.
#ifndef LIB_TYPED_CAPACITY_H
#define LIB_TYPED_CAPACITY_H

#include "lib/typed.h"
#include "wire/service.h"

struct client_write_call {
    const unsigned char *request_id; // VARDSOK_REQUEST_ID_LEN bytes; NULL: one is made
    uint32_t timeout_ms;
    // The revision that the write rests on: a capacity's (change, withdraw, take) or a
    // claim's. ABSENT: whatever it is.
    int64_t expected_revision;
};

struct client_written {
    uint64_t revision; // that the write got, in a retry the first one's
    // What is stored when the write is answered: a capacity or a claim. KIND_NONE when it
    // is gone by then, and always after a withdraw.
    struct client_stored stored;
};

// The capacity must have passed entity_check, an operation operation_check. Errors beside
// those of any write: schema/vardsok/v1/capacity.proto has them method by method.
//
// A new capacity. VARDSOK_ABORTED (REVISION_MISMATCH) when there is one with that id;
// call->expected_revision is not looked at.
int client_capacity_publish(struct vardsok *connection,
                            const struct client_write_call *call,
                            const struct capacity *capacity, struct arena *arena,
                            struct client_written *written, struct vardsok_error *error);
// The whole capacity as it is to be.
int client_capacity_change(struct vardsok *connection,
                           const struct client_write_call *call,
                           const struct capacity *capacity, struct arena *arena,
                           struct client_written *written, struct vardsok_error *error);
// The claims that it released are those of the capacity whose revision is
// written->revision (client_claim_list).
int client_capacity_withdraw(struct vardsok *connection,
                             const struct client_write_call *call,
                             const struct capacity_withdraw *withdraw,
                             struct arena *arena, struct client_written *written,
                             struct vardsok_error *error);
// written->stored is the new claim, with its id.
int client_claim_take(struct vardsok *connection, const struct client_write_call *call,
                      const struct claim_take *take, struct arena *arena,
                      struct client_written *written, struct vardsok_error *error);
int client_claim_extend(struct vardsok *connection, const struct client_write_call *call,
                        const struct claim_extend *extend, struct arena *arena,
                        struct client_written *written, struct vardsok_error *error);
int client_claim_confirm(struct vardsok *connection, const struct client_write_call *call,
                         const struct claim_mark *mark, struct arena *arena,
                         struct client_written *written, struct vardsok_error *error);
int client_claim_release(struct vardsok *connection, const struct client_write_call *call,
                         const struct claim_mark *mark, struct arena *arena,
                         struct client_written *written, struct vardsok_error *error);

// The capacities that fit every field given in filter, in key order, with what is left of
// each; paging as client_list. page_size and page_token of a filter are to be absent.
typedef int (*client_on_capacity)(void *arg, const struct capacity_status *status);
int client_capacity_list(struct vardsok *connection,
                         const struct capacity_list_request *filter, uint32_t timeout_ms,
                         client_on_capacity on_capacity, void *arg,
                         struct vardsok_error *error);
// The same for claims, in the order in which they were made.
int client_claim_list(struct vardsok *connection, const struct claim_list_request *filter,
                      uint32_t timeout_ms, client_on_stored on_stored, void *arg,
                      struct vardsok_error *error);

#endif
