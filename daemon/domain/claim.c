// SPDX-License-Identifier: Apache-2.0
#include "domain/claim.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/check.h"
#include "domain/identity.h"
#include "domain/shape_tables.h"

#define KEY (FIELD_REQUIRED | FIELD_KEY)
#define REQUIRED FIELD_REQUIRED
#define CODE FIELD_CODE // not scanned: "811218-9876" may be a claim's id
#define FLAG(owner, member, number) NUMBER(owner, member, number, FIELD_BOOL, 0, 0, 1)
#define INSTANT(owner, member, number, flags)                                            \
    NUMBER(owner, member, number, FIELD_INSTANT, flags, 0, INT64_MAX)
#define SLOTS(owner, number, flags) UINT(owner, slots, number, flags, 1, CLAIM_SLOTS_MAX)
#define HOLD(owner, number) UINT(owner, hold_seconds, number, 0, 1, CLAIM_HOLD_MAX_S)

const char *const claim_state_names[] = {
    NULL,
    [CLAIM_HELD] = "HELD",
    [CLAIM_CONFIRMED] = "CONFIRMED",
    [CLAIM_RELEASED] = "RELEASED",
    [CLAIM_EXPIRED] = "EXPIRED",
    NULL,
};

static const struct field claim_fields[] = {
    FIELD(claim, claim, 1, FIELD_ID, KEY | CODE),
    FIELD(claim, capacity, 2, FIELD_ID, REQUIRED),
    FIELD(claim, region, 3, FIELD_REGION, REQUIRED),
    SLOTS(claim, 4, REQUIRED),
    ENUM(claim, state, 5, REQUIRED, CLAIM_HELD, CLAIM_EXPIRED, claim_state_names),
    INSTANT(claim, until, 6, 0),
    FIELD(claim, reference, 7, FIELD_NAME, 0),
    FIELD(claim, unit, 8, FIELD_HSA_ID, REQUIRED),
    FIELD(claim, service, 9, FIELD_ID, REQUIRED | CODE),
    INSTANT(claim, taken_at, 10, REQUIRED),
    FLAG(claim, extended, 11),
    FLAG(claim, withdrawn, 12),
};
const struct shape shape_claim = SHAPE(claim, "claim", claim_fields);

static const struct field take_fields[] = {
    FIELD(claim_take, capacity, 1, FIELD_ID, REQUIRED),
    FIELD(claim_take, region, 2, FIELD_REGION, REQUIRED),
    SLOTS(claim_take, 3, 0),
    HOLD(claim_take, 4),
    FIELD(claim_take, reference, 5, FIELD_NAME, 0),
};

static const struct field extend_fields[] = {
    FIELD(claim_extend, claim, 1, FIELD_ID, REQUIRED | CODE),
    HOLD(claim_extend, 2),
};

static const struct field mark_fields[] = {
    FIELD(claim_mark, claim, 1, FIELD_ID, REQUIRED | CODE),
};

static const struct field withdraw_fields[] = {
    FIELD(capacity_withdraw, capacity, 1, FIELD_ID, REQUIRED),
    FLAG(capacity_withdraw, over_confirmed, 2),
};

static const struct shape shapes[CHANGE_OP_COUNT] = {
    [CHANGE_TAKE] = SHAPE(claim_take, "claim_take", take_fields),
    [CHANGE_EXTEND] = SHAPE(claim_extend, "claim_extend", extend_fields),
    [CHANGE_CONFIRM] = SHAPE(claim_mark, "claim_confirm", mark_fields),
    [CHANGE_RELEASE] = SHAPE(claim_mark, "claim_release", mark_fields),
    [CHANGE_WITHDRAW] = SHAPE(capacity_withdraw, "capacity_withdraw", withdraw_fields),
};

const struct shape *operation_shape(enum change_op op)
{
    return op >= CHANGE_TAKE && op < CHANGE_OP_COUNT ? &shapes[op] : NULL;
}

int operation_check(enum change_op op, const union operation *operation,
                    struct refusal *refusal)
{
    const struct shape *shape = operation_shape(op);
    int status = shape_check(shape, operation, refusal);
    if (status != STATUS_OK)
        return status;
    const struct field *split = identity_split_field(shape, operation);
    if (split == NULL)
        return STATUS_OK;
    return check_fault(&(struct place){NULL, split->name, refusal},
                       REASON_PERSONAL_IDENTITY,
                       "and the text before it must not hold a personal identity or "
                       "coordination number together");
}

void operation_normalize(enum change_op op, union operation *operation)
{
    if (op == CHANGE_TAKE && operation->take.slots == ABSENT)
        operation->take.slots = 1;
    if (op == CHANGE_TAKE && operation->take.hold_seconds == ABSENT)
        operation->take.hold_seconds = CLAIM_HOLD_DEFAULT_S;
    if (op == CHANGE_EXTEND && operation->extend.hold_seconds == ABSENT)
        operation->extend.hold_seconds = CLAIM_HOLD_DEFAULT_S;
    if (op == CHANGE_WITHDRAW && operation->withdraw.over_confirmed == 0)
        operation->withdraw.over_confirmed = ABSENT;
}

bool operation_is_normal(enum change_op op, const union operation *operation)
{
    if (op == CHANGE_TAKE)
        return operation->take.slots != ABSENT && operation->take.hold_seconds != ABSENT;
    if (op == CHANGE_EXTEND)
        return operation->extend.hold_seconds != ABSENT;
    return op != CHANGE_WITHDRAW || operation->withdraw.over_confirmed != false;
}

size_t claim_id_format(uint64_t sequence, uint32_t index, char id[CLAIM_ID_MAX])
{
    return (size_t)snprintf(id, CLAIM_ID_MAX, "%" PRIu64 "-%" PRIu32, sequence, index);
}

// Takes a number without leading zeros off the front of text.
static bool take_number(struct slice *text, uint64_t max, uint64_t *value)
{
    size_t n = 0;
    *value = 0;
    for (; n < text->len && text->data[n] >= '0' && text->data[n] <= '9'; n++) {
        uint64_t digit = (uint64_t)(text->data[n] - '0');
        if (*value > (max - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    bool shortest = n == 1 || (n > 1 && text->data[0] != '0');
    *text = (struct slice){text->data + n, text->len - n};
    return shortest;
}

bool claim_id_parse(struct slice id, uint64_t *sequence, uint32_t *index)
{
    uint64_t number;
    if (!take_number(&id, INT64_MAX, sequence) || id.len == 0 || id.data[0] != '-')
        return false;
    id = (struct slice){id.data + 1, id.len - 1};
    if (!take_number(&id, UINT32_MAX, &number) || id.len != 0)
        return false;
    *index = (uint32_t)number;
    return true;
}
