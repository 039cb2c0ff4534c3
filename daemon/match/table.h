// SPDX-License-Identifier: Apache-2.0
//
// Growing an array by a quarter; small enough to keep memory per line down.
#ifndef MATCH_TABLE_H
#define MATCH_TABLE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

// Room for at least n items of size bytes; new items are zeroed. Aborts when memory is
// out.
static inline void *table_reserve(void *items, uint32_t *capacity, uint32_t n,
                                  size_t size)
{
    if (n <= *capacity)
        return items;
    uint32_t wanted = *capacity + *capacity / 4 + 4;
    if (wanted < n)
        wanted = n;
    char *grown = realloc(items, wanted * size);
    CHECK(grown);
    memset(grown + *capacity * size, 0, (wanted - *capacity) * size);
    *capacity = wanted;
    return grown;
}

#endif
