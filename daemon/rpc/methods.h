// SPDX-License-Identifier: Apache-2.0
//
// The one table of methods, which serves every transport: numbers and names are those of
// the .proto files and never reused.
#ifndef RPC_METHODS_H
#define RPC_METHODS_H

#include "rpc/call.h"
#include "wire/change.h"

// The writes of CapacityService.
enum rpc_capacity_method {
    RPC_PUBLISH = 30,
    RPC_CHANGE = 31,
    RPC_WITHDRAW = 32,
    RPC_CLAIM = 33,
    RPC_EXTEND = 34,
    RPC_CONFIRM = 35,
    RPC_RELEASE = 36
};

// NULL when there is no such method.
const struct rpc_method *rpc_method_find(uint16_t number);
// By full gRPC name ("/vardsok.v1.MatchingService/Match").
const struct rpc_method *rpc_method_find_name(struct slice name);

// The handlers, one file a topic: handle_match.c ...
void rpc_match_start(struct rpc_call *call, struct slice message);
void rpc_match_resume(struct rpc_call *call);
void rpc_match_cancel(struct rpc_call *call, struct refusal *refusal);
void rpc_batch_start(struct rpc_call *call, struct slice message);
void rpc_batch_resume(struct rpc_call *call);
void rpc_batch_cancel(struct rpc_call *call, struct refusal *refusal);
void rpc_get_start(struct rpc_call *call, struct slice message);
void rpc_list_start(struct rpc_call *call, struct slice message);
void rpc_search_start(struct rpc_call *call, struct slice message);
void rpc_contact_start(struct rpc_call *call, struct slice message);
void rpc_apply_start(struct rpc_call *call, struct slice message);
void rpc_apply_resume(struct rpc_call *call);
void rpc_apply_cancel(struct rpc_call *call, struct refusal *refusal);
void rpc_capacity_write_start(struct rpc_call *call, struct slice message);
void rpc_capacity_list_start(struct rpc_call *call, struct slice message);
void rpc_claim_list_start(struct rpc_call *call, struct slice message);
void rpc_status_start(struct rpc_call *call, struct slice message);

// What Apply does with a request once it is read, for the other writes: their command is
// in call->request, they resume and cancel as Apply does, and their answers are laid out
// like its. status and refusal are of the reading.
void rpc_apply_run(struct rpc_call *call, const struct wire_apply_request *request,
                   int status, struct refusal *refusal);

// Refuses a request whose bytes are not the message they should be, and ends the call.
void rpc_fail_bad_message(struct rpc_call *call, const char *message_name);

#endif
