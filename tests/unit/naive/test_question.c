// SPDX-License-Identifier: Apache-2.0
//
// How a service is found, and which queries are refused.
#include <criterion/criterion.h>

#include "base/status.h"
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

TestSuite(naive_question, .init = open_world, .fini = close_world);

static void put_mapping(const char *system, const char *version, const char *code)
{
    union entity mapping = {.mapping = {slice_from(system), slice_from(version),
                                        slice_from(code), slice_from("S")}};
    naive_put(&f.world, KIND_MAPPING, &mapping);
}

static void ask(const char *system, const char *version, const char *code)
{
    f.query.system = slice_from(system);
    f.query.version = slice_from(version);
    f.query.service = slice_from(code);
}

static void expect_refused(int status, enum reason reason, const char *field)
{
    cr_expect_eq(naive_match(&f.world, &f.query, f.today, &f.answer), status);
    cr_expect_eq(f.answer.refusal.reason, reason);
    cr_expect_str_eq(f.answer.refusal.field, field, "%s", f.answer.refusal.field);
}

static void expect_service(const char *code)
{
    cr_expect(slice_equal(fixture_match(&f)->service, slice_from(code)));
}

Test(naive_question, without_a_system_the_code_is_the_services_own)
{
    put_mapping("SPEC", "1", "knee");
    expect_service("S");
    ask(NULL, NULL, "knee");
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service");
}

Test(naive_question, system_resolves_own_codes_and_mappings)
{
    put_mapping("SPEC", "1", "knee");
    ask("KVA", "2026", "S");
    expect_service("S");
    ask("SPEC", "1", "knee");
    expect_service("S");
    ask("SPEC", NULL, "knee");
    expect_service("S");
    ask("SPEC", "1", "S");
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service");
}

Test(naive_question, without_a_version_the_newest_of_the_system_is_meant)
{
    put_mapping("KVA", "2025", "old");
    ask("KVA", NULL, "S");
    expect_service("S");
    ask("KVA", NULL, "old");
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service");
    put_mapping("KVA", "9", "new"); // newest by byte order
    ask("KVA", NULL, "new");
    expect_service("S");
    ask("KVA", NULL, "S");
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service");
}

Test(naive_question, unknown_system_and_version_are_named)
{
    put_mapping("SPEC", "1", "knee");
    ask("kva", NULL, "S"); // case matters
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_SYSTEM, "system");
    ask("KVA", "1", "S"); // a version of another system
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_VERSION, "version");
}

Test(naive_question, day_asked_for_is_today_to_730_days_ahead)
{
    cr_expect_eq(fixture_match(&f)->on, f.today);
    f.query.on = f.today + 730;
    cr_expect_eq(fixture_match(&f)->on, f.today + 730);
    cr_expect_eq(fixture_match(&f)->today, f.today);
    f.query.on = f.today + 731;
    expect_refused(STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE, "on");
    f.query.on = f.today - 1;
    expect_refused(STATUS_INVALID_ARGUMENT, REASON_OUT_OF_RANGE, "on");
}

Test(naive_question, unknown_municipality_is_not_found)
{
    f.query.origin.municipality = slice_from("9999");
    expect_refused(STATUS_NOT_FOUND, REASON_UNKNOWN_MUNICIPALITY, "origin");
}

Test(naive_question, what_the_query_itself_gets_wrong_is_refused_first)
{
    f.query.service = slice_from("missing");
    f.query.home_region = ABSENT;
    expect_refused(STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "home_region");
}

Test(naive_question, nothing_to_offer_is_an_answer)
{
    const struct answer *answer = fixture_match(&f);
    cr_expect_eq(answer->options.n, 0);
    cr_expect_eq(answer->guarantee_deadline, ABSENT);
}
