// SPDX-License-Identifier: Apache-2.0
//
// The files of import and export: UTF-8 CSV (RFC 4180) with a header row, one file per
// kind.
//
// Reading is a stream: bytes in, rows and faults out, memory bounded by one row. Every
// fault of every cell is told, with the line where its row begins; a row without any is
// handed over as an entity. Nothing here looks at what is stored, compares rows with each
// other, or does I/O.
//
// Taken: columns in any order, a byte order mark first, LF, CR LF or CR, blank lines. An
// empty cell, quoted or not, is absent. Refused: an unknown or repeated column, a missing
// column of a required field, a row with another number of cells than the header, a quote
// that is not RFC 4180's. Spaces belong to the cell.
#ifndef CSV_CSV_H
#define CSV_CSV_H

#include "base/buffer.h"
#include "domain/entity.h"

#define CSV_COLUMNS_MAX 32 // more than any kind has; also the cells read of a header
#define CSV_ROW_MAX_BYTES 262144 // above, reading stops: most often a quote is not closed

// "agreement_lines.csv"; kind in 1..KIND_PUT_COUNT-1.
const char *csv_file_name(enum kind kind);
// From "agreement_lines.csv", "agreement_lines" or "agreement_line"; KIND_NONE when
// unknown.
enum kind csv_kind_find(struct slice name);

struct csv_column {
    const char *name;
    const struct field *field;
    uint32_t
        parent_offset; // of the nested struct that holds the field, 0 when there is none
};

// The columns of a kind in their fixed order. Returns how many.
unsigned csv_columns(enum kind kind, struct csv_column columns[CSV_COLUMNS_MAX]);

struct csv_fault {
    uint64_t line;      // physical line where the row begins, 1 = the first of the file
    const char *column; // "" when the fault is the row's or the file's
    enum reason reason;
    const char *message; // English, without the column's name; never repeats a cell
};

// Borrowed for the length of the call. on_fault may come several times for one row.
struct csv_events {
    void (*on_row)(void *arg, uint64_t line, union entity *entity);
    void (*on_fault)(void *arg, const struct csv_fault *fault);
    void *arg;
};

struct csv_reader;

// The entity of on_row has passed entity_check; it is not normalised.
struct csv_reader *csv_reader_new(enum kind kind, const struct csv_events *events);
void csv_reader_free(struct csv_reader *reader);
// The next bytes of the file, cut anywhere.
void csv_reader_add(struct csv_reader *reader, struct slice bytes);
// The end of the file. Returns how many faults were told in all.
uint64_t csv_reader_end(struct csv_reader *reader);

// Appends the header row, or one entity's row, in the order of csv_columns. Lines end in
// LF. Numbers are written without needless decimals, sets as `*` or codes ascending; a
// cell is quoted where it holds a comma, a quote, a line break or an outer space.
void csv_header_encode(enum kind kind, struct buffer *out);
void csv_row_encode(enum kind kind, const union entity *entity, struct buffer *out);

// The same for a message without nested ones that no file has: its fields' names, or its
// cells, in the order of its shape, without the line's end.
void csv_names_encode(const struct shape *shape, struct buffer *out);
void csv_cells_encode(const struct shape *shape, const void *message, struct buffer *out);

#endif
