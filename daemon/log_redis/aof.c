// SPDX-License-Identifier: Apache-2.0
//
// Happy path of a repair: find_last (the manifest's last growing file) -> scan -> copy
// aside, synced -> cut, synced. Failure modes: each step that fails leaves the file as it
// was.
#include "log_redis/aof.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/resp.h"

#define MAX_ARGS (2 * LOG_REDIS_MAX_ITEMS)
#define NAME_MAX_LEN 8 // of the commands that are looked for, NUL included
#define MAX_NAME 200   // of a file in the manifest
// More than what two append calls can have left unsynced (append.h), protocol and all.
#define TAIL_BYTES (8 * 1024 * 1024)

enum step { STEP_DONE, STEP_ENDED, STEP_BAD };

struct scan {
    FILE *file;
    uint64_t size;
};

// "<prefix><digits>\r\n", prefix already read. STEP_ENDED: the file ends inside.
static enum step read_number(FILE *file, uint64_t limit, uint64_t *number)
{
    uint64_t value = 0;
    int c = getc(file), n_digits = 0;
    for (; c >= '0' && c <= '9' && value <= limit; c = getc(file), n_digits++)
        value = value * 10 + (uint64_t)(c - '0');
    if (c == EOF)
        return STEP_ENDED;
    if (c != '\r' || n_digits == 0 || value > limit)
        return STEP_BAD;
    c = getc(file);
    *number = value;
    return c == '\n' ? STEP_DONE : c == EOF ? STEP_ENDED : STEP_BAD;
}

static bool contains(const char *text, size_t len, const char *word)
{
    size_t word_len = strlen(word);
    for (size_t i = 0; i + word_len <= len; i++)
        if (memcmp(text + i, word, word_len) == 0)
            return true;
    return false;
}

static bool has_command(const char *text, size_t len)
{
    static const char *const starts[] = {"\r\n$4\r\nXADD\r\n", "\r\n$5\r\nMULTI\r\n",
                                         "\r\n$4\r\nEXEC\r\n"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (contains(text, len, starts[i]))
            return true;
    return false;
}

// The file ends inside an argument. When another command begins in what there is of it,
// its length was wrong: text that a writer chose has no line breaks.
static enum step read_last_argument(FILE *file, size_t len)
{
    char *text = malloc(len + 1);
    CHECK(text);
    bool is_wrong = has_command(text, fread(text, 1, len, file));
    free(text);
    return is_wrong ? STEP_BAD : STEP_ENDED;
}

static enum step read_line_end(FILE *file)
{
    int c = getc(file);
    if (c == '\r')
        c = getc(file);
    else if (c != EOF)
        return STEP_BAD;
    return c == '\n' ? STEP_DONE : c == EOF ? STEP_ENDED : STEP_BAD;
}

// The first bytes of the argument go into name, the rest is skipped.
static enum step read_argument(const struct scan *scan, char name[NAME_MAX_LEN])
{
    char rest[4096];
    uint64_t len = 0;
    int c = getc(scan->file);
    if (c != '$')
        return c == EOF ? STEP_ENDED : STEP_BAD;
    enum step step = read_number(scan->file, LOG_REDIS_MAX_TEXT, &len);
    if (step != STEP_DONE)
        return step;
    uint64_t left = scan->size - (uint64_t)ftello(scan->file);
    if (left < len)
        return read_last_argument(scan->file, (size_t)left);
    size_t n_named = len < NAME_MAX_LEN ? (size_t)len : NAME_MAX_LEN - 1;
    if (fread(name, 1, n_named, scan->file) != n_named)
        return STEP_ENDED;
    name[n_named] = '\0';
    for (uint64_t to_skip = len - n_named; to_skip > 0;) {
        size_t n = to_skip < sizeof rest ? (size_t)to_skip : sizeof rest;
        if (fread(rest, 1, n, scan->file) != n)
            return STEP_ENDED;
        to_skip -= n;
    }
    return read_line_end(scan->file);
}

// One command, or one "#TS:" line. in_multi changes with it.
static enum step read_command(const struct scan *scan, bool *in_multi)
{
    FILE *file = scan->file;
    char name[NAME_MAX_LEN], other[NAME_MAX_LEN];
    uint64_t n_args = 0;
    int c = getc(file);
    if (c == '#') {
        while (c != '\n' && c != EOF)
            c = getc(file);
        return c == EOF ? STEP_ENDED : STEP_DONE;
    }
    if (c != '*')
        return c == EOF ? STEP_ENDED : STEP_BAD;
    enum step step = read_number(file, MAX_ARGS, &n_args);
    if (step == STEP_DONE)
        step = n_args ? read_argument(scan, name) : STEP_BAD;
    for (uint64_t i = 1; i < n_args && step == STEP_DONE; i++)
        step = read_argument(scan, other);
    if (step == STEP_DONE && strcmp(name, "MULTI") == 0)
        *in_multi = true;
    else if (step == STEP_DONE && strcmp(name, "EXEC") == 0)
        *in_multi = false;
    return step;
}

// A power cut may leave a file longer than what was written of it.
static bool is_zero_until_end(FILE *file, uint64_t from)
{
    int c = 0;
    if (fseeko(file, (off_t)from, SEEK_SET))
        return false;
    while (c == 0)
        c = getc(file);
    return c == EOF;
}

enum log_redis_aof_end log_redis_aof_scan(FILE *file, uint64_t *whole)
{
    bool in_multi = false;
    enum step step = STEP_DONE;
    uint64_t at = 0;
    struct scan scan = {file, 0};
    *whole = 0;
    if (fseeko(file, 0, SEEK_END) == 0)
        scan.size = (uint64_t)ftello(file);
    rewind(file);
    while (step == STEP_DONE) {
        step = read_command(&scan, &in_multi);
        if (step == STEP_DONE)
            at = (uint64_t)ftello(file);
        if (step == STEP_DONE && !in_multi)
            *whole = at;
    }
    if (step == STEP_BAD)
        return is_zero_until_end(file, at) ? LOG_REDIS_AOF_TORN : LOG_REDIS_AOF_CORRUPT;
    return (uint64_t)ftello(file) == *whole ? LOG_REDIS_AOF_WHOLE : LOG_REDIS_AOF_TORN;
}

static int explain(char *what, size_t size, const char *doing, const char *path)
{
    snprintf(what, size, "%s %.160s: %s", doing, path, strerror(errno));
    return STATUS_UNAVAILABLE;
}

// The manifest's lines are "file NAME seq N type i" for those that grow.
static int find_last(const char *redis_dir, char path[PATH_MAX], char *what, size_t size)
{
    char manifest[PATH_MAX], line[512], name[MAX_NAME + 1], type = 0;
    bool found = false;
    snprintf(manifest, sizeof manifest, "%s/appendonlydir/appendonly.aof.manifest",
             redis_dir);
    FILE *file = fopen(manifest, "re");
    if (!file)
        return explain(what, size, "open", manifest);
    what[0] = '\0';
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "file %200s seq %*u type %c", name, &type) == 2 && type == 'i' &&
            !strchr(name, '/')) {
            snprintf(path, PATH_MAX, "%s/appendonlydir/%s", redis_dir, name);
            found = true;
        }
    int error = ferror(file) ? errno : ENOENT;
    fclose(file);
    errno = error;
    if (error != ENOENT)
        return explain(what, size, "read", manifest);
    return found ? 0 : explain(what, size, "find the append-only file in", manifest);
}

static int sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failed = fsync(fd);
    close(fd);
    return failed;
}

static int copy_aside(const char *from, const char *redis_dir, char to[PATH_MAX])
{
    char when[32];
    struct tm utc;
    uv_fs_t request;
    time_t now = time(NULL);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &utc));
    snprintf(to, PATH_MAX, "%s/torn-%s", redis_dir, when);
    int error = uv_fs_copyfile(NULL, &request, from, to, UV_FS_COPYFILE_FICLONE, NULL);
    uv_fs_req_cleanup(&request);
    errno = -error;
    if (error || sync_path(to) || sync_path(redis_dir)) {
        error = errno;
        unlink(to); // a part of a copy is no copy, and the next attempt makes another
        errno = error;
        return -1;
    }
    return 0;
}

// A server that never came as far as to make one.
static int nothing(char *what)
{
    what[0] = '\0';
    return 0;
}

uint64_t log_redis_aof_size(const char *redis_dir)
{
    char path[PATH_MAX], what[256];
    struct stat file_stat;
    if (find_last(redis_dir, path, what, sizeof what) || stat(path, &file_stat))
        return 0;
    return (uint64_t)file_stat.st_size;
}

int log_redis_aof_repair(const char *redis_dir, char *what, size_t size)
{
    char path[PATH_MAX], aside[PATH_MAX];
    struct stat file_stat;
    uint64_t whole = 0;
    what[0] = '\0';
    if (find_last(redis_dir, path, what, size))
        return errno == ENOENT ? nothing(what) : STATUS_UNAVAILABLE;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &file_stat)) {
        if (file)
            fclose(file);
        return explain(what, size, "open", path);
    }
    enum log_redis_aof_end end = log_redis_aof_scan(file, &whole);
    bool is_unreadable = ferror(file) != 0;
    fclose(file);
    if (is_unreadable)
        return explain(what, size, "read", path);
    if (end == LOG_REDIS_AOF_WHOLE)
        return 0;
    if (end == LOG_REDIS_AOF_CORRUPT) {
        snprintf(what, size, "CORRUPT: %.160s is damaged at byte %llu, not at its end",
                 path, (unsigned long long)whole);
        return STATUS_DATA_LOSS;
    }
    if (copy_aside(path, redis_dir, aside))
        return explain(what, size, "keep aside the torn", path);
    if (truncate(path, (off_t)whole)) {
        int status = explain(what, size, "cut the torn tail of", path);
        unlink(aside); // it will be tried again
        return status;
    }
    if (sync_path(path)) // what was cut off is only aside now
        return explain(what, size, "sync, without its torn tail,", path);
    snprintf(what, size,
             "the append-only file ended in the middle of a write: its last %llu bytes "
             "were taken off, the file as it was is kept as %.140s",
             (unsigned long long)file_stat.st_size - (unsigned long long)whole, aside);
    return 0;
}

// The same bytes at the same place; the pages are dirty again.
static int write_again(int fd, off_t from, off_t end)
{
    char bytes[65536];
    while (from < end) {
        ssize_t n = pread(fd, bytes, sizeof bytes, from);
        if (n > 0)
            n = pwrite(fd, bytes, (size_t)n, from);
        if (n == 0)
            errno = EIO; // it became shorter
        if (n <= 0)
            return -1;
        from += n;
    }
    return fdatasync(fd);
}

int log_redis_aof_sync(const char *redis_dir, char *what, size_t size)
{
    char path[PATH_MAX];
    struct stat file_stat;
    what[0] = '\0';
    if (find_last(redis_dir, path, what, size))
        return errno == ENOENT ? nothing(what) : STATUS_UNAVAILABLE;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return nothing(what); // named and not made yet
    int failed = fd < 0 || fstat(fd, &file_stat);
    if (!failed) {
        off_t end = file_stat.st_size;
        failed = write_again(fd, end > TAIL_BYTES ? end - TAIL_BYTES : 0, end);
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (!failed)
        return 0;
    snprintf(what, size,
             "the disk does not keep the log: %s when syncing %.140s; it is tried again",
             strerror(error), path);
    return STATUS_UNAVAILABLE;
}
