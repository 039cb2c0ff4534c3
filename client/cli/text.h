// SPDX-License-Identifier: Apache-2.0
//
// Everything that a user reads, in Swedish and English: one table, looked up by name.
// Some texts are printf formats; their arguments are the same in both languages.
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/text_names.h"
#include "domain/claim.h"
#include "domain/question.h"

enum language { LANGUAGE_EN, LANGUAGE_SV, LANGUAGE_COUNT };

const char *text_get(enum language language, enum text text);
// printf of a text. text_print ends the line.
void text_vprint(FILE *out, enum language language, enum text text, va_list arguments);
void text_print(FILE *out, enum language language, enum text text, ...);
// printf of a text at the end of a buffer.
struct buffer;
void text_append(struct buffer *out, enum language language, enum text text, ...);

// What each of the 19 tests says when it excludes, and what it asks to be verified.
const char *text_test_failed(enum language language, enum match_test test);
const char *text_test_verify(enum language language, enum match_test test);
// What a refusal's reason means, before the daemon's own English message; NULL in
// English, where the message says it, and for reasons that are newer than this program.
const char *text_reason(enum language language, const char *reason);

// What to do about a refusal, in whole sentences; NULL where its meaning says enough.
const char *text_hint(enum language language, const char *reason);
// What people call a field of a capacity or a claim.
const char *text_label(enum language language, const char *field);
// "held", "confirmed", …
const char *text_claim_state(enum language language, enum claim_state state);

// "sv" or "en"; false for any other.
bool text_language_find(const char *code, enum language *language);
const char *text_language_code(enum language language);
// By LC_ALL, LC_MESSAGES, LANG, the first that is set; English when it is not Swedish.
enum language text_language_of_environment(void);

#endif
