// SPDX-License-Identifier: Apache-2.0
//
// The calls of CapacityService: what goes over the wire, what is read from an answer, and
// that a write is done once.
#include <criterion/criterion.h>

#include "base/status.h"
#include "lib/typed_capacity.h"
#include "server.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

#define REVISION 4711

static const unsigned char request_id[VARDSOK_REQUEST_ID_LEN] = "0123456789abcde";

static struct vardsok *connect_to(const peer_script *scripts)
{
    struct vardsok *connection;
    struct vardsok_error error;
    cr_assert_eq(vardsok_open(server_start(scripts), 0, &connection, &error), 0, "%s",
                 error.message);
    return connection;
}

static void close_both(struct vardsok *connection)
{
    vardsok_close(connection);
    server_stop();
}

static struct client_write_call patient(void)
{
    return (struct client_write_call){request_id, 60000, ABSENT};
}

static struct claim_take two_slots(void)
{
    return (struct claim_take){slice_from("C-7"), 14, 2, 90, slice_from("AB-12")};
}

// A claim as the daemon answers with it.
static void answer_with_claim(struct peer *peer, uint32_t call_id)
{
    union entity entity;
    shape_clear(&shape_claim, &entity);
    entity.claim.claim = slice_from("17-0");
    entity.claim.capacity = slice_from("C-7");
    entity.claim.region = 14;
    entity.claim.slots = 2;
    entity.claim.state = CLAIM_HELD;
    entity.claim.until = 1795435200000;
    struct buffer out = {0};
    wire_write_uint(&out, APPLY_RESPONSE_REVISION, REVISION);
    size_t stored = wire_write_start(&out, APPLY_RESPONSE_STORED);
    size_t mark = wire_write_start(&out, 1);
    wire_entity_encode(KIND_CLAIM, &entity, &out);
    wire_write_end(&out, mark);
    wire_write_uint(&out, 2, REVISION);
    wire_write_end(&out, stored);
    peer_send(peer, FRAME_RESPONSE, call_id, 0, buffer_slice(&out));
    buffer_free(&out);
}

static void expect_take(const struct frame *request)
{
    struct capacity_write write;
    struct claim_take take;
    cr_expect_eq(request->code, VARDSOK_CLAIM_TAKE);
    cr_assert_eq(wire_decode(&shape_capacity_write, WIRE_PUBLIC, peer_message(request),
                             &write, NULL, NULL),
                 0);
    cr_expect_eq(write.request_id.len, VARDSOK_REQUEST_ID_LEN);
    cr_expect_eq(memcmp(write.request_id.data, request_id, sizeof request_id), 0);
    cr_expect_eq(write.expected_revision, ABSENT);
    cr_assert_eq(wire_decode(operation_shape(CHANGE_TAKE), WIRE_PUBLIC, write.body, &take,
                             NULL, NULL),
                 0);
    cr_expect(slice_equal(take.capacity, slice_from("C-7")));
    cr_expect_eq(take.region, 14);
    cr_expect_eq(take.slots, 2);
    cr_expect_eq(take.hold_seconds, 90);
    cr_expect(slice_equal(take.reference, slice_from("AB-12")));
}

// --- writes ---

static void lose_a_take(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    expect_take(&request);
}

static void refuse_then_answer_a_take(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    expect_take(&request);
    peer_refuse(peer, request.call_id, STATUS_UNKNOWN, REASON_OUTCOME_UNKNOWN);
    request = peer_take(peer);
    expect_take(&request);
    answer_with_claim(peer, request.call_id);
    peer_wait_closed(peer);
}

Test(capacity_calls, a_claim_is_sent_again_with_its_id_until_it_is_answered)
{
    struct vardsok *connection =
        connect_to((peer_script[]){lose_a_take, refuse_then_answer_a_take, NULL});
    struct arena arena = {0};
    struct client_written written;
    struct vardsok_error error;
    struct client_write_call call = patient();
    struct claim_take take = two_slots();

    cr_assert_eq(client_claim_take(connection, &call, &take, &arena, &written, &error), 0,
                 "%s", error.message);

    cr_expect_eq(written.revision, REVISION);
    cr_expect_eq(written.stored.kind, KIND_CLAIM);
    cr_expect_eq(written.stored.revision, REVISION);
    cr_expect(slice_equal(written.stored.entity.claim.claim, slice_from("17-0")));
    cr_expect_eq(written.stored.entity.claim.until, 1795435200000);
    arena_free(&arena);
    close_both(connection);
}

static void say_nothing(struct peer *peer)
{
    peer_greet(peer);
    peer_take(peer);
    peer_wait_closed(peer);
}

Test(capacity_calls, a_claim_without_an_answer_in_time_has_an_unknown_outcome)
{
    struct vardsok *connection = connect_to((peer_script[]){say_nothing, NULL});
    struct arena arena = {0};
    struct client_written written;
    struct vardsok_error error;
    struct client_write_call call = patient();
    struct claim_take take = two_slots();
    call.timeout_ms = 50;

    cr_expect_eq(client_claim_take(connection, &call, &take, &arena, &written, &error),
                 VARDSOK_DEADLINE_EXCEEDED);

    cr_expect_str_eq(error.reason, "OUTCOME_UNKNOWN");
    arena_free(&arena);
    close_both(connection);
}

static void refuse_a_take(struct peer *peer)
{
    peer_greet(peer);
    peer_refuse(peer, peer_take(peer).call_id, STATUS_RESOURCE_EXHAUSTED,
                REASON_NO_SLOTS_LEFT);
    peer_wait_closed(peer);
}

Test(capacity_calls, a_refusal_is_not_asked_again)
{
    struct vardsok *connection = connect_to((peer_script[]){refuse_a_take, NULL});
    struct arena arena = {0};
    struct client_written written;
    struct vardsok_error error;
    struct client_write_call call = patient();
    struct claim_take take = two_slots();

    cr_expect_eq(client_claim_take(connection, &call, &take, &arena, &written, &error),
                 VARDSOK_RESOURCE_EXHAUSTED);

    cr_expect_str_eq(error.reason, "NO_SLOTS_LEFT");
    arena_free(&arena);
    close_both(connection);
}

static void expect_each_method(struct peer *peer)
{
    static const struct {
        uint16_t method;
        int64_t expected_revision;
    } rows[] = {
        {VARDSOK_CAPACITY_PUBLISH, ABSENT}, {VARDSOK_CAPACITY_CHANGE, 5},
        {VARDSOK_CAPACITY_WITHDRAW, 5},     {VARDSOK_CLAIM_EXTEND, 5},
        {VARDSOK_CLAIM_CONFIRM, 5},         {VARDSOK_CLAIM_RELEASE, 5},
    };
    peer_greet(peer);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct frame request = peer_take(peer);
        struct capacity_write write;
        cr_expect_eq(request.code, rows[i].method);
        cr_assert_eq(wire_decode(&shape_capacity_write, WIRE_PUBLIC,
                                 peer_message(&request), &write, NULL, NULL),
                     0);
        cr_expect_eq(write.expected_revision, rows[i].expected_revision, "%u", i);
        cr_expect_gt(write.body.len, 0);
        struct buffer out = {0};
        wire_write_uint(&out, APPLY_RESPONSE_REVISION, REVISION);
        peer_send(peer, FRAME_RESPONSE, request.call_id, 0, buffer_slice(&out));
        buffer_free(&out);
    }
    peer_wait_closed(peer);
}

Test(capacity_calls, each_write_has_its_method_and_rests_on_a_revision)
{
    struct vardsok *connection = connect_to((peer_script[]){expect_each_method, NULL});
    struct arena arena = {0};
    struct client_written written = {.stored = {.kind = KIND_SETTING}};
    struct client_write_call call = patient();
    struct capacity capacity;
    struct capacity_withdraw withdraw = {slice_from("C-7"), true};
    struct claim_extend extend = {slice_from("17-0"), 60};
    struct claim_mark mark = {slice_from("17-0")};
    shape_clear(entity_shape(KIND_CAPACITY), &capacity);
    capacity.id = slice_from("C-7");
    call.expected_revision = 5;

    cr_expect_eq(
        client_capacity_publish(connection, &call, &capacity, &arena, &written, NULL), 0);
    cr_expect_eq(
        client_capacity_change(connection, &call, &capacity, &arena, &written, NULL), 0);
    cr_expect_eq(
        client_capacity_withdraw(connection, &call, &withdraw, &arena, &written, NULL),
        0);
    cr_expect_eq(client_claim_extend(connection, &call, &extend, &arena, &written, NULL),
                 0);
    cr_expect_eq(client_claim_confirm(connection, &call, &mark, &arena, &written, NULL),
                 0);
    cr_expect_eq(client_claim_release(connection, &call, &mark, &arena, &written, NULL),
                 0);

    cr_expect_eq(written.revision, REVISION);
    cr_expect_eq(written.stored.kind, KIND_NONE, "nothing was stored in the answer");
    arena_free(&arena);
    close_both(connection);
}

// --- lists ---

static void append_capacity(struct buffer *out, const char *id, int64_t free_slots)
{
    struct capacity_status status;
    shape_clear(&shape_capacity_status, &status);
    status.capacity.id = slice_from(id);
    status.capacity.slots = 4;
    status.confirmed = status.held = 0;
    status.free = free_slots;
    size_t mark = wire_write_start(out, LIST_RESPONSE_ENTITIES);
    wire_encode(&shape_capacity_status, WIRE_PUBLIC, &status, out);
    wire_write_end(out, mark);
}

static void send_page(struct peer *peer, uint32_t call_id, const char *id,
                      const char *token)
{
    struct buffer out = {0};
    if (id)
        append_capacity(&out, id, 0);
    if (token)
        wire_write_bytes(&out, LIST_RESPONSE_NEXT_PAGE_TOKEN, slice_from(token));
    peer_send(peer, FRAME_RESPONSE, call_id, 0, buffer_slice(&out));
    buffer_free(&out);
}

static void expect_page(const struct frame *request, struct slice token)
{
    struct capacity_list_request filter;
    cr_expect_eq(request->code, VARDSOK_CAPACITY_LIST);
    cr_assert_eq(wire_decode(&shape_capacity_list_request, WIRE_PUBLIC,
                             peer_message(request), &filter, NULL, NULL),
                 0);
    cr_expect_eq(filter.open_to, 14);
    cr_expect_eq(filter.available, true);
    cr_expect(slice_equal(filter.page_token, token) &&
              (filter.page_token.data == NULL) == (token.data == NULL));
}

// The second page is empty and yet not the last.
static void answer_three_pages(struct peer *peer)
{
    peer_greet(peer);
    struct frame request = peer_take(peer);
    expect_page(&request, SLICE_ABSENT);
    send_page(peer, request.call_id, "A", "one");
    request = peer_take(peer);
    expect_page(&request, slice_from("one"));
    send_page(peer, request.call_id, NULL, "two");
    request = peer_take(peer);
    expect_page(&request, slice_from("two"));
    send_page(peer, request.call_id, "C", NULL);
    peer_wait_closed(peer);
}

static int gather(void *arg, const struct capacity_status *status)
{
    struct buffer *ids = arg;
    cr_expect_eq(status->free, 0, "a count of none is not an unknown one");
    buffer_append_slice(ids, status->capacity.id);
    return 0;
}

Test(capacity_calls, a_list_goes_on_until_there_is_no_next_page)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_three_pages, NULL});
    struct capacity_list_request filter;
    struct buffer ids = {0};
    struct vardsok_error error;
    shape_clear(&shape_capacity_list_request, &filter);
    filter.open_to = 14;
    filter.available = true;

    cr_assert_eq(client_capacity_list(connection, &filter, 60000, gather, &ids, &error),
                 0, "%s", error.message);

    cr_expect(slice_equal(buffer_slice(&ids), slice_from("AC")));
    buffer_free(&ids);
    close_both(connection);
}

static void answer_rubbish(struct peer *peer)
{
    peer_greet(peer);
    peer_send(peer, FRAME_RESPONSE, peer_take(peer).call_id, 0,
              slice_from("\x0a\x03\xff\xff\xff"));
    peer_wait_closed(peer);
}

Test(capacity_calls, an_answer_that_cannot_be_read_is_the_daemons_fault)
{
    struct vardsok *connection = connect_to((peer_script[]){answer_rubbish, NULL});
    struct capacity_list_request filter;
    struct buffer ids = {0};
    struct vardsok_error error;
    shape_clear(&shape_capacity_list_request, &filter);

    cr_expect_eq(client_capacity_list(connection, &filter, 60000, gather, &ids, &error),
                 VARDSOK_INTERNAL);

    cr_expect_str_eq(error.reason, "BAD_MESSAGE");
    close_both(connection);
}
