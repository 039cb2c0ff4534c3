// SPDX-License-Identifier: Apache-2.0
//
// From a user's query to the engine's: resolves service, municipality, region sets and
// dates against what is stored, and computes the care guarantee's deadline.
#ifndef DOMAIN_ASK_H
#define DOMAIN_ASK_H

#include "domain/question.h"
#include "domain/state.h"
#include "match/query.h"

// What the answer says beside the options.
struct ask {
    struct match_query match;
    struct slice service;       // resolved code, borrowed from the state
    uint32_t area;              // NHV area's handle or MATCH_NONE
    int64_t guarantee_deadline; // days or ABSENT
};

// today: the daemon's date in Europe/Stockholm. Calls query_check first.
// Errors: STATUS_INVALID_ARGUMENT (field and limit named), STATUS_NOT_FOUND
// (UNKNOWN_SERVICE, UNKNOWN_SYSTEM, UNKNOWN_VERSION, UNKNOWN_MUNICIPALITY; the message
// names the nearest known).
int ask_prepare(const struct state *state, const struct query *query, int32_t today,
                struct ask *ask, struct refusal *refusal);

#endif
