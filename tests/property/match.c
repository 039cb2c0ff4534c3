// SPDX-License-Identifier: Apache-2.0
//
// The engine against the naive matcher on random worlds: every operation goes the whole
// way (checked, encoded as a command, applied), every answer comes back as bytes and is
// compared field by field. How much: PROPERTY_QUERIES (default 10,000), from
// PROPERTY_SEED (default 1).
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/ask.h"
#include "lib/compare.h"
#include "lib/world.h"
#include "wire/answer.h"
#include "wire/change.h"
#include "wire/codec.h"

#define QUERIES_PER_WORLD 500
#define QUERIES_PER_OP 4

struct daemon {
    struct state *state;
    uint64_t n_requests;
    struct buffer command, bytes;
    struct arena arena;
    char where[64]; // seed and step, for messages
};

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text ? atoll(text) : otherwise;
}

static struct command_header next_header(struct daemon *daemon, int32_t today)
{
    // noon UTC, so that the day of logical time is today
    int64_t time_ms = today * DAY_MS + DAY_MS / 2;
    struct command_header header = {
        .sequence = state_revision(daemon->state) + 1,
        .time_ms = time_ms,
    };
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    header.request_id[6] = 0x70;
    header.request_id[8] = 0x80;
    daemon->n_requests++;
    memcpy(header.request_id + 9, &daemon->n_requests, 7);
    return header;
}

// Sends the command that has been written; a refused one must leave the entities as they
// were.
static struct outcome apply(struct daemon *daemon, int32_t today)
{
    struct command_header header = next_header(daemon, today);
    struct wire_command_reader reader;
    struct outcome outcome;
    struct refusal refusal;
    cr_assert_eq(wire_command_check(buffer_slice(&daemon->command)), 0);

    unsigned char before[16], after[16];
    state_digest(daemon->state, before);
    wire_command_reader_init(&reader, buffer_slice(&daemon->command));
    int expected =
        state_validate(daemon->state, header.time_ms, &reader.source, &refusal);
    state_digest(daemon->state, after);
    cr_assert_arr_eq(before, after, 16, "%s: validating changed the state",
                     daemon->where);

    wire_command_reader_init(&reader, buffer_slice(&daemon->command));
    state_apply(daemon->state, &header, &reader.source, &outcome, &refusal);
    cr_assert_eq(outcome.status, expected, "%s: %s", daemon->where, refusal.message);
    return outcome;
}

static void add_change(struct daemon *daemon, struct wire_command_writer *writer,
                       enum change_op op, enum kind kind, const union entity *entity)
{
    struct refusal refusal;
    union entity copy = *entity;
    int status = wire_command_add(writer, op, kind, &copy, ABSENT, &refusal);
    cr_assert_eq(status, 0, "%s: %s", daemon->where, refusal.message);
}

static void load_world(struct daemon *daemon, const struct world *world)
{
    struct wire_command_writer writer;
    buffer_clear(&daemon->command);
    wire_command_writer_init(&writer, &daemon->command);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&world->stored, kind); i++)
            add_change(daemon, &writer, CHANGE_PUT, kind,
                       naive_at(&world->stored, kind, i));
    wire_command_writer_close(&writer);
    struct outcome outcome = apply(daemon, world->today);
    cr_assert_eq(outcome.status, 0, "%s: change %u, field %s", daemon->where,
                 outcome.change_index, outcome.field);
}

static void one_op(struct daemon *daemon, struct world *world)
{
    struct world_op op;
    struct wire_command_writer writer;
    world_next_op(world, &op);
    if (op.op == WORLD_DAY)
        return;
    buffer_clear(&daemon->command);
    wire_command_writer_init(&writer, &daemon->command);
    add_change(daemon, &writer, op.op == WORLD_PUT ? CHANGE_PUT : CHANGE_DELETE, op.kind,
               &op.entity);
    wire_command_writer_close(&writer);
    struct outcome outcome = apply(daemon, world->today);
    cr_assert_eq(outcome.reason, op.refused, "%s: %s, wanted %s", daemon->where,
                 reason_name(outcome.reason), reason_name(op.refused));
}

static int ask(struct daemon *daemon, const struct query *query, int32_t today,
               struct answer *answer, struct refusal *refusal)
{
    struct ask ask;
    struct match_answer found;
    int status = ask_prepare(daemon->state, query, today, &ask, refusal);
    if (status != STATUS_OK)
        return status;
    buffer_clear(&daemon->bytes);
    match_query_run(state_index(daemon->state), &ask.match, &daemon->arena, &found);
    wire_answer_encode(daemon->state, &ask, &found, &daemon->bytes);
    status = wire_decode(&shape_answer, WIRE_PUBLIC, buffer_slice(&daemon->bytes), answer,
                         &daemon->arena, refusal);
    cr_assert_eq(status, 0, "%s: %s: %s", daemon->where, refusal->field,
                 refusal->message);
    return STATUS_OK;
}

static void one_query(struct daemon *daemon, struct world *world,
                      struct naive_answer *expected)
{
    struct query query;
    struct answer answer;
    struct refusal refusal = {0};
    world_next_query(world, &query);
    arena_reset(&daemon->arena);
    world->stored.revision = (int64_t)state_revision(daemon->state);
    int wanted = naive_match(&world->stored, &query, world->today, expected);
    int status = ask(daemon, &query, world->today, &answer, &refusal);
    cr_assert(
        compare_refusal(wanted, &expected->refusal, status, &refusal, daemon->where));
    if (status == STATUS_OK)
        cr_assert(compare_answer(&expected->answer, &answer, daemon->where));
}

static void check_counts(const struct daemon *daemon, const struct world *world)
{
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        cr_assert_eq(state_count(daemon->state, kind), naive_count(&world->stored, kind),
                     "%s: %s", daemon->where, entity_kind_name(kind));
}

static void run_world(uint64_t seed)
{
    struct world world;
    struct naive_answer expected = {0};
    struct daemon daemon = {.state = state_new(wire_record_decode, wire_record_encode)};
    world_init(&world, seed);
    snprintf(daemon.where, sizeof daemon.where, "seed %llu, load",
             (unsigned long long)seed);
    load_world(&daemon, &world);
    for (int i = 0; i < QUERIES_PER_WORLD; i++) {
        snprintf(daemon.where, sizeof daemon.where, "seed %llu, query %d",
                 (unsigned long long)seed, i);
        if (i % QUERIES_PER_OP == 0)
            one_op(&daemon, &world);
        // Sometimes in order, sometimes not, sometimes half way: the answer is the same.
        if (i % 3 == 0)
            match_index_prepare(state_index(daemon.state), world.today,
                                (uint32_t)(i % 7) * 8);
        one_query(&daemon, &world, &expected);
    }
    check_counts(&daemon, &world);
    naive_answer_free(&expected);
    world_close(&world);
    state_free(daemon.state);
    buffer_free(&daemon.command);
    buffer_free(&daemon.bytes);
    arena_free(&daemon.arena);
}

Test(property, every_answer_is_the_naive_matchers, .timeout = 0)
{
    int64_t queries = setting("PROPERTY_QUERIES", 10000);
    uint64_t seed = (uint64_t)setting("PROPERTY_SEED", 1);
    for (int64_t done = 0; done < queries; done += QUERIES_PER_WORLD)
        run_world(seed++);
}
