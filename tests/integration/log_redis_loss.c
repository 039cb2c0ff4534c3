// SPDX-License-Identifier: Apache-2.0
//
// A log that was lost, cut short or exchanged while no daemon looked: what a daemon that
// starts beside its high-water mark says.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/high_water.h"
#include "log_redis_support.h"

// Runs a shell command in the world's folder.
static void in_folder(const struct world *world, const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", world->folder, command);
    cr_assert_eq(system(line), 0, "%s", command);
}

static void start_again(struct daemon *daemon, struct world *world)
{
    daemon_init(daemon, world);
    daemon_start(daemon);
}

// A private Redis that was stopped cleanly with n entries after entry 1.
static void make_log(struct world *world, uint64_t n)
{
    struct daemon daemon;
    start_again(&daemon, world);
    daemon_await_usable(&daemon);
    for (uint64_t id = daemon.n_seen; id <= n; id++)
        daemon_append(&daemon, id);
    daemon_await_seen(&daemon, n + 1);
    daemon_close(&daemon);
}

static void expect_fatal(struct daemon *daemon, const char *verdict, const char *detail)
{
    daemon_await_fatal(daemon);
    cr_assert_eq(daemon->fatal, STATUS_DATA_LOSS, "%s", daemon->fatal_what);
    cr_assert_eq(strncmp(daemon->fatal_what, verdict, strlen(verdict)), 0, "%s",
                 daemon->fatal_what);
    cr_assert_not_null(strstr(daemon->fatal_what, detail), "%s", daemon->fatal_what);
    cr_assert_eq(daemon->n_seen, 0);
}

static void expect_regressed(struct daemon *daemon, const char *detail, uint64_t n_seen)
{
    struct write write;
    daemon_await_status(daemon, STATUS_DATA_LOSS);
    cr_assert_eq(strncmp(daemon->what, "REGRESSED", 9), 0, "%s", daemon->what);
    cr_assert_not_null(strstr(daemon->what, detail), "%s", daemon->what);
    daemon_await_seen(daemon, n_seen);
    cr_assert_eq(daemon->n_seen, n_seen);
    cr_assert_gt(daemon->n_caught_up, 0, "what is left can be read");
    cr_assert_eq(daemon->fatal, 0);
    write_init(&write, 4711);
    cr_assert_eq(write_submit(daemon, &write), STATUS_UNAVAILABLE);
}

static uint64_t marked_sequence(const struct world *world)
{
    struct log_redis_high_water mark;
    char what[256];
    cr_assert_eq(log_redis_high_water_load(world->folder, &mark, what, sizeof what), 0);
    return mark.position.sequence;
}

Test(log_redis_loss, a_clean_stop_leaves_the_last_sequence)
{
    struct world world;
    world_init(&world);
    make_log(&world, 41);
    cr_assert_eq(marked_sequence(&world), 42);
    world_close(&world);
}

static bool is_marked_at_ten(void *of)
{
    return marked_sequence(of) == 10;
}

Test(log_redis_loss, the_mark_follows_while_the_daemon_runs)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    start_again(&daemon, &world);
    daemon_await_usable(&daemon);
    cr_assert_eq(marked_sequence(&world), 1, "it is there before the first write");
    for (uint64_t id = 1; id < 10; id++)
        daemon_append(&daemon, id);
    await(&world, is_marked_at_ten, &world);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_loss, a_lost_append_only_file_is_no_new_folder)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    make_log(&world, 3);
    in_folder(&world, "rm -r redis/appendonlydir");
    for (int i = 0; i < 2; i++) {
        start_again(&daemon, &world);
        expect_fatal(&daemon, "WIPED", "entry 4");
        daemon_close(&daemon);
        cr_assert_eq(marked_sequence(&world), 4);
    }
    // The operator's word that the loss is accepted.
    in_folder(&world, "rm high-water");
    start_again(&daemon, &world);
    daemon_await_usable(&daemon);
    cr_assert_eq(daemon.n_seen, 1);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_loss, an_older_append_only_file_has_regressed)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    make_log(&world, 2);
    in_folder(&world, "cp -r redis/appendonlydir older");
    make_log(&world, 6);
    in_folder(&world, "rm -r redis/appendonlydir && mv older redis/appendonlydir");
    for (int i = 0; i < 2; i++) {
        start_again(&daemon, &world);
        expect_regressed(&daemon, "entry 7 was applied here before, it has 3", 3);
        daemon_close(&daemon);
        cr_assert_eq(marked_sequence(&world), 7);
    }
    in_folder(&world, "rm high-water");
    start_again(&daemon, &world);
    daemon_await_usable(&daemon);
    daemon_append(&daemon, 3);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_loss, a_copy_of_the_whole_folder_is_the_log_as_it_was)
{
    struct world world;
    struct daemon daemon;
    char copy[96];
    world_init(&world);
    make_log(&world, 2);
    snprintf(copy, sizeof copy, "%s/copy", world.folder);
    in_folder(&world, "mkdir .b && cp -r high-water redis .b && mv .b copy");
    make_log(&world, 6);
    daemon_init(&daemon, &world);
    daemon.config.data_dir = copy;
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    cr_assert_eq(daemon.n_seen, 3);
    daemon_close(&daemon);
    world_close(&world);
}

Test(log_redis_loss, a_damaged_mark_is_said_and_nothing_is_started)
{
    struct world world;
    struct daemon daemon;
    world_init(&world);
    make_log(&world, 2);
    in_folder(&world, "echo 'sequence 3' > high-water");
    start_again(&daemon, &world);
    expect_fatal(&daemon, "", "high-water is damaged");
    daemon_close(&daemon);
    world_close(&world);
}

// The same with a redis-server of the operator's.
struct own {
    struct world world;
    struct server server;
    struct daemon daemon;
};

static void start_own(struct own *own)
{
    daemon_init(&own->daemon, &own->world);
    strcpy(own->daemon.url, own->server.url);
    own->daemon.config.init = true;
    daemon_start(&own->daemon);
}

static void own_init(struct own *own, uint64_t n)
{
    world_init(&own->world);
    server_start(&own->server, &own->world, "");
    start_own(own);
    daemon_await_usable(&own->daemon);
    for (uint64_t id = 1; id <= n; id++)
        daemon_append(&own->daemon, id);
    daemon_await_seen(&own->daemon, n + 1);
}

static void own_close(struct own *own)
{
    daemon_close(&own->daemon);
    server_stop(&own->server);
    world_close(&own->world);
}

Test(log_redis_loss, an_emptied_redis_of_yours_is_a_loss_even_with_init)
{
    struct own own;
    own_init(&own, 2);
    daemon_close(&own.daemon);
    server_expect(&own.server, "OK", "FLUSHALL");
    start_own(&own);
    expect_fatal(&own.daemon, "WIPED", "entry 3");
    server_expect(&own.server, "0", "DBSIZE");
    own_close(&own);
}

Test(log_redis_loss, another_log_than_the_folder_has_followed_is_foreign)
{
    struct own own;
    own_init(&own, 2);
    daemon_close(&own.daemon);
    server_expect(&own.server, "0", "HSET", "{vardsok}:meta", "uuid",
                  "ffffffff-6f70-4a81-92a3-b4c5d6e7f809");
    start_own(&own);
    expect_fatal(&own.daemon, "FOREIGN", TEST_UUID);
    cr_assert_not_null(strstr(own.daemon.fatal_what, "ffffffff-"));
    own_close(&own);
}

// Leaves the first KEYS[1]'s entries 1 to ARGV[1] and, after them, ARGV[2] if it is
// given.
#define CUT                                                                              \
    "local kept = redis.call('XRANGE', KEYS[1], '-', ARGV[1] .. '-0')\n"                 \
    "redis.call('DEL', KEYS[1])\n"                                                       \
    "for _, entry in ipairs(kept) do\n"                                                  \
    "  redis.call('XADD', KEYS[1], entry[1], 'e', entry[2][2])\n"                        \
    "end\n"                                                                              \
    "if ARGV[2] then\n"                                                                  \
    "  redis.call('XADD', KEYS[1], ARGV[1] + 1 .. '-0', 'e', ARGV[2])\n"                 \
    "end\n"                                                                              \
    "return #kept\n"
static const char OTHER[] = "e00000000000000000000009aaaaaaaaaaaaaaaa";

Test(log_redis_loss, another_entry_where_the_mark_is_has_forked)
{
    struct own own;
    own_init(&own, 3);
    daemon_close(&own.daemon);
    server_expect(&own.server, "3", "EVAL", CUT, "1", "{vardsok}:log", "3", OTHER);
    start_own(&own);
    daemon_await_fatal(&own.daemon);
    cr_assert_eq(strncmp(own.daemon.fatal_what, "FORKED", 6), 0, "%s",
                 own.daemon.fatal_what);
    cr_assert_eq(own.daemon.n_seen, 3, "the other entry is not applied");
    own_close(&own);
}

Test(log_redis_loss, a_log_cut_short_under_a_running_daemon_is_made_whole_by_it)
{
    struct own own;
    own_init(&own, 5);
    server_expect(&own.server, "2", "EVAL", CUT, "1", "{vardsok}:log", "2");
    daemon_await_status(&own.daemon, STATUS_DATA_LOSS);
    daemon_await_status(&own.daemon, 0);
    server_expect(&own.server, "6", "XLEN", "{vardsok}:log");
    daemon_append(&own.daemon, 6);
    daemon_await_seen(&own.daemon, 7);
    own_close(&own);
}

Test(log_redis_loss, a_long_tail_is_appended_again_in_parts)
{
    struct own own;
    own_init(&own, 500);
    server_expect(&own.server, "2", "EVAL", CUT, "1", "{vardsok}:log", "2");
    daemon_await_status(&own.daemon, STATUS_DATA_LOSS);
    daemon_await_status(&own.daemon, 0);
    server_expect(&own.server, "501", "XLEN", "{vardsok}:log");
    own_close(&own);
}

Test(log_redis_loss, a_tail_that_was_deleted_is_appended_again)
{
    struct own own;
    own_init(&own, 5);
    server_expect(&own.server, "1", "XDEL", "{vardsok}:log", "6-0");
    daemon_await_status(&own.daemon, STATUS_DATA_LOSS);
    daemon_await_status(&own.daemon, 0);
    server_expect(&own.server, "6", "XLEN", "{vardsok}:log");
    own_close(&own);
}

Test(log_redis_loss, an_append_to_a_log_cut_short_writes_nothing)
{
    struct own own;
    struct write write;
    own_init(&own, 5);
    server_expect(&own.server, "2", "EVAL", CUT, "1", "{vardsok}:log", "2");
    write_init(&write, 6);
    if (write_submit(&own.daemon, &write) == 0)
        cr_assert_eq(write_await(&own.daemon, &write), STATUS_ABORTED);
    daemon_await_status(&own.daemon, 0); // made whole again, without that write
    server_expect(&own.server, "6", "XLEN", "{vardsok}:log");
    own_close(&own);
}

Test(log_redis_loss, a_follower_behind_the_trim_point_says_so)
{
    struct own own;
    own_init(&own, 5);
    daemon_close(&own.daemon);
    in_folder(&own.world, "rm high-water");
    server_expect(&own.server, "3", "XTRIM", "{vardsok}:log", "MINID", "4-0");
    server_expect(&own.server, "0", "HSET", "{vardsok}:meta", "trimmed", "3");
    start_own(&own);
    expect_fatal(&own.daemon, "TRIMMED", "entry 1-0 is due, 4-0 came");
    daemon_close(&own.daemon);

    daemon_init(&own.daemon, &own.world);
    strcpy(own.daemon.url, own.server.url);
    own.daemon.start_at = 3;
    daemon_start(&own.daemon);
    daemon_await_fatal(&own.daemon);
    cr_assert_eq(strncmp(own.daemon.fatal_what, "TRIMMED", 7), 0, "%s",
                 own.daemon.fatal_what);
    daemon_close(&own.daemon);

    daemon_init(&own.daemon, &own.world);
    strcpy(own.daemon.url, own.server.url);
    own.daemon.start_at = 4;
    daemon_start(&own.daemon);
    daemon_await_usable(&own.daemon);
    cr_assert_eq(own.daemon.n_seen, 6);
    own_close(&own);
}

Test(log_redis_loss, entries_taken_out_under_a_running_daemon_stop_the_writes)
{
    struct own own;
    own_init(&own, 5);
    server_expect(&own.server, "1", "XDEL", "{vardsok}:log", "3-0");
    daemon_await_status(&own.daemon, STATUS_DATA_LOSS);
    cr_assert_eq(strncmp(own.daemon.what, "TAMPERED", 8), 0, "%s", own.daemon.what);
    own_close(&own);
}
