// SPDX-License-Identifier: Apache-2.0
//
// Pages of a list: the state's records of a kind in key order. Nothing is kept between
// pages: a page_token is the last key looked at,
//
//    0  u8   kind
//    1  the key's bytes as they stand in the record
//
// and is checked to be a well-formed key of the kind asked for. Every list answers with
// the rows in field 1, next_page_token in 2 and the revision in 3.
#ifndef RPC_PAGE_H
#define RPC_PAGE_H

#include "base/buffer.h"
#include "domain/state.h"

// Records looked at for one page, so that a filter that little fits does not hold the
// loop: the page then ends early.
#define PAGE_MAX_EXAMINED 5000

struct rpc_page {
    const struct state *state;
    enum kind kind;
    int64_t size;       // rows; ABSENT: LIST_PAGE_MAX
    struct slice token; // absent: the first page
    // Appends the row's message to out; false when it does not fit the filter. NULL: all
    // fit, as StoredEntity.
    bool (*row)(void *arg, const struct record_view *record, struct buffer *out);
    void *arg;
};

int rpc_page_check_token(enum kind kind, struct slice token, struct refusal *refusal);
void rpc_page_write(const struct rpc_page *page, struct buffer *out);

#endif
