// SPDX-License-Identifier: Apache-2.0
#include "capacity_samples.h"

#include "base/date.h"

void sample_capacity(struct capacity_status *status)
{
    struct capacity *capacity = &status->capacity;
    shape_clear(&shape_capacity_status, status);
    capacity->id = slice_from("C-7");
    capacity->unit = slice_from("SE2321000131-E1");
    capacity->service = slice_from("NFB49");
    capacity->slots = 4;
    capacity->window_start = 20794; // 2026-12-07
    capacity->window_end = 20798;
    capacity->book_by = 20788;
    capacity->open_to = INT64_C(1) << 14 | INT64_C(1) << 1;
    capacity->note = slice_from("Vecka 50, \"extra\"");
    capacity->terms.asa_max = 3;
    capacity->terms.bmi_max = 355;
    capacity->terms.sex = SEX_FEMALE;
    capacity->terms.conditions.n = 1;
    capacity->terms.conditions.items[0] = slice_from("Kan gå i trappa");
    capacity->price = 8125050;
    capacity->prerequisites.n = 2;
    capacity->prerequisites.items[0] = slice_from("EKG");
    capacity->prerequisites.items[1] = slice_from("Röntgen");
    capacity->aftercare = slice_from("Hemregionen");
    status->revision = 4711;
    status->confirmed = 1;
    status->held = 1;
    status->free = 2;
}

void sample_claim(struct claim *claim)
{
    shape_clear(&shape_claim, claim);
    claim->claim = slice_from("4711-0");
    claim->capacity = slice_from("C-7");
    claim->region = 14;
    claim->slots = 2;
    claim->state = CLAIM_HELD;
    claim->until = NOON_MS + DAY_MS;
    claim->unit = slice_from("SE2321000131-E1");
    claim->service = slice_from("NFB49");
    claim->taken_at = NOON_MS;
}
