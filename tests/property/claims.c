// SPDX-License-Identifier: Apache-2.0
//
// Capacities and claims against the sequential model of lib/naive_claims.h: random
// commands go the whole way (checked, encoded, read back, applied); outcomes, records,
// free slots by any clock and the answers of matching are the model's. How much:
// PROPERTY_SEQUENCES (default 10,000), from PROPERTY_SEED (default 1).
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "domain/ask.h"
#include "lib/claim_commands.h"
#include "lib/compare.h"
#include "wire/answer.h"
#include "wire/change.h"
#include "wire/codec.h"

#define COMMANDS_MIN 3
#define COMMANDS_MAX 24

// One sequence of commands, its model and its state.
struct run {
    struct claim_commands commands;
    struct naive_claims model;
    struct naive_world world; // what a match sees: slots are the free ones
    struct naive_answer expected;
    struct state *state;
    struct command_header headers[CLAIM_COMMANDS_MAX];
    bool refused[CLAIM_COMMANDS_MAX];
    struct buffer load; // the command that stores units and services
    struct command_header load_header;
    struct buffer bytes;
    struct arena arena;
    struct record_view view;
    uint64_t n_met[REASON_COUNT]; // refusals by their reason, of all sequences
    uint64_t seed;
    char where[64];
};

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text ? atoll(text) : otherwise;
}

// ---- the world that nothing changes ----

static void add_entity(struct run *run, struct wire_command_writer *writer,
                       enum kind kind, union entity *entity)
{
    struct refusal refusal;
    naive_put(&run->world, kind, entity);
    int status = wire_command_add(writer, CHANGE_PUT, kind, entity, ABSENT, &refusal);
    cr_assert_eq(status, 0, "%s", refusal.message);
}

static void load_world(struct run *run)
{
    struct wire_command_writer writer;
    union entity entity;
    buffer_clear(&run->load);
    wire_command_writer_init(&writer, &run->load);
    for (int i = 0; claim_commands_units[i]; i++) {
        shape_clear(entity_shape(KIND_UNIT), &entity);
        entity.unit.id = slice_from(claim_commands_units[i]);
        entity.unit.name = slice_from("Kliniken");
        entity.unit.region = claim_commands_regions[i];
        entity.unit.ownership = OWNERSHIP_PUBLIC;
        add_entity(run, &writer, KIND_UNIT, &entity);
    }
    for (int i = 0; claim_commands_services[i]; i++) {
        shape_clear(entity_shape(KIND_SERVICE), &entity);
        entity.service.code = slice_from(claim_commands_services[i]);
        entity.service.system = slice_from("KVA");
        entity.service.version = slice_from("2026");
        entity.service.name_sv = slice_from("Operation");
        entity.service.guarantee = GUARANTEE_NONE;
        add_entity(run, &writer, KIND_SERVICE, &entity);
    }
    wire_command_writer_close(&writer);
}

static void apply(struct state *state, const struct command_header *header,
                  struct slice command, struct outcome *outcome, struct refusal *refusal)
{
    struct wire_command_reader reader;
    cr_assert_eq(wire_command_check(command), 0);
    wire_command_reader_init(&reader, command);
    state_apply(state, header, &reader.source, outcome, refusal);
    cr_assert_eq(reader.status, 0);
}

static struct state *new_state(const struct run *run)
{
    struct outcome outcome;
    struct state *state = state_new(wire_record_decode, wire_record_encode);
    apply(state, &run->load_header, buffer_slice(&run->load), &outcome, NULL);
    cr_assert_eq(outcome.status, 0);
    return state;
}

static void start(struct run *run, uint64_t seed)
{
    run->seed = seed;
    claim_commands_start(&run->commands, seed);
    naive_claims_init(&run->model, claim_commands_units, claim_commands_services);
    int64_t time_ms = run->commands.start_ms - 1000;
    run->model.sequence = 1;
    run->model.logical_ms = time_ms;
    run->load_header = (struct command_header){.sequence = 1, .time_ms = time_ms};
    for (int i = 0; i < 6; i++)
        run->load_header.request_id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    run->load_header.request_id[6] = 0x70;
    run->load_header.request_id[8] = 0x80;
    run->state = new_state(run);
}

// ---- what is stored ----

static void check_claim(const struct run *run, const struct naive_claim *wanted,
                        const struct claim *claim, uint64_t revision)
{
    const char *where = run->where;
    cr_assert(slice_equal(claim->capacity, slice_from(wanted->capacity)), "%s", where);
    cr_assert_eq(claim->region, wanted->region, "%s", where);
    cr_assert_eq(claim->slots, wanted->slots, "%s", where);
    cr_assert_eq(claim->state, wanted->state, "%s: %s is %s", where, wanted->id,
                 claim_state_names[claim->state]);
    cr_assert_eq(claim->until, wanted->until, "%s: %s until %lld, wanted %lld", where,
                 wanted->id, (long long)claim->until, (long long)wanted->until);
    cr_assert(slice_equal(claim->reference, slice_from(wanted->reference)), "%s", where);
    cr_assert_eq(claim->reference.data != NULL, wanted->reference[0] != 0, "%s", where);
    cr_assert(slice_equal(claim->unit, slice_from(wanted->unit)), "%s", where);
    cr_assert(slice_equal(claim->service, slice_from(wanted->service)), "%s", where);
    cr_assert_eq(claim->taken_at, wanted->taken_at, "%s", where);
    cr_assert_eq(claim->extended, wanted->extended ? true : ABSENT, "%s", where);
    cr_assert_eq(claim->withdrawn, wanted->withdrawn ? true : ABSENT, "%s", where);
    cr_assert_eq(revision, wanted->revision, "%s: %s has revision %llu, wanted %llu",
                 where, wanted->id, (unsigned long long)revision,
                 (unsigned long long)wanted->revision);
}

static void check_capacity(const struct run *run, const struct naive_capacity *wanted,
                           const struct capacity *capacity, uint64_t revision)
{
    const char *where = run->where;
    cr_assert(slice_equal(capacity->unit, slice_from(wanted->unit)), "%s", where);
    cr_assert(slice_equal(capacity->service, slice_from(wanted->service)), "%s", where);
    cr_assert(slice_equal(capacity->note, slice_from(wanted->note)), "%s", where);
    cr_assert_eq(capacity->slots, wanted->slots, "%s", where);
    cr_assert_eq(capacity->window_start, wanted->window_start, "%s", where);
    cr_assert_eq(capacity->window_end, wanted->window_end, "%s", where);
    cr_assert_eq(capacity->book_by, wanted->book_by, "%s", where);
    cr_assert_eq(capacity->open_to, wanted->open_to, "%s", where);
    cr_assert_eq(revision, wanted->revision, "%s", where);
}

static void check_records(struct run *run, enum kind kind)
{
    size_t n = 0;
    const struct record *record = state_next(run->state, kind, SLICE_ABSENT);
    while (record) {
        union entity entity;
        n++;
        record_view_set(&run->view, record);
        wire_record_decode(&run->view, &entity);
        if (kind == KIND_CLAIM) {
            const struct naive_claim *wanted =
                naive_claim_find(&run->model, entity.claim.claim);
            cr_assert_not_null(wanted, "%s", run->where);
            check_claim(run, wanted, &entity.claim, run->view.revision);
        } else {
            const struct naive_capacity *wanted =
                naive_capacity_find(&run->model, entity.capacity.id);
            cr_assert_not_null(wanted, "%s", run->where);
            check_capacity(run, wanted, &entity.capacity, run->view.revision);
        }
        record = state_next(run->state, kind, record_view_key(&run->view));
    }
    cr_assert_eq(n, kind == KIND_CLAIM ? run->model.n_claims : run->model.n_capacities,
                 "%s", run->where);
    cr_assert_eq(n, state_count(run->state, kind), "%s", run->where);
}

static void check_next_hold(const struct run *run)
{
    const struct naive_claim *wanted = naive_next_hold(&run->model);
    char id[CLAIM_ID_MAX];
    int64_t until;
    bool found = state_next_hold(run->state, &until, id);
    cr_assert_eq(found, wanted != NULL, "%s", run->where);
    if (!found)
        return;
    cr_assert_eq(until, wanted->until, "%s", run->where);
    cr_assert_str_eq(id, wanted->id, "%s", run->where);
}

// ---- what readers see ----

static void check_slots(struct run *run, const char *id, int64_t now_ms)
{
    struct state_slots slots;
    const struct naive_capacity *wanted =
        naive_capacity_find(&run->model, slice_from(id));
    bool found = state_slots(run->state, slice_from(id), &slots);
    cr_assert_eq(found, wanted != NULL, "%s", run->where);
    if (!found) {
        union entity key = {.capacity = {.id = slice_from(id)}};
        naive_delete(&run->world, KIND_CAPACITY, &key);
        return;
    }
    int64_t confirmed = naive_confirmed(&run->model, id);
    int64_t held = naive_held_at(&run->model, id, now_ms);
    int64_t taken = confirmed + naive_held(&run->model, id);
    cr_assert_leq(taken, wanted->slots, "%s: more taken than there is", run->where);
    cr_assert_eq(slots.confirmed, confirmed, "%s: %s", run->where, id);
    cr_assert_eq(slots.held, held, "%s: %s: held %u, wanted %lld", run->where, id,
                 slots.held, (long long)held);
    cr_assert_eq(slots.free, wanted->slots - confirmed - held, "%s: %s", run->where, id);

    union entity seen;
    shape_clear(&shape_capacity, &seen);
    seen.capacity = (struct capacity){
        .id = slice_from(wanted->id),
        .unit = slice_from(wanted->unit),
        .service = slice_from(wanted->service),
        .slots = slots.free,
        .window_start = wanted->window_start,
        .window_end = wanted->window_end,
        .book_by = wanted->book_by,
        .open_to = wanted->open_to,
        .terms = seen.capacity.terms,
        .price = ABSENT,
    };
    naive_put(&run->world, KIND_CAPACITY, &seen);
}

static void check_match(struct run *run, int64_t now_ms)
{
    struct sim_random *random = &run->commands.random;
    struct query query;
    struct answer answer;
    struct refusal refusal = {0};
    struct ask ask;
    struct match_answer found;
    int32_t today = (int32_t)naive_day(now_ms);
    shape_clear(&shape_query, &query);
    query.service = slice_from(claim_commands_services[sim_below(random, 2)]);
    query.home_region = claim_commands_regions[sim_below(random, 3)];
    query.slots = sim_chance(random, 50) ? 1 + sim_below(random, 4) : ABSENT;
    query.on = sim_chance(random, 30) ? today + sim_below(random, 5) : ABSENT;
    query.order = 1 + sim_below(random, 3);
    query.explain = sim_chance(random, 50);
    if (sim_chance(random, 20))
        match_index_prepare(state_index(run->state), today, 8);
    run->world.revision = (int64_t)state_revision(run->state);
    cr_assert_eq(naive_match(&run->world, &query, today, &run->expected), 0);
    cr_assert_eq(ask_prepare(run->state, &query, today, &ask, &refusal), 0, "%s: %s",
                 run->where, refusal.message);
    arena_reset(&run->arena);
    buffer_clear(&run->bytes);
    match_query_run(state_index(run->state), &ask.match, &run->arena, &found);
    wire_answer_encode(run->state, &ask, &found, &run->bytes);
    cr_assert_eq(wire_decode(&shape_answer, WIRE_PUBLIC, buffer_slice(&run->bytes),
                             &answer, &run->arena, &refusal),
                 0, "%s: %s", run->where, refusal.message);
    cr_assert(compare_answer(&run->expected.answer, &answer, run->where));
}

static void check_readers(struct run *run)
{
    struct sim_random *random = &run->commands.random;
    int64_t now = run->model.logical_ms;
    const struct naive_claim *next = naive_next_hold(&run->model);
    if (next && sim_chance(random, 60))
        now = next->until + sim_between(random, -1, 1);
    else if (sim_chance(random, 60))
        now += sim_between(random, -80, 80) * 3600000;
    state_see_time(run->state, now);
    for (int k = 0; k < CLAIM_COMMANDS_CAPACITIES; k++)
        check_slots(run, claim_commands_capacities[k], now);
    check_match(run, now);
}

// ---- one command ----

static void check_result(const struct run *run, const struct naive_result *wanted,
                         int status, enum reason reason, uint32_t index,
                         const char *field)
{
    cr_assert(status == wanted->status && reason == wanted->reason,
              "%s: %s %s %s, wanted %s %s %s", run->where, status_name(status),
              reason_name(reason), field, status_name(wanted->status),
              reason_name(wanted->reason), wanted->field);
    if (status == STATUS_OK)
        return;
    cr_assert_eq(index, wanted->index, "%s: change %u, wanted %u", run->where, index,
                 wanted->index);
    cr_assert_str_eq(field, wanted->field, "%s: %s on %s, wanted %s", run->where,
                     reason_name(reason), field, wanted->field);
}

static void check_validate(struct run *run, const struct claim_command *command)
{
    unsigned char before[16], after[16];
    struct wire_command_reader reader;
    struct refusal refusal = {0};
    struct naive_result wanted;
    naive_claims_validate(&run->model, &command->naive, &wanted);
    wire_command_reader_init(&reader, buffer_slice(&command->bytes));
    state_digest(run->state, before);
    int status =
        state_validate(run->state, command->naive.time_ms, &reader.source, &refusal);
    state_digest(run->state, after);
    cr_assert_arr_eq(before, after, 16, "%s: validating changed the state", run->where);
    check_result(run, &wanted, status, refusal.reason, refusal.change_index,
                 refusal.field);
}

static void check_outcome(const struct run *run, const struct naive_result *wanted,
                          const struct outcome *outcome)
{
    if (wanted->may_be_forgotten && outcome->reason == REASON_REQUEST_ID_WINDOW)
        return;
    check_result(run, wanted, outcome->status, outcome->reason, outcome->change_index,
                 outcome->field);
    cr_assert_eq(outcome->sequence, wanted->sequence, "%s", run->where);
}

static void one_command(struct run *run)
{
    size_t i = run->commands.n;
    const struct claim_command *command =
        claim_commands_next(&run->commands, &run->model);
    snprintf(run->where, sizeof run->where, "seed %llu, command %zu",
             (unsigned long long)run->seed, i);
    if (sim_chance(&run->commands.random, 50))
        check_validate(run, command);

    struct command_header *header = &run->headers[i];
    header->sequence = run->model.sequence + 1;
    header->time_ms = command->naive.time_ms;
    memcpy(header->request_id, command->naive.request_id, 16);
    memcpy(header->payload_hash, command->naive.payload, 16);
    struct outcome outcome;
    struct naive_result wanted;
    naive_claims_apply(&run->model, &command->naive, &wanted);
    apply(run->state, header, buffer_slice(&command->bytes), &outcome, NULL);
    check_outcome(run, &wanted, &outcome);
    run->refused[i] = outcome.status != STATUS_OK;
    run->n_met[outcome.reason]++;

    cr_assert_eq(state_logical_time_ms(run->state), run->model.logical_ms, "%s",
                 run->where);
    check_records(run, KIND_CAPACITY);
    check_records(run, KIND_CLAIM);
    check_next_hold(run);
    check_readers(run);
}

// ---- the whole log ----

static void check_same_records(const struct run *run, const struct state *other)
{
    struct record_view theirs = {0};
    struct record_view ours = {0};
    for (enum kind kind = KIND_REGION; kind < KIND_COUNT; kind++) {
        const struct record *a = state_next(run->state, kind, SLICE_ABSENT);
        const struct record *b = state_next(other, kind, SLICE_ABSENT);
        while (a && b) {
            record_view_set(&ours, a);
            record_view_set(&theirs, b);
            cr_assert(slice_equal(ours.bytes, theirs.bytes), "%s", run->where);
            cr_assert_eq(ours.revision, theirs.revision, "%s", run->where);
            a = state_next(run->state, kind, record_view_key(&ours));
            b = state_next(other, kind, record_view_key(&theirs));
        }
        cr_assert(a == NULL && b == NULL, "%s", run->where);
    }
    record_view_close(&ours);
    record_view_close(&theirs);
}

// The same entries, read by nobody on the way, give the same digest; those that were
// refused, without their changes, the same records.
static void check_replay(struct run *run)
{
    struct state *same = new_state(run), *without = new_state(run);
    struct outcome outcome;
    unsigned char ours[16], theirs[16];
    for (size_t i = 0; i < run->commands.n; i++) {
        struct slice bytes = buffer_slice(&run->commands.commands[i].bytes);
        apply(same, &run->headers[i], bytes, &outcome, NULL);
        apply(without, &run->headers[i], run->refused[i] ? slice_from("") : bytes,
              &outcome, NULL);
    }
    state_digest(run->state, ours);
    state_digest(same, theirs);
    cr_assert_arr_eq(ours, theirs, 16, "%s: the replay has another digest", run->where);
    check_same_records(run, without);
    cr_assert_eq(state_logical_time_ms(without), run->model.logical_ms);
    state_free(same);
    state_free(without);
}

// A generator that no longer meets a rule tests nothing of it.
static void check_met(const struct run *run)
{
    static const enum reason reasons[] = {
        REASON_NONE,          REASON_UNKNOWN_REFERENCE,  REASON_STILL_REFERENCED,
        REASON_NOT_STORED,    REASON_REVISION_MISMATCH,  REASON_REQUEST_ID_REUSED,
        REASON_OUT_OF_RANGE,  REASON_REQUEST_ID_WINDOW,  REASON_SLOTS_TAKEN,
        REASON_CLAIM_STATE,   REASON_NOT_OPEN_TO_REGION, REASON_CAPACITY_CLOSED,
        REASON_NO_SLOTS_LEFT, REASON_EXTENDED_BEFORE,    REASON_CONFIRMED_CLAIMS,
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        cr_assert_gt(run->n_met[reasons[i]], 50, "%s was met %llu times",
                     reason_name(reasons[i]), (unsigned long long)run->n_met[reasons[i]]);
}

static void run_sequence(struct run *run, uint64_t seed)
{
    start(run, seed);
    int64_t n = sim_between(&run->commands.random, COMMANDS_MIN, COMMANDS_MAX);
    for (int64_t i = 0; i < n; i++)
        one_command(run);
    if (seed % 4 == 0) // two more states: most of a sequence's time
        check_replay(run);
    state_free(run->state);
    naive_claims_free(&run->model);
    for (int k = 0; k < CLAIM_COMMANDS_CAPACITIES; k++) {
        union entity key = {.capacity = {.id = slice_from(claim_commands_capacities[k])}};
        naive_delete(&run->world, KIND_CAPACITY, &key);
    }
}

static struct run one_run; // large

Test(property, every_claim_is_decided_as_the_model_decides_it, .timeout = 0)
{
    int64_t sequences = setting("PROPERTY_SEQUENCES", 10000);
    uint64_t seed = (uint64_t)setting("PROPERTY_SEED", 1);
    struct run *run = &one_run;
    load_world(run);
    for (int64_t i = 0; i < sequences; i++)
        run_sequence(run, seed + (uint64_t)i);
    if (sequences >= 10000)
        check_met(run);
    claim_commands_close(&run->commands);
    naive_world_free(&run->world);
    naive_answer_free(&run->expected);
    record_view_close(&run->view);
    buffer_free(&run->load);
    buffer_free(&run->bytes);
    arena_free(&run->arena);
}
