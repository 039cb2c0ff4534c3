// SPDX-License-Identifier: Apache-2.0
//
// Queries on the bench world, of the popularity that make_world.py gives its services:
// a patient, a home region and for half of them an origin.
#ifndef BENCH_QUERIES_H
#define BENCH_QUERIES_H

#include "client.h"

// Appends the REQUEST frame of a Match; the same seed gives the same queries.
void bench_query_append(unsigned *seed, uint32_t call, struct buffer *out);

#endif
