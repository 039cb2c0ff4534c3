// SPDX-License-Identifier: Apache-2.0
#include "csv/cell.h"
#include "csv/csv.h"

static bool needs_quotes(struct slice cell)
{
    if (cell.len == 0)
        return false;
    for (size_t i = 0; i < cell.len; i++)
        if (cell.data[i] != '\0' && strchr(",\"\r\n", cell.data[i]) != NULL)
            return true;
    return cell.data[0] == ' ' || cell.data[cell.len - 1] == ' ';
}

// Puts the cell that begins at start, the last of out, in quotes where it needs them.
static void quote(struct buffer *out, size_t start)
{
    size_t len = out->len - start;
    if (!needs_quotes((struct slice){out->data + start, len}))
        return;
    size_t n_quotes = 0;
    for (size_t i = start; i < out->len; i++)
        n_quotes += out->data[i] == '"';
    buffer_reserve(out, n_quotes + 2);
    char *cell = out->data + start;
    size_t to = len + n_quotes + 2;
    out->len += n_quotes + 2;
    cell[--to] = '"';
    for (size_t from = len; from-- > 0;) {
        cell[--to] = cell[from];
        if (cell[from] == '"')
            cell[--to] = '"';
    }
    cell[0] = '"';
}

void csv_header_encode(enum kind kind, struct buffer *out)
{
    struct csv_column columns[CSV_COLUMNS_MAX];
    unsigned n = csv_columns(kind, columns);
    for (unsigned i = 0; i < n; i++) {
        buffer_append_slice(out, slice_from(columns[i].name));
        buffer_append(out, i + 1 < n ? "," : "\n", 1);
    }
}

void csv_row_encode(enum kind kind, const union entity *entity, struct buffer *out)
{
    struct csv_column columns[CSV_COLUMNS_MAX];
    unsigned n = csv_columns(kind, columns);
    for (unsigned i = 0; i < n; i++) {
        size_t start = out->len;
        cell_encode(columns[i].field, (const char *)entity + columns[i].parent_offset,
                    out);
        quote(out, start);
        buffer_append(out, i + 1 < n ? "," : "\n", 1);
    }
}

void csv_names_encode(const struct shape *shape, struct buffer *out)
{
    for (unsigned i = 0; i < shape->n_fields; i++) {
        buffer_append(out, ",", i > 0 ? 1 : 0);
        buffer_append_slice(out, slice_from(shape->fields[i].name));
    }
}

void csv_cells_encode(const struct shape *shape, const void *message, struct buffer *out)
{
    for (unsigned i = 0; i < shape->n_fields; i++) {
        buffer_append(out, ",", i > 0 ? 1 : 0);
        size_t start = out->len;
        cell_encode(&shape->fields[i], message, out);
        quote(out, start);
    }
}
