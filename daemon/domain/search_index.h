// SPDX-License-Identifier: Apache-2.0
//
// What a search looks in: each word of the services' texts once, with where it stands.
// Kept in step with what is stored by rows.c; knows services by the handles of their rows.
//
// What comes out depends on what is in it, not on the order in which that came.
#ifndef DOMAIN_SEARCH_INDEX_H
#define DOMAIN_SEARCH_INDEX_H

#include "domain/entity.h"
#include "domain/hash.h"
#include "domain/search_words.h"

struct record;

// The texts of a service, then its codes.
enum search_field {
    SEARCH_NAME_SV,
    SEARCH_NAME_EN,
    SEARCH_AREA,
    SEARCH_SYNONYM, // the first of TEXT_LIST_MAX
    SEARCH_CODE = SEARCH_SYNONYM + TEXT_LIST_MAX,
    SEARCH_MAPPING, // a code of another system
};

// One place of a word. Numbers above 255 are 255: no search has so many words.
struct search_place {
    uint32_t service;
    uint8_t field;    // enum search_field, a text
    uint8_t position; // of the word among the text's
    uint8_t n_words;  // of the text
};

// What is asked first of a word, lying side by side. All of folded letters.
struct search_key {
    uint32_t letters; // search_letter_set
    uint32_t start;   // search_start
    uint64_t pairs;   // search_pair_set
    uint8_t len;
};

struct search_word {
    uint32_t at; // in the index
    uint32_t n_places, capacity;
    struct search_place *places;
    UT_hash_handle hh; // by letters
    char letters[];
};

// A code that leads to a service: its own, or a mapping's.
struct search_code {
    const struct record *mapping; // NULL: its own
    uint32_t service;
    struct search_letters letters;
};

// A service's place in the alphabet.
struct search_service {
    uint8_t code_len;
    uint16_t name_len;
    char bytes[]; // the code, then the name's words, each with a space after it
};

struct search_index {
    struct search_key *keys; // of each of words
    struct search_word **words;
    uint32_t n_words, words_capacity;
    struct search_word *by_letters;
    struct search_code **codes; // by letters, bytewise
    uint32_t n_codes, codes_capacity;
    struct search_service **services; // by handle, NULL where there is none
    uint32_t n_services;              // handles
    uint64_t bytes;
};

// Zero-initialise.
void search_index_close(struct search_index *index);

void search_service_add(struct search_index *index, uint32_t handle,
                        const struct service *service);
void search_service_remove(struct search_index *index, uint32_t handle,
                           const struct service *service);
// code is the mapping's, service what it leads to.
void search_mapping_add(struct search_index *index, uint32_t service, struct slice code,
                        const struct record *mapping);
void search_mapping_remove(struct search_index *index, uint32_t service,
                           struct slice code, const struct record *mapping);

// The first code whose letters are not before these.
uint32_t search_codes_find(const struct search_index *index, struct slice letters);

// Which letters a word has, folded: a bit each for a-z and some for the rest. One typing
// error takes at most one bit away and brings at most one.
uint32_t search_letter_set(struct slice letters);
// Which pairs of neighbours it has, in as many bits as there are: one typing error takes
// at most SEARCH_PAIRS_AN_ERROR away and brings at most so many.
#define SEARCH_PAIRS_AN_ERROR 3
uint64_t search_pair_set(struct slice letters);
// The first four letters, folded, the first of them highest; 0 where there is none.
uint32_t search_start(struct slice letters);

#endif
