// SPDX-License-Identifier: Apache-2.0
//
// Words as a search sees them: runs of letters and digits, without case and without the
// marks of other languages (é is e, ü is u). å, ä and ö are letters of their own; their
// look-alikes in the neighbours' alphabets (æ, ø) are them.
//
// A word's letters are bytes: a-z and 0-9 as they are, å ä ö as { | }, which is where
// Swedish seven-bit codes had them and puts them in their place in the alphabet; anything
// else as UTF-8. Only the first SEARCH_WORD_MAX bytes of a word count.
#ifndef DOMAIN_SEARCH_WORDS_H
#define DOMAIN_SEARCH_WORDS_H

#include <stdint.h>

#include "base/slice.h"

#define SEARCH_WORD_MAX 64

struct search_letters {
    uint8_t len;
    char bytes[SEARCH_WORD_MAX];
};
static inline struct slice search_letters_slice(const struct search_letters *letters)
{
    return (struct slice){letters->bytes, letters->len};
}

// Takes the first word off *text, which is valid UTF-8. False when there is none left.
bool search_word_read(struct slice *text, struct search_letters *word);

// A code with A-Z as a-z. False when the text, less spaces around it, is none
// ([A-Za-z0-9._:+-]{1,64}).
bool search_code_read(struct slice text, struct search_letters *code);

// The letter with å and ä as a, and ö as o.
static inline char search_fold(char letter)
{
    return letter == '{' || letter == '|' ? 'a' : letter == '}' ? 'o' : letter;
}

// The distance of words from one word: the least number of letters to put in, take away
// or exchange, or neighbours to swap (no letter is touched twice), å ä ö folded.
//
// Bit i of a row is about the word's i-th letter; a row is all of one step.
struct search_pattern {
    unsigned len;
    uint64_t places[256]; // by letter: where the word has it
};
void search_pattern_init(struct search_pattern *pattern, struct slice word);
// The distance of word, at most SEARCH_WORD_MAX letters; most + 1 when it is more.
unsigned search_distance(const struct search_pattern *pattern, struct slice word,
                         unsigned most);

#endif
