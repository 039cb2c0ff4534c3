// SPDX-License-Identifier: Apache-2.0
//
// The operations on claims on the wire: in a client's request, in the command, in the
// writes of CapacityService.
#include <criterion/criterion.h>

#include "base/status.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

static const unsigned char request_id[] = {0x01, 0x9A, 0xA0, 0, 0, 1, 0x70, 2,
                                           0x80, 3,    4,    5, 6, 7, 8,    9};
#define REQUEST_ID ((struct slice){(const char *)request_id, sizeof request_id})
#define BYTES(text) ((struct slice){text, sizeof(text) - 1})

// Everything that an operation can say.
static void full_operation(enum change_op op, union operation *operation)
{
    shape_clear(operation_shape(op), operation);
    switch (op) {
    case CHANGE_TAKE:
        operation->take =
            (struct claim_take){slice_from("K-1"), 14, 2, 90, slice_from("Ärende 7")};
        break;
    case CHANGE_EXTEND:
        operation->extend = (struct claim_extend){slice_from("7-0"), 259200};
        break;
    case CHANGE_WITHDRAW:
        operation->withdraw = (struct capacity_withdraw){slice_from("K-1"), true};
        break;
    default:
        operation->mark = (struct claim_mark){slice_from("811218-9876")};
        break;
    }
}

static void write_operation(struct wire_command_writer *writer, enum change_op op,
                            const union operation *operation, int64_t expected)
{
    union operation copy = *operation;
    struct refusal refusal;
    int status = wire_command_add_operation(writer, op, &copy, expected, &refusal);
    cr_assert_eq(status, STATUS_OK, "%s: %s", refusal.field, refusal.message);
}

static void write_all(struct buffer *command)
{
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, command);
    for (int op = CHANGE_TAKE; op < CHANGE_OP_COUNT; op++) {
        union operation operation;
        full_operation((enum change_op)op, &operation);
        write_operation(&writer, (enum change_op)op, &operation, op % 2 ? op : ABSENT);
    }
    wire_command_writer_close(&writer);
}

static void expect_equal(enum change_op op, const union operation *a,
                         const union operation *b)
{
    struct buffer first = {0}, second = {0};
    wire_encode(operation_shape(op), WIRE_LOG, a, &first);
    wire_encode(operation_shape(op), WIRE_LOG, b, &second);
    cr_expect(slice_equal(buffer_slice(&first), buffer_slice(&second)), "operation %d",
              op);
    buffer_free(&first);
    buffer_free(&second);
}

// ---- the command ----

Test(wire_operations, they_come_back_as_they_were_written)
{
    struct buffer command = {0};
    struct wire_command_reader reader;
    struct change change;
    write_all(&command);
    cr_assert_eq(wire_command_check(buffer_slice(&command)), STATUS_OK);
    wire_command_reader_init(&reader, buffer_slice(&command));
    for (int op = CHANGE_TAKE; op < CHANGE_OP_COUNT; op++) {
        union operation operation;
        full_operation((enum change_op)op, &operation);
        cr_assert_eq(reader.source.next(&reader.source, &change), 1);
        cr_expect_eq((int)change.op, op);
        cr_expect_eq(change.kind, KIND_NONE);
        cr_expect_eq(change.expected_revision, op % 2 ? op : ABSENT);
        expect_equal((enum change_op)op, &operation, &change.operation);
    }
    cr_expect_eq(reader.source.next(&reader.source, &change), 0);
    cr_expect_eq(reader.status, STATUS_OK);
    buffer_free(&command);
}

Test(wire_operations, what_is_left_out_is_written_with_its_default)
{
    struct buffer command = {0};
    struct wire_command_reader reader;
    struct wire_command_writer writer;
    struct change change;
    union operation operation;
    wire_command_writer_init(&writer, &command);
    shape_clear(operation_shape(CHANGE_TAKE), &operation);
    operation.take.capacity = slice_from("K-1");
    operation.take.region = 1;
    write_operation(&writer, CHANGE_TAKE, &operation, ABSENT);
    shape_clear(operation_shape(CHANGE_EXTEND), &operation);
    operation.extend.claim = slice_from("1-0");
    write_operation(&writer, CHANGE_EXTEND, &operation, ABSENT);
    shape_clear(operation_shape(CHANGE_WITHDRAW), &operation);
    operation.withdraw.capacity = slice_from("K-1");
    operation.withdraw.over_confirmed = false;
    write_operation(&writer, CHANGE_WITHDRAW, &operation, ABSENT);
    wire_command_writer_close(&writer);

    wire_command_reader_init(&reader, buffer_slice(&command));
    cr_assert_eq(reader.source.next(&reader.source, &change), 1);
    cr_expect_eq(change.operation.take.slots, 1);
    cr_expect_eq(change.operation.take.hold_seconds, 24 * 3600);
    cr_expect_null(change.operation.take.reference.data);
    cr_assert_eq(reader.source.next(&reader.source, &change), 1);
    cr_expect_eq(change.operation.extend.hold_seconds, 24 * 3600);
    cr_assert_eq(reader.source.next(&reader.source, &change), 1);
    cr_expect_eq(change.operation.withdraw.over_confirmed, ABSENT, "false is the same");
    buffer_free(&command);
}

struct bad_command {
    const char *what;
    struct slice bytes;
};
// claim_take { capacity K, region 14, slots 1, hold_seconds 60 }
#define GOOD_TAKE "\x0A\x01K\x12\x02\x31\x34\x18\x01\x20\x3C"

Test(wire_operations, a_command_holds_them_in_their_one_form_only)
{
    cr_assert_eq(wire_command_check(BYTES("\x0A\x0D\x22\x0B" GOOD_TAKE)), STATUS_OK);
    cr_assert_eq(wire_command_check(BYTES("\x0A\x0F\x08\x05\x22\x0B" GOOD_TAKE)),
                 STATUS_OK);
    cr_assert_eq(wire_command_check(BYTES("\x0A\x07\x42\x05\x0A\x01K\x10\x01")),
                 STATUS_OK);
    const struct bad_command cases[] = {
        {"a take without hold_seconds",
         BYTES("\x0A\x0B\x22\x09\x0A\x01K\x12\x02\x31\x34\x18\x01")},
        {"a take without slots",
         BYTES("\x0A\x0B\x22\x09\x0A\x01K\x12\x02\x31\x34\x20\x3C")},
        {"a take without region", BYTES("\x0A\x09\x22\x07\x0A\x01K\x18\x01\x20\x3C")},
        {"a take without capacity",
         BYTES("\x0A\x0A\x22\x08\x12\x02\x31\x34\x18\x01\x20\x3C")},
        {"an empty take", BYTES("\x0A\x02\x22\x00")},
        {"a take of 0 slots",
         BYTES("\x0A\x0D\x22\x0B\x0A\x01K\x12\x02\x31\x34\x18\x00\x20\x3C")},
        {"a take of 10,001 slots",
         BYTES("\x0A\x0E\x22\x0C\x0A\x01K\x12\x02\x31\x34\x18\x91\x4E\x20\x3C")},
        {"a hold of 0 s",
         BYTES("\x0A\x0D\x22\x0B\x0A\x01K\x12\x02\x31\x34\x18\x01\x20\x00")},
        {"a hold over 72 h",
         BYTES("\x0A\x0F\x22\x0D\x0A\x01K\x12\x02\x31\x34\x18\x01\x20\x81\xE9\x0F")},
        {"a retired region",
         BYTES("\x0A\x0D\x22\x0B\x0A\x01K\x12\x02\x30\x32\x18\x01\x20\x3C")},
        {"fields out of order",
         BYTES("\x0A\x0D\x22\x0B\x12\x02\x31\x34\x0A\x01K\x18\x01\x20\x3C")},
        {"a field twice", BYTES("\x0A\x0F\x22\x0D" GOOD_TAKE "\x20\x3C")},
        {"an unknown field", BYTES("\x0A\x0F\x22\x0D" GOOD_TAKE "\x30\x01")},
        {"a longer varint",
         BYTES("\x0A\x0E\x22\x0C\x0A\x01K\x12\x02\x31\x34\x18\x81\x00\x20\x3C")},
        {"an extension without hold_seconds", BYTES("\x0A\x05\x2A\x03\x0A\x01\x31")},
        {"an extension without claim", BYTES("\x0A\x04\x2A\x02\x10\x3C")},
        {"an empty confirmation", BYTES("\x0A\x02\x32\x00")},
        {"a confirmation with more", BYTES("\x0A\x07\x32\x05\x0A\x01\x31\x10\x01")},
        {"an empty release", BYTES("\x0A\x02\x3A\x00")},
        {"a withdraw that says false", BYTES("\x0A\x07\x42\x05\x0A\x01K\x10\x00")},
        {"a withdraw that says 2", BYTES("\x0A\x07\x42\x05\x0A\x01K\x10\x02")},
        {"an operation to come", BYTES("\x0A\x05\x4A\x03\x0A\x01K")},
        {"an operation as a number", BYTES("\x0A\x02\x30\x01")},
        {"two operations", BYTES("\x0A\x0A\x32\x03\x0A\x01\x31\x3A\x03\x0A\x01\x31")},
        {"a claim that is put", BYTES("\x0A\x07\x12\x05\x72\x03\x0A\x01\x31")},
        {"a claim that is deleted", BYTES("\x0A\x07\x1A\x05\x72\x03\x0A\x01\x31")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(wire_command_check(cases[i].bytes), STATUS_DATA_LOSS, "%s",
                     cases[i].what);
}

Test(wire_operations, a_whole_claim_can_be_neither_put_nor_deleted)
{
    struct buffer command = {0}, record = {0};
    struct wire_command_writer writer;
    struct refusal refusal;
    union entity entity;
    shape_clear(entity_shape(KIND_CLAIM), &entity);
    entity.claim.claim = slice_from("1-0");
    entity.claim.capacity = slice_from("K");
    entity.claim.unit = slice_from("TSE2321000131-E1");
    entity.claim.service = slice_from("NFB49");
    entity.claim.region = entity.claim.slots = entity.claim.state = 1;
    entity.claim.taken_at = 1;
    wire_command_writer_init(&writer, &command);
    for (int op = CHANGE_PUT; op <= CHANGE_DELETE; op++) {
        cr_expect_eq(wire_command_add(&writer, (enum change_op)op, KIND_CLAIM, &entity,
                                      ABSENT, &refusal),
                     STATUS_INVALID_ARGUMENT);
        cr_expect_eq(refusal.reason, REASON_INCONSISTENT);
        cr_expect_str_eq(refusal.field, "entity");
        cr_expect_eq(command.len, 0);

        wire_encode(&shape_claim, WIRE_LOG, &entity, &record); // past the writer
        size_t change = wire_write_start(&command, 1);
        size_t operation = wire_write_start(&command, (uint32_t)op);
        wire_write_bytes(&command, KIND_CLAIM, buffer_slice(&record));
        wire_write_end(&command, operation);
        wire_write_end(&command, change);
        cr_expect_eq(wire_command_check(buffer_slice(&command)), STATUS_DATA_LOSS);
        buffer_clear(&command);
        buffer_clear(&record);
    }
    wire_command_writer_close(&writer);
    buffer_free(&command);
    buffer_free(&record);
}

struct bad_operation {
    enum change_op op;
    union operation operation;
    enum reason reason;
    const char *field;
};

Test(wire_operations, what_breaks_a_rule_is_refused_with_its_field)
{
    const struct slice k = slice_from("K");
    const struct bad_operation cases[] = {
        {CHANGE_TAKE,
         {.take = {SLICE_ABSENT, 14, 1, 1, SLICE_ABSENT}},
         REASON_REQUIRED,
         "capacity"},
        {CHANGE_TAKE,
         {.take = {k, ABSENT, 1, 1, SLICE_ABSENT}},
         REASON_REQUIRED,
         "region"},
        {CHANGE_TAKE,
         {.take = {k, 14, 0, 1, SLICE_ABSENT}},
         REASON_OUT_OF_RANGE,
         "slots"},
        {CHANGE_TAKE,
         {.take = {k, 14, 10001, 1, SLICE_ABSENT}},
         REASON_OUT_OF_RANGE,
         "slots"},
        {CHANGE_TAKE,
         {.take = {k, 14, 1, 259201, SLICE_ABSENT}},
         REASON_OUT_OF_RANGE,
         "hold_seconds"},
        {CHANGE_TAKE,
         {.take = {k, 14, 1, 1, slice_from("pnr 19811218-9876")}},
         REASON_PERSONAL_IDENTITY,
         "reference"},
        {CHANGE_EXTEND, {.extend = {SLICE_ABSENT, 60}}, REASON_REQUIRED, "claim"},
        {CHANGE_EXTEND,
         {.extend = {slice_from("1-0"), 0}},
         REASON_OUT_OF_RANGE,
         "hold_seconds"},
        {CHANGE_CONFIRM, {.mark = {slice_from("1 0")}}, REASON_BAD_FORMAT, "claim"},
        {CHANGE_RELEASE, {.mark = {SLICE_ABSENT}}, REASON_REQUIRED, "claim"},
        {CHANGE_WITHDRAW,
         {.withdraw = {SLICE_ABSENT, ABSENT}},
         REASON_REQUIRED,
         "capacity"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer command = {0};
        struct wire_command_writer writer;
        struct refusal refusal = {0};
        union operation first, operation = cases[i].operation;
        wire_command_writer_init(&writer, &command);
        full_operation(CHANGE_CONFIRM, &first);
        write_operation(&writer, CHANGE_CONFIRM, &first, ABSENT);
        size_t len = command.len;
        cr_expect_eq(wire_command_add_operation(&writer, cases[i].op, &operation, ABSENT,
                                                &refusal),
                     STATUS_INVALID_ARGUMENT, "case %zu", i);
        cr_expect_eq(refusal.reason, cases[i].reason, "case %zu: %s", i, refusal.message);
        cr_expect_str_eq(refusal.field, cases[i].field);
        cr_expect_eq(refusal.change_index, 1);
        cr_expect_eq(command.len, len, "something of it was written");
        wire_command_writer_close(&writer);
        buffer_free(&command);
    }
}

// ---- the request ----

Test(wire_operations, a_clients_request_becomes_the_same_command)
{
    struct buffer request = {0}, command = {0}, expected = {0};
    struct wire_apply_request header = {.request_id = REQUEST_ID};
    struct refusal refusal;
    write_all(&expected);
    wire_apply_encode_header(&header, &request);
    for (int op = CHANGE_TAKE; op < CHANGE_OP_COUNT; op++) {
        union operation operation;
        full_operation((enum change_op)op, &operation);
        wire_apply_encode_operation((enum change_op)op, &operation, op % 2 ? op : ABSENT,
                                    &request);
    }
    cr_assert_eq(wire_apply_decode(buffer_slice(&request), &header, &command, &refusal),
                 STATUS_OK, "%s", refusal.message);
    cr_expect_eq(header.n_changes, CHANGE_OP_COUNT - CHANGE_TAKE);
    cr_expect(slice_equal(buffer_slice(&command), buffer_slice(&expected)));
    buffer_free(&request);
    buffer_free(&command);
    buffer_free(&expected);
}

Test(wire_operations, a_request_names_the_operation_that_is_wrong)
{
    const struct {
        struct slice change; // fields of vardsok.v1.Change
        enum reason reason;
        const char *field;
    } cases[] = {
        {BYTES("\x22\x03\x0A\x01K"), REASON_REQUIRED, "region"},
        {BYTES("\x22\x00"), REASON_REQUIRED, "capacity"},
        {BYTES("\x22\x01\x0A"), REASON_BAD_MESSAGE, ""},
        {BYTES("\x22\x07\x0A\x01K\x12\x02\x30\x32"), REASON_RETIRED_REGION, "region"},
        {BYTES("\x30\x01"), REASON_BAD_MESSAGE, "changes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer request = {0}, command = {0};
        struct wire_apply_request header = {.request_id = REQUEST_ID};
        struct refusal refusal = {0};
        union operation first;
        wire_apply_encode_header(&header, &request);
        full_operation(CHANGE_CONFIRM, &first);
        wire_apply_encode_operation(CHANGE_CONFIRM, &first, ABSENT, &request);
        wire_write_bytes(&request, 4, cases[i].change);
        cr_expect_eq(
            wire_apply_decode(buffer_slice(&request), &header, &command, &refusal),
            STATUS_INVALID_ARGUMENT, "case %zu", i);
        cr_expect_eq(refusal.reason, cases[i].reason, "case %zu: %s", i, refusal.message);
        cr_expect_str_eq(refusal.field, cases[i].field, "case %zu: %s", i, refusal.field);
        cr_expect_eq(refusal.change_index, 1);
        cr_expect_eq(command.len, 0);
        buffer_free(&request);
        buffer_free(&command);
    }
}

// ---- CapacityService ----

// A write of CapacityService: request_id 1, expected_revision 2, the body 3.
static void encode_write(struct slice id, int64_t expected, struct slice body,
                         struct buffer *out)
{
    if (id.data)
        wire_write_bytes(out, 1, id);
    if (expected != ABSENT)
        wire_write_uint(out, 2, (uint64_t)expected);
    if (body.data)
        wire_write_bytes(out, 3, body);
}

Test(wire_operations, each_write_of_capacity_service_is_an_apply_of_one_change)
{
    for (int op = CHANGE_TAKE; op < CHANGE_OP_COUNT; op++) {
        struct buffer body = {0}, request = {0}, command = {0}, expected = {0};
        struct wire_command_writer writer;
        struct wire_apply_request header;
        struct refusal refusal;
        union operation operation;
        full_operation((enum change_op)op, &operation);
        wire_encode(operation_shape((enum change_op)op), WIRE_PUBLIC, &operation, &body);
        encode_write(REQUEST_ID, 7, buffer_slice(&body), &request);
        wire_command_writer_init(&writer, &expected);
        write_operation(&writer, (enum change_op)op, &operation, 7);
        wire_command_writer_close(&writer);
        cr_assert_eq(wire_capacity_decode((enum change_op)op, false,
                                          buffer_slice(&request), &header, &command,
                                          &refusal),
                     STATUS_OK, "%s", refusal.message);
        cr_expect(slice_equal(buffer_slice(&command), buffer_slice(&expected)));
        cr_expect(slice_equal(header.request_id, REQUEST_ID));
        cr_expect(header.return_stored);
        cr_expect_not(header.validate_only);
        cr_expect_eq(header.n_changes, 1);
        buffer_free(&body);
        buffer_free(&request);
        buffer_free(&command);
        buffer_free(&expected);
    }
}

Test(wire_operations, a_write_of_capacity_service_says_what_it_lacks)
{
    const struct {
        enum change_op op;
        struct slice id, body;
        enum reason reason;
        const char *field;
    } cases[] = {
        {CHANGE_CONFIRM, SLICE_ABSENT, BYTES("\x0A\x01K"), REASON_REQUIRED, "request_id"},
        {CHANGE_CONFIRM, BYTES("short"), BYTES("\x0A\x01K"), REASON_BAD_FORMAT,
         "request_id"},
        {CHANGE_CONFIRM, REQUEST_ID, SLICE_ABSENT, REASON_REQUIRED, "claim"},
        {CHANGE_TAKE, REQUEST_ID, SLICE_ABSENT, REASON_REQUIRED, "capacity"},
        {CHANGE_PUT, REQUEST_ID, SLICE_ABSENT, REASON_REQUIRED, "id"},
        {CHANGE_PUT, REQUEST_ID, BYTES("\x0A"), REASON_BAD_MESSAGE, ""},
        {CHANGE_EXTEND, REQUEST_ID, BYTES("\x0A"), REASON_BAD_MESSAGE, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer request = {0}, command = {0};
        struct wire_apply_request header;
        struct refusal refusal = {0};
        encode_write(cases[i].id, ABSENT, cases[i].body, &request);
        cr_expect_eq(wire_capacity_decode(cases[i].op, false, buffer_slice(&request),
                                          &header, &command, &refusal),
                     STATUS_INVALID_ARGUMENT, "case %zu", i);
        cr_expect_eq(refusal.reason, cases[i].reason, "case %zu: %s", i, refusal.message);
        cr_expect_str_eq(refusal.field, cases[i].field, "case %zu: %s", i, refusal.field);
        cr_expect_eq(command.len, 0);
        buffer_free(&request);
        buffer_free(&command);
    }
}
