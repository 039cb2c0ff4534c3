// SPDX-License-Identifier: Apache-2.0
//
// Everything that a user reads, in Swedish and English: one table, looked up by name.
// Some texts are printf formats; their arguments are the same in both languages.
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "domain/question.h"

enum language { LANGUAGE_EN, LANGUAGE_SV, LANGUAGE_COUNT };

enum text {
    TEXT_NONE,
    // help
    TEXT_HELP_HEAD,
    TEXT_HELP_COMMON,
    TEXT_FOR_MATCH,
    TEXT_FOR_IMPORT,
    TEXT_FOR_EXPORT,
    TEXT_FOR_WAIT_SET,
    TEXT_FOR_WAIT_SHOW,
    TEXT_FOR_STATUS,
    // wrong usage
    TEXT_USAGE_LINE, // usage, name
    TEXT_USAGE_NONE,
    TEXT_NO_COMMAND,
    TEXT_COMMAND_FIRST,   // option
    TEXT_UNKNOWN_COMMAND, // given, nearest
    TEXT_UNKNOWN_OPTION,  // given, nearest
    TEXT_OPTION_NEEDS_VALUE,
    TEXT_OPTION_TAKES_NO_VALUE,
    TEXT_NO_SHORT_OPTIONS,
    TEXT_OPTION_REQUIRED,
    TEXT_UNEXPECTED_OPERAND,
    TEXT_BAD_VALUE, // option, what it means or "", ": " or "", message
    TEXT_BAD_TIMEOUT,
    TEXT_BAD_LANGUAGE,
    TEXT_BAD_REQUEST_ID,
    TEXT_NOT_WHOLE,   // option, value
    TEXT_NOT_DECIMAL, // option, value
    TEXT_NOT_PLACE,   // option, value
    TEXT_NOT_UTF8,    // option
    TEXT_BATCH_ALONE,
    TEXT_FORM_NOT_HERE, // option
    // failures
    TEXT_NO_DAEMON,
    TEXT_HOW_TO_START,
    TEXT_CANNOT_READ,  // what, why
    TEXT_CANNOT_WRITE, // what, why
    // match
    TEXT_MATCH_HEAD,     // service, name, region, day
    TEXT_MATCH_DEADLINE, // day
    TEXT_MATCH_NONE,
    TEXT_MATCH_NONE_HINT,
    TEXT_MATCH_MORE, // number
    TEXT_COLUMN_UNIT,
    TEXT_COLUMN_FIRST_DAY,
    TEXT_COLUMN_BASIS,
    TEXT_COLUMN_GUARANTEE,
    TEXT_COLUMN_DISTANCE,
    TEXT_COLUMN_PRICE,
    TEXT_COLUMN_UNDER,
    TEXT_COLUMN_TERMS,
    TEXT_COLUMN_NOTE,
    TEXT_TERMS_BEFORE,
    TEXT_TERMS_AFTER,
    TEXT_COLUMN_VERIFY,
    TEXT_DAYS, // number
    TEXT_ONE_DAY,
    TEXT_DAY_UNKNOWN,
    TEXT_BASIS_FORECAST,
    TEXT_BASIS_CURRENT,
    TEXT_BASIS_CAPACITY,
    TEXT_BASIS_STALE,
    TEXT_BASIS_UNKNOWN,
    TEXT_SLOTS, // number
    TEXT_ONE_SLOT,
    TEXT_WITHIN,
    TEXT_NOT_WITHIN,
    TEXT_UNDER_AGREEMENT, // id
    TEXT_UNDER_CAPACITY,  // id
    TEXT_UNDER_PERMIT,
    TEXT_ALTERNATIVES, // number
    TEXT_TERM_ASA,
    TEXT_TERM_WEIGHT,
    TEXT_TERM_BMI,
    TEXT_TERM_AGE,
    TEXT_TERM_FEMALE,
    TEXT_TERM_MALE,
    TEXT_EXPLAIN_COUNTS, // excluded, all, admitted, conditional
    TEXT_EXPLAIN_REASON,
    TEXT_EXPLAIN_ANY,
    TEXT_EXPLAIN_ALONE,
    TEXT_EXPLAIN_NEAR,
    TEXT_NEAR_ASA_MAX, // each: the bound
    TEXT_NEAR_WEIGHT_MIN,
    TEXT_NEAR_WEIGHT_MAX,
    TEXT_NEAR_BMI_MIN,
    TEXT_NEAR_BMI_MAX,
    TEXT_NEAR_AGE_MIN,
    TEXT_NEAR_AGE_MAX,
    TEXT_NEAR_SEX,
    TEXT_NEAR_REGION,
    TEXT_NEAR_DISTANCE,
    TEXT_NEAR_WAIT,
    // import and export
    TEXT_IMPORT_OPERAND,
    TEXT_IMPORT_KIND_WITH_STDIN,
    TEXT_IMPORT_UNKNOWN_KIND, // given, nearest
    TEXT_IMPORT_UNKNOWN_FILE,
    TEXT_IMPORT_NO_FILES,        // folder
    TEXT_IMPORT_TWICE,           // first line
    TEXT_IMPORT_SKIPPED,         // file, line
    TEXT_IMPORT_NOTHING_WRITTEN, // faults
    TEXT_IMPORT_PARTLY_WRITTEN,  // refused rows
    TEXT_IMPORT_SUMMARY,
    TEXT_IMPORT_SUMMARY_DRY,
    TEXT_IMPORT_STOPPED,
    TEXT_PROGRESS_CHECK,
    TEXT_PROGRESS_WRITE,
    TEXT_EXPORT_OPERAND,
    TEXT_EXPORT_DONE, // files, rows, folder
    // wait and status
    TEXT_WAIT_UNIT,
    TEXT_WAIT_SERVICE,
    TEXT_WAIT_OBSERVED,
    TEXT_WAIT_CURRENT,
    TEXT_WAIT_FORECAST,
    TEXT_WAIT_UNTIL,
    TEXT_WAIT_STATISTIC,
    TEXT_WAIT_SAMPLE,
    TEXT_WAIT_SOURCE,
    TEXT_REVISION,
    TEXT_STATUS_SERVER,
    TEXT_STATUS_READY,
    TEXT_STATUS_WRITABLE,
    TEXT_STATUS_VERSION,
    TEXT_STATUS_LOG,
    TEXT_STATUS_DURABILITY,
    TEXT_STATUS_LAG,
    TEXT_STATUS_WHAT,
    TEXT_STATUS_DIGEST,
    TEXT_STATUS_UNITS,
    TEXT_STATUS_SERVICES,
    TEXT_STATUS_AGREEMENTS,
    TEXT_STATUS_LINES,
    TEXT_STATUS_WAITING_TIMES,
    TEXT_STATUS_CAPACITIES,
    TEXT_STATUS_CLAIMS,
    TEXT_STATUS_MEMORY,
    TEXT_STATUS_UPTIME,
    TEXT_YES,
    TEXT_NO,
    TEXT_COUNT
};

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

// "sv" or "en"; false for any other.
bool text_language_find(const char *code, enum language *language);
const char *text_language_code(enum language language);
// By LC_ALL, LC_MESSAGES, LANG, the first that is set; English when it is not Swedish.
enum language text_language_of_environment(void);

#endif
