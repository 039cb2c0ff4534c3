// SPDX-License-Identifier: Apache-2.0
//
// Tables for people: cells of one or more lines, columns as wide as what they hold, and
// flexible ones broken between words until the whole fits. A column without any text is
// left out.
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/arena.h"
#include "base/buffer.h"

#define GRID_COLUMNS_MAX 12
#define GRID_WIDTH_DEFAULT 80

struct grid_column {
    const char *title;
    bool right;    // numbers stand to the right
    bool flexible; // may be broken into lines
};

struct grid_cell {
    struct slice text;  // lines parted by '\n'
    const char *colour; // of libsmartcols ("red"), or NULL
};

struct grid_row {
    struct grid_row *next;
    struct grid_cell cells[GRID_COLUMNS_MAX];
};

// Zero-initialise with columns, n_columns and arena.
struct grid {
    const struct grid_column *columns; // borrowed
    unsigned n_columns;
    struct arena *arena; // for rows and broken lines
    struct grid_row *first, *last;
};

void grid_add_row(struct grid *grid);
// A cell of the last row; the text is copied.
void grid_set(struct grid *grid, unsigned column, struct slice text, const char *colour);
struct grid_print_options {
    unsigned width; // in columns of the terminal
    bool colours, headings;
};
// Appends the table, or nothing when there is no row.
void grid_print(struct grid *grid, const struct grid_print_options *options,
                struct buffer *out);

// The width of the terminal at stdout; $COLUMNS or 80 where there is none.
unsigned grid_terminal_width(void);
// Columns that the text takes on a terminal (UTF-8, one line).
unsigned grid_text_width(struct slice text);
// The text with its lines broken between words so that none is wider than width; in the
// arena.
struct slice grid_wrap(struct slice text, unsigned width, struct arena *arena);

#endif
