// SPDX-License-Identifier: Apache-2.0
//
// The rules of claims (docs/log.md, docs/decisions.md), one by one. The first entry after
// the fixture's has sequence 3, so the first claim is 3-0.
#include <criterion/criterion.h>

#include "base/status.h"
#include "lib/samples.h"
#include "unit/domain/claims_fixture.h"

// ---- take ----

Test(claims, a_take_makes_a_held_claim_of_the_capacity_as_it_is)
{
    struct claims c;
    claims_init(&c);
    struct claim_take take = claims_take_of("K-1");
    take.slots = 2;
    take.hold_seconds = 90;
    take.reference = slice_from("Ärende 7");
    claims_begin(&c);
    claims_add_take(&c, &take, ABSENT);
    cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);

    struct claim claim = claims_get(&c, "3-0");
    cr_expect(slice_equal(claim.capacity, slice_from("K-1")));
    cr_expect_eq(claim.region, 14);
    cr_expect_eq(claim.slots, 2);
    cr_expect_eq(claim.state, CLAIM_HELD);
    cr_expect_eq(claim.until, NOON + 90 * SECOND);
    cr_expect(slice_equal(claim.reference, slice_from("Ärende 7")));
    cr_expect(slice_equal(claim.unit, slice_from(CLAIMS_UNIT)));
    cr_expect(slice_equal(claim.service, slice_from(CLAIMS_SERVICE)));
    cr_expect_eq(claim.taken_at, NOON);
    cr_expect_eq(claim.extended, ABSENT);
    cr_expect_eq(claim.withdrawn, ABSENT);
    cr_expect_eq(claims_revision(&c, KIND_CLAIM, "3-0"), 3);
    cr_expect_eq(claims_revision(&c, KIND_CAPACITY, "K-1"), 2, "not changed itself");
    claims_close(&c);
}

Test(claims, a_take_that_says_nothing_more_is_of_one_slot_for_24_hours)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", ABSENT), STATUS_OK);
    struct claim claim = claims_get(&c, "3-0");
    cr_expect_eq(claim.slots, 1);
    cr_expect_eq(claim.until, NOON + DAY);
    claims_close(&c);
}

Test(claims, slots_that_are_held_are_not_free_for_anybody)
{
    struct claims c;
    claims_init(&c);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 3);
    cr_assert_eq(claims_take(&c, "K-1", 2), STATUS_OK);
    struct state_slots slots = claims_slots(&c, "K-1");
    cr_expect_eq(slots.held, 2);
    cr_expect_eq(slots.confirmed, 0);
    cr_expect_eq(slots.free, 1);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 1);
    claims_close(&c);
}

Test(claims, who_comes_first_gets_the_last_slot)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 2), STATUS_OK);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    claims_take(&c, "K-1", 1);
    claims_expect_refused(&c, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
    cr_expect_eq(state_count(c.state, KIND_CLAIM), 2);
    claims_close(&c);
}

Test(claims, a_take_of_more_than_is_free_takes_none)
{
    struct claims c;
    claims_init(&c);
    claims_take(&c, "K-1", 4);
    claims_expect_refused(&c, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    cr_expect_eq(claims_take(&c, "K-1", 3), STATUS_OK, "just as many");
    claims_close(&c);
}

Test(claims, a_take_is_looked_at_in_a_fixed_order)
{
    // Every rule is broken; each round mends the one that was named.
    struct claims c;
    claims_init(&c);
    struct capacity closed = claims_capacity("K-2");
    closed.window_start = closed.window_end = sample_day("2026-11-21");
    cr_assert_eq(claims_put(&c, &closed), STATUS_OK);
    struct claim_take take = claims_take_of("K-NONE");
    take.region = 12;
    take.slots = 4;
    struct {
        int64_t expected;
        int status;
        enum reason reason;
        const char *field;
    } rounds[] = {
        {7, STATUS_NOT_FOUND, REASON_NOT_STORED, "capacity"},
        {7, STATUS_ABORTED, REASON_REVISION_MISMATCH, "expected_revision"},
        {3, STATUS_FAILED_PRECONDITION, REASON_NOT_OPEN_TO_REGION, "region"},
        {3, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED, "capacity"},
        {ABSENT, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots"},
    };
    for (int i = 0; i < 5; i++) {
        take.capacity = slice_from(i == 0 ? "K-NONE" : i == 4 ? "K-1" : "K-2");
        take.region = i < 3 ? 12 : 14;
        claims_begin(&c);
        claims_add_take(&c, &take, rounds[i].expected);
        claims_send(&c);
        claims_expect_refused(&c, rounds[i].status, rounds[i].reason, rounds[i].field);
    }
    claims_close(&c);
}

Test(claims, a_capacity_may_be_taken_until_stockholm_leaves_its_last_day)
{
    const struct {
        const char *book_by, *window_end;
    } ends[] = {{"2026-11-22", "2026-12-18"}, {NULL, "2026-11-22"}};
    for (int i = 0; i < 2; i++) {
        struct claims c;
        claims_init(&c);
        struct capacity capacity = claims_capacity("K-2");
        capacity.window_start = sample_day("2026-11-20");
        capacity.window_end = sample_day(ends[i].window_end);
        capacity.book_by = ends[i].book_by ? sample_day(ends[i].book_by) : ABSENT;
        cr_assert_eq(claims_put(&c, &capacity), STATUS_OK);
        c.now_ms = NOON + 11 * HOUR - 1; // 23:59:59.999 there
        cr_expect_eq(claims_take(&c, "K-2", 1), STATUS_OK);
        c.now_ms++;
        claims_take(&c, "K-2", 1);
        claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED,
                              "capacity");
        claims_close(&c);
    }
}

Test(claims, a_claim_of_a_capacity_that_closes_lives_on)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 72 * 3600), STATUS_OK);
    struct capacity capacity = claims_capacity("K-1");
    capacity.book_by = sample_day("2026-11-22");
    cr_assert_eq(claims_put(&c, &capacity), STATUS_OK);
    c.now_ms += 2 * DAY;
    cr_expect_eq(claims_extend(&c, "3-0", ABSENT), STATUS_OK);
    cr_expect_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").confirmed, 1);
    claims_close(&c);
}

// ---- time ----

Test(claims, a_hold_runs_out_at_the_instant_of_its_end_and_not_before)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 3, 60), STATUS_OK);
    c.now_ms = NOON + 60 * SECOND - 1;
    cr_assert_eq(claims_tick(&c), STATUS_OK);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_HELD);
    cr_expect_eq(claims_revision(&c, KIND_CLAIM, "3-0"), 3);
    c.now_ms++;
    cr_assert_eq(claims_tick(&c), STATUS_OK);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_EXPIRED);
    cr_expect_eq(claims_get(&c, "3-0").until, NOON + 60 * SECOND, "when it did");
    cr_expect_eq(claims_revision(&c, KIND_CLAIM, "3-0"), 5, "of the entry that ended it");
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    claims_close(&c);
}

Test(claims, a_hold_that_runs_out_in_the_moment_of_its_confirmation_is_lost)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    c.now_ms += 60 * SECOND;
    claims_confirm(&c, "3-0");
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_EXPIRED, "though it was refused");
    claims_close(&c);
}

Test(claims, slots_of_a_hold_that_runs_out_are_free_for_the_entry_that_ends_it)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 3, 60), STATUS_OK);
    c.now_ms += 60 * SECOND;
    cr_expect_eq(claims_take(&c, "K-1", 3), STATUS_OK);
    claims_close(&c);
}

Test(claims, holds_expire_also_when_the_entry_is_a_retry_or_outside_its_window)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 120), STATUS_OK);
    c.now_ms += 60 * SECOND;
    cr_expect_eq(claims_send_again(&c), STATUS_OK);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_EXPIRED);
    c.now_ms += 60 * SECOND;
    c.header.request_id[0] = 0; // made in 1970
    cr_expect_eq(claims_send_again(&c), STATUS_FAILED_PRECONDITION);
    cr_expect_eq(c.outcome.reason, REASON_REQUEST_ID_WINDOW);
    cr_expect_eq(claims_get(&c, "4-0").state, CLAIM_EXPIRED);
    claims_close(&c);
}

Test(claims, a_clock_that_goes_back_brings_no_hold_back)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    c.now_ms += HOUR;
    cr_assert_eq(claims_tick(&c), STATUS_OK);
    c.now_ms -= HOUR;
    claims_confirm(&c, "3-0");
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_expect_eq(claims_get(&c, "6-0").taken_at, NOON + HOUR, "the log's time");
    claims_close(&c);
}

Test(claims, the_next_hold_is_the_one_that_runs_out_first)
{
    struct claims c;
    int64_t until;
    char id[CLAIM_ID_MAX];
    claims_init(&c);
    cr_expect_not(state_next_hold(c.state, &until, id));
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 90), STATUS_OK);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert(state_next_hold(c.state, &until, id));
    cr_expect_eq(until, NOON + 60 * SECOND);
    cr_expect_str_eq(id, "4-0", "the older one of two");
    cr_assert_eq(claims_confirm(&c, "4-0"), STATUS_OK);
    cr_assert_eq(claims_release(&c, "5-0"), STATUS_OK);
    cr_assert(state_next_hold(c.state, &until, id));
    cr_expect_str_eq(id, "3-0");
    claims_close(&c);
}

Test(claims, readers_see_a_hold_as_gone_by_their_own_clock_forward_and_back)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 120), STATUS_OK);
    const struct {
        int64_t seconds;
        uint32_t held;
    } clocks[] = {{0, 2}, {60, 1}, {59, 2}, {120, 0}, {119, 1}, {-3600, 2}, {3600, 0}};
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        state_see_time(c.state, NOON + clocks[i].seconds * SECOND);
        cr_expect_eq(claims_slots(&c, "K-1").held, clocks[i].held, "%zu", i);
        cr_expect_eq(claims_slots(&c, "K-1").free, 3 - clocks[i].held, "%zu", i);
        cr_expect_eq(claims_matched_slots(&c, "K-1"), 3 - clocks[i].held, "%zu", i);
    }
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_HELD, "the log has not said so yet");
    claims_take(&c, "K-1", 2);
    claims_expect_refused(&c, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
    claims_close(&c);
}

Test(claims, a_hold_that_lapsed_for_readers_can_still_be_confirmed_by_the_logs_time)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    state_see_time(c.state, NOON + HOUR);
    cr_assert_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").free, 2);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 2);
    claims_close(&c);
}

// ---- extend ----

Test(claims, an_extension_counts_from_the_logs_time)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    c.now_ms += 59 * SECOND;
    cr_assert_eq(claims_extend(&c, "3-0", 72 * 3600), STATUS_OK);
    struct claim claim = claims_get(&c, "3-0");
    cr_expect_eq(claim.until, NOON + 59 * SECOND + 72 * HOUR);
    cr_expect_eq(claim.extended, true);
    cr_expect_eq(claim.state, CLAIM_HELD);
    claims_close(&c);
}

Test(claims, an_extension_without_a_length_is_of_24_hours)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_extend(&c, "3-0", ABSENT), STATUS_OK);
    cr_expect_eq(claims_get(&c, "3-0").until, NOON + DAY);
    claims_close(&c);
}

Test(claims, a_hold_is_extended_once)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_extend(&c, "3-0", 120), STATUS_OK);
    claims_extend(&c, "3-0", 60); // of two reasons this one goes first
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_EXTENDED_BEFORE,
                          "claim");
    cr_expect_eq(claims_get(&c, "3-0").until, NOON + 120 * SECOND);
    claims_close(&c);
}

Test(claims, an_extension_never_shortens_a_hold)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    claims_extend(&c, "3-0", 59);
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_OUT_OF_RANGE,
                          "hold_seconds");
    cr_expect_eq(claims_get(&c, "3-0").extended, ABSENT);
    cr_expect_eq(claims_extend(&c, "3-0", 60), STATUS_OK, "as long as it was");
    cr_expect_eq(claims_get(&c, "3-0").extended, true);
    claims_close(&c);
}

// ---- what each state allows ----

// A claim 3-0 in that state.
static void make_claim(struct claims *c, enum claim_state state)
{
    claims_init(c);
    cr_assert_eq(claims_take_for(c, "K-1", 1, 60), STATUS_OK);
    if (state == CLAIM_CONFIRMED)
        cr_assert_eq(claims_confirm(c, "3-0"), STATUS_OK);
    if (state == CLAIM_RELEASED)
        cr_assert_eq(claims_release(c, "3-0"), STATUS_OK);
    if (state == CLAIM_EXPIRED) {
        c->now_ms += 60 * SECOND;
        cr_assert_eq(claims_tick(c), STATUS_OK);
    }
    cr_assert_eq(claims_get(c, "3-0").state, state);
}

Test(claims, only_a_held_claim_can_be_extended_or_confirmed)
{
    for (enum claim_state state = CLAIM_CONFIRMED; state <= CLAIM_EXPIRED; state++) {
        struct claims c;
        make_claim(&c, state);
        claims_extend(&c, "3-0", ABSENT);
        claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE,
                              "claim");
        cr_expect(strstr(c.refusal.message, claim_state_names[state]), "%s",
                  c.refusal.message);
        claims_confirm(&c, "3-0");
        claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE,
                              "claim");
        cr_expect_eq(claims_get(&c, "3-0").state, state);
        claims_close(&c);
    }
}

Test(claims, a_confirmed_claim_keeps_its_slots_for_ever_and_has_no_end)
{
    struct claims c;
    make_claim(&c, CLAIM_CONFIRMED);
    cr_expect_eq(claims_get(&c, "3-0").until, ABSENT);
    c.now_ms += 400 * DAY;
    state_see_time(c.state, c.now_ms);
    cr_assert_eq(claims_tick(&c), STATUS_OK);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_CONFIRMED);
    cr_expect_eq(claims_slots(&c, "K-1").confirmed, 1);
    cr_expect_eq(claims_slots(&c, "K-1").free, 2);
    claims_close(&c);
}

Test(claims, held_and_confirmed_claims_can_be_released_and_give_their_slots_back)
{
    for (enum claim_state state = CLAIM_HELD; state <= CLAIM_CONFIRMED; state++) {
        struct claims c;
        make_claim(&c, state);
        cr_expect_eq(claims_release(&c, "3-0"), STATUS_OK);
        struct claim claim = claims_get(&c, "3-0");
        cr_expect_eq(claim.state, CLAIM_RELEASED);
        cr_expect_eq(claim.until, ABSENT);
        cr_expect_eq(claim.withdrawn, ABSENT);
        cr_expect_eq(claims_slots(&c, "K-1").free, 3);
        cr_expect_eq(claims_matched_slots(&c, "K-1"), 3);
        claims_close(&c);
    }
}

Test(claims, what_is_released_or_expired_can_not_be_released)
{
    for (enum claim_state state = CLAIM_RELEASED; state <= CLAIM_EXPIRED; state++) {
        struct claims c;
        make_claim(&c, state);
        claims_release(&c, "3-0");
        claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE,
                              "claim");
        claims_close(&c);
    }
}

Test(claims, a_claim_that_is_not_stored_is_not_found_whatever_its_name)
{
    static const char *const names[] = {"9-9", "K-1", "3", "0-0", "3-00", "x"};
    struct claims c;
    make_claim(&c, CLAIM_HELD);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        claims_confirm(&c, names[i]);
        claims_expect_refused(&c, STATUS_NOT_FOUND, REASON_NOT_STORED, "claim");
    }
    claims_close(&c);
}

Test(claims, an_operation_may_expect_a_revision_of_the_claim)
{
    struct claims c;
    make_claim(&c, CLAIM_HELD);
    claims_begin(&c);
    claims_add_mark(&c, CHANGE_CONFIRM, "3-0", 2); // the capacity's
    claims_send(&c);
    claims_expect_refused(&c, STATUS_ABORTED, REASON_REVISION_MISMATCH,
                          "expected_revision");
    claims_begin(&c);
    claims_add_mark(&c, CHANGE_CONFIRM, "3-0", 3);
    cr_expect_eq(claims_send(&c), STATUS_OK);
    claims_close(&c);
}
