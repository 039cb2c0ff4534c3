// SPDX-License-Identifier: Apache-2.0
//
// Small writes with an effect: one put of a waiting time each, of pairs of unit and
// service that the bench world has lines for, always with another number of days than is
// stored.
#ifndef BENCH_PUTS_H
#define BENCH_PUTS_H

#include "client.h"
#include "domain/entity.h"

#define BENCH_PUT_ROWS 4096

struct bench_puts {
    struct waiting_time rows[BENCH_PUT_ROWS]; // as they were put last
    char *texts;                              // what they borrow from
    uint64_t n;                               // puts made so far
};

// Reads a waiting_times.csv of make_world.py (no cell of it is quoted).
void bench_puts_init(struct bench_puts *puts, const char *csv_path);
void bench_puts_free(struct bench_puts *puts);

// Appends the next put as an ApplyRequest with a fresh request id.
void bench_put_append(struct bench_puts *puts, struct buffer *out);
// Appends the log entry that a daemon makes of such an ApplyRequest.
void bench_entry_append(struct slice request, struct buffer *out);

// Reads all rows back over a connection of its own: each is stored as it was put last.
void bench_puts_check(const struct bench_puts *puts, const char *daemon_path);

// The revision of an ApplyResponse.
uint64_t bench_revision(struct slice response);

#endif
