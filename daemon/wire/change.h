// SPDX-License-Identifier: Apache-2.0
//
// Changes: from a client's ApplyRequest to the canonical command that goes into the log,
// and from the command to the struct change that state_apply takes one at a time.
#ifndef WIRE_CHANGE_H
#define WIRE_CHANGE_H

#include "base/buffer.h"
#include "domain/state.h"

// Reads a command (vardsok.log.v1.Command) change by change. Zero memory per change.
struct wire_command_reader {
    struct change_source source; // first: give &reader.source to state_apply
    struct slice rest;
    int status; // negative once the bytes turned out not to be a command
};
void wire_command_reader_init(struct wire_command_reader *reader, struct slice command);

// Walks a whole command without a state: 0, or STATUS_DATA_LOSS when it is not one. A
// committed entry is checked with this before state_apply, so that applying has no error
// path.
int wire_command_check(struct slice command);

// Writes commands, one change after the other.
struct wire_command_writer {
    struct buffer *out;
    uint32_t n_changes;
    struct buffer scratch;
};
void wire_command_writer_init(struct wire_command_writer *writer, struct buffer *out);
void wire_command_writer_close(struct wire_command_writer *writer);
// Checks (entity_check), normalises and appends a put, or a delete of a key.
// Errors: STATUS_INVALID_ARGUMENT; refusal->change_index is the change's.
int wire_command_add(struct wire_command_writer *writer, enum change_op op,
                     enum kind kind, union entity *entity, int64_t expected_revision,
                     struct refusal *refusal);
// The same for an operation on claims.
int wire_command_add_operation(struct wire_command_writer *writer, enum change_op op,
                               union operation *operation, int64_t expected_revision,
                               struct refusal *refusal);
// The same from a client's message (vardsok.v1.ClaimTake and its like).
int wire_command_add_encoded(struct wire_command_writer *writer, enum change_op op,
                             struct slice bytes, int64_t expected_revision,
                             struct refusal *refusal);

// A client's ApplyRequest.
struct wire_apply_request {
    struct slice request_id; // 16 bytes; absent when validate_only
    bool validate_only, return_stored;
    uint32_t n_changes;
};
// Reads the request and appends the canonical command to out. Errors:
// STATUS_INVALID_ARGUMENT (field named, change_index set), STATUS_RESOURCE_EXHAUSTED over
// STATE_BATCH_MAX_CHANGES or STATE_BATCH_MAX_BYTES.
int wire_apply_decode(struct slice bytes, struct wire_apply_request *request,
                      struct buffer *out, struct refusal *refusal);
// The same for a write of vardsok.v1.CapacityService: one change, answered with what is
// stored. is_new: expected_revision is 0.
int wire_capacity_decode(enum change_op op, bool is_new, struct slice bytes,
                         struct wire_apply_request *request, struct buffer *out,
                         struct refusal *refusal);
// The other way, for clients: appends an ApplyRequest field by field.
void wire_apply_encode_header(const struct wire_apply_request *request,
                              struct buffer *out);
void wire_apply_encode_change(enum change_op op, enum kind kind,
                              const union entity *entity, int64_t expected_revision,
                              struct buffer *out);

void wire_apply_encode_operation(enum change_op op, const union operation *operation,
                                 int64_t expected_revision, struct buffer *out);

// vardsok.v1.Entity (a oneof by kind) and StoredEntity.
void wire_entity_encode(enum kind kind, const union entity *entity, struct buffer *out);
int wire_entity_decode(struct slice bytes, enum kind *kind, union entity *entity,
                       struct refusal *refusal);
// A stored record as a public StoredEntity { entity, revision }.
void wire_stored_encode(const struct record_view *record, struct buffer *out);
int wire_stored_decode(struct slice bytes, enum kind *kind, union entity *entity,
                       uint64_t *revision, struct refusal *refusal);
// A record into its struct, whose texts borrow from record->bytes; CHECKs that it is one
// (the state only holds what wire made).
void wire_record_decode(const struct record_view *record, union entity *entity);
// The canonical bytes of a struct, appended.
void wire_record_encode(enum kind kind, const union entity *entity, struct buffer *out);

#endif
