// SPDX-License-Identifier: Apache-2.0
//
// What your own Redis says no to: the writer is told what was not written, the operator
// why, and writes go on when Redis takes them again.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/scripts.h"
#include "log_redis_support.h"

Test(log_redis_refusals, a_redis_without_memory_is_told_as_such_until_it_has_some)
{
    struct setting s;
    struct write first, second;
    setting_init(&s);
    server_expect(&s.server, "OK", "CONFIG", "SET", "maxmemory", "1");
    // Before the next round of questions: Redis itself refuses it.
    write_init(&first, 1);
    if (write_submit(&s.daemon, &first) == 0)
        cr_assert_eq(write_await(&s.daemon, &first), STATUS_RESOURCE_EXHAUSTED);
    daemon_await_status(&s.daemon, STATUS_RESOURCE_EXHAUSTED);
    cr_assert_not_null(strstr(s.daemon.what, "maxmemory"), "%s", s.daemon.what);
    write_init(&second, 2);
    cr_assert_eq(write_submit(&s.daemon, &second), STATUS_UNAVAILABLE);
    cr_assert_eq(s.daemon.fatal, 0);
    server_expect(&s.server, "OK", "CONFIG", "SET", "maxmemory", "0");
    daemon_await_status(&s.daemon, 0);
    daemon_append(&s.daemon, 3);
    daemon_await_seen(&s.daemon, 2);
    cr_assert_eq(s.daemon.seen[1], 3, "what was refused is not there");
    setting_close(&s);
}

Test(log_redis_refusals, a_log_in_a_full_redis_is_read_from_the_start_on)
{
    struct setting s;
    struct daemon later;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    server_expect(&s.server, "OK", "CONFIG", "SET", "maxmemory", "1");
    daemon_init(&later, &s.world);
    use_server(&later, &s.server);
    daemon_start(&later);
    daemon_await_seen(&later, 2);
    daemon_await_status(&later, STATUS_RESOURCE_EXHAUSTED);
    cr_assert_eq(later.fatal, 0);
    daemon_close(&later);
    setting_close(&s);
}

static bool is_told_of_misconf(void *of)
{
    const struct daemon *daemon = of;
    return daemon->status == STATUS_UNAVAILABLE && strstr(daemon->what, "MISCONF");
}

// Redis refuses writes when it cannot save the snapshots that it is told to.
Test(log_redis_refusals, a_redis_that_cannot_save_to_its_disk_says_so_in_status)
{
    struct setting s;
    char folder[96];
    setting_init(&s);
    snprintf(folder, sizeof folder, "%s/dump.rdb", s.world.folder);
    cr_assert_eq(mkdir(folder, 0700), 0);
    server_expect(&s.server, "OK", "CONFIG", "SET", "save", "3600 1");
    free(server_ask(&s.server, "BGSAVE", (char *)NULL));
    await(&s.world, is_told_of_misconf, &s.daemon);
    cr_assert_eq(s.daemon.fatal, 0);
    cr_assert_eq(rmdir(folder), 0);
    free(server_ask(&s.server, "BGSAVE", (char *)NULL));
    daemon_await_status(&s.daemon, 0);
    daemon_append(&s.daemon, 1);
    setting_close(&s);
}

static bool is_told_of_rights(void *of)
{
    const struct daemon *daemon = of;
    return daemon->status == STATUS_UNAVAILABLE && strstr(daemon->what, "NOPERM");
}

Test(log_redis_refusals, the_right_to_write_is_missed_before_anybody_writes)
{
    struct setting s;
    setting_init(&s);
    server_expect(&s.server, "OK", "ACL", "SETUSER", "default", "-xadd");
    await(&s.world, is_told_of_rights, &s.daemon);
    server_expect(&s.server, "OK", "ACL", "SETUSER", "default", "+xadd");
    daemon_await_status(&s.daemon, 0);
    daemon_append(&s.daemon, 1);
    setting_close(&s);
}

// Asking whether a write would be taken is a write that never is.
Test(log_redis_refusals, being_asked_changes_nothing)
{
    struct setting s;
    setting_init(&s);
    char *before =
        server_ask(&s.server, "XINFO", "STREAM", "{vardsok}:log", (char *)NULL);
    uint64_t round = 0;
    while (round < 3) {
        char *stats = server_ask(&s.server, "INFO", "commandstats", (char *)NULL);
        const char *adds = strstr(stats, "cmdstat_xadd:calls=");
        round = adds ? strtoull(adds + strlen("cmdstat_xadd:calls="), NULL, 10) : 0;
        free(stats);
    }
    char *after = server_ask(&s.server, "XINFO", "STREAM", "{vardsok}:log", (char *)NULL);
    cr_assert_str_eq(before, after);
    free(before);
    free(after);
    setting_close(&s);
}

// A stream that is gone between two lines of the script cannot be; Redis's answer to it
// must be no fault of the script all the same.
Test(log_redis_refusals, a_stream_that_is_gone_writes_nothing)
{
    static const char gone[] = "local real = redis\n"
                               "local redis = {call = real.call,\n"
                               "  pcall = function() return false end}\n";
    struct setting s;
    struct write now;
    char script[8192], time_ms[21];
    setting_init(&s);
    write_init(&now, 1);
    snprintf(script, sizeof script, "%s%s", gone, log_redis_append_script);
    snprintf(time_ms, sizeof time_ms, "%lld", (long long)now.append.time_ms);
    server_expect(&s.server, "[7,OK,2,0,the stream is gone]", "EVAL", script, "2",
                  "{vardsok}:log", "{vardsok}:meta", "1", "1", "0000000000000000",
                  time_ms, time_ms, "7", "an entry");
    server_expect(&s.server, "1", "XLEN", "{vardsok}:log");
    setting_close(&s);
}

// A process that stood still wakes up with the answers of before.
Test(log_redis_refusals, a_daemon_that_stood_still_does_not_call_itself_up_to_date)
{
    struct setting s;
    struct log_redis_status status;
    setting_init(&s);
    daemon_append(&s.daemon, 1);
    daemon_await_seen(&s.daemon, 2);
    log_redis_status(s.daemon.log, &status);
    cr_assert_eq(status.lag_ms, 0);
    s.world.loop.time += 5000; // as after SIGCONT, before anything is read
    log_redis_status(s.daemon.log, &status);
    cr_assert_geq(status.lag_ms, 5000);
    setting_close(&s);
}
