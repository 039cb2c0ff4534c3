// SPDX-License-Identifier: Apache-2.0
//
// The search of services in plain loops: every word of the text against every word of
// every service, the distance in a full matrix, then everything sorted. Written from
// domain/search.h's comment and the schema, not from its code; letters are code points.
#ifndef TESTS_LIB_NAIVE_SEARCH_H
#define TESTS_LIB_NAIVE_SEARCH_H

#include "domain/search.h"

struct naive_directory {
    const struct service *services;
    size_t n_services;
    const struct mapping *mappings;
    size_t n_mappings;
};

struct naive_hit {
    const struct service *service;
    const struct mapping *mapping; // that led to it, or NULL
    enum found_by found_by;
    int synonym;     // or -1
    unsigned degree; // how well within found_by, 0 best
};

// All hits in order, as many as there are services at most. Returns how many.
size_t naive_search(const struct naive_directory *directory, struct slice text,
                    struct naive_hit *hits);

#endif
