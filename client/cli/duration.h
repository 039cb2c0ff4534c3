// SPDX-License-Identifier: Apache-2.0
//
// Durations as people write them.
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <stdbool.h>
#include <stdint.h>

// "30s", "90m", "24h" or "3d": one whole number and its unit, from a second to the
// longest hold (CLAIM_HOLD_MAX_S). False for anything else; *seconds is then not touched.
bool duration_parse(const char *text, int64_t *seconds);

#endif
