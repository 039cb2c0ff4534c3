// SPDX-License-Identifier: Apache-2.0
//
// vardsok: the client. Finds the command that was named and runs it.
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "domain/nearest.h"

// The locale decides how wide a letter is; without one that knows UTF-8, any that does.
static void set_locale(void)
{
    if (setlocale(LC_ALL, "") == NULL || MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
    setlocale(LC_NUMERIC,
              "C"); // a decimal is written with a point, in options and in JSON
}

static int print_help(const struct cli *cli)
{
    printf("%s\n\n", text_get(cli->language, TEXT_HELP_HEAD));
    for (const struct command *command = cli_commands; command->name; command++)
        printf("  %-17s  %s\n", command->name, command->what_for[cli->language]);
    printf("\n%s\n", text_get(cli->language, TEXT_HELP_COMMON));
    return EXIT_DONE;
}

// How many words of argv name the command: 1, or 2 as in "wait set"; 0: it is another.
static int words_of(const struct command *command, int argc, char **argv)
{
    const char *space = strchr(command->name, ' ');
    if (space == NULL)
        return strcmp(command->name, argv[0]) == 0 ? 1 : 0;
    size_t len = (size_t)(space - command->name);
    return strlen(argv[0]) == len && strncmp(command->name, argv[0], len) == 0 &&
                   argc > 1 && strcmp(space + 1, argv[1]) == 0
               ? 2
               : 0;
}

static bool is_in_group(const struct command *command, const char *word)
{
    size_t len = strlen(word);
    return strncmp(command->name, word, len) == 0 && command->name[len] == ' ';
}

// "vardsok capacity --help": every command that begins with that word. False when none
// does.
static bool print_group(const struct cli *cli, const char *word)
{
    bool found = false;
    for (const struct command *command = cli_commands; command->name; command++) {
        if (!is_in_group(command, word))
            continue;
        printf("%svardsok %s\n    %s\n", found ? "\n" : "", command->usage,
               command->what_for[cli->language]);
        found = true;
    }
    return found;
}

// "vardsok capacity": which of them?
static int which_of_group(const struct cli *cli, const char *word)
{
    struct buffer names = {0};
    for (const struct command *command = cli_commands; command->name; command++) {
        if (!is_in_group(command, word))
            continue;
        buffer_append(&names, ", ", names.len > 0 ? 2 : 0);
        buffer_append_slice(&names, slice_from(command->name));
    }
    int exit_code = cli_usage(cli, TEXT_WHICH_COMMAND, (int)names.len, names.data);
    buffer_free(&names);
    return exit_code;
}

static int unknown_command(const struct cli *cli, int argc, char **argv)
{
    char given[100];
    bool has_second = argc > 1 && argv[1][0] != '-', is_group = false;
    for (const struct command *command = cli_commands; command->name; command++)
        is_group = is_group || is_in_group(command, argv[0]);
    if (is_group && !has_second)
        return which_of_group(cli, argv[0]);
    snprintf(given, sizeof given, "%s%s%s", argv[0], has_second ? " " : "",
             has_second ? argv[1] : "");
    struct nearest nearest;
    nearest_init(&nearest, slice_from(given));
    for (const struct command *command = cli_commands; command->name; command++)
        if (!is_group || is_in_group(command, argv[0]))
            nearest_offer(&nearest, slice_from(command->name));
    return cli_usage(cli, TEXT_UNKNOWN_COMMAND, given, (int)nearest.texts[0].len,
                     nearest.texts[0].data);
}

// Moves n words that stand before the command's words to after them.
static void move_behind(char **argv, int n, int words)
{
    for (int i = 0; i < words; i++) {
        char *word = argv[n + i];
        memmove(&argv[i + 1], &argv[i], (size_t)n * sizeof *argv);
        argv[i] = word;
    }
}

static int run(struct cli *cli, int argc, char **argv)
{
    int n = cli_leading_options(argc, argv);
    if (argc == n)
        return cli_usage(cli, TEXT_NO_COMMAND);
    if (strcmp(argv[n], "--help") == 0 || strcmp(argv[n], "help") == 0)
        return print_help(cli);
    if (strcmp(argv[n], "--version") == 0) {
        puts("vardsok " VARDSOK_VERSION);
        return EXIT_DONE;
    }
    for (const struct command *command = cli_commands; command->name; command++) {
        int words = words_of(command, argc - n, argv + n);
        if (words == 0)
            continue;
        move_behind(argv, n, words);
        cli->command = command;
        return command->run(cli, argc - words + 1, argv + words - 1);
    }
    if (argc > n + 1 && strcmp(argv[n + 1], "--help") == 0 && print_group(cli, argv[n]))
        return EXIT_DONE;
    if (argv[n][0] == '-')
        return cli_usage(cli, TEXT_COMMAND_FIRST, argv[n]);
    return unknown_command(cli, argc - n, argv + n);
}

// --lang counts wherever it stands, also for what is wrong before it and for --help.
static void set_language(struct cli *cli, int argc, char **argv)
{
    cli->language = text_language_of_environment();
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            text_language_find(argv[i] + 7, &cli->language);
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            text_language_find(argv[i + 1], &cli->language);
    }
}

int main(int argc, char **argv)
{
    set_locale();
    const char *no_color = getenv("NO_COLOR");
    struct cli cli = {
        .timeout_ms = CLI_TIMEOUT_DEFAULT_MS,
        .colours = isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0'),
    };
    set_language(&cli, argc, argv);
    int exit_code = run(&cli, argc - 1, argv + 1);
    vardsok_close(cli.connection);
    arena_free(&cli.arena);
    return exit_code;
}
