// SPDX-License-Identifier: Apache-2.0
//
// Small worlds for the tests of match: one service, records that are their own candidate
// ids.
#ifndef TEST_MATCH_FIXTURE_H
#define TEST_MATCH_FIXTURE_H

#include "base/date.h"
#include "match/query.h"
#include "match/tests.h"

#define STOCKHOLM 1
#define UPPSALA 3
#define SKANE 12
#define REGION_BIT(code) (UINT32_C(1) << (code))
#define SERVICE 0
#define AREA 0

struct world {
    struct match_index *index;
    struct arena arena;
    int32_t today;
};

// An empty SERVICE without an area; today is 2026-11-22.
void world_init(struct world *world);
void world_close(struct world *world);
// Settles and puts all services in order.
void world_settle(struct world *world);

// Facts that pass every test: to be changed by a test before they are added.
struct match_unit plain_unit(const char *id);
struct match_agreement plain_agreement(void);
struct match_line plain_line(const char *id);
struct match_capacity plain_capacity(const struct world *world, const char *id);
struct match_waiting plain_waiting(const struct world *world, int16_t current_days);
struct match_query plain_query(const struct world *world);

// Unit 0, agreement 0, a waiting time of 30 days and one line.
void world_add_line(struct world *world, const struct match_line *line);
void world_add_unit(struct world *world, uint32_t unit, const char *id,
                    int16_t current_days);

// Settles and asks. With explain the counts are checked to add up.
struct match_answer ask(struct world *world, const struct match_query *query);
// The masks of the only candidate: what it failed (0 when it is an option) and what is
// unknown.
struct match_candidate only_candidate(struct world *world,
                                      const struct match_query *query);

#endif
