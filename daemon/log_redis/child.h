// SPDX-License-Identifier: Apache-2.0
//
// The private redis-server: a child process on a unix socket inside the data folder.
//
//   DATA/lock                 held by the daemon and, by inheritance, by its redis-server
//   DATA/redis/               0700: redis.conf, redis.sock, redis.log, appendonlydir/
//
// Guarantees: never two redis servers on one folder, also when the daemon is killed and
// its child lives on for a moment; the child dies with the daemon; it is started again
// when it exits and the disk has room, a torn append-only file being repaired first; and
// it never loads what is not on the disk (aof.h).
#ifndef LOG_REDIS_CHILD_H
#define LOG_REDIS_CHILD_H

#include "log_redis/connection.h"

#define LOG_REDIS_LOCK_WAIT_MS 5000

enum log_redis_child_state {
    LOG_REDIS_CHILD_STOPPED,
    LOG_REDIS_CHILD_LOCKING,   // another process has the lock
    LOG_REDIS_CHILD_PREPARING, // what lies in the folder, in the thread pool
    LOG_REDIS_CHILD_RUNNING,
    LOG_REDIS_CHILD_EXITED,   // its handle is being closed
    LOG_REDIS_CHILD_RESTING,  // until the next start
    LOG_REDIS_CHILD_STOPPING, // asked to end, until its handle is closed
    LOG_REDIS_CHILD_CLOSED,
};

// What must be in order before a server is started.
struct log_redis_child_files {
    const char *redis_dir;
    bool is_refused; // redis ended before it could be used: its file may be torn
    bool must_have_room;
    int status; // 0, or why not: what
    char what[LOG_REDIS_WHAT_LEN];
    char notice[LOG_REDIS_WHAT_LEN + 128]; // what was repaired; empty: nothing
};

// Embedded by the owner; all fields are the child's own but those of the first group.
struct log_redis_child {
    // Set by the owner before start.
    void *owner;
    const char *redis_server; // program, found by PATH
    void (*on_started)(struct log_redis_child *child);
    // It waits for the lock, or the server exited and will be started again; why is in
    // what.
    void (*on_change)(struct log_redis_child *child);
    // What was done to the append-only file, for the operator.
    void (*on_notice)(struct log_redis_child *child, const char *what);
    // It cannot go on; why is in what. Close it.
    void (*on_failed)(struct log_redis_child *child, int status);
    void (*on_closed)(struct log_redis_child *child);

    uv_loop_t *loop;
    enum log_redis_child_state state;
    bool closing, failed, process_open, preparing;
    bool is_first;                    // no server was started yet
    bool was_used;                    // any server was
    bool worked;                      // the server now or last running was used
    int lock;                         // descriptor, -1 when there is none
    char *data_dir;                   // absolute
    char *redis_dir;                  // absolute
    struct log_redis_address address; // where it listens, with its login
    uint64_t waiting_since_ms;        // for the lock, of the loop's clock
    uint64_t started_ms;              // the server, of the loop's clock
    uint32_t n_attempts;              // since it last settled
    uv_timer_t timer;
    uv_process_t process;
    uv_work_t work;
    struct log_redis_child_files files; // the pool's own while preparing
    char what[LOG_REDIS_WHAT_LEN];
};

void log_redis_child_init(struct log_redis_child *child, uv_loop_t *loop);
// Makes data_dir (0700) if it is not there. What goes wrong comes through on_failed:
// STATUS_INVALID_ARGUMENT (folder), STATUS_FAILED_PRECONDITION (locked by another for
// LOG_REDIS_LOCK_WAIT_MS), STATUS_NOT_FOUND (no redis-server or no setpriv),
// STATUS_DATA_LOSS (its append-only file is damaged, and not just torn at the end),
// STATUS_UNAVAILABLE, STATUS_RESOURCE_EXHAUSTED (the disk fails or is full before a
// server was ever used).
void log_redis_child_start(struct log_redis_child *child, const char *data_dir);
// Ends the server cleanly (SIGTERM; SIGKILL after 10 s), frees the lock, then calls
// on_closed; never inside the call.
void log_redis_child_close(struct log_redis_child *child);

// The server has loaded its file and answers.
void log_redis_child_use(struct log_redis_child *child);
// The server keeps what is written: the next rest will be short again.
void log_redis_child_settle(struct log_redis_child *child);

// child_files.c: what lies in the folder. 0 or, with what filled, STATUS_INVALID_ARGUMENT
// or STATUS_RESOURCE_EXHAUSTED (disk full).
int log_redis_child_make_folders(struct log_redis_child *child, const char *data_dir);
int log_redis_child_write_config(struct log_redis_child *child);
// In any thread; fills status (STATUS_DATA_LOSS, STATUS_RESOURCE_EXHAUSTED,
// STATUS_UNAVAILABLE), what and notice.
void log_redis_child_prepare_files(struct log_redis_child_files *files);

#endif
