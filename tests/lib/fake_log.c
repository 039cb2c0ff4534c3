// SPDX-License-Identifier: Apache-2.0
#include "lib/fake_log.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"

static int64_t now_ms(void *self)
{
    return ((struct fake_clock *)self)->now_ms;
}

static void random_bytes(void *self, void *out, uint32_t len)
{
    struct fake_clock *clock = self;
    unsigned char *bytes = out;
    for (uint32_t i = 0; i < len; i++) {
        clock->random =
            clock->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        bytes[i] = (unsigned char)(clock->random >> 56);
    }
}

struct replica_clock fake_clock_port(struct fake_clock *clock)
{
    return (struct replica_clock){clock, now_ms, random_bytes};
}

static int append(void *self, struct replica_append *append)
{
    struct fake_log *log = self;
    if (log->full)
        return STATUS_RESOURCE_EXHAUSTED;
    append->next = NULL;
    *log->tail = append;
    log->tail = &append->next;
    return STATUS_OK;
}

static void applied(void *self, uint64_t sequence, const unsigned char checksum[16])
{
    struct fake_log *log = self;
    const struct buffer *entry = &log->entries[sequence - 1];
    CHECK(memcmp(entry->data + entry->len - ENTRY_CHECKSUM_LEN, checksum, 16) == 0);
    log->applied = sequence;
}

void fake_log_add(struct fake_log *log, struct slice entry)
{
    if (log->n_entries == log->capacity) {
        log->capacity = log->capacity ? log->capacity * 2 : 16;
        log->entries = realloc(log->entries, log->capacity * sizeof *log->entries);
        CHECK(log->entries);
    }
    log->entries[log->n_entries] = (struct buffer){0};
    buffer_append_slice(&log->entries[log->n_entries++], entry);
}

static int end_append(struct fake_log *log, const struct replica_append *append)
{
    if (log->fate == FAKE_WRITTEN || log->fate == FAKE_REPLY_LOST)
        fake_log_add(log, append->entry);
    switch (log->fate) {
    case FAKE_WRITTEN:
        return STATUS_OK;
    case FAKE_NOT_WRITTEN:
        return STATUS_UNAVAILABLE;
    case FAKE_CLOCK:
        return STATUS_FAILED_PRECONDITION;
    case FAKE_NO_ROOM:
        return STATUS_RESOURCE_EXHAUSTED;
    default:
        return STATUS_UNKNOWN;
    }
}

void fake_log_run(struct fake_log *log)
{
    struct replica_append *queue = log->queue, *next;
    log->queue = NULL;
    log->tail = &log->queue;
    for (; queue; queue = next) {
        next = queue->next;
        queue->done(queue, end_append(log, queue));
    }
    while (log->n_delivered < log->n_entries) {
        const struct buffer *entry = &log->entries[log->n_delivered];
        if (log->events.on_entry(log->events.self, log->n_delivered + 1,
                                 buffer_slice(entry)) != 0)
            return;
        log->n_delivered++;
    }
    log->events.on_caught_up(log->events.self);
}

void fake_log_init(struct fake_log *log, struct replica *replica,
                   const struct fake_clock *clock)
{
    *log = (struct fake_log){.events = replica_log_events(replica)};
    log->tail = &log->queue;
    struct replica_log port = {log, append, applied};
    replica_set_log(replica, &port);
    struct entry first = {
        .time_ms = clock->now_ms,
        .actor_kind = ENTRY_ACTOR_LOG,
        .actor_id = slice_from("00112233445566778899aabbccddeeff"),
        .command = slice_from(""),
    };
    for (int i = 0; i < 6; i++)
        first.request_id[i] = (unsigned char)(clock->now_ms >> (40 - 8 * i));
    first.request_id[6] = 0x70;
    first.request_id[8] = 0x80;
    struct buffer entry = {0};
    entry_encode(&first, &entry);
    fake_log_add(log, buffer_slice(&entry));
    buffer_free(&entry);
    log->events.on_state(log->events.self, STATUS_OK, "");
    fake_log_run(log);
}

void fake_log_close(struct fake_log *log)
{
    log->fate = FAKE_NOT_WRITTEN;
    fake_log_run(log);
    for (uint32_t i = 0; i < log->n_entries; i++)
        buffer_free(&log->entries[i]);
    free(log->entries);
}
