// SPDX-License-Identifier: Apache-2.0
#include "domain/search_region.h"

#include "base/check.h"
#include "base/status.h"
#include "domain/identity.h"
#include "domain/nearest.h"
#include "domain/region.h"
#include "domain/search_words.h"
#include "domain/state_private.h"

#define PLACE_MAX 128   // letters of a name that count
#define BEGINNING_MIN 3 // letters of one that is not whole

// A name's words, each with a space after it, without those that say nothing.
struct place_name {
    size_t len;
    char letters[PLACE_MAX + SEARCH_WORD_MAX + 1];
};

// How well a name fits, the best first.
enum fit { FIT_SAME, FIT_FOLDED, FIT_BEGINS, FIT_NOT };

static bool says_nothing(struct slice word)
{
    static const char *const words[] = {"region", "l|n", "lan", "kommun"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal(word, slice_from(words[i])))
            return true;
    return false;
}

static void read_name(struct slice text, struct place_name *name)
{
    struct search_letters word;
    name->len = 0;
    while (name->len < PLACE_MAX && search_word_read(&text, &word)) {
        if (says_nothing(search_letters_slice(&word)))
            continue;
        memcpy(name->letters + name->len, word.bytes, word.len);
        name->len += word.len;
        name->letters[name->len++] = ' ';
    }
}

static enum fit fit_of(const struct place_name *wanted, const struct place_name *name)
{
    if (wanted->len == name->len &&
        memcmp(wanted->letters, name->letters, name->len) == 0)
        return FIT_SAME;
    if (wanted->len > name->len)
        return FIT_NOT;
    for (size_t i = 0; i + 1 < wanted->len; i++)
        if (search_fold(wanted->letters[i]) != search_fold(name->letters[i]))
            return FIT_NOT;
    if (wanted->len == name->len)
        return FIT_FOLDED;
    return wanted->len > BEGINNING_MIN ? FIT_BEGINS : FIT_NOT;
}

// --- the names that are stored ---

struct names_search {
    const struct state *state;
    struct place_name wanted;
    enum fit fit; // the best so far
    struct nearest nearest, fitting;
    unsigned n[2];                 // that fit so, of regions and of municipalities
    const struct record *first[2]; // of them
};

// Regions and municipalities lie as their canonical bytes: nothing to release.
static struct slice decode(const struct state *state, const struct record *record,
                           union entity *entity)
{
    struct record_view view = {0};
    record_view_set(&view, record);
    CHECK(view.scratch.data == NULL);
    state->decode(&view, entity);
    return record_view_key(&view);
}

static struct slice without(struct slice name, const char *start)
{
    size_t len = strlen(start);
    return name.len > len && memcmp(name.data, start, len) == 0
               ? (struct slice){name.data + len, name.len - len}
               : name;
}

static void look_at(struct names_search *search, unsigned which,
                    const struct record *record, struct slice text)
{
    struct place_name name;
    struct slice shown = without(text, "Region ");
    read_name(text, &name);
    enum fit fit = fit_of(&search->wanted, &name);
    nearest_offer(&search->nearest, shown);
    if (fit < search->fit) {
        nearest_init(&search->fitting, search->nearest.wanted);
        search->fit = fit;
        search->n[0] = search->n[1] = 0;
    }
    if (fit == FIT_NOT || fit != search->fit)
        return;
    nearest_offer(&search->fitting, shown);
    if (search->n[which]++ == 0)
        search->first[which] = record;
}

static void look_at_all(struct names_search *search)
{
    const struct record *record;
    union entity entity;
    struct slice after = SLICE_ABSENT;
    while ((record = state_next(search->state, KIND_REGION, after)) != NULL) {
        after = decode(search->state, record, &entity);
        look_at(search, 0, record, entity.region.name);
    }
    after = SLICE_ABSENT;
    while ((record = state_next(search->state, KIND_MUNICIPALITY, after)) != NULL) {
        after = decode(search->state, record, &entity);
        look_at(search, 1, record, entity.municipality.name);
    }
}

// --- what was found ---

static const struct record *find_region(const struct state *state, int64_t code)
{
    char key[RECORD_TEXT_KEY_MAX];
    char digits[] = {(char)('0' + code / 10), (char)('0' + code % 10)};
    return state_find(state, KIND_REGION,
                      record_text_key(key, (struct slice){digits, sizeof digits}));
}

static struct search_region of_region(const struct state *state, int64_t code)
{
    return (struct search_region){code, find_region(state, code), NULL};
}

static struct search_region of_row(const struct state *state, bool is_region,
                                   const struct record *record)
{
    union entity entity;
    decode(state, record, &entity);
    if (is_region)
        return (struct search_region){entity.region.code, record, NULL};
    struct search_region found = of_region(state, entity.municipality.region);
    found.municipality = record;
    return found;
}

// What was asked for, in messages that reach logs: never a personal number.
static int refuse_place(struct slice place, const struct nearest *nearest,
                        const char *what, const char *before, struct refusal *refusal)
{
    char known[NEAREST_MAX * (NEAREST_TEXT_MAX + 2)];
    struct slice shown = identity_is_in(place) ? slice_from("***") : place;
    nearest_format(nearest, known, sizeof known);
    return refuse(refusal, STATUS_NOT_FOUND, REASON_NOT_STORED, "place", "%s %.*s%s%s",
                  what,
                  (int)(shown.len < NEAREST_TEXT_MAX ? shown.len : NEAREST_TEXT_MAX),
                  shown.data, before, known);
}

static int find_name(const struct state *state, struct slice place,
                     struct search_region *found, struct refusal *refusal)
{
    struct names_search search = {.state = state, .fit = FIT_NOT};
    struct search_letters word;
    struct slice rest = place;
    if (!search_word_read(&rest, &word))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, "place",
                      "place has no letter and no digit");
    read_name(place, &search.wanted);
    nearest_init(&search.nearest, place);
    look_at_all(&search);
    bool is_region = search.n[0] == 1 && (search.fit != FIT_BEGINS || search.n[1] == 0);
    if (search.fit == FIT_NOT || search.wanted.len == 0)
        return refuse_place(place, &search.nearest,
                            "no region or municipality is stored as",
                            "; nearest: ", refusal);
    if (!is_region && search.n[0] + search.n[1] > 1)
        return refuse_place(place, &search.fitting, "several begin with", ": ", refusal);
    *found = of_row(state, is_region, search.first[is_region ? 0 : 1]);
    return STATUS_OK;
}

static int find_municipality(const struct state *state, struct slice code,
                             struct search_region *found, struct refusal *refusal)
{
    char bytes[RECORD_TEXT_KEY_MAX];
    struct nearest nearest;
    union entity entity;
    const struct record *record =
        state_find(state, KIND_MUNICIPALITY, record_text_key(bytes, code));
    if (record != NULL) {
        *found = of_row(state, false, record);
        return STATUS_OK;
    }
    nearest_init(&nearest, code);
    struct slice after = SLICE_ABSENT;
    while ((record = state_next(state, KIND_MUNICIPALITY, after)) != NULL) {
        after = decode(state, record, &entity);
        nearest_offer(&nearest, entity.municipality.code);
    }
    return refuse_place(code, &nearest, "no municipality is stored as",
                        "; nearest: ", refusal);
}

static bool are_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

int search_region_find(const struct state *state, struct slice place,
                       struct search_region *found, struct refusal *refusal)
{
    int64_t code;
    if (!are_digits(place) || (place.len != 2 && place.len != 4))
        return find_name(state, place, found, refusal);
    if (place.len == 4)
        return find_municipality(state, place, found, refusal);
    int status = region_parse(place, &code, refusal);
    if (status != STATUS_OK)
        return refusal_set_field(refusal, "place");
    *found = of_region(state, code);
    return STATUS_OK;
}
