// SPDX-License-Identifier: Apache-2.0
//
// vardsok wait set and wait show: one waiting time, as the registrar of a unit reports
// it.
#include "base/status.h"
#include "cli/card.h"
#include "cli/cli.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/values.h"
#include "csv/csv.h"

static const struct value_option options[] = {
    {"unit", "unit", VALUE_UNIT},
    {"service", "service", VALUE_SERVICE},
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
    {"unit", "unit", VALUE_UNIT},
    {"service", "service", VALUE_SERVICE},
    {NULL, NULL, VALUE_TEXT},
};

static void add_field(struct card *card, const struct field *field,
                      const union entity *entity)
{
    if (!field_is_present(field, entity))
        return;
    if (field_is_text(field))
        card_add(card, field->name, field_get_slice(field, entity), NULL);
    else if (field->type == FIELD_DATE)
        card_add_date(card, field->name, field_get_int(field, entity));
    else if (field->type == FIELD_ENUM)
        card_add(card, field->name,
                 slice_from(field->enum_names[field_get_int(field, entity)]), NULL);
    else
        card_add_number(card, field->name, field_get_int(field, entity));
}

static void write_page(struct cli *cli, const struct client_stored *stored,
                       struct buffer *out)
{
    const struct shape *shape = entity_shape(KIND_WAITING_TIME);
    struct card card;
    card_init(&card, cli->language, &cli->arena);
    for (unsigned i = 0; i < shape->n_fields; i++)
        add_field(&card, &shape->fields[i], &stored->entity);
    card_add_number(&card, "revision", (int64_t)stored->revision);
    card_write(&card, grid_terminal_width(), cli->colours, out);
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
    if (!values_require(cli, table, is_set ? 3 : 2, object, exit_code))
        return false;
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
        .request_id = cli_request_id(cli),
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
