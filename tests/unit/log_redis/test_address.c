// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "base/status.h"
#include "log_redis/connection.h"
#include "log_redis/control.h"
#include "log_redis/verdict.h"

Test(log_redis_address, urls_are_read_whole)
{
    static const struct {
        const char *url, *path, *host, *port;
        uint32_t database;
    } cases[] = {
        {"redis://localhost", "", "localhost", "6379", 0},
        {"redis://localhost/", "", "localhost", "6379", 0},
        {"redis://10.0.0.7:6380/12", "", "10.0.0.7", "6380", 12},
        {"redis://[::1]:6380/3", "", "::1", "6380", 3},
        {"redis://[fd00::7]", "", "fd00::7", "6379", 0},
        {"unix:/run/redis.sock", "/run/redis.sock", "", "", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log_redis_address address;
        cr_assert_eq(log_redis_address_parse(cases[i].url, &address), 0, "%s",
                     cases[i].url);
        cr_assert_str_eq(address.path, cases[i].path);
        cr_assert_str_eq(address.host, cases[i].host);
        cr_assert_str_eq(address.port, cases[i].port);
        cr_assert_eq(address.database, cases[i].database);
        cr_assert_str_eq(address.password, "");
    }
}

Test(log_redis_address, other_urls_are_refused)
{
    static const char *const bad[] = {
        "",
        "localhost",
        "embedded",
        "redis://",
        "redis://:6379",
        "redis://host:",
        "redis://host:0",
        "redis://host:65536",
        "redis://host:12x",
        "redis://host/x",
        "redis://host/1/2",
        "redis://host/65536",
        "redis://user:secret@host",
        "redis://[::1",
        "redis://[::1]x",
        "rediss://host",
        "unix:",
        "unix:/a/path/that/is/far/too/long/for/a/unix/socket/"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct log_redis_address address = {.port = "77"};
        cr_assert_eq(log_redis_address_parse(bad[i], &address), STATUS_INVALID_ARGUMENT,
                     "%s", bad[i]);
        cr_assert_str_eq(address.port, "77", "written on failure: %s", bad[i]);
    }
}

Test(log_redis_verdict, ids_of_entries_have_one_form)
{
    static const char *const bad[] = {"",     "-0", "0-0", "1-1", "01-0",
                                      "1-00", "1",  "a-0", "1-0 "};
    uint64_t sequence = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(log_redis_id_parse(slice_from(bad[i]), &sequence), STATUS_DATA_LOSS,
                     "%s", bad[i]);
    cr_assert_eq(log_redis_id_parse(slice_from("4711-0"), &sequence), 0);
    cr_assert_eq(sequence, 4711);
}

Test(log_redis_verdict, names_are_found_again)
{
    for (int i = LOG_REDIS_SOUND + 1; i < LOG_REDIS_VERDICTS; i++) {
        const char *name = log_redis_verdict_name((enum log_redis_verdict)i);
        cr_assert_eq((int)log_redis_verdict_find(slice_from(name)), i);
        cr_assert_not_null(log_redis_verdict_text((enum log_redis_verdict)i));
    }
    cr_assert_eq(log_redis_verdict_find(slice_from("OK")), LOG_REDIS_SOUND);
    cr_assert_eq(log_redis_verdict_find(SLICE_ABSENT), LOG_REDIS_SOUND);
}

Test(log_redis_control, durability_is_always_only_when_all_is_said_and_safe)
{
    const struct log_redis_facts safe = {.appendonly = "yes",
                                         .appendfsync = "always",
                                         .no_fsync_on_rewrite = "no",
                                         .eviction = "noeviction"};
    struct log_redis_facts facts = safe;
    cr_assert_eq(log_redis_durability_find(&facts), LOG_REDIS_ALWAYS);
    strcpy(facts.appendfsync, "everysec");
    cr_assert_eq(log_redis_durability_find(&facts), LOG_REDIS_EVERYSEC);
    strcpy(facts.eviction, "volatile-ttl");
    cr_assert_eq(log_redis_durability_find(&facts), LOG_REDIS_WEAK);
    facts = safe;
    facts.appendonly[0] = '\0';
    cr_assert_eq(log_redis_durability_find(&facts), LOG_REDIS_WEAK);
    facts = safe;
    facts.no_fsync_on_rewrite[0] = '\0';
    cr_assert_eq(log_redis_durability_find(&facts), LOG_REDIS_WEAK);
}
