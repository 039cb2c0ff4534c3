// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a capacity under claims: change, withdraw, delete; batches, retries and
// the ids of claims.
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/state_private.h"
#include "lib/samples.h"
#include "unit/domain/claims_fixture.h"

static void check_taken(struct claims *c, const struct capacity *next, const char *field)
{
    claims_put(c, next);
    claims_expect_refused(c, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN, field);
}

Test(claim_capacities, slots_go_down_to_what_is_taken_and_no_further)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    struct capacity next = claims_capacity("K-1");
    next.slots = 1;
    check_taken(&c, &next, "slots");
    cr_expect(strstr(c.refusal.message, "2 slots"), "%s", c.refusal.message);
    next.slots = 2;
    cr_expect_eq(claims_put(&c, &next), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").free, 0);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 0);
    next.slots = 5;
    cr_expect_eq(claims_put(&c, &next), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 3);
    claims_close(&c);
}

Test(claim_capacities, unit_and_service_stay_while_claims_live)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    struct capacity unit = claims_capacity("K-1"), service = unit;
    unit.unit = slice_from(CLAIMS_OTHER_UNIT);
    service.service = slice_from(CLAIMS_OTHER_SERVICE);
    check_taken(&c, &unit, "unit");
    check_taken(&c, &service, "service");
    c.now_ms += 60 * SECOND;
    cr_expect_eq(claims_put(&c, &unit), STATUS_OK, "the hold has run out");
    cr_expect(slice_equal(claims_get(&c, "3-0").unit, slice_from(CLAIMS_UNIT)),
              "the claim tells what it was");
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 3);
    claims_close(&c);
}

Test(claim_capacities, what_was_taken_stays_taken_when_dates_and_regions_change)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 2), STATUS_OK);
    struct capacity next = claims_capacity("K-1");
    next.open_to = 1 << 1;
    next.window_start = next.window_end = sample_day("2026-11-25");
    next.price = 100000;
    cr_expect_eq(claims_put(&c, &next), STATUS_OK);
    cr_expect_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").confirmed, 2);
    claims_take(&c, "K-1", 1);
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_NOT_OPEN_TO_REGION,
                          "region");
    claims_close(&c);
}

Test(claim_capacities, a_plain_delete_is_refused_while_claims_live)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    claims_delete(&c, KIND_CAPACITY, "K-1");
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED,
                          "delete");
    cr_assert_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    claims_delete(&c, KIND_CAPACITY, "K-1");
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED,
                          "delete");
    cr_assert_eq(claims_release(&c, "3-0"), STATUS_OK);
    cr_expect_eq(claims_delete(&c, KIND_CAPACITY, "K-1"), STATUS_OK);
    cr_expect(claims_is_stored(&c, KIND_CLAIM, "3-0"));
    claims_close(&c);
}

Test(claim_capacities, a_withdraw_releases_the_holds_and_marks_them)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_release(&c, "4-0"), STATUS_OK);
    cr_assert_eq(claims_withdraw(&c, "K-1", ABSENT), STATUS_OK);
    cr_expect_not(claims_is_stored(&c, KIND_CAPACITY, "K-1"));
    struct claim held = claims_get(&c, "3-0");
    cr_expect_eq(held.state, CLAIM_RELEASED);
    cr_expect_eq(held.withdrawn, true);
    cr_expect_eq(held.until, ABSENT);
    cr_expect_eq(claims_revision(&c, KIND_CLAIM, "3-0"), 6);
    cr_expect_eq(claims_get(&c, "4-0").withdrawn, ABSENT, "it was released before");
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 0);
    claims_close(&c);
}

Test(claim_capacities, a_withdraw_over_confirmed_claims_names_them_until_it_is_meant)
{
    struct claims c;
    claims_init(&c);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    cr_assert_eq(claims_confirm(&c, "5-0"), STATUS_OK);
    for (int i = 0; i < 2; i++) {
        claims_withdraw(&c, "K-1", i == 0 ? ABSENT : false);
        claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CONFIRMED_CLAIMS,
                              "capacity");
        cr_expect(strstr(c.refusal.message, "3-0, 5-0"), "%s", c.refusal.message);
        cr_expect_null(strstr(c.refusal.message, "4-0"), "that one is held");
    }
    cr_expect_eq(claims_slots(&c, "K-1").held, 1, "nothing was released");
    cr_expect_eq(claims_withdraw(&c, "K-1", true), STATUS_OK);
    for (int i = 0; i < 3; i++) {
        struct claim claim = claims_get(&c, (const char *[]){"3-0", "4-0", "5-0"}[i]);
        cr_expect_eq(claim.state, CLAIM_RELEASED);
        cr_expect_eq(claim.withdrawn, true);
    }
    claims_close(&c);
}

Test(claim_capacities, a_withdraw_names_no_more_than_five_claims)
{
    struct claims c;
    claims_init(&c);
    struct capacity capacity = claims_capacity("K-1");
    capacity.slots = 6;
    cr_assert_eq(claims_put(&c, &capacity), STATUS_OK);
    for (int i = 0; i < 6; i++) {
        char id[CLAIM_ID_MAX];
        cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
        claim_id_format(c.header.sequence, 0, id);
        cr_assert_eq(claims_confirm(&c, id), STATUS_OK);
    }
    claims_withdraw(&c, "K-1", ABSENT);
    cr_expect(strstr(c.refusal.message, "6 claims are confirmed: 4-0, "), "%s",
              c.refusal.message);
    cr_expect(strstr(c.refusal.message, "12-0 ..."), "%s", c.refusal.message);
    claims_close(&c);
}

Test(claim_capacities, a_withdraw_needs_a_stored_capacity_of_the_revision_expected)
{
    struct claims c;
    claims_init(&c);
    claims_withdraw(&c, "K-2", ABSENT);
    claims_expect_refused(&c, STATUS_NOT_FOUND, REASON_NOT_STORED, "capacity");
    claims_begin(&c);
    claims_add_withdraw(&c, "K-1", ABSENT, 1);
    claims_send(&c);
    claims_expect_refused(&c, STATUS_ABORTED, REASON_REVISION_MISMATCH,
                          "expected_revision");
    claims_begin(&c);
    claims_add_withdraw(&c, "K-1", ABSENT, 2);
    cr_expect_eq(claims_send(&c), STATUS_OK);
    claims_close(&c);
}

Test(claim_capacities, claims_of_a_withdrawn_capacity_hold_nothing_of_a_new_one)
{
    struct claims c;
    claims_init(&c);
    struct capacity again = claims_capacity("K-1");
    cr_assert_eq(claims_take(&c, "K-1", 3), STATUS_OK);
    cr_assert_eq(claims_withdraw(&c, "K-1", ABSENT), STATUS_OK);
    cr_assert_eq(claims_put(&c, &again), STATUS_OK);
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    claims_release(&c, "3-0");
    claims_expect_refused(&c, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    cr_expect_eq(claims_take(&c, "K-1", 3), STATUS_OK);
    claims_close(&c);
}

Test(claim_capacities, claims_keep_no_unit_from_being_deleted)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_withdraw(&c, "K-1", ABSENT), STATUS_OK);
    cr_expect_eq(claims_delete(&c, KIND_UNIT, CLAIMS_UNIT), STATUS_OK, "%s",
                 c.refusal.message);
    cr_expect(slice_equal(claims_get(&c, "3-0").unit, slice_from(CLAIMS_UNIT)));
    claims_close(&c);
}

// ---- batches ----

Test(claim_batches, takes_of_one_batch_count_each_other)
{
    struct claims c;
    claims_init(&c);
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    for (int i = 0; i < 3; i++)
        claims_add_take(&c, &take, 2);
    cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);
    cr_expect(claims_is_stored(&c, KIND_CLAIM, "3-0"));
    cr_expect(claims_is_stored(&c, KIND_CLAIM, "3-1"));
    cr_expect(claims_is_stored(&c, KIND_CLAIM, "3-2"));
    cr_expect_eq(claims_slots(&c, "K-1").free, 0);
    claims_close(&c);
}

Test(claim_batches, one_take_too_many_undoes_those_before_it)
{
    struct claims c;
    claims_init(&c);
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    for (int i = 0; i < 4; i++)
        claims_add_take(&c, &take, ABSENT);
    claims_send(&c);
    claims_expect_refused(&c, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
    cr_expect_eq(c.outcome.change_index, 3);
    cr_expect_eq(state_count(c.state, KIND_CLAIM), 0);
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 3);
    claims_close(&c);
}

Test(claim_batches, a_batch_may_confirm_what_it_takes)
{
    struct claims c;
    claims_init(&c);
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    claims_add_take(&c, &take, ABSENT);
    claims_add_mark(&c, CHANGE_CONFIRM, "3-0", 3);
    cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_CONFIRMED);
    claims_close(&c);
}

Test(claim_batches, a_batch_may_move_a_claim_to_another_capacity)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 3), STATUS_OK);
    struct capacity other = claims_capacity("K-2");
    struct claim_take take = claims_take_of("K-2");
    claims_begin(&c);
    claims_add_put(&c, &other, 0);
    claims_add_take(&c, &take, 4); // the revision that this batch gives it
    claims_add_mark(&c, CHANGE_RELEASE, "3-0", ABSENT);
    claims_add_withdraw(&c, "K-1", ABSENT, ABSENT);
    cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);
    cr_expect_eq(claims_get(&c, "3-0").withdrawn, ABSENT);
    cr_expect_eq(claims_slots(&c, "K-2").held, 1);
    claims_close(&c);
}

// The digest of a state in which a refused command left its outcome and nothing more.
static void check_undone(struct claims *c, const unsigned char before[16])
{
    unsigned char after[16];
    struct request_entry recorded = {.outcome = c->outcome};
    memcpy(recorded.id, c->header.request_id, sizeof recorded.id);
    memcpy(recorded.payload_hash, c->header.payload_hash, sizeof recorded.payload_hash);
    struct digest digest = c->state->digest;
    digest_remove_request(&digest, &recorded);
    digest_finish(digest, NULL, 0, after);
    cr_expect_arr_eq(before, after, 16);
}

Test(claim_batches, a_withdraw_is_undone_when_a_later_change_is_refused)
{
    struct claims c;
    unsigned char before[16];
    int64_t until;
    char id[CLAIM_ID_MAX];
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    cr_assert_eq(claims_confirm(&c, "3-0"), STATUS_OK);
    state_see_time(c.state, NOON + 60 * SECOND); // one has lapsed for readers
    digest_finish(c.state->digest, NULL, 0, before);

    claims_begin(&c);
    claims_add_withdraw(&c, "K-1", true, ABSENT);
    claims_add_mark(&c, CHANGE_CONFIRM, "9-9", ABSENT);
    claims_send(&c);
    claims_expect_refused(&c, STATUS_NOT_FOUND, REASON_NOT_STORED, "claim");
    cr_expect_eq(c.outcome.change_index, 1);
    check_undone(&c, before);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_CONFIRMED);
    cr_expect_eq(claims_revision(&c, KIND_CLAIM, "3-0"), 5);
    cr_expect_eq(claims_slots(&c, "K-1").confirmed, 1);
    cr_expect_eq(claims_slots(&c, "K-1").held, 0);
    cr_expect_eq(claims_matched_slots(&c, "K-1"), 2);
    cr_assert(state_next_hold(c.state, &until, id));
    cr_expect_str_eq(id, "4-0");
    cr_expect_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    claims_close(&c);
}

Test(claim_batches, what_expired_before_a_refused_batch_stays_expired)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 1, 60), STATUS_OK);
    c.now_ms += 60 * SECOND;
    cr_expect_eq(claims_withdraw(&c, "K-2", ABSENT), STATUS_NOT_FOUND);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_EXPIRED);
    cr_expect_eq(claims_slots(&c, "K-1").free, 3);
    claims_close(&c);
}

Test(claim_batches, validating_expires_takes_and_withdraws_nothing)
{
    struct claims c;
    unsigned char before[16], after[16];
    claims_init(&c);
    cr_assert_eq(claims_take_for(&c, "K-1", 3, 60), STATUS_OK);
    state_digest(c.state, before);
    c.now_ms += 60 * SECOND;
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    claims_add_take(&c, &take, ABSENT);
    claims_add_withdraw(&c, "K-1", ABSENT, ABSENT);
    cr_expect_eq(claims_validate(&c), STATUS_OK, "by then it has run out");
    c.now_ms--;
    cr_expect_eq(claims_validate(&c), STATUS_RESOURCE_EXHAUSTED);
    state_digest(c.state, after);
    cr_expect_arr_eq(before, after, 16);
    cr_expect_eq(claims_get(&c, "3-0").state, CLAIM_HELD);
    claims_close(&c);
}

// ---- retries and ids ----

Test(claim_retries, a_take_that_is_sent_twice_takes_once)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 1), STATUS_OK);
    uint64_t first = c.outcome.sequence;
    cr_expect_eq(claims_send_again(&c), STATUS_OK);
    cr_expect_eq(c.outcome.sequence, first, "so the claim's id is the first one's");
    cr_expect_eq(state_count(c.state, KIND_CLAIM), 1);
    claims_close(&c);
}

Test(claim_retries, a_refused_take_stays_refused_when_slots_are_free_again)
{
    struct claims c;
    claims_init(&c);
    cr_assert_eq(claims_take(&c, "K-1", 3), STATUS_OK);
    claims_take(&c, "K-1", 1);
    struct command_header refused = c.header;
    cr_assert_eq(claims_release(&c, "3-0"), STATUS_OK);
    struct claim_take take = claims_take_of("K-1");
    claims_begin(&c);
    claims_add_take(&c, &take, ABSENT);
    c.header = refused;
    claims_send_again(&c);
    claims_expect_refused(&c, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
    cr_expect_eq(c.outcome.sequence, 4);
    cr_expect_eq(claims_send(&c), STATUS_OK, "a new id is a new try");
    claims_close(&c);
}

Test(claim_ids, an_id_is_the_sequence_and_the_index_in_their_shortest_form)
{
    char id[CLAIM_ID_MAX];
    uint64_t sequence;
    uint32_t index;
    cr_expect_eq(claim_id_format(INT64_MAX, UINT32_MAX, id),
                 strlen("9223372036854775807-4294967295"));
    cr_expect(claim_id_parse(slice_from(id), &sequence, &index));
    cr_expect_eq(sequence, INT64_MAX);
    cr_expect_eq(index, UINT32_MAX);
    cr_expect(claim_id_parse(slice_from("0-0"), &sequence, &index));
    static const char *const bad[] = {
        "",
        "-",
        "1",
        "1-",
        "-1",
        "01-0",
        "1-00",
        "1-0 ",
        "1-x",
        "1-0-0",
        "a-0",
        "+1-0",
        "1--1",
        "9223372036854775808-0",
        "1-4294967296",
        "99999999999999999999-0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(claim_id_parse(slice_from(bad[i]), &sequence, &index), "%s",
                      bad[i]);
}

// 811218-9876 is a published test number, and may be a claim's id as any other.
Test(claim_ids, an_id_that_looks_like_a_personal_number_works_and_is_not_repeated)
{
    struct claims c;
    claims_init(&c);
    struct capacity large = claims_capacity("K-2");
    large.slots = 10000;
    cr_assert_eq(claims_put(&c, &large), STATUS_OK);
    c.state->revision = 811217;
    struct claim_take take = claims_take_of("K-2");
    claims_begin(&c);
    for (int i = 0; i <= 9876; i++)
        claims_add_take(&c, &take, ABSENT);
    cr_assert_eq(claims_send(&c), STATUS_OK, "%s", c.refusal.message);

    cr_expect_eq(claims_extend(&c, "811218-9876", 72 * 3600), STATUS_OK);
    claims_extend(&c, "811218-9876", ABSENT);
    cr_expect_eq(c.outcome.reason, REASON_EXTENDED_BEFORE);
    cr_expect_null(strstr(c.refusal.message, "811218"), "%s", c.refusal.message);
    cr_expect_eq(claims_confirm(&c, "811218-9876"), STATUS_OK);
    claims_withdraw(&c, "K-2", ABSENT);
    cr_expect_eq(c.outcome.reason, REASON_CONFIRMED_CLAIMS);
    cr_expect(strstr(c.refusal.message, "1 claims are"), "%s", c.refusal.message);
    cr_expect_null(strstr(c.refusal.message, "811218"), "%s", c.refusal.message);
    claims_begin(&c);
    for (int i = 0; i < 9876; i++) {
        char id[CLAIM_ID_MAX];
        claim_id_format(811218, (uint32_t)i, id);
        claims_add_mark(&c, CHANGE_RELEASE, id, ABSENT);
    }
    claims_add_delete(&c, KIND_CAPACITY, "K-2", ABSENT);
    claims_send(&c);
    cr_expect_eq(c.outcome.reason, REASON_STILL_REFERENCED);
    cr_expect_null(strstr(c.refusal.message, "811218"), "%s", c.refusal.message);
    cr_expect_eq(claims_release(&c, "811218-9876"), STATUS_OK);
    claims_release(&c, "811218-9876");
    cr_expect_eq(c.outcome.reason, REASON_CLAIM_STATE);
    cr_expect_null(strstr(c.refusal.message, "811218"), "%s", c.refusal.message);
    claims_close(&c);
}

Test(claim_ids, a_reference_with_a_personal_number_is_refused_and_not_repeated)
{
    static const char *const references[] = {"811218-9876", "patient 19811218-9876",
                                             "Ärende 8112189876"};
    for (size_t i = 0; i < sizeof references / sizeof *references; i++) {
        union operation operation = {.take = claims_take_of("K-1")};
        struct refusal refusal = {0};
        operation.take.reference = slice_from(references[i]);
        cr_expect_eq(operation_check(CHANGE_TAKE, &operation, &refusal),
                     STATUS_INVALID_ARGUMENT);
        cr_expect_eq(refusal.reason, REASON_PERSONAL_IDENTITY);
        cr_expect_str_eq(refusal.field, "reference");
        cr_expect_null(strstr(refusal.message, "9876"), "%s", refusal.message);
    }
}
