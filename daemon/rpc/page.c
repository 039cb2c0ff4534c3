// SPDX-License-Identifier: Apache-2.0
#include "rpc/page.h"

#include "base/status.h"
#include "rpc/limits.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

static bool is_token(struct slice token, enum kind kind)
{
    union entity entity;
    if (token.len < 2 || (unsigned char)token.data[0] != (unsigned)kind)
        return false;
    struct slice key = {token.data + 1, token.len - 1};
    return wire_decode(entity_shape(kind), WIRE_LOG, key, &entity, NULL, NULL) ==
               STATUS_OK &&
           entity_check_key(kind, &entity, NULL) == STATUS_OK;
}

int rpc_page_check_token(enum kind kind, struct slice token, struct refusal *refusal)
{
    if (token.data == NULL || is_token(token, kind))
        return STATUS_OK;
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_PAGE_TOKEN, "page_token",
                  "page_token is not one that was given for this list");
}

static void write_token(const struct record *last, struct buffer *out)
{
    struct record_view view = {0};
    record_view_set(&view, last);
    size_t mark = wire_write_start(out, LIST_RESPONSE_NEXT_PAGE_TOKEN);
    char kind = (char)view.kind;
    buffer_append(out, &kind, 1);
    buffer_append_slice(out, record_view_key(&view));
    wire_write_end(out, mark);
    record_view_close(&view);
}

// Appends the row, or nothing when it does not fit the filter.
static bool write_row(const struct rpc_page *page, const struct record_view *record,
                      struct buffer *out)
{
    size_t before = out->len;
    size_t mark = wire_write_start(out, LIST_RESPONSE_ENTITIES);
    bool fits = true;
    if (page->row)
        fits = page->row(page->arg, record, out);
    else
        wire_stored_encode(record, out);
    if (fits)
        wire_write_end(out, mark);
    else
        out->len = before;
    return fits;
}

// The last record looked at when there is more after it, or NULL at the end.
static const struct record *write_rows(const struct rpc_page *page, struct buffer *out)
{
    int64_t size = page->size == ABSENT ? LIST_PAGE_MAX : page->size;
    size_t start = out->len;
    struct slice after = page->token;
    const struct record *last = NULL, *record;
    struct record_view view = {0};
    int64_t n_rows = 0;
    if (after.data)
        after = (struct slice){after.data + 1, after.len - 1};
    for (unsigned n = 0; (record = state_next(page->state, page->kind, after)); n++) {
        size_t before = out->len;
        if (n_rows == size || n == PAGE_MAX_EXAMINED)
            break;
        record_view_set(&view, record);
        n_rows += write_row(page, &view, out);
        if (n_rows > 1 && out->len - start > RPC_MAX_PAGE_BYTES) {
            out->len = before;
            break;
        }
        last = record;
        after = record_view_key(&view);
    }
    record_view_close(&view);
    return record ? last : NULL;
}

void rpc_page_write(const struct rpc_page *page, struct buffer *out)
{
    const struct record *last = write_rows(page, out);
    if (last)
        write_token(last, out);
    wire_write_uint(out, LIST_RESPONSE_REVISION, state_revision(page->state));
}
