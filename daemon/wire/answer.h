// SPDX-License-Identifier: Apache-2.0
//
// Writing of match answers. An option is mostly pasted: the unit's summary is the first
// fields of the unit's record, and terms, price, lead_days, prerequisites and aftercare
// (fields 11-15 of Option, AgreementLine and Capacity alike) are the tail of the line's
// or capacity's record, so nothing is kept twice and nothing is encoded again.
#ifndef WIRE_ANSWER_H
#define WIRE_ANSWER_H

#include "base/buffer.h"
#include "domain/ask.h"

// Appends a MatchResponse for what match_query_run answered to ask.
void wire_answer_encode(struct state *state, const struct ask *ask,
                        const struct match_answer *answer, struct buffer *out);

#endif
