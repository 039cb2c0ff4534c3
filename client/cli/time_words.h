// SPDX-License-Identifier: Apache-2.0
//
// Instants as people read them: on the clocks of Stockholm, and how long is left.
#ifndef CLI_TIME_WORDS_H
#define CLI_TIME_WORDS_H

#include "base/buffer.h"
#include "cli/text.h"

// "2026-11-23 13:00", the minute that is under way.
void words_instant(struct buffer *out, int64_t utc_ms);
// "23 h 59 min left"; the two largest units, rounded down so that nobody is told more than
// there is; "run out" for nothing left.
void words_left(struct buffer *out, enum language language, int64_t left_ms);
// UTC milliseconds of this machine's clock.
int64_t time_now_ms(void);

#endif
