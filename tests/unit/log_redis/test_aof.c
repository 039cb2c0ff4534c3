// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/aof.h"

#define SELECT "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"
#define ADD(sequence)                                                                    \
    "*5\r\n$4\r\nXADD\r\n$13\r\n{vardsok}:log\r\n$3\r\n" sequence                        \
    "-0\r\n$1\r\ne\r\n$7\r\n\r\n$4\r\nX\r\n"
#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC "*1\r\n$4\r\nEXEC\r\n"

static enum log_redis_aof_end scan(const void *bytes, size_t len, uint64_t *whole)
{
    FILE *file = tmpfile();
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, len, file), len);
    rewind(file);
    enum log_redis_aof_end end = log_redis_aof_scan(file, whole);
    fclose(file);
    return end;
}

Test(log_redis_aof, a_cut_anywhere_leaves_the_commands_and_transactions_before_it)
{
    static const char text[] =
        SELECT ADD("1") "#TS:1795319416\r\n" MULTI ADD("2") ADD("3") EXEC ADD("4");
    const size_t ends[] = {
        0,
        strlen(SELECT),
        strlen(SELECT ADD("1")),
        strlen(SELECT ADD("1") "#TS:1795319416\r\n"),
        strlen(SELECT ADD("1") "#TS:1795319416\r\n" MULTI ADD("2") ADD("3") EXEC),
        strlen(text)};
    for (size_t len = 0; len <= strlen(text); len++) {
        size_t i = sizeof ends / sizeof ends[0] - 1;
        uint64_t whole = 999;
        while (ends[i] > len)
            i--;
        cr_assert_eq(scan(text, len, &whole),
                     ends[i] == len ? LOG_REDIS_AOF_WHOLE : LOG_REDIS_AOF_TORN,
                     "cut at %zu", len);
        cr_assert_eq(whole, ends[i], "cut at %zu", len);
    }
}

Test(log_redis_aof, zeros_at_the_end_are_a_torn_tail)
{
    char bytes[4096] = ADD("1");
    uint64_t whole = 0;
    cr_assert_eq(scan(bytes, sizeof bytes, &whole), LOG_REDIS_AOF_TORN);
    cr_assert_eq(whole, strlen(ADD("1")));
    bytes[4095] = 'x';
    cr_assert_eq(scan(bytes, sizeof bytes, &whole), LOG_REDIS_AOF_CORRUPT);
}

Test(log_redis_aof, damage_before_whole_commands_is_corrupt)
{
    static const char *const texts[] = {
        "x" ADD("1"),
        ADD("1") "\r\n" ADD("2"),
        ADD("1") "*0\r\n" ADD("2"),
        ADD("1") "*5\r\n$4\r\nXADD\r\n$13\r\n{vardsok}:lo" ADD("2") ADD("3"),
        // A length that swallows what follows.
        ADD("1") "*2\r\n$6\r\nSELECT\r\n$100000\r\n0\r\n" ADD("2"),
        ADD("1") "*2\r\n$6\r\nSELECT\r\n$100000\r\n0\r\n" MULTI,
        ADD("1") "*2\r\n$6\r\nSELECT\r\n$100000\r\n0\r\n" EXEC,
        ADD("1") "*2\r\n$6\r\nSELECT\r\n$99999999999\r\n0\r\n",
        ADD("1") "*99999999999\r\n$6\r\nSELECT\r\n",
        ADD("1") "*2\n",
        ADD("1") "*2\r\n$6\r\nSELECT.\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t whole = 0;
        cr_assert_eq(scan(texts[i], strlen(texts[i]), &whole), LOG_REDIS_AOF_CORRUPT,
                     "%s", texts[i]);
        cr_assert_eq(whole, i == 0 ? 0 : strlen(ADD("1")));
    }
}

// A folder like redis's, with a manifest that names one growing file.
static void make_folder(char folder[32], const char *named)
{
    char path[96];
    strcpy(folder, "/tmp/vardsok-aof-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/appendonlydir", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/appendonlydir/appendonly.aof.manifest", folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "file %s seq 1 type i\n", named);
    fclose(file);
}

static void remove_folder(const char *folder)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf -- '%s'", folder);
    cr_assert_eq(system(command), 0);
}

Test(log_redis_aof, syncing_changes_nothing_in_the_file)
{
    enum { LEN = 9 * 1024 * 1024 + 17 }; // more than what is written again
    char folder[32], path[96], what[256];
    unsigned char *bytes = malloc(LEN), *read = malloc(LEN);
    make_folder(folder, "a.incr.aof");
    snprintf(path, sizeof path, "%s/appendonlydir/a.incr.aof", folder);
    cr_assert_eq(log_redis_aof_sync(folder, what, sizeof what), 0, "not made yet");
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (unsigned char)(i * 2654435761u >> 24);
    FILE *file = fopen(path, "w");
    cr_assert_eq(fwrite(bytes, 1, LEN, file), LEN);
    fclose(file);
    cr_assert_eq(log_redis_aof_sync(folder, what, sizeof what), 0, "%s", what);
    file = fopen(path, "r");
    cr_assert_eq(fread(read, 1, LEN, file), LEN);
    cr_assert_eq(getc(file), EOF);
    fclose(file);
    cr_assert_eq(memcmp(bytes, read, LEN), 0);
    free(bytes);
    free(read);
    remove_folder(folder);
}

Test(log_redis_aof, a_log_that_cannot_be_synced_is_named_with_the_reason)
{
    char folder[32], what[256];
    make_folder(folder, ".."); // a folder cannot be written
    cr_assert_eq(log_redis_aof_sync(folder, what, sizeof what), STATUS_UNAVAILABLE);
    cr_assert_not_null(strstr(what, "Is a directory"), "%s", what);
    cr_assert_not_null(strstr(what, folder), "%s", what);
    remove_folder(folder);
}

Test(log_redis_aof, without_a_log_there_is_nothing_to_sync)
{
    char what[256];
    cr_assert_eq(log_redis_aof_sync("/nowhere", what, sizeof what), 0);
    cr_assert_str_empty(what);
}
