// SPDX-License-Identifier: Apache-2.0
//
// A snapshot taken in slices while random entries are applied, refused ones among them, is
// the state at the entry where it began: read into an empty state it has that digest, and
// the entries since then make both the same again. How many worlds: PROPERTY_WORLDS
// (default 60), from PROPERTY_SEED (default 1).
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/snapshot.h"
#include "lib/world.h"
#include "wire/change.h"

#define OPS_BEFORE 40
#define OPS_DURING 120
#define BATCH_MAX 5
#define ENTRIES_MAX (OPS_BEFORE + OPS_DURING + 1)

struct logged {
    struct command_header header;
    struct buffer command;
};

struct run {
    struct world world;
    struct state *state;
    struct logged log[ENTRIES_MAX];
    uint32_t n_log;
    uint64_t random;
    char where[64];
};

static uint64_t next_random(struct run *run, uint64_t below)
{
    run->random ^= run->random << 13;
    run->random ^= run->random >> 7;
    run->random ^= run->random << 17;
    return run->random % below;
}

static void apply(struct state *state, const struct logged *entry)
{
    struct wire_command_reader reader;
    struct outcome outcome;
    wire_command_reader_init(&reader, buffer_slice(&entry->command));
    state_apply(state, &entry->header, &reader.source, &outcome, NULL);
}

static struct logged *next_entry(struct run *run)
{
    struct logged *entry = &run->log[run->n_log++];
    int64_t time_ms = run->world.today * DAY_MS + DAY_MS / 2;
    entry->header.sequence = state_revision(run->state) + 1;
    entry->header.time_ms = time_ms;
    for (int i = 0; i < 6; i++)
        entry->header.request_id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    entry->header.request_id[6] = 0x70;
    entry->header.request_id[8] = 0x80;
    memcpy(entry->header.request_id + 9, &run->n_log, sizeof run->n_log);
    return entry;
}

static void load(struct run *run)
{
    struct logged *entry = next_entry(run);
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, &entry->command);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&run->world.stored, kind); i++) {
            union entity copy = *naive_at(&run->world.stored, kind, i);
            cr_assert_eq(wire_command_add(&writer, CHANGE_PUT, kind, &copy, ABSENT, NULL),
                         0);
        }
    wire_command_writer_close(&writer);
    apply(run->state, entry);
}

// A batch; when one change of it is to be refused, the whole is undone. The world then
// says more than the daemon holds, which later operations find out as refusals.
static void write_something(struct run *run)
{
    struct logged *entry = next_entry(run);
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, &entry->command);
    for (uint64_t n = next_random(run, BATCH_MAX) + 1; n > 0; n--) {
        struct world_op op;
        world_next_op(&run->world, &op);
        if (op.op != WORLD_DAY)
            wire_command_add(&writer, op.op == WORLD_PUT ? CHANGE_PUT : CHANGE_DELETE,
                             op.kind, &op.entity, ABSENT, NULL);
    }
    wire_command_writer_close(&writer);
    apply(run->state, entry);
}

static void expect_digest(const struct run *run, const struct state *state,
                          const unsigned char wanted[16])
{
    unsigned char digest[16];
    state_digest(state, digest);
    cr_assert_arr_eq(digest, wanted, 16, "%s", run->where);
}

static void check_copy(struct run *run, const struct snapshot_head *head,
                       struct slice items)
{
    struct state *copy = state_new(wire_record_decode, wire_record_encode);
    unsigned char digest[16];
    cr_assert_eq(snapshot_read(copy, items), STATUS_OK, "%s", run->where);
    cr_assert_eq(snapshot_finish(copy, head), STATUS_OK, "%s", run->where);
    expect_digest(run, copy, head->digest);
    for (uint32_t i = (uint32_t)head->sequence; i < run->n_log; i++)
        apply(copy, &run->log[i]);
    state_digest(run->state, digest);
    expect_digest(run, copy, digest);
    state_free(copy);
}

static void run_seed(uint64_t seed)
{
    static struct run run;
    run = (struct run){.random = seed * 2654435761u + 1};
    snprintf(run.where, sizeof run.where, "seed %llu", (unsigned long long)seed);
    run.state = state_new(wire_record_decode, wire_record_encode);
    world_init_small(&run.world, seed);
    load(&run);
    for (int i = 0; i < OPS_BEFORE; i++)
        write_something(&run);

    struct snapshot_head head;
    struct buffer items = {0};
    struct snapshot_walk *walk = snapshot_begin(run.state, false, &head);
    int more = 1;
    for (int i = 0; i < OPS_DURING; i++) {
        if (more == 1)
            more = snapshot_step(walk, (unsigned)next_random(&run, 6), &items);
        write_something(&run);
    }
    while (more == 1)
        more = snapshot_step(walk, 7, &items);
    cr_assert_eq(more, STATUS_OK, "%s: what was written is not the state", run.where);
    snapshot_end(walk);

    check_copy(&run, &head, buffer_slice(&items));
    buffer_free(&items);
    for (uint32_t i = 0; i < run.n_log; i++)
        buffer_free(&run.log[i].command);
    world_close(&run.world);
    state_free(run.state);
}

Test(property, a_snapshot_taken_while_entries_are_applied_is_the_state_where_it_began,
     .timeout = 0)
{
    const char *worlds = getenv("PROPERTY_WORLDS"), *first = getenv("PROPERTY_SEED");
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    for (uint64_t n = worlds ? strtoull(worlds, NULL, 10) : 60; n > 0; n--)
        run_seed(seed++);
}
