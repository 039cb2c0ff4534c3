// SPDX-License-Identifier: Apache-2.0
//
// The reader: a message's fields one at a time, as they come. For messages that are
// walked rather than decoded into a struct (lists of changes, queries, rows), and below
// wire_decode itself.
//
// Strict where protobuf is lenient: groups, field number 0, varints over 10 bytes or 64
// bits and lengths beyond the end are refused. Nothing is copied, nothing recurses.
#ifndef WIRE_READER_H
#define WIRE_READER_H

#include <stdint.h>

#include "base/slice.h"

#define WIRE_MAX_UNKNOWN_FIELDS 64 // fields without effect in one message, then refused

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

// Start with (struct wire_reader){.rest = message}.
struct wire_reader {
    struct slice rest;  // what is still to be read
    bool canonical;     // also refuse varints that are longer than they need to be
    unsigned n_skipped; // fields passed over with wire_read_skip
};

struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t value;     // of a varint
    struct slice bytes; // of WIRE_BYTES, borrowed; never absent
};

// 1: field is the next one; 0: the message has ended; STATUS_INVALID_ARGUMENT: it is no
// message.
int wire_read_field(struct wire_reader *reader, struct wire_field *field);

// Passes over a field that is unknown here, or that a later one has replaced.
// STATUS_INVALID_ARGUMENT when there are more of them than WIRE_MAX_UNKNOWN_FIELDS.
int wire_read_skip(struct wire_reader *reader);

// One varint off the front of bytes, for packed fields. STATUS_INVALID_ARGUMENT.
int wire_read_varint(struct wire_reader *reader, uint64_t *value);

#endif
