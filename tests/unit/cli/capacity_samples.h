// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims for the tests of their tables and documents.
#ifndef CLI_CAPACITY_SAMPLES_H
#define CLI_CAPACITY_SAMPLES_H

#include "cli/capacity_table.h"

#define NOON_MS INT64_C(1795348800000) // 2026-11-22T12:00:00.000Z

// Every field of it is given; 2 of 4 slots are free, 1 is held, 1 confirmed.
void sample_capacity(struct capacity_status *status);
// HELD until a day after NOON_MS, two slots of it.
void sample_claim(struct claim *claim);

#endif
