// SPDX-License-Identifier: Apache-2.0
//
// The tables behind text.h, for it and for the test that they are whole.
#ifndef CLI_TEXT_TABLE_H
#define CLI_TEXT_TABLE_H

#include "cli/text.h"

extern const char *const text_table[TEXT_COUNT][LANGUAGE_COUNT];
extern const char *const text_tests_failed[MATCH_TEST_COUNT][LANGUAGE_COUNT];
extern const char *const text_tests_verify[MATCH_TEST_COUNT][LANGUAGE_COUNT];
extern const char *const text_reasons_sv[REASON_COUNT];       // [REASON_NONE] is NULL
extern const char *const text_claim_states[][LANGUAGE_COUNT]; // by enum claim_state
extern const char *const text_hints[REASON_COUNT][LANGUAGE_COUNT];

struct text_label {
    const char *field;
    const char *words[LANGUAGE_COUNT];
};
extern const struct text_label text_labels[]; // ends with a NULL field

#endif
