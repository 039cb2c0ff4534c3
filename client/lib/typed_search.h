// SPDX-License-Identifier: Apache-2.0
//
// SearchServices and GetContact with structs in and out; the rules of typed.h hold here.
#ifndef LIB_TYPED_SEARCH_H
#define LIB_TYPED_SEARCH_H

#include "lib/typed.h"
#include "wire/service.h"

struct client_search {
    const struct service_hit *hits; // the best first
    uint32_t n;
    uint32_t found; // without the limit
    uint64_t revision;
};
// Errors: those of shape_search_request's check (nothing is sent), and the daemon's.
int client_search(struct vardsok *connection, const struct search_request *request,
                  uint32_t timeout_ms, struct arena *arena, struct client_search *result,
                  struct vardsok_error *error);

// A code or name of a region or municipality, and how its navigator is reached. No field
// of response->contact is there when none is stored. Errors: VARDSOK_NOT_FOUND
// (NOT_STORED, the nearest known in the message), VARDSOK_INVALID_ARGUMENT.
int client_contact(struct vardsok *connection, struct slice place, uint32_t timeout_ms,
                   struct arena *arena, struct contact_response *response,
                   struct vardsok_error *error);

#endif
