// SPDX-License-Identifier: Apache-2.0
//
// The log on a Redis stream: joins the private redis-server (or yours), the control
// connection, the appender and the follower, and shows them to the replica as its log
// port.
//
// Guarantees: nothing is appended unless the last word on this Redis was good (settings,
// identity, clock, proof); every entry reaches the replica once and in order; every
// append ends once. Must never: make a log where one was seen, or go on after a verdict.
#ifndef LOG_REDIS_LOG_REDIS_H
#define LOG_REDIS_LOG_REDIS_H

#include <uv.h>

#include "base/slice.h"
#include "replica/ports.h"

struct log_redis;

// All of it is borrowed until closed.
struct log_redis_config {
    // NULL: a private redis-server inside data_dir (made 0700 if it is not there). Else
    // "redis://HOST[:PORT][/DB]" or "unix:PATH".
    const char *url;
    const char
        *data_dir; // holds the high-water mark too; NULL, with a Redis of yours: none
    const char *redis_server;  // program of the private one; NULL: "redis-server"
    const char *user;          // of yours; NULL: the default user
    const char *password_file; // its first line; NULL: no password
    bool init; // may make the log in an empty Redis; a new data_dir needs no such word
    bool allow_weak; // takes a Redis that may lose what it acknowledged
    // Of the writers' times; NULL: the system's.
    const struct replica_clock *clock;
    const char *uuid;         // of the log, should it have to be made: 36 characters,
    struct slice first_entry; // and its entry 1, framed
    const struct replica_snapshots *snapshots; // NULL: none are made or read
    uint64_t snapshot_entries; // since the last one that the next is made after
    // The log cannot be used and will not be by waiting: a folder in use, an empty Redis
    // without init, unsafe settings, a missing program, a log that is not the one this
    // folder has followed (STATUS_DATA_LOSS). Called once at most, from the loop, and
    // only before the log was first usable, but for DIVERGED: a snapshot has shown that
    // the state in memory is not what was applied. The process should close the log and
    // exit 1.
    void (*on_fatal)(void *self, int status, const char *what);
    // Something was repaired that the operator should know of; may be NULL.
    void (*on_notice)(void *self, const char *what);
    // A snapshot was made, read or given up; may be NULL.
    void (*on_snapshot)(void *self, const char *what);
    void *self;
};

// The process must ignore SIGPIPE, for libuv does not: a Redis that dies is an error
// here. It should ignore SIGXFSZ, or a limit on the size of files ends it.
struct log_redis *log_redis_new(uv_loop_t *loop, const struct log_redis_config *config,
                                const struct replica_log_events *events);
// The entry to go on after, when a snapshot has been loaded; before log_redis_start.
void log_redis_set_position(struct log_redis *log, uint64_t sequence,
                            const unsigned char checksum[16]);
// Returns 0, or STATUS_INVALID_ARGUMENT: url or password file; STATUS_DATA_LOSS or
// STATUS_UNAVAILABLE: the data folder's high-water mark; log_redis_status says why.
int log_redis_start(struct log_redis *log);
// Ends every append (STATUS_UNKNOWN or STATUS_UNAVAILABLE), closes the connections, stops
// the private redis-server and frees the folder's lock; then on_closed, never inside the
// call. No event comes after this call.
void log_redis_close(struct log_redis *log, void (*on_closed)(void *self), void *self);
void log_redis_free(struct log_redis *log); // after on_closed

// Makes a snapshot as soon as one can be made.
void log_redis_want_snapshot(struct log_redis *log);

struct replica_log log_redis_port(struct log_redis *log);

struct log_redis_status {
    int status;             // as told by on_state
    char what[512];         // why not 0, for humans
    char uuid[37];          // empty until known
    const char *durability; // "always", "everysec", "weak"; "unknown" until known
    int64_t lag_ms;         // since when the log may hold what is not here; 0: up to date
    uint64_t tail;          // last sequence that the log is known to have
    int redis_pid;          // of the private redis-server; 0: none now
};
void log_redis_status(const struct log_redis *log, struct log_redis_status *status);

#endif
