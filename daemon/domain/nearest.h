// SPDX-License-Identifier: Apache-2.0
//
// The known texts nearest to one that was not found, for messages that say what was
// meant.
#ifndef DOMAIN_NEAREST_H
#define DOMAIN_NEAREST_H

#include "base/slice.h"

#define NEAREST_MAX 3
#define NEAREST_TEXT_MAX 64

struct nearest {
    struct slice wanted; // cut to NEAREST_TEXT_MAX
    unsigned n;
    struct slice texts[NEAREST_MAX]; // nearest first, equals bytewise; borrowed
    unsigned distances[NEAREST_MAX];
};

void nearest_init(struct nearest *nearest, struct slice wanted);
// Offers a known text. Letters A-Z count as a-z; the distance is Levenshtein's.
void nearest_offer(struct nearest *nearest, struct slice text);
// Writes "A, B, C" with a NUL into out, or "none" when nothing was offered.
void nearest_format(const struct nearest *nearest, char *out, size_t size);

#endif
