// SPDX-License-Identifier: Apache-2.0
//
// The replica: submit -> append -> commit -> apply -> answer. Owns the state and follows
// the log.
//
// Happy path of a write: replica_submit frames the command as an entry and gives it to
// the log; the log makes it durable; it comes back through on_entry, in order with
// everybody's; state_apply decides it; the waiting write's callback gets the outcome. A
// read touches only the state. Failure modes: an append whose outcome is unknown is
// resolved by its request id, which either comes through on_entry or is appended again
// with the same id; on_entry that finds a gap or a bad checksum halts the replica: reads
// go on, writes answer UNAVAILABLE.
#ifndef REPLICA_REPLICA_H
#define REPLICA_REPLICA_H

#include "domain/state.h"
#include "replica/ports.h"

#define REPLICA_MAX_WRITES 4096                    // under way at once
#define REPLICA_MAX_WRITE_BYTES (64 * 1024 * 1024) // of their commands

struct replica;
struct replica_write;

// outcome is what the log decided; NULL when status is not 0:
//   STATUS_UNAVAILABLE, STATUS_RESOURCE_EXHAUSTED (the log has no room) definitely not
//   done; STATUS_UNKNOWN maybe done, a retry with the same id is safe; STATUS_CANCELED
//   the replica closed.
// outcome->status is the command's own refusal.
typedef void (*replica_write_done)(struct replica_write *write, int status,
                                   const struct outcome *outcome,
                                   const struct refusal *refusal);

// Embedded by the caller and alive until done ran (exactly once, never inside submit).
struct replica_write {
    unsigned char request_id[STATE_REQUEST_ID_LEN];
    struct slice command; // canonical bytes; kept by the caller until done
    replica_write_done done;
    // Whose entry it is, kept by the caller until done; 0: the local client's.
    uint8_t actor_kind;
    struct slice actor_id;
    struct replica_pending *pending; // the replica's
};

struct replica *replica_new(const struct replica_clock *clock);
void replica_free(struct replica *replica); // pending writes end with STATUS_CANCELED
// Connects the log; before that every submit is refused.
void replica_set_log(struct replica *replica, const struct replica_log *log);
struct replica_log_events replica_log_events(struct replica *replica);
struct replica_snapshots replica_snapshots(struct replica *replica);

// 0, or STATUS_UNAVAILABLE (no log, halted), STATUS_RESOURCE_EXHAUSTED (limits above, no
// memory for the entry, no room in the log), STATUS_INVALID_ARGUMENT (request id not a
// UUIDv7): refusal is filled and done never runs.
int replica_submit(struct replica *replica, struct replica_write *write,
                   struct refusal *refusal);
// Forgets the caller's interest: done never runs. The write itself may still happen.
void replica_abandon(struct replica *replica, struct replica_write *write);
// Called by the owner every 100 ms or so: appends again what has an unknown outcome, and
// appends a tick when a hold has run out and no entry has come that expires it.
void replica_tick(struct replica *replica);

struct state *replica_state(struct replica *replica);

// Runs fn once when revision has been applied here; waiter is embedded and removable.
struct replica_waiter {
    uint64_t revision;
    void (*fn)(struct replica_waiter *waiter);
    struct replica_waiter *next, *prev;
};
// Returns true when it is reached already (fn does not run).
bool replica_wait_add(struct replica *replica, struct replica_waiter *waiter);
void replica_wait_remove(struct replica *replica, struct replica_waiter *waiter);

struct replica_status {
    bool ready;    // caught up once
    bool writable; // the log can be written now
    bool halted;   // an entry could not be applied
    bool diverged; // the state is not what was applied: it must not be served
    uint64_t applied;
    unsigned char chain[16]; // running hash over applied entries
    char log_uuid[33];       // of entry 1, 32 hex digits; empty until it is applied
    int64_t last_entry_ms;   // time of the last entry applied, UTC
    char what[256];          // why not writable, for humans
};
void replica_status(const struct replica *replica, struct replica_status *status);

#endif
