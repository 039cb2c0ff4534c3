// SPDX-License-Identifier: Apache-2.0
//
// The log in a private redis-server: made, followed, killed, started again, locked.
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/log_redis_private.h"
#include "log_redis_support.h"

static unsigned mode_of(const struct world *world, const char *name)
{
    char path[160];
    struct stat found;
    snprintf(path, sizeof path, "%s/%s", world->folder, name);
    return stat(path, &found) == 0 ? (unsigned)found.st_mode & 0777 : 0;
}

Test(log_redis_embedded, an_empty_folder_gets_entry_one)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon_start(&daemon);
    daemon_await_usable(&daemon);

    cr_assert_eq(daemon.n_seen, 1);
    cr_assert_eq(daemon.seen[0], 0);
    struct log_redis_status status;
    log_redis_status(daemon.log, &status);
    cr_assert_str_eq(status.uuid, TEST_UUID);
    cr_assert_str_eq(status.durability, "always");
    cr_assert_eq(status.status, 0);
    cr_assert_eq(status.lag_ms, 0);
    cr_assert_eq(status.tail, 1);

    cr_assert_eq(mode_of(&world, "redis"), 0700);
    static const char *const private_files[] = {"lock", "redis/redis.conf",
                                                "redis/redis.sock", "redis/redis.log"};
    for (size_t i = 0; i < sizeof private_files / sizeof private_files[0]; i++)
        cr_assert_eq(mode_of(&world, private_files[i]), 0600, "%s", private_files[i]);
    cr_assert_eq(mode_of(&world, "redis/appendonlydir"), 0700);
    cr_assert_eq(mode_of(&world, "high-water"), 0600);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_embedded, a_thousand_entries_come_back_in_order_and_after_a_restart)
{
    enum { N = 1000 };
    struct world world;
    struct daemon daemon;
    struct write *writes = calloc(N, sizeof *writes);
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon_start(&daemon);
    daemon_await_usable(&daemon);

    for (uint64_t i = 0; i < N; i++) {
        write_init(&writes[i], i + 1);
        cr_assert_eq(write_submit(&daemon, &writes[i]), 0);
    }
    for (uint64_t i = 0; i < N; i++)
        cr_assert_eq(write_await(&daemon, &writes[i]), STATUS_OK);
    daemon_await_seen(&daemon, N + 1);
    for (uint64_t i = 0; i <= N; i++)
        cr_assert_eq(daemon.seen[i], i);
    daemon_close(&daemon);

    daemon_init(&daemon, &world);
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    cr_assert_eq(daemon.n_seen, N + 1);
    for (uint64_t i = 0; i <= N; i++)
        cr_assert_eq(daemon.seen[i], i);
    daemon_close(&daemon);
    free(writes);
    world_close(&world);
}

// A load that keeps WINDOW appends under way and kills redis-server every KILL_EVERY
// acknowledged.
enum { WINDOW = 32, KILLS = 15, KILL_EVERY = 150, MAX_IDS = 200000 };

struct load {
    struct daemon daemon;
    struct write writes[WINDOW];
    unsigned char
        outcome[MAX_IDS]; // by id: 'a' acknowledged, 'n' not written, '?' unknown
    uint64_t next_id;
    uint32_t n_acknowledged, n_unknown, n_killed, acknowledged_at_kill;
};

static void note(struct write *write)
{
    struct load *load = write->owner;
    char digits[24] = {0};
    memcpy(digits, write->entry + 1, 23);
    uint64_t id = strtoull(digits, NULL, 10);
    cr_assert(write->status == STATUS_OK || write->status == STATUS_UNAVAILABLE ||
              write->status == STATUS_UNKNOWN);
    load->outcome[id] = write->status == STATUS_OK            ? 'a'
                        : write->status == STATUS_UNAVAILABLE ? 'n'
                                                              : '?';
    load->n_acknowledged += write->status == STATUS_OK;
    load->n_unknown += write->status == STATUS_UNKNOWN;
}

static void refill(struct load *load)
{
    for (int i = 0; i < WINDOW; i++) {
        struct write *write = &load->writes[i];
        if (load->next_id > 1 && write->n_done == 0 && write->owner)
            continue;
        write_init(write, load->next_id);
        write->then = note;
        write->owner = load;
        if (write_submit(&load->daemon, write) == 0)
            load->next_id++;
        else
            write->owner = NULL;
    }
}

static bool has_been_killed_enough(void *of)
{
    struct load *load = of;
    struct log_redis_status status;
    cr_assert_lt(load->next_id, (uint64_t)MAX_IDS - WINDOW);
    if (load->daemon.status == 0)
        refill(load);
    log_redis_status(load->daemon.log, &status);
    if (status.redis_pid &&
        load->n_acknowledged >= load->acknowledged_at_kill + KILL_EVERY) {
        kill(status.redis_pid, SIGKILL);
        load->acknowledged_at_kill = load->n_acknowledged;
        load->n_killed++;
    }
    return load->n_killed == KILLS && load->acknowledged_at_kill < load->n_acknowledged;
}

static bool is_load_done(void *of)
{
    const struct load *load = of;
    for (int i = 0; i < WINDOW; i++)
        if (load->writes[i].owner && load->writes[i].n_done == 0)
            return false;
    return load->daemon.status == 0;
}

Test(log_redis_embedded, killed_redis_loses_no_acknowledged_entry, .timeout = 120)
{
    struct world world;
    struct load *load = calloc(1, sizeof *load);
    world_init(&world);
    daemon_init(&load->daemon, &world);
    daemon_start(&load->daemon);
    daemon_await_usable(&load->daemon);
    load->next_id = 1;

    await(&world, has_been_killed_enough, load);
    await(&world, is_load_done, load);
    // What was appended last comes last: after it, all has been seen.
    daemon_append(&load->daemon, load->next_id);
    daemon_await_seen(&load->daemon, 1);
    while (load->daemon.seen[load->daemon.n_seen - 1] != load->next_id)
        daemon_await_seen(&load->daemon, load->daemon.n_seen + 1);

    for (uint64_t id = 1; id < load->next_id; id++) {
        uint64_t times = daemon_times_seen(&load->daemon, id);
        if (load->outcome[id] == 'a')
            cr_assert_eq(times, 1, "acknowledged entry %llu seen %llu times",
                         (unsigned long long)id, (unsigned long long)times);
        else if (load->outcome[id] == 'n')
            cr_assert_eq(times, 0, "entry %llu was said not to be written",
                         (unsigned long long)id);
        else
            cr_assert_leq(times, 1);
    }
    cr_assert_gt(load->n_unknown, 0, "no kill hit an append under way");
    daemon_close(&load->daemon);
    free(load);
    world_close(&world);
}

Test(log_redis_embedded, a_second_daemon_on_the_same_folder_is_refused)
{
    struct world world;
    struct daemon first, second;
    world_init(&world);
    daemon_init(&first, &world);
    daemon_init(&second, &world);
    daemon_start(&first);
    daemon_await_usable(&first);
    daemon_start(&second);
    daemon_await_fatal(&second);

    cr_assert_eq(second.fatal, STATUS_FAILED_PRECONDITION);
    cr_assert(second.has_waited);
    cr_assert_not_null(strstr(second.fatal_what, world.folder));
    cr_assert_eq(second.n_seen, 0);
    daemon_close(&second);
    daemon_append(&first, 1);
    daemon_close(&first);
    world_close(&world);
}

static bool has_waited(void *of)
{
    const struct daemon *daemon = of;
    return daemon->has_waited;
}

Test(log_redis_embedded, a_daemon_waits_for_the_one_that_is_leaving)
{
    struct world world;
    struct daemon first, second;
    world_init(&world);
    daemon_init(&first, &world);
    daemon_init(&second, &world);
    daemon_start(&first);
    daemon_await_usable(&first);
    daemon_append(&first, 1);
    daemon_start(&second);
    await(&world, has_waited, &second);
    daemon_close(&first);
    daemon_await_usable(&second);
    cr_assert_eq(second.n_seen, 2);
    cr_assert_eq(second.seen[1], 1);
    daemon_close(&second);
    world_close(&world);
}

// In a process of its own: a daemon that appends one entry, says so and stays.
_Noreturn static void be_a_daemon(const struct world *parent, int ready)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon.config.data_dir = parent->folder;
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    daemon_append(&daemon, 1);
    rmdir(world.folder);
    if (write(ready, "r", 1) != 1)
        _exit(1);
    for (;;)
        uv_run(&world.loop, UV_RUN_DEFAULT);
}

Test(log_redis_embedded, a_killed_daemon_takes_its_redis_along_and_another_goes_on)
{
    struct world world;
    struct daemon daemon;
    int ready[2];
    char byte = 0;
    world_init(&world);
    cr_assert_eq(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0)
        be_a_daemon(&world, ready[1]);
    close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    cr_assert_eq(kill(pid, SIGKILL), 0);

    daemon_init(&daemon, &world);
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    cr_assert_eq(daemon.n_seen, 2);
    cr_assert_eq(daemon.seen[1], 1);
    daemon_append(&daemon, 2);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_embedded, a_missing_program_is_said)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon.config.redis_server = "no-such-redis-server";
    daemon_start(&daemon);
    daemon_await_fatal(&daemon);
    cr_assert_eq(daemon.fatal, STATUS_NOT_FOUND);
    cr_assert_not_null(strstr(daemon.fatal_what, "no-such-redis-server"));
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_embedded, a_folder_that_cannot_be_made_is_said)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon.config.data_dir = "/proc/no-folder-here";
    daemon_start(&daemon);
    daemon_await_fatal(&daemon);
    cr_assert_eq(daemon.fatal, STATUS_INVALID_ARGUMENT);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_embedded, closing_ends_every_append)
{
    struct world world;
    struct daemon daemon;
    struct write writes[300];
    world_init(&world);
    daemon_init(&daemon, &world);
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    for (uint64_t i = 0; i < 300; i++) {
        write_init(&writes[i], i + 1);
        cr_assert_eq(write_submit(&daemon, &writes[i]), 0);
        if (i == 200)
            world_turn(&world); // two calls leave, the others wait
    }
    daemon_close(&daemon);
    for (int i = 0; i < 300; i++)
        cr_assert_eq(writes[i].n_done, 1);
    cr_assert_eq(writes[299].status, STATUS_UNAVAILABLE);
    world_close(&world);
}

static bool is_preparing(void *of)
{
    const struct daemon *daemon = of;
    return daemon->log->child.preparing;
}

// The thread pool has the append-only file then; nothing may be started or freed under
// it.
Test(log_redis_embedded, closing_while_the_folder_is_made_ready_starts_no_server)
{
    struct world world;
    struct daemon daemon;
    struct log_redis_status status;
    bool caught = false;
    world_init(&world);
    // The pool may be done in the very turn in which it began: then again.
    for (int i = 0; i < 100 && !caught; i++) {
        daemon_init(&daemon, &world);
        daemon_start(&daemon);
        await(&world, is_preparing, &daemon);
        caught = is_preparing(&daemon);
        log_redis_status(daemon.log, &status);
        cr_assert(!caught || status.redis_pid == 0);
        daemon_close(&daemon);
    }
    cr_assert(caught);
    daemon_init(&daemon, &world);
    daemon_start(&daemon); // the lock is free
    daemon_await_usable(&daemon);
    daemon_close(&daemon);
    world_close(&world);
}
