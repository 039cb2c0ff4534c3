// SPDX-License-Identifier: Apache-2.0
//
// match and domain: the index, a whole state, a batch that is taken back, request ids.
// Running out of memory ends the process there: what a committed entry does has no error
// path.
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/status.h"
#include "domain/ask.h"
#include "domain/request_ids.h"
#include "domain/snapshot.h"
#include "lib/samples.h"
#include "lib/world.h"
#include "match/query.h"
#include "replica/replica.h"
#include "torture/torture.h"
#include "wire/answer.h"
#include "wire/change.h"

#define TODAY 20779 // 2026-11-22
#define NOON_MS (TODAY * DAY_MS + DAY_MS / 2)

// --- the index ---

#define N_UNITS 40

static struct match_line make_line(const char *record)
{
    return (struct match_line){.record = record,
                               .price = MATCH_PRICE_ABSENT,
                               .lead_days = MATCH_DAYS_ABSENT,
                               .terms = {.weight_max = UINT16_MAX,
                                         .bmi_max = UINT16_MAX,
                                         .age_max = UINT8_MAX,
                                         .asa_max = 6}};
}

static int compare_records(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void fill_index(struct match_index *index, char ids[N_UNITS][4])
{
    struct match_agreement agreement = {
        .valid_from = MATCH_DATE_MIN, .valid_to = MATCH_DATE_MAX, .parties = 1u << 1};
    match_index_set_service(index, 0, 0);
    match_index_set_agreement(index, 0, &agreement);
    for (uint32_t i = 0; i < N_UNITS; i++) {
        ids[i][0] = (char)('A' + i / 10);
        ids[i][1] = (char)('0' + i % 10);
        struct match_unit unit = {.id = slice_from(ids[i]), .region = 1, .active = true};
        unit.has_position = true;
        unit.position = (struct position){59000000 + (int32_t)i * 10000, 18000000};
        struct match_waiting waiting = {.observed_on = TODAY,
                                        .current_days = (int16_t)(90 - i),
                                        .forecast_days = MATCH_DAYS_ABSENT};
        struct match_permit permit = {ids[i], TODAY - 1, MATCH_DATE_MAX, false};
        struct match_line line = make_line(ids[i]);
        match_index_set_unit(index, i, &unit);
        match_index_set_waiting(index, 0, i, &waiting);
        match_index_add_permit(index, 0, i, &permit);
        match_index_add_line(index, 0, i, &line);
    }
}

static void expect_first(const struct match_index *index, enum match_order order,
                         uint32_t unit)
{
    struct arena arena = {0};
    struct match_answer answer;
    struct match_query query = {.service = 0,
                                .home_region = 1u << 1,
                                .today = TODAY,
                                .on = TODAY,
                                .age = -1,
                                .has_origin = true,
                                .origin = {59000000, 18000000},
                                .max_wait_days = -1,
                                .max_distance_km = -1,
                                .slots = 1,
                                .order = order,
                                .limit = 10,
                                .explain = true};
    match_query_run(index, &query, &arena, &answer);
    TORTURE_EXPECT(answer.n_options == 10);
    TORTURE_EXPECT(answer.options[0].chosen.unit == unit);
    arena_free(&arena);
}

static enum torture_end index_is_built_and_asked(void)
{
    char ids[N_UNITS][4] = {{0}};
    struct match_index *index = match_index_new(compare_records);
    fill_index(index, ids);
    match_index_settle(index);
    TORTURE_EXPECT(match_index_prepare(index, TODAY, 0) == 0);
    expect_first(index, MATCH_EARLIEST, N_UNITS - 1);
    expect_first(index, MATCH_NEAREST, 0);
    for (uint32_t i = 0; i < N_UNITS; i += 2)
        match_index_remove_line(index, 0, i, ids[i]);
    match_index_settle(index);
    match_index_free(index);
    return TORTURE_DONE;
}

// --- the state, a replica's without a log ---

static void no_chance(void *self, void *out, uint32_t len)
{
    (void)self;
    memset(out, 0, len);
}

static const struct replica_clock clock = {.random_bytes = no_chance};

static struct world world;
static struct buffer world_command;
static unsigned char digest_after[16];
static struct buffer answers_after;

static void write_world(void)
{
    struct wire_command_writer writer;
    struct refusal refusal;
    world_init_small(&world, 7);
    wire_command_writer_init(&writer, &world_command);
    for (enum kind kind = KIND_REGION; kind < KIND_PUT_COUNT; kind++)
        for (size_t i = 0; i < naive_count(&world.stored, kind); i++) {
            union entity copy = *naive_at(&world.stored, kind, i);
            TORTURE_EXPECT(wire_command_add(&writer, CHANGE_PUT, kind, &copy, ABSENT,
                                            &refusal) == 0);
        }
    wire_command_writer_close(&writer);
}

static struct outcome apply(struct state *state, struct slice command)
{
    struct outcome outcome;
    struct wire_command_reader reader;
    struct command_header header = {.sequence = state_revision(state) + 1,
                                    .time_ms =
                                        (int64_t)world.today * DAY_MS + DAY_MS / 2};
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(header.time_ms >> (40 - 8 * i));
    header.request_id[6] = 0x70;
    header.request_id[8] = 0x80;
    header.request_id[15] = (unsigned char)header.sequence;
    wire_command_reader_init(&reader, command);
    state_apply(state, &header, &reader.source, &outcome, NULL);
    return outcome;
}

static void answer_all(struct state *state, struct buffer *answers)
{
    struct arena arena = {0};
    for (size_t i = 0; i < naive_count(&world.stored, KIND_SERVICE); i++) {
        struct ask ask;
        struct query query;
        struct match_answer found;
        shape_clear(&shape_query, &query);
        query.service = naive_at(&world.stored, KIND_SERVICE, i)->service.code;
        query.home_region = world.regions[0];
        query.explain = true;
        TORTURE_EXPECT(ask_prepare(state, &query, world.today, &ask, NULL) == 0);
        match_query_run(state_index(state), &ask.match, &arena, &found);
        wire_answer_encode(state, &ask, &found, answers);
        arena_reset(&arena);
    }
    arena_free(&arena);
}

static void prepare_world(void)
{
    write_world();
    struct replica *replica = replica_new(&clock);
    struct state *state = replica_state(replica);
    TORTURE_EXPECT(apply(state, buffer_slice(&world_command)).status == 0);
    state_digest(state, digest_after);
    answer_all(state, &answers_after);
    replica_free(replica);
}

static void expect_world(struct state *state)
{
    unsigned char digest[16];
    state_digest(state, digest);
    TORTURE_EXPECT(memcmp(digest, digest_after, 16) == 0);
}

static enum torture_end state_applies_a_world_and_answers(void)
{
    struct buffer answers = {0};
    struct replica *replica = replica_new(&clock);
    struct state *state = replica_state(replica);
    TORTURE_EXPECT(apply(state, buffer_slice(&world_command)).status == 0);
    answer_all(state, &answers);
    expect_world(state);
    TORTURE_EXPECT(slice_equal(buffer_slice(&answers), buffer_slice(&answers_after)));
    buffer_free(&answers);
    replica_free(replica);
    return TORTURE_DONE;
}

// Deletes and puts that are all right, and in the end a change that is not.
static void write_refused_batch(struct buffer *out)
{
    struct wire_command_writer writer;
    struct refusal refusal;
    union entity entity;
    wire_command_writer_init(&writer, out);
    for (size_t i = 0; i < naive_count(&world.stored, KIND_AGREEMENT_LINE); i += 2) {
        entity = *naive_at(&world.stored, KIND_AGREEMENT_LINE, i);
        wire_command_add(&writer, CHANGE_DELETE, KIND_AGREEMENT_LINE, &entity, ABSENT,
                         &refusal);
    }
    for (size_t i = 0; i < naive_count(&world.stored, KIND_UNIT); i++) {
        entity = *naive_at(&world.stored, KIND_UNIT, i);
        entity.unit.name = slice_from("Ett annat namn");
        wire_command_add(&writer, CHANGE_PUT, KIND_UNIT, &entity, ABSENT, &refusal);
    }
    entity = *naive_at(&world.stored, KIND_UNIT, 0);
    wire_command_add(&writer, CHANGE_DELETE, KIND_UNIT, &entity, 999999, &refusal);
    wire_command_writer_close(&writer);
}

static struct buffer refused_batch;

static void prepare_refused_batch(void)
{
    prepare_world();
    write_refused_batch(&refused_batch);
}

static enum torture_end batch_is_taken_back(void)
{
    struct buffer answers = {0};
    unsigned char before[16];
    torture_hold();
    struct replica *replica = replica_new(&clock);
    struct state *state = replica_state(replica);
    TORTURE_EXPECT(apply(state, buffer_slice(&world_command)).status == 0);
    state_digest(state, before);
    torture_go();
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, buffer_slice(&refused_batch));
    int status = state_validate(state, NOON_MS, &reader.source, NULL);
    TORTURE_EXPECT(status != 0);
    expect_world(state);
    TORTURE_EXPECT(apply(state, buffer_slice(&refused_batch)).status == status);
    answer_all(state, &answers);
    torture_hold();
    TORTURE_EXPECT(answers.len == answers_after.len);
    buffer_free(&answers);
    replica_free(replica);
    return TORTURE_DONE;
}

static enum torture_end snapshot_is_written_and_read(void)
{
    struct snapshot_head head;
    struct buffer bytes = {0}, answers = {0};
    torture_hold();
    struct replica *replica = replica_new(&clock), *other = replica_new(&clock);
    struct state *state = replica_state(replica), *copy = replica_state(other);
    TORTURE_EXPECT(apply(state, buffer_slice(&world_command)).status == 0);
    torture_go();
    struct snapshot_walk *walk = snapshot_begin(state, false, &head);
    int status;
    while ((status = snapshot_step(walk, 7, &bytes)) == 1)
        ;
    snapshot_end(walk);
    TORTURE_EXPECT(status == 0);
    TORTURE_EXPECT(snapshot_read(copy, buffer_slice(&bytes)) == 0);
    TORTURE_EXPECT(snapshot_finish(copy, &head) == 0);
    expect_world(copy);
    answer_all(copy, &answers);
    TORTURE_EXPECT(slice_equal(buffer_slice(&answers), buffer_slice(&answers_after)));
    buffer_free(&bytes);
    buffer_free(&answers);
    replica_free(replica);
    replica_free(other);
    return TORTURE_DONE;
}

// --- request ids ---

#define N_IDS 20000

static struct request_entry make_entry(uint32_t number)
{
    struct request_entry entry = {.outcome.sequence = number};
    for (int i = 0; i < 6; i++)
        entry.id[i] = (unsigned char)(NOON_MS >> (40 - 8 * i));
    entry.id[6] = 0x70;
    entry.id[8] = 0x80;
    memcpy(entry.id + 9, &number, sizeof number);
    return entry;
}

static enum torture_end request_ids_grow(void)
{
    struct request_ids ids = {0};
    for (uint32_t i = 0; i < N_IDS; i++) {
        struct request_entry entry = make_entry(i);
        request_ids_add(&ids, &entry, NOON_MS, NULL, NULL);
    }
    for (uint32_t i = 0; i < N_IDS; i++) {
        struct request_entry entry = make_entry(i);
        const struct request_entry *found = request_ids_find(&ids, entry.id);
        TORTURE_EXPECT(found && found->outcome.sequence == i);
    }
    request_ids_free(&ids);
    return TORTURE_DONE;
}

const struct torture_scenario torture_domain[] = {
    {.name = "match_index_is_built_and_asked",
     .run = index_is_built_and_asked,
     .memory = true},
    {.name = "state_applies_a_world_and_answers",
     .run = state_applies_a_world_and_answers,
     .memory = true,
     .prepare = prepare_world},
    {.name = "state_takes_a_mixed_batch_back",
     .run = batch_is_taken_back,
     .memory = true,
     .prepare = prepare_refused_batch},
    {.name = "state_snapshot_is_written_and_read",
     .run = snapshot_is_written_and_read,
     .memory = true,
     .prepare = prepare_world},
    {.name = "request_ids_grow", .run = request_ids_grow, .memory = true},
    {0},
};
