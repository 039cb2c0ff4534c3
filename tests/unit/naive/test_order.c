// SPDX-License-Identifier: Apache-2.0
//
// Candidates, order, grouping and what an option carries (domain.md §3).
#include <criterion/criterion.h>

#include "unit/naive/fixture.h"

static struct fixture f;

static void open_world(void)
{
    fixture_init(&f);
}

static void close_world(void)
{
    fixture_close(&f);
}

TestSuite(naive_order, .init = open_world, .fini = close_world);
TestSuite(naive_group, .init = open_world, .fini = close_world);
TestSuite(naive_option, .init = open_world, .fini = close_world);

// A unit straight north of the origin with one line.
static void put_offer(const char *id, int64_t km, int64_t wait, int64_t price)
{
    struct unit unit = fixture_unit(id);
    struct agreement_line line = fixture_line("A", id);
    if (km != ABSENT) {
        unit.latitude = 57000000 + km * 1000000 * 1000 / 111195;
        unit.longitude = 12000000;
    }
    line.price = price;
    fixture_put_unit(&f, unit);
    fixture_put_line(&f, line);
    if (wait != ABSENT)
        fixture_put_wait(&f, fixture_wait(id, wait));
}

static void ask_from_origin(int64_t order)
{
    f.query.origin.latitude = 57000000;
    f.query.origin.longitude = 12000000;
    f.query.order = order;
}

static void expect_order(const char *expected)
{
    const char *order = fixture_order(&f);
    cr_expect_str_eq(order, expected, "%s", order);
}

Test(naive_order, each_order_has_its_first_key_and_absent_comes_last)
{
    put_offer("P", 100, 30, 500);
    put_offer("Q", 50, 60, 700);
    put_offer("R", 200, 10, ABSENT);
    put_offer("T", ABSENT, ABSENT, 100);
    ask_from_origin(ABSENT);
    expect_order("A/R/S A/P/S A/Q/S A/T/S");
    ask_from_origin(ORDER_EARLIEST);
    expect_order("A/R/S A/P/S A/Q/S A/T/S");
    ask_from_origin(ORDER_NEAREST);
    expect_order("A/Q/S A/P/S A/R/S A/T/S");
    ask_from_origin(ORDER_CHEAPEST);
    expect_order("A/T/S A/P/S A/Q/S A/R/S");
}

Test(naive_order, earliest_breaks_ties_by_distance_then_price)
{
    put_offer("P", 100, 30, 500);
    put_offer("Q", 50, 30, 900);
    put_offer("R", 100, 30, 400);
    ask_from_origin(ORDER_EARLIEST);
    expect_order("A/Q/S A/R/S A/P/S");
}

Test(naive_order, nearest_breaks_ties_by_wait_then_price)
{
    put_offer("P", 100, 30, 500);
    put_offer("Q", 100, 20, 900);
    put_offer("R", 100, 30, 400);
    ask_from_origin(ORDER_NEAREST);
    expect_order("A/Q/S A/R/S A/P/S");
}

Test(naive_order, cheapest_breaks_ties_by_wait_then_distance)
{
    put_offer("P", 100, 30, 500);
    put_offer("Q", 100, 20, 500);
    put_offer("R", 50, 30, 500);
    ask_from_origin(ORDER_CHEAPEST);
    expect_order("A/Q/S A/R/S A/P/S");
}

Test(naive_order, a_price_of_nothing_is_not_an_absent_price)
{
    put_offer("P", ABSENT, 30, ABSENT);
    put_offer("Q", ABSENT, 30, 0);
    f.query.order = ORDER_CHEAPEST;
    expect_order("A/Q/S A/P/S");
}

Test(naive_order, full_ties_go_by_kind_then_unit_then_candidate)
{
    put_offer("P", ABSENT, 0, ABSENT);
    put_offer("E1", ABSENT, 0, ABSENT);
    put_offer("E10", ABSENT, 0, ABSENT);
    put_offer("E2", ABSENT, 0, ABSENT);
    fixture_put_permit(&f, fixture_permit("E1"));
    fixture_put_permit(&f, fixture_permit("E10"));
    fixture_put_permit(&f, fixture_permit("E2"));
    fixture_put_permit(&f, fixture_permit("P"));
    fixture_put_capacity(&f, fixture_capacity("K", "P"));
    fixture_make_national(&f);
    expect_order("K A/E1/S A/E10/S A/E2/S A/P/S permit/area/E1/S permit/area/E10/S "
                 "permit/area/E2/S permit/area/P/S");
}

// '-' and '+' stand before '/' and '1' after it.
Test(naive_order, candidate_ids_are_compared_whole_and_bytewise)
{
    static const char *const ids[] = {"A1", "A-", "A+", "a"};
    for (int i = 0; i < 4; i++) {
        fixture_put_agreement(&f, fixture_agreement(ids[i]));
        fixture_put_line(&f, fixture_line(ids[i], "U"));
    }
    struct agreement_line variant = fixture_line("A", "U");
    fixture_put_line(&f, variant);
    variant.variant = slice_from("v");
    fixture_put_line(&f, variant);
    static const char *const expected[] = {"A+/U/S",  "A-/U/S", "A/U/S",
                                           "A/U/S/v", "A1/U/S", "a/U/S"};
    for (int i = 0; i < 6; i++) {
        const struct option *option = fixture_option(&f);
        cr_expect(slice_equal(option->candidate, slice_from(expected[i])), "%s",
                  expected[i]);
        cr_expect_eq(option->alternatives, 5 - i);
        union entity line = {.agreement_line = fixture_line("", "U")};
        line.agreement_line.agreement = option->agreement;
        if (i == 3)
            line.agreement_line.variant = slice_from("v");
        naive_delete(&f.world, KIND_AGREEMENT_LINE, &line);
    }
}

Test(naive_order, limit_is_ten_unless_asked_for)
{
    static const char *const units[] = {"a", "b", "c", "d", "e", "f",
                                        "g", "h", "i", "j", "k"};
    for (int i = 0; i < 11; i++)
        put_offer(units[i], ABSENT, 10, ABSENT);
    cr_expect_eq(fixture_match(&f)->options.n, 10);
    f.query.limit = 100;
    cr_expect_eq(fixture_match(&f)->options.n, 11);
    f.query.limit = 1;
    expect_order("A/a/S");
}

// --- Grouping
// ---------------------------------------------------------------------------------

static void put_variant(const char *variant, int64_t price, int64_t asa_max)
{
    struct agreement_line line = fixture_line("A", "U");
    line.variant = slice_from(variant);
    line.price = price;
    line.terms.asa_max = asa_max;
    fixture_put_line(&f, line);
}

Test(naive_group, admitted_goes_before_a_conditional_that_is_cheaper)
{
    put_variant("1", 100, 2); // ASA is not known: conditional
    put_variant("2", 200, ABSENT);
    put_variant("3", 300, ABSENT);
    f.query.order = ORDER_CHEAPEST;
    expect_order("A/U/S/2");
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->verdict, VERDICT_ADMITTED);
    cr_expect_eq(option->verify, 0);
    cr_expect_eq(option->alternatives, 2);
}

Test(naive_group, option_stands_where_its_chosen_candidate_stands)
{
    put_variant("1", 100, 2);
    put_variant("2", 300, ABSENT);
    struct agreement_line other = fixture_line("A", "V");
    other.price = 200;
    fixture_put_unit(&f, fixture_unit("V"));
    fixture_put_line(&f, other);
    f.query.order = ORDER_CHEAPEST;
    expect_order("A/V/S A/U/S/2");
}

Test(naive_group, conditional_is_chosen_when_nothing_is_admitted)
{
    put_variant("1", 200, 2);
    put_variant("2", 100, 3);
    f.query.order = ORDER_CHEAPEST;
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->verdict, VERDICT_CONDITIONAL);
    cr_expect_eq(option->verify, 1 << MATCH_TEST_ASA);
    cr_expect(slice_equal(option->candidate, slice_from("A/U/S/2")));
    cr_expect_eq(option->alternatives, 1);
}

Test(naive_group, excluded_candidates_are_no_alternatives)
{
    put_variant("1", 100, 2);
    put_variant("2", 200, ABSENT);
    f.query.asa = 3;
    cr_expect_eq(fixture_option(&f)->alternatives, 0);
}

Test(naive_group, certain_only_leaves_conditionals_out_everywhere)
{
    put_variant("1", 100, 2);
    put_variant("2", 200, ABSENT);
    f.query.certain_only = 1;
    cr_expect_eq(fixture_option(&f)->alternatives, 0);
    naive_delete(&f.world, KIND_AGREEMENT_LINE,
                 &(union entity){.agreement_line = {.agreement = slice_from("A"),
                                                    .unit = slice_from("U"),
                                                    .service = slice_from("S"),
                                                    .variant = slice_from("2")}});
    cr_expect_eq(fixture_match(&f)->options.n, 0);
}

Test(naive_group, a_unit_gives_one_option_of_each_kind)
{
    fixture_put_line(&f, fixture_line("A", "U"));
    fixture_put_capacity(&f, fixture_capacity("K1", "U"));
    fixture_put_capacity(&f, fixture_capacity("K2", "U"));
    struct nhv_permit permit = fixture_permit("U");
    fixture_put_permit(&f, permit);
    permit.scope = slice_from("Barn");
    fixture_put_permit(&f, permit); // two rows, one candidate
    fixture_make_national(&f);
    expect_order("K1 A/U/S permit/area/U/S");
    cr_expect_eq(fixture_option_at(fixture_match(&f), 0)->alternatives, 1);
    cr_expect_eq(fixture_option_at(fixture_match(&f), 2)->alternatives, 0);
}

// --- What an option carries
// -------------------------------------------------------------------

Test(naive_option, line_shows_its_agreement_terms_and_texts)
{
    struct agreement agreement = fixture_agreement("A");
    agreement.owner_region = 1;
    agreement.callers = 1 << 14;
    fixture_put_agreement(&f, agreement);
    struct agreement_line line = fixture_line("A", "U");
    line.terms.weight_max = 1205;
    line.price = 4500000;
    line.aftercare = slice_from("Enheten svarar");
    line.prerequisites = (struct text_list){1, {slice_from("Röntgen")}};
    fixture_put_line(&f, line);
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->kind, CANDIDATE_AGREEMENT);
    cr_expect_eq(option->owner_region, 1);
    cr_expect(slice_equal(option->agreement, slice_from("A")));
    cr_expect_null(option->capacity.data);
    cr_expect_eq(option->free_slots, ABSENT);
    cr_expect_eq(option->terms.weight_max, 1205);
    cr_expect_eq(option->price, 4500000);
    cr_expect(slice_equal(option->aftercare, slice_from("Enheten svarar")));
    cr_expect_eq(option->prerequisites.n, 1);
    cr_expect(slice_equal(option->unit.id, slice_from("U")));
    cr_expect_eq(option->unit.region, 14);
}

Test(naive_option, capacity_shows_its_slots_and_its_units_region)
{
    struct capacity capacity = fixture_capacity("K", "U");
    capacity.slots = 7;
    capacity.open_to = 1 << 14 | 1 << 1;
    fixture_put_capacity(&f, capacity);
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->kind, CANDIDATE_CAPACITY);
    cr_expect_eq(option->free_slots, 7);
    cr_expect_eq(option->owner_region, 14);
    cr_expect(slice_equal(option->capacity, slice_from("K")));
    cr_expect_null(option->agreement.data);
    cr_expect_eq(option->lead_days, ABSENT);
}

Test(naive_option, permit_shows_the_scopes_in_force_and_no_terms)
{
    struct nhv_permit permit = fixture_permit("U");
    static const char *const scopes[] = {"Vuxna", "Barn", "Foster"};
    for (int i = 0; i < 3; i++) {
        permit.scope = slice_from(scopes[i]);
        permit.in_force_to = i == 2 ? f.today - 1 : ABSENT;
        fixture_put_permit(&f, permit);
    }
    fixture_make_national(&f);
    f.query.home_region = 25; // a permit has no parties
    const struct option *option = fixture_option(&f);
    cr_expect_eq(option->kind, CANDIDATE_PERMIT);
    cr_expect_eq(option->verdict, VERDICT_CONDITIONAL);
    cr_expect_eq(option->verify, 1 << MATCH_TEST_CONDITION);
    cr_expect_eq(option->price, ABSENT);
    cr_expect_eq(option->terms.asa_max, ABSENT);
    cr_expect_eq(option->owner_region, 14);
    cr_assert_eq(option->permit_scopes.n, 2);
    cr_expect(slice_equal(option->permit_scopes.items[0], slice_from("Barn")));
    cr_expect(slice_equal(option->permit_scopes.items[1], slice_from("Vuxna")));
}
