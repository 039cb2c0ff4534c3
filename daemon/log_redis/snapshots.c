// SPDX-License-Identifier: Apache-2.0
//
// When snapshots are read and made. Read: at the start, before the log is followed, and
// when it begins after what is applied here; the newest one that is whole. Made: when so
// many entries or bytes have come since the newest one that anybody made.
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "log_redis/log_redis_private.h"

#define MAKE_BYTES (64u << 20)
#define RETRY_MS 10000

static void tell(struct log_redis *log, const char *what)
{
    if (log->config.on_snapshot)
        log->config.on_snapshot(log->config.self, what);
}

// --- reading ---

static void load(struct log_redis *log)
{
    const char *token =
        log->restore.older_next ? log->restore.older : log->restore.newest;
    log_redis_snapshot_load(&log->snapshot, token); // not connected: on_ready comes
}

static void go_on(struct log_redis *log)
{
    log->restore.under_way = false;
    log_redis_go_on(log);
}

static void fall_back(struct log_redis *log)
{
    char what[LOG_REDIS_WHAT_LEN + 64];
    snprintf(what, sizeof what, "a snapshot cannot be used: %s", log->snapshot.what);
    tell(log, what);
    if (!log->restore.older_next && log->restore.older[0]) {
        log->restore.older_next = true;
        load(log);
    } else if (log->follow.seen.sequence == 0 && !log->restore.is_trimmed) {
        go_on(log); // the whole log is there
    } else {
        log->restore.under_way = false;
        log->restore.failed = true;
        log_redis_doubt(log, LOG_REDIS_TRIMMED,
                        "no snapshot can be used, and entries from before it are gone");
    }
}

static void on_loaded(struct log_redis_snapshot *snapshot, int status)
{
    struct log_redis *log = snapshot->owner;
    if (status == STATUS_UNAVAILABLE) // tried again when it is connected
        return;
    if (status) {
        fall_back(log);
        return;
    }
    char what[64];
    snprintf(what, sizeof what, "snapshot of entry %llu loaded",
             (unsigned long long)snapshot->position.sequence);
    tell(log, what);
    log->follow.seen = snapshot->position;
    go_on(log);
}

static void on_ready(struct log_redis_snapshot *snapshot)
{
    struct log_redis *log = snapshot->owner;
    if (log->restore.under_way && log_redis_snapshot_is_idle(snapshot))
        load(log);
}

bool log_redis_restore(struct log_redis *log)
{
    const struct log_redis_facts *facts = &log->control.facts;
    bool is_of_use =
        log->config.snapshots && facts->snapshot[0] && !log->restore.failed &&
        strtoull(facts->snapshot_sequence, NULL, 10) > log->follow.seen.sequence;
    if (!is_of_use || log->restore.under_way)
        return log->restore.under_way;
    log->restore.under_way = true;
    log->restore.older_next = false;
    log->restore.is_trimmed = strcmp(facts->trimmed, "0") != 0;
    memcpy(log->restore.newest, facts->snapshot, sizeof log->restore.newest);
    memcpy(log->restore.older, facts->older, sizeof log->restore.older);
    if (log_redis_connection_is_ready(&log->snapshot.connection))
        load(log);
    return true;
}

// The facts are those of a whole round only when it has passed, and the trimming may be
// younger than the last one.
bool log_redis_restore_soon(struct log_redis *log)
{
    if (!log->config.snapshots || log->restore.failed)
        return false;
    log->restore.is_wanted = true;
    log_redis_control_check(&log->control);
    return true;
}

void log_redis_restore_wanted(struct log_redis *log)
{
    if (!log->restore.is_wanted)
        return;
    log->restore.is_wanted = false;
    if (log_redis_restore(log))
        return;
    log->restore.failed = true;
    log_redis_doubt(log, LOG_REDIS_TRIMMED, "there is no snapshot that knows what was");
}

// --- making ---

void log_redis_note_entry(struct log_redis *log, uint64_t sequence, size_t len)
{
    log->lengths[sequence % LOG_REDIS_KEEP_ENTRIES] = (uint32_t)len;
    log->bytes_since += len;
}

// The first of the last entries that stay in the log.
static uint64_t find_keep_from(const struct log_redis *log)
{
    uint64_t sequence = log->follow.seen.sequence, bytes = 0;
    for (unsigned n = 0; n < LOG_REDIS_KEEP_ENTRIES && sequence > 0; n++, sequence--) {
        bytes += log->lengths[sequence % LOG_REDIS_KEEP_ENTRIES];
        if (bytes > LOG_REDIS_KEEP_BYTES)
            break;
    }
    return sequence + 1;
}

void log_redis_make_when_due(struct log_redis *log)
{
    uint64_t newest = strtoull(log->control.facts.snapshot_sequence, NULL, 10);
    uint64_t now_ms = uv_now(log->loop);
    if (newest > log->made_sequence) {
        log->made_sequence = newest; // another daemon's
        log->bytes_since = 0;
    }
    bool is_due =
        log->snapshot_wanted ||
        log->follow.seen.sequence - log->made_sequence >= log->config.snapshot_entries ||
        log->bytes_since >= MAKE_BYTES;
    if (!log->config.snapshots || !is_due || log->status != 0 || !log->was_caught_up ||
        log->follow.seen.sequence <= log->made_sequence || now_ms < log->make_after_ms)
        return;
    log->make_after_ms = now_ms + RETRY_MS;
    if (log_redis_snapshot_make(&log->snapshot, log->control.known_epoch,
                                find_keep_from(log)) == STATUS_OK)
        log->snapshot_wanted = false;
}

static void on_made(struct log_redis_snapshot *snapshot, int status)
{
    struct log_redis *log = snapshot->owner;
    char what[LOG_REDIS_WHAT_LEN + 64];
    if (status == STATUS_OK) {
        log->made_sequence = snapshot->sequence;
        log->bytes_since = 0;
        log->make_after_ms = 0;
        snprintf(what, sizeof what, "snapshot of entry %llu made",
                 (unsigned long long)snapshot->sequence);
    } else {
        snprintf(what, sizeof what, "no snapshot was made: %s", snapshot->what);
    }
    tell(log, what);
    if (status == STATUS_DATA_LOSS)
        log->config.on_fatal(log->config.self, status,
                             "DIVERGED: the state in memory is not what was applied; a "
                             "new start reads it anew from the log");
}

static void on_closed(struct log_redis_snapshot *snapshot)
{
    log_redis_close_one(snapshot->owner);
}

void log_redis_init_snapshot(struct log_redis *log,
                             const struct log_redis_address *address)
{
    log_redis_snapshot_init(&log->snapshot, log->loop, address);
    log->snapshot.owner = log;
    if (log->config.snapshots)
        log->snapshot.replica = *log->config.snapshots;
    log->snapshot.on_ready = on_ready;
    log->snapshot.on_made = on_made;
    log->snapshot.on_loaded = on_loaded;
    log->snapshot.on_closed = on_closed;
}
