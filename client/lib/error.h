// SPDX-License-Identifier: Apache-2.0
//
// Filling of struct vardsok_error.
#ifndef LIB_ERROR_H
#define LIB_ERROR_H

#include "base/reason.h"
#include "base/slice.h"
#include "lib/vardsok.h"

// Fills error (may be NULL) and returns status. field may be NULL.
int client_error_set(struct vardsok_error *error, int status, enum reason reason,
                     const char *field, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
// The same from a refusal; reason_text, when not empty, is the reason as the daemon named
// it.
int client_error_from_refusal(struct vardsok_error *error, const struct refusal *refusal,
                              struct slice reason_text);

#endif
