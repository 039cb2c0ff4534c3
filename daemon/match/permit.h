// SPDX-License-Identifier: Apache-2.0
//
// The permit rows of NHV areas: few units each, read in full by a query.
#ifndef MATCH_PERMIT_H
#define MATCH_PERMIT_H

#include "match/layout.h"

// What the tests need of the rows of one (area, unit) on a day.
struct permit_summary {
    bool in_force;   // some row is
    bool all_scoped; // every row in force has a scope (also when there is none)
    int32_t last_to; // the latest in_force_to among them, MATCH_DATE_MAX = no end
};

// NULL when the unit has no row for the area.
const struct permit_unit *match_permit_find(const struct match_index *index,
                                            uint32_t area, uint32_t unit);
// rows may be NULL.
struct permit_summary match_permit_summary(const struct permit_unit *rows, int32_t on);
uint64_t match_permit_bytes(const struct match_index *index);
void match_permit_free(struct match_index *index);

static inline bool permit_in_force(const struct match_permit *permit, int32_t on)
{
    return permit->in_force_from <= on && permit->in_force_to >= on;
}

#endif
