// SPDX-License-Identifier: Apache-2.0
//
// vardsok claim: slots of a capacity that a region takes with a hold, and what becomes of
// them.
#include "base/status.h"
#include "cli/capacity_json.h"
#include "cli/capacity_rows.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/values.h"

static const struct value_option take_options[] = {
    {"capacity", "capacity", VALUE_TEXT}, {"region", "region", VALUE_REGION},
    {"slots", "slots", VALUE_WHOLE},      {"hold", "hold_seconds", VALUE_HOLD},
    {"case", "reference", VALUE_TEXT},    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option extend_options[] = {
    {"CLAIM", "claim", VALUE_OPERAND},
    {"hold", "hold_seconds", VALUE_HOLD},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option claim_operand[] = {
    {"CLAIM", "claim", VALUE_OPERAND},
    {NULL, NULL, VALUE_TEXT},
};
static const struct value_option list_options[] = {
    {"region", "region", VALUE_REGION},
    {"unit", "unit", VALUE_UNIT},
    {"capacity", "capacity", VALUE_TEXT},
    {"state", "state", VALUE_UPPER},
    {NULL, NULL, VALUE_TEXT},
};

static int print_claim(struct cli *cli, const struct client_stored *claim)
{
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON) {
        json_write_claim(&out, claim);
        json_write_text(&out, "\n");
    } else {
        struct directory directory = {.cli = cli};
        struct claim_rows rows = {.directory = &directory};
        struct capacity_page page = capacity_page_of(&directory);
        claim_rows_add(&rows, claim);
        claim_card_write(&page, rows.first, &cli->arena, &out);
    }
    int exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

// Options into message, whose shape it is; checked by the shape alone. False: the command
// ends with *exit_code.
static bool read_message(struct cli *cli, const struct value_option *table,
                         const struct shape *shape, json_t *object, void *message,
                         int *exit_code)
{
    struct refusal refusal;
    if (json_read_message(shape, object, message, &refusal) == STATUS_OK &&
        shape_check(shape, message, &refusal) == STATUS_OK)
        return true;
    *exit_code = values_refused(cli, table, &refusal);
    return false;
}

// --- writes ---

struct claim_write {
    enum change_op op;
    const struct value_option *options;
    int n_required;
};

static int call(struct cli *cli, enum change_op op, const union operation *operation,
                struct client_written *written, struct vardsok_error *error)
{
    struct client_write_call with = {cli_request_id(cli), cli->timeout_ms, ABSENT};
    struct vardsok *connection = cli->connection;
    struct arena *arena = &cli->arena;
    switch (op) {
    case CHANGE_TAKE:
        return client_claim_take(connection, &with, &operation->take, arena, written,
                                 error);
    case CHANGE_EXTEND:
        return client_claim_extend(connection, &with, &operation->extend, arena, written,
                                   error);
    case CHANGE_CONFIRM:
        return client_claim_confirm(connection, &with, &operation->mark, arena, written,
                                    error);
    default:
        return client_claim_release(connection, &with, &operation->mark, arena, written,
                                    error);
    }
}

static int run_write(struct cli *cli, enum change_op op, const union operation *operation)
{
    struct client_written written;
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    int status = call(cli, op, operation, &written, &error);
    if (status == 0 && written.stored.kind != KIND_CLAIM)
        status = client_error_set(&error, VARDSOK_INTERNAL, REASON_BAD_MESSAGE, NULL,
                                  "the daemon's answer holds no claim");
    if (status != 0)
        return cli_error(cli, &error);
    exit_code = print_claim(cli, &written.stored);
    struct slice id = written.stored.entity.claim.claim;
    if (cli->form != OUTPUT_JSON && op == CHANGE_TAKE)
        text_print(stderr, cli->language, TEXT_CLAIM_NEXT, (int)id.len, id.data,
                   (int)id.len, id.data);
    return exit_code;
}

static int write(struct cli *cli, int argc, char **argv, const struct claim_write *kind)
{
    json_t *object = json_object();
    union operation operation;
    struct refusal refusal;
    int exit_code;
    bool is_read = values_read(cli, argc, argv, kind->options, object, &exit_code);
    if (is_read && cli->form == OUTPUT_CSV) {
        exit_code = cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv");
    } else if (is_read &&
               values_require(cli, kind->options, kind->n_required, object, &exit_code) &&
               read_message(cli, kind->options, operation_shape(kind->op), object,
                            &operation, &exit_code)) {
        if (operation_check(kind->op, &operation, &refusal) == STATUS_OK)
            exit_code = run_write(cli, kind->op, &operation);
        else
            exit_code = values_refused(cli, kind->options, &refusal);
    }
    json_decref(object);
    return exit_code;
}

int command_claim_take(struct cli *cli, int argc, char **argv)
{
    return write(cli, argc, argv, &(struct claim_write){CHANGE_TAKE, take_options, 2});
}

int command_claim_extend(struct cli *cli, int argc, char **argv)
{
    return write(cli, argc, argv,
                 &(struct claim_write){CHANGE_EXTEND, extend_options, 0});
}

int command_claim_confirm(struct cli *cli, int argc, char **argv)
{
    return write(cli, argc, argv,
                 &(struct claim_write){CHANGE_CONFIRM, claim_operand, 0});
}

int command_claim_release(struct cli *cli, int argc, char **argv)
{
    return write(cli, argc, argv,
                 &(struct claim_write){CHANGE_RELEASE, claim_operand, 0});
}

// --- reading ---

static int show(struct cli *cli, const struct claim_mark *mark)
{
    struct client_stored stored = {.kind = KIND_CLAIM};
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    shape_clear(&shape_claim, &stored.entity);
    stored.entity.claim.claim = mark->claim;
    if (client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored, &error) != 0)
        return cli_error(cli, &error);
    return print_claim(cli, &stored);
}

int command_claim_show(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct claim_mark mark;
    int exit_code;
    bool is_read = values_read(cli, argc, argv, claim_operand, object, &exit_code);
    if (is_read && cli->form == OUTPUT_CSV)
        exit_code = cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv");
    else if (is_read && read_message(cli, claim_operand, operation_shape(CHANGE_CONFIRM),
                                     object, &mark, &exit_code))
        exit_code = show(cli, &mark);
    json_decref(object);
    return exit_code;
}

static int list(struct cli *cli, const struct claim_list_request *filter)
{
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    if (cli->form != OUTPUT_TABLE)
        return claim_stream(cli, filter);
    struct directory directory = {.cli = cli};
    struct claim_rows rows = {.directory = &directory};
    struct vardsok_error error;
    if (claim_rows_fetch(&rows, filter, &error) != 0)
        return cli_error(cli, &error);
    if (rows.first == NULL) {
        text_print(stderr, cli->language, TEXT_CLAIM_NONE);
        return EXIT_DONE;
    }
    struct buffer out = {0};
    struct capacity_page page = capacity_page_of(&directory);
    claim_table_write(&page, rows.first, &cli->arena, &out);
    exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}

int command_claim_list(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    struct claim_list_request filter;
    int exit_code;
    if (values_read(cli, argc, argv, list_options, object, &exit_code) &&
        read_message(cli, list_options, &shape_claim_list_request, object, &filter,
                     &exit_code))
        exit_code = list(cli, &filter);
    json_decref(object);
    return exit_code;
}
