// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "domain/nearest.h"

#define TIMEOUT_MAX_S 86400

static const struct cli_option common_options[] = {
    {"server", true, CLI_OPTION_SERVER}, {"timeout", true, CLI_OPTION_TIMEOUT},
    {"lang", true, CLI_OPTION_LANG},     {"json", false, CLI_OPTION_JSON},
    {"csv", false, CLI_OPTION_CSV},      {"request-id", true, CLI_OPTION_REQUEST_ID},
    {"help", false, CLI_OPTION_HELP},    {NULL, false, 0},
};

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

// 32 hexadecimal digits, with or without the dashes of a UUID.
static bool read_request_id(const char *text, unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    unsigned n = 0;
    for (; *text; text++) {
        if (*text == '-')
            continue;
        int digit = hex_digit(*text);
        if (digit < 0 || n == 2 * VARDSOK_REQUEST_ID_LEN)
            return false;
        id[n / 2] = (unsigned char)(n % 2 ? id[n / 2] | digit : digit << 4);
        n++;
    }
    return n == 2 * VARDSOK_REQUEST_ID_LEN;
}

// "10", "10s", "500ms", "2m"
static bool read_timeout(const char *text, uint32_t *ms)
{
    char *end;
    double value = strtod(text, &end);
    double unit = strcmp(end, "ms") == 0                  ? 1
                  : strcmp(end, "m") == 0                 ? 60000
                  : *end == '\0' || strcmp(end, "s") == 0 ? 1000
                                                          : 0;
    if (end == text || unit <= 0 || !(value > 0) || value * unit < 1 ||
        value * unit > TIMEOUT_MAX_S * 1000.0)
        return false;
    *ms = (uint32_t)(value * unit);
    return true;
}

static int help(const struct cli *cli)
{
    const struct command *command = cli->command;
    printf("vardsok %s\n\n%s\n", command->usage, command->what_for[cli->language]);
    if (command->more[cli->language])
        printf("%s\n", command->more[cli->language]);
    printf("\n%s\n", text_get(cli->language, TEXT_HELP_COMMON));
    return EXIT_DONE;
}

// 0 when the common option was taken, else the command ends with *exit_code.
static int take_common(struct cli *cli, int id, const char *value, int *exit_code)
{
    if (value == NULL) // a flag
        value = "";
    switch (id) {
    case CLI_OPTION_SERVER:
        cli->server = value;
        return 0;
    case CLI_OPTION_TIMEOUT:
        if (read_timeout(value, &cli->timeout_ms))
            return 0;
        *exit_code = cli_usage(cli, TEXT_BAD_TIMEOUT, value);
        return -1;
    case CLI_OPTION_LANG:
        if (text_language_find(value, &cli->language))
            return 0;
        *exit_code = cli_usage(cli, TEXT_BAD_LANGUAGE, value);
        return -1;
    case CLI_OPTION_JSON:
        cli->form = OUTPUT_JSON;
        return 0;
    case CLI_OPTION_CSV:
        cli->form = OUTPUT_CSV;
        return 0;
    case CLI_OPTION_REQUEST_ID:
        cli->has_request_id = read_request_id(value, cli->request_id);
        if (cli->has_request_id)
            return 0;
        *exit_code = cli_usage(cli, TEXT_BAD_REQUEST_ID, value);
        return -1;
    default:
        *exit_code = help(cli);
        return -1;
    }
}

static const struct cli_option *find_option(const struct cli_option *options,
                                            struct slice name)
{
    for (; options->name; options++)
        if (slice_equal(slice_from(options->name), name))
            return options;
    return NULL;
}

int cli_leading_options(int argc, char **argv)
{
    int n = 0;
    while (n < argc && strncmp(argv[n], "--", 2) == 0) {
        struct slice name = slice_from(argv[n] + 2);
        const char *equals = strchr(name.data, '=');
        if (equals)
            name.len = (size_t)(equals - name.data);
        const struct cli_option *option = find_option(common_options, name);
        if (option == NULL || option->id == CLI_OPTION_HELP)
            break;
        n += option->has_value && equals == NULL ? 2 : 1;
    }
    return n < argc ? n : argc;
}

static int unknown_option(const struct cli *cli, const struct cli_words *words,
                          const char *given, struct slice name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (const struct cli_option *option = words->own; option->name; option++)
        nearest_offer(&nearest, slice_from(option->name));
    for (const struct cli_option *option = common_options; option->name; option++)
        nearest_offer(&nearest, slice_from(option->name));
    return cli_usage(cli, TEXT_UNKNOWN_OPTION, given, (int)nearest.texts[0].len,
                     nearest.texts[0].data);
}

// Reads "--name", "--name=VALUE" or "--name VALUE". NULL when it was refused
// (*exit_code).
static const struct cli_option *read_option(const struct cli *cli,
                                            struct cli_words *words, const char *word,
                                            const char **value, int *exit_code)
{
    const char *equals = strchr(word, '=');
    struct slice name = {word + 2,
                         equals ? (size_t)(equals - word - 2) : strlen(word + 2)};
    const struct cli_option *option = find_option(words->own, name);
    if (option == NULL)
        option = find_option(common_options, name);
    *value = equals ? equals + 1 : NULL;
    if (option == NULL) {
        *exit_code = unknown_option(cli, words, word, name);
    } else if (!option->has_value && equals) {
        *exit_code = cli_usage(cli, TEXT_OPTION_TAKES_NO_VALUE, option->name);
        option = NULL;
    } else if (option->has_value && !equals) {
        if (words->at + 1 < words->argc) {
            *value = words->argv[++words->at];
        } else {
            *exit_code = cli_usage(cli, TEXT_OPTION_NEEDS_VALUE, word);
            option = NULL;
        }
    }
    return option;
}

static int take_operand(const struct cli *cli, struct cli_words *words, const char *word)
{
    if (words->n_operands == CLI_OPERANDS_MAX)
        return cli_usage(cli, TEXT_UNEXPECTED_OPERAND, word);
    words->operands[words->n_operands++] = word;
    return 0;
}

int cli_option_next(struct cli *cli, struct cli_words *words, const char **value,
                    int *exit_code)
{
    while (words->at + 1 < words->argc) {
        const char *word = words->argv[++words->at];
        if (words->only_operands || word[0] != '-' || strcmp(word, "-") == 0) {
            *exit_code = take_operand(cli, words, word);
            if (*exit_code != 0)
                return 0;
        } else if (strcmp(word, "--") == 0) {
            words->only_operands = true;
        } else if (word[1] != '-') {
            *exit_code = cli_usage(cli, TEXT_NO_SHORT_OPTIONS, word);
            return 0;
        } else {
            const struct cli_option *option =
                read_option(cli, words, word, value, exit_code);
            if (option == NULL)
                return 0;
            if (option->id < CLI_OPTION_FIRST)
                return option->id;
            if (take_common(cli, option->id, *value, exit_code) != 0)
                return 0;
        }
    }
    return -1;
}
