// SPDX-License-Identifier: Apache-2.0
//
// vardsok match: one question from the options, or many from a file.
#include <string.h>

#include "base/status.h"
#include "cli/batch.h"
#include "cli/cli.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/match_table.h"
#include "cli/values.h"

#define KEY_BATCH "--batch" // no query has such a key

static const struct value_option options[] = {
    {"service", "service", VALUE_SERVICE},
    {"region", "home_region", VALUE_REGION},
    {"asa", "asa", VALUE_WHOLE},
    {"weight", "weight", VALUE_DECIMAL},
    {"height", "height_cm", VALUE_WHOLE},
    {"age", "age", VALUE_WHOLE},
    {"sex", "sex", VALUE_UPPER},
    {"from", "origin", VALUE_PLACE},
    {"on", "on", VALUE_TEXT},
    {"in-region", "in_regions", VALUE_SET},
    {"max-wait", "max_wait_days", VALUE_WHOLE},
    {"max-km", "max_distance_km", VALUE_WHOLE},
    {"code-system", "system", VALUE_TEXT},
    {"code-version", "version", VALUE_TEXT},
    {"guarantee-from", "guarantee_from", VALUE_TEXT},
    {"paused", "paused_days", VALUE_WHOLE},
    {"deadline", "guarantee_deadline", VALUE_TEXT},
    {"slots", "slots", VALUE_WHOLE},
    {"order", "order", VALUE_UPPER},
    {"limit", "limit", VALUE_WHOLE},
    {"certain", "certain_only", VALUE_FLAG},
    {"explain", "explain", VALUE_FLAG},
    {"min-revision", "min_revision", VALUE_WHOLE},
    {"batch", KEY_BATCH, VALUE_TEXT},
    {NULL, NULL, VALUE_TEXT},
};

static int ask(struct cli *cli, const struct query *query)
{
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    struct answer answer;
    struct vardsok_error error;
    if (client_match(cli->connection, query, cli->timeout_ms, &cli->arena, &answer,
                     &error) != 0)
        return cli_error(cli, &error);
    struct buffer out = {0};
    if (cli->form == OUTPUT_JSON) {
        json_write_answer(&out, &answer);
        json_write_text(&out, "\n");
        exit_code = cli_print(cli, &out);
    } else if (cli->form == OUTPUT_CSV) {
        match_csv_write(&out, &answer);
        exit_code = cli_print(cli, &out);
    } else {
        exit_code = match_table_print(cli, query, &answer);
    }
    buffer_free(&out);
    return exit_code;
}

static int match_one(struct cli *cli, json_t *object)
{
    int exit_code;
    if (!values_require(cli, options, 2, object, &exit_code))
        return exit_code;
    struct query query;
    struct refusal refusal;
    if (json_read_message(&shape_query, object, &query, &refusal) != 0 ||
        query_check(&query, &refusal) != 0)
        return values_refused(cli, options, &refusal);
    return ask(cli, &query);
}

int command_match(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    int exit_code;
    if (values_read(cli, argc, argv, options, object, &exit_code)) {
        const char *batch = values_take(cli, object, KEY_BATCH);
        if (batch && json_object_size(object) > 0)
            exit_code = cli_usage(cli, TEXT_BATCH_ALONE);
        else if (batch)
            exit_code = batch_run(cli, batch);
        else
            exit_code = match_one(cli, object);
    }
    json_decref(object);
    return exit_code;
}
