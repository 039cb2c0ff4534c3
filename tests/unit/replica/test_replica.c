// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>
#include <xxhash.h>

#include "base/status.h"
#include "lib/fake_log.h"
#include "replica/entry.h"
#include "wire/change.h"

#define NOON INT64_C(1790000000000)

// One write as a caller sees it.
struct caller {
    struct replica_write write; // first
    int n_done, status;
    struct outcome outcome;
};

static void on_done(struct replica_write *write, int status,
                    const struct outcome *outcome, const struct refusal *refusal)
{
    struct caller *caller = (struct caller *)write;
    (void)refusal;
    caller->n_done++;
    caller->status = status;
    if (outcome)
        caller->outcome = *outcome;
}

struct fixture {
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct fake_log log;
    struct buffer command;
};

static void setup(struct fixture *fixture)
{
    *fixture = (struct fixture){.clock = {NOON, 1}};
    fixture->port = fake_clock_port(&fixture->clock);
    fixture->replica = replica_new(&fixture->port);
    fake_log_init(&fixture->log, fixture->replica, &fixture->clock);
}

static void teardown(struct fixture *fixture)
{
    fake_log_close(&fixture->log);
    replica_free(fixture->replica);
    buffer_free(&fixture->command);
}

static struct slice region_command(struct fixture *fixture, const char *name)
{
    union entity entity;
    struct refusal refusal;
    struct wire_command_writer writer;
    shape_clear(entity_shape(KIND_REGION), &entity);
    entity.region.code = 14;
    entity.region.name = slice_from(name);
    entity.region.healthcare_regions.n = 1;
    entity.region.healthcare_regions.items[0] = slice_from("vastra");
    buffer_clear(&fixture->command);
    wire_command_writer_init(&writer, &fixture->command);
    int status =
        wire_command_add(&writer, CHANGE_PUT, KIND_REGION, &entity, ABSENT, &refusal);
    cr_assert_eq(status, 0, "%s", refusal.message);
    wire_command_writer_close(&writer);
    return buffer_slice(&fixture->command);
}

static struct caller make_caller(struct fixture *fixture, unsigned char id)
{
    struct caller caller = {.write = {.done = on_done}};
    for (int i = 0; i < 6; i++)
        caller.write.request_id[i] = (unsigned char)(NOON >> (40 - 8 * i));
    caller.write.request_id[6] = 0x70;
    caller.write.request_id[8] = 0x80;
    caller.write.request_id[15] = id;
    caller.write.command = region_command(fixture, "Västra Götaland");
    return caller;
}

Test(replica, a_write_is_answered_once_it_is_durable_and_applied_here)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);

    cr_assert_eq(replica_submit(f.replica, &caller.write, NULL), 0);
    cr_assert_eq(caller.n_done, 0, "never inside submit");
    fake_log_run(&f.log);

    cr_assert_eq(caller.n_done, 1);
    cr_assert_eq(caller.status, 0);
    cr_assert_eq(caller.outcome.status, 0);
    cr_assert_eq(caller.outcome.sequence, 2);
    cr_assert_eq(state_revision(replica_state(f.replica)), 2);
    cr_assert_eq(state_count(replica_state(f.replica), KIND_REGION), 1);
    cr_assert_eq(f.log.applied, 2);
    teardown(&f);
}

Test(replica, a_lost_reply_is_resolved_by_the_entry_that_comes_through)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    f.log.fate = FAKE_REPLY_LOST;
    replica_submit(f.replica, &caller.write, NULL);
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 1);
    cr_assert_eq(caller.outcome.sequence, 2);
    teardown(&f);
}

Test(replica, an_append_that_was_lost_is_sent_again_with_the_same_id)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    f.log.fate = FAKE_LOST;
    replica_submit(f.replica, &caller.write, NULL);
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 0, "unknown is not an answer yet");

    f.log.fate = FAKE_WRITTEN;
    replica_tick(f.replica);
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 0, "not before its time");
    f.clock.now_ms += 1000;
    replica_tick(f.replica);
    fake_log_run(&f.log);

    cr_assert_eq(caller.n_done, 1);
    cr_assert_eq(caller.outcome.status, 0);
    cr_assert_eq(f.log.n_entries, 2);
    teardown(&f);
}

// Sends a write whose append is lost with an unknown outcome, and whose retry ends as
// fate says.
static void retry_ends(struct fixture *fixture, struct caller *caller,
                       enum fake_fate fate)
{
    fixture->log.fate = FAKE_LOST;
    replica_submit(fixture->replica, &caller->write, NULL);
    fake_log_run(&fixture->log);
    fixture->clock.now_ms += 1000;
    replica_tick(fixture->replica);
    fixture->log.fate = fate;
    fake_log_run(&fixture->log);
}

Test(replica, a_retry_that_was_not_written_says_nothing_of_the_append_before_it)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    retry_ends(&f, &caller, FAKE_NOT_WRITTEN);
    cr_assert_eq(caller.n_done, 0, "still unknown");

    f.clock.now_ms += 1000;
    replica_tick(f.replica);
    f.log.fate = FAKE_NO_ROOM;
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 0, "and with a log that is full too");

    f.clock.now_ms += 1000;
    replica_tick(f.replica);
    f.log.fate = FAKE_WRITTEN;
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 1);
    cr_assert_eq(caller.status, STATUS_OK);

    struct caller other = make_caller(&f, 2);
    retry_ends(&f, &other, FAKE_CLOCK);
    cr_assert_eq(other.n_done, 1);
    cr_assert_eq(other.status, STATUS_UNKNOWN);
    teardown(&f);
}

Test(replica, a_retry_carries_the_time_of_the_retry)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    f.clock.now_ms += INT64_C(315360000000); // ten years ahead, for a moment
    f.log.fate = FAKE_LOST;
    replica_submit(f.replica, &caller.write, NULL);
    fake_log_run(&f.log);
    f.clock.now_ms = NOON + 1000;
    replica_tick(f.replica);
    f.log.fate = FAKE_WRITTEN;
    fake_log_run(&f.log);

    cr_assert_eq(caller.n_done, 1, "a clock set back does not put the retry off");
    cr_assert_eq(caller.outcome.status, STATUS_OK);
    cr_assert_eq(state_logical_time_ms(replica_state(f.replica)), NOON + 1000);
    teardown(&f);
}

Test(replica, the_same_request_twice_has_one_effect_and_one_outcome)
{
    struct fixture f;
    setup(&f);
    struct caller first = make_caller(&f, 1);
    replica_submit(f.replica, &first.write, NULL);
    fake_log_run(&f.log);
    unsigned char before[16], after[16];
    struct caller second = make_caller(&f, 1);
    replica_submit(f.replica, &second.write, NULL);
    fake_log_run(&f.log);

    cr_assert_eq(second.n_done, 1);
    cr_assert_eq(second.outcome.sequence, first.outcome.sequence);
    struct slice region = {"\x0a\x02"
                           "14",
                           4};
    cr_assert_eq(
        record_revision(state_find(replica_state(f.replica), KIND_REGION, region)), 2);

    state_digest(replica_state(f.replica), before);
    struct caller third = make_caller(&f, 1);
    third.write.command = region_command(&f, "Other");
    replica_submit(f.replica, &third.write, NULL);
    fake_log_run(&f.log);
    state_digest(replica_state(f.replica), after);
    cr_assert_eq(third.outcome.status, STATUS_INVALID_ARGUMENT);
    cr_assert_eq(third.outcome.reason, REASON_REQUEST_ID_REUSED);
    cr_assert_eq(
        record_revision(state_find(replica_state(f.replica), KIND_REGION, region)), 2);
    cr_assert_neq(memcmp(before, after, 16), 0, "the revision is part of the digest");
    teardown(&f);
}

Test(replica, what_is_definitely_not_written_is_answered_so)
{
    const enum fake_fate fates[] = {FAKE_NOT_WRITTEN, FAKE_CLOCK, FAKE_NO_ROOM};
    const int statuses[] = {STATUS_UNAVAILABLE, STATUS_UNAVAILABLE,
                            STATUS_RESOURCE_EXHAUSTED};
    for (unsigned i = 0; i < 3; i++) {
        struct fixture f;
        setup(&f);
        struct caller caller = make_caller(&f, 1);
        f.log.fate = fates[i];
        replica_submit(f.replica, &caller.write, NULL);
        fake_log_run(&f.log);
        cr_assert_eq(caller.n_done, 1);
        cr_assert_eq(caller.status, statuses[i]);
        cr_assert_eq(state_count(replica_state(f.replica), KIND_REGION), 0);
        teardown(&f);
    }
}

Test(replica, a_submit_that_is_refused_never_runs_its_callback)
{
    struct fixture f;
    struct refusal refusal;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    f.log.full = true;
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal),
                 STATUS_RESOURCE_EXHAUSTED);
    caller.write.request_id[6] = 0x40;
    f.log.full = false;
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal),
                 STATUS_INVALID_ARGUMENT);
    cr_assert_str_eq(refusal.field, "request_id");
    caller.write.request_id[6] = 0x70;
    f.log.events.on_state(f.log.events.self, STATUS_UNAVAILABLE, "no connection");
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal), STATUS_UNAVAILABLE);
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 0);
    teardown(&f);
}

Test(replica, a_log_without_room_is_told_to_the_writer_with_what_to_do)
{
    struct fixture f;
    struct refusal refusal;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    f.log.events.on_state(f.log.events.self, STATUS_RESOURCE_EXHAUSTED,
                          "raise maxmemory");
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal),
                 STATUS_RESOURCE_EXHAUSTED);
    cr_assert_eq(refusal.reason, REASON_LOG_UNAVAILABLE);
    cr_assert_str_eq(refusal.message, "not written: raise maxmemory");
    f.log.events.on_state(f.log.events.self, STATUS_OK, "");
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal), 0);
    fake_log_run(&f.log);
    cr_assert_eq(caller.status, STATUS_OK);
    teardown(&f);
}

Test(replica, an_abandoned_write_may_happen_but_answers_nobody)
{
    struct fixture f;
    setup(&f);
    struct caller caller = make_caller(&f, 1);
    replica_submit(f.replica, &caller.write, NULL);
    replica_abandon(f.replica, &caller.write);
    fake_log_run(&f.log);
    cr_assert_eq(caller.n_done, 0);
    cr_assert_eq(state_count(replica_state(f.replica), KIND_REGION), 1);
    teardown(&f);
}

// Ids that end alike and ids that do not; every third is given up.
Test(replica, each_of_many_writes_under_way_gets_its_own_outcome)
{
    enum { N = 1000 };
    struct fixture f;
    static struct caller callers[N];
    setup(&f);
    for (int i = 0; i < N; i++) {
        callers[i] = make_caller(&f, (unsigned char)(i % 3 ? 7 : i));
        callers[i].write.request_id[13] = (unsigned char)(i >> 8);
        callers[i].write.request_id[14] = (unsigned char)i;
        cr_assert_eq(replica_submit(f.replica, &callers[i].write, NULL), 0);
    }
    for (int i = 0; i < N; i += 3)
        replica_abandon(f.replica, &callers[i].write);
    fake_log_run(&f.log);
    for (int i = 0; i < N; i++) {
        cr_assert_eq(callers[i].n_done, i % 3 ? 1 : 0);
        if (i % 3)
            cr_assert_eq(callers[i].outcome.sequence, (uint64_t)i + 2);
    }
    teardown(&f);
}

// Gives the replica an entry that it must not apply, and checks that it halts and says
// why.
static void check_halts(struct slice entry, uint64_t sequence, const char *word)
{
    struct fixture f;
    struct replica_status status;
    struct refusal refusal;
    setup(&f);
    cr_assert_eq(f.log.events.on_entry(f.log.events.self, sequence, entry),
                 STATUS_DATA_LOSS);
    replica_status(f.replica, &status);
    cr_assert(status.halted);
    cr_assert_not(status.writable);
    cr_assert(strstr(status.what, word), "%s", status.what);
    cr_assert_eq(state_revision(replica_state(f.replica)), 1);
    struct caller caller = make_caller(&f, 1);
    cr_assert_eq(replica_submit(f.replica, &caller.write, &refusal), STATUS_UNAVAILABLE);
    teardown(&f);
}

static void encode_entry(struct slice command, struct buffer *out)
{
    struct entry entry = {
        .time_ms = NOON, .actor_kind = ENTRY_ACTOR_LOCAL, .command = command};
    entry_encode(&entry, out);
}

Test(replica, a_gap_a_flipped_byte_a_foreign_command_and_a_newer_version_halt)
{
    struct buffer bytes = {0};
    encode_entry(slice_from(""), &bytes);
    check_halts(buffer_slice(&bytes), 3, "GAP");
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] ^= 1;
        check_halts(buffer_slice(&bytes), 2, "CORRUPT");
        bytes.data[i] ^= 1;
    }
    bytes.data[0] = ENTRY_VERSION + 1;
    XXH128_canonical_t checksum;
    size_t len = bytes.len - ENTRY_CHECKSUM_LEN;
    XXH128_canonicalFromHash(&checksum, XXH3_128bits(bytes.data, len));
    memcpy(bytes.data + len, checksum.digest, ENTRY_CHECKSUM_LEN);
    check_halts(buffer_slice(&bytes), 2, "version 2");
    buffer_clear(&bytes);
    encode_entry(slice_from("\xff\xff"), &bytes);
    check_halts(buffer_slice(&bytes), 2, "CORRUPT");
    buffer_free(&bytes);
}

static void on_reached(struct replica_waiter *waiter)
{
    waiter->revision = 0;
}

Test(replica, a_waiter_runs_when_its_revision_is_applied)
{
    struct fixture f;
    setup(&f);
    struct replica_waiter reached = {.revision = 1, .fn = on_reached};
    struct replica_waiter later = {.revision = 2, .fn = on_reached};
    struct replica_waiter removed = {.revision = 2, .fn = on_reached};
    cr_assert(replica_wait_add(f.replica, &reached));
    cr_assert_not(replica_wait_add(f.replica, &later));
    cr_assert_not(replica_wait_add(f.replica, &removed));
    replica_wait_remove(f.replica, &removed);
    struct caller caller = make_caller(&f, 1);
    replica_submit(f.replica, &caller.write, NULL);
    fake_log_run(&f.log);
    cr_assert_eq(later.revision, 0);
    cr_assert_eq(removed.revision, 2);
    teardown(&f);
}

Test(replica, two_replicas_of_one_log_have_equal_digests_and_chains)
{
    struct fixture a, b;
    unsigned char digest_a[16], digest_b[16];
    struct replica_status status_a, status_b;
    setup(&a);
    setup(&b);
    for (unsigned char i = 1; i < 20; i++) {
        struct caller caller = make_caller(&a, i);
        caller.write.command =
            region_command(&a, i % 3 ? "Västra Götaland" : "Annat namn");
        replica_submit(a.replica, &caller.write, NULL);
        fake_log_run(&a.log);
    }
    for (uint32_t i = 1; i < a.log.n_entries; i++)
        fake_log_add(&b.log, buffer_slice(&a.log.entries[i]));
    fake_log_run(&b.log);
    state_digest(replica_state(a.replica), digest_a);
    state_digest(replica_state(b.replica), digest_b);
    cr_assert_arr_eq(digest_a, digest_b, 16);
    replica_status(a.replica, &status_a);
    replica_status(b.replica, &status_b);
    cr_assert_arr_eq(status_a.chain, status_b.chain, 16);
    cr_assert_str_eq(status_a.log_uuid, "00112233445566778899aabbccddeeff");
    teardown(&a);
    teardown(&b);
}
