// SPDX-License-Identifier: Apache-2.0
#include "cli/grid.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libsmartcols.h>
#include <utf8proc.h>

#include "base/check.h"

#define GAP 2 // between columns
#define FLEXIBLE_MIN 12

// --- text ---

// The first character of text: its bytes and its width.
static size_t first_character(struct slice text, unsigned *width)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text.data,
                                          (utf8proc_ssize_t)text.len, &code);
    if (n <= 0) {
        *width = 1;
        return 1;
    }
    int columns = utf8proc_charwidth(code);
    *width = columns > 0 ? (unsigned)columns : 0;
    return (size_t)n;
}

unsigned grid_text_width(struct slice text)
{
    unsigned total = 0;
    while (text.len > 0) {
        unsigned width;
        size_t n = first_character(text, &width);
        total += width;
        text.data += n;
        text.len -= n;
    }
    return total;
}

// Takes the first line off text; false when there is none left.
static bool take_line(struct slice *text, struct slice *line)
{
    if (text->data == NULL)
        return false;
    const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    *line = (struct slice){text->data, end ? (size_t)(end - text->data) : text->len};
    *text = end ? (struct slice){end + 1, text->len - line->len - 1} : SLICE_ABSENT;
    return true;
}

// How many bytes of a line fit: up to the last space, or all that fits of a long word.
static size_t fitting(struct slice line, unsigned width)
{
    size_t at = 0, space = 0;
    unsigned used = 0;
    while (at < line.len) {
        unsigned columns;
        size_t n =
            first_character((struct slice){line.data + at, line.len - at}, &columns);
        if (line.data[at] == ' ')
            space = at;
        if (used + columns > width)
            return space > 0 ? space : at > 0 ? at : n;
        used += columns;
        at += n;
    }
    return line.len;
}

struct slice grid_wrap(struct slice text, unsigned width, struct arena *arena)
{
    struct buffer out = {0};
    struct slice line;
    while (take_line(&text, &line))
        do {
            size_t n = fitting(line, width);
            if (out.len > 0)
                buffer_append(&out, "\n", 1);
            buffer_append(&out, line.data, n);
            while (n < line.len && line.data[n] == ' ')
                n++;
            line.data += n;
            line.len -= n;
        } while (line.len > 0);
    struct slice result = arena_copy(arena, buffer_slice(&out));
    buffer_free(&out);
    return result;
}

unsigned grid_terminal_width(void)
{
    struct winsize size;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    return width >= 40 && width <= 1000 ? (unsigned)width : GRID_WIDTH_DEFAULT;
}

// --- building ---

void grid_add_row(struct grid *grid)
{
    struct grid_row *row = arena_alloc(grid->arena, sizeof *row);
    *row = (struct grid_row){0};
    if (grid->last)
        grid->last->next = row;
    else
        grid->first = row;
    grid->last = row;
}

void grid_set(struct grid *grid, unsigned column, struct slice text, const char *colour)
{
    CHECK(grid->last && column < grid->n_columns);
    grid->last->cells[column] = (struct grid_cell){arena_copy(grid->arena, text), colour};
}

// --- laying out ---

static unsigned widest_line(struct slice text)
{
    unsigned widest = 0;
    struct slice line;
    while (take_line(&text, &line)) {
        unsigned width = grid_text_width(line);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static unsigned widest_word(struct slice text)
{
    unsigned widest = 0;
    while (text.len > 0) {
        size_t len = 0;
        while (len < text.len && text.data[len] != ' ' && text.data[len] != '\n')
            len++;
        unsigned width = grid_text_width((struct slice){text.data, len});
        widest = width > widest ? width : widest;
        len += len < text.len;
        text.data += len;
        text.len -= len;
    }
    return widest;
}

// Of a column: the most of every cell's figure.
static unsigned widest_of(const struct grid *grid, unsigned column,
                          unsigned (*figure)(struct slice text))
{
    unsigned widest = 0;
    for (const struct grid_row *row = grid->first; row; row = row->next) {
        struct slice text = row->cells[column].text;
        unsigned width = text.data ? figure(text) : 0;
        widest = width > widest ? width : widest;
    }
    return widest;
}

// The width of each column's text alone; 0 for a column without any.
static void measure(const struct grid *grid, bool headings,
                    unsigned widths[GRID_COLUMNS_MAX])
{
    for (unsigned c = 0; c < grid->n_columns; c++) {
        widths[c] = widest_of(grid, c, widest_line);
        unsigned title =
            headings ? grid_text_width(slice_from(grid->columns[c].title)) : 0;
        if (widths[c] > 0 && title > widths[c])
            widths[c] = title;
    }
}

// Takes from the widest column that is above its least width until all fit; false if they
// do not.
static bool shrink(const struct grid *grid, unsigned width,
                   const unsigned least[GRID_COLUMNS_MAX],
                   unsigned widths[GRID_COLUMNS_MAX])
{
    while (true) {
        unsigned total = 0, widest = GRID_COLUMNS_MAX;
        for (unsigned c = 0; c < grid->n_columns; c++) {
            total += widths[c] ? widths[c] + (total ? GAP : 0) : 0;
            bool can_give = grid->columns[c].flexible && widths[c] > least[c];
            if (can_give && (widest == GRID_COLUMNS_MAX || widths[c] > widths[widest]))
                widest = c;
        }
        if (total <= width)
            return true;
        if (widest == GRID_COLUMNS_MAX)
            return false;
        widths[widest]--;
    }
}

// Headings are not broken.
static unsigned least_of(const struct grid *grid, unsigned column, bool headings)
{
    unsigned title =
        headings ? grid_text_width(slice_from(grid->columns[column].title)) : 0;
    return title > FLEXIBLE_MIN ? title : FLEXIBLE_MIN;
}

// Between words as long as that is enough, then within them.
static void fit(const struct grid *grid, unsigned width, bool headings,
                unsigned widths[GRID_COLUMNS_MAX])
{
    unsigned least[GRID_COLUMNS_MAX] = {0};
    for (unsigned c = 0; c < grid->n_columns; c++) {
        unsigned word = widest_of(grid, c, widest_word);
        least[c] = least_of(grid, c, headings);
        least[c] = word > least[c] ? word : least[c];
    }
    if (shrink(grid, width, least, widths))
        return;
    for (unsigned c = 0; c < grid->n_columns; c++)
        least[c] = least_of(grid, c, headings);
    shrink(grid, width, least, widths);
}

static void add_cells(const struct grid *grid, const struct grid_row *row,
                      const unsigned widths[GRID_COLUMNS_MAX], struct libscols_line *line)
{
    unsigned place = 0;
    for (unsigned c = 0; c < grid->n_columns; c++) {
        if (widths[c] == 0)
            continue;
        const struct grid_cell *cell = &row->cells[c];
        struct slice text = cell->text.data ? cell->text : slice_from("");
        if (grid->columns[c].flexible)
            text = grid_wrap(text, widths[c], grid->arena);
        const char *copy =
            arena_printf(grid->arena, "%.*s", (int)text.len, text.data).data;
        CHECK(scols_line_set_data(line, place, copy) == 0);
        if (cell->colour && text.len > 0)
            CHECK(scols_cell_set_color(scols_line_get_cell(line, place), cell->colour) ==
                  0);
        place++;
    }
}

static struct libscols_table *make_table(const struct grid *grid, bool headings,
                                         const unsigned widths[GRID_COLUMNS_MAX])
{
    struct libscols_table *table = scols_new_table();
    CHECK(table != NULL);
    CHECK(scols_table_set_column_separator(table, "  ") == 0);
    scols_table_enable_noheadings(table, !headings);
    for (unsigned c = 0; c < grid->n_columns; c++) {
        if (widths[c] == 0)
            continue;
        int flags = SCOLS_FL_WRAP | (grid->columns[c].right ? SCOLS_FL_RIGHT : 0);
        struct libscols_column *column =
            scols_table_new_column(table, grid->columns[c].title, widths[c], flags);
        CHECK(column != NULL);
        scols_column_set_wrapfunc(column, scols_wrapnl_chunksize, scols_wrapnl_nextchunk,
                                  NULL);
        CHECK(scols_column_set_safechars(column, "\n") == 0);
    }
    return table;
}

// Without the spaces that fill the last column; every line ended.
static void append_trimmed(struct slice text, struct buffer *out)
{
    struct slice line;
    while (text.len > 0 && take_line(&text, &line)) {
        while (line.len > 0 && line.data[line.len - 1] == ' ')
            line.len--;
        buffer_append_slice(out, line);
        buffer_append(out, "\n", 1);
    }
}

void grid_print(struct grid *grid, const struct grid_print_options *options,
                struct buffer *out)
{
    if (grid->first == NULL)
        return;
    unsigned widths[GRID_COLUMNS_MAX] = {0};
    measure(grid, options->headings, widths);
    fit(grid, options->width, options->headings, widths);
    scols_init_debug(0);
    struct libscols_table *table = make_table(grid, options->headings, widths);
    scols_table_enable_colors(table, options->colours);
    // Ours is already as wide as it may be: the library must not make it narrower again.
    scols_table_set_termforce(table, SCOLS_TERMFORCE_ALWAYS);
    scols_table_set_termwidth(table, options->width > 400 ? options->width : 400);
    for (const struct grid_row *row = grid->first; row; row = row->next) {
        struct libscols_line *line = scols_table_new_line(table, NULL);
        CHECK(line != NULL);
        add_cells(grid, row, widths, line);
    }
    char *text = NULL;
    CHECK(scols_print_table_to_string(table, &text) == 0 && text != NULL);
    append_trimmed(slice_from(text), out);
    free(text);
    scols_unref_table(table);
}
