// SPDX-License-Identifier: Apache-2.0
#include "cli/name_fit.h"

static bool says_nothing(struct slice word)
{
    static const char *const words[] = {"region", "l|n", "lan", "kommun"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal(word, slice_from(words[i])))
            return true;
    return false;
}

// False when the text has more words than count.
static bool read_words(struct slice text, struct name_words *words)
{
    struct search_letters word;
    words->n = 0;
    while (search_word_read(&text, &word)) {
        if (says_nothing(search_letters_slice(&word)))
            continue;
        if (words->n == NAME_WORDS_MAX)
            return false;
        words->words[words->n++] = word;
    }
    return true;
}

static bool has_letter(const struct search_letters *word)
{
    for (unsigned i = 0; i < word->len; i++)
        if (word->bytes[i] < '0' || word->bytes[i] > '9')
            return true;
    return false;
}

bool name_wanted_init(struct name_wanted *wanted, struct slice text)
{
    bool is_name = false;
    if (!read_words(text, &wanted->typed))
        return false;
    for (unsigned i = 0; i < wanted->typed.n; i++) {
        const struct search_letters *word = &wanted->typed.words[i];
        is_name = is_name || has_letter(word);
        search_pattern_init(&wanted->patterns[i], search_letters_slice(word));
    }
    return is_name;
}

// Whether word has part's letters, å ä ö folded, at place.
static bool is_at(const struct search_letters *part, const struct search_letters *word,
                  unsigned place)
{
    if (place + part->len > word->len)
        return false;
    for (unsigned i = 0; i < part->len; i++)
        if (search_fold(part->bytes[i]) != search_fold(word->bytes[place + i]))
            return false;
    return true;
}

static bool is_in(const struct search_letters *part, const struct search_letters *word)
{
    if (is_at(part, word, 0))
        return part->len == word->len || part->len >= NAME_BEGINNING_MIN;
    // Not folded: Gotland is not in Östergötland.
    for (unsigned place = 1; place + part->len <= word->len; place++)
        if (memcmp(part->bytes, word->bytes + place, part->len) == 0)
            return part->len >= NAME_INSIDE_MIN;
    return false;
}

static bool all_are_in(const struct name_words *typed, const struct name_words *name)
{
    for (unsigned i = 0; i < typed->n; i++) {
        unsigned j = 0;
        while (j < name->n && !is_in(&typed->words[i], &name->words[j]))
            j++;
        if (j == name->n)
            return false;
    }
    return true;
}

static enum name_fit fit_whole(const struct name_words *typed,
                               const struct name_words *name)
{
    enum name_fit fit = NAME_SAME;
    if (typed->n != name->n)
        return NAME_NOT;
    for (unsigned i = 0; i < typed->n; i++) {
        struct slice a = search_letters_slice(&typed->words[i]);
        struct slice b = search_letters_slice(&name->words[i]);
        if (a.len != b.len || !is_at(&typed->words[i], &name->words[i], 0))
            return NAME_NOT;
        if (!slice_equal(a, b))
            fit = NAME_FOLDED;
    }
    return fit;
}

enum name_fit name_fit(const struct name_wanted *wanted, struct slice name,
                       unsigned *distance)
{
    struct name_words words;
    const struct name_words *typed = &wanted->typed;
    read_words(name, &words); // the words past NAME_WORDS_MAX of a name do not count
    *distance = 0;
    for (unsigned i = 0; i < typed->n; i++) {
        unsigned least = SEARCH_WORD_MAX;
        for (unsigned j = 0; j < words.n && least > 0; j++) {
            unsigned one = search_distance(&wanted->patterns[i],
                                           search_letters_slice(&words.words[j]), least);
            least = one < least ? one : least;
        }
        *distance += least;
    }
    enum name_fit fit = fit_whole(typed, &words);
    return fit == NAME_NOT && all_are_in(typed, &words) ? NAME_WORDS : fit;
}
