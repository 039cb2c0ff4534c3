// SPDX-License-Identifier: Apache-2.0
//
// Grammars of the typed texts. Each says whether a whole text has it; lengths in
// bytes are checked by the caller (field_max_len). Private to domain/, but for
// grammar_is_text, which wire asks of every text it reads.
#ifndef DOMAIN_GRAMMAR_H
#define DOMAIN_GRAMMAR_H

#include <stdbool.h>

#include "base/slice.h"

// Valid UTF-8 without NUL, C0, DEL, C1 and the characters that turn the direction of
// writing (U+061C, U+200E/F, U+202A-E, U+2066-9). Overlong forms and surrogates are not
// valid.
bool grammar_is_text(struct slice text);
bool grammar_is_id(struct slice text);           // [A-Za-z0-9._:+-]{1,64}
bool grammar_is_hsa_id(struct slice text);       // T?SE\d{10}-[A-Za-z0-9]{1,18}
bool grammar_is_org_number(struct slice text);   // ten digits, the last by Luhn
bool grammar_is_municipality(struct slice text); // four digits
// '+' or '0', then 6-14 digits with spaces, '-', '(' and ')' between.
bool grammar_is_phone(struct slice text);
// An address in ASCII: dot-atom before the '@', a host name with at least one dot after
// it.
bool grammar_is_email(struct slice text);
// http:// or https://, a host without user name, an optional port, then no spaces or
// quotes.
bool grammar_is_url(struct slice text);
// A whole number without sign or leading zeros, at most max.
bool grammar_is_whole_number(struct slice text, long max);

// Luhn's check over n digits (values 0-9), the check digit last. Used by organisation
// numbers (Bolagsverket) and personal identity numbers (Skatteverket) alike.
bool grammar_luhn(const unsigned char *digits, unsigned n);

#endif
