// SPDX-License-Identifier: Apache-2.0
#include "cli/json_write.h"
#include "cli/match_table.h"

// The columns: "unit.name" is the field of the nested message.
static const char *const columns[] = {
    "verdict",      "verify",           "kind",          "candidate",
    "unit.id",      "unit.name",        "unit.region",   "unit.phone",
    "unit.email",   "agreement",        "capacity",      "free_slots",
    "owner_region", "expected_start",   "wait_days",     "wait_basis",
    "stale",        "current_days",     "forecast_days", "forecast_until",
    "observed_on",  "statistic",        "lead_days",     "distance_km",
    "price",        "permit_scopes",    "prerequisites", "aftercare",
    "alternatives", "within_guarantee",
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

// A JSON value as a cell: strings without their quotes and escapes, lists joined by '|'.
static void write_cell(struct buffer *out, const struct field *field, const void *message)
{
    if (!field_is_present(field, message))
        return;
    struct buffer cell = {0};
    if (field->type == FIELD_TEXT_LIST) {
        const struct text_list *list = field_get_list(field, message);
        for (uint32_t i = 0; i < list->n; i++) {
            if (i > 0)
                json_write_text(&cell, "|");
            buffer_append_slice(&cell, list->items[i]);
        }
    } else if (field->type == FIELD_ENUM_SET) {
        for (int bit = 1; bit < MATCH_TEST_COUNT; bit++)
            if (field_get_int(field, message) & INT64_C(1) << bit) {
                if (cell.len > 0)
                    json_write_text(&cell, "|");
                json_write_text(&cell, field->enum_names[bit]);
            }
    } else if (field_is_text(field)) {
        buffer_append_slice(&cell, field_get_slice(field, message));
    } else {
        size_t mark = cell.len;
        json_write_field(&cell, mark, field, message);
        buffer_consume(&cell, strlen(field->name) + 3); // "name":
        if (cell.data[0] == '"') {
            buffer_consume(&cell, 1);
            cell.len--;
        }
    }
    bool quoted = cell.len > 0 &&
                  (memchr(cell.data, ',', cell.len) || memchr(cell.data, '"', cell.len) ||
                   memchr(cell.data, '\n', cell.len));
    if (quoted)
        json_write_text(out, "\"");
    for (size_t i = 0; i < cell.len; i++)
        buffer_append(out, cell.data[i] == '"' ? "\"\"" : &cell.data[i],
                      cell.data[i] == '"' ? 2 : 1);
    if (quoted)
        json_write_text(out, "\"");
    buffer_free(&cell);
}

static void write_column(struct buffer *out, const char *name,
                         const struct option *option)
{
    const struct shape *shape = &shape_option;
    const void *message = option;
    if (strncmp(name, "unit.", 5) == 0) {
        shape = &shape_unit_summary;
        message = &option->unit;
        name += 5;
        if (shape_find(shape, slice_from(name)) == NULL) {
            shape = &shape_contact;
            message = &option->unit.contact;
        }
    }
    write_cell(out, shape_find(shape, slice_from(name)), message);
}

void match_csv_write(struct buffer *out, const struct answer *answer)
{
    for (unsigned c = 0; c < N_COLUMNS; c++) {
        json_write_text(out, c ? "," : "");
        json_write_text(out, columns[c]);
    }
    json_write_text(out, "\n");
    const struct option *option = answer->options.data;
    for (uint32_t i = 0; i < answer->options.n; i++, option++) {
        for (unsigned c = 0; c < N_COLUMNS; c++) {
            json_write_text(out, c ? "," : "");
            write_column(out, columns[c], option);
        }
        json_write_text(out, "\n");
    }
}
