// SPDX-License-Identifier: Apache-2.0
//
// vardsok capacity publish, show, list and withdraw: free slots, as the unit that has
// them tells. (capacity change is in capacity_change.c.)
#include "cli/capacity.h"

#include "base/status.h"
#include "cli/capacity_json.h"
#include "cli/capacity_rows.h"
#include "cli/json_read.h"
#include "cli/json_write.h"

static const struct value_option publish_options[] = {
    {"id", "id", VALUE_TEXT},
    CAPACITY_VALUE_OPTIONS,
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option show_options[] = {
    {"ID", "id", VALUE_OPERAND},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option list_options[] = {
    {"unit", "unit", VALUE_UNIT},
    {"service", "service", VALUE_SERVICE},
    {"open-to", "open_to", VALUE_REGION},
    {"available", "available", VALUE_FLAG},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option withdraw_options[] = {
    {"ID", "capacity", VALUE_OPERAND},
    {"even-confirmed", "over_confirmed", VALUE_FLAG},
    {NULL, NULL, VALUE_TEXT},
};

// --- printing ---

// Held and confirmed claims of the capacity, under its card.
static int append_claims(struct cli *cli, struct directory *directory, struct slice id,
                         struct buffer *out)
{
    struct claim_list_request filter;
    struct claim_rows rows = {.directory = directory, .live_only = true};
    struct vardsok_error error;
    shape_clear(&shape_claim_list_request, &filter);
    filter.capacity = id;
    if (claim_rows_fetch(&rows, &filter, &error) != 0)
        return cli_error(cli, &error);
    if (rows.first == NULL)
        return 0;
    struct capacity_page page = capacity_page_of(directory);
    page.of_one_capacity = true;
    json_write_text(out, "\n");
    text_append(out, cli->language, TEXT_CAPACITY_CLAIMS);
    json_write_text(out, "\n");
    claim_table_write(&page, rows.first, &cli->arena, out);
    return 0;
}

static int print_row(struct cli *cli, struct directory *directory,
                     const struct capacity_row *row, bool with_claims)
{
    struct buffer out = {0};
    int exit_code = 0;
    if (cli->form == OUTPUT_JSON) {
        json_write_capacity(&out, &row->status);
        json_write_text(&out, "\n");
    } else {
        struct capacity_page page = capacity_page_of(directory);
        capacity_card_write(&page, row, &cli->arena, &out);
        if (with_claims)
            exit_code = append_claims(cli, directory, row->status.capacity.id, &out);
    }
    if (exit_code == 0)
        exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

// What is stored under an id: *row is NULL when nothing is. 0 or the exit code.
static int fetch_one(struct cli *cli, struct directory *directory, struct slice id,
                     const struct capacity_row **row)
{
    struct capacity_list_request filter;
    struct capacity_rows rows = {.directory = directory};
    struct vardsok_error error;
    shape_clear(&shape_capacity_list_request, &filter);
    filter.id = id;
    if (capacity_rows_fetch(&rows, &filter, &error) != 0)
        return cli_error(cli, &error);
    *row = rows.first;
    return 0;
}

int capacity_print_written(struct cli *cli, const struct capacity *capacity,
                           uint64_t revision)
{
    struct directory directory = {.cli = cli};
    const struct capacity_row *stored = NULL;
    int exit_code = fetch_one(cli, &directory, capacity->id, &stored);
    if (exit_code != 0)
        return exit_code;
    if (stored)
        return print_row(cli, &directory, stored, false);
    // The write is done all the same: what was written, without figures.
    struct capacity_row gone = {
        .status = {.capacity = *capacity, .revision = (int64_t)revision, .free = ABSENT}};
    text_print(stderr, cli->language, TEXT_CAPACITY_GONE, (int)capacity->id.len,
               capacity->id.data);
    return print_row(cli, &directory, &gone, false);
}

bool capacity_form_is_fit(const struct cli *cli, int *exit_code)
{
    if (cli->form != OUTPUT_CSV)
        return true;
    *exit_code = cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv");
    return false;
}

// --- publish ---

static int publish(struct cli *cli, union entity *entity)
{
    struct client_written written;
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    entity_normalize(KIND_CAPACITY, entity);
    const struct capacity *capacity = &entity->capacity;
    struct client_write_call call = {cli_request_id(cli), cli->timeout_ms, ABSENT};
    int status = client_capacity_publish(cli->connection, &call, capacity, &cli->arena,
                                         &written, &error);
    if (status == VARDSOK_ABORTED)
        return cli_fail(cli, EXIT_REFUSED, TEXT_CAPACITY_EXISTS, (int)capacity->id.len,
                        capacity->id.data, (int)capacity->id.len, capacity->id.data);
    return status ? cli_error(cli, &error)
                  : capacity_print_written(cli, capacity, written.revision);
}

int command_capacity_publish(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    union entity entity;
    struct refusal refusal;
    int exit_code;
    if (values_read(cli, argc, argv, publish_options, object, &exit_code) &&
        capacity_form_is_fit(cli, &exit_code) &&
        values_require(cli, publish_options, 1 + CAPACITY_N_REQUIRED, object,
                       &exit_code)) {
        if (json_read_message(entity_shape(KIND_CAPACITY), object, &entity, &refusal) ==
                STATUS_OK &&
            entity_check(KIND_CAPACITY, &entity, &refusal) == STATUS_OK)
            exit_code = publish(cli, &entity);
        else
            exit_code = values_refused(cli, publish_options, &refusal);
    }
    json_decref(object);
    return exit_code;
}

// --- show and list ---

static int show(struct cli *cli, struct slice id)
{
    struct directory directory = {.cli = cli};
    const struct capacity_row *row = NULL;
    int exit_code = cli_connect(cli);
    if (exit_code == 0)
        exit_code = fetch_one(cli, &directory, id, &row);
    if (exit_code != 0)
        return exit_code;
    if (row)
        return print_row(cli, &directory, row, true);
    struct vardsok_error error;
    client_error_set(&error, VARDSOK_NOT_FOUND, REASON_NOT_STORED, "capacity",
                     "no such capacity is stored");
    return cli_error(cli, &error);
}

static int list(struct cli *cli, const struct capacity_list_request *filter)
{
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    if (cli->form != OUTPUT_TABLE)
        return capacity_stream(cli, filter);
    struct directory directory = {.cli = cli};
    struct capacity_rows rows = {.directory = &directory};
    struct vardsok_error error;
    if (capacity_rows_fetch(&rows, filter, &error) != 0)
        return cli_error(cli, &error);
    if (rows.first == NULL) {
        text_print(stderr, cli->language, TEXT_CAPACITY_NONE);
        return EXIT_DONE;
    }
    struct buffer out = {0};
    struct capacity_page page = capacity_page_of(&directory);
    capacity_table_write(&page, rows.first, &cli->arena, &out);
    exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

static bool read_filter(struct cli *cli, const struct value_option *table, json_t *object,
                        struct capacity_list_request *filter, int *exit_code)
{
    struct refusal refusal;
    const struct shape *shape = &shape_capacity_list_request;
    if (json_read_message(shape, object, filter, &refusal) == STATUS_OK &&
        shape_check(shape, filter, &refusal) == STATUS_OK)
        return true;
    *exit_code = values_refused(cli, table, &refusal);
    return false;
}

int command_capacity_show(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct capacity_list_request filter;
    int exit_code;
    if (values_read(cli, argc, argv, show_options, object, &exit_code) &&
        capacity_form_is_fit(cli, &exit_code) &&
        read_filter(cli, show_options, object, &filter, &exit_code))
        exit_code = show(cli, filter.id);
    json_decref(object);
    return exit_code;
}

int command_capacity_list(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct capacity_list_request filter;
    int exit_code;
    if (values_read(cli, argc, argv, list_options, object, &exit_code) &&
        read_filter(cli, list_options, object, &filter, &exit_code))
        exit_code = list(cli, &filter);
    json_decref(object);
    return exit_code;
}

// --- withdraw ---

// {"capacity":"C-7","revision":4712,"released":[claims]}
static void write_withdrawn(struct buffer *out, struct slice id, uint64_t revision,
                            const struct claim_row *released)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    json_write_key(out, mark, "capacity");
    json_write_string(out, id);
    json_write_key(out, mark, "revision");
    json_write_int(out, (int64_t)revision);
    json_write_key(out, mark, "released");
    json_write_text(out, "[");
    for (const struct claim_row *row = released; row; row = row->next) {
        struct client_stored claim = {KIND_CLAIM, {.claim = row->claim}, row->revision};
        json_write_claim(out, &claim);
        json_write_text(out, row->next ? "," : "");
    }
    json_write_text(out, "]}\n");
}

static int print_withdrawn(struct cli *cli, struct slice id, uint64_t revision)
{
    struct directory directory = {.cli = cli};
    struct claim_list_request filter;
    struct claim_rows rows = {.directory = &directory, .revision = revision};
    struct vardsok_error error;
    struct buffer out = {0};
    shape_clear(&shape_claim_list_request, &filter);
    filter.capacity = id;
    if (claim_rows_fetch(&rows, &filter, &error) != 0)
        return cli_error(cli, &error);
    if (cli->form == OUTPUT_JSON) {
        write_withdrawn(&out, id, revision, rows.first);
    } else {
        struct capacity_page page = capacity_page_of(&directory);
        page.of_one_capacity = true;
        text_append(&out, cli->language, TEXT_CAPACITY_WITHDRAWN, (int)id.len, id.data);
        json_write_text(&out, "\n");
        if (rows.first) {
            json_write_text(&out, "\n");
            claim_table_write(&page, rows.first, &cli->arena, &out);
        }
    }
    int exit_code = cli_print(cli, &out);
    buffer_free(&out);
    if (cli->form != OUTPUT_JSON && rows.first)
        text_print(stderr, cli->language, TEXT_CAPACITY_RELEASED);
    return exit_code;
}

static int withdraw(struct cli *cli, const struct capacity_withdraw *withdraw)
{
    struct client_written written;
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    struct client_write_call call = {cli_request_id(cli), cli->timeout_ms, ABSENT};
    if (client_capacity_withdraw(cli->connection, &call, withdraw, &cli->arena, &written,
                                 &error) != 0)
        return cli_error(cli, &error);
    return print_withdrawn(cli, withdraw->capacity, written.revision);
}

int command_capacity_withdraw(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    union operation operation;
    struct refusal refusal;
    int exit_code;
    if (values_read(cli, argc, argv, withdraw_options, object, &exit_code) &&
        capacity_form_is_fit(cli, &exit_code)) {
        if (json_read_message(operation_shape(CHANGE_WITHDRAW), object, &operation,
                              &refusal) == STATUS_OK &&
            operation_check(CHANGE_WITHDRAW, &operation, &refusal) == STATUS_OK)
            exit_code = withdraw(cli, &operation.withdraw);
        else
            exit_code = values_refused(cli, withdraw_options, &refusal);
    }
    json_decref(object);
    return exit_code;
}
