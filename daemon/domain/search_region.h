// SPDX-License-Identifier: Apache-2.0
//
// From what a person calls a region or a municipality to which one it is: by code, or by
// name with the letters of search_words.h, where "region", "län" and "kommun" say
// nothing.
#ifndef DOMAIN_SEARCH_REGION_H
#define DOMAIN_SEARCH_REGION_H

#include "domain/state.h"

struct search_region {
    int64_t region;                    // code; the municipality's when it is one
    const struct record *region_row;   // NULL when it is not stored
    const struct record *municipality; // NULL when a region was named
};

// place: a code of two or four digits, or a name. Of names the first that fits: the whole
// name, the whole name with å ä ö folded, then, folded too, the beginning of one alone;
// a region before a municipality. Errors: STATUS_INVALID_ARGUMENT (REASON_RETIRED_REGION,
// or REASON_BAD_FORMAT without a letter or digit); STATUS_NOT_FOUND with
// REASON_NOT_STORED, the message naming the nearest known. The field is "place".
int search_region_find(const struct state *state, struct slice place,
                       struct search_region *found, struct refusal *refusal);

#endif
