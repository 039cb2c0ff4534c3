// SPDX-License-Identifier: Apache-2.0
//
// The command line: what every command shares. Data goes to stdout, everything else to
// stderr.
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/arena.h"
#include "base/buffer.h"
#include "cli/text.h"
#include "lib/typed.h"

// How a command ends. Scripts rely on the numbers.
enum exit_code {
    EXIT_DONE = 0,         // also when no option was found
    EXIT_REFUSED = 1,      // by the daemon, or data that cannot be read or written
    EXIT_USAGE = 2,        // wrong usage
    EXIT_UNREACHABLE = 3,  // no daemon answers
    EXIT_ROWS_REFUSED = 4, // some rows of an import were refused
};

enum output_form { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_CSV };

#define CLI_TIMEOUT_DEFAULT_MS 10000

struct cli {
    const struct command *command;
    const char *server; // NULL: the client library's default
    uint32_t timeout_ms;
    enum output_form form;
    enum language language;
    bool colours; // on stdout
    bool has_request_id;
    unsigned char request_id[VARDSOK_REQUEST_ID_LEN];
    struct vardsok *connection; // NULL until cli_connect
    struct arena arena;         // for as long as the command runs
};

// A command: its name as typed ("match", "wait set"), the usage line after "vardsok ",
// what it is for, and what runs it. argv[0] is the command's last word.
struct command {
    const char *name;
    const char *brief; // usage in one line
    const char *usage; // usage whole
    const char *what_for[LANGUAGE_COUNT];
    const char *more[LANGUAGE_COUNT]; // what the options do, or NULL
    int (*run)(struct cli *cli, int argc, char **argv);
};
extern const struct command cli_commands[]; // ends with a NULL name

int command_match(struct cli *cli, int argc, char **argv);
int command_import(struct cli *cli, int argc, char **argv);
int command_export(struct cli *cli, int argc, char **argv);
int command_wait_set(struct cli *cli, int argc, char **argv);
int command_wait_show(struct cli *cli, int argc, char **argv);
int command_capacity_publish(struct cli *cli, int argc, char **argv);
int command_capacity_change(struct cli *cli, int argc, char **argv);
int command_capacity_withdraw(struct cli *cli, int argc, char **argv);
int command_capacity_show(struct cli *cli, int argc, char **argv);
int command_capacity_list(struct cli *cli, int argc, char **argv);
int command_claim_take(struct cli *cli, int argc, char **argv);
int command_claim_extend(struct cli *cli, int argc, char **argv);
int command_claim_confirm(struct cli *cli, int argc, char **argv);
int command_claim_release(struct cli *cli, int argc, char **argv);
int command_claim_show(struct cli *cli, int argc, char **argv);
int command_claim_list(struct cli *cli, int argc, char **argv);
int command_service_search(struct cli *cli, int argc, char **argv);
int command_service_show(struct cli *cli, int argc, char **argv);
int command_contact(struct cli *cli, int argc, char **argv);
int command_unit_show(struct cli *cli, int argc, char **argv);
int command_unit_list(struct cli *cli, int argc, char **argv);
int command_agreement_show(struct cli *cli, int argc, char **argv);
int command_agreement_list(struct cli *cli, int argc, char **argv);
int command_status(struct cli *cli, int argc, char **argv);
int command_completion(struct cli *cli, int argc, char **argv);

// --- options ---

// Ids of the options that every command takes; its own are 1 and up.
enum cli_option_id {
    CLI_OPTION_FIRST = 1000,
    CLI_OPTION_SERVER = CLI_OPTION_FIRST,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_LANG,
    CLI_OPTION_JSON,
    CLI_OPTION_CSV,
    CLI_OPTION_REQUEST_ID,
    CLI_OPTION_HELP,
};

struct cli_option {
    const char *name; // without the dashes
    bool has_value;   // "--name VALUE" or "--name=VALUE"
    int id;
};

#define CLI_OPERANDS_MAX 32

// How many words before the command are options that every command takes (and their
// values).
int cli_leading_options(int argc, char **argv);

// The words after a command. Start with {.argc = argc, .argv = argv, .own = options}; own
// ends with a NULL name.
struct cli_words {
    int argc;
    char **argv;
    const struct cli_option *own;
    int at;             // words that were read, beside argv[0]
    bool only_operands; // after "--"
    int n_operands;
    const char *operands[CLI_OPERANDS_MAX];
};

// The next of the command's own options: its id with its value (NULL for a flag), -1 at
// the end, or 0 when the command is to end with *exit_code. The common ones are taken
// care of inside.
int cli_option_next(struct cli *cli, struct cli_words *words, const char **value,
                    int *exit_code);

// --- saying what is wrong ---

// "vardsok: " and a text of the table with its arguments, on stderr. Returns exit_code.
int cli_fail(const struct cli *cli, int exit_code, enum text text, ...);
// Wrong usage: the text, then the command's usage line and where help is. EXIT_USAGE.
int cli_usage(const struct cli *cli, enum text text, ...);
// What a call of the library gave; exit 3 when no daemon was reached, else 1.
int cli_error(const struct cli *cli, const struct vardsok_error *error);
// A value that was given in an option, "--weight: …" (TEXT_BAD_VALUE), or beside them
// (TEXT_BAD_OPERAND). EXIT_USAGE.
int cli_bad_value(const struct cli *cli, enum text text, const char *option,
                  const struct refusal *refusal);

// The request id of the command's write: the one that was given, else a new one, which an
// unknown outcome then names.
const unsigned char *cli_request_id(struct cli *cli);
// Connects once; 0, or an exit code after having said why not.
int cli_connect(struct cli *cli);
// Writes what is in out to stdout and empties it. 0 or EXIT_REFUSED (said why).
int cli_print(const struct cli *cli, struct buffer *out);

#endif
