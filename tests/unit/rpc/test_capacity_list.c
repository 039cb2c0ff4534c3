// SPDX-License-Identifier: Apache-2.0
//
// Capacities with what is left of them, and claims: methods 37 and 38, through real
// frames.
#include <criterion/criterion.h>

#include "base/status.h"
#include "capacity.h"
#include "lib/samples.h"
#include "rpc/page.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

struct page {
    uint32_t n;
    struct slice rows[16]; // of the frame
    uint64_t revision;
    struct slice token; // absent at the end
};

static struct page read_page(struct rig *rig)
{
    struct page page = {0};
    struct wire_field field;
    struct wire_reader reader = {.rest = rig_expect(rig, RPC_RESPONSE, 1).payload};
    while (wire_read_field(&reader, &field) == 1) {
        if (field.number == LIST_RESPONSE_ENTITIES) {
            if (page.n < 16)
                page.rows[page.n] = field.bytes;
            page.n++;
        } else if (field.number == LIST_RESPONSE_NEXT_PAGE_TOKEN) {
            page.token = field.bytes;
        } else {
            page.revision = field.value;
        }
    }
    return page;
}

static struct capacity_list_request every_capacity(void)
{
    struct capacity_list_request request;
    shape_clear(&shape_capacity_list_request, &request);
    return request;
}

static struct claim_list_request every_claim(void)
{
    struct claim_list_request request;
    shape_clear(&shape_claim_list_request, &request);
    return request;
}

static void send_list(struct rig *rig, uint16_t method, const void *request)
{
    const struct shape *shape = method == RPC_CAPACITY_LIST ? &shape_capacity_list_request
                                                            : &shape_claim_list_request;
    struct buffer message = {0};
    wire_encode(shape, WIRE_PUBLIC, request, &message);
    rig_send_request(rig, 1, method, 0, buffer_slice(&message));
    buffer_free(&message);
}

static struct page list_capacities(struct rig *rig,
                                   const struct capacity_list_request *request)
{
    send_list(rig, RPC_CAPACITY_LIST, request);
    return read_page(rig);
}

static struct page list_claims(struct rig *rig, const struct claim_list_request *request)
{
    send_list(rig, RPC_CLAIM_LIST, request);
    return read_page(rig);
}

static struct capacity_status read_capacity(struct slice row)
{
    struct capacity_status status;
    struct refusal refusal;
    cr_assert_eq(
        wire_decode(&shape_capacity_status, WIRE_PUBLIC, row, &status, NULL, &refusal), 0,
        "%s", refusal.message);
    return status;
}

static struct claim read_claim(struct slice row)
{
    union entity entity;
    enum kind kind;
    uint64_t revision;
    cr_assert_eq(wire_stored_decode(row, &kind, &entity, &revision, NULL), 0);
    cr_assert_eq(kind, KIND_CLAIM);
    return entity.claim;
}

// C-7 (14; 3 slots, 1 held, 1 confirmed), C-8 (13 and 14; closed), C-9 (13 and 14; 1 slot,
// taken by 13 and released by it), C-10 (as C-9, full). Claims 6-0 to 6-3.
static void setup_list(struct rig *rig)
{
    union entity stored;
    const char *const names[] = {"C-8", "C-9", "C-10"};
    capacity_setup(rig);
    for (int i = 0; i < 3; i++) {
        struct capacity capacity = capacity_sample(names[i]);
        capacity.slots = 1;
        capacity.book_by = i == 0 ? sample_day("2026-11-21") : ABSENT;
        capacity_send(rig, RPC_PUBLISH, &capacity, ABSENT);
        capacity_expect_stored(rig, KIND_CAPACITY, &stored);
    }
    buffer_clear(&rig->scratch);
    capacity_write_id(rig, &rig->scratch);
    const struct {
        const char *capacity;
        int64_t region;
    } takes[] = {{"C-7", 14}, {"C-7", 14}, {"C-9", 13}, {"C-10", 13}};
    union operation operation;
    for (int i = 0; i < 4; i++) {
        operation = (union operation){.take = {slice_from(takes[i].capacity),
                                               takes[i].region, 1, 60, SLICE_ABSENT}};
        wire_apply_encode_operation(CHANGE_TAKE, &operation, ABSENT, &rig->scratch);
    }
    operation = (union operation){.mark = {slice_from("6-1")}};
    wire_apply_encode_operation(CHANGE_CONFIRM, &operation, ABSENT, &rig->scratch);
    operation = (union operation){.mark = {slice_from("6-2")}};
    wire_apply_encode_operation(CHANGE_RELEASE, &operation, ABSENT, &rig->scratch);
    rig_send_request(rig, 1, METHOD_APPLY, 0, buffer_slice(&rig->scratch));
    rig_run_log(rig);
    cr_assert(
        slice_equal(rig_expect(rig, RPC_RESPONSE, 1).payload, slice_from("\x08\x06")));
}

Test(rpc_capacity_list, it_tells_what_is_left_of_each)
{
    struct rig rig;
    struct capacity_list_request request = every_capacity();
    setup_list(&rig);
    struct page page = list_capacities(&rig, &request);
    cr_assert_eq(page.n, 4);
    cr_expect_null(page.token.data);
    cr_expect_eq(page.revision, 6);
    struct capacity_status status = read_capacity(page.rows[0]);
    cr_expect(slice_equal(status.capacity.id, slice_from("C-7")));
    cr_expect_eq(status.revision, 2);
    cr_expect_eq(status.confirmed, 1);
    cr_expect_eq(status.held, 1);
    cr_expect_eq(status.free, 1);
    cr_expect_eq(status.closed, false);
    cr_expect_eq(read_capacity(page.rows[1]).closed, true);
    cr_expect_eq(read_capacity(page.rows[1]).free, 1);
    cr_expect_eq(read_capacity(page.rows[2]).free, 1);
    status = read_capacity(page.rows[3]);
    cr_expect(slice_equal(status.capacity.id, slice_from("C-10")), "shorter ids first");
    cr_expect_eq(status.free, 0);
    rig_close(&rig);
}

Test(rpc_capacity_list, free_slots_are_those_of_the_daemons_own_clock)
{
    struct rig rig;
    struct capacity_list_request request = every_capacity();
    setup_list(&rig);
    request.id = slice_from("C-10");
    state_see_time(replica_state(rig.replica), rig.clock.now_ms + 60000);
    struct page page = list_capacities(&rig, &request);
    cr_assert_eq(page.n, 1);
    cr_expect_eq(read_capacity(page.rows[0]).free, 1);
    cr_expect_eq(read_capacity(page.rows[0]).held, 0);
    state_see_time(replica_state(rig.replica), rig.clock.now_ms);
    page = list_capacities(&rig, &request);
    cr_expect_eq(read_capacity(page.rows[0]).held, 1);
    rig_close(&rig);
}

Test(rpc_capacity_list, every_filter_that_is_given_must_fit)
{
    struct rig rig;
    struct capacity_list_request none = every_capacity();
    setup_list(&rig);
    struct capacity_list_request requests[7];
    uint32_t found[7] = {1, 0, 4, 0, 4, 3, 2};
    for (int i = 0; i < 7; i++)
        requests[i] = none;
    requests[0].id = slice_from("C-9");
    requests[1].id = slice_from("C");
    requests[2].unit = slice_from("TSE2321000131-E1");
    requests[3].unit = slice_from("TSE2321000131-E2");
    requests[4].service = slice_from("NFB49");
    requests[5].open_to = 13;
    requests[6].available = true; // C-8 is closed, C-10 full
    for (int i = 0; i < 7; i++)
        cr_expect_eq(list_capacities(&rig, &requests[i]).n, found[i], "request %d", i);
    requests[6].open_to = 13;
    cr_expect_eq(list_capacities(&rig, &requests[6]).n, 1, "both");
    requests[6].available = false;
    cr_expect_eq(list_capacities(&rig, &requests[6]).n, 3, "false is not asked");
    requests[4].service = slice_from("CJE20");
    cr_expect_eq(list_capacities(&rig, &requests[4]).n, 0);
    rig_close(&rig);
}

Test(rpc_capacity_list, a_capacity_closes_when_the_day_turns)
{
    struct rig rig;
    struct capacity_list_request request = every_capacity();
    setup_list(&rig);
    request.available = true;
    rig.context.today = sample_day("2026-12-18");
    cr_expect_eq(list_capacities(&rig, &request).n, 2);
    rig.context.today = sample_day("2026-12-19");
    cr_expect_eq(list_capacities(&rig, &request).n, 0);
    rig_close(&rig);
}

Test(rpc_capacity_list, pages_go_on_where_the_last_one_ended)
{
    struct rig rig;
    struct capacity_list_request request = every_capacity();
    char token[64];
    uint32_t n = 0;
    setup_list(&rig);
    request.page_size = 1;
    for (;;) {
        struct page page = list_capacities(&rig, &request);
        n += page.n;
        if (page.token.data == NULL)
            break;
        cr_assert_eq(page.n, 1);
        cr_assert_leq(page.token.len, sizeof token);
        memcpy(token, page.token.data, page.token.len);
        request.page_token = (struct slice){token, page.token.len};
    }
    cr_expect_eq(n, 4);
    rig_close(&rig);
}

Test(rpc_claim_list, claims_come_in_the_order_in_which_they_were_made)
{
    struct rig rig;
    struct claim_list_request request = every_claim();
    setup_list(&rig);
    struct page page = list_claims(&rig, &request);
    const enum claim_state states[] = {CLAIM_HELD, CLAIM_CONFIRMED, CLAIM_RELEASED,
                                       CLAIM_HELD};
    cr_assert_eq(page.n, 4);
    cr_expect_eq(page.revision, 6);
    for (int i = 0; i < 4; i++) {
        char id[CLAIM_ID_MAX];
        struct claim claim = read_claim(page.rows[i]);
        claim_id_format(6, (uint32_t)i, id);
        cr_expect(slice_equal(claim.claim, slice_from(id)), "%d", i);
        cr_expect_eq(claim.state, states[i], "%d", i);
    }
    rig_close(&rig);
}

Test(rpc_claim_list, every_filter_that_is_given_must_fit)
{
    struct rig rig;
    struct claim_list_request requests[7];
    uint32_t found[7] = {2, 4, 0, 2, 2, 0, 1};
    setup_list(&rig);
    for (int i = 0; i < 7; i++)
        requests[i] = every_claim();
    requests[0].region = 13;
    requests[1].unit = slice_from("TSE2321000131-E1");
    requests[2].unit = slice_from("TSE2321000131-E2");
    requests[3].capacity = slice_from("C-7");
    requests[4].state = CLAIM_HELD;
    requests[5].state = CLAIM_EXPIRED;
    requests[6].state = CLAIM_HELD;
    requests[6].region = 13;
    for (int i = 0; i < 7; i++)
        cr_expect_eq(list_claims(&rig, &requests[i]).n, found[i], "request %d", i);
    rig_close(&rig);
}

Test(rpc_claim_list, claims_of_a_withdrawn_capacity_are_still_told)
{
    struct rig rig;
    struct claim_list_request request = every_claim();
    setup_list(&rig);
    capacity_send_withdraw(&rig, "C-7", true);
    rig_expect(&rig, RPC_RESPONSE, 1);
    request.capacity = slice_from("C-7");
    struct page page = list_claims(&rig, &request);
    cr_assert_eq(page.n, 2);
    for (int i = 0; i < 2; i++) {
        struct claim claim = read_claim(page.rows[i]);
        cr_expect_eq(claim.state, CLAIM_RELEASED);
        cr_expect_eq(claim.withdrawn, true);
    }
    rig_close(&rig);
}

static void publish_large(struct rig *rig)
{
    struct capacity large = capacity_sample("LARGE");
    union entity stored;
    large.slots = 10000;
    capacity_send(rig, RPC_PUBLISH, &large, ABSENT);
    capacity_expect_stored(rig, KIND_CAPACITY, &stored);
}

// n claims of region 14, and one of 13 behind them; the entry is 4.
static void take_many(struct rig *rig, uint32_t n)
{
    buffer_clear(&rig->scratch);
    capacity_write_id(rig, &rig->scratch);
    for (uint32_t i = 0; i <= n; i++) {
        union operation operation = {
            .take = {slice_from("LARGE"), i < n ? 14 : 13, ABSENT, ABSENT, SLICE_ABSENT}};
        wire_apply_encode_operation(CHANGE_TAKE, &operation, ABSENT, &rig->scratch);
    }
    rig_send_request(rig, 1, METHOD_APPLY, 0, buffer_slice(&rig->scratch));
    rig_run_log(rig);
    rig_expect(rig, RPC_RESPONSE, 1);
}

Test(rpc_claim_list, a_page_where_nothing_fits_is_empty_and_not_the_last)
{
    struct rig rig;
    struct claim_list_request request = every_claim();
    char token[64];
    capacity_setup(&rig);
    publish_large(&rig);
    take_many(&rig, PAGE_MAX_EXAMINED);
    request.region = 13;
    struct page page = list_claims(&rig, &request);
    cr_expect_eq(page.n, 0);
    cr_assert_not_null(page.token.data);
    memcpy(token, page.token.data, page.token.len);
    request.page_token = (struct slice){token, page.token.len};
    page = list_claims(&rig, &request);
    cr_assert_eq(page.n, 1);
    cr_expect_null(page.token.data);
    cr_expect_eq(read_claim(page.rows[0]).region, 13);
    rig_close(&rig);
}

Test(rpc_claim_list, a_page_that_has_looked_at_all_is_the_last)
{
    struct rig rig;
    struct claim_list_request request = every_claim();
    capacity_setup(&rig);
    publish_large(&rig);
    take_many(&rig, PAGE_MAX_EXAMINED - 1); // 5,000 with the last
    request.region = 1;
    struct page page = list_claims(&rig, &request);
    cr_expect_eq(page.n, 0);
    cr_expect_null(page.token.data);
    request.region = ABSENT;
    page = list_claims(&rig, &request);
    cr_expect_eq(page.n, LIST_PAGE_MAX, "the most of a page");
    cr_expect_not_null(page.token.data);
    rig_close(&rig);
}

Test(rpc_claim_list, what_is_no_list_request_is_refused)
{
    const uint16_t methods[] = {RPC_CAPACITY_LIST, RPC_CLAIM_LIST};
    struct rig rig;
    setup_list(&rig);
    for (int i = 0; i < 2; i++) {
        rig_send_request(&rig, 1, methods[i], 0, slice_from("\x0a\x7f"));
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
        rig_send_request(&rig, 1, methods[i], 0, (struct slice){"\x08\x00", 2});
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE);
        rig_send_request(&rig, 1, methods[i], 0, slice_from("\x08\xe9\x07"));
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE);
        rig_send_request(&rig, 1, methods[i], 0, slice_from("\x12\x03zzz"));
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_PAGE_TOKEN);
    }
    // A token of the other list.
    struct capacity_list_request request = every_capacity();
    request.page_size = 1;
    struct page page = list_capacities(&rig, &request);
    struct claim_list_request claims = every_claim();
    claims.page_token = page.token;
    send_list(&rig, RPC_CLAIM_LIST, &claims);
    capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_PAGE_TOKEN);
    rig_close(&rig);
}

Test(rpc_claim_list, a_token_may_hold_an_id_that_looks_like_a_personal_number)
{
    cr_expect_eq(rpc_page_check_token(KIND_CLAIM,
                                      slice_from("\x0e\x0a\x0b"
                                                 "811218-9876"),
                                      NULL),
                 STATUS_OK);
}
