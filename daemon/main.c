// SPDX-License-Identifier: Apache-2.0
//
// vardsokd: wires the layers together and lives until a signal.
//
//     STARTING ──log caught up──► SERVING ──SIGTERM, SIGINT──► DRAINING ──► CLOSING ──►
//     exit 0
//        └──the log cannot be used, an address is taken──────────────────────►────────►
//        exit 1
//
// STARTING: the log is followed; nothing listens, so DATA/listen and READY=1 mean that
// questions are answered from everything that was in the log. DRAINING: the server lets
// open calls end, writes too. CLOSING: the log goes last, for it answers the writes.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "base/check.h"
#include "base/status.h"
#include "config.h"
#include "log_redis/log_redis.h"
#include "notify.h"
#include "replica/entry.h"
#include "server/server.h"

#define TICK_MS 100
#define READ_ONLY_AFTER_MS                                                               \
    2000 // after which a log that takes no writes is served read-only
// How long one turn may spend on putting services in the order of the day.
#define PREPARE_SLICE_NS 500000
#define PREPARE_GROUPS 64
#define LISTEN_PATH_MAX (CONFIG_MAX_DATA_DIR + 16)

enum phase { STARTING, SERVING, DRAINING, CLOSING };

struct daemon {
    struct config config;
    enum phase phase;
    int exit_code;
    uint64_t caught_up_ms; // when all that the log held was applied; 0: not yet
    bool is_writable;      // the log takes writes now
    uv_loop_t loop;
    struct replica *replica;
    struct replica_log_events replica_events;
    struct replica_snapshots snapshots;
    struct log_redis *log;
    struct server *server;
    struct rpc_context context;
    struct buffer first_entry;
    char uuid[37];
    char **argv;
    int argc;
    int log_status;
    uint64_t watchdog_ms, watched_ms;
    uv_timer_t tick;
    uv_idle_t prepare;
    uv_signal_t sigterm, sigint, sighup;
};

// --- the clock port ---

static int64_t utc_ms(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void random_bytes(void *self, void *out, uint32_t len)
{
    (void)self;
    CHECK(getrandom(out, len, 0) == (ssize_t)len); // at most 256 bytes are asked for
}

static const struct replica_clock real_clock = {NULL, utc_ms, random_bytes};

// --- what Status shows ---

static uint64_t resident_bytes(void *self)
{
    unsigned long size, resident;
    FILE *file = fopen("/proc/self/statm", "re");
    (void)self;
    if (file == NULL)
        return 0;
    int n = fscanf(file, "%lu %lu", &size, &resident);
    fclose(file);
    return n == 2 ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static void log_status(void *self, struct rpc_log_status *out)
{
    const struct daemon *daemon = self;
    struct log_redis_status status;
    log_redis_status(daemon->log, &status);
    out->durability = status.durability;
    memcpy(out->what, status.what, sizeof out->what);
    out->lag_ms = status.lag_ms > UINT32_MAX ? UINT32_MAX : (uint32_t)status.lag_ms;
}

// --- entry 1 ---

static void make_uuid(unsigned char uuid[16], unsigned version)
{
    random_bytes(NULL, uuid, 16);
    uuid[6] = (unsigned char)((uuid[6] & 0x0f) | version << 4);
    uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80);
}

static void make_uuid_v7(unsigned char uuid[16], int64_t time_ms)
{
    make_uuid(uuid, 7);
    for (int i = 0; i < 6; i++)
        uuid[i] = (unsigned char)(time_ms >> (40 - 8 * i));
}

// Entry 1 of a log that may have to be made; it names the log.
static void make_first_entry(struct daemon *daemon)
{
    unsigned char uuid[16];
    char hex[ENTRY_UUID_LEN + 1];
    struct entry entry = {.time_ms = utc_ms(NULL), .actor_kind = ENTRY_ACTOR_LOG};
    make_uuid(uuid, 4);
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", uuid[i]);
    snprintf(daemon->uuid, sizeof daemon->uuid, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
             hex + 12, hex + 16, hex + 20);
    random_bytes(NULL, &entry.incarnation, sizeof entry.incarnation);
    make_uuid_v7(entry.request_id, entry.time_ms);
    entry.actor_id = slice_from(hex);
    entry.command = (struct slice){"", 0};
    entry_encode(&entry, &daemon->first_entry);
}

// --- the data folder ---

static int make_folder(const char *path)
{
    char part[CONFIG_MAX_DATA_DIR + 1];
    size_t len = strlen(path);
    if (len >= sizeof part)
        return ENAMETOOLONG;
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return errno;
    }
    return access(path, R_OK | W_OK | X_OK) == 0 ? 0 : errno;
}

static void listen_path(const struct daemon *daemon, const char *suffix,
                        char path[LISTEN_PATH_MAX])
{
    snprintf(path, LISTEN_PATH_MAX, "%s/listen%s", daemon->config.data_dir, suffix);
}

static void remove_listen_file(const struct daemon *daemon)
{
    char path[LISTEN_PATH_MAX];
    listen_path(daemon, "", path);
    unlink(path);
}

// Whole or not at all: whoever waits for the file may read it at once.
static int write_listen_file(const struct daemon *daemon)
{
    char path[LISTEN_PATH_MAX], made[LISTEN_PATH_MAX], url[SERVER_URL_MAX];
    struct server_address address;
    listen_path(daemon, "", path);
    listen_path(daemon, ".new", made);
    FILE *file = fopen(made, "we");
    if (file == NULL)
        return errno;
    for (uint32_t i = 0; server_address_at(daemon->server, i, &address); i++) {
        server_address_format(&address, url);
        fprintf(file, "%s\n", url);
        server_log(LOG_LEVEL_INFO, "listening", "url=%s", url);
    }
    bool is_written = ferror(file) == 0;
    if (fclose(file) != 0 || (is_written && rename(made, path) != 0))
        return errno;
    return is_written ? 0 : EIO;
}

// --- the end ---

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void on_log_closed(void *self)
{
    struct daemon *daemon = self;
    close_handle((uv_handle_t *)&daemon->tick);
    close_handle((uv_handle_t *)&daemon->prepare);
    close_handle((uv_handle_t *)&daemon->sigterm);
    close_handle((uv_handle_t *)&daemon->sigint);
    close_handle((uv_handle_t *)&daemon->sighup);
}

static void on_server_stopped(void *self)
{
    struct daemon *daemon = self;
    daemon->phase = CLOSING;
    log_redis_close(daemon->log, on_log_closed, daemon);
}

static void stop(struct daemon *daemon, int exit_code)
{
    if (daemon->phase >= DRAINING)
        return;
    daemon->phase = DRAINING;
    daemon->exit_code = exit_code;
    server_log(LOG_LEVEL_INFO, "stopping", "drain_timeout_ms=%llu",
               (unsigned long long)daemon->config.drain_timeout_ms);
    notify_send("STOPPING=1");
    remove_listen_file(daemon);
    server_stop(daemon->server, daemon->config.drain_timeout_ms, on_server_stopped,
                daemon);
}

static void on_stop_signal(uv_signal_t *signal, int number)
{
    (void)number;
    stop(signal->data, 0);
}

// --- the log's events: the replica's, and what the daemon itself waits for ---

static int on_entry(void *self, uint64_t sequence, struct slice entry)
{
    struct daemon *daemon = self;
    int status =
        daemon->replica_events.on_entry(daemon->replica_events.self, sequence, entry);
    if (status == STATUS_OK)
        return STATUS_OK;
    struct replica_status replica;
    replica_status(daemon->replica, &replica);
    server_log(LOG_LEVEL_ERROR, "entry_refused", "sequence=%llu status=%s what=\"%s\"",
               (unsigned long long)sequence, status_name(status), replica.what);
    return status;
}

static int start_listening(struct daemon *daemon)
{
    const struct config *config = &daemon->config;
    for (uint32_t i = 0; i < config->n_listens; i++) {
        char url[SERVER_URL_MAX];
        const char *what;
        int status =
            server_listen(daemon->server, &config->listens[i], config->share_port, &what);
        if (status != STATUS_OK) {
            server_address_format(&config->listens[i], url);
            server_log(LOG_LEVEL_ERROR, "listen_failed", "url=%s what=\"%s\"", url, what);
            return status;
        }
    }
    int error = write_listen_file(daemon);
    if (error != 0)
        server_log(LOG_LEVEL_ERROR, "listen_file_failed", "error=\"%s\"",
                   strerror(error));
    return error ? STATUS_UNAVAILABLE : STATUS_OK;
}

// Ready means that questions are answered and writes are taken; a log that can be read
// but not written (its clock is wrong, say) holds that up for a moment only.
static void serve_when_ready(struct daemon *daemon)
{
    if (daemon->phase != STARTING || daemon->caught_up_ms == 0 ||
        (!daemon->is_writable &&
         uv_now(&daemon->loop) - daemon->caught_up_ms < READ_ONLY_AFTER_MS))
        return;
    if (start_listening(daemon) != STATUS_OK) {
        stop(daemon, 1);
        return;
    }
    daemon->phase = SERVING;
    server_log(LOG_LEVEL_INFO, "ready", "revision=%llu",
               (unsigned long long)state_revision(replica_state(daemon->replica)));
    notify_send("READY=1");
}

static void on_caught_up(void *self)
{
    struct daemon *daemon = self;
    daemon->replica_events.on_caught_up(daemon->replica_events.self);
    if (daemon->caught_up_ms == 0)
        daemon->caught_up_ms = uv_now(&daemon->loop);
    serve_when_ready(daemon);
}

static void on_state(void *self, int status, const char *what)
{
    struct daemon *daemon = self;
    daemon->replica_events.on_state(daemon->replica_events.self, status, what);
    daemon->is_writable = status == STATUS_OK;
    if (status == STATUS_OK)
        server_log(LOG_LEVEL_INFO, "log_writable", "%s", "");
    else // while starting it may only not be there yet
        server_log(
            daemon->phase == STARTING && status == STATUS_UNAVAILABLE ? LOG_LEVEL_DEBUG
                                                                      : LOG_LEVEL_WARN,
            "log_not_writable", "status=%s what=\"%s\"", status_name(status), what);
    serve_when_ready(daemon);
}

static void on_log_fatal(void *self, int status, const char *what)
{
    struct daemon *daemon = self;
    server_log(LOG_LEVEL_ERROR, "log_unusable", "status=%s what=\"%s\"",
               status_name(status), what);
    stop(daemon, 1);
}

static void on_log_snapshot(void *self, const char *what)
{
    (void)self;
    server_log(LOG_LEVEL_INFO, "log_snapshot", "what=\"%s\"", what);
}

static void on_log_notice(void *self, const char *what)
{
    (void)self;
    server_log(LOG_LEVEL_WARN, "log_repaired", "what=\"%s\"", what);
}

// --- time: the tick, the order of the day, SIGHUP ---

static void on_prepare(uv_idle_t *idle)
{
    struct daemon *daemon = idle->data;
    struct match_index *index = state_index(replica_state(daemon->replica));
    uint64_t until_ns = uv_hrtime() + PREPARE_SLICE_NS;
    uint32_t left;
    do
        left = match_index_prepare(index, daemon->context.today, PREPARE_GROUPS);
    while (left > 0 && uv_hrtime() < until_ns);
    if (left == 0)
        uv_idle_stop(idle);
}

// What it would say may be wrong: a new start reads the state anew from the log.
static void stop_when_diverged(struct daemon *daemon)
{
    struct replica_status status;
    replica_status(daemon->replica, &status);
    if (!status.diverged || daemon->phase >= DRAINING)
        return;
    server_log(LOG_LEVEL_ERROR, "diverged", "what=\"%s\"", status.what);
    stop(daemon, 1);
}

static void on_tick(uv_timer_t *tick)
{
    struct daemon *daemon = tick->data;
    uint64_t now_ms = uv_now(&daemon->loop);
    server_set_time(daemon->server);
    replica_tick(daemon->replica);
    stop_when_diverged(daemon);
    serve_when_ready(daemon);
    uv_idle_start(&daemon->prepare, on_prepare); // stops itself when all is in order
    if (daemon->watchdog_ms > 0 &&
        now_ms - daemon->watched_ms >= daemon->watchdog_ms / 2) {
        daemon->watched_ms = now_ms;
        notify_send("WATCHDOG=1");
    }
}

static void on_hangup(uv_signal_t *signal, int number)
{
    struct daemon *daemon = signal->data;
    struct config config = {0};
    (void)number;
    config_load(&config, daemon->argc, daemon->argv);
    for (uint32_t i = 0; i < config.n_faults; i++)
        server_log(LOG_LEVEL_ERROR, "reload_refused", "what=\"%s\"", config.faults[i]);
    if (config.n_faults == 0) {
        server_log_set_level(config.log_level);
        server_log(LOG_LEVEL_INFO, "reloaded", "log_level=%s",
                   server_log_level_name(config.log_level));
    }
    config_close(&config);
}

// --- the beginning ---

static void start_handles(struct daemon *daemon)
{
    uv_timer_init(&daemon->loop, &daemon->tick);
    uv_idle_init(&daemon->loop, &daemon->prepare);
    uv_signal_init(&daemon->loop, &daemon->sigterm);
    uv_signal_init(&daemon->loop, &daemon->sigint);
    uv_signal_init(&daemon->loop, &daemon->sighup);
    daemon->tick.data = daemon->prepare.data = daemon;
    daemon->sigterm.data = daemon->sigint.data = daemon->sighup.data = daemon;
    uv_timer_start(&daemon->tick, on_tick, TICK_MS, TICK_MS);
    uv_signal_start(&daemon->sigterm, on_stop_signal, SIGTERM);
    uv_signal_start(&daemon->sigint, on_stop_signal, SIGINT);
    uv_signal_start(&daemon->sighup, on_hangup, SIGHUP);
}

static void start_server(struct daemon *daemon)
{
    daemon->context = (struct rpc_context){
        .replica = daemon->replica,
        .version = VARDSOK_VERSION,
        .self = daemon,
        .log_status = log_status,
        .memory_bytes = resident_bytes,
    };
    daemon->server = server_new(&daemon->loop, &daemon->context);
    daemon->context.started_ms = daemon->context.now_ms;
}

static int start_log(struct daemon *daemon)
{
    const struct config *config = &daemon->config;
    make_first_entry(daemon);
    struct log_redis_config log_config = {
        .url = config->redis_url,
        .data_dir = config->data_dir,
        .user = config->redis_user,
        .password_file = config->redis_password_file,
        .init = config->init,
        .allow_weak = config->allow_weak,
        .uuid = daemon->uuid,
        .first_entry = buffer_slice(&daemon->first_entry),
        .snapshots = &daemon->snapshots,
        .snapshot_entries = config->snapshot_entries,
        .on_fatal = on_log_fatal,
        .on_notice = on_log_notice,
        .on_snapshot = on_log_snapshot,
        .self = daemon,
    };
    struct replica_log_events events = {daemon, on_entry, on_caught_up, on_state};
    daemon->replica_events = replica_log_events(daemon->replica);
    daemon->snapshots = replica_snapshots(daemon->replica);
    daemon->log = log_redis_new(&daemon->loop, &log_config, &events);
    struct replica_log port = log_redis_port(daemon->log);
    replica_set_log(daemon->replica, &port);
    return log_redis_start(daemon->log);
}

static int run(struct daemon *daemon)
{
    uv_loop_init(&daemon->loop);
    daemon->watchdog_ms = notify_watchdog_ms();
    daemon->replica = replica_new(&real_clock);
    start_server(daemon);
    start_handles(daemon);
    server_log(LOG_LEVEL_INFO, "starting", "version=%s pid=%d max_connections=%u",
               VARDSOK_VERSION, (int)getpid(), server_max_connections(daemon->server));
    if (start_log(daemon) != STATUS_OK) {
        struct log_redis_status status;
        log_redis_status(daemon->log, &status);
        server_log(LOG_LEVEL_ERROR, "log_unusable", "what=\"%s\"", status.what);
        stop(daemon, 1);
    }
    uv_run(&daemon->loop, UV_RUN_DEFAULT);

    server_free(daemon->server);
    log_redis_free(daemon->log);
    replica_free(daemon->replica);
    rpc_context_close(&daemon->context);
    buffer_free(&daemon->first_entry);
    CHECK(uv_loop_close(&daemon->loop) == 0);
    server_log(LOG_LEVEL_INFO, "stopped", "exit=%d", daemon->exit_code);
    return daemon->exit_code;
}

static int start(struct daemon *daemon)
{
    server_log_set_level(daemon->config.log_level);
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is as a full disk
    int error = make_folder(daemon->config.data_dir);
    if (error != 0) {
        fprintf(stderr, "vardsokd: data-dir: %s: %s\n", daemon->config.data_dir,
                strerror(error));
        return 1;
    }
    remove_listen_file(daemon);
    return run(daemon);
}

static int print_faults(const struct config *config)
{
    for (uint32_t i = 0; i < config->n_faults; i++)
        fprintf(stderr, "vardsokd: %s\n", config->faults[i]);
    return config->n_faults > 0 ? 2 : 0;
}

static int check_config(const struct config *config)
{
    config_print(config, stdout);
    return print_faults(config);
}

int main(int argc, char **argv)
{
    static struct daemon daemon;
    struct config *config = &daemon.config;
    int code = 0;
    daemon.argc = argc;
    daemon.argv = argv;
    config_load(config, argc, argv);
    if (config->action == CONFIG_HELP)
        config_print_help(stdout);
    else if (config->action == CONFIG_VERSION)
        printf("vardsokd %s\n", VARDSOK_VERSION);
    else if (config->action == CONFIG_CHECK)
        code = check_config(config);
    else if (config->n_faults > 0)
        code = print_faults(config);
    else
        code = start(&daemon);
    config_close(config);
    return code;
}
