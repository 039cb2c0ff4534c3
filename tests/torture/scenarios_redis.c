// SPDX-License-Identifier: Apache-2.0
//
// The log on real redis-servers: one of ours that all runs share, emptied before each,
// and the private one of a data folder. Each run appends a few entries; what was told to
// be durable must be there for a process that comes after it, and what was told not to be
// written must not.
#define _GNU_SOURCE // nftw
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include <hiredis/hiredis.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/log_redis.h"
#include "log_redis/resp.h"
#include "torture/calls.h"
#include "torture/torture.h"

#define ENTRY_LEN 40 // "e", id in 23 digits, what stands for a checksum
#define N_WRITES 4
#define MAX_SEEN 64
#define LIMIT_MS 12000 // for whatever is awaited
#define WAKE_MS 20
#define DENIED_SHIFT 32 // acknowledged: bits of those written, and of those denied

struct stage {
    uv_loop_t loop;
    uv_timer_t wake; // so that the loop is left now and then
    struct log_redis_config config;
    struct log_redis *log;
    struct replica_log port;
    unsigned char first[ENTRY_LEN];
    uint64_t seen[MAX_SEEN];
    uint64_t n_seen;
    int status, fatal;
    bool has_caught_up, is_closed;
    char what[512];
};

struct write {
    struct replica_append append; // first
    unsigned char entry[ENTRY_LEN];
    int status;
    bool is_done;
};

// --- the server that runs share ---

static struct {
    pid_t pid;
    char folder[64], socket[96], url[112];
} shared;

static redisContext *ask_for_connection(void)
{
    const struct timespec moment = {0, 2000000};
    for (int i = 0; i < 5000; i++) {
        redisContext *redis = redisConnectUnix(shared.socket);
        if (redis && !redis->err)
            return redis;
        redisFree(redis);
        nanosleep(&moment, NULL);
    }
    torture_wrong(__FILE__, __LINE__, "no redis-server answers");
}

static void start_shared(void)
{
    strcpy(shared.folder, "/tmp/vardsok-torture-redis-XXXXXX");
    TORTURE_EXPECT(mkdtemp(shared.folder));
    snprintf(shared.socket, sizeof shared.socket, "%s/s", shared.folder);
    snprintf(shared.url, sizeof shared.url, "unix:%s", shared.socket);
    shared.pid = fork();
    if (shared.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket",
               shared.socket, "--dir", shared.folder, "--appendonly", "yes",
               "--appendfsync", "always", "--save", "", "--logfile", "redis.log",
               "--maxmemory-policy", "noeviction", (char *)NULL);
        _exit(127);
    }
    redisFree(ask_for_connection());
}

static int remove_entry(const char *path, const struct stat *about, int type,
                        struct FTW *at)
{
    (void)about;
    (void)type;
    (void)at;
    return remove(path);
}

static void stop_shared(void)
{
    kill(shared.pid, SIGKILL);
    waitpid(shared.pid, NULL, 0);
    nftw(shared.folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void empty_shared(void)
{
    redisContext *redis = ask_for_connection();
    freeReplyObject(redisCommand(redis, "FLUSHALL"));
    redisFree(redis);
}

// --- a daemon as far as the log can see ---

static void fill_entry(unsigned char entry[ENTRY_LEN], uint64_t id)
{
    char text[ENTRY_LEN + 1];
    snprintf(text, sizeof text, "e%023llu%016llu", (unsigned long long)id,
             (unsigned long long)(id * 7919 % 1000003));
    memcpy(entry, text, ENTRY_LEN);
}

static int on_entry(void *self, uint64_t sequence, struct slice entry)
{
    struct stage *stage = self;
    char digits[24] = {0};
    TORTURE_EXPECT(sequence == stage->n_seen + 1 && stage->n_seen < MAX_SEEN);
    TORTURE_EXPECT(entry.len == ENTRY_LEN && entry.data[0] == 'e');
    memcpy(digits, entry.data + 1, 23);
    stage->seen[stage->n_seen++] = strtoull(digits, NULL, 10);
    stage->port.applied(stage->port.self, sequence,
                        (const unsigned char *)entry.data + ENTRY_LEN - 16);
    return 0;
}

static void on_caught_up(void *self)
{
    ((struct stage *)self)->has_caught_up = true;
}

static void on_state(void *self, int status, const char *what)
{
    struct stage *stage = self;
    stage->status = status;
    TORTURE_EXPECT(status == 0 || what[0]);
    snprintf(stage->what, sizeof stage->what, "%s", what);
}

static void on_fatal(void *self, int status, const char *what)
{
    struct stage *stage = self;
    TORTURE_EXPECT(stage->fatal == 0 && status != 0 && what[0]);
    stage->fatal = status;
    snprintf(stage->what, sizeof stage->what, "fatal: %s", what);
}

static void on_closed(void *self)
{
    ((struct stage *)self)->is_closed = true;
}

static void on_wake(uv_timer_t *timer)
{
    (void)timer;
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

// The loop and the thread pool begin without a fault: a thread that cannot begin is the
// sanitizer's end, not ours.
static void set_stage(struct stage *stage, const char *url)
{
    uv_work_t works[8];
    memset(stage, 0, sizeof *stage);
    stage->status = STATUS_UNAVAILABLE;
    fill_entry(stage->first, 0);
    stage->config = (struct log_redis_config){
        .url = url,
        .data_dir = torture_folder(),
        .init = true,
        .uuid = "0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809",
        .first_entry = {(const char *)stage->first, ENTRY_LEN},
        .on_fatal = on_fatal,
        .self = stage,
    };
    TORTURE_EXPECT(uv_loop_init(&stage->loop) == 0);
    for (int i = 0; i < 8; i++)
        uv_queue_work(&stage->loop, &works[i], do_nothing, do_nothing_more);
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    uv_timer_init(&stage->loop, &stage->wake);
    uv_timer_start(&stage->wake, on_wake, WAKE_MS, WAKE_MS);
}

static void start(struct stage *stage)
{
    const struct replica_log_events events = {stage, on_entry, on_caught_up, on_state};
    stage->log = log_redis_new(&stage->loop, &stage->config, &events);
    stage->port = log_redis_port(stage->log);
    stage->fatal = log_redis_start(stage->log);
}

static bool is_usable(const struct stage *stage)
{
    return stage->fatal || (stage->status == 0 && stage->has_caught_up);
}

static void await_usable(struct stage *stage)
{
    uint64_t until = uv_hrtime() / 1000000 + LIMIT_MS;
    while (!is_usable(stage)) {
        uv_run(&stage->loop, UV_RUN_ONCE);
        if (uv_hrtime() / 1000000 > until)
            torture_wrong(__FILE__, __LINE__, "never usable: %s", stage->what);
    }
}

static void strike_stage(struct stage *stage)
{
    log_redis_close(stage->log, on_closed, stage);
    uv_timer_stop(&stage->wake);
    uv_close((uv_handle_t *)&stage->wake, NULL);
    while (!stage->is_closed)
        uv_run(&stage->loop, UV_RUN_ONCE);
    log_redis_free(stage->log);
    torture_hold();
    uv_run(&stage->loop, UV_RUN_DEFAULT);
    TORTURE_EXPECT(uv_loop_close(&stage->loop) == 0);
    uv_library_shutdown();
}

// --- writes ---

static void on_done(struct replica_append *append, int status)
{
    struct write *write = (struct write *)append;
    TORTURE_EXPECT(!write->is_done);
    write->is_done = true;
    write->status = status;
}

static int append_one(struct stage *stage, uint64_t id)
{
    struct write write = {.append.done = on_done};
    fill_entry(write.entry, id);
    write.append.entry = (struct slice){(const char *)write.entry, ENTRY_LEN};
    write.append.time_ms = (int64_t)time(NULL) * 1000;
    int status = stage->port.append(stage->port.self, &write.append);
    TORTURE_EXPECT(status <= 0);
    if (status != 0)
        return status;
    while (!write.is_done)
        uv_run(&stage->loop, UV_RUN_ONCE);
    return write.status;
}

static bool is_denial(int status)
{
    return status == STATUS_UNAVAILABLE || status == STATUS_RESOURCE_EXHAUSTED ||
           status == STATUS_ABORTED || status == STATUS_FAILED_PRECONDITION;
}

// Returns how many were written.
static int append_some(struct stage *stage)
{
    int n_written = 0;
    for (uint64_t id = 1; id <= N_WRITES && !stage->fatal; id++) {
        await_usable(stage);
        int status = append_one(stage, id);
        TORTURE_EXPECT(status == 0 || status == STATUS_UNKNOWN || is_denial(status));
        uint64_t bit = UINT64_C(1) << id;
        if (status == 0)
            torture_acknowledge(torture_acknowledged() | bit);
        else if (is_denial(status))
            torture_acknowledge(torture_acknowledged() | bit << DENIED_SHIFT);
        n_written += status == 0;
    }
    return n_written;
}

static enum torture_end append_to(const char *url)
{
    struct stage stage;
    set_stage(&stage, url);
    torture_go();
    start(&stage);
    if (!stage.fatal)
        await_usable(&stage);
    int n_written = append_some(&stage);
    strike_stage(&stage);
    return n_written == N_WRITES ? TORTURE_DONE : TORTURE_REFUSED;
}

static void expect_promises(const struct stage *stage)
{
    uint64_t n_seen[N_WRITES + 1] = {0};
    for (uint64_t i = 0; i < stage->n_seen; i++) {
        TORTURE_EXPECT(stage->seen[i] <= N_WRITES);
        n_seen[stage->seen[i]]++;
    }
    for (uint64_t id = 1; id <= N_WRITES; id++) {
        bool is_written = torture_acknowledged() >> id & 1;
        bool is_denied = torture_acknowledged() >> (id + DENIED_SHIFT) & 1;
        TORTURE_EXPECT(n_seen[id] <= 1);
        TORTURE_EXPECT(!is_written || n_seen[id] == 1);
        TORTURE_EXPECT(!is_denied || n_seen[id] == 0);
    }
}

// A daemon that comes after the one of the run.
static void follow(const char *url)
{
    struct stage stage;
    set_stage(&stage, url);
    start(&stage);
    if (!stage.fatal)
        await_usable(&stage);
    if (stage.fatal)
        torture_wrong(__FILE__, __LINE__, "cannot go on: %s", stage.what);
    expect_promises(&stage);
    strike_stage(&stage);
}

// --- replies ---

#define TEXT_LEN (1 << 20)
#define PIECE 65536 // what is read at once
#define HEADER "*3\r\n:7\r\n$2\r\nhi\r\n$1048576\r\n"

static void write_reply(struct buffer *out)
{
    buffer_append(out, HEADER, strlen(HEADER));
    memset(buffer_reserve(out, TEXT_LEN), 'a', TEXT_LEN);
    out->len += TEXT_LEN;
    buffer_append(out, "\r\n+OK\r\n", 7);
}

// Of two replies how many came; negative: the connection is to be dropped.
static int read_replies(struct log_redis_parser *parser, const struct buffer *bytes)
{
    int n = 0;
    for (size_t at = 0; at < bytes->len; at += PIECE) {
        size_t len = bytes->len - at < PIECE ? bytes->len - at : PIECE;
        int status = log_redis_parser_feed(parser, (struct slice){bytes->data + at, len});
        const struct log_redis_reply *reply = NULL;
        while (status == 0 && (status = log_redis_parser_next(parser, &reply)) == 0 &&
               reply) {
            const struct log_redis_reply *text = log_redis_reply_at(reply, 2);
            TORTURE_EXPECT(n > 0 || log_redis_reply_text(text).len == TEXT_LEN);
            TORTURE_EXPECT(n == 0 || slice_equal(reply->text, slice_from("OK")));
            n++;
        }
        if (status != 0)
            return status;
    }
    return n;
}

static enum torture_end replies_are_read(void)
{
    struct buffer bytes = {0};
    struct log_redis_parser parser;
    torture_hold();
    write_reply(&bytes);
    torture_go();
    log_redis_parser_init(&parser);
    int n = read_replies(&parser, &bytes);
    TORTURE_EXPECT(n == 2 || n == STATUS_DATA_LOSS);
    log_redis_parser_close(&parser);
    buffer_free(&bytes);
    return n == 2 ? TORTURE_DONE : TORTURE_REFUSED;
}

// --- scenarios ---

static enum torture_end entries_are_appended_to_ours(void)
{
    torture_hold();
    empty_shared();
    return append_to(shared.url);
}

static void ours_has_them(void)
{
    follow(shared.url);
}

static enum torture_end entries_are_appended_to_the_private(void)
{
    torture_hold();
    return append_to(NULL);
}

static void private_has_them(void)
{
    follow(NULL);
}

const struct torture_scenario torture_redis[] = {
    {.name = "log_replies_are_read",
     .memory = true,
     .peer_size = PIECE,
     .run = replies_are_read},
    {.name = "log_entries_are_appended",
     .memory = true,
     .system = true,
     .is_slow = true,
     .has_threads = true,
     .prepare = start_shared,
     .run = entries_are_appended_to_ours,
     .recover = ours_has_them,
     .finish = stop_shared},
    {.name = "log_private_redis_is_started",
     .memory = true,
     .system = true,
     .is_slow = true,
     .has_threads = true,
     .run = entries_are_appended_to_the_private,
     .recover = private_has_them},
    {0},
};
