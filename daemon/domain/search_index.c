// SPDX-License-Identifier: Apache-2.0
#include "domain/search_index.h"

#include <stdlib.h>

#include "base/check.h"

#define PLACE_MAX 255

uint32_t search_letter_set(struct slice letters)
{
    uint32_t set = 0;
    for (size_t i = 0; i < letters.len; i++) {
        char letter = search_fold(letters.data[i]);
        bool is_latin = letter >= 'a' && letter <= 'z';
        set |= UINT32_C(1) << (is_latin ? letter - 'a' : 26 + (unsigned char)letter % 6);
    }
    return set;
}

uint64_t search_pair_set(struct slice letters)
{
    uint64_t set = 0;
    for (size_t i = 1; i < letters.len; i++) {
        unsigned first = (unsigned char)search_fold(letters.data[i - 1]);
        unsigned second = (unsigned char)search_fold(letters.data[i]);
        set |= UINT64_C(1) << (first * 29 + second) % 64;
    }
    return set;
}

uint32_t search_start(struct slice letters)
{
    uint32_t start = 0;
    for (size_t i = 0; i < sizeof start; i++) {
        char letter = i < letters.len ? search_fold(letters.data[i]) : '\0';
        start = start << 8 | (unsigned char)letter;
    }
    return start;
}

// --- words ---

static struct search_word *find_word(const struct search_index *index,
                                     struct slice letters)
{
    struct search_word *word;
    HASH_FIND(hh, index->by_letters, letters.data, letters.len, word);
    return word;
}

static void grow_words(struct search_index *index)
{
    if (index->n_words < index->words_capacity)
        return;
    uint32_t before = index->words_capacity;
    index->words_capacity = before ? before * 2 : 256;
    index->words =
        realloc(index->words, index->words_capacity * sizeof(struct search_word *));
    index->keys = realloc(index->keys, index->words_capacity * sizeof *index->keys);
    CHECK(index->words && index->keys);
    index->bytes += (index->words_capacity - before) *
                    (sizeof(struct search_word *) + sizeof *index->keys);
}

static struct search_word *add_word(struct search_index *index, struct slice letters)
{
    struct search_word *word = malloc(sizeof *word + letters.len);
    CHECK(word);
    *word = (struct search_word){.at = index->n_words};
    memcpy(word->letters, letters.data, letters.len);
    grow_words(index);
    index->words[index->n_words] = word;
    index->keys[index->n_words] = (struct search_key){
        .letters = search_letter_set(letters),
        .start = search_start(letters),
        .pairs = search_pair_set(letters),
        .len = (uint8_t)letters.len,
    };
    index->n_words++;
    HASH_ADD_KEYPTR(hh, index->by_letters, word->letters, letters.len, word);
    index->bytes += sizeof *word + letters.len;
    return word;
}

// The last word takes its number.
static void remove_word(struct search_index *index, struct search_word *word)
{
    uint32_t last = --index->n_words;
    index->words[word->at] = index->words[last];
    index->words[word->at]->at = word->at;
    index->keys[word->at] = index->keys[last];
    index->bytes -=
        sizeof *word + word->hh.keylen + word->capacity * sizeof *word->places;
    HASH_DELETE(hh, index->by_letters, word);
    free(word->places);
    free(word);
}

static void add_place(struct search_index *index, struct slice letters,
                      const struct search_place *place)
{
    struct search_word *word = find_word(index, letters);
    if (word == NULL)
        word = add_word(index, letters);
    if (word->n_places == word->capacity) {
        uint32_t before = word->capacity;
        word->capacity = before ? before * 2 : 2;
        word->places = realloc(word->places, word->capacity * sizeof *word->places);
        CHECK(word->places);
        index->bytes += (word->capacity - before) * sizeof *word->places;
    }
    word->places[word->n_places++] = *place;
}

static bool is_same_place(const struct search_place *a, const struct search_place *b)
{
    return a->service == b->service && a->field == b->field && a->position == b->position;
}

static void remove_place(struct search_index *index, struct slice letters,
                         const struct search_place *place)
{
    struct search_word *word = find_word(index, letters);
    CHECK(word);
    uint32_t i = word->n_places;
    do
        CHECK(i > 0);
    while (!is_same_place(&word->places[--i], place));
    word->places[i] = word->places[--word->n_places];
    if (word->n_places == 0)
        remove_word(index, word);
}

// --- texts ---

typedef void (*change_place)(struct search_index *index, struct slice letters,
                             const struct search_place *place);

static uint8_t at_most_255(unsigned n)
{
    return (uint8_t)(n < PLACE_MAX ? n : PLACE_MAX);
}

static void change_text(struct search_index *index, uint32_t service, unsigned field,
                        struct slice text, change_place change)
{
    struct search_letters word;
    unsigned n_words = 0;
    for (struct slice rest = text; search_word_read(&rest, &word);)
        n_words++;
    for (unsigned i = 0; search_word_read(&text, &word); i++)
        change(index, search_letters_slice(&word),
               &(struct search_place){.service = service,
                                      .field = (uint8_t)field,
                                      .position = at_most_255(i),
                                      .n_words = at_most_255(n_words)});
}

static void change_texts(struct search_index *index, uint32_t handle,
                         const struct service *service, change_place change)
{
    change_text(index, handle, SEARCH_NAME_SV, service->name_sv, change);
    change_text(index, handle, SEARCH_NAME_EN, service->name_en, change);
    change_text(index, handle, SEARCH_AREA, service->area, change);
    for (unsigned i = 0; i < service->synonyms.n; i++)
        change_text(index, handle, SEARCH_SYNONYM + i, service->synonyms.items[i],
                    change);
}

// --- codes ---

uint32_t search_codes_find(const struct search_index *index, struct slice letters)
{
    uint32_t from = 0, to = index->n_codes;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (slice_compare(search_letters_slice(&index->codes[middle]->letters), letters) <
            0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static void add_code(struct search_index *index, uint32_t service, struct slice text,
                     const struct record *mapping)
{
    struct search_code *code = malloc(sizeof *code);
    CHECK(code && search_code_read(text, &code->letters));
    code->service = service;
    code->mapping = mapping;
    if (index->n_codes == index->codes_capacity) {
        index->codes_capacity = index->codes_capacity ? index->codes_capacity * 2 : 256;
        index->codes =
            realloc(index->codes, index->codes_capacity * sizeof(struct search_code *));
        CHECK(index->codes);
    }
    uint32_t at = search_codes_find(index, search_letters_slice(&code->letters));
    struct search_code **place = &index->codes[at];
    memmove(place + 1, place, (index->n_codes - at) * sizeof(struct search_code *));
    *place = code;
    index->n_codes++;
    index->bytes += sizeof *code + sizeof(struct search_code *);
}

static void remove_code(struct search_index *index, uint32_t service, struct slice text,
                        const struct record *mapping)
{
    struct search_letters letters;
    CHECK(search_code_read(text, &letters));
    uint32_t at = search_codes_find(index, search_letters_slice(&letters));
    while (at < index->n_codes &&
           (index->codes[at]->service != service || index->codes[at]->mapping != mapping))
        at++;
    CHECK(at < index->n_codes);
    struct search_code **place = &index->codes[at];
    free(*place);
    index->n_codes--;
    memmove(place, place + 1, (index->n_codes - at) * sizeof(struct search_code *));
    index->bytes -= sizeof **place + sizeof(struct search_code *);
}

// --- services ---

static size_t service_size(const struct search_service *service)
{
    return sizeof *service + service->code_len + service->name_len;
}

static size_t name_size(struct slice name)
{
    struct search_letters word;
    size_t size = 0;
    while (search_word_read(&name, &word))
        size += word.len + 1u;
    return size;
}

static struct search_service *new_service(const struct service *service)
{
    struct search_letters word;
    size_t name_len = name_size(service->name_sv);
    struct search_service *made = malloc(sizeof *made + service->code.len + name_len);
    CHECK(made);
    made->code_len = (uint8_t)service->code.len;
    made->name_len = (uint16_t)name_len;
    memcpy(made->bytes, service->code.data, service->code.len);
    char *at = made->bytes + service->code.len;
    for (struct slice name = service->name_sv; search_word_read(&name, &word);) {
        memcpy(at, word.bytes, word.len);
        at += word.len;
        *at++ = ' ';
    }
    return made;
}

static void grow_services(struct search_index *index, uint32_t handle)
{
    uint32_t n = index->n_services ? index->n_services : 64;
    while (n <= handle)
        n *= 2;
    if (n == index->n_services)
        return;
    index->services = realloc(index->services, n * sizeof(struct search_service *));
    CHECK(index->services);
    for (uint32_t i = index->n_services; i < n; i++)
        index->services[i] = NULL;
    index->bytes += (n - index->n_services) * sizeof(struct search_service *);
    index->n_services = n;
}

void search_service_add(struct search_index *index, uint32_t handle,
                        const struct service *service)
{
    grow_services(index, handle);
    CHECK(index->services[handle] == NULL);
    index->services[handle] = new_service(service);
    index->bytes += service_size(index->services[handle]);
    change_texts(index, handle, service, add_place);
    add_code(index, handle, service->code, NULL);
}

void search_service_remove(struct search_index *index, uint32_t handle,
                           const struct service *service)
{
    CHECK(handle < index->n_services && index->services[handle]);
    index->bytes -= service_size(index->services[handle]);
    free(index->services[handle]);
    index->services[handle] = NULL;
    change_texts(index, handle, service, remove_place);
    remove_code(index, handle, service->code, NULL);
}

void search_mapping_add(struct search_index *index, uint32_t service, struct slice code,
                        const struct record *mapping)
{
    add_code(index, service, code, mapping);
}

void search_mapping_remove(struct search_index *index, uint32_t service,
                           struct slice code, const struct record *mapping)
{
    remove_code(index, service, code, mapping);
}

void search_index_close(struct search_index *index)
{
    HASH_CLEAR(hh, index->by_letters);
    for (uint32_t i = 0; i < index->n_words; i++) {
        free(index->words[i]->places);
        free(index->words[i]);
    }
    for (uint32_t i = 0; i < index->n_services; i++)
        free(index->services[i]);
    for (uint32_t i = 0; i < index->n_codes; i++)
        free(index->codes[i]);
    free(index->codes);
    free(index->words);
    free(index->keys);
    free(index->services);
    *index = (struct search_index){0};
}
