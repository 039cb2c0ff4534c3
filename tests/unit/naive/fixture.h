// SPDX-License-Identifier: Apache-2.0
//
// A small world to reckon on by hand: service "S" (TREATMENT, KVA 2026), unit "U" in
// region 14, agreement "A" of region 14; the query asks for "S" from region 14. Each test
// adds the rest.
#ifndef TESTS_UNIT_NAIVE_FIXTURE_H
#define TESTS_UNIT_NAIVE_FIXTURE_H

#include "lib/naive.h"

struct fixture {
    struct naive_world world;
    struct query query;
    struct naive_answer answer;
    int32_t today; // 2026-11-22
};

enum said { SAID_PASS, SAID_FAIL, SAID_UNKNOWN };

void fixture_init(struct fixture *fixture);
void fixture_close(struct fixture *fixture);

// Entities with their required fields; the rest absent.
struct unit fixture_unit(const char *id);
struct service fixture_service(const char *code);
struct agreement fixture_agreement(const char *id);
struct agreement_line fixture_line(const char *agreement, const char *unit);
struct capacity fixture_capacity(const char *id,
                                 const char *unit); // from today for 30 days, 1 slot
struct waiting_time fixture_wait(const char *unit,
                                 int64_t current_days); // observed today
struct nhv_permit fixture_permit(const char *unit);     // from a year ago on

void fixture_put_unit(struct fixture *fixture, struct unit unit);
void fixture_put_service(struct fixture *fixture, struct service service);
void fixture_put_agreement(struct fixture *fixture, struct agreement agreement);
void fixture_put_line(struct fixture *fixture, struct agreement_line line);
void fixture_put_capacity(struct fixture *fixture, struct capacity capacity);
void fixture_put_wait(struct fixture *fixture, struct waiting_time waiting_time);
void fixture_put_permit(struct fixture *fixture, struct nhv_permit permit);
// Makes "S" care of the area "area".
void fixture_make_national(struct fixture *fixture);
void fixture_put_limit(struct fixture *fixture, int64_t guarantee, int64_t region,
                       int64_t valid_from, int64_t days);
void fixture_put_setting(struct fixture *fixture, const char *days);
void fixture_put_municipality(struct fixture *fixture, const char *code, int64_t latitude,
                              int64_t longitude);

// The answer to the query, which must not be refused.
const struct answer *fixture_match(struct fixture *fixture);
// The same when there must be exactly one option.
const struct option *fixture_option(struct fixture *fixture);
const struct option *fixture_option_at(const struct answer *answer, uint32_t i);
// What one test said of the only candidate.
enum said fixture_said(struct fixture *fixture, enum match_test test);
// The candidates of the options in their order: "A/U/S K1".
const char *fixture_order(struct fixture *fixture);

#endif
