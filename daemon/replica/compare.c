// SPDX-License-Identifier: Apache-2.0
//
// Daemons that hold other states than they applied find out, in two ways. Checkpoints: the
// daemon whose entry got a sequence that CHECKPOINT_EVERY divides appends what it had
// there, chain and digest; who had something else has diverged. Scrubbing: a walk without
// end hashes all records anew and compares their sum with the running digest, which a
// flipped bit does not change.
//
// A checkpoint's entry has no command; its actor id is
//
//    0  u64  sequence, little-endian
//    8  16 B chain hash after it
//   24  16 B state digest after it
#include <string.h>
#include <xxhash.h>

#include "base/status.h"
#include "replica/replica_private.h"

#define SCRUB_RECORDS 256 // a tick of 100 ms: about 0.2 ms of it

// --- checkpoints ---

static struct checkpoint *place_of(struct replica *replica, uint64_t sequence)
{
    return &replica->checkpoints[sequence / CHECKPOINT_EVERY % CHECKPOINTS];
}

static void on_appended(struct replica_write *write, int status,
                        const struct outcome *outcome, const struct refusal *refusal)
{
    // Not written: then there is none of this sequence.
    (void)write, (void)status, (void)outcome, (void)refusal;
}

static void append(struct replica *replica, const struct checkpoint *checkpoint,
                   int64_t time_ms)
{
    XXH128_canonical_t hash;
    unsigned char *bytes = replica->checkpoint_id;
    if (replica->checkpointer.pending)
        return;
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(checkpoint->sequence >> (8 * i));
    memcpy(bytes + 8, checkpoint->chain, 16);
    memcpy(bytes + 24, checkpoint->digest, 16);
    replica->checkpointer = (struct replica_write){
        .command = slice_from(""),
        .actor_kind = ENTRY_ACTOR_CHECKPOINT,
        .actor_id = {(const char *)bytes, CHECKPOINT_LEN},
        .done = on_appended,
    };
    XXH128_canonicalFromHash(&hash, XXH3_128bits(bytes, CHECKPOINT_LEN));
    replica_request_id(time_ms, hash.digest, replica->checkpointer.request_id);
    replica_submit(replica, &replica->checkpointer, NULL);
}

static void remember(struct replica *replica, uint64_t sequence,
                     const struct entry *entry)
{
    struct checkpoint *checkpoint = place_of(replica, sequence);
    checkpoint->sequence = sequence;
    memcpy(checkpoint->chain, replica->chain, sizeof checkpoint->chain);
    state_digest(replica->state, checkpoint->digest);
    if (entry->incarnation == replica->incarnation && replica->caught_up)
        append(replica, checkpoint, entry->time_ms);
}

static int diverge(struct replica *replica, uint64_t sequence, const char *why)
{
    replica->diverged = true;
    return replica_halt(replica, sequence, why);
}

int replica_compare(struct replica *replica, uint64_t sequence, const struct entry *entry)
{
    if (sequence % CHECKPOINT_EVERY == 0)
        remember(replica, sequence, entry);
    if (entry->actor_kind != ENTRY_ACTOR_CHECKPOINT ||
        entry->actor_id.len != CHECKPOINT_LEN)
        return STATUS_OK;
    const unsigned char *bytes = (const unsigned char *)entry->actor_id.data;
    uint64_t of = 0;
    for (int i = 0; i < 8; i++)
        of |= (uint64_t)bytes[i] << (8 * i);
    const struct checkpoint *mine = place_of(replica, of);
    // Whoever reads the log from its beginning must come to its end, even when a daemon
    // that had diverged wrote a checkpoint: only a daemon that serves stops.
    if (mine->sequence != of || !replica->caught_up ||
        (memcmp(mine->chain, bytes + 8, 16) == 0 &&
         memcmp(mine->digest, bytes + 24, 16) == 0))
        return STATUS_OK;
    return diverge(replica, sequence,
                   "DIVERGED: another daemon had another state after the same entries");
}

// --- scrubbing ---

void replica_end_scrub(struct replica *replica)
{
    snapshot_end(replica->scrub);
    replica->scrub = NULL;
}

void replica_scrub(struct replica *replica)
{
    struct snapshot_head head;
    if (replica->walk || replica->halted || !replica->caught_up)
        return;
    if (replica->scrub == NULL)
        replica->scrub = snapshot_begin(replica->state, true, &head);
    int status = snapshot_step(replica->scrub, SCRUB_RECORDS, NULL);
    if (status == 1)
        return;
    replica_end_scrub(replica);
    if (status != STATUS_OK)
        diverge(replica, state_revision(replica->state),
                "DIVERGED: a record in memory is not what was applied");
}
