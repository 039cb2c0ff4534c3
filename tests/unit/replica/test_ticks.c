// SPDX-License-Identifier: Apache-2.0
//
// The log's time stands still while nobody writes: the replica moves it past a hold that
// has run out. And what a daemon does with a log of a later version than its own (F28).
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/status.h"
#include "lib/fake_log.h"
#include "lib/samples.h"
#include "replica/entry.h"
#include "wire/change.h"

#define NOON INT64_C(1795348800000) // 2026-11-22T12:00Z
#define SECOND INT64_C(1000)
#define JITTER 200 // ms, at most

struct fixture {
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct fake_log log;
    struct buffer command;
    struct replica_write write;
    uint8_t n_ids;
    struct outcome outcome;
};

static void on_done(struct replica_write *write, int status,
                    const struct outcome *outcome, const struct refusal *refusal)
{
    struct fixture *f =
        (struct fixture *)(void *)((char *)write - offsetof(struct fixture, write));
    cr_assert_eq(status, STATUS_OK);
    cr_assert_eq(outcome->status, STATUS_OK, "%s", refusal->message);
    f->outcome = *outcome;
}

static void submit(struct fixture *f)
{
    f->write =
        (struct replica_write){.command = buffer_slice(&f->command), .done = on_done};
    for (int i = 0; i < 6; i++)
        f->write.request_id[i] = (unsigned char)(f->clock.now_ms >> (40 - 8 * i));
    f->write.request_id[6] = 0x70;
    f->write.request_id[8] = 0x80;
    f->write.request_id[15] = ++f->n_ids;
    cr_assert_eq(replica_submit(f->replica, &f->write, NULL), STATUS_OK);
    fake_log_run(&f->log);
}

static void put_world(struct fixture *f)
{
    static const enum kind kinds[] = {KIND_MUNICIPALITY, KIND_SERVICE, KIND_UNIT,
                                      KIND_CAPACITY};
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, &f->command);
    for (int i = 0; i < 4; i++) {
        union entity entity;
        sample_entity(kinds[i], &entity);
        wire_command_add(&writer, CHANGE_PUT, kinds[i], &entity, ABSENT, NULL);
    }
    wire_command_writer_close(&writer);
    submit(f);
}

static void take(struct fixture *f, int64_t hold_seconds)
{
    union operation operation = {
        .take = {slice_from("C-7"), 14, 1, hold_seconds, SLICE_ABSENT}};
    struct wire_command_writer writer;
    buffer_clear(&f->command);
    wire_command_writer_init(&writer, &f->command);
    cr_assert_eq(
        wire_command_add_operation(&writer, CHANGE_TAKE, &operation, ABSENT, NULL), 0);
    wire_command_writer_close(&writer);
    submit(f);
}

// Two slots are held: claim 3-0 for a minute, claim 4-0 for two. random: the daemon's.
static void setup_as(struct fixture *f, uint64_t random)
{
    *f = (struct fixture){.clock = {NOON, random}, .n_ids = 1};
    f->port = fake_clock_port(&f->clock);
    f->replica = replica_new(&f->port);
    fake_log_init(&f->log, f->replica, &f->clock);
    put_world(f);
    take(f, 60);
    take(f, 120);
    cr_assert_eq(f->log.n_entries, 4);
}

static void setup(struct fixture *f)
{
    setup_as(f, 1);
}

static void teardown(struct fixture *f)
{
    fake_log_close(&f->log);
    replica_free(f->replica);
    buffer_free(&f->command);
}

static void tick_at(struct fixture *f, int64_t ms)
{
    f->clock.now_ms = NOON + ms;
    replica_tick(f->replica);
}

static uint32_t held(const struct fixture *f)
{
    struct state_slots slots;
    cr_assert(state_slots(replica_state(f->replica), slice_from("C-7"), &slots));
    return slots.held;
}

static struct entry newest(const struct fixture *f)
{
    struct entry entry;
    cr_assert_eq(
        entry_decode(buffer_slice(&f->log.entries[f->log.n_entries - 1]), &entry), 0);
    return entry;
}

Test(ticks, a_hold_that_ran_out_is_expired_by_a_tick)
{
    struct fixture f;
    setup(&f);
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5);
    cr_expect_eq(newest(&f).command.len, 0);
    cr_expect_eq(newest(&f).actor_kind, ENTRY_ACTOR_LOCAL);
    cr_expect_eq(held(&f), 1, "the other one runs on");
    cr_expect_eq(state_logical_time_ms(replica_state(f.replica)),
                 NOON + 60 * SECOND + JITTER);
    replica_tick(f.replica);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5, "one tick a hold");
    teardown(&f);
}

Test(ticks, its_id_is_made_of_the_holds_end_and_the_claims_id)
{
    struct fixture f;
    XXH128_canonical_t hash;
    setup(&f);
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    const struct entry tick = newest(&f);
    const unsigned char *id = tick.request_id;
    int64_t time_ms = 0;
    for (int i = 0; i < 6; i++)
        time_ms = time_ms << 8 | id[i];
    cr_expect_eq(time_ms, NOON + 60 * SECOND);
    XXH128_canonicalFromHash(&hash, XXH3_128bits("3-0", 3));
    cr_expect_eq(id[6], 0x70 | (hash.digest[6] & 0x0F));
    cr_expect_eq(id[7], hash.digest[7]);
    cr_expect_eq(id[8], 0x80 | (hash.digest[8] & 0x3F));
    cr_expect_arr_eq(id + 9, hash.digest + 9, 7);
    teardown(&f);
}

Test(ticks, none_comes_before_the_hold_has_run_out)
{
    struct fixture f;
    setup(&f);
    tick_at(&f, 60 * SECOND - 1);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 4);
    cr_expect_eq(held(&f), 2);
    teardown(&f);
}

Test(ticks, daemons_wait_for_different_times_within_the_jitter)
{
    int64_t first = JITTER, last = 0;
    for (uint64_t random = 1; random <= 20; random++) {
        struct fixture f;
        int64_t waited = 0;
        setup_as(&f, random * 7919);
        for (tick_at(&f, 60 * SECOND); f.log.queue == NULL; waited++) {
            cr_assert_lt(waited, JITTER, "too late");
            tick_at(&f, 60 * SECOND + waited + 1);
        }
        first = waited < first ? waited : first;
        last = waited > last ? waited : last;
        teardown(&f);
    }
    cr_expect_gt(last - first, JITTER / 4);
}

Test(ticks, without_holds_there_are_no_ticks)
{
    struct fixture f;
    setup(&f);
    tick_at(&f, 120 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(held(&f), 0, "both by one entry");
    tick_at(&f, 400 * 86400 * SECOND);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5);
    teardown(&f);
}

Test(ticks, a_write_of_anybody_makes_a_tick_unnecessary)
{
    struct fixture f;
    setup(&f);
    f.clock.now_ms = NOON + 60 * SECOND;
    take(&f, 60);
    cr_expect_eq(held(&f), 2);
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5);
    teardown(&f);
}

Test(ticks, the_ticks_of_two_daemons_have_one_id_and_one_effect)
{
    struct fixture a, b;
    unsigned char digest_a[16], digest_b[16];
    setup_as(&a, 1);
    setup_as(&b, 99);
    tick_at(&a, 60 * SECOND + JITTER);
    tick_at(&b, 61 * SECOND + JITTER);
    fake_log_run(&a.log);
    fake_log_run(&b.log);
    struct entry first = newest(&a), second = newest(&b);
    cr_expect_arr_eq(first.request_id, second.request_id, 16);
    cr_expect_neq(first.incarnation, second.incarnation, "the test has two daemons");

    // Each tick comes to the other daemon, too.
    fake_log_add(&a.log, buffer_slice(&b.log.entries[4]));
    fake_log_run(&a.log);
    uint64_t revision = state_revision(replica_state(a.replica));
    cr_expect_eq(revision, 6);
    cr_expect_eq(held(&a), 1);
    tick_at(&a, 119 * SECOND);
    fake_log_run(&a.log);
    cr_expect_eq(a.log.n_entries, 6);

    // A daemon that comes later reads both.
    struct fixture late = {.clock = {NOON, 5}};
    late.port = fake_clock_port(&late.clock);
    late.replica = replica_new(&late.port);
    fake_log_init(&late.log, late.replica, &late.clock);
    for (uint32_t i = 1; i < a.log.n_entries; i++)
        fake_log_add(&late.log, buffer_slice(&a.log.entries[i]));
    fake_log_run(&late.log);
    state_digest(replica_state(a.replica), digest_a);
    state_digest(replica_state(late.replica), digest_b);
    cr_expect_arr_eq(digest_a, digest_b, 16);
    teardown(&a);
    teardown(&b);
    teardown(&late);
}

Test(ticks, another_hold_has_another_tick)
{
    struct fixture f;
    setup(&f);
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    struct entry first = newest(&f);
    tick_at(&f, 120 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_assert_eq(f.log.n_entries, 6);
    cr_expect_arr_neq(first.request_id, newest(&f).request_id, 16);
    cr_expect_eq(held(&f), 0);
    teardown(&f);
}

Test(ticks, while_one_is_under_way_no_other_is_sent)
{
    struct fixture f;
    setup(&f);
    for (int i = 0; i < 10; i++)
        tick_at(&f, 60 * SECOND + JITTER + i * SECOND);
    cr_assert_not_null(f.log.queue);
    cr_expect_null(f.log.queue->next);
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5);
    teardown(&f);
}

Test(ticks, one_that_was_not_written_is_sent_again_after_a_while)
{
    const enum fake_fate fates[] = {FAKE_NOT_WRITTEN, FAKE_CLOCK, FAKE_LOST};
    for (int i = 0; i < 3; i++) {
        struct fixture f;
        setup(&f);
        f.log.fate = fates[i];
        tick_at(&f, 60 * SECOND + JITTER);
        fake_log_run(&f.log);
        cr_expect_eq(held(&f), 2);
        f.log.fate = FAKE_WRITTEN;
        tick_at(&f, 60 * SECOND + JITTER + 100);
        fake_log_run(&f.log);
        cr_expect_eq(f.log.n_entries, 4, "not at once");
        tick_at(&f, 61 * SECOND + JITTER);
        fake_log_run(&f.log);
        cr_expect_eq(f.log.n_entries, 5, "fate %d", i);
        cr_expect_eq(held(&f), 1);
        teardown(&f);
    }
}

Test(ticks, one_that_the_log_did_not_take_is_sent_again_after_a_while)
{
    struct fixture f;
    setup(&f);
    f.log.full = true;
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    f.log.full = false;
    tick_at(&f, 61 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(held(&f), 1);
    f.log.events.on_state(f.log.events.self, STATUS_UNAVAILABLE, "no connection");
    tick_at(&f, 120 * SECOND + JITTER);
    f.log.events.on_state(f.log.events.self, STATUS_OK, "");
    fake_log_run(&f.log);
    cr_expect_eq(held(&f), 1, "it was refused");
    tick_at(&f, 121 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(held(&f), 0);
    teardown(&f);
}

Test(ticks, a_clock_set_back_after_a_tick_does_not_put_the_next_one_off)
{
    struct fixture f;
    setup(&f);
    f.log.fate = FAKE_NOT_WRITTEN;
    tick_at(&f, 3600 * SECOND);
    fake_log_run(&f.log);
    f.log.fate = FAKE_WRITTEN;
    tick_at(&f, 60 * SECOND + JITTER);
    fake_log_run(&f.log);
    cr_expect_eq(held(&f), 1);
    teardown(&f);
}

Test(ticks, a_tick_too_late_for_the_window_of_its_id_still_moves_time)
{
    struct fixture f;
    setup(&f);
    tick_at(&f, 25 * 3600 * SECOND); // the daemon was away for a day
    fake_log_run(&f.log);
    cr_expect_eq(f.log.n_entries, 5);
    cr_expect_eq(held(&f), 0);
    teardown(&f);
}

static int count_append(void *self, struct replica_append *append)
{
    (void)append;
    ++*(int *)self;
    return STATUS_RESOURCE_EXHAUSTED;
}

static void ignore_applied(void *self, uint64_t sequence,
                           const unsigned char checksum[16])
{
    (void)self, (void)sequence, (void)checksum;
}

Test(ticks, a_daemon_that_has_not_caught_up_does_not_tick)
{
    struct fixture f;
    struct fake_clock clock = {NOON + 3600 * SECOND, 5};
    struct replica_clock port = fake_clock_port(&clock);
    struct replica *late = replica_new(&port);
    struct replica_log_events events = replica_log_events(late);
    int n_appends = 0;
    replica_set_log(late,
                    &(struct replica_log){&n_appends, count_append, ignore_applied});
    events.on_state(events.self, STATUS_OK, "");
    setup(&f);
    for (uint32_t i = 0; i < f.log.n_entries; i++)
        cr_assert_eq(events.on_entry(events.self, i + 1, buffer_slice(&f.log.entries[i])),
                     0);
    replica_tick(late);
    cr_expect_eq(n_appends, 0, "the entry that expires it may be on its way");
    events.on_caught_up(events.self);
    replica_tick(late);
    cr_expect_eq(n_appends, 1);
    teardown(&f);
    replica_free(late);
}

// ---- a log of a later version ----

static void set_checksum(struct buffer *entry)
{
    XXH128_canonical_t checksum;
    size_t len = entry->len - ENTRY_CHECKSUM_LEN;
    XXH128_canonicalFromHash(&checksum, XXH3_128bits(entry->data, len));
    memcpy(entry->data + len, checksum.digest, ENTRY_CHECKSUM_LEN);
}

// Of a later version a daemon knows only that the first byte is it and the last 16 the
// checksum.
static void make_later_entry(struct buffer *entry)
{
    buffer_append(entry, "\x02", 1);
    for (int i = 0; i < 200; i++)
        buffer_append(entry, "??", 1);
    set_checksum(entry);
}

static void check_reads_go_on(const struct fixture *f, const unsigned char before[16])
{
    unsigned char after[16];
    state_digest(replica_state(f->replica), after);
    cr_expect_arr_eq(before, after, 16);
    cr_expect_eq(held(f), 2);
    cr_expect_eq(state_revision(replica_state(f->replica)), 4);
}

Test(later_version, it_halts_with_what_to_do_and_reads_go_on)
{
    struct fixture f;
    struct replica_status status;
    struct refusal refusal;
    struct buffer entry = {0};
    unsigned char before[16];
    setup(&f);
    state_digest(replica_state(f.replica), before);
    make_later_entry(&entry);
    fake_log_add(&f.log, buffer_slice(&entry));
    fake_log_run(&f.log);
    replica_status(f.replica, &status);
    cr_expect(status.halted);
    cr_expect_not(status.writable);
    cr_expect_str_eq(status.what, "halted at sequence 5: the entry has format version 2, "
                                  "this daemon reads 1: update vardsokd");
    check_reads_go_on(&f, before);

    cr_expect_eq(replica_submit(f.replica, &f.write, &refusal), STATUS_UNAVAILABLE);
    cr_expect_eq(refusal.reason, REASON_LOG_VERDICT);
    cr_expect(strstr(refusal.message, "update vardsokd"), "%s", refusal.message);
    tick_at(&f, 3600 * SECOND);
    cr_expect_null(f.log.queue, "nothing is written to a log that is not understood");
    f.log.events.on_state(f.log.events.self, STATUS_OK, "");
    replica_status(f.replica, &status);
    cr_expect(strstr(status.what, "version 2"), "a new connection hides nothing");
    teardown(&f);
    buffer_free(&entry);
}

Test(later_version, nothing_behind_it_is_applied)
{
    struct fixture f, other;
    struct buffer entry = {0};
    unsigned char before[16];
    setup(&f);
    setup(&other);
    state_digest(replica_state(f.replica), before);
    make_later_entry(&entry);
    cr_expect_eq(f.log.events.on_entry(f.log.events.self, 5, buffer_slice(&entry)),
                 STATUS_DATA_LOSS);
    tick_at(&other, 60 * SECOND + JITTER);
    fake_log_run(&other.log);
    for (uint64_t sequence = 5; sequence <= 6; sequence++)
        cr_expect_eq(f.log.events.on_entry(f.log.events.self, sequence,
                                           buffer_slice(&other.log.entries[4])),
                     STATUS_DATA_LOSS);
    check_reads_go_on(&f, before);
    teardown(&f);
    teardown(&other);
    buffer_free(&entry);
}

Test(later_version, a_flipped_version_is_damage_and_not_the_future)
{
    struct fixture f;
    struct replica_status status;
    setup(&f);
    fake_log_add(&f.log, buffer_slice(&f.log.entries[3]));
    f.log.entries[4].data[0] = 2; // the checksum tells
    fake_log_run(&f.log);
    replica_status(f.replica, &status);
    cr_expect(strstr(status.what, "CORRUPT"), "%s", status.what);
    teardown(&f);
}
