// SPDX-License-Identifier: Apache-2.0
//
// From words to services: those whose code, names, synonyms or area, or whose code in
// another system, hold every word of a text, the best first.
//
// A word of the text is found in a word that begins with it. Letters are those of
// search_words.h, so case and foreign marks do not matter; å ä ö do, but a text without
// them finds them too, later. From SEARCH_INSIDE_MIN letters on a word is also found
// inside another, since Swedish writes compounds as one word; from SEARCH_ONE_ERROR_MIN
// letters on one typing error is forgiven against whole words, from SEARCH_TWO_ERRORS_MIN
// two (search_distance).
//
// Rank: enum found_by, which of a text's words is worst found decides; then how well
// within that; then the names in alphabetical order (å ä ö last), then the codes
// bytewise. The same state and text give the same answer on every daemon.
#ifndef DOMAIN_SEARCH_H
#define DOMAIN_SEARCH_H

#include "domain/search_index.h"
#include "domain/state.h"

#define SEARCH_TEXT_MAX 256 // bytes
#define SEARCH_WORDS_MAX 16 // of a text
#define SEARCH_LIMIT_MAX 100
#define SEARCH_LIMIT_DEFAULT 10
#define SEARCH_INSIDE_MIN 5
#define SEARCH_ONE_ERROR_MIN 4
#define SEARCH_TWO_ERRORS_MIN 8

// How a service was found, the best first. The numbers are those of vardsok.v1.FoundBy.
enum found_by {
    FOUND_BY_CODE = 1,     // the text, or a word of it, is the code
    FOUND_BY_CODE_PREFIX,  // begins it
    FOUND_BY_MAPPING,      // is, or begins, a code of another system that leads to it
    FOUND_BY_NAME,         // the text is the name
    FOUND_BY_WORD,         // is a word of the name
    FOUND_BY_NAME_PREFIX,  // begins the name
    FOUND_BY_WORD_PREFIX,  // begins a word of the name
    FOUND_BY_SYNONYM,      // is, or begins, a synonym or a word of it
    FOUND_BY_AREA,         // the same of the area
    FOUND_BY_FOLDED,       // as one of the last six, å ä ö not told from a and o
    FOUND_BY_INSIDE,       // stands inside a word
    FOUND_BY_TYPING_ERROR, // with one or two typing errors
};
extern const char *const found_by_names[]; // by number, [0] NULL, ends NULL

struct search_hit {
    const struct record *service;
    enum found_by found_by;
    int synonym;                  // which of the service's, or -1: not found by one
    const struct record *mapping; // of FOUND_BY_MAPPING, else NULL
};

struct search_result {
    struct search_hit *hits; // in the arena
    uint32_t n;
    uint32_t n_found; // without the limit
};

// text is valid UTF-8 of at most SEARCH_TEXT_MAX bytes, limit 1 to SEARCH_LIMIT_MAX.
// Errors: STATUS_INVALID_ARGUMENT, field "text": REASON_BAD_FORMAT (it has no letter and
// no digit) or REASON_TOO_MANY (words).
int search_find(const struct state *state, struct slice text, uint32_t limit,
                struct arena *arena, struct search_result *result,
                struct refusal *refusal);

#endif
