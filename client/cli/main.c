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

const struct command cli_commands[] = {
    {"match", "match --service CODE --region CODE [options], or match --batch FILE|-",
     "match --service CODE --region CODE [--asa N] [--weight KG] [--height CM]\n"
     "         [--age YEARS] [--sex female|male] [--from MUNICIPALITY|LAT,LON]\n"
     "         [--on DATE] [--in-region SET] [--max-wait DAYS] [--max-km KM]\n"
     "         [--code-system S [--code-version V]] [--slots N]\n"
     "         [--guarantee-from DATE [--paused DAYS] | --deadline DATE]\n"
     "         [--order earliest|nearest|cheapest] [--limit N] [--certain]\n"
     "         [--explain] [--min-revision N]\n"
     "       vardsok match --batch FILE|-",
     TEXT_FOR_MATCH, command_match},
    {"import", "import DIR|- [--kind K] [options]",
     "import DIR|- [--kind K] [--dry-run] [--keep-going] [--replace]", TEXT_FOR_IMPORT,
     command_import},
    {"export", "export DIR", "export DIR", TEXT_FOR_EXPORT, command_export},
    {"wait set", "wait set --unit U --service S --observed DATE [options]",
     "wait set --unit U --service S --observed DATE [--current N]\n"
     "         [--forecast N --until DATE] [--statistic estimate|median|p90|max]\n"
     "         [--sample N] [--source T]",
     TEXT_FOR_WAIT_SET, command_wait_set},
    {"wait show", "wait show --unit U --service S", "wait show --unit U --service S",
     TEXT_FOR_WAIT_SHOW, command_wait_show},
    {"status", "status", "status", TEXT_FOR_STATUS, command_status},
    {NULL, NULL, NULL, TEXT_NONE, NULL},
};

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
        printf("  %-10s  %s\n", command->name,
               text_get(cli->language, command->what_for));
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

static int unknown_command(const struct cli *cli, int argc, char **argv)
{
    char given[100];
    bool has_second = argc > 1 && argv[1][0] != '-';
    snprintf(given, sizeof given, "%s%s%s", argv[0], has_second ? " " : "",
             has_second ? argv[1] : "");
    struct nearest nearest;
    nearest_init(&nearest, slice_from(given));
    for (const struct command *command = cli_commands; command->name; command++)
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
    if (argv[n][0] == '-')
        return cli_usage(cli, TEXT_COMMAND_FIRST, argv[n]);
    return unknown_command(cli, argc - n, argv + n);
}

int main(int argc, char **argv)
{
    set_locale();
    const char *no_color = getenv("NO_COLOR");
    struct cli cli = {
        .timeout_ms = CLI_TIMEOUT_DEFAULT_MS,
        .language = text_language_of_environment(),
        .colours = isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0'),
    };
    int exit_code = run(&cli, argc - 1, argv + 1);
    vardsok_close(cli.connection);
    arena_free(&cli.arena);
    return exit_code;
}
