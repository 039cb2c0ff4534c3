// SPDX-License-Identifier: Apache-2.0
//
// Bytes go to libcsv line by line, so that the line where a row begins is known and a
// broken quote costs the rest of its line only. Cells are gathered until the row ends,
// then read:
//
//   add -> read_line -> [libcsv] on_cell ... on_end_of_row -> read_header, or read_row
//
// A broken quote: libcsv stops, the fault is told, the rest of the line is skipped and
// libcsv starts anew. A row over CSV_ROW_MAX_BYTES ends the reading of the file.
#include "csv/csv.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "csv/cell.h"
#include "domain/grammar.h"
#include "domain/identity.h"

#define NO_COLUMN CSV_COLUMNS_MAX
#define MARK "\xEF\xBB\xBF" // byte order mark
#define MARK_LEN 3

struct csv_reader {
    enum kind kind;
    struct csv_events events;
    struct csv_column columns[CSV_COLUMNS_MAX];
    unsigned n_columns;

    struct csv_parser parser;
    uint64_t line;     // of the next byte
    uint64_t row_line; // where the row began
    size_t row_bytes;
    size_t mark_len; // bytes of a byte order mark seen so far, until mark_over
    bool mark_over;
    bool in_row;   // the row's first byte has come
    bool skipping; // to the end of a line with a broken quote
    bool stopped;
    bool after_return; // the last byte was the CR that a LF may follow

    bool has_header;
    bool header_is_right;
    unsigned column_of[CSV_COLUMNS_MAX]; // by position in the header
    bool is_given[CSV_COLUMNS_MAX];      // by column
    unsigned n_header_cells;

    struct slice cells[CSV_COLUMNS_MAX]; // of the row under way, in the arena
    unsigned n_cells;                    // also those that did not fit
    struct arena arena;
    uint64_t n_faults;
    uint64_t n_row_faults;
};

static void fault(struct csv_reader *reader, const char *column, enum reason reason,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

static void fault(struct csv_reader *reader, const char *column, enum reason reason,
                  const char *format, ...)
{
    char message[REFUSAL_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct csv_fault told = {reader->row_line, column, reason, message};
    reader->n_faults++;
    reader->n_row_faults++;
    reader->events.on_fault(reader->events.arg, &told);
}

// --- the header ---

static const char *show_name(struct slice name, struct arena *arena)
{
    if (name.len > ID_MAX_LEN || !grammar_is_text(name) || identity_is_in(name))
        return "";
    return arena_printf(arena, "%.*s", (int)name.len, name.data).data;
}

static void read_header_cell(struct csv_reader *reader, unsigned position)
{
    struct slice name = reader->cells[position];
    reader->column_of[position] = NO_COLUMN;
    for (unsigned c = 0; c < reader->n_columns; c++) {
        if (!slice_equal(name, slice_from(reader->columns[c].name)))
            continue;
        if (reader->is_given[c])
            fault(reader, reader->columns[c].name, REASON_BAD_FORMAT,
                  "the column stands there twice");
        else
            reader->column_of[position] = c;
        reader->is_given[c] = true;
        return;
    }
    fault(reader, show_name(name, &reader->arena), REASON_UNKNOWN_FIELD,
          "%s has no such column (column %u of the header)", csv_file_name(reader->kind),
          position + 1);
}

static void read_header(struct csv_reader *reader)
{
    reader->has_header = true;
    reader->n_header_cells = reader->n_cells;
    if (reader->n_cells > CSV_COLUMNS_MAX) {
        fault(reader, "", REASON_TOO_MANY,
              "the header has %u columns, at most %d can be read", reader->n_cells,
              CSV_COLUMNS_MAX);
        reader->stopped = true;
        return;
    }
    for (unsigned i = 0; i < reader->n_cells; i++)
        read_header_cell(reader, i);
    for (unsigned c = 0; c < reader->n_columns; c++)
        if (!reader->is_given[c] && (reader->columns[c].field->flags & FIELD_REQUIRED))
            fault(reader, reader->columns[c].name, REASON_REQUIRED,
                  "the column is required");
    reader->header_is_right = reader->n_row_faults == 0;
}

// --- a row ---

// Without the field's name, which stands before the message as the column already.
static void refused(struct csv_reader *reader, const char *column,
                    const struct refusal *refusal)
{
    const char *message = refusal->message;
    size_t len = strlen(refusal->field);
    if (len > 0 && strncmp(message, refusal->field, len) == 0 && message[len] == ' ')
        message += len + 1;
    fault(reader, column, refusal->reason, "%s", message);
}

static void on_relation_fault(void *arg, const struct refusal *refusal)
{
    const char *dot = strrchr(refusal->field, '.');
    refused(arg, dot ? dot + 1 : refusal->field, refusal);
}

static void clear_field(const struct field *field, void *message)
{
    const struct shape alone = {"", 0, 1, field};
    shape_clear(&alone, message);
}

// A field with a fault is made absent, so that the rules between fields leave it out.
static void read_cell(struct csv_reader *reader, unsigned position, union entity *entity)
{
    if (reader->column_of[position] == NO_COLUMN)
        return;
    const struct csv_column *column = &reader->columns[reader->column_of[position]];
    void *message = (char *)entity + column->parent_offset;
    struct slice cell = reader->cells[position];
    struct refusal refusal;
    int status = STATUS_OK;
    if (cell.len > 0)
        status = cell_decode(column->field, cell, message, &refusal);
    if (status == STATUS_OK)
        status = field_check(column->field, message, &refusal);
    if (status == STATUS_OK)
        return;
    refused(reader, column->name, &refusal);
    clear_field(column->field, message);
}

static void read_row(struct csv_reader *reader)
{
    union entity entity;
    if (reader->n_cells != reader->n_header_cells) {
        fault(reader, "", REASON_BAD_FORMAT, "the row has %u cells, the header %u",
              reader->n_cells, reader->n_header_cells);
        return;
    }
    shape_clear(entity_shape(reader->kind), &entity);
    for (unsigned i = 0; i < reader->n_cells; i++)
        read_cell(reader, i, &entity);
    entity_check_relations(reader->kind, &entity, on_relation_fault, reader);
    if (reader->n_row_faults == 0 && reader->header_is_right)
        reader->events.on_row(reader->events.arg, reader->row_line, &entity);
}

static void start_row(struct csv_reader *reader)
{
    reader->in_row = false;
    reader->row_bytes = 0;
    reader->n_cells = 0;
    reader->n_row_faults = 0;
    arena_reset(&reader->arena);
}

// --- libcsv ---

static void on_cell(void *bytes, size_t len, void *arg)
{
    struct csv_reader *reader = arg;
    if (reader->n_cells < CSV_COLUMNS_MAX)
        reader->cells[reader->n_cells] =
            arena_copy(&reader->arena, (struct slice){len ? bytes : "", len});
    reader->n_cells++;
}

static void on_end_of_row(int end, void *arg)
{
    struct csv_reader *reader = arg;
    (void)end;
    if (reader->stopped)
        return;
    if (reader->has_header)
        read_row(reader);
    else
        read_header(reader);
    start_row(reader);
}

static int is_space(unsigned char c)
{
    (void)c;
    return 0; // spaces belong to the cell
}

static void start_parser(struct csv_reader *reader)
{
    CHECK(csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
    csv_set_space_func(&reader->parser, is_space);
}

static void restart_parser(struct csv_reader *reader)
{
    csv_free(&reader->parser);
    start_parser(reader);
    start_row(reader);
}

static void broken_quote(struct csv_reader *reader)
{
    CHECK(csv_error(&reader->parser) == CSV_EPARSE); // the others are out of memory
    fault(reader, "", REASON_BAD_FORMAT,
          "a quote stands where none may: a cell with quotes is quoted, its quotes "
          "doubled");
    // Without a header no later row can be read.
    reader->stopped = !reader->has_header;
    restart_parser(reader);
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

// One line, or a part of one, with its end.
static void read_line(struct csv_reader *reader, struct slice part)
{
    if (reader->skipping)
        return;
    if (!reader->in_row && !ends_line(part.data[0])) {
        reader->in_row = true;
        reader->row_line = reader->line;
    }
    reader->row_bytes += reader->in_row ? part.len : 0;
    if (reader->row_bytes > CSV_ROW_MAX_BYTES) {
        fault(
            reader, "", REASON_TOO_LONG,
            "the row has more than %d bytes: is a quote not closed? The rest is not read",
            CSV_ROW_MAX_BYTES);
        reader->stopped = true;
        return;
    }
    size_t done =
        csv_parse(&reader->parser, part.data, part.len, on_cell, on_end_of_row, reader);
    if (done < part.len) {
        broken_quote(reader);
        reader->skipping = true;
    }
}

static void read_bytes(struct csv_reader *reader, struct slice bytes)
{
    for (size_t start = 0; start < bytes.len && !reader->stopped;) {
        size_t end = start;
        while (end < bytes.len && !ends_line(bytes.data[end]))
            end++;
        bool is_whole = end < bytes.len;
        bool is_rest_of_end = reader->after_return && bytes.data[start] == '\n';
        end += is_whole;
        read_line(reader, (struct slice){bytes.data + start, end - start});
        if (is_whole) {
            reader->line += !is_rest_of_end;
            reader->skipping = false;
        }
        reader->after_return = bytes.data[end - 1] == '\r';
        start = end;
    }
}

// Drops a byte order mark, however it is cut. Returns what follows.
static struct slice skip_mark(struct csv_reader *reader, struct slice bytes)
{
    while (!reader->mark_over && bytes.len > 0) {
        if (bytes.data[0] == MARK[reader->mark_len]) {
            bytes.data++;
            bytes.len--;
            reader->mark_over = ++reader->mark_len == MARK_LEN;
            continue;
        }
        reader->mark_over = true;
        read_bytes(reader, (struct slice){MARK, reader->mark_len});
    }
    return bytes;
}

struct csv_reader *csv_reader_new(enum kind kind, const struct csv_events *events)
{
    struct csv_reader *reader = calloc(1, sizeof *reader);
    CHECK(reader != NULL);
    reader->kind = kind;
    reader->events = *events;
    reader->n_columns = csv_columns(kind, reader->columns);
    reader->line = reader->row_line = 1;
    start_parser(reader);
    return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    csv_free(&reader->parser);
    arena_free(&reader->arena);
    free(reader);
}

void csv_reader_add(struct csv_reader *reader, struct slice bytes)
{
    read_bytes(reader, skip_mark(reader, bytes));
}

uint64_t csv_reader_end(struct csv_reader *reader)
{
    if (!reader->mark_over && reader->mark_len > 0)
        read_bytes(reader, (struct slice){MARK, reader->mark_len});
    if (!reader->stopped && !reader->skipping &&
        csv_fini(&reader->parser, on_cell, on_end_of_row, reader) != 0)
        fault(reader, "", REASON_BAD_FORMAT,
              "a quote is not closed before the file ends");
    if (!reader->has_header && reader->n_faults == 0)
        fault(reader, "", REASON_REQUIRED, "the file has no header row");
    reader->stopped = true;
    return reader->n_faults;
}
