// SPDX-License-Identifier: Apache-2.0
//
// Claims: slots of a capacity that a region holds or has confirmed, and the operations
// that make and change them. An operation is decided in state_apply, in the log's order
// and by its time; a claim is never put or deleted.
//
//     take ──► HELD ──confirm──► CONFIRMED ──release──► RELEASED
//               │ ├──release──► RELEASED                    ▲
//               │ └──until ≤ the log's time──► EXPIRED      │
//               └── extend, once          withdraw of the capacity releases both
#ifndef DOMAIN_CLAIM_H
#define DOMAIN_CLAIM_H

#include "domain/shape.h"

#define CLAIM_HOLD_DEFAULT_S (24 * 3600)
#define CLAIM_HOLD_MAX_S (72 * 3600)
#define CLAIM_SLOTS_MAX 10000
#define CLAIM_ID_MAX 32 // bytes of "<sequence>-<index>"

enum claim_state { CLAIM_HELD = 1, CLAIM_CONFIRMED, CLAIM_RELEASED, CLAIM_EXPIRED };

struct claim {
    struct slice claim; // its id
    struct slice capacity;
    int64_t region, slots;
    int64_t state; // enum claim_state
    int64_t until; // ms; HELD: when the hold runs out, EXPIRED: when it did
    struct slice reference;
    struct slice unit, service; // the capacity's when it was taken
    int64_t taken_at;           // ms, the log's time
    int64_t extended;           // true or ABSENT
    int64_t withdrawn;          // true or ABSENT: released by a withdraw
};

// The operations, beside put and delete of other kinds. The numbers are the fields of
// vardsok.v1.Change and vardsok.log.v1.Change; never reused.
enum change_op {
    CHANGE_NONE = 0,
    CHANGE_PUT = 2,
    CHANGE_DELETE = 3,
    CHANGE_TAKE = 4,
    CHANGE_EXTEND = 5,
    CHANGE_CONFIRM = 6,
    CHANGE_RELEASE = 7,
    CHANGE_WITHDRAW = 8,
    CHANGE_OP_COUNT
};

struct claim_take {
    struct slice capacity;
    int64_t region;
    int64_t slots;        // default 1
    int64_t hold_seconds; // default 24 h
    struct slice reference;
};

struct claim_extend {
    struct slice claim;
    int64_t hold_seconds; // from now; default 24 h
};

// Confirm and release.
struct claim_mark {
    struct slice claim;
};

struct capacity_withdraw {
    struct slice capacity;
    int64_t over_confirmed; // bool, default false
};

union operation {
    struct claim_take take;
    struct claim_extend extend;
    struct claim_mark mark;
    struct capacity_withdraw withdraw;
};

extern const struct shape shape_claim;
extern const char *const claim_state_names[];

// The shape of an operation; op in CHANGE_TAKE..CHANGE_WITHDRAW, else NULL.
const struct shape *operation_shape(enum change_op op);

// The checks that need no state. Errors: STATUS_INVALID_ARGUMENT; refusal names the
// field.
int operation_check(enum change_op op, const union operation *operation,
                    struct refusal *refusal);
// Fills the defaults, so that what they are today does not matter to an old log.
void operation_normalize(enum change_op op, union operation *operation);
// Whether an operation is as operation_normalize leaves it: what a log may hold.
bool operation_is_normal(enum change_op op, const union operation *operation);

// A claim's id from the entry's sequence and the change's index. Returns its length.
size_t claim_id_format(uint64_t sequence, uint32_t index, char id[CLAIM_ID_MAX]);
// The other way; false when the text is not such an id, in its shortest form.
bool claim_id_parse(struct slice id, uint64_t *sequence, uint32_t *index);

#endif
