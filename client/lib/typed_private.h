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

// The answer of any write. stored may be NULL; its texts borrow from response.
int typed_outcome_decode(struct slice response, uint64_t *revision,
                         struct client_stored *stored, struct vardsok_error *error);

// A list, page by page: filter is the request without its page_token, on_item gets the
// bytes of each item and may end the list with a negative return.
struct typed_list {
    unsigned method;
    uint32_t token_field; // number of page_token in the request
    const struct buffer *filter;
    uint32_t timeout_ms;
    int (*on_item)(void *arg, struct slice item, struct vardsok_error *error);
    void *arg;
};
int typed_list_run(struct vardsok *connection, const struct typed_list *list,
                   struct vardsok_error *error);
// on_item of a list of StoredEntity; arg is this.
struct typed_on_stored {
    client_on_stored on_stored;
    void *arg;
};
int typed_on_stored(void *arg, struct slice item, struct vardsok_error *error);

#endif
