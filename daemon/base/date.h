// SPDX-License-Identifier: Apache-2.0
//
// Civil dates as days since 1970-01-01 (negative before) and instants as UTC
// milliseconds. Pure arithmetic: no clock, no time zone files. Years 1-9999.
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdint.h>

#include "base/slice.h"

#define DATE_TEXT_LEN 10    // "2026-11-22"
#define INSTANT_TEXT_LEN 24 // "2026-11-22T12:00:00.000Z"
#define DAY_MS INT64_C(86400000)

// Exactly YYYY-MM-DD with a real day. STATUS_INVALID_ARGUMENT otherwise.
int date_parse(struct slice text, int32_t *days);
// Writes DATE_TEXT_LEN bytes, no NUL.
void date_format(int32_t days, char *out);
int32_t date_from_civil(int year, unsigned month, unsigned day);

// RFC 3339 UTC with exactly three decimals and 'Z'. STATUS_INVALID_ARGUMENT otherwise.
int instant_parse(struct slice text, int64_t *ms);
// Writes INSTANT_TEXT_LEN bytes, no NUL.
void instant_format(int64_t ms, char *out);

// Europe/Stockholm at a UTC instant: what its clocks are ahead of UTC, and its civil
// date. CET/CEST by the rule in force since 1996 (directive 2000/84/EC): summer time from
// the last Sunday of March 01:00 UTC to the last Sunday of October 01:00 UTC.
int64_t date_stockholm_offset_ms(int64_t utc_ms);
int32_t date_in_stockholm(int64_t utc_ms);

#endif
