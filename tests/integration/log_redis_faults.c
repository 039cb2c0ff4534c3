// SPDX-License-Identifier: Apache-2.0
//
// The private redis-server under faults of its machine: a torn or damaged append-only
// file, a full disk, a process that stands still.
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis_support.h"

#define AOF "redis/appendonlydir/appendonly.aof.1.incr.aof"

static void in_folder(const struct world *world, const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", world->folder, command);
    cr_assert_eq(system(line), 0, "%s", command);
}

struct machine {
    struct world world;
    struct daemon daemon;
    char notice[512];
    uint32_t n_notices;
};

static struct machine *current; // on_notice gets the daemon's self

static void on_notice(void *self, const char *what)
{
    (void)self;
    current->n_notices++;
    snprintf(current->notice, sizeof current->notice, "%s", what);
}

static void machine_start(struct machine *machine)
{
    current = machine;
    daemon_init(&machine->daemon, &machine->world);
    machine->daemon.config.on_notice = on_notice;
    daemon_start(&machine->daemon);
}

// With entries 1 to n + 1, and running.
static void machine_init(struct machine *machine, uint64_t n)
{
    memset(machine, 0, sizeof *machine);
    world_init(&machine->world);
    machine_start(machine);
    daemon_await_usable(&machine->daemon);
    for (uint64_t id = 1; id <= n; id++)
        daemon_append(&machine->daemon, id);
    daemon_await_seen(&machine->daemon, n + 1);
}

static void machine_close(struct machine *machine)
{
    daemon_close(&machine->daemon);
    world_close(&machine->world);
}

static int redis_pid(const struct machine *machine)
{
    struct log_redis_status status;
    log_redis_status(machine->daemon.log, &status);
    return status.redis_pid;
}

Test(log_redis_faults, a_torn_write_that_was_never_acknowledged_is_taken_off)
{
    struct machine m;
    machine_init(&m, 3);
    daemon_close(&m.daemon);
    in_folder(&m.world, "printf '*5\\r\\n$4\\r\\nXADD\\r\\n$13\\r\\n{vard' >> " AOF
                        " && cp " AOF " torn");
    machine_start(&m);
    daemon_await_usable(&m.daemon);
    cr_assert_eq(m.daemon.n_seen, 4);
    cr_assert_eq(m.n_notices, 1);
    cr_assert_not_null(strstr(m.notice, "last 24 bytes"), "%s", m.notice);
    in_folder(&m.world, "cmp torn redis/torn-*");
    daemon_append(&m.daemon, 4);
    daemon_await_seen(&m.daemon, 5);
    daemon_close(&m.daemon);
    machine_start(&m);
    daemon_await_usable(&m.daemon);
    cr_assert_eq(m.daemon.n_seen, 5);
    cr_assert_eq(m.n_notices, 1);
    machine_close(&m);
}

Test(log_redis_faults, acknowledged_entries_in_a_torn_tail_are_missed)
{
    static const int cuts[] = {1, 17, 160, 700};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct machine m;
        struct write write;
        char command[96];
        machine_init(&m, 20);
        daemon_close(&m.daemon);
        snprintf(command, sizeof command, "truncate -s -%d " AOF, cuts[i]);
        in_folder(&m.world, command);
        machine_start(&m);
        daemon_await_status(&m.daemon, STATUS_DATA_LOSS);
        cr_assert_eq(strncmp(m.daemon.what, "REGRESSED", 9), 0, "%s", m.daemon.what);
        cr_assert_not_null(strstr(m.daemon.what, "entry 21 was applied"), "%s",
                           m.daemon.what);
        cr_assert_eq(m.n_notices, 1);
        cr_assert_gt(m.daemon.n_seen, 10);
        cr_assert_lt(m.daemon.n_seen, 21);
        write_init(&write, 99);
        cr_assert_eq(write_submit(&m.daemon, &write), STATUS_UNAVAILABLE);
        machine_close(&m);
    }
}

static bool is_without_redis(void *of)
{
    return redis_pid(of) == 0;
}

Test(log_redis_faults, a_tail_torn_under_a_running_daemon_is_missed_too)
{
    struct machine m;
    machine_init(&m, 20);
    cr_assert_eq(kill(redis_pid(&m), SIGKILL), 0);
    await(&m.world, is_without_redis, &m);
    in_folder(&m.world, "truncate -s -17 " AOF);
    daemon_await_status(&m.daemon, STATUS_DATA_LOSS);
    cr_assert_eq(strncmp(m.daemon.what, "REGRESSED", 9), 0, "%s", m.daemon.what);
    cr_assert_eq(m.n_notices, 1);
    cr_assert_eq(m.daemon.n_seen, 21, "what was applied stays readable");
    machine_close(&m);
}

Test(log_redis_faults, damage_in_the_middle_is_not_repaired)
{
    struct machine m;
    machine_init(&m, 20);
    daemon_close(&m.daemon);
    in_folder(&m.world, "sed -i '60s/.*/rubbish/' " AOF " && cp " AOF " damaged");
    machine_start(&m);
    daemon_await_fatal(&m.daemon);
    cr_assert_eq(m.daemon.fatal, STATUS_DATA_LOSS);
    cr_assert_eq(strncmp(m.daemon.fatal_what, "CORRUPT", 7), 0, "%s",
                 m.daemon.fatal_what);
    cr_assert_eq(m.n_notices, 0);
    in_folder(&m.world, "cmp damaged " AOF " && ! ls redis/torn-* 2>/dev/null");
    machine_close(&m);
}

// Files may grow to so many bytes, for this process and its children.
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static bool is_full(void *of)
{
    const struct daemon *daemon = of;
    return daemon->status == STATUS_UNAVAILABLE && strstr(daemon->what, "disk full");
}

enum { MANY = 4000 };

Test(log_redis_faults, a_full_disk_stops_the_writes_until_there_is_room)
{
    struct machine m;
    struct write *writes = calloc(MANY, sizeof *writes);
    struct write late;
    uint64_t n_acknowledged = 0;
    signal(SIGXFSZ, SIG_IGN);
    limit_files(100000); // redis inherits it
    machine_init(&m, 3);
    for (uint64_t i = 0; i < MANY; i++) {
        write_init(&writes[i], i + 4);
        cr_assert_eq(write_submit(&m.daemon, &writes[i]), 0);
    }
    for (uint64_t i = 0; i < MANY; i++)
        n_acknowledged += write_await(&m.daemon, &writes[i]) == STATUS_OK;
    await(&m.world, is_full, &m.daemon);
    cr_assert_gt(n_acknowledged, 100);
    cr_assert_lt(n_acknowledged, MANY, "the limit was never reached");
    cr_assert_eq(redis_pid(&m), 0, "it is not started only to end again");
    write_init(&late, 9999);
    cr_assert_eq(write_submit(&m.daemon, &late), STATUS_UNAVAILABLE);

    limit_files(RLIM_INFINITY);
    daemon_await_status(&m.daemon, 0);
    daemon_append(&m.daemon, 10000);
    while (m.daemon.seen[m.daemon.n_seen - 1] != 10000)
        daemon_await_seen(&m.daemon, m.daemon.n_seen + 1);
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t times = daemon_times_seen(&m.daemon, i + 4);
        if (writes[i].status == STATUS_OK)
            cr_assert_eq(times, 1, "%llu", (unsigned long long)i);
        else if (writes[i].status == STATUS_UNAVAILABLE)
            cr_assert_eq(times, 0, "%llu", (unsigned long long)i);
        else
            cr_assert_leq(times, 1);
    }
    free(writes);
    machine_close(&m);
}

// What cannot be written is told with the folder and what the system said.
Test(log_redis_faults, a_daemon_that_finds_no_room_at_its_start_says_where)
{
    struct machine m;
    memset(&m, 0, sizeof m);
    world_init(&m.world);
    signal(SIGXFSZ, SIG_IGN);
    limit_files(100);
    machine_start(&m);
    daemon_await_fatal(&m.daemon);
    limit_files(RLIM_INFINITY);
    cr_assert_eq(m.daemon.fatal, STATUS_RESOURCE_EXHAUSTED);
    cr_assert_not_null(strstr(m.daemon.fatal_what, "disk full"), "%s",
                       m.daemon.fatal_what);
    cr_assert_not_null(strstr(m.daemon.fatal_what, m.world.folder));
    cr_assert_not_null(strstr(m.daemon.fatal_what, "File too large"));
    machine_close(&m);
}

enum { MAX_DESCRIPTORS = 256 };

static void limit_descriptors(rlim_t n)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = n;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

struct shortage {
    struct daemon *daemon;
    int taken[MAX_DESCRIPTORS], n;
};

// One descriptor is left, which is enough to look at the log and not to start a process;
// what a connection gives back is taken too.
static void take_descriptors(struct shortage *shortage)
{
    while ((shortage->taken[shortage->n] = dup(0)) >= 0)
        shortage->n++;
    cr_assert_gt(shortage->n, 0);
    close(shortage->taken[--shortage->n]);
}

// A server that found enough of them after all, as one was given back in that moment, is
// killed again.
static bool has_failed_to_start_setpriv(void *of)
{
    struct shortage *shortage = of;
    struct log_redis_status status;
    take_descriptors(shortage);
    log_redis_status(shortage->daemon->log, &status);
    if (status.redis_pid != 0)
        kill(status.redis_pid, SIGKILL);
    return strstr(shortage->daemon->what, "cannot be started by setpriv") != NULL;
}

Test(log_redis_faults, a_machine_without_descriptors_gets_its_redis_when_it_has_some)
{
    struct machine m;
    struct shortage shortage = {.daemon = &m.daemon};
    machine_init(&m, 3);
    cr_assert_eq(kill(redis_pid(&m), SIGKILL), 0);
    await(&m.world, is_without_redis, &m);
    limit_descriptors(MAX_DESCRIPTORS);
    await(&m.world, has_failed_to_start_setpriv, &shortage);
    while (shortage.n > 0)
        close(shortage.taken[--shortage.n]);
    daemon_await_status(&m.daemon, 0);
    daemon_append(&m.daemon, 4);
    daemon_await_seen(&m.daemon, 5);
    machine_close(&m);
}

// As on a disk that does not sync: redis loads its file, answers, and ends at each write.
Test(log_redis_faults, a_redis_that_keeps_no_write_is_started_ever_more_seldom)
{
    enum { N = 7, LAST_REST_MS = 10 << (N - 1) };
    struct machine m;
    uint64_t before_ms = 0;
    machine_init(&m, 1);
    for (int i = 0; i < N; i++) {
        before_ms = uv_now(&m.world.loop);
        cr_assert_eq(kill(redis_pid(&m), SIGKILL), 0);
        daemon_await_status(&m.daemon, STATUS_UNAVAILABLE);
        daemon_await_status(&m.daemon, 0);
    }
    cr_assert_geq(uv_now(&m.world.loop) - before_ms, (uint64_t)LAST_REST_MS);
    machine_close(&m);
}

// How long the loop was ever away, and how long redis is to stand still.
struct still {
    struct machine m;
    uv_timer_t beat, end;
    uint64_t last_ns, longest_ns;
    bool is_over;
};

static void on_beat(uv_timer_t *timer)
{
    struct still *still = timer->data;
    uint64_t now = uv_hrtime();
    if (now - still->last_ns > still->longest_ns)
        still->longest_ns = now - still->last_ns;
    still->last_ns = now;
}

static void on_end(uv_timer_t *timer)
{
    struct still *still = timer->data;
    still->is_over = true;
}

static bool is_over(void *of)
{
    const struct still *still = of;
    return still->is_over;
}

enum { STILL_MS = 5000, BEAT_MS = 10, LONGEST_MS = 500, BACK_MS = 1000 };

Test(log_redis_faults, a_redis_that_stands_still_blocks_nothing_and_is_back_in_a_second)
{
    struct still s = {.is_over = false};
    struct write write;
    machine_init(&s.m, 3);
    uv_timer_init(&s.m.world.loop, &s.beat);
    uv_timer_init(&s.m.world.loop, &s.end);
    s.beat.data = s.end.data = &s;
    s.last_ns = uv_hrtime();
    uv_timer_start(&s.beat, on_beat, BEAT_MS, BEAT_MS);
    uv_timer_start(&s.end, on_end, STILL_MS, 0);
    int pid = redis_pid(&s.m);
    cr_assert_eq(kill(pid, SIGSTOP), 0);
    uint64_t stopped_ns = uv_hrtime();
    write_init(&write, 4);
    cr_assert_eq(write_submit(&s.m.daemon, &write), 0);
    daemon_await_status(&s.m.daemon, STATUS_UNAVAILABLE);
    cr_assert_lt(uv_hrtime() - stopped_ns, UINT64_C(4000) * 1000000);
    await(&s.m.world, is_over, &s);
    cr_assert_eq(redis_pid(&s.m), pid, "it is not taken for dead");
    cr_assert_eq(kill(pid, SIGCONT), 0);
    uint64_t continued_ns = uv_hrtime();
    daemon_await_status(&s.m.daemon, 0);
    daemon_append(&s.m.daemon, 5);
    cr_assert_lt(uv_hrtime() - continued_ns, (uint64_t)BACK_MS * 1000000);
    int status = write_await(&s.m.daemon, &write);
    cr_assert(status == STATUS_UNKNOWN || status == STATUS_OK, "%d", status);
    cr_assert_lt(s.longest_ns, (uint64_t)LONGEST_MS * 1000000);
    cr_assert_leq(daemon_times_seen(&s.m.daemon, 4), 1);
    uv_close((uv_handle_t *)&s.beat, NULL);
    uv_close((uv_handle_t *)&s.end, NULL);
    machine_close(&s.m);
}
