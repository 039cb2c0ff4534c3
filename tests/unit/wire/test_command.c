// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/status.h"
#include "unit/wire/samples.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/writer.h"

static const unsigned char request_id[] = {0x01, 0x9A, 0xA0, 0, 0, 1, 0x70, 2,
                                           0x80, 3,    4,    5, 6, 7, 8,    9};
#define REQUEST_ID ((struct slice){(const char *)request_id, sizeof request_id})

static void write_sample(struct wire_command_writer *writer, enum change_op op,
                         enum kind kind, int64_t expected_revision)
{
    union entity entity;
    struct refusal refusal;
    full_entity(kind, &entity);
    int status = wire_command_add(writer, op, kind, &entity, expected_revision, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s", refusal.message);
}

static void write_all(struct buffer *command)
{
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, command);
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        write_sample(&writer, CHANGE_PUT, (enum kind)kind, ABSENT);
        write_sample(&writer, CHANGE_DELETE, (enum kind)kind, kind);
    }
    wire_command_writer_close(&writer);
}

// ---- the command ----

Test(wire_command, changes_come_back_as_they_were_written)
{
    struct buffer command = {0}, record = {0}, key = {0};
    write_all(&command);
    cr_assert_eq(wire_command_check(buffer_slice(&command)), STATUS_OK);
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, buffer_slice(&command));
    struct change change;
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        union entity entity;
        full_entity((enum kind)kind, &entity);
        entity_normalize((enum kind)kind, &entity);
        buffer_clear(&record);
        buffer_clear(&key);
        wire_encode(entity_shape((enum kind)kind), WIRE_LOG, &entity, &record);
        wire_encode_key(WIRE_LOG, entity_shape((enum kind)kind), &entity, &key);

        cr_assert_eq(reader.source.next(&reader.source, &change), 1);
        cr_expect_eq(change.op, CHANGE_PUT);
        cr_expect_eq((int)change.kind, kind);
        cr_expect_eq(change.expected_revision, ABSENT);
        cr_expect(slice_equal(change.record, buffer_slice(&record)));
        cr_expect_eq(change.key_len, key.len);

        cr_assert_eq(reader.source.next(&reader.source, &change), 1);
        cr_expect_eq(change.op, CHANGE_DELETE);
        cr_expect_eq((int)change.kind, kind);
        cr_expect_eq(change.expected_revision, kind);
        cr_expect(slice_equal(change.record, buffer_slice(&key)));
        cr_expect_eq(change.key_len, key.len);
    }
    cr_expect_eq(reader.source.next(&reader.source, &change), 0);
    cr_expect_eq(reader.status, STATUS_OK);
    buffer_free(&command);
    buffer_free(&record);
    buffer_free(&key);
}

Test(wire_command, an_empty_command_is_a_tick)
{
    cr_expect_eq(wire_command_check(slice_from("")), STATUS_OK);
}

Test(wire_command, a_command_cut_anywhere_else_than_between_changes_is_lost)
{
    struct buffer command = {0};
    write_all(&command);
    struct wire_reader reader = {.rest = buffer_slice(&command)};
    struct wire_field field;
    size_t boundary = 0;
    for (size_t len = 0; len <= command.len; len++) {
        while (boundary < len && wire_read_field(&reader, &field) > 0)
            boundary = command.len - reader.rest.len;
        int status = wire_command_check((struct slice){command.data, len});
        cr_assert_eq(status, boundary == len ? STATUS_OK : STATUS_DATA_LOSS, "cut at %zu",
                     len);
    }
    buffer_free(&command);
}

Test(wire_command, every_flipped_bit_is_lost_or_is_another_right_command)
{
    struct buffer command = {0};
    struct change change;
    write_all(&command);
    for (size_t bit = 0; bit < command.len * 8; bit++) {
        command.data[bit / 8] ^= (char)(1 << bit % 8);
        struct wire_command_reader reader;
        wire_command_reader_init(&reader, buffer_slice(&command));
        while (reader.source.next(&reader.source, &change))
            cr_assert_leq(change.key_len, change.record.len);
        cr_assert(reader.status == STATUS_OK || reader.status == STATUS_DATA_LOSS);
        command.data[bit / 8] ^= (char)(1 << bit % 8);
    }
    buffer_free(&command);
}

struct bad_command {
    const char *what;
    struct slice bytes;
};
#define BYTES(text) ((struct slice){text, sizeof(text) - 1})
#define SETTING_RECORD                                                                   \
    "\x6A\x06\x0A\x01k\x12\x01v" // EntityRecord { setting { key k, value v } }

Test(wire_command, what_is_not_canonical_is_lost)
{
    cr_assert_eq(wire_command_check(BYTES("\x0A\x0A\x12\x08" SETTING_RECORD)), STATUS_OK);
    cr_assert_eq(wire_command_check(BYTES("\x0A\x0C\x08\x05\x12\x08" SETTING_RECORD)),
                 STATUS_OK);
    const struct bad_command cases[] = {
        {"another field of the command", BYTES("\x12\x0A\x12\x08" SETTING_RECORD)},
        {"an empty change", BYTES("\x0A\x00")},
        {"no operation", BYTES("\x0A\x02\x08\x05")},
        {"an unknown operation", BYTES("\x0A\x0A\x22\x08" SETTING_RECORD)},
        {"two operations",
         BYTES("\x0A\x14\x12\x08" SETTING_RECORD "\x12\x08" SETTING_RECORD)},
        {"the revision after the operation",
         BYTES("\x0A\x0C\x12\x08" SETTING_RECORD "\x08\x05")},
        {"a revision of 2^63", BYTES("\x0A\x15\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80"
                                     "\x01\x12\x08" SETTING_RECORD)},
        {"two entities", BYTES("\x0A\x12\x12\x10" SETTING_RECORD SETTING_RECORD)},
        {"an unknown kind", BYTES("\x0A\x0A\x12\x08\x72\x06\x0A\x01k\x12\x01v")},
        {"kind 0", BYTES("\x0A\x0A\x12\x08\x02\x06\x0A\x01k\x12\x01v")},
        {"no entity", BYTES("\x0A\x02\x12\x00")},
        {"a put without a required field", BYTES("\x0A\x07\x12\x05\x6A\x03\x0A\x01k")},
        {"a put without its key", BYTES("\x0A\x07\x12\x05\x6A\x03\x12\x01v")},
        {"a delete with more than the key", BYTES("\x0A\x0A\x1A\x08" SETTING_RECORD)},
        {"a delete without its key", BYTES("\x0A\x04\x1A\x02\x6A\x00")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(wire_command_check(cases[i].bytes), STATUS_DATA_LOSS, "%s",
                     cases[i].what);
}

Test(wire_command, more_changes_than_a_batch_may_have_are_no_command)
{
    struct buffer command = {0};
    for (int i = 0; i < STATE_BATCH_MAX_CHANGES; i++)
        buffer_append_slice(&command, BYTES("\x0A\x0A\x12\x08" SETTING_RECORD));
    cr_expect_eq(wire_command_check(buffer_slice(&command)), STATUS_OK);
    buffer_append_slice(&command, BYTES("\x0A\x0A\x12\x08" SETTING_RECORD));
    cr_expect_eq(wire_command_check(buffer_slice(&command)), STATUS_DATA_LOSS);
    buffer_free(&command);
}

Test(wire_command, what_breaks_a_rule_is_refused_with_its_place_in_the_batch)
{
    struct buffer command = {0};
    struct wire_command_writer writer;
    struct refusal refusal;
    union entity entity;
    wire_command_writer_init(&writer, &command);
    write_sample(&writer, CHANGE_PUT, KIND_UNIT, ABSENT);
    size_t len = command.len;
    full_entity(KIND_UNIT, &entity);
    entity.unit.contact.email = slice_from("nobody");
    int status =
        wire_command_add(&writer, CHANGE_PUT, KIND_UNIT, &entity, ABSENT, &refusal);
    cr_expect_eq(status, STATUS_INVALID_ARGUMENT);
    cr_expect_eq(refusal.change_index, 1);
    cr_expect_str_eq(refusal.field, "contact.email");
    cr_expect_eq(command.len, len, "something of it was written");
    wire_command_writer_close(&writer);
    buffer_free(&command);
}

// ---- the request ----

static void write_request(struct buffer *request, enum change_op op)
{
    const struct wire_apply_request header = {.request_id = REQUEST_ID,
                                              .return_stored = true};
    wire_apply_encode_header(&header, request);
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++) {
        union entity entity;
        full_entity((enum kind)kind, &entity);
        wire_apply_encode_change(op, (enum kind)kind, &entity, kind, request);
    }
}

static void expect_command(const struct buffer *request, enum change_op op)
{
    struct buffer expected = {0}, command = {0};
    struct wire_command_writer writer;
    struct wire_apply_request header;
    struct refusal refusal;
    wire_command_writer_init(&writer, &expected);
    for (int kind = 1; kind < KIND_PUT_COUNT; kind++)
        write_sample(&writer, op, (enum kind)kind, kind);
    wire_command_writer_close(&writer);
    int status = wire_apply_decode(buffer_slice(request), &header, &command, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s", refusal.message);
    cr_expect(slice_equal(header.request_id, REQUEST_ID));
    cr_expect(header.return_stored);
    cr_expect_not(header.validate_only);
    cr_expect_eq(header.n_changes, KIND_PUT_COUNT - 1);
    cr_expect(slice_equal(buffer_slice(&command), buffer_slice(&expected)));
    buffer_free(&expected);
    buffer_free(&command);
}

Test(wire_apply, a_request_becomes_the_canonical_command)
{
    struct buffer puts = {0}, deletes = {0};
    write_request(&puts, CHANGE_PUT);
    expect_command(&puts, CHANGE_PUT);
    write_request(&deletes, CHANGE_DELETE);
    expect_command(&deletes, CHANGE_DELETE);
    buffer_free(&puts);
    buffer_free(&deletes);
}

#define REQUEST_ID_FIELD 1 // the one text above the entities

// Turns the fields of the changes, and those of their entities, round.
static void reverse_fields(struct slice message, int levels, struct buffer *out)
{
    struct wire_reader reader = {.rest = message};
    struct wire_field field;
    struct buffer rest = {0}, nested = {0};
    if (wire_read_field(&reader, &field) > 0) {
        reverse_fields(reader.rest, levels, &rest);
        buffer_append_slice(out, buffer_slice(&rest));
        if (field.type == WIRE_BYTES && levels > 0 && field.number != REQUEST_ID_FIELD) {
            reverse_fields(field.bytes, levels - 1, &nested);
            wire_write_bytes(out, field.number, buffer_slice(&nested));
        } else {
            buffer_append(out, message.data, message.len - reader.rest.len);
        }
    }
    buffer_free(&rest);
    buffer_free(&nested);
}

Test(wire_apply, the_order_of_fields_does_not_show_in_the_command)
{
    struct buffer change = {0}, reversed = {0}, first = {0}, second = {0};
    union entity entity;
    struct wire_apply_request header = {.request_id = REQUEST_ID};
    struct refusal refusal;
    full_entity(KIND_MUNICIPALITY, &entity);
    wire_apply_encode_change(CHANGE_PUT, KIND_MUNICIPALITY, &entity, 7, &change);
    wire_apply_encode_header(&header, &change);
    reverse_fields(buffer_slice(&change), 3, &reversed);
    cr_assert_not(slice_equal(buffer_slice(&change), buffer_slice(&reversed)));
    cr_assert_eq(wire_apply_decode(buffer_slice(&change), &header, &first, &refusal), 0);
    cr_assert_eq(wire_apply_decode(buffer_slice(&reversed), &header, &second, &refusal),
                 0, "%s", refusal.message);
    cr_expect(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    buffer_free(&change);
    buffer_free(&reversed);
    buffer_free(&first);
    buffer_free(&second);
}

struct bad_request {
    const char *what;
    struct slice id; // absent: none
    bool validate_only;
    unsigned n_changes;
    int status;
    enum reason reason;
    const char *field;
};

static void put_setting(struct buffer *request, unsigned n, const char *value)
{
    for (unsigned i = 0; i < n; i++) {
        union entity entity;
        shape_clear(entity_shape(KIND_SETTING), &entity);
        entity.setting.key = slice_from(SETTING_MAX_AGE_DAYS);
        entity.setting.value = slice_from(value);
        wire_apply_encode_change(CHANGE_PUT, KIND_SETTING, &entity, ABSENT, request);
    }
}

static int decode_request(const struct buffer *request, struct refusal *refusal)
{
    struct buffer command = {0};
    struct wire_apply_request header;
    *refusal = (struct refusal){0};
    buffer_append(&command, "before", 6);
    int status = wire_apply_decode(buffer_slice(request), &header, &command, refusal);
    if (status != STATUS_OK)
        cr_expect_eq(command.len, 6, "something of a refused request was kept");
    buffer_free(&command);
    return status;
}

Test(wire_apply, what_a_request_lacks_or_has_too_much_of_is_refused)
{
    static const char version_4[16] = {0, 0, 0, 0, 0, 0, 0x40, 0, (char)0x80};
    static const char variant_0[16] = {0, 0, 0, 0, 0, 0, 0x70, 0, 0x00};
    const struct bad_request cases[] = {
        {"right", REQUEST_ID, false, 1, 0, REASON_NONE, ""},
        {"right without an id", SLICE_ABSENT, true, 1, 0, REASON_NONE, ""},
        {"no id", SLICE_ABSENT, false, 1, STATUS_INVALID_ARGUMENT, REASON_REQUIRED,
         "request_id"},
        {"an id of 15 bytes",
         {(const char *)request_id, 15},
         false,
         1,
         STATUS_INVALID_ARGUMENT,
         REASON_BAD_FORMAT,
         "request_id"},
        {"a UUIDv4",
         {version_4, 16},
         false,
         1,
         STATUS_INVALID_ARGUMENT,
         REASON_BAD_FORMAT,
         "request_id"},
        {"another variant",
         {variant_0, 16},
         false,
         1,
         STATUS_INVALID_ARGUMENT,
         REASON_BAD_FORMAT,
         "request_id"},
        {"no change", REQUEST_ID, false, 0, STATUS_INVALID_ARGUMENT, REASON_REQUIRED,
         "changes"},
        {"10,000 changes", REQUEST_ID, false, 10000, 0, REASON_NONE, ""},
        {"10,001 changes", REQUEST_ID, false, 10001, STATUS_RESOURCE_EXHAUSTED,
         REASON_TOO_MANY, "changes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer request = {0};
        struct refusal refusal;
        const struct wire_apply_request header = {
            .request_id = cases[i].id, .validate_only = cases[i].validate_only};
        wire_apply_encode_header(&header, &request);
        put_setting(&request, cases[i].n_changes, "42");
        cr_expect_eq(decode_request(&request, &refusal), cases[i].status, "%s: %s",
                     cases[i].what, refusal.message);
        cr_expect_eq(refusal.reason, cases[i].reason, "%s", cases[i].what);
        cr_expect_str_eq(refusal.field, cases[i].field);
        buffer_free(&request);
    }
}

Test(wire_apply, more_than_a_mebibyte_is_refused)
{
    struct buffer request = {0};
    struct refusal refusal;
    const struct wire_apply_request header = {.request_id = REQUEST_ID};
    wire_apply_encode_header(&header, &request);
    put_setting(&request, 1, "42");
    // an unknown field as long as need be
    size_t fill = STATE_BATCH_MAX_BYTES - request.len - 5;
    char *filler = calloc(1, fill);
    wire_write_bytes(&request, 100, (struct slice){filler, fill});
    free(filler);
    cr_assert_eq(request.len, STATE_BATCH_MAX_BYTES);
    cr_expect_eq(decode_request(&request, &refusal), STATUS_OK, "%s", refusal.message);
    put_setting(&request, 1, "42");
    cr_expect_eq(decode_request(&request, &refusal), STATUS_RESOURCE_EXHAUSTED);
    cr_expect_eq(refusal.reason, REASON_TOO_LARGE);
    buffer_free(&request);
}

Test(wire_apply, the_wrong_change_is_named_by_its_place)
{
    struct buffer request = {0};
    struct refusal refusal;
    const struct wire_apply_request header = {.request_id = REQUEST_ID};
    wire_apply_encode_header(&header, &request);
    put_setting(&request, 2, "42");
    put_setting(&request, 1, "many");
    put_setting(&request, 1, "");
    cr_expect_eq(decode_request(&request, &refusal), STATUS_INVALID_ARGUMENT);
    cr_expect_eq(refusal.change_index, 2);
    cr_expect_str_eq(refusal.field, "value");
    buffer_free(&request);
}

Test(wire_apply, changes_that_are_no_messages_are_refused)
{
    const struct bad_command cases[] = {
        {"an empty change", BYTES("\x22\x00")},
        {"a change as a number", BYTES("\x20\x01")},
        {"an entity as a number", BYTES("\x22\x02\x10\x01")},
        {"an empty entity", BYTES("\x22\x02\x12\x00")},
        {"an entity of an unknown kind", BYTES("\x22\x05\x12\x03\x72\x01x")},
        {"a kind as a number", BYTES("\x22\x04\x12\x02\x68\x01")},
        {"a revision of 2^63",
         BYTES("\x22\x0B\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01")},
        {"a cut change", BYTES("\x22\x05\x12")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer request = {0};
        struct refusal refusal;
        const struct wire_apply_request header = {.request_id = REQUEST_ID};
        wire_apply_encode_header(&header, &request);
        buffer_append_slice(&request, cases[i].bytes);
        cr_expect_eq(decode_request(&request, &refusal), STATUS_INVALID_ARGUMENT, "%s",
                     cases[i].what);
        buffer_free(&request);
    }
}

// ---- entities ----

Test(wire_entity, entities_and_stored_records_read_back_the_same)
{
    for (int n = 1; n < KIND_PUT_COUNT; n++) {
        struct buffer bytes = {0}, record_bytes = {0}, stored = {0}, again = {0};
        union entity entity, read;
        enum kind kind = KIND_NONE;
        uint64_t revision = 0;
        full_entity((enum kind)n, &entity);
        wire_entity_encode((enum kind)n, &entity, &bytes);
        cr_assert_eq(wire_entity_decode(buffer_slice(&bytes), &kind, &read, NULL), 0);
        cr_expect_eq((int)kind, n);
        wire_entity_encode(kind, &read, &again);
        cr_expect(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));

        wire_encode(entity_shape(kind), WIRE_LOG, &entity, &record_bytes);
        struct record_view record = {
            .kind = kind, .revision = 4711, .bytes = buffer_slice(&record_bytes)};
        wire_stored_encode(&record, &stored);
        cr_assert_eq(
            wire_stored_decode(buffer_slice(&stored), &kind, &read, &revision, NULL), 0);
        cr_expect_eq(revision, 4711);
        cr_expect_eq((int)kind, n);
        buffer_clear(&again);
        wire_entity_encode(kind, &read, &again);
        cr_expect(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
        buffer_free(&bytes);
        buffer_free(&record_bytes);
        buffer_free(&stored);
        buffer_free(&again);
    }
}

Test(wire_entity, of_several_kinds_in_one_entity_the_last_counts)
{
    struct buffer bytes = {0};
    union entity entity;
    enum kind kind;
    full_entity(KIND_UNIT, &entity);
    wire_entity_encode(KIND_UNIT, &entity, &bytes);
    full_entity(KIND_SETTING, &entity);
    wire_entity_encode(KIND_SETTING, &entity, &bytes);
    cr_assert_eq(wire_entity_decode(buffer_slice(&bytes), &kind, &entity, NULL), 0);
    cr_expect_eq(kind, KIND_SETTING);
    buffer_free(&bytes);
}
