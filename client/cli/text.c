// SPDX-License-Identifier: Apache-2.0
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "cli/mask.h"
#include "cli/text_table.h"

static const char *const codes[LANGUAGE_COUNT] = {
    [LANGUAGE_EN] = "en", [LANGUAGE_SV] = "sv"};

const char *text_get(enum language language, enum text text)
{
    return text_table[text][language];
}

// The formats are ours, and a test holds both languages' arguments against each other.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void append(struct buffer *out, enum language language, enum text text,
                   va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, text_get(language, text), arguments);
    size_t size = (size_t)len + 1;
    vsnprintf(buffer_reserve(out, size), size, text_get(language, text), again);
    va_end(again);
    out->len += (size_t)len;
}
#pragma GCC diagnostic pop

void text_append(struct buffer *out, enum language language, enum text text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    append(out, language, text, arguments);
    va_end(arguments);
}

void text_vprint(FILE *out, enum language language, enum text text, va_list arguments)
{
    struct buffer line = {0};
    append(&line, language, text, arguments);
    mask_identity(line.data, line.len);
    fwrite(line.data, 1, line.len, out);
    buffer_free(&line);
}

void text_print(FILE *out, enum language language, enum text text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    text_vprint(out, language, text, arguments);
    va_end(arguments);
    fputc('\n', out);
}

const char *text_test_failed(enum language language, enum match_test test)
{
    return text_tests_failed[test][language];
}

const char *text_test_verify(enum language language, enum match_test test)
{
    return text_tests_verify[test][language];
}

// REASON_NONE when it is newer than this program.
static enum reason find_reason(const char *name)
{
    for (int i = REASON_NONE + 1; i < REASON_COUNT; i++)
        if (strcmp(name, reason_name((enum reason)i)) == 0)
            return (enum reason)i;
    return REASON_NONE;
}

const char *text_reason(enum language language, const char *reason)
{
    return language == LANGUAGE_SV ? text_reasons_sv[find_reason(reason)] : NULL;
}

const char *text_hint(enum language language, const char *reason)
{
    return text_hints[find_reason(reason)][language];
}

const char *text_label(enum language language, const char *field)
{
    const struct text_label *label = text_labels;
    while (label->field && strcmp(label->field, field) != 0)
        label++;
    return label->field ? label->words[language] : field;
}

const char *text_claim_state(enum language language, enum claim_state state)
{
    return text_claim_states[state][language];
}

// --- languages ---

const char *text_language_code(enum language language)
{
    return codes[language];
}

bool text_language_find(const char *code, enum language *language)
{
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        if (strcmp(code, codes[i]) == 0) {
            *language = (enum language)i;
            return true;
        }
    return false;
}

enum language text_language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "sv", 2) == 0 ? LANGUAGE_SV : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}
