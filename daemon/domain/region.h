// SPDX-License-Identifier: Apache-2.0
//
// The 21 regions and the six healthcare regions: a closed national list.
// A region set is a mask with bit n = county code n.
#ifndef DOMAIN_REGION_H
#define DOMAIN_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reason.h"
#include "base/slice.h"

#define REGION_ALL_MASK UINT32_C(0x03FE77FA) // the 21 codes
#define REGION_HALLAND 13

bool region_is_code(int64_t code);
// Two digits -> code. STATUS_INVALID_ARGUMENT with REASON_RETIRED_REGION or BAD_FORMAT.
int region_parse(struct slice text, int64_t *code, struct refusal *refusal);
// Mask of a healthcare region's key ("vastra"); 0 when unknown.
uint32_t region_healthcare_mask(struct slice key);
// Whether an item of a set is "*". It stands alone: callers refuse any other beside it.
bool region_set_is_all(struct slice item);
// One item of a set ("01", "@norra", "*") or'ed into *mask.
int region_set_add(struct slice item, uint32_t *mask, struct refusal *refusal);
// A whole cell "01|09|@norra" or "*".
int region_set_parse(struct slice text, uint32_t *mask, struct refusal *refusal);
// "*" for all, else codes ascending joined by '|'; text in the arena.
struct slice region_set_format(uint32_t mask, struct arena *arena);
// The six keys in their fixed order, ends NULL.
extern const char *const region_healthcare_keys[];

#endif
