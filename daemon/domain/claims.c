// SPDX-License-Identifier: Apache-2.0
//
// The operations on claims, decided in the log's order and by its time: whoever comes
// first gets the last slot, and every daemon says the same. A claim's record is replaced
// like any other, so undo, digest and free slots follow by themselves.
#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "domain/region.h"
#include "domain/state_private.h"

#define SECOND_MS INT64_C(1000)
#define NAMED_CLAIMS_MAX 5 // in a message

// --- records ---

static void store(struct state *state, const struct claim *claim, const struct moment *at)
{
    char bytes[RECORD_TEXT_KEY_MAX];
    struct slice key = record_text_key(bytes, claim->claim);
    union entity entity = {.claim = *claim};
    buffer_clear(&state->encoded);
    state->encode(KIND_CLAIM, &entity, &state->encoded);
    change_replace(state, KIND_CLAIM, sorted_locate(&state->records[KIND_CLAIM], key),
                   record_new(&state->slab, KIND_CLAIM, at->revision,
                              buffer_slice(&state->encoded)));
}

// The stored claim, whose texts live until the next view is set; NULL when there is none.
static const struct record *find_claim(struct state *state, struct slice id,
                                       struct claim *claim)
{
    char bytes[RECORD_TEXT_KEY_MAX];
    struct slice key = record_text_key(bytes, id);
    const struct record *record =
        key.data ? sorted_find(&state->records[KIND_CLAIM], key) : NULL;
    if (record == NULL)
        return NULL;
    union entity entity;
    record_view_set(&state->found, record);
    state->decode(&state->found, &entity);
    *claim = entity.claim;
    return record;
}

static void get_live(struct state *state, struct live_id id, struct claim *claim)
{
    char text[CLAIM_ID_MAX];
    size_t len = claim_id_format(id.sequence, (uint32_t)id.index, text);
    CHECK(find_claim(state, (struct slice){text, len}, claim));
}

// --- take ---

static int check_open(const struct capacity *capacity, const struct claim_take *take,
                      int64_t logical_ms, struct refusal *refusal)
{
    int64_t today = date_in_stockholm(logical_ms);
    if ((capacity->open_to >> take->region & 1) == 0)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_NOT_OPEN_TO_REGION,
                      "region", "the capacity is not open to region %02d",
                      (int)take->region);
    if (capacity->book_by != ABSENT && capacity->book_by < today)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED,
                      "capacity", "the capacity was to be booked before today");
    if (capacity->window_end < today)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_CAPACITY_CLOSED,
                      "capacity", "the capacity's window has ended");
    return STATUS_OK;
}

static int not_stored(const char *what, struct refusal *refusal)
{
    return refuse(refusal, STATUS_NOT_FOUND, REASON_NOT_STORED, what,
                  "no such %s is stored", what);
}

// The stored capacity that an operation is on, of the revision expected.
static int find_capacity(struct state *state, const struct change *change,
                         struct slice id, union entity *entity, struct refusal *refusal)
{
    char key[RECORD_TEXT_KEY_MAX];
    const struct record *record =
        sorted_find(&state->records[KIND_CAPACITY], record_text_key(key, id));
    if (record == NULL)
        return not_stored("capacity", refusal);
    record_view_set(&state->found, record);
    state->decode(&state->found, entity);
    return change_check_expected(change, record, refusal);
}

static int take(struct state *state, const struct change *change, const struct moment *at,
                struct refusal *refusal)
{
    const struct claim_take *take = &change->operation.take;
    union entity entity = {0};
    int status = find_capacity(state, change, take->capacity, &entity, refusal);
    if (status == STATUS_OK)
        status = check_open(&entity.capacity, take, at->logical_ms, refusal);
    if (status != STATUS_OK)
        return status;
    const struct claimed *claimed = live_find(&state->rows.live, take->capacity);
    int64_t free = entity.capacity.slots - (claimed ? claimed->taken : 0);
    if (take->slots > free)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_NO_SLOTS_LEFT, "slots",
                      "%d of %d slots are free", (int)free, (int)entity.capacity.slots);
    char id[CLAIM_ID_MAX];
    store(state,
          &(struct claim){
              .claim = {id, claim_id_format(at->revision, at->index, id)},
              .capacity = take->capacity,
              .region = take->region,
              .slots = take->slots,
              .state = CLAIM_HELD,
              .until = at->logical_ms + take->hold_seconds * SECOND_MS,
              .reference = take->reference,
              .unit = entity.capacity.unit,
              .service = entity.capacity.service,
              .taken_at = at->logical_ms,
              .extended = ABSENT,
              .withdrawn = ABSENT,
          },
          at);
    return 1;
}

// --- extend, confirm, release ---

static int wrong_state(const struct claim *claim, const char *can,
                       struct refusal *refusal)
{
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_CLAIM_STATE, "claim",
                  "the claim is %s and can not be %s", claim_state_names[claim->state],
                  can);
}

static int extend(struct claim *claim, int64_t hold_seconds, int64_t logical_ms,
                  struct refusal *refusal)
{
    int64_t until = logical_ms + hold_seconds * SECOND_MS;
    if (claim->state != CLAIM_HELD)
        return wrong_state(claim, "extended", refusal);
    if (claim->extended == true)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_EXTENDED_BEFORE,
                      "claim", "the claim has been extended before");
    if (until < claim->until)
        return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_OUT_OF_RANGE,
                      "hold_seconds", "the hold already lasts longer than that");
    claim->until = until;
    claim->extended = true;
    return STATUS_OK;
}

static int confirm(struct claim *claim, struct refusal *refusal)
{
    if (claim->state != CLAIM_HELD)
        return wrong_state(claim, "confirmed", refusal);
    claim->state = CLAIM_CONFIRMED;
    claim->until = ABSENT;
    return STATUS_OK;
}

static int release(struct claim *claim, struct refusal *refusal)
{
    if (!claim_is_live(claim))
        return wrong_state(claim, "released", refusal);
    claim->state = CLAIM_RELEASED;
    claim->until = ABSENT;
    return STATUS_OK;
}

static int advance(struct claim *claim, const struct change *change,
                   const struct moment *at, struct refusal *refusal)
{
    if (change->op == CHANGE_EXTEND)
        return extend(claim, change->operation.extend.hold_seconds, at->logical_ms,
                      refusal);
    return change->op == CHANGE_CONFIRM ? confirm(claim, refusal)
                                        : release(claim, refusal);
}

static int change_claim(struct state *state, const struct change *change,
                        const struct moment *at, struct refusal *refusal)
{
    struct claim claim;
    struct slice id = change->op == CHANGE_EXTEND ? change->operation.extend.claim
                                                  : change->operation.mark.claim;
    const struct record *record = find_claim(state, id, &claim);
    if (record == NULL)
        return not_stored("claim", refusal);
    int status = change_check_expected(change, record, refusal);
    if (status == STATUS_OK)
        status = advance(&claim, change, at, refusal);
    if (status != STATUS_OK)
        return status;
    store(state, &claim, at);
    return 1;
}

// --- withdraw ---

static int over_confirmed(struct state *state, const struct claimed *capacity,
                          struct refusal *refusal)
{
    unsigned n = 0;
    struct slice names = {"", 0};
    for (const struct live_claim *live = capacity->claims; live; live = live->next) {
        if (live->until_ms != LIVE_NEVER)
            continue;
        char id[CLAIM_ID_MAX];
        live_name(live, id);
        if (n++ < NAMED_CLAIMS_MAX)
            names =
                arena_printf(&state->arena, "%s%s%s", names.data, n > 1 ? ", " : "", id);
    }
    return refuse(refusal, STATUS_FAILED_PRECONDITION, REASON_CONFIRMED_CLAIMS,
                  "capacity", "%u claims are confirmed: %s%s", n, names.data,
                  n > NAMED_CLAIMS_MAX ? " ..." : "");
}

static int withdraw(struct state *state, const struct change *change,
                    const struct moment *at, struct refusal *refusal)
{
    const struct capacity_withdraw *withdraw = &change->operation.withdraw;
    const struct live *live = &state->rows.live;
    const struct claimed *claimed = live_find(live, withdraw->capacity);
    union entity entity = {0};
    int status = find_capacity(state, change, withdraw->capacity, &entity, refusal);
    if (status != STATUS_OK)
        return status;
    if (claimed && claimed->confirmed > 0 && withdraw->over_confirmed != true)
        return over_confirmed(state, claimed, refusal);
    while ((claimed = live_find(live, withdraw->capacity)) != NULL) {
        struct claim claim;
        get_live(state, claimed->claims->id, &claim);
        CHECK(release(&claim, refusal) == STATUS_OK);
        claim.withdrawn = true;
        store(state, &claim, at);
    }
    char bytes[RECORD_TEXT_KEY_MAX];
    struct slice key = record_text_key(bytes, withdraw->capacity);
    change_replace(state, KIND_CAPACITY,
                   sorted_locate(&state->records[KIND_CAPACITY], key), NULL);
    return 1;
}

int claims_apply(struct state *state, const struct change *change,
                 const struct moment *at, struct refusal *refusal)
{
    switch (change->op) {
    case CHANGE_TAKE:
        return take(state, change, at, refusal);
    case CHANGE_EXTEND:
    case CHANGE_CONFIRM:
    case CHANGE_RELEASE:
        return change_claim(state, change, at, refusal);
    default:
        CHECK(change->op == CHANGE_WITHDRAW);
        return withdraw(state, change, at, refusal);
    }
}

void claims_expire(struct state *state, const struct moment *at)
{
    const struct live_claim *hold;
    while ((hold = live_first_hold(&state->rows.live)) != NULL &&
           hold->until_ms <= at->logical_ms) {
        struct claim claim;
        get_live(state, hold->id, &claim);
        claim.state = CLAIM_EXPIRED;
        store(state, &claim, at);
    }
}
