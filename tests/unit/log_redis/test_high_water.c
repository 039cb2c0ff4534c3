// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/high_water.h"

static char folder[] = "/tmp/vardsok-mark-XXXXXX";
static char path[64];

static void make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/high-water", folder);
}

static void remove_folder(void)
{
    unlink(path);
    cr_assert_eq(rmdir(folder), 0, "more than the mark was left in the folder");
}

TestSuite(log_redis_high_water, .init = make_folder, .fini = remove_folder);

static const struct log_redis_high_water sample = {
    "0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809",
    {4711, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x7f, 0x80, 0xab, 0xfe, 0xff}},
};

static void put(const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(log_redis_high_water, a_folder_without_one_has_sequence_zero)
{
    struct log_redis_high_water mark = sample;
    char what[256];
    cr_assert_eq(log_redis_high_water_load(folder, &mark, what, sizeof what), 0);
    cr_assert_eq(mark.position.sequence, 0);
    cr_assert_str_eq(mark.uuid, "");
}

Test(log_redis_high_water, what_was_saved_is_loaded)
{
    struct log_redis_high_water mark = sample, found = {0};
    struct stat file;
    char what[256];
    for (int i = 0; i < 2; i++) {
        mark.position.sequence += (uint64_t)i;
        cr_assert_eq(log_redis_high_water_save(folder, &mark, what, sizeof what), 0);
        cr_assert_eq(log_redis_high_water_load(folder, &found, what, sizeof what), 0);
        cr_assert_str_eq(found.uuid, mark.uuid);
        cr_assert_eq(found.position.sequence, mark.position.sequence);
        cr_assert_arr_eq(found.position.checksum, mark.position.checksum, 16);
    }
    cr_assert_eq(stat(path, &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0600);
}

#define UUID "uuid 0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809\n"
#define SUM "checksum 000102030405060708090a7f80abfeff\n"

Test(log_redis_high_water, what_is_not_a_whole_mark_is_a_loss)
{
    static const char *const texts[] = {
        "",
        UUID,
        UUID "sequence 1\n",
        UUID "sequence 0\n" SUM,
        UUID "sequence -1\n" SUM,
        UUID "sequence 1 \n" SUM,
        "uuid 0b3c\nsequence 1\n" SUM,
        "uuid=0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809\nsequence 1\n" SUM,
        UUID "sequence 1\n" SUM "more\n",
        UUID "sequence 1\nchecksum 000102030405060708090a7f80abfeff",
        UUID "sequence 1\nchecksum 000102030405060708090a7f80abfef\n",
        UUID "sequence 1\nchecksum 000102030405060708090A7F80ABFEFF\n",
    };
    char what[256];
    put(UUID "sequence 1\n" SUM);
    struct log_redis_high_water mark = {0};
    cr_assert_eq(log_redis_high_water_load(folder, &mark, what, sizeof what), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mark = sample;
        put(texts[i]);
        cr_assert_eq(log_redis_high_water_load(folder, &mark, what, sizeof what),
                     STATUS_DATA_LOSS, "%s", texts[i]);
        cr_assert_not_null(strstr(what, path));
        cr_assert_eq(mark.position.sequence, 4711, "written on success only");
    }
}

Test(log_redis_high_water, a_mark_that_cannot_be_saved_leaves_the_one_before)
{
    struct log_redis_high_water mark = sample, found = {0};
    char what[256], blocker[80];
    cr_assert_eq(log_redis_high_water_save(folder, &mark, what, sizeof what), 0);
    snprintf(blocker, sizeof blocker, "%s/high-water.new", folder);
    cr_assert_eq(mkdir(blocker, 0700), 0);
    mark.position.sequence++;
    cr_assert_eq(log_redis_high_water_save(folder, &mark, what, sizeof what),
                 STATUS_UNAVAILABLE);
    cr_assert_not_null(strstr(what, path));
    cr_assert_eq(log_redis_high_water_load(folder, &found, what, sizeof what), 0);
    cr_assert_eq(found.position.sequence, 4711);
    rmdir(blocker);
}
