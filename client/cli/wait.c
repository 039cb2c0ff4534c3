// SPDX-License-Identifier: Apache-2.0
//
// vardsok wait set and wait show: one waiting time, as the registrar of a unit reports
// it.
#include "base/status.h"
#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/match_words.h"
#include "cli/values.h"
#include "csv/csv.h"

static const struct value_option options[] = {
    {"unit", "unit", VALUE_TEXT},
    {"service", "service", VALUE_TEXT},
    {"observed", "observed_on", VALUE_TEXT},
    {"current", "current_days", VALUE_WHOLE},
    {"forecast", "forecast_days", VALUE_WHOLE},
    {"until", "forecast_until", VALUE_TEXT},
    {"statistic", "statistic", VALUE_UPPER},
    {"sample", "sample", VALUE_WHOLE},
    {"source", "source", VALUE_TEXT},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option key_options[] = {
    {"unit", "unit", VALUE_TEXT},
    {"service", "service", VALUE_TEXT},
    {NULL, NULL, VALUE_TEXT},
};

static const enum text labels[] = {
    TEXT_WAIT_UNIT,      TEXT_WAIT_SERVICE,  TEXT_WAIT_OBSERVED,
    TEXT_WAIT_CURRENT,   TEXT_WAIT_FORECAST, TEXT_WAIT_UNTIL,
    TEXT_WAIT_STATISTIC, TEXT_WAIT_SAMPLE,   TEXT_WAIT_SOURCE,
};

static void write_page(struct cli *cli, const struct client_stored *stored,
                       struct buffer *out)
{
    static const struct grid_column columns[] = {{"", .right = false},
                                                 {"", .flexible = true}};
    const struct shape *shape = entity_shape(KIND_WAITING_TIME);
    struct grid grid = {.columns = columns, .n_columns = 2, .arena = &cli->arena};
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const struct field *field = &shape->fields[i];
        if (!field_is_present(field, &stored->entity))
            continue;
        struct buffer value = {0};
        if (field_is_text(field))
            buffer_append_slice(&value, field_get_slice(field, &stored->entity));
        else if (field->type == FIELD_DATE)
            words_date(&value, field_get_int(field, &stored->entity));
        else if (field->type == FIELD_ENUM)
            json_write_text(&value,
                            field->enum_names[field_get_int(field, &stored->entity)]);
        else
            json_write_int(&value, field_get_int(field, &stored->entity));
        grid_add_row(&grid);
        grid_set(&grid, 0, slice_from(text_get(cli->language, labels[i])), NULL);
        grid_set(&grid, 1, buffer_slice(&value), NULL);
        buffer_free(&value);
    }
    grid_add_row(&grid);
    grid_set(&grid, 0, slice_from(text_get(cli->language, TEXT_REVISION)), NULL);
    grid_set(&grid, 1,
             arena_printf(&cli->arena, "%llu", (unsigned long long)stored->revision),
             NULL);
    struct grid_print_options page = {grid_terminal_width(), cli->colours, false};
    grid_print(&grid, &page, out);
}

static int print_stored(struct cli *cli, const struct client_stored *stored)
{
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON) {
        json_write_text(&out, "{");
        size_t mark = out.len;
        json_write_fields(&out, mark, entity_shape(KIND_WAITING_TIME), &stored->entity);
        json_write_key(&out, mark, "revision");
        json_write_int(&out, (int64_t)stored->revision);
        json_write_text(&out, "}\n");
    } else if (cli->form == OUTPUT_CSV) {
        csv_header_encode(KIND_WAITING_TIME, &out);
        csv_row_encode(KIND_WAITING_TIME, &stored->entity, &out);
    } else {
        write_page(cli, stored, &out);
    }
    int exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

// The options as a waiting time. False: the command ends with *exit_code.
static bool read_entity(struct cli *cli, const struct value_option *table, json_t *object,
                        union entity *entity, int *exit_code)
{
    bool is_set = table == options;
    for (int i = 0; i < (is_set ? 3 : 2); i++)
        if (json_object_get(object, table[i].key) == NULL) {
            *exit_code = cli_usage(cli, TEXT_OPTION_REQUIRED, table[i].option);
            return false;
        }
    struct refusal refusal;
    int status =
        json_read_message(entity_shape(KIND_WAITING_TIME), object, entity, &refusal);
    if (status == STATUS_OK)
        status = is_set ? entity_check(KIND_WAITING_TIME, entity, &refusal)
                        : entity_check_key(KIND_WAITING_TIME, entity, &refusal);
    if (status != STATUS_OK)
        *exit_code = values_refused(cli, table, &refusal);
    return status == STATUS_OK;
}

static int set(struct cli *cli, union entity *entity)
{
    entity_normalize(KIND_WAITING_TIME, entity);
    struct client_write_options write_options = {
        .request_id = cli->has_request_id ? cli->request_id : NULL,
        .return_stored = true,
    };
    struct client_write write;
    struct client_stored stored = {.kind = KIND_NONE};
    struct vardsok_error error;
    uint64_t revision;
    client_write_init(&write, &write_options);
    client_write_add(&write, CHANGE_PUT, KIND_WAITING_TIME, entity, ABSENT);
    int status = client_write_start(&write, cli->connection, cli->timeout_ms, &error);
    if (status == 0)
        status = client_write_finish(&write, &cli->arena, &revision, &stored, &error);
    client_write_close(&write);
    // Somebody may have taken it away again before the answer was made.
    if (status == 0 && stored.kind != KIND_WAITING_TIME) {
        stored = (struct client_stored){.kind = KIND_WAITING_TIME, .entity = *entity};
        status =
            client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored, &error);
    }
    return status == 0 ? print_stored(cli, &stored) : cli_error(cli, &error);
}

static int show(struct cli *cli, union entity *key)
{
    struct client_stored stored = {.kind = KIND_WAITING_TIME, .entity = *key};
    struct vardsok_error error;
    if (client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored, &error) != 0)
        return cli_error(cli, &error);
    return print_stored(cli, &stored);
}

static int run(struct cli *cli, int argc, char **argv, const struct value_option *table,
               int (*act)(struct cli *cli, union entity *entity))
{
    json_t *object = json_object();
    union entity entity;
    int exit_code;
    if (values_read(cli, argc, argv, table, object, &exit_code) &&
        read_entity(cli, table, object, &entity, &exit_code)) {
        exit_code = cli_connect(cli);
        if (exit_code == 0)
            exit_code = act(cli, &entity);
    }
    json_decref(object);
    return exit_code;
}

int command_wait_set(struct cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, options, set);
}

int command_wait_show(struct cli *cli, int argc, char **argv)
{
    return run(cli, argc, argv, key_options, show);
}
