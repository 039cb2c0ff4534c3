// SPDX-License-Identifier: Apache-2.0
//
// One cell and the field it stands for. Private to csv/.
#ifndef CSV_CELL_H
#define CSV_CELL_H

#include "base/buffer.h"
#include "domain/shape.h"

// Reads a cell that is not empty into its field of message; texts borrow from the cell.
// Only the form is looked at: field_check decides about the value. Errors:
// STATUS_INVALID_ARGUMENT; the refusal names no field, and the field is then not defined.
int cell_decode(const struct field *field, struct slice cell, void *message,
                struct refusal *refusal);

// Appends the field's cell, unquoted; nothing when it is absent.
void cell_encode(const struct field *field, const void *message, struct buffer *out);

#endif
