// SPDX-License-Identifier: Apache-2.0
//
// Where a fault is, for the checks of domain/: makes messages that begin with the field's
// path. No message repeats a text that a client sent: it might be a personal number.
#ifndef DOMAIN_CHECK_H
#define DOMAIN_CHECK_H

#include "domain/shape.h"

struct place {
    const char *parent; // name of the nested message, or NULL
    const char *name;   // of the field
    struct refusal *refusal;
};

// Refuses with STATUS_INVALID_ARGUMENT, "<path> <what>" as the message.
int check_fault(const struct place *place, enum reason reason, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

#endif
