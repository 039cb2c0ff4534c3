// SPDX-License-Identifier: Apache-2.0
#include "rpc/methods.h"

#include "base/status.h"

static const struct rpc_method methods[] = {
    {1, RPC_UNARY, "/vardsok.v1.MatchingService/Match", rpc_match_start, rpc_match_resume,
     rpc_match_cancel},
    {2, RPC_STREAM, "/vardsok.v1.MatchingService/MatchBatch", rpc_batch_start,
     rpc_batch_resume, rpc_batch_cancel},
    {10, RPC_UNARY, "/vardsok.v1.DirectoryService/Get", rpc_get_start, NULL, NULL},
    {11, RPC_UNARY, "/vardsok.v1.DirectoryService/List", rpc_list_start, NULL, NULL},
    {12, RPC_UNARY, "/vardsok.v1.DirectoryService/SearchServices", rpc_search_start, NULL,
     NULL},
    {13, RPC_UNARY, "/vardsok.v1.DirectoryService/GetContact", rpc_contact_start, NULL,
     NULL},
    {20, RPC_UNARY, "/vardsok.v1.RegistryService/Apply", rpc_apply_start,
     rpc_apply_resume, rpc_apply_cancel},
    {30, RPC_UNARY, "/vardsok.v1.CapacityService/Publish", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {31, RPC_UNARY, "/vardsok.v1.CapacityService/Change", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {32, RPC_UNARY, "/vardsok.v1.CapacityService/Withdraw", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {33, RPC_UNARY, "/vardsok.v1.CapacityService/Claim", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {34, RPC_UNARY, "/vardsok.v1.CapacityService/Extend", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {35, RPC_UNARY, "/vardsok.v1.CapacityService/Confirm", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {36, RPC_UNARY, "/vardsok.v1.CapacityService/Release", rpc_capacity_write_start,
     rpc_apply_resume, rpc_apply_cancel},
    {37, RPC_UNARY, "/vardsok.v1.CapacityService/List", rpc_capacity_list_start, NULL,
     NULL},
    {38, RPC_UNARY, "/vardsok.v1.CapacityService/ListClaims", rpc_claim_list_start, NULL,
     NULL},
    {40, RPC_UNARY, "/vardsok.v1.OperationsService/Status", rpc_status_start, NULL, NULL},
};

#define N_METHODS (sizeof methods / sizeof methods[0])

const struct rpc_method *rpc_method_find(uint16_t number)
{
    for (size_t i = 0; i < N_METHODS; i++)
        if (methods[i].number == number)
            return &methods[i];
    return NULL;
}

const struct rpc_method *rpc_method_find_name(struct slice name)
{
    for (size_t i = 0; i < N_METHODS; i++)
        if (slice_equal(slice_from(methods[i].name), name))
            return &methods[i];
    return NULL;
}

void rpc_fail_bad_message(struct rpc_call *call, const char *message_name)
{
    struct refusal refusal;
    refuse(&refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
           "the request is not a %s", message_name);
    rpc_call_fail(call, &refusal);
}
