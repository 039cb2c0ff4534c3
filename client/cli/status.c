// SPDX-License-Identifier: Apache-2.0
//
// vardsok status: how the daemon, its log and its data are.
#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/json_write.h"
#include "cli/values.h"

#define MEGABYTE 1000000

static const struct grid_column columns[] = {{"", .flexible = true},
                                             {"", .flexible = true}};

static void add(struct grid *grid, const struct cli *cli, enum text name,
                struct slice value)
{
    if (value.len == 0)
        return;
    grid_add_row(grid);
    grid_set(grid, 0, slice_from(text_get(cli->language, name)), NULL);
    grid_set(grid, 1, value, NULL);
}

static void add_number(struct grid *grid, const struct cli *cli, enum text name,
                       int64_t value)
{
    if (value != ABSENT)
        add(grid, cli, name, arena_printf(grid->arena, "%lld", (long long)value));
}

static void add_flag(struct grid *grid, const struct cli *cli, enum text name,
                     int64_t value)
{
    grid_add_row(grid);
    grid_set(grid, 0, slice_from(text_get(cli->language, name)), NULL);
    grid_set(grid, 1,
             slice_from(text_get(cli->language, value == 1 ? TEXT_YES : TEXT_NO)),
             value == 1 ? NULL : "red");
}

static void write_page(struct cli *cli, const struct client_status *status,
                       struct buffer *out)
{
    struct grid grid = {.columns = columns, .n_columns = 2, .arena = &cli->arena};
    const struct client_state_status *state = &status->state;
    add(&grid, cli, TEXT_STATUS_SERVER, slice_from(vardsok_server(cli->connection)));
    add(&grid, cli, TEXT_STATUS_VERSION, status->version);
    add_flag(&grid, cli, TEXT_STATUS_READY, status->ready);
    add_flag(&grid, cli, TEXT_STATUS_WRITABLE, status->writable);
    add(&grid, cli, TEXT_STATUS_WHAT, status->log.what);
    add_number(&grid, cli, TEXT_STATUS_REVISION, status->revision);
    add(&grid, cli, TEXT_STATUS_DIGEST, state->digest);
    add(&grid, cli, TEXT_STATUS_LOG, status->log.uuid);
    add(&grid, cli, TEXT_STATUS_DURABILITY, status->log.durability);
    add_number(&grid, cli, TEXT_STATUS_LAG, status->log.lag_ms);
    add_number(&grid, cli, TEXT_STATUS_UNITS, state->units);
    add_number(&grid, cli, TEXT_STATUS_SERVICES, state->services);
    add_number(&grid, cli, TEXT_STATUS_AGREEMENTS, state->agreements);
    add_number(&grid, cli, TEXT_STATUS_LINES, state->agreement_lines);
    add_number(&grid, cli, TEXT_STATUS_WAITING_TIMES, state->waiting_times);
    add_number(&grid, cli, TEXT_STATUS_CAPACITIES, state->capacities);
    add_number(&grid, cli, TEXT_STATUS_CLAIMS, state->claims);
    add_number(&grid, cli, TEXT_STATUS_MEMORY, status->memory_bytes / MEGABYTE);
    add_number(&grid, cli, TEXT_STATUS_UPTIME, status->uptime_s);
    struct grid_print_options options = {grid_terminal_width(), cli->colours, false};
    grid_print(&grid, &options, out);
}

int command_status(struct cli *cli, int argc, char **argv)
{
    static const struct value_option none[] = {{NULL, NULL, VALUE_TEXT}};
    int exit_code;
    if (!values_read(cli, argc, argv, none, NULL, &exit_code))
        return exit_code;
    if (cli->form == OUTPUT_CSV)
        return cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv");
    exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    struct client_status status;
    struct vardsok_error error;
    if (client_status(cli->connection, cli->timeout_ms, &cli->arena, &status, &error) !=
        0)
        return cli_error(cli, &error);
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON) {
        json_write_message(&out, &client_status_shape, &status);
        json_write_text(&out, "\n");
    } else {
        write_page(cli, &status, &out);
    }
    exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}
