// SPDX-License-Identifier: Apache-2.0
//
// The national code lists of schema/codes are read without a fault and written as they
// stand.
#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/csv/reading.h"

static bool read_file(enum kind kind, struct buffer *out)
{
    char path[1024];
    snprintf(path, sizeof path, TESTS_DIR "/../schema/codes/%s", csv_file_name(kind));
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t n;
    while ((n = fread(buffer_reserve(out, 65536), 1, 65536, file)) > 0)
        out->len += n;
    fclose(file);
    return true;
}

// The rows that were taken, without their line numbers, below the header.
static void write_again(enum kind kind, struct slice rows, struct buffer *out)
{
    csv_header_encode(kind, out);
    while (rows.len > 0) {
        const char *start = memchr(rows.data, ' ', rows.len);
        const char *end = memchr(rows.data, '\n', rows.len);
        cr_assert(start != NULL && end != NULL && start < end);
        buffer_append(out, start + 1, (size_t)(end - start));
        rows.len -= (size_t)(end + 1 - rows.data);
        rows.data = end + 1;
    }
}

Test(codes, every_list_is_read_and_read_again_as_written)
{
    unsigned n_files = 0;
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        struct buffer text = {0}, again = {0};
        struct reading reading, reading_again;
        if (!read_file((enum kind)kind, &text))
            continue;
        n_files++;
        reading_take(&reading, (enum kind)kind, buffer_slice(&text), 4096);
        cr_expect_eq(reading.n_faults, 0, "%s:\n%s", csv_file_name((enum kind)kind),
                     reading.faults.data);
        cr_expect_gt(reading.n_rows, 0);
        write_again((enum kind)kind,
                    (struct slice){reading.rows.data, reading.rows.len - 1}, &again);
        reading_take(&reading_again, (enum kind)kind, buffer_slice(&again), 0);
        cr_expect_str_eq(reading_again.rows.data, reading.rows.data, "%s",
                         csv_file_name((enum kind)kind));
        reading_close(&reading_again);
        reading_close(&reading);
        buffer_free(&text);
        buffer_free(&again);
    }
    cr_expect_eq(n_files, 8);
}
