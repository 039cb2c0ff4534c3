// SPDX-License-Identifier: Apache-2.0
//
// Options as a JSON object: nested fields, lists, holds and the word beside them.
#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "cli/values.h"

static const struct value_option table[] = {
    {"ID", "id", VALUE_OPERAND},
    {"slots", "slots", VALUE_WHOLE},
    {"weight-max", "terms.weight_max", VALUE_DECIMAL},
    {"condition", "terms.conditions", VALUE_LIST},
    {"hold", "hold_seconds", VALUE_HOLD},
    {"available", "available", VALUE_FLAG},
    {NULL, NULL, VALUE_TEXT},
};
static const struct command command = {
    .name = "thing", .brief = "thing ID", .usage = "thing ID"};

static void take_stderr(void)
{
    cr_redirect_stderr();
}
TestSuite(values, .init = take_stderr);

// What is read, sorted by key, or NULL and what was said.
static char *read_words(const char *words, int *exit_code)
{
    struct cli cli = {.command = &command};
    char copy[256], *argv[20] = {(char *)(uintptr_t) "thing"};
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    json_t *object = json_object();
    *exit_code = -1;
    char *text = NULL;
    if (values_read(&cli, argc, argv, table, object, exit_code))
        text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    return text;
}

static void expect_read(const char *words, const char *json)
{
    int exit_code;
    char *text = read_words(words, &exit_code);
    cr_assert_not_null(text, "%s: exit %d", words, exit_code);
    cr_expect_str_eq(text, json);
    free(text);
}

static void expect_refused(const char *words)
{
    int exit_code;
    char *text = read_words(words, &exit_code);
    cr_expect_null(text, "%s gave %s", words, text);
    cr_expect_eq(exit_code, EXIT_USAGE);
    free(text);
}

Test(values, nested_fields_and_lists_are_gathered)
{
    expect_read("C-7", "{\"id\":\"C-7\"}");
    expect_read("C-7 --weight-max 130,5 --condition A --condition B,C",
                "{\"id\":\"C-7\",\"terms\":{\"conditions\":[\"A\",\"B,C\"],"
                "\"weight_max\":130.5}}");
    expect_read("--available --slots=2 C-7 --hold 90m",
                "{\"available\":true,\"hold_seconds\":5400,\"id\":\"C-7\",\"slots\":2}");
    expect_read("-- C-7", "{\"id\":\"C-7\"}");
}

Test(values, what_has_not_the_form_is_wrong_usage)
{
    static const char *const wrong[] = {
        "",        "C-7 C-8",        "C-7 --slots two", "C-7 --hold 24",
        "--slots", "C-7 --hold 73h", "C-7 --ID C-8",    "C-7 --weight-max x",
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused(wrong[i]);
}

Test(values, a_refused_field_is_named_by_its_option)
{
    struct cli cli = {.command = &command};
    struct refusal refusal = {.reason = REASON_OUT_OF_RANGE, .field = "terms.weight_max"};
    snprintf(refusal.message, sizeof refusal.message, "terms.weight_max must be so");
    values_refused(&cli, table, &refusal);
    refusal_set_field(&refusal, "weight_max"); // as a reader of JSON names it
    values_refused(&cli, table, &refusal);
    refusal_set_field(&refusal, "id");
    values_refused(&cli, table, &refusal);
    fflush(stderr);
    FILE *said = cr_get_redirected_stderr();
    char text[2000] = "";
    size_t len = fread(text, 1, sizeof text - 1, said);
    text[len] = '\0';
    cr_expect_not_null(strstr(text, "--weight-max: must be so"), "%s", text);
    cr_expect_not_null(strstr(text, "vardsok: ID: "), "%s", text);
    cr_expect_null(strstr(text, "--weight_max"), "%s", text);
}
