// SPDX-License-Identifier: Apache-2.0
//
// wire: what is encoded and decoded, each way, and commands.
#include <string.h>

#include "base/status.h"
#include "domain/question.h"
#include "lib/samples.h"
#include "replica/entry.h"
#include "torture/torture.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/status.h"
#include "wire/writer.h"

// Whose samples a client may put: the regions come first, for the others name them.
static const enum kind kinds[] = {
    KIND_REGION,    KIND_MUNICIPALITY,   KIND_UNIT,         KIND_SERVICE,
    KIND_AGREEMENT, KIND_AGREEMENT_LINE, KIND_WAITING_TIME, KIND_CAPACITY};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

static void write_apply(struct buffer *out)
{
    static const char id[STATE_REQUEST_ID_LEN] = {1, 2, 3, 4, 5, 6, 0x70, 8, (char)0x80};
    const struct wire_apply_request header = {.request_id = {id, sizeof id}};
    wire_apply_encode_header(&header, out);
    for (size_t i = 0; i < N_KINDS; i++) {
        union entity entity;
        sample_entity(kinds[i], &entity);
        wire_apply_encode_change(CHANGE_PUT, kinds[i], &entity, ABSENT, out);
    }
}

static enum torture_end apply_becomes_a_command(void)
{
    struct buffer message = {0}, command = {0};
    struct wire_apply_request request;
    struct refusal refusal;
    write_apply(&message);
    TORTURE_EXPECT(
        wire_apply_decode(buffer_slice(&message), &request, &command, &refusal) == 0);
    TORTURE_EXPECT(request.n_changes == N_KINDS);
    TORTURE_EXPECT(wire_command_check(buffer_slice(&command)) == 0);
    buffer_free(&message);
    buffer_free(&command);
    return TORTURE_DONE;
}

static enum torture_end command_is_written_and_read(void)
{
    struct buffer command = {0};
    struct wire_command_writer writer;
    struct wire_command_reader reader;
    struct refusal refusal;
    struct change change;
    wire_command_writer_init(&writer, &command);
    for (size_t i = 0; i < N_KINDS; i++) {
        union entity entity;
        sample_entity(kinds[i], &entity);
        TORTURE_EXPECT(wire_command_add(&writer, CHANGE_PUT, kinds[i], &entity, ABSENT,
                                        &refusal) == 0);
    }
    wire_command_writer_close(&writer);
    TORTURE_EXPECT(wire_command_check(buffer_slice(&command)) == 0);
    wire_command_reader_init(&reader, buffer_slice(&command));
    for (size_t i = 0; i < N_KINDS; i++) {
        TORTURE_EXPECT(reader.source.next(&reader.source, &change) == 1);
        TORTURE_EXPECT(change.kind == kinds[i]);
    }
    TORTURE_EXPECT(reader.source.next(&reader.source, &change) == 0);
    buffer_free(&command);
    return TORTURE_DONE;
}

static enum torture_end query_is_written_and_read(void)
{
    struct buffer bytes = {0}, again = {0};
    struct arena arena = {0};
    struct query query, read;
    shape_clear(&shape_query, &query);
    query.service = slice_from("NFB49");
    query.home_region = 14;
    query.origin.municipality = slice_from("1480");
    query.in_regions = 1 << 14;
    query.weight = 825;
    wire_encode(&shape_query, WIRE_PUBLIC, &query, &bytes);
    TORTURE_EXPECT(wire_decode(&shape_query, WIRE_PUBLIC, buffer_slice(&bytes), &read,
                               &arena, NULL) == 0);
    wire_encode(&shape_query, WIRE_PUBLIC, &read, &again);
    TORTURE_EXPECT(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
    buffer_free(&bytes);
    buffer_free(&again);
    arena_free(&arena);
    return TORTURE_DONE;
}

static enum torture_end answer_is_written_and_read(void)
{
    struct buffer bytes = {0}, again = {0};
    struct arena arena = {0};
    struct option options[30];
    struct answer answer, read;
    shape_clear(&shape_answer, &answer);
    for (size_t i = 0; i < 30; i++) {
        shape_clear(&shape_option, &options[i]);
        options[i].candidate = slice_from("C-7");
        options[i].unit.id = slice_from("TSE2321000131-E1");
        options[i].unit.contact.phone = slice_from("010-441 00 00");
        options[i].prerequisites.n = 1;
        options[i].prerequisites.items[0] = slice_from("Röntgen");
        options[i].wait_days = (int64_t)i;
    }
    answer.options.data = options;
    answer.options.n = 30;
    wire_encode(&shape_answer, WIRE_PUBLIC, &answer, &bytes);
    TORTURE_EXPECT(wire_decode(&shape_answer, WIRE_PUBLIC, buffer_slice(&bytes), &read,
                               &arena, NULL) == 0);
    TORTURE_EXPECT(read.options.n == 30);
    wire_encode(&shape_answer, WIRE_PUBLIC, &read, &again);
    TORTURE_EXPECT(slice_equal(buffer_slice(&bytes), buffer_slice(&again)));
    buffer_free(&bytes);
    buffer_free(&again);
    arena_free(&arena);
    return TORTURE_DONE;
}

static enum torture_end refusal_is_written_and_read(void)
{
    struct refusal refusal, read;
    struct buffer bytes = {0};
    refuse(&refusal, STATUS_NOT_FOUND, REASON_UNKNOWN_SERVICE, "service", "no %s", "A");
    wire_status_encode(&refusal, &bytes);
    TORTURE_EXPECT(wire_status_decode(buffer_slice(&bytes), &read, NULL) == 0);
    TORTURE_EXPECT(read.status == STATUS_NOT_FOUND &&
                   read.reason == REASON_UNKNOWN_SERVICE);
    buffer_free(&bytes);
    return TORTURE_DONE;
}

static enum torture_end entry_is_framed_and_read(void)
{
    char command[5000];
    struct buffer bytes = {0};
    struct entry read;
    memset(command, 'c', sizeof command);
    const struct entry entry = {.incarnation = 1,
                                .applied = 2,
                                .time_ms = 3,
                                .actor_kind = ENTRY_ACTOR_LOCAL,
                                .actor_id = slice_from("somebody"),
                                .command = {command, sizeof command}};
    entry_encode(&entry, &bytes);
    TORTURE_EXPECT(entry_decode(buffer_slice(&bytes), &read) == 0);
    TORTURE_EXPECT(slice_equal(read.command, entry.command) && read.applied == 2);
    bytes.data[60] ^= 1;
    TORTURE_EXPECT(entry_decode(buffer_slice(&bytes), &read) == STATUS_DATA_LOSS);
    buffer_free(&bytes);
    return TORTURE_DONE;
}

const struct torture_scenario torture_wire[] = {
    {.name = "wire_apply_becomes_a_command",
     .run = apply_becomes_a_command,
     .memory = true},
    {.name = "wire_command_is_written_and_read",
     .run = command_is_written_and_read,
     .memory = true},
    {.name = "wire_query_is_written_and_read",
     .run = query_is_written_and_read,
     .memory = true},
    {.name = "wire_answer_is_written_and_read",
     .run = answer_is_written_and_read,
     .memory = true},
    {.name = "wire_refusal_is_written_and_read",
     .run = refusal_is_written_and_read,
     .memory = true},
    {.name = "replica_entry_is_framed_and_read",
     .run = entry_is_framed_and_read,
     .memory = true},
    {0},
};
