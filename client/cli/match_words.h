// SPDX-License-Identifier: Apache-2.0
//
// Parts of an answer in words. All texts are appended to a buffer.
#ifndef CLI_MATCH_WORDS_H
#define CLI_MATCH_WORDS_H

#include "base/buffer.h"
#include "cli/text.h"

// Names that an answer has only as codes.
struct match_names {
    struct slice regions[26]; // by code, short ("Skåne"); absent when not stored
};

// "Region Skåne" -> "Skåne", "Västra Götalandsregionen" -> "Västra Götaland".
struct slice words_short_region(struct slice name);
// The unit's name, or its id when it has none.
struct slice words_unit(const struct unit_summary *unit);
void words_region(struct buffer *out, const struct match_names *names, int64_t code);
void words_date(struct buffer *out, int64_t days);
void words_days(struct buffer *out, enum language language, int64_t days);
// Whole kronor, rounded half up, digits in groups of three: "81 250".
void words_price(struct buffer *out, int64_t ore);
// "ASA ≤ 3, BMI 18.5–35, 18–75 years, women", then the conditions.
void words_terms(struct buffer *out, enum language language, const struct terms *terms);
// The tests of a set, by what to verify, with commas.
void words_verify(struct buffer *out, enum language language, int64_t verify);
// The bound that was crossed, as a clause: "takes ASA up to 2".
void words_bound(struct buffer *out, enum language language,
                 const struct match_names *names, const struct bound *bound);

#endif
