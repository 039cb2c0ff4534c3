// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims for programs: a JSON document without its newline, or a CSV line.
#ifndef CLI_CAPACITY_JSON_H
#define CLI_CAPACITY_JSON_H

#include "lib/typed_capacity.h"

// All fields in the order of capacity.csv, then free_slots, held, confirmed, closed and
// revision. Figures that are not known (free is ABSENT) are left out.
void json_write_capacity(struct buffer *out, const struct capacity_status *status);
// A claim with its revision.
void json_write_claim(struct buffer *out, const struct client_stored *claim);

// CSV has the same columns; enums are lower case and sets joined by '|', as in files.
void csv_write_capacity_header(struct buffer *out);
void csv_write_capacity(struct buffer *out, const struct capacity_status *status);
void csv_write_claim_header(struct buffer *out);
void csv_write_claim(struct buffer *out, const struct client_stored *claim);

#endif
