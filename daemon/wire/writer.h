// SPDX-License-Identifier: Apache-2.0
//
// The small writer: tags, varints and bytes appended to a buffer, for answers whose parts
// are kept encoded and pasted. Also patches the length of a nested message after the
// fact.
#ifndef WIRE_WRITER_H
#define WIRE_WRITER_H

#include <stdint.h>

#include "base/buffer.h"

void wire_write_varint(struct buffer *out, uint64_t value);
void wire_write_uint(struct buffer *out, uint32_t number, uint64_t value); // varint field
void wire_write_bytes(struct buffer *out, uint32_t number,
                      struct slice bytes); // LEN field
// A nested message: start returns a mark, end closes it (the length takes the bytes it
// needs).
size_t wire_write_start(struct buffer *out, uint32_t number);
void wire_write_end(struct buffer *out, size_t mark);

#endif
