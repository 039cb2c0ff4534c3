// SPDX-License-Identifier: Apache-2.0
//
// Happy path: start -> try_lock -> prepare (in the thread pool: the append-only file is
// made durable) -> spawn (setpriv sets the death signal, which uv_spawn cannot, and
// becomes redis-server) -> RUNNING; close -> SIGTERM -> on_exit -> CLOSED.
// Failure modes: the lock is held (by another daemon, by a killed daemon's child that is
// not dead yet, by that one's rewrite child): tried again for 5 s, and said so; the
// server exits: started again after 10 ms doubling to 2 s; it does not end when told to:
// SIGKILL after 10 s; it cannot be started at all: on_failed; it refuses its append-only
// file: repaired or on_failed; no descriptor, process or memory for it: tried again like
// after an exit; the disk is full or does not sync: not started before it does, for
// Redis 7.0 ends itself at the first write or sync that fails. A server that ends again
// and again without having kept a single write rests ever longer.
//
//   STOPPED -> LOCKING -> PREPARING -> RUNNING -> EXITED -> RESTING
//                           ^    ^                             |
//                           |    +-----------------------------+
//                           +--> RESTING
//   RUNNING, EXITED -> STOPPING -> CLOSED;  all others -> CLOSED
#include "log_redis/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/aof.h"

#define LOCK_RETRY_MS 50
#define REST_MIN_MS 10
#define REST_MAX_MS 2000
#define REST_DOUBLINGS 8
#define STOP_TIMEOUT_MS 10000
#define EXIT_REFUSED 1
#define EXIT_NOT_FOUND 127 // of setpriv, when it cannot find what to become
#define LOCK_DESCRIPTOR 3  // in the child

#define BIT(state) (1u << (state))

static const unsigned allowed_moves[] = {
    [LOG_REDIS_CHILD_STOPPED] =
        BIT(LOG_REDIS_CHILD_LOCKING) | BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_LOCKING] =
        BIT(LOG_REDIS_CHILD_PREPARING) | BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_PREPARING] = BIT(LOG_REDIS_CHILD_RUNNING) |
                                  BIT(LOG_REDIS_CHILD_RESTING) |
                                  BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_RUNNING] =
        BIT(LOG_REDIS_CHILD_EXITED) | BIT(LOG_REDIS_CHILD_STOPPING),
    [LOG_REDIS_CHILD_EXITED] = BIT(LOG_REDIS_CHILD_RESTING) |
                               BIT(LOG_REDIS_CHILD_STOPPING) |
                               BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_RESTING] =
        BIT(LOG_REDIS_CHILD_PREPARING) | BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_STOPPING] = BIT(LOG_REDIS_CHILD_CLOSED),
    [LOG_REDIS_CHILD_CLOSED] = 0,
};

static void on_timer(uv_timer_t *timer);

static void move(struct log_redis_child *child, enum log_redis_child_state state)
{
    CHECK(allowed_moves[child->state] & BIT(state));
    child->state = state;
}

void log_redis_child_init(struct log_redis_child *child, uv_loop_t *loop)
{
    memset(child, 0, sizeof *child);
    child->loop = loop;
    child->lock = -1;
    child->is_first = true;
    uv_timer_init(loop, &child->timer);
    child->timer.data = child;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct log_redis_child *child = handle->data;
    if (child->lock >= 0)
        close(child->lock);
    free(child->data_dir);
    free(child->redis_dir);
    move(child, LOG_REDIS_CHILD_CLOSED);
    child->on_closed(child);
}

static void be_failed(struct log_redis_child *child, int status)
{
    child->failed = true;
    child->on_failed(child, status);
}

static void finish(struct log_redis_child *child)
{
    uv_close((uv_handle_t *)&child->timer, on_timer_closed);
}

static void rest(struct log_redis_child *child)
{
    uint32_t doublings =
        child->n_attempts < REST_DOUBLINGS ? child->n_attempts : REST_DOUBLINGS;
    uint32_t ms = (uint32_t)REST_MIN_MS << doublings;
    child->n_attempts++;
    move(child, LOG_REDIS_CHILD_RESTING);
    uv_timer_start(&child->timer, on_timer, ms < REST_MAX_MS ? ms : REST_MAX_MS, 0);
    child->on_change(child);
}

static void on_process_closed(uv_handle_t *handle)
{
    struct log_redis_child *child = handle->data;
    child->process_open = false;
    if (child->closing)
        finish(child);
    else if (!child->failed)
        rest(child);
}

static void on_exit_of_server(uv_process_t *process, int64_t exit_status, int signal)
{
    struct log_redis_child *child = process->data;
    uv_timer_stop(&child->timer);
    if (child->state == LOG_REDIS_CHILD_RUNNING)
        move(child, LOG_REDIS_CHILD_EXITED);
    if (uv_now(child->loop) - child->started_ms >= REST_MAX_MS)
        child->n_attempts = 0;
    snprintf(child->what, sizeof child->what,
             "redis-server ended (%s %d) and is started again; see %.160s/redis.log",
             signal ? "signal" : "exit status", signal ? signal : (int)exit_status,
             child->redis_dir);
    if (!child->closing && exit_status == EXIT_NOT_FOUND) {
        snprintf(child->what, sizeof child->what, "the program %.180s was not found",
                 child->redis_server);
        be_failed(child, STATUS_NOT_FOUND);
    }
    if (exit_status == EXIT_REFUSED && !child->worked)
        child->files.is_refused = true;
    uv_close((uv_handle_t *)process, on_process_closed);
}

// The lock goes along as descriptor 3, so that it is free only when this process and the
// server are both gone. A session of its own: a Ctrl-C at the terminal is for the daemon
// alone, which stops the server when it has answered what is under way.
static int start_process(struct log_redis_child *child)
{
    char config[] = "redis.conf", setpriv[] = "setpriv", option[] = "--pdeathsig",
         kill[] = "KILL";
    char end_of_options[] = "--";
    char *program = strdup(child->redis_server);
    CHECK(program);
    char *args[] = {setpriv, option, kill, end_of_options, program, config, NULL};
    uv_stdio_container_t stdio[LOCK_DESCRIPTOR + 1] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        {.flags = UV_INHERIT_FD, .data.fd = child->lock},
    };
    uv_process_options_t options = {
        .file = setpriv,
        .args = args,
        .cwd = child->redis_dir,
        .exit_cb = on_exit_of_server,
        .flags = UV_PROCESS_DETACHED,
        .stdio_count = LOCK_DESCRIPTOR + 1,
        .stdio = stdio,
    };
    child->process.data = child;
    mode_t mask = umask(S_IRWXG | S_IRWXO); // what redis makes is for its owner only
    int error = uv_spawn(child->loop, &child->process, &options);
    umask(mask);
    free(program);
    return error;
}

// What the machine lacks now it may have after a rest.
static bool may_pass(int error)
{
    return error == UV_EMFILE || error == UV_ENFILE || error == UV_EAGAIN ||
           error == UV_ENOMEM;
}

static void spawn(struct log_redis_child *child)
{
    child->what[0] = '\0';
    child->worked = false;
    child->is_first = false;
    child->started_ms = uv_now(child->loop);
    child->process_open = true;
    move(child, LOG_REDIS_CHILD_RUNNING);
    int error = start_process(child);
    if (error) {
        snprintf(child->what, sizeof child->what,
                 "redis-server cannot be started by setpriv, of util-linux: %s",
                 uv_strerror(error));
        move(child, LOG_REDIS_CHILD_EXITED);
        uv_close((uv_handle_t *)&child->process, on_process_closed);
        if (!may_pass(error))
            be_failed(child, STATUS_NOT_FOUND);
        return;
    }
    child->on_started(child);
}

static void on_prepare(uv_work_t *work)
{
    struct log_redis_child *child = work->data;
    log_redis_child_prepare_files(&child->files);
}

static void on_prepared(uv_work_t *work, int status)
{
    struct log_redis_child *child = work->data;
    const struct log_redis_child_files *files = &child->files;
    (void)status; // never canceled
    child->preparing = false;
    if (child->closing) {
        finish(child);
        return;
    }
    if (files->notice[0])
        child->on_notice(child, files->notice);
    if (files->status == 0) {
        child->files.is_refused = false;
        spawn(child);
        return;
    }
    memcpy(child->what, files->what, sizeof child->what);
    if (files->status == STATUS_DATA_LOSS || !child->was_used)
        be_failed(child, files->status);
    else
        rest(child);
}

// Without room for more the first server is started all the same: what there is can be
// read.
static void prepare(struct log_redis_child *child)
{
    move(child, LOG_REDIS_CHILD_PREPARING);
    child->files.redis_dir = child->redis_dir;
    child->files.must_have_room = !child->is_first;
    child->work.data = child;
    child->preparing = true;
    int error = uv_queue_work(child->loop, &child->work, on_prepare, on_prepared);
    CHECK(error == 0);
}

// Written once: a full disk must not keep the server from starting again.
static void enter(struct log_redis_child *child)
{
    int status = log_redis_child_write_config(child);
    if (status)
        be_failed(child, status);
    else
        prepare(child);
}

static void try_lock(struct log_redis_child *child)
{
    if (flock(child->lock, LOCK_EX | LOCK_NB) == 0) {
        enter(child);
    } else if (errno != EWOULDBLOCK && errno != EINTR) {
        snprintf(child->what, sizeof child->what, "lock %.180s/lock: %s", child->data_dir,
                 strerror(errno));
        be_failed(child, STATUS_INVALID_ARGUMENT);
    } else if (uv_now(child->loop) - child->waiting_since_ms >= LOG_REDIS_LOCK_WAIT_MS) {
        snprintf(child->what, sizeof child->what,
                 "%.180s is used by another vardsokd or its redis-server",
                 child->data_dir);
        be_failed(child, STATUS_FAILED_PRECONDITION);
    } else {
        if (!child->what[0]) {
            snprintf(child->what, sizeof child->what,
                     "waiting for another vardsokd or its redis-server to leave %.160s",
                     child->data_dir);
            child->on_change(child);
        }
        uv_timer_start(&child->timer, on_timer, LOCK_RETRY_MS, 0);
    }
}

void log_redis_child_use(struct log_redis_child *child)
{
    child->worked = child->was_used = true;
}

void log_redis_child_settle(struct log_redis_child *child)
{
    child->n_attempts = 0;
}

static int open_lock(struct log_redis_child *child)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/lock", child->data_dir);
    if (len > 0 && (size_t)len < sizeof path)
        child->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (child->lock >= 0)
        return 0;
    snprintf(child->what, sizeof child->what, "open %.180s: %s", path, strerror(errno));
    return STATUS_INVALID_ARGUMENT;
}

// First and last calls to on_timer are the start and, when it will not end, the kill.
static void on_timer(uv_timer_t *timer)
{
    struct log_redis_child *child = timer->data;
    if (child->state == LOG_REDIS_CHILD_LOCKING)
        try_lock(child);
    else if (child->state == LOG_REDIS_CHILD_RESTING)
        prepare(child);
    else if (child->state == LOG_REDIS_CHILD_STOPPING)
        uv_process_kill(&child->process, SIGKILL);
}

static void on_first_turn(uv_timer_t *timer)
{
    struct log_redis_child *child = timer->data;
    if (child->what[0] || open_lock(child)) {
        be_failed(child, STATUS_INVALID_ARGUMENT);
        return;
    }
    child->waiting_since_ms = uv_now(child->loop);
    try_lock(child);
}

void log_redis_child_start(struct log_redis_child *child, const char *data_dir)
{
    move(child, LOG_REDIS_CHILD_LOCKING);
    log_redis_child_make_folders(child, data_dir);
    uv_timer_start(&child->timer, on_first_turn, 0, 0);
}

void log_redis_child_close(struct log_redis_child *child)
{
    if (child->closing)
        return;
    child->closing = true;
    if (child->state == LOG_REDIS_CHILD_RUNNING) {
        move(child, LOG_REDIS_CHILD_STOPPING);
        uv_process_kill(&child->process, SIGTERM);
        uv_timer_start(&child->timer, on_timer, STOP_TIMEOUT_MS, 0);
    } else if (child->process_open) {
        move(child, LOG_REDIS_CHILD_STOPPING);
    } else if (!child->preparing) {
        finish(child);
    }
}
