// SPDX-License-Identifier: Apache-2.0
//
// Every shape that wire reads and writes, with nanopb's descriptor of the message it is.
#ifndef TESTS_UNIT_WIRE_SHAPES_H
#define TESTS_UNIT_WIRE_SHAPES_H

#include <pb.h>

#include "domain/shape.h"

struct known_shape {
    const struct shape *shape;
    const pb_msgdesc_t *in_public; // of vardsok.v1
    const pb_msgdesc_t *in_log;    // of vardsok.log.v1; NULL when it is never stored
};

// Ends with shape NULL. The first KIND_PUT_COUNT - 1 are the entities in the order of their
// kinds.
extern const struct known_shape *known_shapes;
void known_shapes_init(void);

// Room for a message of any shape.
#define MESSAGE_MAX 4096
union any_message {
    max_align_t align;
    char bytes[MESSAGE_MAX];
};

#endif
