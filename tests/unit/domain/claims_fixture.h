// SPDX-License-Identifier: Apache-2.0
//
// A state with a unit, a service and the capacities that a test puts, and commands on
// them that go the whole way: checked, encoded, read back, applied.
#ifndef TESTS_UNIT_DOMAIN_CLAIMS_FIXTURE_H
#define TESTS_UNIT_DOMAIN_CLAIMS_FIXTURE_H

#include "domain/state.h"
#include "wire/change.h"

#define NOON INT64_C(1795348800000) // 2026-11-22T12:00Z, a Sunday
#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define CLAIMS_UNIT "TSE2321000131-E1"
#define CLAIMS_OTHER_UNIT "TSE2321000131-E2"
#define CLAIMS_SERVICE "NFB49"
#define CLAIMS_OTHER_SERVICE "CJE20"

struct claims {
    struct state *state;
    int64_t now_ms; // of the next entry
    uint64_t n_ids;
    struct wire_command_writer writer;
    struct buffer command;
    struct command_header header; // of the newest entry
    struct outcome outcome;
    struct refusal refusal;
    struct record_view view;
};

void claims_init(struct claims *claims);
void claims_close(struct claims *claims);

// The command at hand: begin, add, send. expected is expected_revision or ABSENT.
void claims_begin(struct claims *claims);
void claims_add_entity(struct claims *claims, enum change_op op, enum kind kind,
                       const union entity *entity, int64_t expected);
void claims_add_put(struct claims *claims, const struct capacity *capacity,
                    int64_t expected);
void claims_add_delete(struct claims *claims, enum kind kind, const char *id,
                       int64_t expected);
void claims_add_take(struct claims *claims, const struct claim_take *take,
                     int64_t expected);
void claims_add_extend(struct claims *claims, const char *claim, int64_t hold_seconds,
                       int64_t expected);
// Confirm or release.
void claims_add_mark(struct claims *claims, enum change_op op, const char *claim,
                     int64_t expected);
void claims_add_withdraw(struct claims *claims, const char *capacity,
                         int64_t over_confirmed, int64_t expected);
// Returns the outcome's status; outcome and refusal say more.
int claims_send(struct claims *claims);
// The same entry once more, with the same request id.
int claims_send_again(struct claims *claims);
// What applying it would say.
int claims_validate(struct claims *claims);

// Commands of one change.
int claims_put(struct claims *claims, const struct capacity *capacity);
int claims_take(struct claims *claims, const char *capacity, int64_t slots);
int claims_take_for(struct claims *claims, const char *capacity, int64_t slots,
                    int64_t hold_seconds);
int claims_extend(struct claims *claims, const char *claim, int64_t hold_seconds);
int claims_confirm(struct claims *claims, const char *claim);
int claims_release(struct claims *claims, const char *claim);
int claims_withdraw(struct claims *claims, const char *capacity, int64_t over_confirmed);
int claims_delete(struct claims *claims, enum kind kind, const char *id);
int claims_tick(struct claims *claims);

// A capacity of 3 slots in December, open to 01 and 14.
struct capacity claims_capacity(const char *id);
struct claim_take claims_take_of(const char *capacity);
// The stored claim, whose texts live until the next call; CHECKs that it is there.
struct claim claims_get(struct claims *claims, const char *claim);
uint64_t claims_revision(struct claims *claims, enum kind kind, const char *id);
bool claims_is_stored(const struct claims *claims, enum kind kind, const char *id);
struct state_slots claims_slots(const struct claims *claims, const char *capacity);
// Free slots as the match index has them; 0 too when no option shows the capacity.
int64_t claims_matched_slots(struct claims *claims, const char *capacity);

// The newest command was refused like this, and the message holds word.
#define claims_expect_refused(claims, wanted_status, wanted_reason, wanted_field)        \
    do {                                                                                 \
        cr_expect_eq((claims)->outcome.status, wanted_status, "%s",                      \
                     (claims)->refusal.message);                                         \
        cr_expect_eq((claims)->outcome.reason, wanted_reason, "%s",                      \
                     reason_name((claims)->outcome.reason));                             \
        cr_expect_str_eq((claims)->outcome.field, wanted_field);                         \
    } while (0)

#endif
