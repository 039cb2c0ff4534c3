// SPDX-License-Identifier: Apache-2.0
#include "lib/naive_claims.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"

#define HOUR_MS INT64_C(3600000)

// ---- plain things ----

static void set_name(char to[NAIVE_CLAIMS_NAME], struct slice text)
{
    CHECK(text.len < NAIVE_CLAIMS_NAME);
    memset(to, 0, NAIVE_CLAIMS_NAME);
    if (text.len > 0)
        memcpy(to, text.data, text.len);
}

static bool is_named(const char *name, struct slice text)
{
    return slice_equal(slice_from(name), text);
}

static void *grown(void *rows, size_t n, size_t size)
{
    rows = realloc(rows, (n + 1) * size);
    CHECK(rows);
    return rows;
}

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value == ABSENT ? otherwise : value;
}

// UTC seconds at 01:00 on the month's last Sunday; both months have 31 days.
static int64_t last_sunday(int year, unsigned month)
{
    int64_t last = date_from_civil(year, month, 31);
    return (last - (last + 4) % 7) * 24 * 3600 + 3600; // 1970-01-01 was a Thursday
}

int64_t naive_day(int64_t utc_ms)
{
    time_t seconds = utc_ms / 1000;
    struct tm utc;
    CHECK(utc_ms > 0 && gmtime_r(&seconds, &utc));
    int year = utc.tm_year + 1900;
    bool summer = seconds >= last_sunday(year, 3) && seconds < last_sunday(year, 10);
    return (seconds + (summer ? 2 : 1) * 3600) / (24 * 3600);
}

// ---- reading ----

static struct naive_capacity *find_capacity(const struct naive_claims *model,
                                            struct slice id)
{
    for (size_t i = 0; i < model->n_capacities; i++)
        if (is_named(model->capacities[i].id, id))
            return &model->capacities[i];
    return NULL;
}

static struct naive_claim *find_claim(const struct naive_claims *model, struct slice id)
{
    for (size_t i = 0; i < model->n_claims; i++)
        if (is_named(model->claims[i].id, id))
            return &model->claims[i];
    return NULL;
}

const struct naive_capacity *naive_capacity_find(const struct naive_claims *model,
                                                 struct slice id)
{
    return find_capacity(model, id);
}

const struct naive_claim *naive_claim_find(const struct naive_claims *model,
                                           struct slice id)
{
    return find_claim(model, id);
}

static bool is_live(const struct naive_claim *claim)
{
    return claim->state == CLAIM_HELD || claim->state == CLAIM_CONFIRMED;
}

int64_t naive_confirmed(const struct naive_claims *model, const char *capacity)
{
    int64_t slots = 0;
    for (size_t i = 0; i < model->n_claims; i++)
        if (strcmp(model->claims[i].capacity, capacity) == 0 &&
            model->claims[i].state == CLAIM_CONFIRMED)
            slots += model->claims[i].slots;
    return slots;
}

int64_t naive_held(const struct naive_claims *model, const char *capacity)
{
    return naive_held_at(model, capacity, model->logical_ms);
}

int64_t naive_held_at(const struct naive_claims *model, const char *capacity,
                      int64_t now_ms)
{
    int64_t slots = 0;
    for (size_t i = 0; i < model->n_claims; i++)
        if (strcmp(model->claims[i].capacity, capacity) == 0 &&
            model->claims[i].state == CLAIM_HELD && model->claims[i].until > now_ms)
            slots += model->claims[i].slots;
    return slots;
}

const struct naive_claim *naive_next_hold(const struct naive_claims *model)
{
    const struct naive_claim *next = NULL;
    for (size_t i = 0; i < model->n_claims; i++) {
        const struct naive_claim *claim = &model->claims[i];
        if (claim->state == CLAIM_HELD && (next == NULL || claim->until < next->until))
            next = claim; // the array is in the order in which they were made
    }
    return next;
}

// ---- changes ----

struct naive_step {
    struct naive_claims *model;
    const struct naive_change *change;
    uint32_t index;
    struct naive_result *result;
};

static void refuse_step(const struct naive_step *step, int status, enum reason reason,
                        const char *field)
{
    *step->result = (struct naive_result){.sequence = step->model->sequence,
                                          .status = status,
                                          .reason = reason,
                                          .index = step->index,
                                          .field = field};
}

// Whether expected_revision is the stored one's, 0 when nothing is stored.
static bool is_expected(const struct naive_step *step, uint64_t revision)
{
    int64_t expected = step->change->expected_revision;
    if (expected == ABSENT || (uint64_t)expected == revision)
        return true;
    refuse_step(step, STATUS_ABORTED, REASON_REVISION_MISMATCH, "expected_revision");
    return false;
}

static bool is_known(const struct naive_step *step, const char *const known[],
                     struct slice name, const char *field)
{
    for (size_t i = 0; i < NAIVE_CLAIMS_KNOWN && known[i]; i++)
        if (is_named(known[i], name))
            return true;
    refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_UNKNOWN_REFERENCE, field);
    return false;
}

static bool is_same(const struct naive_capacity *stored, const struct capacity *next)
{
    return is_named(stored->unit, next->unit) &&
           is_named(stored->service, next->service) &&
           is_named(stored->note, next->note) && stored->slots == next->slots &&
           stored->window_start == next->window_start &&
           stored->window_end == next->window_end && stored->book_by == next->book_by &&
           stored->open_to == next->open_to;
}

// What is taken may not be pulled away by a change.
static bool keeps_claims(const struct naive_step *step,
                         const struct naive_capacity *stored)
{
    const struct capacity *next = &step->change->capacity;
    int64_t taken =
        naive_confirmed(step->model, stored->id) + naive_held(step->model, stored->id);
    const char *field = NULL;
    if (next->slots < taken)
        field = "slots";
    else if (taken > 0 && !is_named(stored->unit, next->unit))
        field = "unit";
    else if (taken > 0 && !is_named(stored->service, next->service))
        field = "service";
    if (field)
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_SLOTS_TAKEN, field);
    return field == NULL;
}

static void put(const struct naive_step *step)
{
    struct naive_claims *model = step->model;
    const struct capacity *next = &step->change->capacity;
    struct naive_capacity *stored = find_capacity(model, next->id);
    if (!is_expected(step, stored ? stored->revision : 0))
        return;
    if (stored && is_same(stored, next))
        return;
    if (!is_known(step, model->units, next->unit, "unit") ||
        !is_known(step, model->services, next->service, "service"))
        return;
    if (stored && !keeps_claims(step, stored))
        return;
    if (stored == NULL) {
        model->capacities =
            grown(model->capacities, model->n_capacities, sizeof *model->capacities);
        stored = &model->capacities[model->n_capacities++];
    }
    set_name(stored->id, next->id);
    set_name(stored->unit, next->unit);
    set_name(stored->service, next->service);
    set_name(stored->note, next->note);
    stored->slots = next->slots;
    stored->window_start = next->window_start;
    stored->window_end = next->window_end;
    stored->book_by = next->book_by;
    stored->open_to = next->open_to;
    stored->revision = model->sequence;
}

static void forget(struct naive_claims *model, const struct naive_capacity *capacity)
{
    size_t at = (size_t)(capacity - model->capacities);
    model->n_capacities--;
    memmove(&model->capacities[at], &model->capacities[at + 1],
            (model->n_capacities - at) * sizeof *model->capacities);
}

static void remove_capacity(const struct naive_step *step)
{
    const struct naive_capacity *stored =
        naive_capacity_find(step->model, step->change->capacity.id);
    if (!is_expected(step, stored ? stored->revision : 0))
        return;
    if (stored == NULL) {
        refuse_step(step, STATUS_NOT_FOUND, REASON_NOT_STORED, "delete");
        return;
    }
    if (naive_confirmed(step->model, stored->id) + naive_held(step->model, stored->id) >
        0) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_STILL_REFERENCED, "delete");
        return;
    }
    forget(step->model, stored);
}

// The capacity that an operation names, or NULL and a refusal.
static const struct naive_capacity *named_capacity(const struct naive_step *step,
                                                   struct slice id)
{
    const struct naive_capacity *stored = naive_capacity_find(step->model, id);
    if (stored == NULL)
        refuse_step(step, STATUS_NOT_FOUND, REASON_NOT_STORED, "capacity");
    else if (!is_expected(step, stored->revision))
        stored = NULL;
    return stored;
}

static void take(const struct naive_step *step)
{
    struct naive_claims *model = step->model;
    const struct claim_take *wish = &step->change->operation.take;
    const struct naive_capacity *from = named_capacity(step, wish->capacity);
    int64_t today = naive_day(model->logical_ms), slots = or_default(wish->slots, 1);
    if (from == NULL)
        return;
    if ((from->open_to >> wish->region & 1) == 0) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_NOT_OPEN_TO_REGION,
                    "region");
        return;
    }
    if ((from->book_by != ABSENT && from->book_by < today) || from->window_end < today) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED, "capacity");
        return;
    }
    if (naive_confirmed(model, from->id) + naive_held(model, from->id) + slots >
        from->slots) {
        refuse_step(step, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots");
        return;
    }
    model->claims = grown(model->claims, model->n_claims, sizeof *model->claims);
    struct naive_claim *claim = &model->claims[model->n_claims++];
    *claim = (struct naive_claim){
        .made_by = model->sequence,
        .made_by_change = step->index,
        .region = wish->region,
        .slots = slots,
        .state = CLAIM_HELD,
        .until = model->logical_ms + or_default(wish->hold_seconds, 24 * 3600) * 1000,
        .taken_at = model->logical_ms,
        .revision = model->sequence,
    };
    snprintf(claim->id, sizeof claim->id, "%" PRIu64 "-%" PRIu32, model->sequence,
             step->index);
    memcpy(claim->capacity, from->id, NAIVE_CLAIMS_NAME);
    memcpy(claim->unit, from->unit, NAIVE_CLAIMS_NAME);
    memcpy(claim->service, from->service, NAIVE_CLAIMS_NAME);
    set_name(claim->reference, wish->reference);
}

// The claim that an operation names, or NULL and a refusal.
static struct naive_claim *named_claim(const struct naive_step *step, struct slice id)
{
    struct naive_claim *claim = find_claim(step->model, id);
    if (claim == NULL)
        refuse_step(step, STATUS_NOT_FOUND, REASON_NOT_STORED, "claim");
    else if (!is_expected(step, claim->revision))
        claim = NULL;
    return claim;
}

static void extend(const struct naive_step *step)
{
    const struct claim_extend *wish = &step->change->operation.extend;
    struct naive_claim *claim = named_claim(step, wish->claim);
    if (claim == NULL)
        return;
    int64_t until =
        step->model->logical_ms + or_default(wish->hold_seconds, 24 * 3600) * 1000;
    if (claim->state != CLAIM_HELD) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    } else if (claim->extended) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_EXTENDED_BEFORE, "claim");
    } else if (until < claim->until) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_OUT_OF_RANGE,
                    "hold_seconds");
    } else {
        claim->until = until;
        claim->extended = true;
        claim->revision = step->model->sequence;
    }
}

static void end_hold(const struct naive_step *step, struct naive_claim *claim,
                     int64_t state)
{
    claim->state = state;
    claim->until = ABSENT;
    claim->revision = step->model->sequence;
}

static void confirm(const struct naive_step *step)
{
    struct naive_claim *claim = named_claim(step, step->change->operation.mark.claim);
    if (claim == NULL)
        return;
    if (claim->state != CLAIM_HELD)
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    else
        end_hold(step, claim, CLAIM_CONFIRMED);
}

static void release(const struct naive_step *step)
{
    struct naive_claim *claim = named_claim(step, step->change->operation.mark.claim);
    if (claim == NULL)
        return;
    if (!is_live(claim))
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim");
    else
        end_hold(step, claim, CLAIM_RELEASED);
}

static void withdraw(const struct naive_step *step)
{
    struct naive_claims *model = step->model;
    const struct capacity_withdraw *wish = &step->change->operation.withdraw;
    const struct naive_capacity *stored = named_capacity(step, wish->capacity);
    if (stored == NULL)
        return;
    if (wish->over_confirmed != true && naive_confirmed(model, stored->id) > 0) {
        refuse_step(step, STATUS_FAILED_PRECONDITION, REASON_CONFIRMED_CLAIMS,
                    "capacity");
        return;
    }
    for (size_t i = 0; i < model->n_claims; i++) {
        struct naive_claim *claim = &model->claims[i];
        if (strcmp(claim->capacity, stored->id) != 0 || !is_live(claim))
            continue;
        end_hold(step, claim, CLAIM_RELEASED);
        claim->withdrawn = true;
    }
    forget(model, stored);
}

static void apply_change(const struct naive_step *step)
{
    switch (step->change->op) {
    case CHANGE_PUT:
        put(step);
        break;
    case CHANGE_DELETE:
        remove_capacity(step);
        break;
    case CHANGE_TAKE:
        take(step);
        break;
    case CHANGE_EXTEND:
        extend(step);
        break;
    case CHANGE_CONFIRM:
        confirm(step);
        break;
    case CHANGE_RELEASE:
        release(step);
        break;
    default:
        CHECK(step->change->op == CHANGE_WITHDRAW);
        withdraw(step);
        break;
    }
}

// ---- commands ----

static void *copied(const void *rows, size_t n, size_t size)
{
    void *copy = calloc(n + 1, size);
    CHECK(copy);
    if (n > 0)
        memcpy(copy, rows, n * size);
    return copy;
}

static void expire(struct naive_claims *model)
{
    for (size_t i = 0; i < model->n_claims; i++) {
        struct naive_claim *claim = &model->claims[i];
        if (claim->state != CLAIM_HELD || claim->until > model->logical_ms)
            continue;
        claim->state = CLAIM_EXPIRED;
        claim->revision = model->sequence;
    }
}

static void apply_changes(struct naive_claims *model, const struct naive_command *command,
                          struct naive_result *result)
{
    struct naive_claims before = *model;
    before.capacities =
        copied(model->capacities, model->n_capacities, sizeof *model->capacities);
    before.claims = copied(model->claims, model->n_claims, sizeof *model->claims);
    *result = (struct naive_result){.sequence = model->sequence, .field = ""};
    for (size_t i = 0; i < command->n_changes && result->status == 0; i++)
        apply_change(
            &(struct naive_step){model, &command->changes[i], (uint32_t)i, result});
    struct naive_claims *drop = result->status == 0 ? &before : model;
    free(drop->capacities);
    free(drop->claims);
    if (drop == model)
        *model = before;
}

static int64_t id_time_ms(const unsigned char id[16])
{
    int64_t time_ms = 0;
    for (int i = 0; i < 6; i++)
        time_ms = time_ms * 256 + id[i];
    return time_ms;
}

// True when the request id alone decides.
static bool is_decided(const struct naive_claims *model,
                       const struct naive_command *command, struct naive_result *result)
{
    int64_t made = id_time_ms(command->request_id);
    bool too_old = made < model->logical_ms - 24 * HOUR_MS;
    *result = (struct naive_result){
        .sequence = model->sequence, .field = "request_id", .may_be_forgotten = too_old};
    for (size_t i = 0; i < model->n_requests; i++) {
        const struct naive_request *known = &model->requests[i];
        if (memcmp(known->id, command->request_id, 16) != 0)
            continue;
        if (memcmp(known->payload, command->payload, 16) == 0) {
            *result = known->result;
            result->may_be_forgotten = too_old;
        } else {
            result->status = STATUS_INVALID_ARGUMENT;
            result->reason = REASON_REQUEST_ID_REUSED;
        }
        return true;
    }
    result->may_be_forgotten = false;
    if (!too_old && made <= model->logical_ms + 5 * 60 * 1000)
        return false;
    result->status = STATUS_FAILED_PRECONDITION;
    result->reason = REASON_REQUEST_ID_WINDOW;
    return true;
}

static void start_entry(struct naive_claims *model, int64_t time_ms)
{
    model->sequence++;
    if (time_ms > model->logical_ms)
        model->logical_ms = time_ms;
    expire(model);
}

void naive_claims_apply(struct naive_claims *model, const struct naive_command *command,
                        struct naive_result *result)
{
    start_entry(model, command->time_ms);
    if (is_decided(model, command, result))
        return;
    apply_changes(model, command, result);
    model->requests = grown(model->requests, model->n_requests, sizeof *model->requests);
    struct naive_request *request = &model->requests[model->n_requests++];
    memcpy(request->id, command->request_id, 16);
    memcpy(request->payload, command->payload, 16);
    request->result = *result;
}

void naive_claims_validate(const struct naive_claims *model,
                           const struct naive_command *command,
                           struct naive_result *result)
{
    struct naive_claims copy = *model;
    copy.capacities =
        copied(model->capacities, model->n_capacities, sizeof *model->capacities);
    copy.claims = copied(model->claims, model->n_claims, sizeof *model->claims);
    start_entry(&copy, command->time_ms);
    apply_changes(&copy, command, result);
    free(copy.capacities);
    free(copy.claims);
}

void naive_claims_init(struct naive_claims *model, const char *const units[],
                       const char *const services[])
{
    *model = (struct naive_claims){0};
    for (size_t i = 0; units[i]; i++)
        model->units[i] = units[i];
    for (size_t i = 0; services[i]; i++)
        model->services[i] = services[i];
}

void naive_claims_free(struct naive_claims *model)
{
    free(model->capacities);
    free(model->claims);
    free(model->requests);
}
