// SPDX-License-Identifier: Apache-2.0
//
// Happy path of one write:
//
//     submit ──► APPENDING ──done(OK)──► APPENDED ──on_entry──► answered
//                   │  ▲                                           ▲
//        done(UNKNOWN) │ tick, 250 ms later, same request id       │
//                   ▼  │                                           │
//                 UNSURE ───────────────on_entry──────────────────┘
//
// Whatever the append's fate, the entry that comes through on_entry decides: a pending
// write is answered by its request id and payload, wherever its entry came from. So a
// second entry of the same id, from a retry or from a late connection, finds nobody
// waiting and has no effect. done(anything else) means "not written" of that append
// alone: it is the write's answer only when no append before it was unknown. A retry is
// framed anew, as its time is what the log checks now.
#include "replica/replica.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/request_ids.h"
#include "replica/replica_private.h"
#include "wire/change.h"

// Of an entry, beside its command and the actor's id.
#define ENTRY_ROOM (ENTRY_HEADER_LEN + sizeof "local" + ENTRY_CHECKSUM_LEN)

struct replica *replica_new(const struct replica_clock *clock)
{
    struct replica *replica = calloc(1, sizeof *replica);
    CHECK(replica);
    replica->clock = *clock;
    replica->state = state_new(wire_record_decode, wire_record_encode);
    replica->log_status = STATUS_UNAVAILABLE;
    snprintf(replica->what, sizeof replica->what, "the log is not connected yet");
    replica->pending.next = replica->pending.prev = &replica->pending;
    replica->waiters.next = replica->waiters.prev = &replica->waiters;
    clock->random_bytes(clock->self, &replica->incarnation, sizeof replica->incarnation);
    return replica;
}

// --- pending writes ---

static struct replica_pending **bucket_of(struct replica *replica,
                                          const unsigned char *request_id)
{
    return &replica->buckets[request_id[STATE_REQUEST_ID_LEN - 1] % REPLICA_BUCKETS];
}

static void release(struct replica_pending *pending)
{
    struct replica *replica = pending->replica;
    if (pending->write || pending->in_flight)
        return;
    struct replica_pending **at = bucket_of(replica, pending->request_id);
    while (*at != pending)
        at = &(*at)->next_in_bucket;
    *at = pending->next_in_bucket;
    pending->prev->next = pending->next;
    pending->next->prev = pending->prev;
    replica->n_writes--;
    replica->write_bytes -= pending->entry.len;
    buffer_free(&pending->entry);
    free(pending);
}

static void answer(struct replica_pending *pending, int status,
                   const struct outcome *outcome, const struct refusal *refusal)
{
    struct replica_write *write = pending->write;
    pending->write = NULL;
    release(pending);
    if (write) {
        write->pending = NULL;
        write->done(write, status, outcome, refusal);
    }
}

static void answer_not_written(struct replica_pending *pending, int append_status)
{
    struct refusal refusal = {0};
    int status =
        append_status == STATUS_RESOURCE_EXHAUSTED ? append_status : STATUS_UNAVAILABLE;
    if (append_status == STATUS_FAILED_PRECONDITION)
        refuse(&refusal, STATUS_UNAVAILABLE, REASON_CLOCK, NULL,
               "not written: the daemon's clock and the log's differ by more than 60 s");
    else if (append_status == STATUS_ABORTED)
        refuse(&refusal, STATUS_UNAVAILABLE, REASON_LOG_VERDICT, NULL, "not written: %s",
               pending->replica->what);
    else
        refuse(&refusal, status, REASON_LOG_UNAVAILABLE, NULL, "not written: %s",
               status == STATUS_RESOURCE_EXHAUSTED ? "the log has no room for more"
                                                   : "the log cannot be reached");
    answer(pending, status, NULL, &refusal);
}

static void on_append_done(struct replica_append *append, int status)
{
    struct replica_pending *pending = (struct replica_pending *)append;
    pending->in_flight = false;
    if (pending->write == NULL) {
        release(pending);
    } else if (status == STATUS_OK) {
        pending->stage = STAGE_APPENDED;
    } else if (status == STATUS_UNKNOWN ||
               (pending->may_be_written &&
                (status == STATUS_UNAVAILABLE || status == STATUS_RESOURCE_EXHAUSTED))) {
        struct replica_clock *clock = &pending->replica->clock;
        pending->stage = STAGE_UNSURE;
        pending->may_be_written = true;
        pending->retry_at_ms = clock->now_ms(clock->self) + RETRY_AFTER_MS;
    } else if (pending->may_be_written) {
        // Refused by clock or verdict, which waiting here may not mend: another daemon
        // may do it.
        answer(pending, STATUS_UNKNOWN, NULL, NULL);
    } else {
        answer_not_written(pending, status);
    }
}

// The entry's time moves logical time, so it must be the one that the log is given to
// check.
static void frame(struct replica_pending *pending)
{
    struct replica *replica = pending->replica;
    struct entry entry = {
        .incarnation = replica->incarnation,
        .applied = state_revision(replica->state),
        .time_ms = replica->clock.now_ms(replica->clock.self),
        .actor_kind = pending->write->actor_kind,
        .actor_id = pending->write->actor_id,
        .command = pending->write->command,
    };
    if (entry.actor_kind == 0) {
        entry.actor_kind = ENTRY_ACTOR_LOCAL;
        entry.actor_id = slice_from("local");
    }
    memcpy(entry.request_id, pending->request_id, sizeof entry.request_id);
    entry_payload_hash(&entry, pending->payload_hash);
    buffer_clear(&pending->entry);
    entry_encode(&entry, &pending->entry);
    pending->append.entry = buffer_slice(&pending->entry);
    pending->append.time_ms = entry.time_ms;
    pending->append.done = on_append_done;
}

static int append(struct replica_pending *pending)
{
    struct replica *replica = pending->replica;
    int status = replica->log.append(replica->log.self, &pending->append);
    if (status == STATUS_OK) {
        pending->in_flight = true;
        pending->stage = STAGE_APPENDING;
    }
    return status;
}

static int check_submit(const struct replica *replica, const struct replica_write *write,
                        struct refusal *refusal)
{
    if (!request_id_is_v7(write->request_id))
        return refuse(refusal, STATUS_INVALID_ARGUMENT, REASON_BAD_FORMAT, "request_id",
                      "request_id must be a UUIDv7 (RFC 9562)");
    bool is_full = replica->log_status == STATUS_RESOURCE_EXHAUSTED;
    if (replica->halted || !replica->has_log || replica->log_status != STATUS_OK)
        return refuse(refusal,
                      is_full && !replica->halted ? STATUS_RESOURCE_EXHAUSTED
                                                  : STATUS_UNAVAILABLE,
                      replica->halted ? REASON_LOG_VERDICT : REASON_LOG_UNAVAILABLE, NULL,
                      "not written: %s", replica->what);
    if (replica->n_writes >= REPLICA_MAX_WRITES ||
        replica->write_bytes + write->command.len > REPLICA_MAX_WRITE_BYTES)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY, NULL,
                      "not written: more than %d writes or %d MiB under way",
                      REPLICA_MAX_WRITES, REPLICA_MAX_WRITE_BYTES >> 20);
    return STATUS_OK;
}

// NULL: there is no memory for its entry, whose size a client chose.
static struct replica_pending *new_pending(struct replica *replica,
                                           struct replica_write *write)
{
    struct replica_pending *pending = calloc(1, sizeof *pending);
    CHECK(pending);
    if (!buffer_try_reserve(&pending->entry,
                            write->command.len + write->actor_id.len + ENTRY_ROOM)) {
        free(pending);
        return NULL;
    }
    memcpy(pending->request_id, write->request_id, sizeof pending->request_id);
    pending->replica = replica;
    pending->write = write;
    frame(pending);
    pending->next = &replica->pending;
    pending->prev = replica->pending.prev;
    pending->prev->next = pending->next->prev = pending;
    struct replica_pending **bucket = bucket_of(replica, pending->request_id);
    pending->next_in_bucket = *bucket;
    *bucket = pending;
    replica->n_writes++;
    replica->write_bytes += pending->entry.len;
    return pending;
}

int replica_submit(struct replica *replica, struct replica_write *write,
                   struct refusal *refusal)
{
    int status = check_submit(replica, write, refusal);
    if (status != STATUS_OK)
        return status;
    struct replica_pending *pending = new_pending(replica, write);
    if (pending == NULL)
        return refuse(refusal, STATUS_RESOURCE_EXHAUSTED, REASON_TOO_MANY, NULL,
                      "not written: there is no memory for it");
    write->pending = pending;
    status = append(pending);
    if (status == STATUS_OK)
        return STATUS_OK;
    write->pending = NULL;
    pending->write = NULL;
    release(pending);
    return refuse(refusal, status,
                  status == STATUS_RESOURCE_EXHAUSTED ? REASON_TOO_MANY
                                                      : REASON_LOG_UNAVAILABLE,
                  NULL, "not written: the log takes no more now");
}

void replica_abandon(struct replica *replica, struct replica_write *write)
{
    (void)replica;
    struct replica_pending *pending = write->pending;
    if (pending == NULL)
        return;
    write->pending = NULL;
    pending->write = NULL;
    release(pending);
}

static void append_unsure(struct replica *replica, int64_t now)
{
    struct replica_pending *next;
    for (struct replica_pending *pending = replica->pending.next;
         pending != &replica->pending; pending = next) {
        next = pending->next;
        if (pending->stage != STAGE_UNSURE || pending->in_flight ||
            !replica_is_due(pending->retry_at_ms, now) ||
            replica->log_status != STATUS_OK)
            continue;
        frame(pending);
        append(pending); // no connection: it stays unsure until the next tick
    }
}

void replica_tick(struct replica *replica)
{
    int64_t now = replica->clock.now_ms(replica->clock.self);
    append_unsure(replica, now);
    replica_tick_log(replica, now);
    replica_scrub(replica);
}

// --- entries ---

int replica_halt(struct replica *replica, uint64_t sequence, const char *why)
{
    replica->halted = true;
    snprintf(replica->what, sizeof replica->what, "halted at sequence %llu: %s",
             (unsigned long long)sequence, why);
    return STATUS_DATA_LOSS;
}

static void answer_waiting_for(struct replica *replica,
                               const struct command_header *header,
                               const struct outcome *outcome,
                               const struct refusal *refusal)
{
    struct replica_pending *next;
    for (struct replica_pending *pending = *bucket_of(replica, header->request_id);
         pending; pending = next) {
        next = pending->next_in_bucket;
        if (pending->write && memcmp(pending->request_id, header->request_id, 16) == 0 &&
            memcmp(pending->payload_hash, header->payload_hash, 16) == 0)
            answer(pending, STATUS_OK, outcome, refusal);
    }
}

void replica_run_waiters(struct replica *replica)
{
    uint64_t revision = state_revision(replica->state);
    struct replica_waiter *next;
    for (struct replica_waiter *waiter = replica->waiters.next;
         waiter != &replica->waiters; waiter = next) {
        next = waiter->next;
        if (waiter->revision > revision)
            continue;
        replica_wait_remove(replica, waiter);
        waiter->fn(waiter);
    }
}

static void extend_chain(struct replica *replica, uint64_t sequence, const char *checksum)
{
    unsigned char bytes[16 + 8 + ENTRY_CHECKSUM_LEN];
    XXH128_canonical_t canonical;
    memcpy(bytes, replica->chain, 16);
    for (int i = 0; i < 8; i++)
        bytes[16 + i] = (unsigned char)(sequence >> (8 * i));
    memcpy(bytes + 24, checksum, ENTRY_CHECKSUM_LEN);
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, sizeof bytes));
    memcpy(replica->chain, canonical.digest, 16);
}

static int halt_at_later_version(struct replica *replica, uint64_t sequence,
                                 unsigned version)
{
    char why[80];
    snprintf(why, sizeof why,
             "the entry has format version %u, this daemon reads %d: update vardsokd",
             version, ENTRY_VERSION);
    return replica_halt(replica, sequence, why);
}

static int on_entry(void *self, uint64_t sequence, struct slice bytes)
{
    struct replica *replica = self;
    struct entry entry;
    if (replica->halted)
        return STATUS_DATA_LOSS;
    if (sequence != state_revision(replica->state) + 1)
        return replica_halt(replica, sequence,
                            "GAP: the sequence does not follow the last one applied");
    int status = entry_decode(bytes, &entry);
    if (status == STATUS_UNIMPLEMENTED)
        return halt_at_later_version(replica, sequence, (unsigned char)bytes.data[0]);
    if (status != STATUS_OK || wire_command_check(entry.command) != STATUS_OK)
        return replica_halt(replica, sequence,
                            "CORRUPT: the entry's checksum or form is wrong");
    if (sequence == 1 && entry.actor_kind == ENTRY_ACTOR_LOG &&
        entry.actor_id.len == ENTRY_UUID_LEN)
        memcpy(replica->log_uuid, entry.actor_id.data, ENTRY_UUID_LEN);

    struct command_header header = {.sequence = sequence, .time_ms = entry.time_ms};
    memcpy(header.request_id, entry.request_id, sizeof header.request_id);
    entry_payload_hash(&entry, header.payload_hash);
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, entry.command);
    struct outcome outcome;
    struct refusal refusal;
    state_apply(replica->state, &header, &reader.source, &outcome, &refusal);

    const char *checksum = bytes.data + bytes.len - ENTRY_CHECKSUM_LEN;
    extend_chain(replica, sequence, checksum);
    memcpy(replica->checksum, checksum, sizeof replica->checksum);
    replica->last_entry_ms = entry.time_ms;
    replica->log.applied(replica->log.self, sequence, replica->checksum);
    answer_waiting_for(replica, &header, &outcome, &refusal);
    replica_run_waiters(replica);
    return replica_compare(replica, sequence, &entry);
}

static void on_caught_up(void *self)
{
    struct replica *replica = self;
    replica->caught_up = true;
}

static void on_state(void *self, int status, const char *what)
{
    struct replica *replica = self;
    replica->log_status = status;
    if (!replica->halted)
        snprintf(replica->what, sizeof replica->what, "%s",
                 status == STATUS_OK ? "" : what);
}

// --- the rest ---

void replica_free(struct replica *replica)
{
    if (replica == NULL)
        return;
    while (replica->pending.next != &replica->pending) {
        struct replica_pending *pending = replica->pending.next;
        // The log is closed before the replica. The analyzer does not see that answer
        // takes what it frees out of the list.
        CHECK(!pending->in_flight); // NOLINT(clang-analyzer-unix.Malloc)
        answer(pending, STATUS_CANCELED, NULL, NULL);
    }
    replica_end_snapshot(replica);
    state_free(replica->loading);
    state_free(replica->state);
    free(replica);
}

void replica_set_log(struct replica *replica, const struct replica_log *log)
{
    replica->log = *log;
    replica->has_log = true;
}

struct replica_log_events replica_log_events(struct replica *replica)
{
    return (struct replica_log_events){replica, on_entry, on_caught_up, on_state};
}

struct state *replica_state(struct replica *replica)
{
    return replica->state;
}

bool replica_wait_add(struct replica *replica, struct replica_waiter *waiter)
{
    if (waiter->revision <= state_revision(replica->state))
        return true;
    waiter->next = &replica->waiters;
    waiter->prev = replica->waiters.prev;
    waiter->prev->next = waiter->next->prev = waiter;
    return false;
}

void replica_wait_remove(struct replica *replica, struct replica_waiter *waiter)
{
    (void)replica;
    waiter->prev->next = waiter->next;
    waiter->next->prev = waiter->prev;
    waiter->next = waiter->prev = NULL;
}

void replica_status(const struct replica *replica, struct replica_status *status)
{
    *status = (struct replica_status){
        .ready = replica->caught_up,
        .writable = replica->log_status == STATUS_OK && !replica->halted,
        .halted = replica->halted,
        .diverged = replica->diverged,
        .applied = state_revision(replica->state),
        .last_entry_ms = replica->last_entry_ms,
    };
    memcpy(status->chain, replica->chain, sizeof status->chain);
    memcpy(status->log_uuid, replica->log_uuid, sizeof status->log_uuid);
    memcpy(status->what, replica->what, sizeof status->what);
}
