// SPDX-License-Identifier: Apache-2.0
//
// How well a name fits what was typed for it, by the words and letters of
// domain/search_words.h. "region", "län" and "kommun" say nothing.
#ifndef CLI_NAME_FIT_H
#define CLI_NAME_FIT_H

#include "domain/search_words.h"

#define NAME_WORDS_MAX 12
#define NAME_BEGINNING_MIN 3 // letters of a word that is not whole
#define NAME_INSIDE_MIN 5    // letters of one that stands inside another

// The best first.
enum name_fit {
    NAME_SAME,   // the whole name
    NAME_FOLDED, // the same with å ä ö as a and o
    NAME_WORDS,  // each word is, begins or (long ones, not folded) stands inside one
    NAME_NOT,
    NAME_FIT_COUNT
};

struct name_words {
    unsigned n;
    struct search_letters words[NAME_WORDS_MAX];
};
struct name_wanted {
    struct name_words typed;
    struct search_pattern patterns[NAME_WORDS_MAX];
};

// False when the text, valid UTF-8, cannot be a name: it has no letter, or more words
// than count.
bool name_wanted_init(struct name_wanted *wanted, struct slice text);
// distance: letters to change until each typed word is one of the name; at most
// SEARCH_WORD_MAX a word.
enum name_fit name_fit(const struct name_wanted *wanted, struct slice name,
                       unsigned *distance);

#endif
