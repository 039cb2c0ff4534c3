// SPDX-License-Identifier: Apache-2.0
//
// vardsok service search: from words to care services.
#include "cli/service.h"

#include "base/status.h"
#include "cli/grid.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/values.h"
#include "csv/csv.h"
#include "domain/search.h"

enum column { COLUMN_CODE, COLUMN_NAME, COLUMN_SYSTEM, COLUMN_AREA, COLUMN_COUNT };

static const struct value_option search_options[] = {
    {"TEXT", "text", VALUE_WORDS},
    {"limit", "limit", VALUE_WHOLE},
    {NULL, NULL, VALUE_TEXT},
};

struct slice service_name(enum language language, const struct service *service)
{
    return language == LANGUAGE_EN && service->name_en.len > 0 ? service->name_en
                                                               : service->name_sv;
}

// --- the table ---

// The name, and below it what it was found by when that is not to be seen.
static void set_name(struct grid *grid, enum language language,
                     const struct service_hit *hit)
{
    struct buffer text = {0};
    const struct mapping *mapping = &hit->mapping;
    buffer_append_slice(&text, service_name(language, &hit->service));
    if (hit->synonym.len > 0) {
        json_write_text(&text, "\n");
        text_append(&text, language, TEXT_SEARCH_SYNONYM, (int)hit->synonym.len,
                    hit->synonym.data);
    }
    if (mapping->code.len > 0) {
        json_write_text(&text, "\n");
        text_append(&text, language, TEXT_SEARCH_MAPPING, (int)mapping->system.len,
                    mapping->system.data, (int)mapping->version.len,
                    mapping->version.data, (int)mapping->code.len, mapping->code.data);
    }
    if (hit->found_by == FOUND_BY_TYPING_ERROR) {
        json_write_text(&text, "\n");
        text_append(&text, language, TEXT_SEARCH_SIMILAR);
    }
    grid_set(grid, COLUMN_NAME, buffer_slice(&text), NULL);
    buffer_free(&text);
}

void service_table_write(struct cli *cli, const struct client_search *found, bool colours,
                         struct buffer *out)
{
    enum language language = cli->language;
    const struct grid_column columns[COLUMN_COUNT] = {
        [COLUMN_CODE] = {text_get(language, TEXT_COLUMN_CODE), .right = false},
        [COLUMN_NAME] = {text_get(language, TEXT_COLUMN_NAME), .flexible = true},
        [COLUMN_SYSTEM] = {text_get(language, TEXT_COLUMN_SYSTEM), .flexible = true},
        [COLUMN_AREA] = {text_get(language, TEXT_COLUMN_AREA), .flexible = true},
    };
    struct grid grid = {
        .columns = columns, .n_columns = COLUMN_COUNT, .arena = &cli->arena};
    for (uint32_t i = 0; i < found->n; i++) {
        const struct service *service = &found->hits[i].service;
        grid_add_row(&grid);
        grid_set(&grid, COLUMN_CODE, service->code, NULL);
        set_name(&grid, language, &found->hits[i]);
        grid_set(&grid, COLUMN_SYSTEM,
                 arena_printf(&cli->arena, "%.*s %.*s", (int)service->system.len,
                              service->system.data, (int)service->version.len,
                              service->version.data),
                 NULL);
        if (service->area.len > 0)
            grid_set(&grid, COLUMN_AREA, service->area, NULL);
    }
    grid_print(&grid, &(struct grid_print_options){grid_terminal_width(), colours, true},
               out);
}

// --- for programs ---

// What a hit has beside its service, as columns.
struct hit_cells {
    int64_t found_by;
    struct slice synonym, mapping_system, mapping_version, mapping_code;
};
#define TEXT_CELL(member, number)                                                        \
    {                                                                                    \
#member, offsetof(struct hit_cells, member), number, FIELD_TEXT, 0, 0, 0, NULL,  \
            NULL                                                                         \
    }
static const struct field hit_fields[] = {
    {"found_by", offsetof(struct hit_cells, found_by), 1, FIELD_ENUM, 0, FOUND_BY_CODE,
     FOUND_BY_TYPING_ERROR, NULL, found_by_names},
    TEXT_CELL(synonym, 2),
    TEXT_CELL(mapping_system, 3),
    TEXT_CELL(mapping_version, 4),
    TEXT_CELL(mapping_code, 5),
};
static const struct shape hit_shape = {
    "hit", sizeof(struct hit_cells), sizeof hit_fields / sizeof *hit_fields, hit_fields};

static void write_csv(const struct client_search *found, struct buffer *out)
{
    csv_names_encode(&shape_service, out);
    json_write_text(out, ",");
    csv_names_encode(&hit_shape, out);
    json_write_text(out, "\n");
    for (uint32_t i = 0; i < found->n; i++) {
        const struct service_hit *hit = &found->hits[i];
        struct hit_cells cells = {hit->found_by, hit->synonym, hit->mapping.system,
                                  hit->mapping.version, hit->mapping.code};
        csv_cells_encode(&shape_service, &hit->service, out);
        json_write_text(out, ",");
        csv_cells_encode(&hit_shape, &cells, out);
        json_write_text(out, "\n");
    }
}

static void write_json(const struct client_search *found, struct buffer *out)
{
    for (uint32_t i = 0; i < found->n; i++) {
        json_write_message(out, &shape_service_hit, &found->hits[i]);
        json_write_text(out, "\n");
    }
}

// --- search ---

static int print_found(struct cli *cli, const struct search_request *request,
                       const struct client_search *found)
{
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON)
        write_json(found, &out);
    else if (cli->form == OUTPUT_CSV)
        write_csv(found, &out);
    else
        service_table_write(cli, found, cli->colours, &out);
    int exit_code = out.len > 0 ? cli_print(cli, &out) : EXIT_DONE;
    buffer_free(&out);
    if (found->n == 0)
        text_print(stderr, cli->language, TEXT_SEARCH_NONE, (int)request->text.len,
                   request->text.data);
    else if (found->n < found->found)
        text_print(stderr, cli->language, TEXT_SEARCH_MORE, (unsigned)found->n,
                   (unsigned)found->found);
    return exit_code;
}

static int search(struct cli *cli, const struct search_request *request)
{
    struct client_search found;
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    if (client_search(cli->connection, request, cli->timeout_ms, &cli->arena, &found,
                      &error) != 0)
        return cli_error(cli, &error);
    return print_found(cli, request, &found);
}

int command_service_search(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct search_request request;
    struct refusal refusal;
    int exit_code;
    if (values_read(cli, argc, argv, search_options, object, &exit_code)) {
        if (json_read_message(&shape_search_request, object, &request, &refusal) ==
                STATUS_OK &&
            shape_check(&shape_search_request, &request, &refusal) == STATUS_OK)
            exit_code = search(cli, &request);
        else
            exit_code = values_refused(cli, search_options, &refusal);
    }
    json_decref(object);
    return exit_code;
}
