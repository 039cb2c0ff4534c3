// SPDX-License-Identifier: Apache-2.0
#include "cli/duration.h"

#include <string.h>

#include "domain/claim.h"

bool duration_parse(const char *text, int64_t *seconds)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > 6 || text[n] == '\0' || text[n + 1] != '\0')
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (text[i] - '0');
    for (unsigned i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t all = value * units[i].seconds;
        if (text[n] == units[i].letter && all >= 1 && all <= CLAIM_HOLD_MAX_S) {
            *seconds = all;
            return true;
        }
    }
    return false;
}
