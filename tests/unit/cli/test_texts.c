// SPDX-License-Identifier: Apache-2.0
//
// The table of texts is whole: every text in both languages, with the same arguments.
#include <criterion/criterion.h>

#include "cli/cli.h"
#include "cli/text_table.h"

// The conversions of a format, as "%s %u ", in order.
static void conversions(const char *format, char out[100])
{
    size_t len = 0;
    out[0] = '\0';
    while ((format = strchr(format, '%')) != NULL) {
        size_t n = 1 + strspn(format + 1, "-+ #0123456789.*lzh") + 1;
        if (n + len + 2 < 100) {
            memcpy(out + len, format, n);
            len += n;
            out[len++] = ' ';
            out[len] = '\0';
        }
        format += n;
    }
}

Test(texts, every_text_is_there_in_both_languages_with_the_same_arguments)
{
    for (int text = TEXT_NONE + 1; text < TEXT_COUNT; text++) {
        char one[100], other[100];
        const char *english = text_table[text][LANGUAGE_EN];
        const char *swedish = text_table[text][LANGUAGE_SV];
        cr_assert(english && *english, "text %d has no English", text);
        cr_assert(swedish && *swedish, "text %d has no Swedish", text);
        conversions(english, one);
        conversions(swedish, other);
        cr_expect_str_eq(one, other, "\"%s\" and \"%s\"", english, swedish);
    }
}

Test(texts, every_test_can_say_no_and_ask_to_be_verified)
{
    for (int test = 1; test < MATCH_TEST_COUNT; test++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *failed =
                text_test_failed((enum language)language, (enum match_test)test);
            const char *verify =
                text_test_verify((enum language)language, (enum match_test)test);
            cr_expect(failed && *failed, "test %d", test);
            cr_expect(verify && *verify, "test %d", test);
        }
}

Test(texts, every_reason_of_a_refusal_has_a_meaning_in_swedish)
{
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        const char *meaning = text_reason(LANGUAGE_SV, reason_name((enum reason)reason));
        cr_expect(meaning && *meaning, "%s", reason_name((enum reason)reason));
    }
    cr_expect_null(text_reason(LANGUAGE_EN, "UNKNOWN_SERVICE"));
    cr_expect_null(text_reason(LANGUAGE_SV, "NEWER_THAN_WE_ARE"));
}

Test(texts, advice_is_given_in_both_languages_or_in_none)
{
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        const char *name = reason_name((enum reason)reason);
        const char *english = text_hint(LANGUAGE_EN, name);
        const char *swedish = text_hint(LANGUAGE_SV, name);
        cr_expect_eq(english == NULL, swedish == NULL, "%s", name);
    }
    cr_expect_not_null(
        strstr(text_hint(LANGUAGE_SV, "CONFIRMED_CLAIMS"), "--even-confirmed"));
    cr_expect_not_null(
        strstr(text_hint(LANGUAGE_EN, "NO_SLOTS_LEFT"), "vardsok capacity list"));
    cr_expect_null(text_hint(LANGUAGE_EN, "NEWER_THAN_WE_ARE"));
}

static void expect_labels(const struct shape *shape)
{
    for (unsigned i = 0; i < shape->n_fields; i++) {
        const char *field = shape->fields[i].name;
        for (int language = 0; language < LANGUAGE_COUNT; language++)
            cr_expect_str_neq(text_label((enum language)language, field), field);
    }
}

Test(texts, fields_of_a_capacity_and_a_waiting_time_have_labels)
{
    expect_labels(entity_shape(KIND_CAPACITY));
    expect_labels(entity_shape(KIND_WAITING_TIME));
    cr_expect_str_eq(text_label(LANGUAGE_SV, "no_such_field"), "no_such_field");
}

Test(texts, every_command_says_what_it_is_for)
{
    for (const struct command *command = cli_commands; command->name; command++) {
        size_t len = strlen(command->name);
        cr_expect(command->what_for[LANGUAGE_EN] && command->what_for[LANGUAGE_SV], "%s",
                  command->name);
        cr_expect_eq(command->more[LANGUAGE_EN] == NULL,
                     command->more[LANGUAGE_SV] == NULL, "%s", command->name);
        cr_expect_eq(strncmp(command->usage, command->name, len), 0, "%s", command->name);
        cr_expect_eq(strncmp(command->brief, command->name, len), 0, "%s", command->name);
    }
}

Test(texts, the_language_is_that_of_the_first_variable_that_is_set)
{
    static const struct {
        const char *all, *messages, *lang;
        enum language language;
    } rows[] = {
        {"", "", "", LANGUAGE_EN},
        {"", "", "sv_SE.UTF-8", LANGUAGE_SV},
        {"", "sv_FI", "en_US.UTF-8", LANGUAGE_SV},
        {"C", "sv_SE", "sv_SE", LANGUAGE_EN},
        {"sv", "en", "en", LANGUAGE_SV},
        {"", "", "de_DE", LANGUAGE_EN},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        setenv("LC_ALL", rows[i].all, 1);
        setenv("LC_MESSAGES", rows[i].messages, 1);
        setenv("LANG", rows[i].lang, 1);
        cr_expect_eq(text_language_of_environment(), rows[i].language, "row %u", i);
    }
}
