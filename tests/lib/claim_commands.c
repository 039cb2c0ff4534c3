// SPDX-License-Identifier: Apache-2.0
#include "lib/claim_commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "wire/change.h"

#define HOUR_MS INT64_C(3600000)
#define PICK(commands, values)                                                           \
    ((values)[sim_below(&(commands)->random, sizeof(values) / sizeof *(values))])

const int64_t claim_commands_regions[] = {1, 12, 14, 0};
const char *const claim_commands_units[] = {"TSE2321000131-E1", "TSE2321000131-E2",
                                            "TSE2321000131-E3", NULL};
const char *const claim_commands_services[] = {"NFB49", "CJE20", NULL};
const char *const claim_commands_capacities[CLAIM_COMMANDS_CAPACITIES] = {"K-1", "K-2",
                                                                          "K-3", "K-10"};

// 2026-11-22T12:00Z, a minute before the clocks go forward and back, the turn of a year.
static const int64_t starts[] = {INT64_C(1795348800000), INT64_C(1774745940000),
                                 INT64_C(1792889940000), INT64_C(1798758000000)};

static const int64_t holds[] = {ABSENT, 1,    2,     60,     3600,
                                3600,   7200, 86400, 259199, 259200};

static bool chance(struct claim_commands *commands, int64_t percent)
{
    return sim_chance(&commands->random, percent);
}

static int64_t below(struct claim_commands *commands, int64_t n)
{
    return sim_below(&commands->random, n);
}

// ---- times ----

// The instant at which the Stockholm day begins.
static int64_t start_of(int64_t day)
{
    int64_t utc = day * DAY_MS - HOUR_MS;
    return naive_day(utc - HOUR_MS) == day ? utc - HOUR_MS : utc;
}

static int64_t until_of_a_hold(struct claim_commands *commands,
                               const struct naive_claims *model)
{
    for (int tries = 0; tries < 8 && model->n_claims > 0; tries++) {
        const struct naive_claim *claim =
            &model->claims[below(commands, (int64_t)model->n_claims)];
        if (claim->state == CLAIM_HELD)
            return claim->until;
    }
    return commands->now_ms;
}

static int64_t next_time(struct claim_commands *commands,
                         const struct naive_claims *model)
{
    static const int64_t edges[] = {-1, 0, 0, 1};
    int64_t now = commands->now_ms;
    if (now < model->logical_ms && chance(commands, 80))
        now = model->logical_ms;
    switch (below(commands, 12)) {
    case 0:
    case 1:
    case 2:
        return now;
    case 3:
    case 4:
        return now + below(commands, 2000);
    case 5:
        return now + below(commands, (chance(commands, 20) ? 30 : 1) * HOUR_MS);
    case 6:
        return now - below(commands, 3 * HOUR_MS);
    case 7:
        return chance(commands, 20) ? now - below(commands, 60 * HOUR_MS)
                                    : now + HOUR_MS / 60;
    case 8:
        return start_of(naive_day(now) + below(commands, 2)) + PICK(commands, edges);
    default:
        return until_of_a_hold(commands, model) + PICK(commands, edges);
    }
}

// ---- names ----

static struct slice text_of(struct claim_commands *commands, const char *text)
{
    char *copy = arena_alloc(&commands->texts, strlen(text) + 1);
    memcpy(copy, text, strlen(text) + 1);
    return slice_from(copy);
}

// Most often one that is stored.
static struct slice any_capacity(struct claim_commands *commands,
                                 const struct naive_claims *model)
{
    if (model->n_capacities == 0 || chance(commands, 10))
        return slice_from(PICK(commands, claim_commands_capacities));
    return text_of(commands,
                   model->capacities[below(commands, (int64_t)model->n_capacities)].id);
}

// Most often one that is live. changes: those that come before in the same command.
static struct slice any_claim(struct claim_commands *commands,
                              const struct naive_claims *model,
                              const struct naive_change *changes, size_t n)
{
    char id[NAIVE_CLAIMS_NAME];
    size_t before = n > 0 ? (size_t)below(commands, (int64_t)n) : 0;
    if (n > 0 && changes[before].op == CHANGE_TAKE && chance(commands, 60)) {
        snprintf(id, sizeof id, "%" PRIu64 "-%zu", model->sequence + 1, before);
        return text_of(commands, id);
    }
    if (model->n_claims == 0 || chance(commands, 2))
        return slice_from(chance(commands, 50) ? "811218-9876" : "K-1");
    const struct naive_claim *claim = NULL;
    for (int tries = chance(commands, 70) ? 5 : 1; tries > 0; tries--) {
        claim = &model->claims[below(commands, (int64_t)model->n_claims)];
        if (claim->state == CLAIM_HELD || claim->state == CLAIM_CONFIRMED)
            break;
    }
    return text_of(commands, claim->id);
}

// Most often none, else the right one or a wrong one.
static int64_t expectation(struct claim_commands *commands, bool is_stored,
                           uint64_t revision)
{
    int64_t right = is_stored ? (int64_t)revision : 0;
    switch (below(commands, 24)) {
    case 0:
        return 0;
    case 1:
        return right + 1;
    case 2:
    case 3:
        return right;
    default:
        return ABSENT;
    }
}

static int64_t expectation_of_capacity(struct claim_commands *commands,
                                       const struct naive_claims *model, struct slice id)
{
    const struct naive_capacity *stored = naive_capacity_find(model, id);
    return expectation(commands, stored != NULL, stored ? stored->revision : 0);
}

static int64_t expectation_of_claim(struct claim_commands *commands,
                                    const struct naive_claims *model, struct slice id)
{
    const struct naive_claim *stored = naive_claim_find(model, id);
    return expectation(commands, stored != NULL, stored ? stored->revision : 0);
}

// ---- changes ----

static int64_t region_set(struct claim_commands *commands)
{
    static const int64_t all = 1 << 1 | 1 << 12 | 1 << 14;
    static const int64_t sets[] = {all, all, all, all, 1 << 1, 1 << 12 | 1 << 14};
    return PICK(commands, sets);
}

static int64_t any_slots(struct claim_commands *commands)
{
    static const int64_t slots[] = {1, 1, 2, 2, 3, 4, 6, 10000};
    return PICK(commands, slots);
}

static void make_put(struct claim_commands *commands, const struct naive_claims *model,
                     struct naive_change *change)
{
    struct capacity *capacity = &change->capacity;
    change->op = CHANGE_PUT;
    shape_clear(&shape_capacity, capacity);
    capacity->id = model->n_capacities < 2
                       ? slice_from(PICK(commands, claim_commands_capacities))
                       : any_capacity(commands, model);
    const struct naive_capacity *stored = naive_capacity_find(model, capacity->id);
    capacity->unit = slice_from(claim_commands_units[below(commands, 3)]);
    capacity->service = slice_from(claim_commands_services[below(commands, 2)]);
    capacity->slots = any_slots(commands);
    capacity->window_start = naive_day(commands->start_ms) - 2 + below(commands, 6);
    capacity->window_end = capacity->window_start + below(commands, 12);
    if (chance(commands, 60))
        capacity->book_by = capacity->window_end - below(commands, 6);
    capacity->open_to = region_set(commands);
    if (chance(commands, 30))
        capacity->note = slice_from("in the morning");
    if (stored && chance(commands, 70)) { // a small change, or none
        capacity->unit = text_of(commands, stored->unit);
        capacity->service = text_of(commands, stored->service);
        capacity->window_start = stored->window_start;
        capacity->window_end = stored->window_end;
        capacity->book_by = stored->book_by;
        capacity->open_to = stored->open_to;
        capacity->note = stored->note[0] ? text_of(commands, stored->note) : SLICE_ABSENT;
        if (chance(commands, 40))
            capacity->slots = stored->slots;
    }
    if (chance(commands, 2))
        capacity->unit = slice_from("TSE2321000131-NONE");
    if (chance(commands, 2))
        capacity->service = slice_from("NONE");
    change->expected_revision = expectation_of_capacity(commands, model, capacity->id);
}

static void make_delete(struct claim_commands *commands, const struct naive_claims *model,
                        struct naive_change *change)
{
    change->op = CHANGE_DELETE;
    shape_clear(&shape_capacity, &change->capacity);
    change->capacity.id = any_capacity(commands, model);
    change->expected_revision =
        expectation_of_capacity(commands, model, change->capacity.id);
}

static void make_take(struct claim_commands *commands, const struct naive_claims *model,
                      struct naive_change *change)
{
    struct claim_take *take = &change->operation.take;
    change->op = CHANGE_TAKE;
    shape_clear(operation_shape(CHANGE_TAKE), take);
    take->capacity = any_capacity(commands, model);
    take->region = claim_commands_regions[below(commands, 3)];
    if (chance(commands, 50))
        take->slots = any_slots(commands);
    take->hold_seconds = PICK(commands, holds);
    if (chance(commands, 20))
        take->reference = slice_from("Ärende 7");
    change->expected_revision = expectation_of_capacity(commands, model, take->capacity);
}

static void make_claim_change(struct claim_commands *commands,
                              const struct naive_claims *model, enum change_op op,
                              size_t n, struct naive_change *changes)
{
    struct naive_change *change = &changes[n];
    change->op = op;
    shape_clear(operation_shape(op), &change->operation);
    struct slice id = any_claim(commands, model, changes, n);
    change->expected_revision = expectation_of_claim(commands, model, id);
    if (op == CHANGE_EXTEND) {
        change->operation.extend.claim = id;
        change->operation.extend.hold_seconds = PICK(commands, holds);
    } else {
        change->operation.mark.claim = id;
    }
}

static void make_withdraw(struct claim_commands *commands,
                          const struct naive_claims *model, struct naive_change *change)
{
    static const int64_t flags[] = {ABSENT, false, true};
    struct capacity_withdraw *withdraw = &change->operation.withdraw;
    change->op = CHANGE_WITHDRAW;
    shape_clear(operation_shape(CHANGE_WITHDRAW), withdraw);
    withdraw->capacity = any_capacity(commands, model);
    withdraw->over_confirmed = PICK(commands, flags);
    change->expected_revision =
        expectation_of_capacity(commands, model, withdraw->capacity);
}

// Makes changes[n], behind those before it.
static void make_change(struct claim_commands *commands, const struct naive_claims *model,
                        size_t n, struct naive_change *changes)
{
    changes[n] = (struct naive_change){0};
    int64_t draw = below(commands, 100);
    if (draw < 12 || (model->n_capacities < 2 && draw < 70))
        make_put(commands, model, &changes[n]);
    else if (draw < 17)
        make_delete(commands, model, &changes[n]);
    else if (draw < 22)
        make_withdraw(commands, model, &changes[n]);
    else if (draw < 55 || (model->n_claims == 0 && draw < 95))
        make_take(commands, model, &changes[n]);
    else if (draw < 72)
        make_claim_change(commands, model, CHANGE_EXTEND, n, changes);
    else if (draw < 90)
        make_claim_change(commands, model, CHANGE_CONFIRM, n, changes);
    else
        make_claim_change(commands, model, CHANGE_RELEASE, n, changes);
}

// ---- commands ----

static void make_id(struct claim_commands *commands, const struct naive_claims *model,
                    struct naive_command *command)
{
    int64_t logical =
        model->logical_ms > command->time_ms ? model->logical_ms : command->time_ms;
    int64_t made = chance(commands, 80) ? logical : command->time_ms;
    switch (below(commands, 24)) {
    case 0:
        made = logical - 24 * HOUR_MS - below(commands, 2);
        break;
    case 1:
        made = logical + HOUR_MS / 12 + below(commands, 2);
        break;
    default:
        break;
    }
    commands->n_ids++;
    for (int i = 0; i < 6; i++)
        command->request_id[i] = (unsigned char)(made >> (40 - 8 * i));
    command->request_id[6] = 0x70;
    command->request_id[8] = 0x80;
    memcpy(command->request_id + 9, &commands->n_ids, 7);
}

static void add_change(struct wire_command_writer *writer, struct naive_change change)
{
    struct refusal refusal;
    union entity entity = {.capacity = change.capacity};
    int status = change.op == CHANGE_PUT || change.op == CHANGE_DELETE
                     ? wire_command_add(writer, change.op, KIND_CAPACITY, &entity,
                                        change.expected_revision, &refusal)
                     : wire_command_add_operation(writer, change.op, &change.operation,
                                                  change.expected_revision, &refusal);
    CHECK(status == STATUS_OK);
}

static void encode(struct claim_command *command)
{
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, &command->bytes);
    for (size_t i = 0; i < command->naive.n_changes; i++)
        add_change(&writer, command->naive.changes[i]);
    wire_command_writer_close(&writer);
    // FNV-1a, twice: two payloads of a run never share it by chance.
    uint64_t hash[2] = {UINT64_C(14695981039346656037), UINT64_C(88172645463325252)};
    for (size_t i = 0; i < command->bytes.len; i++)
        for (int k = 0; k < 2; k++)
            hash[k] = (hash[k] ^ (unsigned char)command->bytes.data[i]) *
                      UINT64_C(1099511628211);
    memcpy(command->naive.payload, hash, 16);
}

static void make_changes(struct claim_commands *commands,
                         const struct naive_claims *model, struct naive_command *command)
{
    int64_t n = 1;
    if (chance(commands, model->n_capacities == 0 ? 90 : 30))
        n = 2 + below(commands, 5);
    else if (chance(commands, 8))
        n = 0;
    else if (chance(commands, 2))
        n = 12 + below(commands, 30);
    struct naive_change *changes =
        arena_alloc(&commands->texts, (size_t)(n + 1) * sizeof *changes);
    for (int64_t i = 0; i < n; i++)
        make_change(commands, model, (size_t)i, changes);
    command->changes = changes;
    command->n_changes = (size_t)n;
}

const struct claim_command *claim_commands_next(struct claim_commands *commands,
                                                const struct naive_claims *model)
{
    CHECK(commands->n < CLAIM_COMMANDS_MAX);
    struct claim_command *next = &commands->commands[commands->n++];
    const struct naive_command *before =
        commands->n > 1 && chance(commands, 10)
            ? &commands->commands[below(commands, (int64_t)commands->n - 1)].naive
            : NULL;
    buffer_clear(&next->bytes);
    next->naive = (struct naive_command){.time_ms = next_time(commands, model)};
    commands->now_ms = next->naive.time_ms;
    if (before)
        memcpy(next->naive.request_id, before->request_id, 16);
    else
        make_id(commands, model, &next->naive);
    if (before && chance(commands, 70)) { // a retry; else a reused id
        next->naive.changes = before->changes;
        next->naive.n_changes = before->n_changes;
    } else {
        make_changes(commands, model, &next->naive);
    }
    encode(next);
    return next;
}

void claim_commands_start(struct claim_commands *commands, uint64_t seed)
{
    commands->random.state = seed;
    commands->start_ms = PICK(commands, starts);
    commands->now_ms = commands->start_ms;
    commands->n = 0;
    arena_reset(&commands->texts);
}

void claim_commands_close(struct claim_commands *commands)
{
    for (size_t i = 0; i < CLAIM_COMMANDS_MAX; i++)
        buffer_free(&commands->commands[i].bytes);
    arena_free(&commands->texts);
}
