// SPDX-License-Identifier: Apache-2.0
//
// Messages <-> structs, driven by the shapes of domain/. Built on nanopb's streams; the
// field numbers and types of every shape are held against nanopb's generated descriptors
// by a test. Why not nanopb's generated structs: schema/nanopb.options.
//
// Two forms: PUBLIC is vardsok.v1 (dates as text, region sets as lists), LOG is
// vardsok.log.v1 (dates as days, sets as masks). The encoder is canonical: ascending
// numbers, absent fields left out, minimal varints; equal structs give equal bytes. Field
// types: domain/shape.h's table.
//
// PUBLIC reads what any client may write: any order, unknown fields passed over, the last
// of several occurrences of a single field (they are replaced, not merged). LOG reads
// canonical bytes only: anything else is refused, unknown fields too.
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "base/buffer.h"
#include "domain/shape.h"
#include "wire/reader.h"

enum wire_form { WIRE_PUBLIC = 1, WIRE_LOG = 2 };

#define WIRE_MAX_DEPTH 4         // nested messages of any schema of ours
#define WIRE_MAX_LIST_ITEMS 1000 // items of one FIELD_LIST

// Clears message and reads bytes into it; texts borrow from bytes. FIELD_LIST needs an
// arena (NULL: such a field is refused). In PUBLIC form bounds and lengths are left to
// shape_check, and an enum's 0 is absent; LOG form enforces them, so that what it accepts
// fits memory. Errors: STATUS_INVALID_ARGUMENT with REASON_BAD_MESSAGE, NOT_UTF8,
// TOO_MANY, TOO_LONG, OUT_OF_RANGE, UNKNOWN_ENUM, BAD_FORMAT (a date, a region) or
// RETIRED_REGION, and the field's name
// ("contact.phone").
int wire_decode(const struct shape *shape, enum wire_form form, struct slice bytes,
                void *message, struct arena *arena, struct refusal *refusal);

// Appends the message's encoding.
void wire_encode(const struct shape *shape, enum wire_form form, const void *message,
                 struct buffer *out);

// Appends the encoding of the key fields alone: the prefix of the entity's record.
void wire_encode_key(enum wire_form form, const struct shape *shape, const void *message,
                     struct buffer *out);

#endif
