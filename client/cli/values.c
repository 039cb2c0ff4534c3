// SPDX-License-Identifier: Apache-2.0
#include "cli/values.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/duration.h"
#include "cli/lookup.h"

#define VALUES_MAX 40

static json_t *whole(const char *text)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    bool is_number =
        end != text && *end == '\0' && errno == 0 && strspn(text, "-0123456789");
    return is_number ? json_integer(value) : NULL;
}

static json_t *decimal(const char *text)
{
    char copy[40], *end;
    size_t len = strlen(text);
    if (len == 0 || len >= sizeof copy || strspn(text, "-0123456789.,") != len)
        return NULL;
    memcpy(copy, text, len + 1);
    char *comma = strchr(copy, ',');
    if (comma)
        *comma = '.';
    double value = strtod(copy, &end);
    return *end == '\0' ? json_real(value) : NULL;
}

static json_t *upper(const char *text)
{
    char copy[40];
    size_t len = strlen(text);
    if (len >= sizeof copy)
        return NULL;
    for (size_t i = 0; i <= len; i++)
        copy[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i]);
    return json_string(copy);
}

static json_t *set(const char *text)
{
    json_t *list = json_array();
    while (true) {
        size_t len = strcspn(text, "|,");
        if (json_array_append_new(list, json_stringn(text, len)) != 0) {
            json_decref(list);
            return NULL;
        }
        if (text[len] == '\0')
            return list;
        text += len + 1;
    }
}

static json_t *place(const char *text)
{
    const char *comma = strchr(text, ',');
    if (comma == NULL)
        return json_string(text);
    char latitude[20];
    size_t len = (size_t)(comma - text);
    if (len >= sizeof latitude)
        return NULL;
    memcpy(latitude, text, len);
    latitude[len] = '\0';
    json_t *north = decimal(latitude),
           *east = decimal(comma + 1 + strspn(comma + 1, " "));
    if (north == NULL || east == NULL) {
        json_decref(north);
        json_decref(east);
        return NULL;
    }
    return json_pack("{s:o,s:o}", "latitude", north, "longitude", east);
}

static json_t *hold(const char *text)
{
    int64_t seconds;
    return duration_parse(text, &seconds) ? json_integer(seconds) : NULL;
}

// NULL when the text has not the form.
static json_t *value_from(enum value_form form, const char *text)
{
    switch (form) {
    case VALUE_UPPER:
        return upper(text);
    case VALUE_WHOLE:
        return whole(text);
    case VALUE_DECIMAL:
        return decimal(text);
    case VALUE_SET:
        return set(text);
    case VALUE_PLACE:
        return place(text);
    case VALUE_FLAG:
        return json_true();
    case VALUE_HOLD:
        return hold(text);
    default:
        return json_string(text); // NULL for what is not UTF-8
    }
}

static int bad_form(const struct cli *cli, const struct value_option *option,
                    const char *value)
{
    static const enum text texts[] = {
        [VALUE_TEXT] = TEXT_NOT_UTF8,       [VALUE_UPPER] = TEXT_NOT_UTF8,
        [VALUE_WHOLE] = TEXT_NOT_WHOLE,     [VALUE_DECIMAL] = TEXT_NOT_DECIMAL,
        [VALUE_SET] = TEXT_NOT_UTF8,        [VALUE_PLACE] = TEXT_NOT_PLACE,
        [VALUE_FLAG] = TEXT_NOT_UTF8,       [VALUE_LIST] = TEXT_NOT_UTF8,
        [VALUE_HOLD] = TEXT_NOT_HOLD,       [VALUE_OPERAND] = TEXT_NOT_UTF8,
        [VALUE_WORDS] = TEXT_NOT_UTF8,      [VALUE_REGION] = TEXT_NOT_UTF8,
        [VALUE_SERVICE] = TEXT_NOT_UTF8,    [VALUE_UNIT] = TEXT_NOT_UTF8,
        [VALUE_UNIT_WORDS] = TEXT_NOT_UTF8,
    };
    return cli_usage(cli, texts[option->form], option->option, value);
}

// Takes json; NULL is passed on.
static bool put(json_t *object, const struct value_option *option, json_t *json)
{
    const char *key = option->key, *dot = strchr(key, '.');
    if (dot) {
        char parent[40];
        snprintf(parent, sizeof parent, "%.*s", (int)(dot - key), key);
        if (json_object_get(object, parent) == NULL)
            json_object_set_new(object, parent, json_object());
        object = json_object_get(object, parent);
        key = dot + 1;
    }
    if (option->form != VALUE_LIST)
        return json_object_set_new(object, key, json) == 0;
    if (json_object_get(object, key) == NULL)
        json_object_set_new(object, key, json_array());
    return json_array_append_new(json_object_get(object, key), json) == 0;
}

static bool is_operand(const struct value_option *option)
{
    return option->form == VALUE_OPERAND || option->form == VALUE_WORDS ||
           option->form == VALUE_UNIT_WORDS;
}

static const struct value_option *find_operand(const struct value_option *table)
{
    while (table->option && !is_operand(table))
        table++;
    return table->option ? table : NULL;
}

static json_t *join(const struct cli_words *words)
{
    struct buffer text = {0};
    for (int i = 0; i < words->n_operands; i++) {
        buffer_append(&text, " ", i > 0 ? 1 : 0);
        buffer_append_slice(&text, slice_from(words->operands[i]));
    }
    json_t *joined = json_stringn(text.data, text.len);
    buffer_free(&text);
    return joined;
}

// What stands beside the options. 0 or the exit code.
static int take_operands(const struct cli *cli, const struct cli_words *words,
                         const struct value_option *table, json_t *object)
{
    const struct value_option *operand = find_operand(table);
    int n = operand ? 1 : 0;
    bool is_text = operand && operand->form != VALUE_OPERAND;
    if (words->n_operands > n && !is_text)
        return cli_usage(cli, TEXT_UNEXPECTED_OPERAND, words->operands[n]);
    if (words->n_operands < n)
        return cli_usage(cli, TEXT_OPERAND_REQUIRED, operand->option);
    if (operand && !put(object, operand, join(words)))
        return bad_form(cli, operand, "");
    return 0;
}

// --- names where codes are taken ---

static enum kind kind_of(const struct value_option *option, const json_t *object)
{
    switch (option->form) {
    case VALUE_REGION:
    case VALUE_SET:
        return KIND_REGION;
    case VALUE_PLACE:
        return KIND_MUNICIPALITY;
    case VALUE_SERVICE:
        return json_object_get(object, "system") ? KIND_NONE : KIND_SERVICE;
    case VALUE_UNIT:
    case VALUE_UNIT_WORDS:
        return KIND_UNIT;
    default:
        return KIND_NONE;
    }
}

// Puts the code in the place of a name. 0 or the exit code.
static int look_up_text(struct cli *cli, enum kind kind,
                        const struct value_option *option, json_t *json)
{
    struct slice text = {json_string_value(json), json_string_length(json)}, code;
    char shown[40];
    if (kind == KIND_REGION && (*text.data == '@' || *text.data == '*'))
        return 0;
    snprintf(shown, sizeof shown, "%s%s", is_operand(option) ? "" : "--", option->option);
    int exit_code = lookup_code(cli, kind, shown, text, &code);
    if (exit_code == 0 && code.data != text.data)
        json_string_setn(json, code.data, code.len);
    return exit_code;
}

static int look_up(struct cli *cli, const struct value_option *option, json_t *object)
{
    json_t *json = json_object_get(object, option->key);
    enum kind kind = kind_of(option, object);
    int exit_code = 0;
    if (kind == KIND_NONE)
        return 0;
    if (json_is_string(json))
        return look_up_text(cli, kind, option, json);
    if (option->form == VALUE_SET)
        for (size_t i = 0; i < json_array_size(json) && exit_code == 0; i++)
            exit_code = look_up_text(cli, kind, option, json_array_get(json, i));
    return exit_code;
}

bool values_read(struct cli *cli, int argc, char **argv, const struct value_option *table,
                 json_t *object, int *exit_code)
{
    struct cli_option own[VALUES_MAX + 1] = {{0}};
    for (int i = 0, n = 0; table[i].option; i++)
        if (!is_operand(&table[i]))
            own[n++] =
                (struct cli_option){table[i].option, table[i].form != VALUE_FLAG, i + 1};
    struct cli_words words = {.argc = argc, .argv = argv, .own = own};
    const char *value;
    int id;
    while ((id = cli_option_next(cli, &words, &value, exit_code)) > 0) {
        const struct value_option *option = &table[id - 1];
        if (!put(object, option, value_from(option->form, value))) {
            *exit_code = bad_form(cli, option, value);
            return false;
        }
    }
    if (id == 0)
        return false;
    *exit_code = take_operands(cli, &words, table, object);
    for (; table->option && *exit_code == 0; table++)
        *exit_code = look_up(cli, table, object);
    return *exit_code == 0;
}

bool values_require(const struct cli *cli, const struct value_option *table, int n,
                    const json_t *object, int *exit_code)
{
    for (int i = 0; i < n; i++)
        if (json_object_get(object, table[i].key) == NULL) {
            *exit_code = cli_usage(cli, TEXT_OPTION_REQUIRED, table[i].option);
            return false;
        }
    return true;
}

// A reader of JSON names the field alone, a check also what it is nested in.
static bool is_of(const struct value_option *option, const char *field)
{
    const char *dot = strchr(option->key, '.');
    size_t len = strlen(option->key);
    return (strncmp(field, option->key, len) == 0 &&
            (field[len] == '\0' || field[len] == '.')) ||
           (dot && strcmp(field, dot + 1) == 0);
}

// The option whose field the text begins with, as a whole word; NULL when there is none.
static const struct value_option *find_named(const struct value_option *table,
                                             const char *text, size_t *len)
{
    *len = strspn(text, "abcdefghijklmnopqrstuvwxyz_.");
    for (; table->option; table++) {
        const char *dot = strchr(table->key, '.'), *key = table->key;
        if ((strlen(key) == *len && strncmp(key, text, *len) == 0) ||
            (dot && strlen(dot + 1) == *len && strncmp(dot + 1, text, *len) == 0))
            return table;
    }
    return NULL;
}

// The refusal with other fields, which its message names, as the options that they are.
// Fields of one word are words of the language too, but after "needs ".
static void name_options(const struct value_option *table, const struct refusal *refusal,
                         struct refusal *named)
{
    const char *text = refusal->message;
    size_t out = 0, len;
    bool is_start = true, is_needed = false;
    *named = *refusal;
    while (*text && out + 1 < sizeof named->message) {
        const struct value_option *option = find_named(table, text, &len);
        len = len > 0 ? len : 1;
        bool is_own = is_start && strncmp(text + len, " or ", 4) != 0;
        bool is_field = option && !is_own && (memchr(text, '_', len) || is_needed);
        is_needed = strncmp(text, "needs ", 6) == 0 || (is_needed && *text == ' ');
        int n = snprintf(named->message + out, sizeof named->message - out, "%s%.*s",
                         is_field ? "--" : "", is_field ? 40 : (int)len,
                         is_field ? option->option : text);
        out += n > 0 ? (size_t)n : 0;
        text += len;
        is_start = false;
    }
}

int values_refused(const struct cli *cli, const struct value_option *table,
                   const struct refusal *refusal)
{
    struct refusal named;
    name_options(table, refusal, &named);
    refusal = &named;
    for (; table->option; table++)
        if (is_of(table, refusal->field))
            return cli_bad_value(cli,
                                 is_operand(table) ? TEXT_BAD_OPERAND : TEXT_BAD_VALUE,
                                 table->option, refusal);
    return cli_bad_value(cli, TEXT_BAD_VALUE, refusal->field, refusal);
}

const char *values_take(struct cli *cli, json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text)
        text = arena_printf(&cli->arena, "%s", text).data;
    json_object_del(object, key);
    return text;
}

bool values_take_flag(json_t *object, const char *key)
{
    return json_object_del(object, key) == 0;
}
