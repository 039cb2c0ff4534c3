// SPDX-License-Identifier: Apache-2.0
#include "capacity.h"

#include <criterion/criterion.h>

#include "base/status.h"
#include "lib/samples.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/writer.h"

void capacity_write_id(struct rig *rig, struct buffer *out)
{
    unsigned char id[STATE_REQUEST_ID_LEN] = {0};
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(rig->clock.now_ms >> (40 - 8 * i));
    id[6] = 0x70;
    id[8] = 0x80;
    id[15] = ++rig->next_id;
    wire_write_bytes(out, 1, (struct slice){(const char *)id, sizeof id});
}

// A write of CapacityService into rig->scratch.
struct slice capacity_write(struct rig *rig, const struct shape *shape,
                            const void *message, int64_t expected)
{
    buffer_clear(&rig->scratch);
    capacity_write_id(rig, &rig->scratch);
    if (expected != ABSENT)
        wire_write_uint(&rig->scratch, 2, (uint64_t)expected);
    size_t body = wire_write_start(&rig->scratch, 3);
    wire_encode(shape, WIRE_PUBLIC, message, &rig->scratch);
    wire_write_end(&rig->scratch, body);
    return buffer_slice(&rig->scratch);
}

void capacity_send(struct rig *rig, uint16_t method, const struct capacity *capacity,
                   int64_t expected)
{
    rig_send_request(rig, 1, method, 0,
                     capacity_write(rig, &shape_capacity, capacity, expected));
    rig_run_log(rig);
}

void capacity_send_operation(struct rig *rig, uint16_t method, enum change_op op,
                             const union operation *operation, int64_t expected)
{
    rig_send_request(rig, 1, method, 0,
                     capacity_write(rig, operation_shape(op), operation, expected));
    rig_run_log(rig);
}

void capacity_send_take(struct rig *rig, const char *capacity, int64_t region,
                        int64_t slots)
{
    union operation operation = {
        .take = {slice_from(capacity), region, slots, ABSENT, SLICE_ABSENT}};
    capacity_send_operation(rig, RPC_CLAIM, CHANGE_TAKE, &operation, ABSENT);
}

void capacity_send_mark(struct rig *rig, uint16_t method, const char *claim)
{
    union operation operation = {.mark = {slice_from(claim)}};
    capacity_send_operation(rig, method,
                            method == RPC_CONFIRM ? CHANGE_CONFIRM : CHANGE_RELEASE,
                            &operation, ABSENT);
}

void capacity_send_extend(struct rig *rig, const char *claim, int64_t hold_seconds)
{
    union operation operation = {.extend = {slice_from(claim), hold_seconds}};
    capacity_send_operation(rig, RPC_EXTEND, CHANGE_EXTEND, &operation, ABSENT);
}

void capacity_send_withdraw(struct rig *rig, const char *capacity, int64_t over_confirmed)
{
    union operation operation = {.withdraw = {slice_from(capacity), over_confirmed}};
    capacity_send_operation(rig, RPC_WITHDRAW, CHANGE_WITHDRAW, &operation, ABSENT);
}

void capacity_expect_refused(struct rig *rig, int status, enum reason reason)
{
    rig_expect_refused(rig, RPC_ERROR, 1, status, reason);
}

// The answer's revision, and what it shows as stored.
uint64_t capacity_expect_stored(struct rig *rig, enum kind wanted, union entity *entity)
{
    struct wire_reader reader = {.rest = rig_expect(rig, RPC_RESPONSE, 1).payload};
    struct wire_field field;
    enum kind kind;
    uint64_t revision, stored_at;
    cr_assert_eq(wire_read_field(&reader, &field), 1);
    cr_assert_eq(field.number, APPLY_RESPONSE_REVISION);
    revision = field.value;
    cr_assert_eq(wire_read_field(&reader, &field), 1, "nothing is stored");
    cr_assert_eq(field.number, APPLY_RESPONSE_STORED);
    cr_assert_eq(wire_stored_decode(field.bytes, &kind, entity, &stored_at, NULL), 0);
    cr_assert_eq(kind, wanted);
    cr_assert_eq(reader.rest.len, 0);
    return revision;
}

struct claim capacity_expect_claim(struct rig *rig, const char *id)
{
    union entity entity;
    capacity_expect_stored(rig, KIND_CLAIM, &entity);
    cr_assert(slice_equal(entity.claim.claim, slice_from(id)), "%.*s",
              (int)entity.claim.claim.len, entity.claim.claim.data);
    return entity.claim;
}

struct capacity capacity_sample(const char *id)
{
    union entity entity;
    sample_entity(KIND_CAPACITY, &entity);
    entity.capacity.id = slice_from(id);
    entity.capacity.open_to = OPEN_TO_13_AND_14;
    return entity.capacity;
}

void capacity_setup(struct rig *rig)
{
    rig_init(rig);
    rig_load(rig);
}
