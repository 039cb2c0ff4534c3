// SPDX-License-Identifier: Apache-2.0
//
// Reads a text as a file and keeps what was told: the faults as "line: column: message"
// lines, the good rows written again.
#ifndef TESTS_UNIT_CSV_READING_H
#define TESTS_UNIT_CSV_READING_H

#include "csv/csv.h"

struct reading {
    enum kind kind;
    struct buffer faults; // NUL-terminated after reading_take
    struct buffer rows;   // "line: row\n" each, NUL-terminated
    uint64_t n_faults, n_rows;
    enum reason reason; // of the last fault
};

// Feeds text in pieces of piece bytes (0 = at once).
void reading_take(struct reading *reading, enum kind kind, struct slice text,
                  size_t piece);
void reading_close(struct reading *reading);

#endif
