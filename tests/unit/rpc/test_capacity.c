// SPDX-License-Identifier: Apache-2.0
//
// The writes of CapacityService, methods 30 to 36, through real frames.
#include <criterion/criterion.h>

#include "base/status.h"
#include "capacity.h"
#include "lib/samples.h"
#include "wire/codec.h"

#define NOTHING ((struct slice){"", 0})

Test(rpc_capacity, publish_adds_one_and_never_replaces)
{
    struct rig rig;
    union entity stored;
    struct capacity capacity = capacity_sample("C-8");
    capacity_setup(&rig);
    capacity_send(&rig, RPC_PUBLISH, &capacity, ABSENT);
    cr_expect_eq(capacity_expect_stored(&rig, KIND_CAPACITY, &stored), 3);
    cr_expect(slice_equal(stored.capacity.id, slice_from("C-8")));
    cr_expect_eq(stored.capacity.open_to, OPEN_TO_13_AND_14);
    capacity_send(&rig, RPC_PUBLISH, &capacity, ABSENT);
    capacity_expect_refused(&rig, STATUS_ABORTED, REASON_REVISION_MISMATCH);
    capacity_send(&rig, RPC_PUBLISH, &capacity, 3);
    capacity_expect_refused(&rig, STATUS_ABORTED, REASON_REVISION_MISMATCH);
    capacity.unit = slice_from("TSE2321000131-NONE");
    capacity.id = slice_from("C-9");
    capacity_send(&rig, RPC_PUBLISH, &capacity, ABSENT);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_UNKNOWN_REFERENCE);
    rig_close(&rig);
}

Test(rpc_capacity, change_replaces_it_whole_but_not_what_is_taken)
{
    struct rig rig;
    union entity stored;
    struct capacity capacity = capacity_sample("C-7");
    capacity_setup(&rig);
    capacity_send(&rig, RPC_CHANGE, &capacity, 2);
    cr_expect_eq(capacity_expect_stored(&rig, KIND_CAPACITY, &stored), 3);
    capacity_send(&rig, RPC_CHANGE, &capacity, 2);
    capacity_expect_refused(&rig, STATUS_ABORTED, REASON_REVISION_MISMATCH);
    capacity_send_take(&rig, "C-7", 14, 2);
    capacity_expect_claim(&rig, "5-0");
    capacity.slots = 1;
    capacity_send(&rig, RPC_CHANGE, &capacity, ABSENT);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN);
    capacity.slots = 2;
    capacity_send(&rig, RPC_CHANGE, &capacity, ABSENT);
    cr_expect_eq(capacity_expect_stored(&rig, KIND_CAPACITY, &stored), 7);
    cr_expect_eq(stored.capacity.slots, 2);
    capacity.slots = 0;
    capacity_send(&rig, RPC_CHANGE, &capacity, ABSENT);
    capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE);
    rig_close(&rig);
}

Test(rpc_capacity, a_claim_is_answered_with_what_was_taken)
{
    struct rig rig;
    capacity_setup(&rig);
    capacity_send_take(&rig, "C-7", 14, 2);
    struct claim claim = capacity_expect_claim(&rig, "3-0");
    cr_expect_eq(claim.state, CLAIM_HELD);
    cr_expect_eq(claim.slots, 2);
    cr_expect_eq(claim.region, 14);
    cr_expect_eq(claim.taken_at, rig.clock.now_ms);
    cr_expect_eq(claim.until, rig.clock.now_ms + INT64_C(86400000));
    rig_close(&rig);
}

Test(rpc_capacity, a_claim_that_is_sent_again_is_the_same_claim)
{
    struct rig rig;
    struct buffer first = {0};
    capacity_setup(&rig);
    capacity_send_take(&rig, "C-7", 14, 3);
    buffer_append_slice(&first, buffer_slice(&rig.scratch));
    capacity_expect_claim(&rig, "3-0");
    capacity_send_mark(&rig, RPC_CONFIRM, "3-0");
    capacity_expect_claim(&rig, "3-0");
    rig_send_request(&rig, 1, RPC_CLAIM, 0, buffer_slice(&first));
    rig_run_log(&rig);
    cr_expect_eq(capacity_expect_claim(&rig, "3-0").state, CLAIM_CONFIRMED,
                 "as it is by now");
    cr_expect_eq(state_count(replica_state(rig.replica), KIND_CLAIM), 1);
    buffer_free(&first);
    rig_close(&rig);
}

Test(rpc_capacity, a_claim_is_refused_for_each_of_its_reasons)
{
    struct rig rig;
    union entity stored;
    struct capacity closed = capacity_sample("C-8");
    closed.book_by = sample_day("2026-11-21");
    capacity_setup(&rig);
    capacity_send(&rig, RPC_PUBLISH, &closed, ABSENT);
    capacity_expect_stored(&rig, KIND_CAPACITY, &stored);
    capacity_send_take(&rig, "C-9", 14, 1);
    capacity_expect_refused(&rig, STATUS_NOT_FOUND, REASON_NOT_STORED);
    capacity_send_take(&rig, "C-7", 13, 1);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_NOT_OPEN_TO_REGION);
    capacity_send_take(&rig, "C-8", 14, 1);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED);
    capacity_send_take(&rig, "C-7", 14, 4);
    capacity_expect_refused(&rig, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT);
    capacity_send_take(&rig, "C-7", 2, 1);
    capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_RETIRED_REGION);
    union operation operation = {
        .take = {slice_from("C-7"), 14, 1, ABSENT, slice_from("811218-9876")}};
    capacity_send_operation(&rig, RPC_CLAIM, CHANGE_TAKE, &operation, ABSENT);
    capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_PERSONAL_IDENTITY);
    operation.take.reference = SLICE_ABSENT;
    capacity_send_operation(&rig, RPC_CLAIM, CHANGE_TAKE, &operation, 1);
    capacity_expect_refused(&rig, STATUS_ABORTED, REASON_REVISION_MISMATCH);
    cr_expect_eq(state_count(replica_state(rig.replica), KIND_CLAIM), 0);
    rig_close(&rig);
}

Test(rpc_capacity, a_claim_is_extended_once_then_confirmed_then_released)
{
    struct rig rig;
    capacity_setup(&rig);
    capacity_send_take(&rig, "C-7", 14, 1);
    capacity_expect_claim(&rig, "3-0");
    capacity_send_extend(&rig, "3-0", 60);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_OUT_OF_RANGE);
    capacity_send_extend(&rig, "3-0", 259200);
    struct claim claim = capacity_expect_claim(&rig, "3-0");
    cr_expect_eq(claim.extended, true);
    cr_expect_eq(claim.until, rig.clock.now_ms + INT64_C(259200000));
    capacity_send_extend(&rig, "3-0", 259200);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_EXTENDED_BEFORE);
    capacity_send_mark(&rig, RPC_CONFIRM, "3-0");
    cr_expect_eq(capacity_expect_claim(&rig, "3-0").state, CLAIM_CONFIRMED);
    capacity_send_mark(&rig, RPC_CONFIRM, "3-0");
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE);
    capacity_send_extend(&rig, "3-0", 259200);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE);
    capacity_send_mark(&rig, RPC_RELEASE, "3-0");
    cr_expect_eq(capacity_expect_claim(&rig, "3-0").state, CLAIM_RELEASED);
    capacity_send_mark(&rig, RPC_RELEASE, "3-0");
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE);
    capacity_send_mark(&rig, RPC_RELEASE, "9-9");
    capacity_expect_refused(&rig, STATUS_NOT_FOUND, REASON_NOT_STORED);
    rig_close(&rig);
}

Test(rpc_capacity, withdraw_takes_it_away_and_shows_nothing_as_stored)
{
    struct rig rig;
    capacity_setup(&rig);
    capacity_send_take(&rig, "C-7", 14, 1);
    capacity_expect_claim(&rig, "3-0");
    capacity_send_mark(&rig, RPC_CONFIRM, "3-0");
    capacity_expect_claim(&rig, "3-0");
    capacity_send_withdraw(&rig, "C-7", ABSENT);
    capacity_expect_refused(&rig, STATUS_FAILED_PRECONDITION, REASON_CONFIRMED_CLAIMS);
    capacity_send_withdraw(&rig, "C-7", true);
    cr_expect(
        slice_equal(rig_expect(&rig, RPC_RESPONSE, 1).payload, slice_from("\x08\x06")));
    capacity_send_withdraw(&rig, "C-7", true);
    capacity_expect_refused(&rig, STATUS_NOT_FOUND, REASON_NOT_STORED);
    rig_close(&rig);
}

Test(rpc_capacity, a_write_that_is_no_message_or_says_nothing_is_refused)
{
    struct rig rig;
    capacity_setup(&rig);
    for (int number = RPC_PUBLISH; number <= RPC_RELEASE; number++) {
        uint16_t method = (uint16_t)number;
        rig_send_request(&rig, 1, method, 0, slice_from("\x0a\x7f"));
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE);
        rig_send_request(&rig, 1, method, 0, NOTHING);
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
        buffer_clear(&rig.scratch);
        capacity_write_id(&rig, &rig.scratch); // and no body
        rig_send_request(&rig, 1, method, 0, buffer_slice(&rig.scratch));
        capacity_expect_refused(&rig, STATUS_INVALID_ARGUMENT, REASON_REQUIRED);
    }
    cr_expect_eq(state_revision(replica_state(rig.replica)), 2);
    rig_close(&rig);
}

Test(rpc_capacity, a_write_waits_for_the_log_and_may_be_sent_again)
{
    struct rig rig;
    struct buffer request = {0};
    union operation operation = {
        .take = {slice_from("C-7"), 14, 1, ABSENT, SLICE_ABSENT}};
    capacity_setup(&rig);
    buffer_append_slice(
        &request, capacity_write(&rig, operation_shape(CHANGE_TAKE), &operation, ABSENT));
    rig_send_request(&rig, 1, RPC_CLAIM, 100, buffer_slice(&request));
    rig_expect_nothing(&rig);
    rig_move_clock(&rig, 100);
    capacity_expect_refused(&rig, STATUS_DEADLINE_EXCEEDED, REASON_OUTCOME_UNKNOWN);
    rig_run_log(&rig);
    rig_send_request(&rig, 1, RPC_CLAIM, 0, buffer_slice(&request));
    rig_run_log(&rig);
    capacity_expect_claim(&rig, "3-0");
    rig.log.fate = FAKE_NOT_WRITTEN;
    capacity_send_mark(&rig, RPC_CONFIRM, "3-0");
    capacity_expect_refused(&rig, STATUS_UNAVAILABLE, REASON_LOG_UNAVAILABLE);
    buffer_free(&request);
    rig_close(&rig);
}
