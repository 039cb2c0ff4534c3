// SPDX-License-Identifier: Apache-2.0
#include "unit/wire/shapes.h"

#include <criterion/criterion.h>

#include "domain/question.h"
#include "vardsok/log/v1/command.pb.h"
#include "vardsok/log/v1/record.pb.h"
#include "vardsok/v1/call.pb.h"
#include "vardsok/v1/capacity.pb.h"
#include "vardsok/v1/directory.pb.h"
#include "vardsok/v1/entities.pb.h"
#include "vardsok/v1/matching.pb.h"
#include "vardsok/v1/operations.pb.h"
#include "wire/service.h"

// Sets of a kind's descriptors.
#define IN_BOTH(name)                                                                    \
    {                                                                                    \
        NULL, &vardsok_v1_##name##_msg, &vardsok_log_v1_##name##_msg                     \
    }

static struct known_shape table[] = {
    IN_BOTH(Region),
    IN_BOTH(Municipality),
    IN_BOTH(NhvArea),
    IN_BOTH(Service),
    IN_BOTH(Mapping),
    IN_BOTH(Unit),
    IN_BOTH(NhvPermit),
    IN_BOTH(Agreement),
    IN_BOTH(AgreementLine),
    IN_BOTH(WaitingTime),
    IN_BOTH(Capacity),
    IN_BOTH(GuaranteeLimit),
    IN_BOTH(Setting),
    IN_BOTH(Claim),
    IN_BOTH(ClaimTake), // the operations in the order of enum change_op
    IN_BOTH(ClaimExtend),
    IN_BOTH(ClaimConfirm),
    IN_BOTH(ClaimRelease),
    IN_BOTH(CapacityWithdraw),
    {&shape_query, &vardsok_v1_MatchRequest_msg, NULL},
    {&shape_answer, &vardsok_v1_MatchResponse_msg, NULL},
    {&shape_capacity_list_request, &vardsok_v1_CapacityServiceListRequest_msg, NULL},
    {&shape_capacity_status, &vardsok_v1_CapacityStatus_msg, NULL},
    {&shape_claim_list_request, &vardsok_v1_ListClaimsRequest_msg, NULL},
    {&shape_call_metadata, &vardsok_v1_CallMetadata_msg, NULL},
    {&shape_list_request, &vardsok_v1_ListRequest_msg, NULL},
    {&shape_search_request, &vardsok_v1_SearchServicesRequest_msg, NULL},
    {&shape_service_hit, &vardsok_v1_ServiceHit_msg, NULL},
    {&shape_contact_request, &vardsok_v1_GetContactRequest_msg, NULL},
    {&shape_contact_response, &vardsok_v1_GetContactResponse_msg, NULL},
    {&shape_status_response, &vardsok_v1_StatusResponse_msg, NULL},
    {NULL, NULL, NULL},
};
const struct known_shape *known_shapes = table;

void known_shapes_init(void)
{
    for (int kind = 1; kind < KIND_COUNT; kind++)
        table[kind - 1].shape = entity_shape((enum kind)kind);
    for (int op = CHANGE_TAKE; op < CHANGE_OP_COUNT; op++)
        table[KIND_COUNT - 1 + op - CHANGE_TAKE].shape =
            operation_shape((enum change_op)op);
    for (const struct known_shape *known = table; known->shape; known++)
        cr_assert_leq(known->shape->size, MESSAGE_MAX);
}
