// SPDX-License-Identifier: Apache-2.0
//
// What the user wrote by mistake is not shown again: a personal identity number among the
// arguments, in the name of a file or in a query would else stand in a message, and from
// there in a log.
#ifndef CLI_MASK_H
#define CLI_MASK_H

#include <stddef.h>
#include <stdio.h>

// Writes '*', in place, over the digits (and letters outside ASCII) of each word that
// holds a personal identity or coordination number (domain/identity.h); of the whole text
// when the number has spaces in it. Other texts stay as they are.
void mask_identity(char *text, size_t len);

// fputs of the masked text.
void mask_print(FILE *out, const char *text);

#endif
