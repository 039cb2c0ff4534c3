// SPDX-License-Identifier: Apache-2.0
//
// Entity and StoredEntity: a oneof whose field number is the kind.
#include "base/check.h"
#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

enum { STORED_ENTITY = 1, STORED_REVISION = 2 };

static int malformed(struct refusal *refusal, const char *what)
{
    return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_MESSAGE, NULL,
                  "%s is not a protobuf message of ours", what);
}

void wire_entity_encode(enum kind kind, const union entity *entity, struct buffer *out)
{
    size_t mark = wire_write_start(out, kind);
    wire_encode(entity_shape(kind), WIRE_PUBLIC, entity, out);
    wire_write_end(out, mark);
}

int wire_entity_decode(struct slice bytes, enum kind *kind, union entity *entity,
                       struct refusal *refusal)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    enum kind found = KIND_NONE;
    struct slice chosen = SLICE_ABSENT;
    int status;
    while ((status = wire_read_field(&reader, &field)) > 0) {
        bool known = field.number < KIND_COUNT;
        if (known && field.type != WIRE_BYTES)
            return malformed(refusal, "entity");
        if ((!known || found != KIND_NONE) && wire_read_skip(&reader) != STATUS_OK)
            return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_MANY, NULL,
                          "entity has more than %d unknown or repeated fields",
                          WIRE_MAX_UNKNOWN_FIELDS);
        if (known) {
            found = (enum kind)field.number;
            chosen = field.bytes;
        }
    }
    if (status < 0)
        return malformed(refusal, "entity");
    if (found == KIND_NONE)
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_REQUIRED, "entity",
                      "entity must be of one of the kinds known here");
    status = wire_decode(entity_shape(found), WIRE_PUBLIC, chosen, entity, NULL, refusal);
    if (status == STATUS_OK)
        *kind = found;
    return status;
}

void wire_stored_encode(const struct record_view *record, struct buffer *out)
{
    union entity entity;
    wire_record_decode(record, &entity);
    size_t mark = wire_write_start(out, STORED_ENTITY);
    wire_entity_encode(record->kind, &entity, out);
    wire_write_end(out, mark);
    wire_write_uint(out, STORED_REVISION, record->revision);
}

int wire_stored_decode(struct slice bytes, enum kind *kind, union entity *entity,
                       uint64_t *revision, struct refusal *refusal)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    struct slice chosen = SLICE_ABSENT;
    uint64_t found = 0;
    int status;
    while ((status = wire_read_field(&reader, &field)) > 0) {
        if (field.number == STORED_ENTITY && field.type == WIRE_BYTES)
            chosen = field.bytes;
        else if (field.number == STORED_REVISION && field.type == WIRE_VARINT)
            found = field.value;
        else if (wire_read_skip(&reader) != STATUS_OK)
            return malformed(refusal, "stored entity");
    }
    if (status < 0)
        return malformed(refusal, "stored entity");
    status = wire_entity_decode(chosen, kind, entity, refusal);
    if (status == STATUS_OK)
        *revision = found;
    return status;
}

void wire_record_decode(const struct record_view *record, union entity *entity)
{
    const struct shape *shape = entity_shape(record->kind);
    CHECK(wire_decode(shape, WIRE_LOG, record->bytes, entity, NULL, NULL) == STATUS_OK);
}

void wire_record_encode(enum kind kind, const union entity *entity, struct buffer *out)
{
    wire_encode(entity_shape(kind), WIRE_LOG, entity, out);
}
