// SPDX-License-Identifier: Apache-2.0
#include "cli/mask.h"

#include <string.h>

#include "base/buffer.h"
#include "domain/identity.h"

static bool holds_identity(const char *text, size_t len)
{
    return identity_is_in((struct slice){text, len});
}

static void mask(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] >= '0' && text[i] <= '9') || (unsigned char)text[i] >= 0x80)
            text[i] = '*'; // a byte over 0x7f may be of another script's digit
}

void mask_identity(char *text, size_t len)
{
    if (!holds_identity(text, len))
        return;
    for (size_t start = 0; start < len;) {
        const char *space = memchr(text + start, ' ', len - start);
        size_t end = space ? (size_t)(space - text) : len;
        if (holds_identity(text + start, end - start))
            mask(text + start, end - start);
        start = end + 1;
    }
    if (holds_identity(text, len)) // one with spaces in it
        mask(text, len);
}

void mask_print(FILE *out, const char *text)
{
    struct buffer copy = {0};
    if (*text == '\0')
        return;
    buffer_append(&copy, text, strlen(text));
    mask_identity(copy.data, copy.len);
    fwrite(copy.data, 1, copy.len, out);
    buffer_free(&copy);
}
