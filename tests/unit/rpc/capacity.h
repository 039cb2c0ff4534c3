// SPDX-License-Identifier: Apache-2.0
//
// Writes of CapacityService through a rig. The sample world has C-7: three slots in
// December, open to region 14.
#ifndef TESTS_UNIT_RPC_CAPACITY_H
#define TESTS_UNIT_RPC_CAPACITY_H

#include "rig.h"
#include "rpc/methods.h"
#include "wire/change.h"

#define RPC_CAPACITY_LIST 37
#define RPC_CLAIM_LIST 38
#define OPEN_TO_13_AND_14 (INT64_C(1) << 13 | INT64_C(1) << 14)

void capacity_setup(struct rig *rig); // with the sample world

// Field 1, a request id of its own.
void capacity_write_id(struct rig *rig, struct buffer *out);
// A whole request with message as its body; in rig->scratch.
struct slice capacity_write(struct rig *rig, const struct shape *shape,
                            const void *message, int64_t expected);

// Each sends call 1 and runs the log.
void capacity_send(struct rig *rig, uint16_t method, const struct capacity *capacity,
                   int64_t expected);
void capacity_send_operation(struct rig *rig, uint16_t method, enum change_op op,
                             const union operation *operation, int64_t expected);
void capacity_send_take(struct rig *rig, const char *capacity, int64_t region,
                        int64_t slots);
void capacity_send_mark(struct rig *rig, uint16_t method, const char *claim);
void capacity_send_extend(struct rig *rig, const char *claim, int64_t hold_seconds);
void capacity_send_withdraw(struct rig *rig, const char *capacity,
                            int64_t over_confirmed);

// What call 1 is answered with: an error, the revision and what is stored, or a claim of
// that id.
void capacity_expect_refused(struct rig *rig, int status, enum reason reason);
uint64_t capacity_expect_stored(struct rig *rig, enum kind wanted, union entity *entity);
struct claim capacity_expect_claim(struct rig *rig, const char *id);

// C-7 under another id, open to 13 and 14.
struct capacity capacity_sample(const char *id);

#endif
