// SPDX-License-Identifier: Apache-2.0
//
// The replica over a log in memory. What the log has acknowledged outlives the process in
// a file, and recover replays it: an abort may lose nothing.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/status.h"
#include "lib/fake_log.h"
#include "torture/torture.h"
#include "wire/change.h"

#define NOON_MS INT64_C(1790000000000)
#define N_WRITES 8

struct caller {
    struct replica_write write; // first
    int n_done, status;
    uint64_t sequence;
};

struct stage {
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct fake_log log;
    struct replica_log_events events; // the replica's own
    struct buffer command, scratch;
};

static void on_done(struct replica_write *write, int status,
                    const struct outcome *outcome, const struct refusal *refusal)
{
    struct caller *caller = (struct caller *)write;
    (void)refusal;
    caller->n_done++;
    caller->status = status;
    caller->sequence = outcome ? outcome->sequence : 0;
}

static void write_command(struct buffer *out)
{
    union entity entity;
    struct wire_command_writer writer;
    shape_clear(entity_shape(KIND_REGION), &entity);
    entity.region.code = 14;
    entity.region.name = slice_from("Västra Götaland");
    entity.region.healthcare_regions.n = 1;
    entity.region.healthcare_regions.items[0] = slice_from("vastra");
    wire_command_writer_init(&writer, out);
    int status =
        wire_command_add(&writer, CHANGE_PUT, KIND_REGION, &entity, ABSENT, NULL);
    TORTURE_EXPECT(status == 0);
    wire_command_writer_close(&writer);
}

static void set_stage(struct stage *stage)
{
    *stage = (struct stage){.clock = {NOON_MS, 1}};
    stage->port = fake_clock_port(&stage->clock);
    stage->replica = replica_new(&stage->port);
    fake_log_init(&stage->log, stage->replica, &stage->clock);
    write_command(&stage->command);
}

static void strike_stage(struct stage *stage)
{
    fake_log_close(&stage->log);
    replica_free(stage->replica);
    buffer_free(&stage->command);
    buffer_free(&stage->scratch);
}

static struct caller make_caller(const struct stage *stage, unsigned char number)
{
    struct caller caller = {.write = {.done = on_done}};
    for (int i = 0; i < 6; i++)
        caller.write.request_id[i] = (unsigned char)(NOON_MS >> (40 - 8 * i));
    caller.write.request_id[6] = 0x70;
    caller.write.request_id[8] = 0x80;
    caller.write.request_id[15] = number;
    caller.write.command = buffer_slice(&stage->command);
    return caller;
}

static void on_caught_up(void *self)
{
    struct stage *stage = self;
    stage->events.on_caught_up(stage->events.self);
}

// --- the log's file: [u32 length, bytes] for each entry ---

static int open_log(int flags)
{
    char path[128];
    snprintf(path, sizeof path, "%s/log", torture_folder());
    return open(path, flags | O_CLOEXEC, 0600);
}

// Durable before anybody sees it, as in the real log.
static int on_entry(void *self, uint64_t sequence, struct slice entry)
{
    struct stage *stage = self;
    torture_hold();
    int fd = open_log(O_WRONLY | O_CREAT | O_APPEND);
    uint32_t len = (uint32_t)entry.len;
    CHECK(write(fd, &len, sizeof len) == sizeof len);
    CHECK(write(fd, entry.data, len) == (ssize_t)len);
    close(fd);
    torture_go();
    return stage->events.on_entry(stage->events.self, sequence, entry);
}

static void keep_entries(struct stage *stage)
{
    stage->events = stage->log.events;
    stage->log.events.self = stage;
    stage->log.events.on_entry = on_entry;
    stage->log.events.on_caught_up = on_caught_up;
}

// A replica of a new process, which follows the file.
static void replay_finds_what_was_acknowledged(void)
{
    struct stage stage;
    set_stage(&stage);
    int fd = open_log(O_RDONLY);
    uint32_t len;
    while (fd >= 0 && read(fd, &len, sizeof len) == sizeof len) {
        char *bytes = buffer_reserve(&stage.scratch, len);
        TORTURE_EXPECT(read(fd, bytes, len) == (ssize_t)len);
        fake_log_add(&stage.log, (struct slice){bytes, len});
    }
    if (fd >= 0)
        close(fd);
    fake_log_run(&stage.log);
    const struct state *state = replica_state(stage.replica);
    TORTURE_EXPECT(state_revision(state) >= torture_acknowledged());
    TORTURE_EXPECT(torture_acknowledged() == 0 || state_count(state, KIND_REGION) == 1);
    strike_stage(&stage);
}

// --- scenarios ---

// False: there was no memory for it, and nothing was written.
static bool submit(struct stage *stage, struct caller *caller)
{
    struct refusal refusal = {0};
    int status = replica_submit(stage->replica, &caller->write, &refusal);
    TORTURE_EXPECT(status == 0 || status == STATUS_RESOURCE_EXHAUSTED);
    TORTURE_EXPECT(status == 0 || (refusal.status == status && caller->n_done == 0));
    return status == 0;
}

static void acknowledge(const struct caller *caller)
{
    TORTURE_EXPECT(caller->n_done == 1 && caller->status == STATUS_OK);
    torture_acknowledge(caller->sequence);
}

static enum torture_end write_is_answered(void)
{
    struct stage stage;
    struct caller callers[N_WRITES];
    bool is_taken[N_WRITES], is_refused = false;
    set_stage(&stage);
    keep_entries(&stage);
    for (unsigned char i = 0; i < N_WRITES; i++) {
        callers[i] = make_caller(&stage, i);
        is_taken[i] = submit(&stage, &callers[i]);
        if (i % 3 == 2)
            fake_log_run(&stage.log);
    }
    fake_log_run(&stage.log);
    for (int i = 0; i < N_WRITES; i++) {
        is_refused = is_refused || !is_taken[i];
        if (is_taken[i])
            acknowledge(&callers[i]);
    }
    strike_stage(&stage);
    return is_refused ? TORTURE_REFUSED : TORTURE_DONE;
}

static enum torture_end unknown_outcome_is_retried(void)
{
    struct stage stage;
    set_stage(&stage);
    keep_entries(&stage);
    struct caller caller = make_caller(&stage, 1), again = make_caller(&stage, 1);
    stage.log.fate = FAKE_LOST;
    bool is_taken = submit(&stage, &caller);
    fake_log_run(&stage.log);
    stage.clock.now_ms += 1000;
    stage.log.fate = FAKE_REPLY_LOST;
    replica_tick(stage.replica);
    fake_log_run(&stage.log);
    if (is_taken)
        acknowledge(&caller);
    stage.log.fate = FAKE_WRITTEN;
    if (submit(&stage, &again)) {
        fake_log_run(&stage.log);
        TORTURE_EXPECT(!is_taken || again.sequence == caller.sequence);
    } else {
        is_taken = false;
    }
    strike_stage(&stage);
    return is_taken ? TORTURE_DONE : TORTURE_REFUSED;
}

static enum torture_end what_waits_is_let_go(void)
{
    struct stage stage;
    set_stage(&stage);
    keep_entries(&stage);
    struct caller abandoned = make_caller(&stage, 1), canceled = make_caller(&stage, 2);
    bool is_taken = submit(&stage, &abandoned);
    bool is_other_taken = submit(&stage, &canceled);
    if (is_taken)
        replica_abandon(stage.replica, &abandoned.write);
    fake_log_run(&stage.log);
    if (is_other_taken)
        acknowledge(&canceled);
    TORTURE_EXPECT(abandoned.n_done == 0);
    strike_stage(&stage);
    return is_taken && is_other_taken ? TORTURE_DONE : TORTURE_REFUSED;
}

const struct torture_scenario torture_replica[] = {
    {.name = "replica_answers_writes",
     .run = write_is_answered,
     .memory = true,
     .recover = replay_finds_what_was_acknowledged},
    {.name = "replica_retries_an_unknown_outcome",
     .run = unknown_outcome_is_retried,
     .memory = true,
     .recover = replay_finds_what_was_acknowledged},
    {.name = "replica_lets_go_of_a_write",
     .run = what_waits_is_let_go,
     .memory = true,
     .recover = replay_finds_what_was_acknowledged},
    {0},
};
