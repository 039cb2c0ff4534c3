// SPDX-License-Identifier: Apache-2.0
#include "unit/csv/reading.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"

static void append_line(struct buffer *out, uint64_t line)
{
    char text[32];
    buffer_append(out, text, (size_t)snprintf(text, sizeof text, "%" PRIu64 ": ", line));
}

static void on_row(void *arg, uint64_t line, union entity *entity)
{
    struct reading *reading = arg;
    cr_assert_eq(entity_check(reading->kind, entity, NULL), STATUS_OK);
    append_line(&reading->rows, line);
    csv_row_encode(reading->kind, entity, &reading->rows);
    reading->n_rows++;
}

static void on_fault(void *arg, const struct csv_fault *fault)
{
    struct reading *reading = arg;
    append_line(&reading->faults, fault->line);
    buffer_append_slice(&reading->faults, slice_from(fault->column));
    buffer_append(&reading->faults, ": ", 2);
    buffer_append_slice(&reading->faults, slice_from(fault->message));
    buffer_append(&reading->faults, "\n", 1);
    reading->reason = fault->reason;
    reading->n_faults++;
}

void reading_take(struct reading *reading, enum kind kind, struct slice text,
                  size_t piece)
{
    *reading = (struct reading){.kind = kind};
    struct csv_events events = {on_row, on_fault, reading};
    struct csv_reader *reader = csv_reader_new(kind, &events);
    if (piece == 0)
        piece = text.len + 1;
    for (size_t at = 0; at < text.len; at += piece) {
        size_t left = text.len - at;
        // A copy of its own size, so that reading past a piece is seen by the sanitizer.
        size_t len = left < piece ? left : piece;
        char *copy = malloc(len);
        cr_assert_not_null(copy);
        memcpy(copy, text.data + at, len);
        csv_reader_add(reader, (struct slice){copy, len});
        free(copy);
    }
    cr_assert_eq(csv_reader_end(reader), reading->n_faults);
    csv_reader_free(reader);
    buffer_append(&reading->faults, "", 1);
    buffer_append(&reading->rows, "", 1);
}

void reading_close(struct reading *reading)
{
    buffer_free(&reading->faults);
    buffer_free(&reading->rows);
}
