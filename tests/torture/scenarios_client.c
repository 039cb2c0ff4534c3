// SPDX-License-Identifier: Apache-2.0
//
// The client: files of rows, queries and answers as JSON, tables for people, lines.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/grid.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/lines.h"
#include "csv/csv.h"
#include "lib/samples.h"
#include "torture/torture.h"

// --- files of rows ---

#define N_ROWS 20

struct rows {
    unsigned n, n_faults;
    struct slice name;
};

static void on_row(void *arg, uint64_t line, union entity *entity)
{
    struct rows *rows = arg;
    (void)line;
    TORTURE_EXPECT(entity->unit.name.len > 0);
    rows->n++;
}

static void on_fault(void *arg, const struct csv_fault *fault)
{
    struct rows *rows = arg;
    (void)fault;
    rows->n_faults++;
}

static void write_rows(struct buffer *file)
{
    union entity entity;
    char address[400]; // longer than libcsv's first buffer
    memset(address, 'a', sizeof address);
    sample_entity(KIND_UNIT, &entity);
    entity.unit.name = slice_from("Ögonkliniken, \"syd\"");
    entity.unit.contact.address = (struct slice){address, sizeof address};
    csv_header_encode(KIND_UNIT, file);
    for (int i = 0; i < N_ROWS; i++)
        csv_row_encode(KIND_UNIT, &entity, file);
}

static enum torture_end rows_are_written_and_read(void)
{
    struct buffer file = {0};
    struct rows rows = {0};
    const struct csv_events events = {on_row, on_fault, &rows};
    write_rows(&file);
    struct csv_reader *reader = csv_reader_new(KIND_UNIT, &events);
    csv_reader_add(reader, buffer_slice(&file));
    TORTURE_EXPECT(csv_reader_end(reader) == 0);
    TORTURE_EXPECT(rows.n == N_ROWS && rows.n_faults == 0);
    csv_reader_free(reader);
    buffer_free(&file);
    return TORTURE_DONE;
}

// --- JSON ---

static enum torture_end json_query_is_read(void)
{
    struct slice line =
        slice_from("{\"service\":\"NFB49\",\"home_region\":\"14\",\"on\":\"2026-11-22\","
                   "\"weight\":82.5,\"sex\":\"FEMALE\",\"origin\":{\"latitude\":57.7,"
                   "\"longitude\":11.9},\"in_regions\":[\"14\",\"13\"],\"limit\":10}");
    struct query query;
    struct refusal refusal;
    json_t *json;
    TORTURE_EXPECT(json_read_query(line, &query, &json, &refusal) == 0);
    TORTURE_EXPECT(query.weight == 825 && query.in_regions == (1 << 13 | 1 << 14));
    json_decref(json);
    return TORTURE_DONE;
}

static enum torture_end json_answer_is_written(void)
{
    struct option options[3];
    struct answer answer;
    struct buffer out = {0};
    shape_clear(&shape_answer, &answer);
    for (int i = 0; i < 3; i++) {
        shape_clear(&shape_option, &options[i]);
        options[i].verdict = VERDICT_ADMITTED;
        options[i].kind = CANDIDATE_AGREEMENT;
        options[i].candidate = slice_from("A-12/SE1/NFB49");
        options[i].unit.id = slice_from("SE1");
        options[i].unit.name = slice_from("Sjukhuset");
        options[i].unit.region = 1;
    }
    answer.options.data = options;
    answer.options.n = 3;
    json_write_answer(&out, &answer);
    TORTURE_EXPECT(out.len > 200 && out.data[out.len - 1] == '}');
    buffer_free(&out);
    return TORTURE_DONE;
}

// --- tables ---

static enum torture_end table_is_printed(void)
{
    static const struct grid_column columns[] = {
        {"Vårdenhet", false, true}, {"Dagar", true, false}, {"Villkor", false, true}};
    static const struct grid_print_options options = {60, true, true};
    struct arena arena = {0};
    struct buffer out = {0};
    struct grid grid = {.columns = columns, .n_columns = 3, .arena = &arena};
    for (int i = 0; i < 3; i++) {
        grid_add_row(&grid);
        grid_set(&grid, 0, slice_from("Skaraborgs sjukhus Skövde\nVästra"), NULL);
        grid_set(&grid, 1, slice_from("11"), "red");
        grid_set(&grid, 2, slice_from("ASA ≤ 2, ≤ 125 kg, BMI ≤ 35, 18–85 år"), NULL);
    }
    grid_print(&grid, &options, &out);
    unsigned n_units = 0, n_terms = 0;
    buffer_append(&out, "", 1);
    for (const char *at = out.data; (at = strstr(at, "Skaraborgs")); at++)
        n_units++;
    for (const char *at = out.data; (at = strstr(at, "125")); at++)
        n_terms++;
    TORTURE_EXPECT(n_units == 3 && n_terms == 3 && strstr(out.data, "Villkor"));
    buffer_free(&out);
    arena_free(&arena);
    return TORTURE_DONE;
}

// --- lines ---

static enum torture_end lines_are_read(void)
{
    char path[160];
    snprintf(path, sizeof path, "%s/lines", torture_folder());
    torture_hold();
    FILE *file = fopen(path, "we");
    for (int i = 0; i < 20000; i++)
        fprintf(file, "line %d\r\n", i);
    fclose(file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    torture_go();
    struct lines lines = {.fd = fd, .max_len = 100};
    struct slice line;
    int n = 0;
    enum lines_result result;
    while ((result = lines_next(&lines, &line)) == LINES_LINE) {
        char expected[32];
        snprintf(expected, sizeof expected, "line %d", n++);
        TORTURE_EXPECT(slice_equal(line, slice_from(expected)));
    }
    lines_close(&lines);
    TORTURE_EXPECT(result == LINES_FAILED || n == 20000);
    return result == LINES_FAILED ? TORTURE_REFUSED : TORTURE_DONE;
}

const struct torture_scenario torture_client[] = {
    {.name = "csv_rows_are_written_and_read",
     .run = rows_are_written_and_read,
     .memory = true},
    {.name = "cli_json_query_is_read", .run = json_query_is_read, .memory = true},
    {.name = "cli_json_answer_is_written", .run = json_answer_is_written, .memory = true},
    {.name = "cli_table_is_printed", .run = table_is_printed, .memory = true},
    {.name = "cli_lines_are_read", .run = lines_are_read, .memory = true, .system = true},
    {0},
};
