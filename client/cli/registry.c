// SPDX-License-Identifier: Apache-2.0
//
// vardsok unit and vardsok agreement: one as a card, or all of them as rows, by the tables
// of fields that files are read with.
#include "base/status.h"
#include "cli/card.h"
#include "cli/directory.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/values.h"
#include "csv/csv.h"

static const struct value_option show_options[] = {
    {"ID", "id", VALUE_OPERAND},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option unit_options[] = {
    {"ID", "id", VALUE_UNIT_WORDS},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option list_options[] = {
    {"region", "region", VALUE_REGION},
    {NULL, NULL, VALUE_TEXT},
};

// --- one ---

static void write_value(struct buffer *out, struct directory *directory,
                        const struct field *field, const void *message)
{
    enum language language = directory->cli->language;
    const struct shape alone = {"", 0, 1, field};
    struct buffer cell = {0};
    if (field->type == FIELD_REGION)
        words_region(out, directory_regions(directory), field_get_int(field, message));
    else if (field->type == FIELD_DATE)
        words_date(out, field_get_int(field, message));
    else if (field_is_text(field))
        buffer_append_slice(out, field_get_slice(field, message));
    else if (field->type == FIELD_ENUM || field->type == FIELD_BOOL) {
        csv_cells_encode(&alone, message, &cell);
        buffer_append(&cell, "", 1);
        json_write_text(out, text_label(language, cell.data));
    } else
        csv_cells_encode(&alone, message, out);
    buffer_free(&cell);
}

static void write_card(struct cli *cli, const struct client_stored *stored,
                       struct buffer *out)
{
    struct directory directory = {.cli = cli};
    struct csv_column columns[CSV_COLUMNS_MAX];
    unsigned n = csv_columns(stored->kind, columns);
    struct card card;
    struct buffer text = {0};
    card_init(&card, cli->language, &cli->arena);
    for (unsigned i = 0; i < n; i++) {
        const char *message = (const char *)&stored->entity + columns[i].parent_offset;
        buffer_clear(&text);
        if (field_is_present(columns[i].field, message))
            write_value(&text, &directory, columns[i].field, message);
        // The id of what is shown has its kind's name, as in other pages.
        card_add(&card, i == 0 ? entity_kind_name(stored->kind) : columns[i].name,
                 buffer_slice(&text), NULL);
    }
    card_add_number(&card, "revision", (int64_t)stored->revision);
    card_write(&card, grid_terminal_width(), cli->colours, out);
    buffer_free(&text);
}

static void write_json(const struct client_stored *stored, struct buffer *out)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    json_write_fields(out, mark, entity_shape(stored->kind), &stored->entity);
    json_write_key(out, mark, "revision");
    json_write_int(out, (int64_t)stored->revision);
    json_write_text(out, "}\n");
}

static int print_one(struct cli *cli, const struct client_stored *stored)
{
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON) {
        write_json(stored, &out);
    } else if (cli->form == OUTPUT_CSV) {
        csv_header_encode(stored->kind, &out);
        csv_row_encode(stored->kind, &stored->entity, &out);
    } else {
        write_card(cli, stored, &out);
    }
    int exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

static int show(struct cli *cli, int argc, char **argv, enum kind kind)
{
    struct client_stored stored = {.kind = kind};
    struct refusal refusal;
    struct vardsok_error error;
    json_t *object = json_object();
    int exit_code;
    const struct value_option *table = kind == KIND_UNIT ? unit_options : show_options;
    if (values_read(cli, argc, argv, table, object, &exit_code)) {
        shape_clear(entity_shape(kind), &stored.entity);
        // The id is the first field of both.
        *field_slice(entity_shape(kind)->fields, &stored.entity) =
            slice_from(values_take(cli, object, "id"));
        if (entity_check_key(kind, &stored.entity, &refusal) != STATUS_OK)
            exit_code = cli_bad_value(cli, TEXT_BAD_OPERAND, "ID", &refusal);
        else if ((exit_code = cli_connect(cli)) == 0)
            exit_code = client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored,
                                   &error) == 0
                            ? print_one(cli, &stored)
                            : cli_error(cli, &error);
    }
    json_decref(object);
    return exit_code;
}

int command_unit_show(struct cli *cli, int argc, char **argv)
{
    return show(cli, argc, argv, KIND_UNIT);
}

int command_agreement_show(struct cli *cli, int argc, char **argv)
{
    return show(cli, argc, argv, KIND_AGREEMENT);
}

// --- all ---

#define OUTPUT_FAILED (-1000) // said why; no status

// What a listing shows of each row: fields, and what the heading says of them.
struct shown {
    const char *field, *heading;
    bool flexible;
};
static const struct shown shown_units[] = {{"id", "unit", false},
                                           {"name", "name", true},
                                           {"region", "region", true},
                                           {"active", "active", false},
                                           {NULL, NULL, false}};
static const struct shown shown_agreements[] = {{"id", "agreement", false},
                                                {"title", "title", true},
                                                {"owner_region", "owner_region", true},
                                                {"kind", "kind", false},
                                                {"valid_to", "valid_to", false},
                                                {NULL, NULL, false}};

struct listing {
    struct cli *cli;
    enum kind kind;
    int64_t region; // ABSENT: every one
    const struct shown *shown;
    struct directory directory;
    struct grid grid;
    struct buffer out;
};

static bool fits(const struct listing *listing, const struct client_stored *stored)
{
    if (listing->region == ABSENT)
        return true;
    if (listing->kind == KIND_UNIT)
        return stored->entity.unit.region == listing->region;
    const struct agreement *agreement = &stored->entity.agreement;
    return agreement->owner_region == listing->region ||
           (agreement->callers != ABSENT && agreement->callers >> listing->region & 1);
}

static void set_cell(struct listing *listing, unsigned column, const char *name,
                     const struct client_stored *stored)
{
    const struct field *field = shape_find(entity_shape(stored->kind), slice_from(name));
    struct buffer text = {0};
    if (field_is_present(field, &stored->entity))
        write_value(&text, &listing->directory, field, &stored->entity);
    grid_set(&listing->grid, column, buffer_slice(&text), NULL);
    buffer_free(&text);
}

static void add_row(struct listing *listing, const struct client_stored *stored)
{
    grid_add_row(&listing->grid);
    for (unsigned i = 0; i < listing->grid.n_columns; i++)
        set_cell(listing, i, listing->shown[i].field, stored);
}

static int on_stored(void *arg, const struct client_stored *stored)
{
    struct listing *listing = arg;
    if (!fits(listing, stored))
        return 0;
    if (listing->cli->form == OUTPUT_JSON)
        write_json(stored, &listing->out);
    else if (listing->cli->form == OUTPUT_CSV)
        csv_row_encode(stored->kind, &stored->entity, &listing->out);
    else
        add_row(listing, stored);
    bool is_out = listing->out.len == 0 || cli_print(listing->cli, &listing->out) == 0;
    return is_out ? 0 : OUTPUT_FAILED;
}

static void init_grid(struct listing *listing, struct grid_column *columns)
{
    unsigned n = 0;
    listing->shown = listing->kind == KIND_UNIT ? shown_units : shown_agreements;
    for (; listing->shown[n].field; n++)
        columns[n] = (struct grid_column){
            .title = text_label(listing->cli->language, listing->shown[n].heading),
            .flexible = listing->shown[n].flexible,
        };
    listing->grid =
        (struct grid){.columns = columns, .n_columns = n, .arena = &listing->cli->arena};
}

static int list_all(struct listing *listing)
{
    struct cli *cli = listing->cli;
    struct grid_column columns[GRID_COLUMNS_MAX];
    struct vardsok_error error = {0};
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    init_grid(listing, columns);
    if (cli->form == OUTPUT_CSV)
        csv_header_encode(listing->kind, &listing->out);
    int status = client_list(cli->connection, listing->kind, cli->timeout_ms, on_stored,
                             listing, &error);
    if (status != 0)
        return status == OUTPUT_FAILED ? EXIT_REFUSED : cli_error(cli, &error);
    grid_print(&listing->grid,
               &(struct grid_print_options){grid_terminal_width(), cli->colours, true},
               &listing->out);
    return cli_print(cli, &listing->out);
}

// The region that was asked for, checked as a unit's. False: the command ends.
static bool read_region(struct cli *cli, json_t *object, int64_t *region, int *exit_code)
{
    const struct field *field = shape_find(entity_shape(KIND_UNIT), slice_from("region"));
    union entity entity;
    struct refusal refusal;
    *region = ABSENT;
    if (json_object_size(object) == 0)
        return true;
    bool is_read = json_read_message(entity_shape(KIND_UNIT), object, &entity,
                                     &refusal) == STATUS_OK &&
                   field_check(field, &entity, &refusal) == STATUS_OK;
    if (is_read)
        *region = entity.unit.region;
    else
        *exit_code = values_refused(cli, list_options, &refusal);
    return is_read;
}

static int list(struct cli *cli, int argc, char **argv, enum kind kind)
{
    struct listing listing = {.cli = cli, .kind = kind, .directory = {.cli = cli}};
    json_t *object = json_object();
    int exit_code;
    if (values_read(cli, argc, argv, list_options, object, &exit_code) &&
        read_region(cli, object, &listing.region, &exit_code))
        exit_code = list_all(&listing);
    buffer_free(&listing.out);
    json_decref(object);
    return exit_code;
}

int command_unit_list(struct cli *cli, int argc, char **argv)
{
    return list(cli, argc, argv, KIND_UNIT);
}

int command_agreement_list(struct cli *cli, int argc, char **argv)
{
    return list(cli, argc, argv, KIND_AGREEMENT);
}
