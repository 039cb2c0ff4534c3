// SPDX-License-Identifier: Apache-2.0
#include "domain/nearest.h"

#include <stdio.h>

void nearest_init(struct nearest *nearest, struct slice wanted)
{
    *nearest = (struct nearest){.wanted = wanted};
    if (nearest->wanted.len > NEAREST_TEXT_MAX)
        nearest->wanted.len = NEAREST_TEXT_MAX;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned edit_distance(struct slice a, struct slice b)
{
    unsigned row[NEAREST_TEXT_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            unsigned above = row[j];
            unsigned change = diagonal + (fold(a.data[i - 1]) != fold(b.data[j - 1]));
            row[j] = least(change, least(above, row[j - 1]) + 1);
            diagonal = above;
        }
    }
    return row[b.len];
}

void nearest_offer(struct nearest *nearest, struct slice text)
{
    if (text.len > NEAREST_TEXT_MAX)
        return;
    unsigned distance = edit_distance(nearest->wanted, text);
    unsigned at = nearest->n;
    while (at > 0 && (nearest->distances[at - 1] > distance ||
                      (nearest->distances[at - 1] == distance &&
                       slice_compare(nearest->texts[at - 1], text) > 0)))
        at--;
    if (at > 0 && slice_equal(nearest->texts[at - 1], text))
        return;
    if (at == NEAREST_MAX)
        return;
    if (nearest->n < NEAREST_MAX)
        nearest->n++;
    for (unsigned i = nearest->n - 1; i > at; i--) {
        nearest->texts[i] = nearest->texts[i - 1];
        nearest->distances[i] = nearest->distances[i - 1];
    }
    nearest->texts[at] = text;
    nearest->distances[at] = distance;
}

void nearest_format(const struct nearest *nearest, char *out, size_t size)
{
    size_t at = 0;
    if (nearest->n == 0)
        snprintf(out, size, "none");
    for (unsigned i = 0; i < nearest->n && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%.*s", i ? ", " : "",
                               (int)nearest->texts[i].len, nearest->texts[i].data);
}
