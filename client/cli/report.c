// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/mask.h"

static void say(const struct cli *cli, enum text text, va_list arguments)
{
    fputs("vardsok: ", stderr);
    text_vprint(stderr, cli->language, text, arguments);
    fputc('\n', stderr);
}

int cli_fail(const struct cli *cli, int exit_code, enum text text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    say(cli, text, arguments);
    va_end(arguments);
    return exit_code;
}

int cli_usage(const struct cli *cli, enum text text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    say(cli, text, arguments);
    va_end(arguments);
    if (cli->command)
        text_print(stderr, cli->language, TEXT_USAGE_LINE, cli->command->brief,
                   cli->command->name);
    else
        text_print(stderr, cli->language, TEXT_USAGE_NONE);
    return EXIT_USAGE;
}

int cli_bad_value(const struct cli *cli, enum text text, const char *option,
                  const struct refusal *refusal)
{
    // The option says which field it is.
    const char *message = refusal->message;
    size_t len = strlen(refusal->field);
    if (len > 0 && strncmp(message, refusal->field, len) == 0)
        message += len + (message[len] == ':') + 1;
    const char *meaning = text_reason(cli->language, reason_name(refusal->reason));
    return cli_usage(cli, text, option, meaning ? meaning : "", meaning ? ": " : "",
                     message);
}

const unsigned char *cli_request_id(struct cli *cli)
{
    if (!cli->has_request_id)
        vardsok_request_id_init(cli->request_id);
    cli->has_request_id = true;
    return cli->request_id;
}

// The command that lists what a word (the first len letters) names; NULL when there is
// none.
static const struct command *find_list(const char *word, size_t len)
{
    for (const struct command *command = cli_commands; command->name; command++)
        if (len > 0 && strncmp(command->name, word, len) == 0 &&
            strcmp(command->name + len, " list") == 0)
            return command;
    return NULL;
}

// What was not found is of the kind that the field names, else the command.
static void advise_to_list(const struct cli *cli, const struct vardsok_error *error,
                           const char *hint)
{
    const struct command *list = find_list(error->field, strlen(error->field));
    if (list == NULL && cli->command)
        list = find_list(cli->command->name, strcspn(cli->command->name, " "));
    if (list)
        fprintf(stderr, "%s vardsok %s\n", hint, list->name);
}

// What the user can do about it.
static void advise(const struct cli *cli, const struct vardsok_error *error)
{
    const char *hint = text_hint(cli->language, error->reason);
    if (hint && strcmp(error->reason, reason_name(REASON_NOT_STORED)) == 0)
        advise_to_list(cli, error, hint);
    else if (hint)
        fprintf(stderr, "%s\n", hint);
    bool is_unknown = strcmp(error->reason, reason_name(REASON_OUTCOME_UNKNOWN)) == 0;
    if (!is_unknown || !cli->has_request_id)
        return;
    char hex[2 * VARDSOK_REQUEST_ID_LEN + 1];
    for (unsigned i = 0; i < VARDSOK_REQUEST_ID_LEN; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", cli->request_id[i]);
    struct buffer line = {0}; // not masked: the id has no person in it, and must be whole
    text_append(&line, cli->language, TEXT_REPEAT_WITH_ID, hex);
    fprintf(stderr, "%.*s\n", (int)line.len, line.data);
    buffer_free(&line);
}

int cli_error(const struct cli *cli, const struct vardsok_error *error)
{
    fputs("vardsok: ", stderr);
    bool unreachable = error->status == VARDSOK_UNAVAILABLE && error->reason[0] == '\0';
    const char *meaning = unreachable && cli->language == LANGUAGE_SV
                              ? text_get(cli->language, TEXT_NO_DAEMON)
                              : text_reason(cli->language, error->reason);
    if (meaning)
        fprintf(stderr, "%s: ", meaning);
    mask_print(stderr, error->message);
    fprintf(stderr, " (%s%s%s%s", vardsok_status_name(error->status),
            error->reason[0] ? " " : "", error->reason, error->field[0] ? " " : "");
    mask_print(stderr, error->field);
    fputs(")\n", stderr);
    if (unreachable) {
        text_print(stderr, cli->language, TEXT_HOW_TO_START);
        return EXIT_UNREACHABLE;
    }
    advise(cli, error);
    return EXIT_REFUSED;
}

int cli_connect(struct cli *cli)
{
    struct vardsok_error error;
    if (cli->connection)
        return 0;
    int status = vardsok_open(cli->server, cli->timeout_ms, &cli->connection, &error);
    if (status == VARDSOK_INVALID_ARGUMENT)
        return cli_usage(cli, TEXT_BAD_VALUE, "server", "", "", error.message);
    if (status != 0)
        return cli_error(cli, &error);
    vardsok_set_language(cli->connection, text_language_code(cli->language));
    return 0;
}

int cli_print(const struct cli *cli, struct buffer *out)
{
    if (out->len == 0)
        return 0;
    size_t written = fwrite(out->data, 1, out->len, stdout);
    bool failed = written != out->len || fflush(stdout) != 0;
    buffer_clear(out);
    return failed
               ? cli_fail(cli, EXIT_REFUSED, TEXT_CANNOT_WRITE, "stdout", strerror(errno))
               : 0;
}
