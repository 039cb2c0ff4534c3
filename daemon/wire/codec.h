// SPDX-License-Identifier: Apache-2.0
//
// Messages <-> structs, driven by the shapes of domain/. Built on nanopb's streams; the field
// numbers and types of every shape are held against nanopb's generated descriptors by a test.
//
// Two forms: PUBLIC is vardsok.v1 (dates as text, region sets as lists), LOG is vardsok.log.v1
// (dates as days, sets as masks). The encoder is canonical: ascending numbers, absent fields left
// out, minimal varints; equal structs give equal bytes. Field types: domain/shape.h's table.
#ifndef WIRE_CODEC_H
#define WIRE_CODEC_H

#include "base/buffer.h"
#include "domain/shape.h"

enum wire_form { WIRE_PUBLIC = 1, WIRE_LOG = 2 };

#define WIRE_MAX_UNKNOWN_FIELDS 64 // unknown fields skipped in one message, then refused
#define WIRE_MAX_DEPTH 4           // nested messages of any schema of ours

// Clears message and reads bytes into it; texts borrow from bytes. FIELD_LIST needs an arena
// (NULL: such a field is refused). A repeated occurrence of a single field: the last one wins.
// LOG form also enforces the numeric bounds and text lengths, so that what it accepts fits memory.
// Errors: STATUS_INVALID_ARGUMENT with REASON_BAD_MESSAGE, NOT_UTF8, TOO_MANY, TOO_LONG,
// OUT_OF_RANGE or UNKNOWN_ENUM and the field's name.
int wire_decode(const struct shape *shape, enum wire_form form, struct slice bytes, void *message,
                struct arena *arena, struct refusal *refusal);

// Appends the message's encoding.
void wire_encode(const struct shape *shape, enum wire_form form, const void *message,
                 struct buffer *out);

// Appends the encoding of the key fields alone: the prefix of the entity's record.
void wire_encode_key(enum wire_form form, const struct shape *shape, const void *message,
                     struct buffer *out);

#endif
