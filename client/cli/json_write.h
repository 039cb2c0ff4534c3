// SPDX-License-Identifier: Apache-2.0
//
// Writing of JSON as the user's guide shows it, driven by the shapes: one line per
// document, absent fields left out, decimals exact. A writer of our own because a library
// keeps neither the order of keys nor 81250.0 apart from 81250.
#ifndef CLI_JSON_WRITE_H
#define CLI_JSON_WRITE_H

#include "base/buffer.h"
#include "domain/question.h"
#include "lib/vardsok.h"

void json_write_text(struct buffer *out, const char *text); // as it is, no quotes
void json_write_string(struct buffer *out, struct slice text);
void json_write_int(struct buffer *out, int64_t value);
// value / 10^decimals with at least one decimal and no zeros after that:
// 81250.0, 57.707212.
void json_write_decimal(struct buffer *out, int64_t value, unsigned decimals);

// "name": for an object that began at mark (where out stood just after its '{').
void json_write_key(struct buffer *out, size_t mark, const char *name);
// The field's key and value. Nothing when it is absent, unless it is a list with
// FIELD_ALWAYS.
void json_write_field(struct buffer *out, size_t mark, const struct field *field,
                      const void *message);
// All fields of a message in the order of its shape, without braces.
void json_write_fields(struct buffer *out, size_t mark, const struct shape *shape,
                       const void *message);
// The whole object.
void json_write_message(struct buffer *out, const struct shape *shape,
                        const void *message);

// An answer; and what a refused query is answered. No newline.
void json_write_answer(struct buffer *out, const struct answer *answer);
void json_write_error(struct buffer *out, const struct vardsok_error *error);

#endif
