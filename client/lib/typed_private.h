// SPDX-License-Identifier: Apache-2.0
//
// What the files of the typed calls share: not for others.
#ifndef LIB_TYPED_PRIVATE_H
#define LIB_TYPED_PRIVATE_H

#include "lib/typed.h"

// A unary call whose response is copied into the arena.
int typed_unary(struct vardsok *connection, unsigned method, const struct buffer *request,
                uint32_t timeout_ms, struct arena *arena, struct slice *response,
                struct vardsok_error *error);
// The daemon sent what we cannot read.
int typed_unreadable(struct vardsok_error *error, const struct refusal *refusal);

#endif
