// SPDX-License-Identifier: Apache-2.0
//
// Claims as domain.md §2 and §4 have them, one list in the order in which they were taken.
// Nothing is counted in advance: what is taken is summed up each time.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "sim/model.h"
#include "wire/change.h"

#define SECOND_MS INT64_C(1000)

// --- The list ---

static void reserve(struct model_claims *claims, uint32_t n)
{
    if (n <= claims->capacity)
        return;
    claims->capacity = n * 2 + 16;
    claims->list = realloc(claims->list, claims->capacity * sizeof *claims->list);
    CHECK(claims->list);
}

void model_claims_copy(struct model_claims *to, const struct model_claims *from)
{
    reserve(to, from->n);
    to->n = from->n;
    if (from->n > 0)
        memcpy(to->list, from->list, from->n * sizeof *from->list);
}

void model_claims_close(struct model_claims *claims)
{
    free(claims->list);
    *claims = (struct model_claims){0};
}

static void keep_text(char *kept, size_t room, struct slice text)
{
    CHECK(text.len < room);
    if (text.len > 0)
        memcpy(kept, text.data, text.len);
    kept[text.len] = 0;
}

static bool is_text(const char *kept, struct slice text)
{
    return slice_equal(slice_from(kept), text);
}

struct slice model_claim_id(const struct model_claim *claim, char *text)
{
    int len = snprintf(text, CLAIM_ID_MAX, "%" PRIu64 "-%" PRIu32, claim->sequence,
                       claim->index);
    return (struct slice){text, (size_t)len};
}

static struct model_claim *find(const struct model *model, struct slice id)
{
    for (uint32_t i = 0; i < model->claims.n; i++) {
        char text[CLAIM_ID_MAX];
        if (slice_equal(model_claim_id(&model->claims.list[i], text), id))
            return &model->claims.list[i];
    }
    return NULL;
}

const struct model_claim *model_claim_find(const struct model *model, struct slice id)
{
    return find(model, id);
}

void model_claim_encode(const struct model_claim *claim, struct buffer *out)
{
    char id[CLAIM_ID_MAX];
    bool has_until = claim->state == CLAIM_HELD || claim->state == CLAIM_EXPIRED;
    union entity entity = {.claim = {.claim = model_claim_id(claim, id),
                                     .capacity = slice_from(claim->capacity),
                                     .region = claim->region,
                                     .slots = claim->slots,
                                     .state = claim->state,
                                     .until = has_until ? claim->until_ms : ABSENT,
                                     .reference = claim->reference[0]
                                                      ? slice_from(claim->reference)
                                                      : SLICE_ABSENT,
                                     .unit = slice_from(claim->unit),
                                     .service = slice_from(claim->service),
                                     .taken_at = claim->taken_ms,
                                     .extended = claim->extended ? true : ABSENT,
                                     .withdrawn = claim->withdrawn ? true : ABSENT}};
    wire_record_encode(KIND_CLAIM, &entity, out);
}

// A claim that has come or changed.
static void touch(const struct model *model, struct model_claim *claim, uint64_t sequence)
{
    struct buffer bytes = {0};
    claim->revision = sequence;
    claim->came_ms = model->wall_ms;
    model_claim_encode(claim, &bytes);
    claim->hash = model_record_hash(KIND_CLAIM, buffer_slice(&bytes), sequence);
    buffer_free(&bytes);
}

// --- Slots ---

const struct capacity *model_capacity(const struct model *model, struct slice id)
{
    union entity key;
    shape_clear(entity_shape(KIND_CAPACITY), &key);
    key.capacity.id = id;
    const union entity *found = naive_find(&model->world.stored, KIND_CAPACITY, &key);
    return found ? &found->capacity : NULL;
}

int64_t model_confirmed(const struct model *model, struct slice capacity)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < model->claims.n; i++) {
        const struct model_claim *claim = &model->claims.list[i];
        if (claim->state == CLAIM_CONFIRMED && is_text(claim->capacity, capacity))
            sum += claim->slots;
    }
    return sum;
}

int64_t model_held(const struct model *model, struct slice capacity, int64_t at_ms)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < model->claims.n; i++) {
        const struct model_claim *claim = &model->claims.list[i];
        if (claim->state == CLAIM_HELD && claim->until_ms > at_ms &&
            is_text(claim->capacity, capacity))
            sum += claim->slots;
    }
    return sum;
}

// By the log's time. Planted: a released claim keeps its slots.
static int64_t taken(const struct model *model, struct slice capacity)
{
    int64_t sum =
        model_confirmed(model, capacity) + model_held(model, capacity, model->logical_ms);
    for (uint32_t i = 0; i < model->claims.n; i++) {
        const struct model_claim *claim = &model->claims.list[i];
        if (model->plant == PLANT_RELEASE_KEEPS_SLOTS && claim->state == CLAIM_RELEASED &&
            !claim->withdrawn && is_text(claim->capacity, capacity))
            sum += claim->slots;
    }
    return sum;
}

static bool is_live(const struct model_claim *claim)
{
    return claim->state == CLAIM_HELD || claim->state == CLAIM_CONFIRMED;
}

enum reason model_check_capacity(const struct model *model, struct slice id,
                                 const struct capacity *next, const char **field)
{
    const struct capacity *stored = model_capacity(model, id);
    CHECK(stored);
    int64_t slots = taken(model, id);
    if (slots == 0)
        return REASON_NONE;
    if (next == NULL) {
        *field = "delete";
        return REASON_STILL_REFERENCED;
    }
    *field = next->slots < slots                            ? "slots"
             : !slice_equal(next->unit, stored->unit)       ? "unit"
             : !slice_equal(next->service, stored->service) ? "service"
                                                            : "";
    return **field ? REASON_SLOTS_TAKEN : REASON_NONE;
}

// --- Holds that run out ---

const struct model_claim *model_first_hold(const struct model *model)
{
    const struct model_claim *first = NULL;
    for (uint32_t i = 0; i < model->claims.n; i++) {
        const struct model_claim *claim = &model->claims.list[i];
        if (claim->state == CLAIM_HELD && (!first || claim->until_ms < first->until_ms))
            first = claim;
    }
    return first;
}

void model_expire(struct model *model, uint64_t sequence)
{
    int64_t now_ms =
        model->plant == PLANT_EXPIRY_BY_WALL_CLOCK ? model->wall_ms : model->logical_ms;
    for (uint32_t i = 0; i < model->claims.n; i++) {
        struct model_claim *claim = &model->claims.list[i];
        if (claim->state != CLAIM_HELD || claim->until_ms > now_ms)
            continue;
        claim->state = CLAIM_EXPIRED;
        touch(model, claim, sequence);
    }
}

// --- Operations ---

static bool is_expected(const struct change *change, uint64_t revision,
                        const char **field)
{
    if (change->expected_revision == ABSENT ||
        (uint64_t)change->expected_revision == revision)
        return true;
    *field = "expected_revision";
    return false;
}

// made.revision is the stored capacity's.
static enum reason take(struct model *model, const struct change *change,
                        struct model_claim made, const char **field)
{
    const struct claim_take *wish = &change->operation.take;
    const struct capacity *from = model_capacity(model, wish->capacity);
    *field = "capacity";
    if (!from)
        return REASON_NOT_STORED;
    if (!is_expected(change, made.revision, field))
        return REASON_REVISION_MISMATCH;
    if (!(from->open_to & INT64_C(1) << wish->region)) {
        *field = "region";
        return REASON_NOT_OPEN_TO_REGION;
    }
    int64_t today = date_in_stockholm(model->logical_ms);
    if ((from->book_by != ABSENT && today > from->book_by) || today > from->window_end)
        return REASON_CAPACITY_CLOSED;
    *field = "slots";
    int64_t over = model->plant == PLANT_ONE_SLOT_TOO_MANY ? 1 : 0;
    if (taken(model, wish->capacity) + wish->slots > from->slots + over)
        return REASON_NO_SLOTS_LEFT;
    made.state = CLAIM_HELD;
    made.region = wish->region;
    made.slots = wish->slots;
    made.taken_ms = model->logical_ms;
    made.until_ms = model->logical_ms + wish->hold_seconds * SECOND_MS;
    keep_text(made.capacity, sizeof made.capacity, wish->capacity);
    keep_text(made.unit, sizeof made.unit, from->unit);
    keep_text(made.service, sizeof made.service, from->service);
    keep_text(made.reference, sizeof made.reference, wish->reference);
    touch(model, &made, made.sequence);
    reserve(&model->claims, model->claims.n + 1);
    model->claims.list[model->claims.n++] = made;
    return REASON_NONE;
}

static enum reason extend(const struct model *model, struct model_claim *claim,
                          int64_t hold_seconds, const char **field)
{
    int64_t until_ms = model->logical_ms + hold_seconds * SECOND_MS;
    if (claim->state != CLAIM_HELD)
        return REASON_CLAIM_STATE;
    if (claim->extended && model->plant != PLANT_EXTENDED_TWICE)
        return REASON_EXTENDED_BEFORE;
    if (until_ms < claim->until_ms) {
        *field = "hold_seconds";
        return REASON_OUT_OF_RANGE;
    }
    claim->extended = true;
    claim->until_ms = until_ms;
    return REASON_NONE;
}

static enum reason advance(const struct model *model, struct model_claim *claim,
                           const struct change *change, const char **field)
{
    bool late = model->plant == PLANT_CONFIRMED_LATE && claim->state == CLAIM_EXPIRED;
    switch (change->op) {
    case CHANGE_EXTEND:
        return extend(model, claim, change->operation.extend.hold_seconds, field);
    case CHANGE_CONFIRM:
        if (claim->state != CLAIM_HELD && !late)
            return REASON_CLAIM_STATE;
        claim->state = CLAIM_CONFIRMED;
        return REASON_NONE;
    default:
        CHECK(change->op == CHANGE_RELEASE);
        if (!is_live(claim))
            return REASON_CLAIM_STATE;
        claim->state = CLAIM_RELEASED;
        return REASON_NONE;
    }
}

static enum reason change_claim(struct model *model, const struct change *change,
                                uint64_t sequence, const char **field)
{
    struct slice id = change->op == CHANGE_EXTEND ? change->operation.extend.claim
                                                  : change->operation.mark.claim;
    struct model_claim *claim = find(model, id);
    *field = "claim";
    if (!claim)
        return REASON_NOT_STORED;
    if (!is_expected(change, claim->revision, field))
        return REASON_REVISION_MISMATCH;
    enum reason reason = advance(model, claim, change, field);
    if (reason == REASON_NONE)
        touch(model, claim, sequence);
    return reason;
}

// The caller takes the capacity itself away.
static enum reason withdraw(struct model *model, const struct change *change,
                            const struct model_claim *made, const char **field)
{
    struct slice id = change->operation.withdraw.capacity;
    bool forgets = model->plant == PLANT_WITHDRAW_FORGETS;
    *field = "capacity";
    if (!model_capacity(model, id))
        return REASON_NOT_STORED;
    if (!is_expected(change, made->revision, field))
        return REASON_REVISION_MISMATCH;
    if (model_confirmed(model, id) > 0 &&
        change->operation.withdraw.over_confirmed != true)
        return REASON_CONFIRMED_CLAIMS;
    for (uint32_t i = 0; i < model->claims.n; i++) {
        struct model_claim *claim = &model->claims.list[i];
        if (!is_live(claim) || !is_text(claim->capacity, id))
            continue;
        if (forgets && claim->state == CLAIM_HELD) {
            forgets = false;
            continue;
        }
        claim->state = CLAIM_RELEASED;
        claim->withdrawn = true;
        touch(model, claim, made->sequence);
    }
    return REASON_NONE;
}

enum reason model_operate(struct model *model, const struct change *change,
                          struct model_claim made, const char **field)
{
    if (change->op == CHANGE_TAKE)
        return take(model, change, made, field);
    if (change->op == CHANGE_WITHDRAW)
        return withdraw(model, change, &made, field);
    return change_claim(model, change, made.sequence, field);
}
