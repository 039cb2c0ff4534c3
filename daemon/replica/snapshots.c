// SPDX-License-Identifier: Apache-2.0
//
// The replica's side of snapshots: its own walk through the state, and a second state that
// is filled beside the one that is served, until it takes its place.
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/replica_private.h"
#include "wire/change.h"

static int begin_snapshot(void *self, unsigned char bytes[REPLICA_HEAD_LEN])
{
    struct replica *replica = self;
    if (replica->halted || state_revision(replica->state) == 0)
        return STATUS_UNAVAILABLE;
    struct head head = {.last_entry_ms = replica->last_entry_ms};
    replica_end_scrub(replica);
    replica->walk = snapshot_begin(replica->state, false, &head.state);
    memcpy(head.chain, replica->chain, sizeof head.chain);
    memcpy(head.checksum, replica->checksum, sizeof head.checksum);
    memcpy(head.log_uuid, replica->log_uuid, sizeof head.log_uuid);
    head_encode(&head, bytes);
    return STATUS_OK;
}

static int step_snapshot(void *self, unsigned n, struct buffer *items)
{
    struct replica *replica = self;
    if (replica->walk == NULL)
        return STATUS_CANCELED;
    return snapshot_step(replica->walk, n, items);
}

static void end_snapshot(void *self)
{
    replica_end_snapshot(self);
}

void replica_end_snapshot(struct replica *replica)
{
    snapshot_end(replica->walk);
    replica->walk = NULL;
    replica_end_scrub(replica);
}

static int load(void *self, struct slice items)
{
    struct replica *replica = self;
    if (replica->loading == NULL)
        replica->loading = state_new(wire_record_decode, wire_record_encode);
    return snapshot_read(replica->loading, items);
}

// The state that was read takes the place of the one that was served until now.
static void take_over(struct replica *replica, const struct head *head)
{
    replica_end_snapshot(replica);
    state_free(replica->state);
    replica->state = replica->loading;
    replica->loading = NULL;
    replica->last_entry_ms = head->last_entry_ms;
    memcpy(replica->chain, head->chain, sizeof replica->chain);
    memcpy(replica->checksum, head->checksum, sizeof replica->checksum);
    memcpy(replica->log_uuid, head->log_uuid, ENTRY_UUID_LEN);
    replica->log.applied(replica->log.self, head->state.sequence, replica->checksum);
    replica_run_waiters(replica);
}

static int end_load(void *self, struct slice bytes, uint64_t *sequence,
                    unsigned char checksum[16])
{
    struct replica *replica = self;
    struct head head;
    int status =
        bytes.data && replica->loading ? head_decode(bytes, &head) : STATUS_DATA_LOSS;
    if (status == STATUS_OK &&
        (replica->halted || head.state.sequence < state_revision(replica->state)))
        status = STATUS_DATA_LOSS;
    if (status == STATUS_OK)
        status = snapshot_finish(replica->loading, &head.state);
    if (status == STATUS_OK) {
        take_over(replica, &head);
        *sequence = head.state.sequence;
        memcpy(checksum, head.checksum, sizeof head.checksum);
    }
    state_free(replica->loading);
    replica->loading = NULL;
    return status;
}

struct replica_snapshots replica_snapshots(struct replica *replica)
{
    return (struct replica_snapshots){
        .self = replica,
        .begin = begin_snapshot,
        .step = step_snapshot,
        .end = end_snapshot,
        .load = load,
        .load_end = end_load,
    };
}
