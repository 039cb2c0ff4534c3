// SPDX-License-Identifier: Apache-2.0
//
// The guard against personal identities: finds a Swedish personal identity number
// (personnummer, folkbokföringslagen 18 §) or coordination number (samordningsnummer: the
// day plus 60) in free text.
//
// Found are ten or twelve digits whose date is real and whose check digit is right, with
// '-' or
// '+' before the last four or not, with any spaces between digits, in full-width or other
// decimal digits; and a date written 1981-12-18 with '-' and four digits after it. Digits
// that stand inside a longer run of digits are not a number. Letters and other signs end
// a run.
//
// Never keeps or gives back the digits.
#ifndef DOMAIN_IDENTITY_H
#define DOMAIN_IDENTITY_H

#include <stdbool.h>

#include "domain/shape.h"

bool identity_is_in(struct slice text);

// The same over texts that stand beside each other, so that a number cut in two is found.
// Finds only numbers that lie in more than one of the names, texts and list items of
// message, nested messages included, in the order of the table. Returns the field where
// the number ends, or NULL.
const struct field *identity_split_field(const struct shape *shape, const void *message);

#endif
