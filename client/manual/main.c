// SPDX-License-Identifier: Apache-2.0
//
// Writes the manual pages when the programs are built, from what they say of themselves:
//   vardsok-manual vardsok en|sv     vardsok(1), from the table of commands
//   vardsok-manual vardsokd          vardsokd(8), from vardsokd --help on stdin
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "cli/cli.h"

struct heads {
    const char *name, *synopsis, *commands, *options, *environment, *see_also;
};
static const struct heads heads[LANGUAGE_COUNT] = {
    [LANGUAGE_EN] = {"NAME", "SYNOPSIS", "COMMANDS", "OPTIONS", "ENVIRONMENT",
                     "SEE ALSO"},
    [LANGUAGE_SV] = {"NAMN", "ÖVERSIKT", "KOMMANDON", "FLAGGOR", "MILJÖ", "SE ÄVEN"},
};

// --- roff ---

// One character, so that roff shows it as it is and in any of its input encodings.
static void write_character(utf8proc_int32_t character)
{
    if (character == '\\')
        fputs("\\e", stdout);
    else if (character == '\'')
        fputs("\\(aq", stdout);
    else if (character == '`')
        fputs("\\(ga", stdout);
    else if (character == '-')
        fputs("\\-", stdout);
    else if (character >= 0x80)
        printf("\\[u%04X]", (unsigned)character);
    else
        putchar((int)character);
}

// Text within a line.
static void write_text(struct slice text)
{
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.data;
    size_t at = 0;
    while (at < text.len) {
        utf8proc_int32_t character;
        utf8proc_ssize_t n =
            utf8proc_iterate(bytes + at, (utf8proc_ssize_t)(text.len - at), &character);
        if (n <= 0)
            return;
        write_character(character);
        at += (size_t)n;
    }
}

// A line of text, which is no request whatever it begins with.
static void write_line(struct slice text)
{
    fputs(text.len > 0 && (*text.data == '.' || *text.data == '\'') ? "\\&" : "", stdout);
    write_text(text);
    putchar('\n');
}

static void write_request(const char *request, const char *text)
{
    printf("%s ", request);
    write_text(slice_from(text));
    putchar('\n');
}

// Takes the first line off *text.
static struct slice take_line(const char **text)
{
    size_t len = strcspn(*text, "\n");
    struct slice line = {*text, len};
    *text += len + ((*text)[len] == '\n');
    return line;
}

// Lines as they stand. What is aligned below "usage: " elsewhere begins the line here.
static void write_lines(const char *text)
{
    static const char below[] = "       vardsok";
    puts(".nf");
    while (*text) {
        struct slice line = take_line(&text);
        size_t cut = strncmp(line.data, below, sizeof below - 1) == 0 ? 7 : 0;
        write_line((struct slice){line.data + cut, line.len - cut});
    }
    puts(".fi");
}

// Lines that flow together, but those that begin with a space.
static void write_paragraph(const char *text)
{
    puts(".PP");
    while (*text) {
        struct slice line = take_line(&text);
        if (line.len > 0 && *line.data == ' ')
            puts(".br");
        while (line.len > 0 && *line.data == ' ') {
            line.data++;
            line.len--;
        }
        write_line(line);
    }
}

static void write_head(const char *program, int section, const char *name_head,
                       const char *what)
{
    puts(".\\\" Made when the program was built; SPDX-License-Identifier: Apache-2.0");
    printf(".TH %s %d \"\" \"%s " VARDSOK_VERSION "\"\n", program, section, program);
    puts(".nh\n.ad l");
    write_request(".SH", name_head);
    printf("%s \\- ", program);
    write_text(slice_from(what));
    putchar('\n');
}

// --- vardsok(1) ---

static void write_command(const struct command *command, enum language language)
{
    write_request(".SS", command->name);
    struct buffer usage = {0};
    buffer_append_slice(&usage, slice_from("vardsok "));
    buffer_append_slice(&usage, slice_from(command->usage));
    buffer_append(&usage, "", 1);
    write_lines(usage.data);
    buffer_free(&usage);
    write_paragraph(command->what_for[language]);
    if (command->more[language])
        write_paragraph(command->more[language]);
}

static int write_vardsok(enum language language)
{
    const struct heads *head = &heads[language];
    const char *what = strstr(text_get(language, TEXT_HELP_HEAD), ": ");
    write_head("vardsok", 1, head->name, what ? what + 2 : "");
    write_request(".SH", head->synopsis);
    write_line(slice_from("vardsok COMMAND [options]"));
    write_request(".SH", head->commands);
    for (const struct command *command = cli_commands; command->name; command++)
        write_command(command, language);
    write_request(".SH", head->options);
    write_lines(text_get(language, TEXT_HELP_COMMON));
    write_request(".SH", head->environment);
    puts("VARDSOK_SERVER, NO_COLOR, LC_ALL, LC_MESSAGES, LANG");
    write_request(".SH", head->see_also);
    puts(".BR vardsokd (8)");
    return 0;
}

// --- vardsokd(8) ---

// "  --flag VALUE   words": the flag, and words that the next lines may go on with.
static void write_flag(const char *line)
{
    const char *flag = line + strspn(line, " ");
    const char *gap = strstr(flag, "  ");
    puts(".TP");
    fputs(".B ", stdout);
    write_line((struct slice){flag, gap ? (size_t)(gap - flag) : strlen(flag)});
    if (gap)
        write_line(slice_from(gap + strspn(gap, " ")));
}

static int write_vardsokd(void)
{
    char line[512];
    bool is_first = true, in_options = false;
    const struct heads *head = &heads[LANGUAGE_EN];
    write_head("vardsokd", 8, head->name, "the daemon of vårdsök");
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        const char *text = line + strspn(line, " ");
        if (is_first) {
            write_request(".SH", head->synopsis);
            write_line(slice_from(strncmp(text, "Usage: ", 7) == 0 ? text + 7 : text));
            puts(".SH DESCRIPTION");
        } else if (strncmp(text, "--", 2) == 0 && text != line) {
            if (!in_options)
                write_request(".SH", head->options);
            in_options = true;
            write_flag(line);
        } else if (*text) {
            write_line(slice_from(text));
        }
        is_first = false;
    }
    write_request(".SH", head->see_also);
    puts(".BR vardsok (1)");
    return in_options ? 0 : 1;
}

int main(int argc, char **argv)
{
    enum language language;
    if (argc == 3 && strcmp(argv[1], "vardsok") == 0 &&
        text_language_find(argv[2], &language))
        return write_vardsok(language);
    if (argc == 2 && strcmp(argv[1], "vardsokd") == 0)
        return write_vardsokd();
    fputs("usage: vardsok-manual vardsok en|sv, or vardsok-manual vardsokd <HELP\n",
          stderr);
    return 2;
}
