// SPDX-License-Identifier: Apache-2.0
//
// The store of the naive matcher, the random worlds, and the comparison of answers.
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

#include "base/status.h"
#include "lib/compare.h"
#include "lib/world.h"
#include "unit/naive/fixture.h"

Test(naive_store, keeps_its_own_copy_of_what_was_put)
{
    struct fixture f;
    fixture_init(&f);
    char name[] = "Sjukhuset";
    struct unit unit = fixture_unit("U2");
    unit.name = slice_from(name);
    fixture_put_unit(&f, unit);
    memset(name, 'x', sizeof name - 1);
    const union entity *stored =
        naive_find(&f.world, KIND_UNIT, &(union entity){.unit = unit});
    cr_assert_not_null(stored);
    cr_expect(slice_equal(stored->unit.name, slice_from("Sjukhuset")));
    cr_expect_eq(stored->unit.active, 1);
    fixture_close(&f);
}

Test(naive_store, put_replaces_and_delete_removes_what_has_the_whole_key)
{
    struct fixture f;
    fixture_init(&f);
    struct nhv_permit permit = fixture_permit("U");
    fixture_put_permit(&f, permit);
    permit.source = slice_from("Beslut");
    fixture_put_permit(&f, permit);
    cr_expect_eq(naive_count(&f.world, KIND_NHV_PERMIT), 1);
    permit.scope = slice_from("Barn");
    fixture_put_permit(&f, permit);
    permit.scope = SLICE_ABSENT;
    permit.unit = SLICE_ABSENT;
    fixture_put_permit(&f, permit);
    cr_expect_eq(naive_count(&f.world, KIND_NHV_PERMIT), 3);
    cr_expect(
        naive_delete(&f.world, KIND_NHV_PERMIT, &(union entity){.nhv_permit = permit}));
    cr_expect_not(
        naive_delete(&f.world, KIND_NHV_PERMIT, &(union entity){.nhv_permit = permit}));
    cr_expect_eq(naive_count(&f.world, KIND_NHV_PERMIT), 2);
    fixture_close(&f);
}

static void expect_valid(enum kind kind, const union entity *entity, uint64_t seed)
{
    struct refusal refusal;
    int status = entity_check(kind, entity, &refusal);
    cr_assert_eq(status, STATUS_OK, "seed %lu: %s: %s", (unsigned long)seed,
                 entity_kind_name(kind), refusal.message);
}

static void expect_valid_world(const struct world *world, uint64_t seed)
{
    size_t lines = naive_count(&world->stored, KIND_AGREEMENT_LINE);
    cr_expect(lines >= 50 && lines <= 300, "seed %lu: %zu lines", (unsigned long)seed,
              lines);
    for (int kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&world->stored, (enum kind)kind); i++)
            expect_valid((enum kind)kind, naive_at(&world->stored, (enum kind)kind, i),
                         seed);
}

Test(world, everything_made_is_valid_and_everything_asked_is_answered_or_refused)
{
    struct naive_answer answer = {0};
    size_t answered = 0, refused = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world world;
        world_init(&world, seed);
        expect_valid_world(&world, seed);
        for (int i = 0; i < 100; i++) {
            struct world_op op;
            struct query query;
            world_next_op(&world, &op);
            if (op.op == WORLD_PUT && op.refused != REASON_UNKNOWN_REFERENCE)
                expect_valid(op.kind, &op.entity, seed);
            if (op.op == WORLD_DELETE)
                cr_assert_eq(entity_check_key(op.kind, &op.entity, NULL), STATUS_OK);
            world_next_query(&world, &query);
            if (naive_match(&world.stored, &query, world.today, &answer) == STATUS_OK)
                answered++;
            else
                refused++;
        }
        world_close(&world);
    }
    cr_expect_gt(answered, 1500);
    cr_expect_gt(refused, 50);
    naive_answer_free(&answer);
}

// Runs two worlds side by side; where their answers first differ, or -1.
static int first_difference(uint64_t left_seed, uint64_t right_seed)
{
    struct world left, right;
    struct naive_answer a = {0}, b = {0};
    int difference = -1;
    world_init(&left, left_seed);
    world_init(&right, right_seed);
    for (int i = 0; i < 200 && difference < 0; i++) {
        struct world_op op;
        struct query query;
        world_next_op(&left, &op);
        world_next_op(&right, &op);
        world_next_query(&left, &query);
        int left_status = naive_match(&left.stored, &query, left.today, &a);
        world_next_query(&right, &query);
        int right_status = naive_match(&right.stored, &query, right.today, &b);
        if (!compare_refusal(left_status, &a.refusal, right_status, &b.refusal,
                             "worlds") ||
            !compare_answer(&a.answer, &b.answer, "worlds"))
            difference = i;
    }
    naive_answer_free(&a);
    naive_answer_free(&b);
    world_close(&left);
    world_close(&right);
    return difference;
}

Test(world, same_seed_gives_the_same_answers, .init = cr_redirect_stderr)
{
    cr_expect_eq(first_difference(7, 7), -1);
    cr_expect_neq(first_difference(7, 8), -1);
}

// --- Comparing
// --------------------------------------------------------------------------------

static struct fixture f;
static struct option option;
static struct answer changed; // the fixture's answer with one option that tests change

static void open_comparison(void)
{
    cr_redirect_stderr();
    fixture_init(&f);
    fixture_put_line(&f, fixture_line("A", "U"));
    changed = *fixture_match(&f);
    option = *fixture_option_at(&changed, 0);
    changed.options.data = &option;
}

static void close_comparison(void)
{
    fixture_close(&f);
}

TestSuite(compare, .init = open_comparison, .fini = close_comparison);

static void expect_report(const char *report)
{
    cr_expect_not(compare_answer(&f.answer.answer, &changed, "seed 3"));
    fflush(stderr);
    cr_expect_stderr_eq_str(report);
}

Test(compare, equal_answers_are_equal)
{
    cr_expect(compare_answer(&f.answer.answer, &changed, "seed 3"));
}

Test(compare, absent_is_not_zero_but_an_empty_set_may_be_absent)
{
    option.verify = ABSENT;
    cr_expect(compare_answer(&f.answer.answer, &changed, "seed 3"));
    option.price = 0;
    expect_report("seed 3: options[0].price: expected absent, got 0\n");
}

Test(compare, names_the_field_inside_the_option)
{
    option.terms.asa_max = 3;
    expect_report("seed 3: options[0].terms.asa_max: expected absent, got 3\n");
}

Test(compare, tells_a_missing_option)
{
    changed.options.n = 0;
    expect_report("seed 3: options: expected 1 items, got 0 items\n");
}

Test(compare, revision_counts_only_when_one_is_expected)
{
    changed.revision = 5;
    cr_expect(compare_answer(&f.answer.answer, &changed, "seed 3"));
    f.answer.answer.revision = 4;
    expect_report("seed 3: revision: expected 4, got 5\n");
}

Test(compare, tells_a_refusal_of_another_reason)
{
    struct refusal expected, actual;
    refuse(&expected, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service", "no X");
    refuse(&actual, STATUS_NOT_FOUND, REASON_UNKNOWN_SYSTEM, "system", "no Y");
    cr_expect(
        compare_refusal(STATUS_NOT_FOUND, &expected, STATUS_NOT_FOUND, &expected, "q"));
    cr_expect_not(
        compare_refusal(STATUS_NOT_FOUND, &expected, STATUS_NOT_FOUND, &actual, "q"));
    cr_expect_not(compare_refusal(STATUS_NOT_FOUND, &expected, STATUS_OK, NULL, "q"));
}
