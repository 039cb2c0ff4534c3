// SPDX-License-Identifier: Apache-2.0
//
// The tests of what a unit can take: ASA, weight, BMI, age, sex, conditions.
#include <criterion/criterion.h>

#include "fixture.h"

#define FAILS(test) (UINT32_C(1) << MATCH_TEST_##test)

// What a patient's facts give against terms: the masks of failed and unknown tests.
static struct match_candidate judge(const struct match_terms *terms,
                                    const struct match_query *facts)
{
    struct world world;
    world_init(&world);
    struct match_line line = plain_line("line");
    line.terms = *terms;
    world_add_line(&world, &line);
    struct match_query query = plain_query(&world);
    query.asa = facts->asa;
    query.weight_hg = facts->weight_hg;
    query.height_cm = facts->height_cm;
    query.age = facts->age;
    query.sex = facts->sex;
    struct match_candidate candidate = only_candidate(&world, &query);
    world_close(&world);
    return candidate;
}

static struct match_query facts_unknown(void)
{
    return (struct match_query){.age = -1};
}

static void expect(struct match_terms terms, struct match_query facts, uint32_t failed,
                   uint32_t unknown)
{
    struct match_candidate candidate = judge(&terms, &facts);
    cr_expect_eq(candidate.failed, failed, "failed %x, not %x", candidate.failed, failed);
    if (!failed)
        cr_expect_eq(candidate.unknown, unknown, "unknown %x, not %x", candidate.unknown,
                     unknown);
}

Test(match_terms, without_bounds_nothing_need_be_known)
{
    expect(plain_line("").terms, facts_unknown(), 0, 0);
}

Test(match_terms, an_unknown_fact_never_passes_a_bound)
{
    struct match_terms none = plain_line("").terms, terms = none;
    terms.asa_max = 5;
    expect(terms, facts_unknown(), 0, FAILS(ASA));
    terms = none;
    terms.weight_min = 5;
    expect(terms, facts_unknown(), 0, FAILS(WEIGHT));
    terms = none;
    terms.weight_max = 4000;
    expect(terms, facts_unknown(), 0, FAILS(WEIGHT));
    terms = none;
    terms.bmi_min = 50;
    expect(terms, facts_unknown(), 0, FAILS(BMI));
    terms = none;
    terms.bmi_max = 1000;
    expect(terms, facts_unknown(), 0, FAILS(BMI));
    terms = none;
    terms.age_min = 1;
    expect(terms, facts_unknown(), 0, FAILS(AGE));
    terms = none;
    terms.age_max = 125;
    expect(terms, facts_unknown(), 0, FAILS(AGE));
    terms = none;
    terms.sex = 2;
    expect(terms, facts_unknown(), 0, FAILS(SEX));
    terms = none;
    terms.has_conditions = true;
    expect(terms, facts_unknown(), 0, FAILS(CONDITION));
}

Test(match_terms, asa_weight_age_and_sex_bounds_are_inclusive)
{
    struct match_terms terms = {.weight_min = 400,
                                .weight_max = 1200,
                                .bmi_max = UINT16_MAX,
                                .age_min = 18,
                                .age_max = 70,
                                .asa_max = 2,
                                .sex = 2};
    struct match_query least = {.asa = 1, .weight_hg = 400, .age = 18, .sex = 2};
    struct match_query most = {.asa = 2, .weight_hg = 1200, .age = 70, .sex = 2};
    expect(terms, least, 0, 0);
    expect(terms, most, 0, 0);
    least.weight_hg = 399;
    expect(terms, least, FAILS(WEIGHT), 0);
    least.age = 17;
    expect(terms, least, FAILS(WEIGHT) | FAILS(AGE), 0);
    most.weight_hg = 1201;
    expect(terms, most, FAILS(WEIGHT), 0);
    most.weight_hg = 1200;
    most.age = 71;
    expect(terms, most, FAILS(AGE), 0);
    most.age = 70;
    most.asa = 3;
    expect(terms, most, FAILS(ASA), 0);
    most.asa = 2;
    most.sex = 3;
    expect(terms, most, FAILS(SEX), 0);
}

Test(match_terms, an_age_of_zero_is_known)
{
    struct match_terms terms = plain_line("").terms;
    struct match_query newborn = {.age = 0};
    terms.age_min = 1;
    expect(terms, newborn, FAILS(AGE), 0);
    terms.age_min = 0;
    terms.age_max = 0;
    expect(terms, newborn, 0, 0);
}

Test(match_terms, bmi_is_compared_exactly)
{
    // 76.8 kg at 160 cm is 30 exactly; 47.36 kg would be 18.5, 47.3 and 47.4 lie on each
    // side.
    struct match_terms terms = plain_line("").terms;
    terms.bmi_min = 185;
    terms.bmi_max = 300;
    struct match_query facts = {.weight_hg = 768, .height_cm = 160, .age = -1};
    expect(terms, facts, 0, 0);
    terms.bmi_min = 300;
    expect(terms, facts, 0, 0);
    terms.bmi_min = 185;
    facts.weight_hg = 769;
    expect(terms, facts, FAILS(BMI), 0);
    facts.weight_hg = 474;
    expect(terms, facts, 0, 0);
    facts.weight_hg = 473;
    expect(terms, facts, FAILS(BMI), 0);
    facts.height_cm = 0;
    expect(terms, facts, 0, FAILS(BMI));
    facts.weight_hg = 0;
    facts.height_cm = 160;
    expect(terms, facts, 0, FAILS(BMI));
}

Test(match_terms, extreme_facts_do_not_wrap)
{
    struct match_terms terms = plain_line("").terms;
    terms.bmi_min = 50;
    struct match_query heavy = {.weight_hg = 4000, .height_cm = 30, .age = -1};
    expect(terms, heavy, 0, 0);
    terms.bmi_max = 1000;
    expect(terms, heavy, FAILS(BMI), 0);
    struct match_query light = {.weight_hg = 5, .height_cm = 250, .age = -1};
    expect(terms, light, FAILS(BMI), 0);
}
