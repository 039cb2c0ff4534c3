// SPDX-License-Identifier: Apache-2.0
#include "lib/naive_search.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/check.h"

#define WORDS_MAX 64
#define LETTERS_MAX 80
#define NOT_FOUND 1000000

struct word {
    int32_t letters[LETTERS_MAX];
    int n;
};

struct words {
    struct word items[WORDS_MAX];
    int n;
};

// --- letters ---

// å, ä and ö are kept as code points of their own that sort after z.
enum { LETTER_AA = 'z' + 1, LETTER_AE, LETTER_OE };

static void add_letter(struct word *word, int32_t letter)
{
    CHECK(word->n < LETTERS_MAX);
    word->letters[word->n++] = letter;
}

static void add_sign(struct words *words, bool *in_word, int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    struct word *last = words->n > 0 ? &words->items[words->n - 1] : NULL;
    if (category == UTF8PROC_CATEGORY_CF)
        return;
    if (category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME) {
        int32_t *letter = *in_word && last ? &last->letters[last->n - 1] : NULL;
        if (letter && *letter == 'a' && c == 0x30A)
            *letter = LETTER_AA;
        else if (letter && *letter == 'a' && c == 0x308)
            *letter = LETTER_AE;
        else if (letter && *letter == 'o' && c == 0x308)
            *letter = LETTER_OE;
        return;
    }
    if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_NO) {
        *in_word = false;
        return;
    }
    if (!*in_word || last == NULL) {
        CHECK(words->n < WORDS_MAX);
        last = &words->items[words->n++];
        last->n = 0;
        *in_word = true;
    }
    add_letter(last, c == 0xE6    ? LETTER_AE
                     : c == 0xF8  ? LETTER_OE
                     : c == 0x142 ? 'l'
                                  : c);
}

static void read_words(struct slice text, struct words *words)
{
    utf8proc_uint8_t *decomposed = NULL;
    words->n = 0;
    if (text.len == 0)
        return;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len,
                     &decomposed, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
    bool in_word = false;
    CHECK(len >= 0);
    for (utf8proc_ssize_t at = 0; at < len;) {
        utf8proc_int32_t c;
        at += utf8proc_iterate(decomposed + at, len - at, &c);
        add_sign(words, &in_word, c);
    }
    free(decomposed);
}

static int32_t fold(int32_t letter)
{
    if (letter == LETTER_AA || letter == LETTER_AE)
        return 'a';
    return letter == LETTER_OE ? 'o' : letter;
}

static bool begins(const struct word *word, const struct word *start, int at, bool folded)
{
    if (at + start->n > word->n)
        return false;
    for (int i = 0; i < start->n; i++) {
        int32_t a = word->letters[at + i], b = start->letters[i];
        if (folded ? fold(a) != fold(b) : a != b)
            return false;
    }
    return true;
}

static int smallest(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const struct word *a, const struct word *b)
{
    int d[LETTERS_MAX + 1][LETTERS_MAX + 1];
    CHECK(a->n >= 0 && b->n >= 0); // else gcc thinks that d may be empty
    for (int i = 0; i <= a->n; i++)
        for (int j = 0; j <= b->n; j++) {
            d[i][j] = i == 0 ? j : j == 0 ? i : NOT_FOUND;
            if (i == 0 || j == 0)
                continue;
            int32_t x = fold(a->letters[i - 1]), y = fold(b->letters[j - 1]);
            d[i][j] = smallest(d[i - 1][j] + 1, d[i][j - 1] + 1);
            d[i][j] = smallest(d[i][j], d[i - 1][j - 1] + (x == y ? 0 : 1));
            if (i > 1 && j > 1 && x == fold(b->letters[j - 2]) &&
                y == fold(a->letters[i - 2]))
                d[i][j] = smallest(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a->n][b->n];
}

// --- ranks ---

// Where and how: smaller is better, by found_by and then degree.
struct rank {
    int found_by, degree;
    int text; // which text of the service; NOT_FOUND
    const struct mapping *mapping;
};

static const struct rank missed = {NOT_FOUND, 0, NOT_FOUND, NULL};

static int compare_ranks(const struct rank *a, const struct rank *b)
{
    return a->found_by != b->found_by ? a->found_by - b->found_by : a->degree - b->degree;
}

static int compare_mappings(const struct mapping *a, const struct mapping *b)
{
    int order = slice_compare(a->system, b->system);
    if (order == 0)
        order = slice_compare(a->version, b->version);
    return order ? order : slice_compare(a->code, b->code);
}

static void keep_better(struct rank *best, struct rank other)
{
    int order = compare_ranks(&other, best);
    if (order == 0 && other.text != best->text)
        order = other.text - best->text;
    if (order == 0 && other.mapping && best->mapping)
        order = compare_mappings(other.mapping, best->mapping);
    if (order < 0)
        *best = other;
}

// The texts of a service: 0 and 1 its names, 2 its area, from 3 its synonyms.
static struct slice text_of(const struct service *service, int text)
{
    if (text == 0)
        return service->name_sv;
    if (text == 1)
        return service->name_en;
    return text == 2 ? service->area : service->synonyms.items[text - 3];
}

static bool is_name(int text)
{
    return text < 2;
}

static int order_of(int text)
{
    return is_name(text) ? 0 : text == 2 ? 2 : 1;
}

// of_name is what it would be called in a name.
static struct rank rank_plain(int text, int of_name, int degree)
{
    if (is_name(text))
        return (struct rank){of_name, 0, text, NULL};
    return (struct rank){text == 2 ? FOUND_BY_AREA : FOUND_BY_SYNONYM, degree, text,
                         NULL};
}

static struct rank rank_word(const struct word *wanted, const struct word *word, int text)
{
    if (begins(word, wanted, 0, false))
        return word->n == wanted->n ? rank_plain(text, FOUND_BY_WORD, 1)
                                    : rank_plain(text, FOUND_BY_WORD_PREFIX, 3);
    if (begins(word, wanted, 0, true))
        return (struct rank){FOUND_BY_FOLDED, 2 * order_of(text) + (word->n != wanted->n),
                             text, NULL};
    for (int at = 1; at < word->n; at++)
        if (wanted->n >= 5 && begins(word, wanted, at, true))
            return (struct rank){FOUND_BY_INSIDE, order_of(text), text, NULL};
    int errors = distance(wanted, word);
    if (errors <= (wanted->n >= 8 ? 2 : wanted->n >= 4 ? 1 : 0))
        return (struct rank){FOUND_BY_TYPING_ERROR, 3 * (errors - 1) + order_of(text),
                             text, NULL};
    return missed;
}

// A code as one word.
static void read_code(struct slice code, struct word *word)
{
    word->n = 0;
    for (size_t i = 0; i < code.len; i++)
        add_letter(word, code.data[i] >= 'A' && code.data[i] <= 'Z' ? code.data[i] + 32
                                                                    : code.data[i]);
}

static void rank_codes(const struct naive_directory *directory,
                       const struct service *service, const struct word *wanted,
                       struct rank *best)
{
    struct word code;
    read_code(service->code, &code);
    if (begins(&code, wanted, 0, false))
        keep_better(best, (struct rank){code.n == wanted->n ? FOUND_BY_CODE
                                                            : FOUND_BY_CODE_PREFIX,
                                        0, 100, NULL});
    for (size_t i = 0; i < directory->n_mappings; i++) {
        const struct mapping *mapping = &directory->mappings[i];
        read_code(mapping->code, &code);
        if (slice_equal(mapping->service, service->code) &&
            begins(&code, wanted, 0, false))
            keep_better(
                best, (struct rank){FOUND_BY_MAPPING, code.n != wanted->n, 101, mapping});
    }
}

static struct rank rank_of_word(const struct naive_directory *directory,
                                const struct service *service, const struct word *wanted)
{
    struct rank best = missed;
    struct words words;
    for (int text = 0; text < 3 + (int)service->synonyms.n; text++) {
        read_words(text_of(service, text), &words);
        for (int i = 0; i < words.n; i++)
            keep_better(&best, rank_word(wanted, &words.items[i], text));
    }
    rank_codes(directory, service, wanted, &best);
    return best;
}

// The words together as a text stands, or begins.
static void rank_texts(const struct service *service, const struct words *wanted,
                       struct rank *best)
{
    struct words words;
    for (int text = 0; text < 3 + (int)service->synonyms.n; text++) {
        read_words(text_of(service, text), &words);
        if (words.n < wanted->n)
            continue;
        bool same = true, starts = true;
        for (int i = 0; i < wanted->n; i++) {
            const struct word *word = &words.items[i], *other = &wanted->items[i];
            bool equal = word->n == other->n && begins(word, other, 0, false);
            same = same && equal;
            starts =
                starts && (equal || i + 1 == wanted->n) && begins(word, other, 0, false);
        }
        if (same && words.n == wanted->n)
            keep_better(best, rank_plain(text, FOUND_BY_NAME, 0));
        else if (starts)
            keep_better(best, rank_plain(text, FOUND_BY_NAME_PREFIX, 2));
    }
}

static struct rank rank_service(const struct naive_directory *directory,
                                const struct service *service, const struct words *wanted,
                                struct slice text)
{
    struct rank worst = {-1, 0, 0, NULL}, whole = missed;
    for (int i = 0; i < wanted->n; i++) {
        struct rank rank = rank_of_word(directory, service, &wanted->items[i]);
        if (compare_ranks(&rank, &worst) > 0)
            worst = rank;
    }
    rank_texts(service, wanted, &whole);
    while (text.len > 0 && text.data[0] == ' ')
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    struct word code;
    if (text.len > 0 && text.len <= ID_MAX_LEN) {
        read_code(text, &code);
        rank_codes(directory, service, &code, &whole);
    }
    int order = compare_ranks(&whole, &worst);
    return order < 0 || (order == 0 && whole.text <= worst.text) ? whole : worst;
}

// --- order ---

static int compare_names(struct slice a, struct slice b)
{
    struct words of_a, of_b;
    read_words(a, &of_a);
    read_words(b, &of_b);
    for (int i = 0; i < of_a.n && i < of_b.n; i++) {
        const struct word *x = &of_a.items[i], *y = &of_b.items[i];
        for (int k = 0; k < x->n && k < y->n; k++)
            if (x->letters[k] != y->letters[k])
                return x->letters[k] - y->letters[k];
        if (x->n != y->n)
            return x->n - y->n;
    }
    return of_a.n - of_b.n;
}

static int compare_hits(const void *left, const void *right)
{
    const struct naive_hit *a = left, *b = right;
    if (a->found_by != b->found_by)
        return (int)a->found_by - (int)b->found_by;
    if (a->degree != b->degree)
        return (int)a->degree - (int)b->degree;
    int order = compare_names(a->service->name_sv, b->service->name_sv);
    return order ? order : slice_compare(a->service->code, b->service->code);
}

size_t naive_search(const struct naive_directory *directory, struct slice text,
                    struct naive_hit *hits)
{
    struct words wanted;
    size_t n = 0;
    read_words(text, &wanted);
    for (size_t i = 0; i < directory->n_services; i++) {
        const struct service *service = &directory->services[i];
        struct rank rank = rank_service(directory, service, &wanted, text);
        if (rank.found_by == NOT_FOUND)
            continue;
        hits[n++] = (struct naive_hit){
            .service = service,
            .mapping = rank.mapping,
            .found_by = (enum found_by)rank.found_by,
            .synonym = rank.text >= 3 && rank.text < 100 ? rank.text - 3 : -1,
            .degree = (unsigned)rank.degree,
        };
    }
    qsort(hits, n, sizeof *hits, compare_hits);
    return n;
}
