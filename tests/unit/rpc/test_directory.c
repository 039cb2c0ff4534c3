// SPDX-License-Identifier: Apache-2.0
//
// Get and List, through real frames.
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "lib/samples.h"
#include "rig.h"
#include "rpc/methods.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

#define NOTHING ((struct slice){"", 0})

static void send_get(struct rig *rig, uint32_t call_id, enum kind kind,
                     const union entity *entity)
{
    struct buffer message = {0};
    size_t mark = wire_write_start(&message, GET_REQUEST_KEY);
    wire_entity_encode(kind, entity, &message);
    wire_write_end(&message, mark);
    rig_send_request(rig, call_id, METHOD_GET, 0, buffer_slice(&message));
    buffer_free(&message);
}

Test(rpc_directory, get_finds_each_kind_by_its_key)
{
    struct rig rig;
    rig_init(&rig);
    rig_load(&rig);
    for (int k = 1; k < KIND_PUT_COUNT; k++) {
        enum kind kind = (enum kind)k, found;
        union entity entity;
        uint64_t revision;
        struct wire_field field;
        sample_entity(kind, &entity);
        send_get(&rig, 1, kind, &entity);
        struct wire_reader reader = {.rest = rig_expect(&rig, RPC_RESPONSE, 1).payload};
        cr_assert_eq(wire_read_field(&reader, &field), 1);
        cr_assert_eq(field.number, GET_RESPONSE_STORED);
        cr_assert_eq(wire_stored_decode(field.bytes, &found, &entity, &revision, NULL),
                     0);
        cr_expect_eq(found, kind);
        cr_expect_eq(revision, 2);
        cr_expect_eq(reader.rest.len, 0);
    }
    rig_close(&rig);
}

Test(rpc_directory, get_says_what_is_not_there)
{
    struct rig rig;
    union entity entity;
    rig_init(&rig);
    sample_entity(KIND_UNIT, &entity);
    send_get(&rig, 1, KIND_UNIT, &entity);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_NOT_FOUND, REASON_NOT_STORED);
    rig_send_request(&rig, 2, METHOD_GET, 0, NOTHING);
    rig_expect_refused(&rig, RPC_ERROR, 2, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    rig_send_request(&rig, 3, METHOD_GET, 0, slice_from("\x0a\x10zz"));
    rig_expect_refused(&rig, RPC_ERROR, 3, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
    rig_close(&rig);
}

struct page {
    uint32_t n;
    uint64_t revision;
    char token[256];
    size_t token_len;
};

static void send_list(struct rig *rig, uint32_t kind, int64_t page_size,
                      struct slice token)
{
    struct buffer message = {0};
    if (kind)
        wire_write_uint(&message, 1, kind);
    if (page_size != ABSENT)
        wire_write_uint(&message, 2, (uint64_t)page_size);
    if (token.data)
        wire_write_bytes(&message, 3, token);
    rig_send_request(rig, 1, METHOD_LIST, 0, buffer_slice(&message));
    buffer_free(&message);
}

static struct page read_page(struct rig *rig)
{
    struct page page = {0};
    struct wire_field field;
    struct wire_reader reader = {.rest = rig_expect(rig, RPC_RESPONSE, 1).payload};
    while (wire_read_field(&reader, &field) == 1) {
        if (field.number == LIST_RESPONSE_ENTITIES) {
            page.n++;
        } else if (field.number == LIST_RESPONSE_REVISION) {
            page.revision = field.value;
        } else {
            cr_assert_eq(field.number, LIST_RESPONSE_NEXT_PAGE_TOKEN);
            cr_assert_leq(field.bytes.len, sizeof page.token);
            memcpy(page.token, field.bytes.data, field.bytes.len);
            page.token_len = field.bytes.len;
        }
    }
    return page;
}

static void load_services(struct rig *rig, int n, size_t text_len)
{
    static char text[NAME_MAX_LEN + 1];
    union entity entity;
    char code[16];
    rig_region(rig, "x", false);
    memset(text, 'a', text_len);
    text[text_len] = '\0';
    for (int i = 0; i < n; i++) {
        sample_entity(KIND_SERVICE, &entity);
        snprintf(code, sizeof code, "S%05d", i);
        entity.service.code = slice_from(code);
        entity.service.name_sv = slice_from(text);
        entity.service.synonyms.n = 4;
        for (int s = 0; s < 4; s++)
            entity.service.synonyms.items[s] = slice_from(text);
        wire_apply_encode_change(CHANGE_PUT, KIND_SERVICE, &entity, ABSENT,
                                 &rig->scratch);
    }
    rig_send_request(rig, 99, METHOD_APPLY, 0, buffer_slice(&rig->scratch));
    rig_run_log(rig);
    rig_expect(rig, RPC_RESPONSE, 99);
}

Test(rpc_directory, list_gives_every_entity_once_page_by_page)
{
    struct rig rig;
    rig_init(&rig);
    load_services(&rig, 103, 10);
    for (int size = 1; size <= 104; size += size < 10 ? 1 : 31) {
        uint32_t n = 0;
        struct page page = {0};
        do {
            send_list(&rig, KIND_SERVICE, size,
                      page.token_len ? (struct slice){page.token, page.token_len}
                                     : SLICE_ABSENT);
            page = read_page(&rig);
            cr_assert_leq(page.n, (uint32_t)size);
            cr_assert_eq(page.revision, 2);
            n += page.n;
        } while (page.token_len);
        cr_assert_eq(n, 103, "in pages of %d", size);
    }
    send_list(&rig, KIND_UNIT, ABSENT, SLICE_ABSENT);
    cr_expect_eq(read_page(&rig).n, 0);
    rig_close(&rig);
}

Test(rpc_directory, a_page_is_bounded_in_bytes)
{
    struct rig rig;
    rig_init(&rig);
    load_services(&rig, 700, NAME_MAX_LEN);
    send_list(&rig, KIND_SERVICE, ABSENT, SLICE_ABSENT);
    struct page first = read_page(&rig);
    cr_assert_lt(first.n, 700);
    cr_assert_gt(first.n, 300);
    cr_assert_gt(first.token_len, 0);
    send_list(&rig, KIND_SERVICE, ABSENT, (struct slice){first.token, first.token_len});
    struct page second = read_page(&rig);
    cr_expect_eq(first.n + second.n, 700);
    cr_expect_eq(second.token_len, 0);
    rig_close(&rig);
}

Test(rpc_directory, large_answers_wait_until_the_peer_reads)
{
    struct rig rig;
    struct buffer requests = {0};
    rig_init(&rig);
    load_services(&rig, 700, NAME_MAX_LEN);
    for (uint32_t id = 0; id < 20; id++)
        rig_write_request(&requests, id, METHOD_LIST, 0, slice_from("\x08\x04"));
    rig_send(&rig, requests.data, requests.len);
    cr_expect_leq(rpc_connection_output(rig.connection).len,
                  RPC_MAX_UNSENT + RPC_MAX_PAGE_BYTES + 1024);
    cr_expect_not(rpc_connection_has_work(rig.connection));
    cr_expect_not(rpc_connection_may_read(rig.connection));
    for (uint32_t id = 0; id < 20; id++)
        rig_expect(&rig, RPC_RESPONSE, id);
    buffer_free(&requests);
    rig_close(&rig);
}

Test(rpc_directory, wrong_list_requests_are_refused)
{
    struct rig rig;
    rig_init(&rig);
    load_services(&rig, 3, 10);
    send_list(&rig, KIND_SERVICE, 1, SLICE_ABSENT);
    struct page page = read_page(&rig);
    send_list(&rig, 0, 1, SLICE_ABSENT);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    send_list(&rig, KIND_COUNT, 1, SLICE_ABSENT);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_UNKNOWN_ENUM);
    send_list(&rig, KIND_SERVICE, 0, SLICE_ABSENT);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE);
    send_list(&rig, KIND_SERVICE, 1001, SLICE_ABSENT);
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE);
    // of a kind whose keys look the same
    send_list(&rig, KIND_AGREEMENT, 1, (struct slice){page.token, page.token_len});
    rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT,
                       REASON_BAD_PAGE_TOKEN);
    for (size_t len = 0; len < page.token_len; len++) {
        send_list(&rig, KIND_SERVICE, 1, (struct slice){page.token, len});
        rig_expect_refused(&rig, RPC_ERROR, 1, STATUS_INVALID_ARGUMENT,
                           REASON_BAD_PAGE_TOKEN);
    }
    rig_close(&rig);
}
