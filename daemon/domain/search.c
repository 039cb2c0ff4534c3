// SPDX-License-Identifier: Apache-2.0
//
// The words of the text one after the other: each is held against every word of the
// index, and each place of a word that it is found in gives a service a rank. What a
// service missed once is out. Whether the words stand together as a text does is kept as
// a set of texts that have matched so far.
#include "domain/search.h"

#include "base/check.h"
#include "base/status.h"
#include "domain/state_private.h"

_Static_assert(SEARCH_TEXT_MAX == NAME_MAX_LEN, "a text of a search is a name");

const char *const found_by_names[] = {
    NULL,
    [FOUND_BY_CODE] = "CODE",
    [FOUND_BY_CODE_PREFIX] = "CODE_PREFIX",
    [FOUND_BY_MAPPING] = "MAPPING",
    [FOUND_BY_NAME] = "NAME",
    [FOUND_BY_WORD] = "WORD",
    [FOUND_BY_NAME_PREFIX] = "NAME_PREFIX",
    [FOUND_BY_WORD_PREFIX] = "WORD_PREFIX",
    [FOUND_BY_SYNONYM] = "SYNONYM",
    [FOUND_BY_AREA] = "AREA",
    [FOUND_BY_FOLDED] = "FOLDED",
    [FOUND_BY_INSIDE] = "INSIDE",
    [FOUND_BY_TYPING_ERROR] = "TYPING_ERROR",
    NULL,
};

// A rank in one number, smaller is better: found_by, then how well within it, then the
// field, which does not count between services.
#define RANK(found_by, degree, field)                                                    \
    ((uint32_t)(found_by) << 16 | (uint32_t)(degree) << 8 | (uint32_t)(field))
#define RANK_MISSED 0

static uint32_t without_field(uint32_t rank)
{
    return rank >> 8;
}

// How one word is found in another, the best first.
enum likeness {
    LIKE_SAME,
    LIKE_PREFIX,
    LIKE_FOLDED,
    LIKE_FOLDED_PREFIX,
    LIKE_INSIDE,
    LIKE_ONE_ERROR,
    LIKE_TWO_ERRORS,
    LIKE_NOTHING
};

// A rank, RANK_MISSED or better; by a code also which of the index's.
struct found {
    uint32_t rank;
    uint32_t code;
};

// Of one service, all zero at first.
struct score {
    struct found all;       // by all words so far: the worst of them
    struct found best;      // by the word at hand
    struct found whole;     // by the text as a whole: a code, or how a text begins
    uint32_t texts;         // bit per field: begins with the words before
    uint32_t texts_at_hand; // ... and goes on with the word at hand
};

// A word of the text, and what words like it have in common with it.
struct term {
    struct slice letters;
    uint32_t set, start, start_mask;
    uint64_t pairs;
    unsigned errors; // forgiven
    struct search_pattern pattern;
};

struct search {
    const struct search_index *index;
    struct search_letters words[SEARCH_WORDS_MAX];
    unsigned n_words;
    unsigned at; // the word at hand
    struct score *scores;
    uint32_t *services; // that have been found by all words so far
    uint32_t n_services;
};

// --- one word against another ---

static bool starts_with(struct slice word, struct slice start)
{
    return word.len >= start.len && memcmp(word.data, start.data, start.len) == 0;
}

static bool stands_at(struct slice word, size_t at, struct slice part)
{
    for (size_t i = 0; i < part.len; i++)
        if (search_fold(word.data[at + i]) != search_fold(part.data[i]))
            return false;
    return true;
}

static bool is_inside(struct slice word, struct slice part)
{
    for (size_t at = 1; at + part.len <= word.len; at++)
        if (stands_at(word, at, part))
            return true;
    return false;
}

static enum likeness likeness(const struct term *term, struct slice word)
{
    struct slice part = term->letters;
    if (starts_with(word, part))
        return word.len == part.len ? LIKE_SAME : LIKE_PREFIX;
    if (word.len >= part.len && stands_at(word, 0, part))
        return word.len == part.len ? LIKE_FOLDED : LIKE_FOLDED_PREFIX;
    if (part.len >= SEARCH_INSIDE_MIN && is_inside(word, part))
        return LIKE_INSIDE;
    if (term->errors == 0)
        return LIKE_NOTHING;
    unsigned distance = search_distance(&term->pattern, word, term->errors);
    if (distance > term->errors)
        return LIKE_NOTHING;
    return distance == 1 ? LIKE_ONE_ERROR : LIKE_TWO_ERRORS;
}

static unsigned count(uint64_t set)
{
    return (unsigned)__builtin_popcountll(set);
}

static bool may_be_inside(const struct term *term, const struct search_key *key)
{
    return term->letters.len >= SEARCH_INSIDE_MIN && key->len > term->letters.len &&
           (term->set & ~key->letters) == 0 && (term->pairs & ~key->pairs) == 0;
}

static bool may_be_misspelt(const struct term *term, const struct search_key *key)
{
    unsigned errors = term->errors, pairs = errors * SEARCH_PAIRS_AN_ERROR;
    return errors > 0 && key->len <= term->letters.len + errors &&
           term->letters.len <= key->len + errors &&
           count(term->set & ~key->letters) <= errors &&
           count(key->letters & ~term->set) <= errors &&
           count(term->pairs & ~key->pairs) <= pairs &&
           count(key->pairs & ~term->pairs) <= pairs;
}

// Whether likeness could give anything, from the keys alone.
static bool may_be_like(const struct term *term, const struct search_key *key)
{
    return (key->start & term->start_mask) == term->start || may_be_inside(term, key) ||
           may_be_misspelt(term, key);
}

// --- ranks ---

enum degree { DEGREE_TEXT, DEGREE_WORD, DEGREE_TEXT_PREFIX, DEGREE_WORD_PREFIX };

static bool is_name(unsigned field)
{
    return field == SEARCH_NAME_SV || field == SEARCH_NAME_EN;
}

// Names before synonyms before areas.
static unsigned field_order(unsigned field)
{
    return is_name(field) ? 0 : field == SEARCH_AREA ? 2 : 1;
}

// A text, or a word of it, that is the same or begins so.
static uint32_t rank_alike(unsigned field, enum degree degree)
{
    static const enum found_by of_names[] = {
        [DEGREE_TEXT] = FOUND_BY_NAME,
        [DEGREE_WORD] = FOUND_BY_WORD,
        [DEGREE_TEXT_PREFIX] = FOUND_BY_NAME_PREFIX,
        [DEGREE_WORD_PREFIX] = FOUND_BY_WORD_PREFIX,
    };
    if (is_name(field))
        return RANK(of_names[degree], 0, field);
    return RANK(field == SEARCH_AREA ? FOUND_BY_AREA : FOUND_BY_SYNONYM, degree, field);
}

static uint32_t rank_code(const struct search_code *code, struct slice letters)
{
    bool same = code->letters.len == letters.len;
    if (code->mapping)
        return RANK(FOUND_BY_MAPPING, same ? 0 : 1, SEARCH_MAPPING);
    return RANK(same ? FOUND_BY_CODE : FOUND_BY_CODE_PREFIX, 0, SEARCH_CODE);
}

static uint32_t rank_place(unsigned field, enum likeness likeness)
{
    unsigned order = field_order(field);
    switch (likeness) {
    case LIKE_SAME:
        return rank_alike(field, DEGREE_WORD);
    case LIKE_PREFIX:
        return rank_alike(field, DEGREE_WORD_PREFIX);
    case LIKE_FOLDED:
        return RANK(FOUND_BY_FOLDED, 2 * order, field);
    case LIKE_FOLDED_PREFIX:
        return RANK(FOUND_BY_FOLDED, 2 * order + 1, field);
    case LIKE_INSIDE:
        return RANK(FOUND_BY_INSIDE, order, field);
    case LIKE_ONE_ERROR:
        return RANK(FOUND_BY_TYPING_ERROR, order, field);
    case LIKE_TWO_ERRORS:
        return RANK(FOUND_BY_TYPING_ERROR, 3 + order, field);
    default:
        return RANK_MISSED;
    }
}

// Of several mappings that are found alike, the first by system, version and code.
static bool is_earlier(const struct record *a, const struct record *b)
{
    struct slice of_a[3], of_b[3];
    int order = 0;
    if (a == NULL || b == NULL)
        return false;
    record_key_texts(a, 3, of_a);
    record_key_texts(b, 3, of_b);
    for (unsigned i = 0; i < 3 && order == 0; i++)
        order = slice_compare(of_a[i], of_b[i]);
    return order < 0;
}

static void take_rank(struct found *best, uint32_t rank)
{
    if (best->rank == RANK_MISSED || rank < best->rank)
        *best = (struct found){rank, 0};
}

static void take_code(const struct search_index *index, struct found *best, uint32_t rank,
                      uint32_t code)
{
    if (best->rank == RANK_MISSED || rank < best->rank ||
        (rank == best->rank &&
         is_earlier(index->codes[code]->mapping, index->codes[best->code]->mapping)))
        *best = (struct found){rank, code};
}

// --- one word against the index ---

// What was missed by a word before stays so.
static bool is_out(const struct search *search, const struct score *score)
{
    return search->at > 0 && score->all.rank == RANK_MISSED;
}

// Whether the words so far stand together as this text begins.
static void note_text(const struct search *search, struct score *score,
                      const struct search_place *place, enum likeness likeness)
{
    uint32_t bit = UINT32_C(1) << place->field;
    bool is_last = search->at + 1 == search->n_words;
    if (place->position != search->at || (search->at > 0 && !(score->texts & bit)))
        return;
    if (likeness == LIKE_SAME && !is_last)
        score->texts_at_hand |= bit;
    else if (likeness == LIKE_SAME && place->n_words == search->n_words)
        take_rank(&score->whole, rank_alike(place->field, DEGREE_TEXT));
    else if (is_last)
        take_rank(&score->whole, rank_alike(place->field, DEGREE_TEXT_PREFIX));
}

static void note_found(struct search *search, uint32_t service)
{
    if (search->at == 0 && search->scores[service].best.rank == RANK_MISSED)
        search->services[search->n_services++] = service;
}

static void score_word(struct search *search, const struct search_word *word,
                       enum likeness likeness)
{
    for (uint32_t i = 0; i < word->n_places; i++) {
        const struct search_place *place = &word->places[i];
        struct score *score = &search->scores[place->service];
        if (is_out(search, score))
            continue;
        note_found(search, place->service);
        take_rank(&score->best, rank_place(place->field, likeness));
        if (likeness <= LIKE_PREFIX)
            note_text(search, score, place, likeness);
    }
}

static void score_words(struct search *search, const struct term *term)
{
    const struct search_index *index = search->index;
    for (uint32_t i = 0; i < index->n_words; i++) {
        if (!may_be_like(term, &index->keys[i]))
            continue;
        const struct search_word *word = index->words[i];
        enum likeness found =
            likeness(term, (struct slice){word->letters, index->keys[i].len});
        if (found != LIKE_NOTHING)
            score_word(search, word, found);
    }
}

// Codes that begin so; is_whole: the text does, not the word at hand.
static void score_codes(struct search *search, struct slice letters, bool is_whole)
{
    const struct search_index *index = search->index;
    for (uint32_t i = search_codes_find(index, letters); i < index->n_codes; i++) {
        const struct search_code *code = index->codes[i];
        struct score *score = &search->scores[code->service];
        if (!starts_with(search_letters_slice(&code->letters), letters))
            break;
        uint32_t rank = rank_code(code, letters);
        if (is_whole) {
            if (score->all.rank == RANK_MISSED && score->whole.rank == RANK_MISSED)
                search->services[search->n_services++] = code->service;
            take_code(index, &score->whole, rank, i);
        } else if (!is_out(search, score)) {
            note_found(search, code->service);
            take_code(index, &score->best, rank, i);
        }
    }
}

// The worst word decides, the first of equals.
static void end_term(struct search *search)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < search->n_services; i++) {
        uint32_t service = search->services[i];
        struct score *score = &search->scores[service];
        if (score->best.rank == RANK_MISSED)
            *score = (struct score){0};
        else
            search->services[n++] = service;
        if (without_field(score->best.rank) > without_field(score->all.rank))
            score->all = score->best;
        score->best = (struct found){0};
        score->texts = score->texts_at_hand;
        score->texts_at_hand = 0;
    }
    search->n_services = n;
}

static void init_term(struct term *term, struct slice letters)
{
    size_t n = letters.len;
    *term = (struct term){
        .letters = letters,
        .set = search_letter_set(letters),
        .start = search_start(letters),
        .start_mask = n < sizeof term->start ? ~(UINT32_MAX >> 8 * n) : UINT32_MAX,
        .pairs = search_pair_set(letters),
        .errors = n >= SEARCH_TWO_ERRORS_MIN  ? 2
                  : n >= SEARCH_ONE_ERROR_MIN ? 1
                                              : 0,
    };
    search_pattern_init(&term->pattern, letters);
}

static void score_text(struct search *search, struct slice text)
{
    struct search_letters code;
    struct term term;
    for (; search->at < search->n_words; search->at++) {
        struct slice letters = search_letters_slice(&search->words[search->at]);
        if (search->at > 0 && search->n_services == 0)
            break;
        init_term(&term, letters);
        score_words(search, &term);
        score_codes(search, letters, false);
        end_term(search);
    }
    if (search_code_read(text, &code)) // it may have signs that part words
        score_codes(search, search_letters_slice(&code), true);
}

// --- the best of them ---

struct candidate {
    uint32_t service; // handle
    struct found found;
};

static int compare_services(const struct search_index *index, uint32_t a, uint32_t b)
{
    const struct search_service *of_a = index->services[a], *of_b = index->services[b];
    struct slice a_code = {of_a->bytes, of_a->code_len};
    struct slice b_code = {of_b->bytes, of_b->code_len};
    int order =
        slice_compare((struct slice){of_a->bytes + of_a->code_len, of_a->name_len},
                      (struct slice){of_b->bytes + of_b->code_len, of_b->name_len});
    return order != 0 ? order : slice_compare(a_code, b_code);
}

static bool is_worse(const struct search_index *index, const struct candidate *a,
                     const struct candidate *b)
{
    uint32_t of_a = without_field(a->found.rank), of_b = without_field(b->found.rank);
    if (of_a != of_b)
        return of_a > of_b;
    return compare_services(index, a->service, b->service) > 0;
}

// A heap with the worst on top.
struct heap {
    const struct search_index *index;
    struct candidate *items;
    uint32_t n;
};

static void sink(const struct heap *heap, uint32_t at)
{
    struct candidate moved = heap->items[at];
    for (uint32_t child; (child = 2 * at + 1) < heap->n; at = child) {
        if (child + 1 < heap->n &&
            is_worse(heap->index, &heap->items[child + 1], &heap->items[child]))
            child++;
        if (!is_worse(heap->index, &heap->items[child], &moved))
            break;
        heap->items[at] = heap->items[child];
    }
    heap->items[at] = moved;
}

static void offer(struct heap *heap, uint32_t limit, const struct candidate *candidate)
{
    if (heap->n < limit) {
        heap->items[heap->n++] = *candidate;
        for (uint32_t at = heap->n / 2; heap->n == limit && at-- > 0;)
            sink(heap, at);
    } else if (is_worse(heap->index, &heap->items[0], candidate)) {
        heap->items[0] = *candidate;
        sink(heap, 0);
    }
}

// Takes the worst away, time and again: what is left in their places is in order.
static void sort(struct heap *heap)
{
    for (uint32_t at = heap->n / 2; at-- > 0;)
        sink(heap, at);
    for (uint32_t n = heap->n; n > 1; n--) {
        struct candidate worst = heap->items[0];
        heap->items[0] = heap->items[n - 1];
        heap->items[n - 1] = worst;
        heap->n = n - 1;
        sink(heap, 0);
    }
}

// As a whole, or word by word.
static struct found found_of(const struct score *score)
{
    struct found all = score->all, whole = score->whole;
    if (all.rank == RANK_MISSED || (whole.rank != RANK_MISSED && whole.rank <= all.rank))
        return whole;
    return all;
}

static struct search_hit hit_of(const struct state *state,
                                const struct candidate *candidate)
{
    const struct search_index *index = &state->rows.search;
    int field = (int)(candidate->found.rank & 0xFF);
    return (struct search_hit){
        .service = state_service_record(state, candidate->service),
        .found_by = (enum found_by)(candidate->found.rank >> 16),
        .synonym =
            field >= SEARCH_SYNONYM && field < SEARCH_CODE ? field - SEARCH_SYNONYM : -1,
        .mapping =
            field == SEARCH_MAPPING ? index->codes[candidate->found.code]->mapping : NULL,
    };
}

static void choose(const struct search *search, const struct state *state, uint32_t limit,
                   struct arena *arena, struct search_result *result)
{
    struct heap heap = {search->index, NULL, 0};
    *result = (struct search_result){0};
    heap.items = arena_alloc(arena, limit * sizeof *heap.items);
    for (uint32_t i = 0; i < search->n_services; i++) {
        uint32_t service = search->services[i];
        struct found found = found_of(&search->scores[service]);
        offer(&heap, limit, &(struct candidate){service, found});
    }
    result->n_found = search->n_services;
    result->n = heap.n;
    sort(&heap);
    result->hits = arena_alloc(arena, result->n * sizeof *result->hits);
    for (uint32_t i = 0; i < result->n; i++)
        result->hits[i] = hit_of(state, &heap.items[i]);
}

// --- the search ---

static int read_words(struct search *search, struct slice text, struct refusal *refusal)
{
    struct search_letters word;
    while (search_word_read(&text, &word)) {
        if (search->n_words == SEARCH_WORDS_MAX)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY, "text",
                          "text has more than %d words", SEARCH_WORDS_MAX);
        search->words[search->n_words++] = word;
    }
    if (search->n_words == 0)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, "text",
                      "text has no letter and no digit");
    return STATUS_OK;
}

int search_find(const struct state *state, struct slice text, uint32_t limit,
                struct arena *arena, struct search_result *result,
                struct refusal *refusal)
{
    struct search search = {.index = &state->rows.search};
    CHECK(limit >= 1 && limit <= SEARCH_LIMIT_MAX);
    int status = read_words(&search, text, refusal);
    if (status != STATUS_OK)
        return status;
    uint32_t n = search.index->n_services;
    search.scores = arena_alloc(arena, n * sizeof *search.scores);
    search.services = arena_alloc(arena, n * sizeof *search.services);
    memset(search.scores, 0, n * sizeof *search.scores);
    score_text(&search, text);
    choose(&search, state, limit, arena, result);
    return STATUS_OK;
}
