// SPDX-License-Identifier: Apache-2.0
//
// What the files of the typed calls share: not for others.
#ifndef LIB_TYPED_PRIVATE_H
#define LIB_TYPED_PRIVATE_H

#include "lib/typed.h"

// A unary call, sent again if need be, whose response is copied into the arena.
struct typed_call {
    unsigned method;
    const struct buffer *request;
    uint32_t timeout_ms;
};
int typed_unary(struct vardsok *connection, const struct typed_call *call,
                struct arena *arena, struct slice *response, struct vardsok_error *error);
// The daemon sent what we cannot read.
int typed_unreadable(struct vardsok_error *error, const struct refusal *refusal);

#endif
