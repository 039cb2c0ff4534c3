// SPDX-License-Identifier: Apache-2.0
//
// Writes a log for tests/golden: one entry a line in hexadecimal, with what it is above
// it and the digest that the state must have after it, and at the end revision and chain. The files
// that are there are never written anew: a log of another kind is another file.
//   golden_log life            every kind, every operation, all that time and retries do
//   golden_log random SEED     a sequence of the property test's commands
//   golden_log records FILE    the entities of records.txt, with all their fields
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "lib/claim_commands.h"
#include "lib/fake_log.h"
#include "lib/samples.h"
#include "replica/entry.h"
#include "wire/change.h"
#include "wire/writer.h"

#define NOON INT64_C(1795348800000) // 2026-11-22T12:00Z
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)

struct maker {
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct fake_log log;
    struct state *state; // the same again, for the outcomes
    struct wire_command_writer writer;
    struct buffer command;
    struct entry entry; // the newest
    uint64_t n_ids;
};

// ---- entries ----

static void print_hex(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        printf("%02x", ((const unsigned char *)bytes)[i]);
    putchar('\n');
}

static void print_digest(const struct maker *maker)
{
    unsigned char digest[16];
    state_digest(replica_state(maker->replica), digest);
    printf("digest ");
    print_hex(digest, sizeof digest);
}

static struct outcome outcome_of(struct maker *maker)
{
    struct command_header header = {.sequence = state_revision(maker->state) + 1,
                                    .time_ms = maker->entry.time_ms};
    struct wire_command_reader reader;
    struct outcome outcome;
    memcpy(header.request_id, maker->entry.request_id, sizeof header.request_id);
    entry_payload_hash(&maker->entry, header.payload_hash);
    wire_command_reader_init(&reader, maker->entry.command);
    state_apply(maker->state, &header, &reader.source, &outcome, NULL);
    return outcome;
}

// what: "REASON: ..." when it is to be refused; NULL: whatever becomes of it.
static void send(struct maker *maker, const char *what)
{
    struct buffer bytes = {0};
    const char *reason = reason_name(outcome_of(maker).reason);
    what = what ? what : reason;
    size_t len = strcspn(what, ":");
    bool is_reason =
        what[len] == ':' && strspn(what, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == len;
    if (what != reason &&
        (is_reason ? strncmp(what, reason, len) != 0 || reason[len] != '\0'
                   : strcmp(reason, "NONE") != 0)) {
        fprintf(stderr, "%s, and not: %s\n", reason, what);
        exit(1);
    }
    entry_encode(&maker->entry, &bytes);
    fake_log_add(&maker->log, buffer_slice(&bytes));
    fake_log_run(&maker->log);
    CHECK(maker->log.n_delivered == maker->log.n_entries);
    printf("# %u: %s\nentry ", maker->log.n_entries, what);
    print_hex(bytes.data, bytes.len);
    print_digest(maker);
    buffer_free(&bytes);
}

// The command at hand becomes an entry with an id of its own.
static void append(struct maker *maker, const char *what)
{
    int64_t now = maker->clock.now_ms;
    wire_command_writer_close(&maker->writer);
    maker->n_ids++;
    maker->entry = (struct entry){
        .incarnation = 0x1122334455667788,
        .applied = state_revision(replica_state(maker->replica)),
        .time_ms = now,
        .actor_kind = ENTRY_ACTOR_LOCAL,
        .actor_id = slice_from("local"),
        .command = buffer_slice(&maker->command),
    };
    for (int i = 0; i < 6; i++)
        maker->entry.request_id[i] = (unsigned char)(now >> (40 - 8 * i));
    maker->entry.request_id[6] = 0x70;
    maker->entry.request_id[8] = 0x80;
    maker->entry.request_id[15] = (unsigned char)maker->n_ids;
    maker->entry.request_id[14] = 1; // entry 1 has the other ids
    send(maker, what);
    buffer_clear(&maker->command);
    wire_command_writer_init(&maker->writer, &maker->command);
}

// ---- changes ----

static void add(struct maker *maker, enum change_op op, enum kind kind,
                const union entity *entity, int64_t expected)
{
    union entity copy = *entity;
    CHECK(wire_command_add(&maker->writer, op, kind, &copy, expected, NULL) == STATUS_OK);
}

static void add_operation(struct maker *maker, enum change_op op,
                          const union operation *operation, int64_t expected)
{
    union operation copy = *operation;
    CHECK(wire_command_add_operation(&maker->writer, op, &copy, expected, NULL) ==
          STATUS_OK);
}

static void add_take(struct maker *maker, const char *capacity, int64_t region,
                     int64_t slots, int64_t hold_seconds)
{
    union operation operation = {
        .take = {slice_from(capacity), region, slots, hold_seconds, SLICE_ABSENT}};
    if (slots == 2)
        operation.take.reference = slice_from("Ärende 7");
    add_operation(maker, CHANGE_TAKE, &operation, ABSENT);
}

static void add_mark(struct maker *maker, enum change_op op, const char *claim,
                     int64_t expected)
{
    union operation operation = {.mark = {slice_from(claim)}};
    add_operation(maker, op, &operation, expected);
}

static void add_extend(struct maker *maker, const char *claim, int64_t hold_seconds)
{
    union operation operation = {.extend = {slice_from(claim), hold_seconds}};
    add_operation(maker, CHANGE_EXTEND, &operation, ABSENT);
}

static void add_withdraw(struct maker *maker, const char *capacity, int64_t flag)
{
    union operation operation = {.withdraw = {slice_from(capacity), flag}};
    add_operation(maker, CHANGE_WITHDRAW, &operation, ABSENT);
}

static void add_capacity(struct maker *maker, const char *id, int64_t slots)
{
    union entity entity;
    sample_entity(KIND_CAPACITY, &entity);
    entity.capacity.id = slice_from(id);
    entity.capacity.slots = slots;
    entity.capacity.book_by = sample_day("2026-11-23");
    entity.capacity.open_to |= INT64_C(1) << 1;
    entity.capacity.note = slice_from("Förmiddagar");
    add(maker, CHANGE_PUT, KIND_CAPACITY, &entity, ABSENT);
}

static void add_samples(struct maker *maker, enum change_op op)
{
    union entity entity;
    for (int i = 1; i < KIND_PUT_COUNT; i++) {
        enum kind kind = (enum kind)(op == CHANGE_PUT ? i : KIND_PUT_COUNT - i);
        sample_entity(kind, &entity);
        add(maker, op, kind, &entity, op == CHANGE_PUT ? 0 : ABSENT);
    }
}

// ---- the log of a whole life ----

static void write_entities(struct maker *maker)
{
    union entity entity;
    add_samples(maker, CHANGE_PUT);
    append(maker, "one of each kind is put");
    add_samples(maker, CHANGE_PUT);
    append(maker, "REVISION_MISMATCH: each must not exist");
    sample_entity(KIND_REGION, &entity);
    add(maker, CHANGE_PUT, KIND_REGION, &entity, 2);
    append(maker, "an equal put, which changes nothing");
    entity.region.name = slice_from("Västra Götaland");
    add(maker, CHANGE_PUT, KIND_REGION, &entity, 2);
    append(maker, "a put that changes something");
    sample_entity(KIND_WAITING_TIME, &entity);
    entity.waiting_time.observed_on--;
    add(maker, CHANGE_PUT, KIND_WAITING_TIME, &entity, ABSENT);
    append(maker, "OLDER_OBSERVATION: of the day before");
    sample_entity(KIND_UNIT, &entity);
    add(maker, CHANGE_DELETE, KIND_UNIT, &entity, ABSENT);
    append(maker, "STILL_REFERENCED: by all that a unit has");
    sample_entity(KIND_MAPPING, &entity);
    entity.mapping.code = slice_from("NFB30");
    add(maker, CHANGE_PUT, KIND_MAPPING, &entity, ABSENT);
    entity.mapping.service = slice_from("NFB99");
    add(maker, CHANGE_PUT, KIND_MAPPING, &entity, ABSENT);
    append(maker,
           "UNKNOWN_REFERENCE: a service, at its second change; the first is undone");
}

static void write_claims(struct maker *maker)
{
    add_capacity(maker, "K-1", 6);
    append(maker, "K-1 with six slots, to be booked by 2026-11-23");
    add_take(maker, "K-1", 14, ABSENT, ABSENT);
    append(maker, "claim 10-0: one slot for 24 hours");
    add_take(maker, "K-1", 1, 2, 60);
    add_take(maker, "K-1", 14, 1, 259200);
    append(maker, "claims 11-0, two slots for 60 s, and 11-1, one for 72 h");
    add_take(maker, "K-1", 12, 1, 60);
    append(maker, "NOT_OPEN_TO_REGION: 12");
    add_take(maker, "K-1", 14, 3, 60);
    append(maker, "NO_SLOTS_LEFT: two are");
    add_mark(maker, CHANGE_CONFIRM, "10-0", 10);
    append(maker, "10-0 confirmed");
    maker->clock.now_ms += 60 * SECOND - 1;
    add_extend(maker, "11-0", 90);
    append(maker, "11-0 extended in its last ms, to 90 s from then");
    add_extend(maker, "11-0", 90);
    append(maker, "EXTENDED_BEFORE: 11-0");
    add_extend(maker, "11-1", 60);
    append(maker, "OUT_OF_RANGE: that would shorten 11-1");
    add_mark(maker, CHANGE_RELEASE, "11-1", ABSENT);
    add_take(maker, "K-1", 14, 3, 30);
    append(maker, "11-1 released, and its slot taken again: 18-1");
    union entity entity;
    sample_entity(KIND_CAPACITY, &entity);
    entity.capacity.id = slice_from("K-1");
    entity.capacity.slots = 5;
    add(maker, CHANGE_PUT, KIND_CAPACITY, &entity, ABSENT);
    append(maker, "SLOTS_TAKEN: six of them, five are left");
    add(maker, CHANGE_DELETE, KIND_CAPACITY, &entity, ABSENT);
    append(maker, "STILL_REFERENCED: by claims that live");
}

static void write_time(struct maker *maker)
{
    maker->clock.now_ms += 30 * SECOND;
    append(maker, "a tick in the moment in which 18-1 runs out");
    struct entry tick = maker->entry;
    maker->clock.now_ms -= HOUR;
    add_mark(maker, CHANGE_CONFIRM, "18-1", ABSENT);
    append(maker, "CLAIM_STATE: 18-1 is EXPIRED, though the clock went back");
    maker->clock.now_ms += HOUR + 60 * SECOND;
    maker->entry = tick;
    maker->entry.time_ms = maker->clock.now_ms;
    send(maker, "the same tick again: no effect, but 11-0 runs out");
    add_mark(maker, CHANGE_RELEASE, "11-0", ABSENT);
    append(maker, "CLAIM_STATE: 11-0 is EXPIRED");
    maker->entry.command = slice_from("");
    send(maker, "REQUEST_ID_REUSED: with another payload");
    maker->entry.request_id[0] = 0;
    send(maker, "REQUEST_ID_WINDOW: made in 2004");
    maker->clock.now_ms += 36 * HOUR;
    add_take(maker, "K-1", 14, 1, 60);
    append(maker, "CAPACITY_CLOSED: the last day to book has passed in Stockholm");
    maker->entry.actor_kind = ENTRY_ACTOR_CHECKPOINT;
    maker->entry.actor_id = slice_from("0123456789abcdefghijklmnopqrstuvwxyzABCD");
    maker->entry.command = slice_from("");
    maker->entry.request_id[14] = 2;
    send(maker, "a checkpoint of a sequence that nobody remembers");
}

static void write_ends(struct maker *maker)
{
    add_withdraw(maker, "K-1", false);
    append(maker, "CONFIRMED_CLAIMS: 10-0");
    add_capacity(maker, "K-2", 2);
    append(maker, "K-2 with two slots");
    union entity entity;
    sample_entity(KIND_CAPACITY, &entity);
    entity.capacity.id = slice_from("K-2");
    entity.capacity.slots = 2;
    add(maker, CHANGE_PUT, KIND_CAPACITY, &entity, 30);
    append(maker, "K-2 without a last day to book");
    add_take(maker, "K-2", 14, ABSENT, ABSENT);
    add_mark(maker, CHANGE_CONFIRM, "32-0", 32);
    add_take(maker, "K-2", 14, ABSENT, ABSENT);
    append(maker, "claims 32-0, confirmed in the same entry, and 32-2, held");
    add_withdraw(maker, "K-2", true);
    add_mark(maker, CHANGE_RELEASE, "32-0", ABSENT);
    append(maker, "CLAIM_STATE: 32-0 is RELEASED by then; the withdraw is undone");
    add_withdraw(maker, "K-2", true);
    append(maker, "K-2 withdrawn, 32-0 and 32-2 released and marked");
    add_withdraw(maker, "K-1", true);
    append(maker, "K-1 withdrawn, 10-0 released and marked");
    add_samples(maker, CHANGE_DELETE);
    append(maker, "one of each kind is deleted, the last put first");
    add_capacity(maker, "K-1", 1);
    append(maker, "UNKNOWN_REFERENCE: its unit is gone");
    sample_entity(KIND_REGION, &entity);
    add(maker, CHANGE_PUT, KIND_REGION, &entity, 0);
    append(maker, "a region that was deleted is put again");
}

static void write_life(struct maker *maker)
{
    write_entities(maker);
    write_claims(maker);
    write_time(maker);
    write_ends(maker);
}

// ---- a random log ----

static void add_places(struct maker *maker)
{
    union entity entity;
    for (int i = 0; claim_commands_units[i]; i++) {
        sample_entity(KIND_UNIT, &entity);
        entity.unit.id = slice_from(claim_commands_units[i]);
        entity.unit.municipality = SLICE_ABSENT;
        add(maker, CHANGE_PUT, KIND_UNIT, &entity, ABSENT);
    }
    for (int i = 0; claim_commands_services[i]; i++) {
        sample_entity(KIND_SERVICE, &entity);
        entity.service.code = slice_from(claim_commands_services[i]);
        add(maker, CHANGE_PUT, KIND_SERVICE, &entity, ABSENT);
    }
}

static void write_random(struct maker *maker, uint64_t seed)
{
    static struct claim_commands commands; // large
    struct naive_claims model;
    struct naive_result result;
    claim_commands_start(&commands, seed);
    naive_claims_init(&model, claim_commands_units, claim_commands_services);
    add_places(maker);
    maker->clock.now_ms = commands.start_ms;
    append(maker, "units and services");
    model.sequence = 2;
    model.logical_ms = commands.start_ms;
    for (int i = 0; i < CLAIM_COMMANDS_MAX; i++) {
        const struct claim_command *command = claim_commands_next(&commands, &model);
        naive_claims_apply(&model, &command->naive, &result);
        maker->entry.time_ms = command->naive.time_ms;
        memcpy(maker->entry.request_id, command->naive.request_id, 16);
        maker->entry.command = buffer_slice(&command->bytes);
        send(maker, NULL);
    }
    claim_commands_close(&commands);
    naive_claims_free(&model);
}

// ---- entities with all their fields ----

// A put of a record as it stands in FILE, past the writer.
static void add_record(struct maker *maker, enum kind kind, const char *hex)
{
    struct buffer record = {0};
    for (; hex[0] && hex[1]; hex += 2) {
        unsigned byte = 0;
        CHECK(sscanf(hex, "%2x", &byte) == 1);
        buffer_append(&record, &(char){(char)byte}, 1);
    }
    size_t change = wire_write_start(&maker->command, 1);
    size_t put = wire_write_start(&maker->command, CHANGE_PUT);
    wire_write_bytes(&maker->command, kind, buffer_slice(&record));
    wire_write_end(&maker->command, put);
    wire_write_end(&maker->command, change);
    buffer_free(&record);
}

static void write_records(struct maker *maker, const char *path)
{
    char *line = NULL, kind_name[32];
    size_t capacity = 0;
    int at = 0;
    FILE *file = fopen(path, "r");
    CHECK(file);
    add_samples(maker, CHANGE_PUT);
    append(maker, "one of each kind is put");
    while (getline(&line, &capacity, file) > 0) {
        if (sscanf(line, "record %31s %n", kind_name, &at) != 1)
            continue;
        enum kind kind = entity_kind_find(slice_from(kind_name));
        line[strcspn(line, "\n")] = '\0';
        if (kind == KIND_CLAIM)
            continue;
        add_record(maker, kind, line + at);
        append(maker, kind_name);
    }
    free(line);
    fclose(file);
    add_samples(maker, CHANGE_DELETE);
    append(maker, NULL);
}

// ---- the file ----

static void print_end(const struct maker *maker)
{
    struct replica_status status;
    replica_status(maker->replica, &status);
    printf("revision %llu\nchain ", (unsigned long long)status.applied);
    print_hex(status.chain, sizeof status.chain);
}

int main(int argc, char **argv)
{
    struct maker maker = {.clock = {NOON, 1}};
    bool is_life = argc == 2 && strcmp(argv[1], "life") == 0;
    bool is_random = argc == 3 && strcmp(argv[1], "random") == 0;
    if (!is_life && !is_random && !(argc == 3 && strcmp(argv[1], "records") == 0)) {
        fprintf(stderr, "usage: golden_log life | random SEED | records FILE\n");
        return 2;
    }
    maker.state = state_new(wire_record_decode, wire_record_encode);
    maker.port = fake_clock_port(&maker.clock);
    maker.replica = replica_new(&maker.port);
    fake_log_init(&maker.log, maker.replica, &maker.clock);
    entry_decode(buffer_slice(&maker.log.entries[0]), &maker.entry);
    outcome_of(&maker);
    wire_command_writer_init(&maker.writer, &maker.command);
    printf("# What a log of format version 1 is, for ever: tests/unit/replica/"
           "test_golden_log.c applies it.\n# 1: the log's name\nentry ");
    print_hex(maker.log.entries[0].data, maker.log.entries[0].len);
    if (is_life)
        write_life(&maker);
    else if (is_random)
        write_random(&maker, strtoull(argv[2], NULL, 10));
    else
        write_records(&maker, argv[2]);
    print_end(&maker);
    wire_command_writer_close(&maker.writer);
    buffer_free(&maker.command);
    state_free(maker.state);
    fake_log_close(&maker.log);
    replica_free(maker.replica);
    return 0;
}
