// SPDX-License-Identifier: Apache-2.0
//
// Status codes: the one set of results that every layer of vårdsök returns.
//
// A function returns 0 (STATUS_OK) or one negative code. The number is the negated gRPC
// status code, so that the table to the wire is a sign; a code's name exists here alone.
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_CANCELED = -1,
    STATUS_UNKNOWN = -2,
    STATUS_INVALID_ARGUMENT = -3,
    STATUS_DEADLINE_EXCEEDED = -4,
    STATUS_NOT_FOUND = -5,
    STATUS_ALREADY_EXISTS = -6,
    STATUS_PERMISSION_DENIED = -7,
    STATUS_RESOURCE_EXHAUSTED = -8,
    STATUS_FAILED_PRECONDITION = -9,
    STATUS_ABORTED = -10,
    STATUS_OUT_OF_RANGE = -11,
    STATUS_UNIMPLEMENTED = -12,
    STATUS_INTERNAL = -13,
    STATUS_UNAVAILABLE = -14,
    STATUS_DATA_LOSS = -15,
    STATUS_UNAUTHENTICATED = -16,
};

// Upper-case gRPC name of a status ("INVALID_ARGUMENT"); "UNKNOWN" outside the set.
const char *status_name(int status);

// The gRPC status code (0-16) of a status, and back; outside it STATUS_UNKNOWN.
unsigned status_to_grpc(int status);
int status_from_grpc(unsigned code);

#endif
