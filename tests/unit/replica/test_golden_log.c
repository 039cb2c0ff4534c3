// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/log-v*.txt are logs as daemons have written them, with the digest after each
// entry, revision and chain that they must give, now and in every later version: a file may be added,
// never changed. Made by tests/tools/golden_log.c.
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/fake_log.h"
#include "wire/change.h"

#define GOLDEN_LOGS TESTS_DIR "/golden/log-v*.txt"
#define N_GOLDEN_LOGS 3 // so that none gets lost

static int append(void *self, struct replica_append *append)
{
    (void)self, (void)append;
    cr_assert_fail("nothing is written");
    return 0;
}

static void applied(void *self, uint64_t sequence, const unsigned char checksum[16])
{
    (void)checksum;
    *(uint64_t *)self = sequence;
}

static void from_hex(const char *hex, struct buffer *out)
{
    buffer_clear(out);
    for (; hex[0] && hex[1]; hex += 2) {
        unsigned byte;
        cr_assert_eq(sscanf(hex, "%2x", &byte), 1, "%s", hex);
        buffer_append(out, &(char){(char)byte}, 1);
    }
}

struct golden {
    const char *path;
    struct fake_clock clock;
    struct replica_clock port;
    struct replica *replica;
    struct replica_log_events events;
    uint64_t applied;
    struct buffer bytes;
    unsigned n_lines, n_checked;
};

static void check_bytes(struct golden *golden, const char *what,
                        const unsigned char got[16], const char *hex)
{
    from_hex(hex, &golden->bytes);
    cr_assert_eq(golden->bytes.len, 16);
    cr_expect_arr_eq(got, golden->bytes.data, 16, "%s: another %s", golden->path, what);
    golden->n_checked++;
}

static void run_line(struct golden *golden, const char *word, const char *rest)
{
    struct replica_status status;
    unsigned char digest[16];
    replica_status(golden->replica, &status);
    if (strcmp(word, "entry") == 0) {
        from_hex(rest, &golden->bytes);
        int result = golden->events.on_entry(golden->events.self, golden->applied + 1,
                                             buffer_slice(&golden->bytes));
        replica_status(golden->replica, &status);
        cr_assert_eq(result, 0, "%s: %s", golden->path, status.what);
    } else if (strcmp(word, "digest") == 0) {
        state_digest(replica_state(golden->replica), digest);
        check_bytes(golden, word, digest, rest);
    } else if (strcmp(word, "chain") == 0) {
        check_bytes(golden, word, status.chain, rest);
    } else {
        cr_assert_str_eq(word, "revision");
        cr_expect_eq(status.applied, strtoull(rest, NULL, 10));
        golden->n_checked++;
    }
}

static void run_file(struct golden *golden)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(golden->path, "r");
    cr_assert_not_null(file);
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = strchr(line, ' ');
        if (line[0] == '#')
            continue;
        cr_assert_not_null(rest, "%s: %s", golden->path, line);
        *rest++ = '\0';
        run_line(golden, line, rest);
    }
    cr_assert_eq(golden->n_checked, golden->applied + 1, "%s: not its whole end",
                 golden->path);
    free(line);
    fclose(file);
}

static void check_log(const char *path)
{
    struct golden golden = {.path = path, .clock = {1, 1}};
    golden.port = fake_clock_port(&golden.clock);
    golden.replica = replica_new(&golden.port);
    golden.events = replica_log_events(golden.replica);
    struct replica_log log = {&golden.applied, append, applied};
    replica_set_log(golden.replica, &log);
    run_file(&golden);
    replica_free(golden.replica);
    buffer_free(&golden.bytes);
}

Test(golden_log, logs_that_were_written_are_read_for_ever)
{
    glob_t paths;
    cr_assert_eq(glob(GOLDEN_LOGS, 0, NULL, &paths), 0);
    cr_expect_eq(paths.gl_pathc, N_GOLDEN_LOGS);
    for (size_t i = 0; i < paths.gl_pathc; i++)
        check_log(paths.gl_pathv[i]);
    globfree(&paths);
}
