// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#define N_STATUSES 17

static const char *const names[N_STATUSES] = {
    "OK",
    "CANCELED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

const char *status_name(int status)
{
    return names[status_to_grpc(status)];
}

unsigned status_to_grpc(int status)
{
    if (status > 0 || status <= -N_STATUSES)
        return (unsigned)-STATUS_UNKNOWN;
    return (unsigned)-status;
}

int status_from_grpc(unsigned code)
{
    return code < N_STATUSES ? -(int)code : STATUS_UNKNOWN;
}
