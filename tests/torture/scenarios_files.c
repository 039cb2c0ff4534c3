// SPDX-License-Identifier: Apache-2.0
//
// The files of a data folder: the high-water mark, the append-only file after a torn
// write, what the private redis-server is started with; and the daemon's own settings.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/buffer.h"
#include "base/status.h"
#include "config.h"
#include "log_redis/aof.h"
#include "log_redis/child.h"
#include "log_redis/marker.h"
#include "torture/torture.h"

#define WHAT_LEN 256

static void path_of(const char *name, char path[160])
{
    snprintf(path, 160, "%s/%s", torture_folder(), name);
}

static void write_file(const char *name, const char *text, size_t len)
{
    char path[160];
    path_of(name, path);
    FILE *file = fopen(path, "we");
    TORTURE_EXPECT(file && fwrite(text, 1, len, file) == len);
    fclose(file);
}

// --- the high-water mark ---

static const struct log_redis_high_water first_mark = {
    "0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809", {1, {1, 2, 3}}};

static struct log_redis_high_water second_mark(void)
{
    struct log_redis_high_water mark = first_mark;
    mark.position.sequence = 2;
    mark.position.checksum[0] = 9;
    return mark;
}

static void save_first(void)
{
    char what[WHAT_LEN];
    TORTURE_EXPECT(
        log_redis_high_water_save(torture_folder(), &first_mark, what, sizeof what) == 0);
    torture_acknowledge(1);
}

static void expect_mark(const struct log_redis_high_water *mark)
{
    struct log_redis_high_water second = second_mark();
    const struct log_redis_high_water *like =
        mark->position.sequence == 1 ? &first_mark : &second;
    TORTURE_EXPECT(mark->position.sequence >= torture_acknowledged());
    TORTURE_EXPECT(strcmp(mark->uuid, like->uuid) == 0);
    TORTURE_EXPECT(memcmp(mark->position.checksum, like->position.checksum,
                          LOG_REDIS_CHECKSUM_LEN) == 0);
}

static void mark_is_there(void)
{
    struct log_redis_high_water found;
    char what[WHAT_LEN] = "";
    if (torture_acknowledged() == 0)
        return;
    int status = log_redis_high_water_load(torture_folder(), &found, what, sizeof what);
    if (status != 0)
        torture_wrong(__FILE__, __LINE__, "load: %d %s", status, what);
    expect_mark(&found);
}

static enum torture_end mark_is_saved_and_loaded(void)
{
    struct log_redis_high_water mark = second_mark(), found;
    char what[WHAT_LEN] = "";
    torture_hold();
    save_first();
    torture_go();
    int saved = log_redis_high_water_save(torture_folder(), &mark, what, sizeof what);
    if (saved == 0)
        torture_acknowledge(2);
    int loaded = log_redis_high_water_load(torture_folder(), &found, what, sizeof what);
    TORTURE_EXPECT(saved == 0 || saved == STATUS_UNAVAILABLE);
    TORTURE_EXPECT(loaded == 0 || loaded == STATUS_UNAVAILABLE);
    if (loaded == 0)
        expect_mark(&found);
    TORTURE_EXPECT((saved == 0 && loaded == 0) || what[0]);
    return saved == 0 && loaded == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

static void on_saved(struct log_redis_marker *marker)
{
    *(bool *)marker->owner = true;
}

static void do_nothing(uv_work_t *work)
{
    (void)work;
}

static void do_nothing_more(uv_work_t *work, int status)
{
    (void)work;
    (void)status;
}

// Without what fails: a thread that cannot begin is the sanitizer's end, not ours.
static void start_pool(uv_loop_t *loop)
{
    uv_work_t works[8]; // more than there are threads
    TORTURE_EXPECT(uv_loop_init(loop) == 0);
    for (int i = 0; i < 8; i++)
        uv_queue_work(loop, &works[i], do_nothing, do_nothing_more);
    uv_run(loop, UV_RUN_DEFAULT);
}

static enum torture_end mark_is_saved_by_the_pool(void)
{
    bool was_told = false;
    uv_loop_t loop;
    struct log_redis_marker marker = {
        .owner = &was_told, .data_dir = torture_folder(), .on_saved = on_saved};
    struct log_redis_high_water mark = second_mark();
    torture_hold();
    save_first();
    start_pool(&loop);
    torture_go();
    int loaded = log_redis_marker_load(&marker);
    bool is_saved = false;
    if (loaded == 0 && log_redis_marker_set(&marker, mark.uuid, &mark.position)) {
        log_redis_marker_start(&marker, &loop);
        uv_run(&loop, UV_RUN_DEFAULT);
        TORTURE_EXPECT(was_told && !marker.is_saving);
        is_saved = marker.mark.position.sequence == 2;
        TORTURE_EXPECT(is_saved || marker.what[0]);
    }
    if (is_saved)
        torture_acknowledge(2);
    torture_hold();
    TORTURE_EXPECT(uv_loop_close(&loop) == 0);
    uv_library_shutdown();
    return is_saved ? TORTURE_DONE : TORTURE_REFUSED;
}

// --- the append-only file ---

#define ADD(sequence)                                                                    \
    "*5\r\n$4\r\nXADD\r\n$13\r\n{vardsok}:log\r\n$3\r\n" sequence                        \
    "-0\r\n$1\r\ne\r\n$7\r\n\r\n$4\r\nX\r\n"
#define WHOLE "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" ADD("1") ADD("2")
#define TORN WHOLE "*5\r\n$4\r\nXADD\r\n$13\r\n{vard"
#define AOF "redis/appendonlydir/appendonly.aof.1.incr.aof"
#define MANIFEST                                                                         \
    "file appendonly.aof.1.base.rdb seq 1 type b\n"                                      \
    "file appendonly.aof.1.incr.aof seq 1 type i\n"

static void make_torn_folder(void)
{
    char path[160];
    path_of("redis", path);
    TORTURE_EXPECT(mkdir(path, 0700) == 0);
    path_of("redis/appendonlydir", path);
    TORTURE_EXPECT(mkdir(path, 0700) == 0);
    write_file("redis/appendonlydir/appendonly.aof.manifest", MANIFEST, strlen(MANIFEST));
    write_file(AOF, TORN, strlen(TORN));
}

static bool file_is(const char *path, const char *text)
{
    char bytes[1024];
    FILE *file = fopen(path, "re");
    TORTURE_EXPECT(file != NULL);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return len == strlen(text) && memcmp(bytes, text, len) == 0;
}

// How many copies of the torn file lie beside; each must be whole.
static unsigned count_aside(void)
{
    char path[160], copy[sizeof path + 256];
    unsigned n = 0;
    path_of("redis", path);
    DIR *folder = opendir(path);
    TORTURE_EXPECT(folder != NULL);
    for (const struct dirent *entry; (entry = readdir(folder));) {
        snprintf(copy, sizeof copy, "%s/%s", path, entry->d_name);
        if (strncmp(entry->d_name, "torn-", 5) != 0)
            continue;
        TORTURE_EXPECT(file_is(copy, TORN));
        n++;
    }
    closedir(folder);
    return n;
}

// Either nothing was done, or the tail is off and kept.
static bool is_repaired(void)
{
    char path[160];
    path_of(AOF, path);
    bool is_torn = file_is(path, TORN);
    TORTURE_EXPECT(is_torn || file_is(path, WHOLE));
    TORTURE_EXPECT(count_aside() == !is_torn);
    return !is_torn;
}

// libc reads the time zone once and keeps it.
static void read_time_zone(void)
{
    time_t now = 0;
    struct tm utc;
    gmtime_r(&now, &utc);
}

static enum torture_end torn_tail_is_repaired(void)
{
    char path[160], what[WHAT_LEN] = "";
    path_of("redis", path);
    torture_hold();
    make_torn_folder();
    torture_acknowledge(1);
    torture_go();
    int status = log_redis_aof_repair(path, what, sizeof what);
    torture_hold();
    TORTURE_EXPECT(status == 0 || status == STATUS_UNAVAILABLE);
    TORTURE_EXPECT(what[0]);
    TORTURE_EXPECT(is_repaired() || status != 0);
    return status == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

static void repair_leaves_what_was_whole(void)
{
    char path[160], what[WHAT_LEN] = "";
    if (torture_acknowledged() == 0)
        return;
    path_of("redis", path);
    TORTURE_EXPECT(log_redis_aof_repair(path, what, sizeof what) == 0);
    TORTURE_EXPECT(is_repaired());
}

static enum torture_end tail_is_made_durable(void)
{
    char path[160], what[WHAT_LEN] = "";
    path_of("redis", path);
    torture_hold();
    make_torn_folder();
    torture_acknowledge(1);
    torture_go();
    int status = log_redis_aof_sync(path, what, sizeof what);
    torture_hold();
    TORTURE_EXPECT(status == 0 || (status == STATUS_UNAVAILABLE && what[0]));
    TORTURE_EXPECT(!is_repaired());
    return status == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

// --- what the private redis-server is started with ---

static enum torture_end folder_is_made(void)
{
    char path[160], config[200];
    struct log_redis_child child = {.lock = -1};
    struct stat about;
    path_of("data", path);
    int status = log_redis_child_make_folders(&child, path);
    if (status == 0)
        status = log_redis_child_write_config(&child);
    torture_hold();
    TORTURE_EXPECT(status == 0 || status == STATUS_INVALID_ARGUMENT ||
                   status == STATUS_RESOURCE_EXHAUSTED);
    TORTURE_EXPECT(status == 0 || child.what[0]);
    snprintf(config, sizeof config, "%s/redis/redis.conf", path);
    if (status == 0) {
        TORTURE_EXPECT(stat(config, &about) == 0 && about.st_size > 500);
        char text[4096] = "";
        FILE *file = fopen(config, "re");
        TORTURE_EXPECT(file && fread(text, 1, sizeof text - 1, file) > 500);
        fclose(file);
        TORTURE_EXPECT(strstr(text, "appendfsync always\n"));
        TORTURE_EXPECT(strstr(text, "/redis/redis.log\"\n"));
    }
    free(child.data_dir);
    free(child.redis_dir);
    return status == 0 ? TORTURE_DONE : TORTURE_REFUSED;
}

// --- settings ---

static enum torture_end settings_are_read(void)
{
    static const char text[] = "# of this machine\n"
                               "data-dir = /srv/vardsok\n"
                               "listen = unix:/run/vardsok.sock\n"
                               "listen = tcp://127.0.0.1:4181\n"
                               "drain-timeout = 3s\n"
                               "durability = weak\n"
                               "log-level = warn\n";
    char path[160], program[] = "vardsokd", flag[] = "--config";
    char *arguments[] = {program, flag, path, NULL};
    struct config config = {0};
    path_of("config", path);
    torture_hold();
    write_file("config", text, strlen(text));
    torture_go();
    config_load(&config, 3, arguments);
    bool is_refused = config.n_faults > 0;
    if (!is_refused) {
        TORTURE_EXPECT(strcmp(config.data_dir, "/srv/vardsok") == 0);
        TORTURE_EXPECT(config.n_listens == 2 && config.allow_weak);
        TORTURE_EXPECT(config.drain_timeout_ms == 3000);
        TORTURE_EXPECT(config.log_level == LOG_LEVEL_WARN);
    }
    config_close(&config);
    return is_refused ? TORTURE_REFUSED : TORTURE_DONE;
}

const struct torture_scenario torture_files[] = {
    {.name = "high_water_is_saved_and_loaded",
     .run = mark_is_saved_and_loaded,
     .memory = true,
     .system = true,
     .recover = mark_is_there},
    {.name = "high_water_is_saved_by_the_pool",
     .has_threads = true,
     .run = mark_is_saved_by_the_pool,
     .memory = true,
     .system = true,
     .recover = mark_is_there},
    {.name = "aof_torn_tail_is_repaired",
     .run = torn_tail_is_repaired,
     .memory = true,
     .system = true,
     .prepare = read_time_zone,
     .recover = repair_leaves_what_was_whole},
    {.name = "aof_tail_is_made_durable",
     .run = tail_is_made_durable,
     .memory = true,
     .system = true,
     .prepare = read_time_zone,
     .recover = repair_leaves_what_was_whole},
    {.name = "redis_folder_is_made",
     .run = folder_is_made,
     .memory = true,
     .system = true},
    {.name = "settings_are_read",
     .run = settings_are_read,
     .memory = true,
     .system = true},
    {0},
};
