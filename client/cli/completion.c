// SPDX-License-Identifier: Apache-2.0
//
// vardsok completion: a script for a shell, made from what the commands say of themselves:
// their names, and the options and choices in their usage.
#include "cli/cli.h"
#include "cli/json_write.h"
#include "cli/values.h"

#define COMMON "--server --timeout --lang --json --csv --request-id --help"

static const struct value_option options[] = {
    {"bash|zsh|fish", "shell", VALUE_OPERAND},
    {NULL, NULL, VALUE_TEXT},
};

// --- what usage says ---

static bool is_option_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == '-';
}

static bool is_choice_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '|';
}

// An option of a usage line, and "a|b|c" after it when its value is one of those.
struct usage_option {
    struct slice name;    // with its dashes
    struct slice choices; // empty: any value, or none
};

// The next option at or after *at, which is moved on. False at the end.
static bool next_option(const char **at, struct usage_option *option)
{
    const char *start = strstr(*at, "--");
    if (start == NULL)
        return false;
    const char *end = start;
    while (is_option_letter(*end))
        end++;
    *option = (struct usage_option){{start, (size_t)(end - start)}, {"", 0}};
    if (*end == ' ') {
        const char *value = end + 1;
        while (is_choice_letter(*value))
            value++;
        struct slice choices = {end + 1, (size_t)(value - end - 1)};
        if (choices.len > 0 && memchr(choices.data, '|', choices.len))
            option->choices = choices;
    }
    *at = end;
    return true;
}

static void write_spaced(struct buffer *out, struct slice choices)
{
    for (size_t i = 0; i < choices.len; i++)
        buffer_append(out, choices.data[i] == '|' ? " " : &choices.data[i], 1);
}

// --- bash, and zsh by its bashcompinit ---

static void write_choices(struct buffer *out, const struct command *command)
{
    struct usage_option option;
    for (const char *at = command->usage; next_option(&at, &option);) {
        if (option.choices.len == 0)
            continue;
        json_write_text(out, "    \"");
        json_write_text(out, command->name);
        json_write_text(out, " ");
        buffer_append_slice(out, option.name);
        json_write_text(out, "\") words=\"");
        write_spaced(out, option.choices);
        json_write_text(out, "\" ;;\n");
    }
}

static void write_options(struct buffer *out, const struct command *command)
{
    struct usage_option option;
    json_write_text(out, "    \"");
    json_write_text(out, command->name);
    json_write_text(out, "\") words=\"");
    for (const char *at = command->usage; next_option(&at, &option);) {
        buffer_append_slice(out, option.name);
        json_write_text(out, " ");
    }
    json_write_text(out, COMMON "\" ;;\n");
}

// The part of a command's name before the space, or all of it.
static struct slice first_word(const struct command *command)
{
    const char *space = strchr(command->name, ' ');
    size_t len = space ? (size_t)(space - command->name) : strlen(command->name);
    return (struct slice){command->name, len};
}

static bool is_first_of_group(const struct command *command)
{
    return command == cli_commands ||
           !slice_equal(first_word(command), first_word(command - 1));
}

static void write_groups(struct buffer *out)
{
    for (const struct command *command = cli_commands; command->name; command++) {
        struct slice word = first_word(command);
        if (!is_first_of_group(command) || word.len == strlen(command->name))
            continue;
        json_write_text(out, "    \"");
        buffer_append_slice(out, word);
        json_write_text(out, "\") words=\"");
        for (const struct command *other = cli_commands; other->name; other++)
            if (slice_equal(first_word(other), word) && other->name[word.len])
                json_write_text(out, other->name + word.len);
        json_write_text(out, "\" ;;\n");
    }
}

static void write_bash(struct buffer *out)
{
    json_write_text(out, "_vardsok() {\n"
                         "  local current=${COMP_WORDS[COMP_CWORD]}\n"
                         "  local before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                         "  local one=${COMP_WORDS[1]} two=\"${COMP_WORDS[*]:1:2}\" "
                         "words=\n"
                         "  case \"$two $before\" in\n");
    for (const struct command *command = cli_commands; command->name; command++)
        if (strchr(command->name, ' '))
            write_choices(out, command);
    json_write_text(out, "  esac\n  case \"$one $before\" in\n");
    for (const struct command *command = cli_commands; command->name; command++)
        if (!strchr(command->name, ' '))
            write_choices(out, command);
    json_write_text(out, "  esac\n"
                         "  [ -n \"$words\" ] || [ \"$COMP_CWORD\" -lt 3 ] || case "
                         "\"$two\" in\n");
    for (const struct command *command = cli_commands; command->name; command++)
        if (strchr(command->name, ' '))
            write_options(out, command);
    json_write_text(out, "  esac\n"
                         "  [ -n \"$words\" ] || [ \"$COMP_CWORD\" -lt 2 ] || case "
                         "\"$one\" in\n");
    for (const struct command *command = cli_commands; command->name; command++)
        if (!strchr(command->name, ' '))
            write_options(out, command);
    write_groups(out);
    json_write_text(out, "  esac\n"
                         "  [ \"$COMP_CWORD\" -ne 1 ] || words=\"");
    for (const struct command *command = cli_commands; command->name; command++) {
        if (!is_first_of_group(command))
            continue;
        buffer_append_slice(out, first_word(command));
        json_write_text(out, " ");
    }
    json_write_text(out, "--help --version\"\n"
                         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                         "}\n"
                         "complete -o default -F _vardsok vardsok\n");
}

static void write_zsh(struct buffer *out)
{
    json_write_text(out, "autoload -U +X bashcompinit && bashcompinit\n");
    write_bash(out);
}

// --- fish ---

static void write_fish_options(struct buffer *out, const struct command *command)
{
    struct usage_option option;
    for (const char *at = command->usage; next_option(&at, &option);) {
        json_write_text(out, "complete -c vardsok -n 'string match -q \"vardsok ");
        json_write_text(out, command->name);
        json_write_text(out, " *\" (commandline -cp)' -l ");
        buffer_append(out, option.name.data + 2, option.name.len - 2);
        if (option.choices.len > 0) {
            json_write_text(out, " -xa '");
            write_spaced(out, option.choices);
            json_write_text(out, "'");
        }
        json_write_text(out, "\n");
    }
}

static void write_fish(struct buffer *out)
{
    for (const struct command *command = cli_commands; command->name; command++) {
        struct slice word = first_word(command);
        bool has_two = word.len < strlen(command->name);
        if (is_first_of_group(command)) {
            json_write_text(out, "complete -c vardsok -n __fish_use_subcommand -xa ");
            buffer_append_slice(out, word);
            json_write_text(out, "\n");
        }
        if (has_two) {
            json_write_text(out, "complete -c vardsok -n '__fish_seen_subcommand_from ");
            buffer_append_slice(out, word);
            json_write_text(out, "' -a");
            json_write_text(out, command->name + word.len);
            json_write_text(out, "\n");
        }
        write_fish_options(out, command);
    }
}

// --- the command ---

static int write_script(struct cli *cli, const char *shell)
{
    static const struct {
        const char *name;
        void (*write)(struct buffer *out);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shell, shells[i].name) != 0)
            continue;
        struct buffer out = {0};
        shells[i].write(&out);
        int exit_code = cli_print(cli, &out);
        buffer_free(&out);
        return exit_code;
    }
    return cli_usage(cli, TEXT_UNKNOWN_SHELL, shell);
}

int command_completion(struct cli *cli, int argc, char **argv)
{
    json_t *object = json_object();
    int exit_code;
    if (values_read(cli, argc, argv, options, object, &exit_code))
        exit_code = write_script(cli, values_take(cli, object, "shell"));
    json_decref(object);
    return exit_code;
}
