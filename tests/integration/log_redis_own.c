// SPDX-License-Identifier: Apache-2.0
//
// The log in a redis-server of the operator's: settings, identity, and what others may do
// to it.
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis_support.h"

Test(log_redis_own, an_empty_redis_is_refused_without_init)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    world_init(&world);
    server_start(&server, &world, "");
    daemon_init(&daemon, &world);
    use_server(&daemon, &server);
    daemon_start(&daemon);
    daemon_await_fatal(&daemon);
    cr_assert_eq(daemon.fatal, STATUS_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(daemon.fatal_what, "--init"));
    daemon_close(&daemon);
    server_expect(&server, "0", "DBSIZE");
    server_stop(&server);
    world_close(&world);
}

Test(log_redis_own, unsafe_settings_are_refused_or_said)
{
    static const struct {
        const char *options, *durability;
    } cases[] = {
        {"--appendonly no", "weak"},
        {"--appendfsync no", "weak"},
        {"--appendfsync everysec", "everysec"},
        {"--no-appendfsync-on-rewrite yes", "weak"},
        {"--maxmemory-policy allkeys-lru", "weak"},
        {"--rename-command CONFIG NOPE", "weak"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        struct server server;
        struct daemon strict, lax;
        struct log_redis_status status;
        world_init(&world);
        server_start(&server, &world, cases[i].options);
        daemon_init(&strict, &world);
        use_server(&strict, &server);
        strict.config.init = true;
        daemon_start(&strict);
        daemon_await_fatal(&strict);
        cr_assert_eq(strict.fatal, STATUS_FAILED_PRECONDITION, "%s", cases[i].options);
        cr_assert_not_null(strstr(strict.fatal_what, "--durability=weak"));
        daemon_close(&strict);
        server_expect(&server, "0", "DBSIZE");

        daemon_init(&lax, &world);
        use_server(&lax, &server);
        lax.config.init = lax.config.allow_weak = true;
        daemon_start(&lax);
        daemon_await_usable(&lax);
        log_redis_status(lax.log, &status);
        cr_assert_str_eq(status.durability, cases[i].durability, "%s", cases[i].options);
        daemon_close(&lax);
        server_stop(&server);
        world_close(&world);
    }
}

Test(log_redis_own, a_replica_is_refused_even_when_weak_is_allowed)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    world_init(&world);
    server_start(&server, &world, "--replicaof 127.0.0.1 1");
    daemon_init(&daemon, &world);
    use_server(&daemon, &server);
    daemon.config.init = daemon.config.allow_weak = true;
    daemon_start(&daemon);
    daemon_await_fatal(&daemon);
    cr_assert_eq(daemon.fatal, STATUS_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(daemon.fatal_what, "replica"));
    daemon_close(&daemon);
    server_stop(&server);
    world_close(&world);
}

Test(log_redis_own, settings_made_unsafe_later_stop_writes_until_they_are_safe_again)
{
    struct setting s;
    setting_init(&s);
    server_expect(&s.server, "OK", "CONFIG", "SET", "appendfsync", "everysec");
    daemon_await_status(&s.daemon, STATUS_FAILED_PRECONDITION);
    cr_assert_eq(s.daemon.fatal, 0);
    struct write write;
    write_init(&write, 1);
    cr_assert_eq(write_submit(&s.daemon, &write), STATUS_UNAVAILABLE);
    server_expect(&s.server, "OK", "CONFIG", "SET", "appendfsync", "always");
    daemon_await_status(&s.daemon, 0);
    daemon_append(&s.daemon, 1);
    setting_close(&s);
}

Test(log_redis_own, entries_that_wait_together_go_in_one_call)
{
    enum { N = 1000, EXPECTED_CALLS = 8 };
    struct setting s;
    struct write *writes = calloc(N, sizeof *writes);
    setting_init(&s);
    server_expect(&s.server, "OK", "CONFIG", "RESETSTAT");
    for (uint64_t i = 0; i < N; i++) {
        write_init(&writes[i], i + 1);
        cr_assert_eq(write_submit(&s.daemon, &writes[i]), 0);
    }
    for (uint64_t i = 0; i < N; i++)
        cr_assert_eq(write_await(&s.daemon, &writes[i]), STATUS_OK);
    char *stats = server_ask(&s.server, "INFO", "commandstats", (char *)NULL);
    char expected[40];
    snprintf(expected, sizeof expected, "cmdstat_evalsha:calls=%d,", EXPECTED_CALLS);
    cr_assert_not_null(strstr(stats, expected), "%s", stats);
    free(stats);
    free(writes);
    setting_close(&s);
}

Test(log_redis_own, two_daemons_extend_one_log_and_see_the_same)
{
    enum { N = 200 };
    struct setting s;
    struct daemon other;
    struct write *writes = calloc(2 * N, sizeof *writes);
    setting_init(&s);
    daemon_init(&other, &s.world);
    use_server(&other, &s.server);
    daemon_start(&other);
    daemon_await_usable(&other);
    for (uint64_t i = 0; i < 2 * N; i++) {
        write_init(&writes[i], i + 1);
        cr_assert_eq(write_submit(i % 2 ? &other : &s.daemon, &writes[i]), 0);
        if (i % 16 == 0)
            world_turn(&s.world);
    }
    for (uint64_t i = 0; i < 2 * N; i++)
        cr_assert_eq(write_await(&s.daemon, &writes[i]), STATUS_OK);
    daemon_await_seen(&s.daemon, 2 * N + 1);
    daemon_await_seen(&other, 2 * N + 1);
    cr_assert_arr_eq(s.daemon.seen, other.seen, (2 * N + 1) * sizeof *other.seen);
    for (uint64_t id = 1; id <= 2 * N; id++)
        cr_assert_eq(daemon_times_seen(&other, id), 1);
    daemon_close(&other);
    free(writes);
    setting_close(&s);
}

Test(log_redis_own, a_flushed_script_is_sent_again)
{
    struct setting s;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    server_expect(&s.server, "OK", "SCRIPT", "FLUSH");
    daemon_append(&s.daemon, 2);
    daemon_append(&s.daemon, 3);
    daemon_await_seen(&s.daemon, 4);
    for (uint64_t id = 1; id <= 3; id++)
        cr_assert_eq(s.daemon.seen[id], id);
    setting_close(&s);
}

Test(log_redis_own, cut_connections_are_made_again_without_loss_or_double)
{
    struct setting s;
    setting_init(&s);
    for (uint64_t id = 1; id <= 20; id++) {
        daemon_append(&s.daemon, id);
        free(server_ask(&s.server, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes",
                        (char *)NULL));
        daemon_await_status(&s.daemon, STATUS_UNAVAILABLE);
        daemon_await_status(&s.daemon, 0);
    }
    daemon_await_seen(&s.daemon, 21);
    for (uint64_t id = 0; id <= 20; id++)
        cr_assert_eq(s.daemon.seen[id], id);
    setting_close(&s);
}

// After spoil, the daemon must say verdict, write nothing more and keep what it has.
static void expect_verdict(struct setting *s, const char *verdict)
{
    uint64_t n_seen = s->daemon.n_seen;
    struct write write;
    daemon_await_status(&s->daemon, STATUS_DATA_LOSS);
    cr_assert_eq(strncmp(s->daemon.what, verdict, strlen(verdict)), 0, "%s",
                 s->daemon.what);
    write_init(&write, 4711);
    cr_assert_eq(write_submit(&s->daemon, &write), STATUS_UNAVAILABLE);
    cr_assert_eq(s->daemon.n_seen, n_seen);
    cr_assert_eq(s->daemon.fatal, 0);
}

static const char CHECKSUMMED[] = "e00000000000000000000009aaaaaaaaaaaaaaaa";

Test(log_redis_own, foreign_entries_halt_the_following)
{
    static const struct {
        const char *id, *field, *value;
    } cases[] = {
        {"4-0", "e", CHECKSUMMED},             // a gap
        {"3-1", "e", CHECKSUMMED},             // not an id of ours
        {"1795319416000-0", "e", CHECKSUMMED}, // as `*` makes them
        {"3-0", "x", CHECKSUMMED},             // another field
        {"3-0", "e", "short"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct setting s;
        setting_init(&s);
        daemon_append(&s.daemon, 1);
        daemon_await_seen(&s.daemon, 2);
        server_expect(&s.server, cases[i].id, "XADD", "{vardsok}:log", cases[i].id,
                      cases[i].field, cases[i].value);
        expect_verdict(&s, "TAMPERED");
        setting_close(&s);
    }
}

Test(log_redis_own, a_flushed_redis_is_a_loss_and_not_a_new_installation)
{
    struct setting s;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    daemon_await_seen(&s.daemon, 2);
    server_expect(&s.server, "OK", "FLUSHALL");
    expect_verdict(&s, "WIPED");
    server_expect(&s.server, "0", "DBSIZE");
    setting_close(&s);
}

Test(log_redis_own, an_append_proves_the_entry_applied_last)
{
    struct setting s;
    struct write write;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    daemon_await_seen(&s.daemon, 2);
    // The last entry is exchanged for another, as after a failover to a server that
    // diverged.
    server_expect(&s.server, "1", "EVAL",
                  "local first = redis.call('XRANGE', KEYS[1], '1-0', '1-0')[1]\n"
                  "redis.call('DEL', KEYS[1])\n"
                  "redis.call('XADD', KEYS[1], '1-0', 'e', first[2][2])\n"
                  "redis.call('XADD', KEYS[1], '2-0', 'e', ARGV[1])\n"
                  "return 1\n",
                  "1", "{vardsok}:log", CHECKSUMMED);
    write_init(&write, 2);
    cr_assert_eq(write_submit(&s.daemon, &write), 0);
    cr_assert_eq(write_await(&s.daemon, &write), STATUS_ABORTED);
    expect_verdict(&s, "FORKED");
    server_expect(&s.server, "2", "XLEN", "{vardsok}:log");
    setting_close(&s);
}

Test(log_redis_own, a_follower_that_connects_again_compares_the_entry_seen_last)
{
    struct setting s;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    daemon_await_seen(&s.daemon, 2);
    server_expect(&s.server, "1", "EVAL",
                  "local first = redis.call('XRANGE', KEYS[1], '1-0', '1-0')[1]\n"
                  "redis.call('DEL', KEYS[1])\n"
                  "redis.call('XADD', KEYS[1], '1-0', 'e', first[2][2])\n"
                  "redis.call('XADD', KEYS[1], '2-0', 'e', ARGV[1])\n"
                  "return 1\n",
                  "1", "{vardsok}:log", CHECKSUMMED);
    free(server_ask(&s.server, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes",
                    (char *)NULL));
    expect_verdict(&s, "FORKED");
    setting_close(&s);
}

Test(log_redis_own, another_epoch_is_not_written_to)
{
    struct setting s;
    struct write write;
    setting_init(&s);
    server_expect(&s.server, "0", "HSET", "{vardsok}:meta", "epoch", "2");
    write_init(&write, 1);
    if (write_submit(&s.daemon, &write) == 0)
        cr_assert_eq(write_await(&s.daemon, &write), STATUS_ABORTED);
    expect_verdict(&s, "REPLACED");
    server_expect(&s.server, "1", "XLEN", "{vardsok}:log");
    setting_close(&s);
}

Test(log_redis_own, a_log_of_another_uuid_is_foreign)
{
    struct setting s;
    setting_init(&s);
    server_expect(&s.server, "0", "HSET", "{vardsok}:meta", "uuid",
                  "ffffffff-6f70-4a81-92a3-b4c5d6e7f809");
    expect_verdict(&s, "FOREIGN");
    setting_close(&s);
}

Test(log_redis_own, an_unknown_schema_is_refused)
{
    struct setting s;
    struct daemon later;
    setting_init(&s);
    server_expect(&s.server, "0", "HSET", "{vardsok}:meta", "schema", "2");
    daemon_init(&later, &s.world);
    use_server(&later, &s.server);
    daemon_start(&later);
    daemon_await_fatal(&later);
    cr_assert_eq(later.fatal, STATUS_UNIMPLEMENTED);
    daemon_close(&later);
    daemon_await_status(&s.daemon, STATUS_UNIMPLEMENTED);
    setting_close(&s);
}

Test(log_redis_own, an_entry_that_cannot_be_applied_ends_the_following)
{
    struct setting s;
    setting_init(&s);
    s.daemon.refuse_from = 2;
    daemon_append(&s.daemon, 1);
    expect_verdict(&s, "UNREADABLE");
    setting_close(&s);
}

Test(log_redis_own, a_clock_that_is_off_by_more_than_a_minute_writes_nothing)
{
    static const int64_t offsets_ms[] = {-62000, 62000, -INT64_C(3600000),
                                         INT64_C(315360000000)};
    struct setting s;
    setting_init(&s);
    for (size_t i = 0; i < sizeof offsets_ms / sizeof offsets_ms[0]; i++) {
        struct write write;
        write_init(&write, i + 1);
        write.append.time_ms += offsets_ms[i];
        cr_assert_eq(write_submit(&s.daemon, &write), 0);
        cr_assert_eq(write_await(&s.daemon, &write), STATUS_FAILED_PRECONDITION);
    }
    struct write write;
    write_init(&write, 9);
    write.append.time_ms += 55000;
    cr_assert_eq(write_submit(&s.daemon, &write), 0);
    cr_assert_eq(write_await(&s.daemon, &write), STATUS_OK);
    daemon_await_seen(&s.daemon, 2);
    cr_assert_eq(s.daemon.seen[1], 9);
    setting_close(&s);
}

// The system's clock, wrong by *self ms.
static int64_t read_wrong_clock(void *self)
{
    const int64_t *off_ms = self;
    struct write now;
    write_init(&now, 0);
    return now.append.time_ms + *off_ms;
}

Test(log_redis_own, with_a_wrong_clock_the_log_is_read_and_not_written_until_it_is_right)
{
    struct setting s;
    struct daemon wrong;
    struct write write;
    int64_t off_ms = -7200000;
    const struct replica_clock clock = {.self = &off_ms, .now_ms = read_wrong_clock};
    setting_init(&s);
    daemon_append(&s.daemon, 1);

    daemon_init(&wrong, &s.world);
    use_server(&wrong, &s.server);
    wrong.config.clock = &clock;
    daemon_start(&wrong);
    daemon_await_status(&wrong, STATUS_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(wrong.what, "clocks differ"), "%s", wrong.what);
    cr_assert_not_null(strstr(wrong.what, "Z here and 20"), "%s", wrong.what);
    daemon_await_seen(&wrong, 2);
    write_init(&write, 2);
    cr_assert_eq(write_submit(&wrong, &write), STATUS_UNAVAILABLE);
    cr_assert_eq(wrong.fatal, 0);
    off_ms = 30000;
    daemon_await_status(&wrong, 0);
    daemon_append(&wrong, 3);
    daemon_close(&wrong);
    server_expect(&s.server, "3", "XLEN", "{vardsok}:log");
    setting_close(&s);
}

Test(log_redis_own, no_log_is_made_while_the_clocks_differ)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    int64_t off_ms = 3600000;
    const struct replica_clock clock = {.self = &off_ms, .now_ms = read_wrong_clock};
    world_init(&world);
    server_start(&server, &world, "");
    daemon_init(&daemon, &world);
    use_server(&daemon, &server);
    daemon.config.init = true;
    daemon.config.clock = &clock;
    daemon_start(&daemon);
    daemon_await_fatal(&daemon);
    cr_assert_eq(daemon.fatal, STATUS_FAILED_PRECONDITION);
    cr_assert_not_null(strstr(daemon.fatal_what, "clock"));
    daemon_close(&daemon);
    server_expect(&server, "0", "DBSIZE");
    server_stop(&server);
    world_close(&world);
}

static unsigned find_free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    close(fd);
    return ntohs(address.sin_port);
}

Test(log_redis_own, tcp_password_and_database_are_used)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    char options[96], path[128];
    unsigned port = find_free_port();
    world_init(&world);
    snprintf(options, sizeof options, "--port %u --bind 127.0.0.1 --requirepass hush",
             port);
    server_start(&server, &world, options);
    snprintf(path, sizeof path, "%s/password", world.folder);
    FILE *file = fopen(path, "w");
    fputs("hush\n", file);
    fclose(file);

    daemon_init(&daemon, &world);
    snprintf(daemon.url, sizeof daemon.url, "redis://localhost:%u/3", port);
    daemon.config.password_file = path;
    daemon.config.init = true;
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    daemon_append(&daemon, 1);
    daemon_await_seen(&daemon, 2);
    daemon_close(&daemon);

    strcpy(server.address.password, "hush");
    server.address.database = 3;
    server_expect(&server, "2", "XLEN", "{vardsok}:log");
    server_stop(&server);
    world_close(&world);
}

static bool is_told_of_login(void *of)
{
    const struct daemon *daemon = of;
    return strstr(daemon->what, "login") != NULL;
}

Test(log_redis_own, a_wrong_password_is_said)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    char path[128];
    world_init(&world);
    server_start(&server, &world, "--requirepass hush");
    snprintf(path, sizeof path, "%s/password", world.folder);
    FILE *file = fopen(path, "w");
    fputs("shout\n", file);
    fclose(file);
    daemon_init(&daemon, &world);
    use_server(&daemon, &server);
    daemon.config.password_file = path;
    daemon_start(&daemon);
    await(&world, is_told_of_login, &daemon);
    cr_assert_null(strstr(daemon.what, "shout"));
    daemon_close(&daemon);
    server_stop(&server);
    world_close(&world);
}

Test(log_redis_own, a_large_log_is_caught_up_in_many_replies)
{
    enum { N = 5000 };
    struct setting s;
    struct daemon later;
    struct write *writes = calloc(N, sizeof *writes);
    setting_init(&s);
    // As many as may wait at once, then the others.
    for (uint64_t i = 0; i < N; i++) {
        write_init(&writes[i], i + 1);
        if (write_submit(&s.daemon, &writes[i]) == STATUS_RESOURCE_EXHAUSTED) {
            cr_assert_geq(i, 4096u);
            cr_assert_eq(write_await(&s.daemon, &writes[i - 4096]), STATUS_OK);
            cr_assert_eq(write_submit(&s.daemon, &writes[i]), 0);
        }
    }
    for (uint64_t i = 0; i < N; i++)
        cr_assert_eq(write_await(&s.daemon, &writes[i]), STATUS_OK);
    daemon_init(&later, &s.world);
    use_server(&later, &s.server);
    daemon_start(&later);
    daemon_await_usable(&later);
    cr_assert_eq(later.n_seen, N + 1);
    for (uint64_t i = 0; i <= N; i++)
        cr_assert_eq(later.seen[i], i);
    daemon_close(&later);
    free(writes);
    setting_close(&s);
}
