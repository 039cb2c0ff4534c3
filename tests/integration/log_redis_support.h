// SPDX-License-Identifier: Apache-2.0
//
// What the tests of log_redis share: a loop that waits for events, a replica that only
// remembers, and redis servers of the tests' own. Nothing here sleeps: await runs the
// loop until something holds, and fails the test after AWAIT_MS.
#ifndef INTEGRATION_LOG_REDIS_SUPPORT_H
#define INTEGRATION_LOG_REDIS_SUPPORT_H

#include <stdarg.h>
#include <uv.h>

#include "log_redis/connection.h"
#include "log_redis/log_redis.h"

#define AWAIT_MS 60000
#define ENTRY_LEN 40 // of the tests' entries: "e", id in 23 digits, checksum
#define TEST_UUID "0b3c7d5e-6f70-4a81-92a3-b4c5d6e7f809"

struct world {
    uv_loop_t loop;
    uv_timer_t guard;
    uv_prepare_t
        prepare; // both look at the condition awaited, before and after each poll
    uv_check_t check;
    bool is_late;
    bool (*condition)(void *of);
    void *of;
    char folder[64]; // a new one
};

void world_init(struct world *world);
void world_close(struct world *world); // asserts that nothing is left open
typedef bool (*world_condition)(void *of);
void await(struct world *world, world_condition condition, void *of);
// Runs what is due without waiting.
void world_turn(struct world *world);

// A daemon as far as the log can see. Set config (world_init's folder is its data_dir)
// and url, then daemon_start.
struct daemon {
    struct world *world;
    struct log_redis_config config;
    struct log_redis *log;
    struct replica_log port;
    char url[128];
    unsigned char first[ENTRY_LEN];
    uint64_t *seen; // ids of the entries, by sequence from 1
    uint64_t n_seen;
    uint64_t start_at;    // starts as from a snapshot of that many entries; 0: none
    uint64_t refuse_from; // on_entry refuses this sequence; 0: none
    uint64_t apply_ns;    // on_entry takes so long
    uint32_t n_caught_up, n_states;
    int status;
    char what[512];
    bool has_waited; // ever told to wait for the folder
    int fatal;
    char fatal_what[512];
    bool is_closed;
};

void daemon_init(struct daemon *daemon, struct world *world);
void daemon_start(struct daemon *daemon);        // asserts 0
void daemon_await_usable(struct daemon *daemon); // status 0 and caught up
void daemon_await_status(struct daemon *daemon, int status);
void daemon_await_seen(struct daemon *daemon, uint64_t n);
void daemon_await_fatal(struct daemon *daemon);
void daemon_close(struct daemon *daemon);
uint64_t daemon_times_seen(const struct daemon *daemon, uint64_t id);

// One append of the tests'.
struct write {
    struct replica_append append;
    unsigned char entry[ENTRY_LEN];
    int status; // of done, valid when n_done is 1
    uint32_t n_done;
    void (*then)(struct write *write); // may be NULL
    void *owner;
};

void write_init(struct write *write, uint64_t id);
int write_submit(struct daemon *daemon, struct write *write);
int write_await(struct daemon *daemon, struct write *write); // its status
// Submits and awaits one; asserts STATUS_OK.
void daemon_append(struct daemon *daemon, uint64_t id);

// A redis-server of the test's, on world's folder; dies with the test.
struct server {
    struct world *world;
    uv_process_t process;
    struct log_redis_address address;
    char url[128];
    bool is_running;
};

// options is one string of more arguments ("--appendfsync everysec"), which win over the
// defaults; those are what a daemon wants.
void server_start(struct server *server, struct world *world, const char *options);
void server_stop(struct server *server); // kill -9
// Sends one command and gives the reply as text ("OK", "3", "-ERR ...", "[a,b]"), freed
// by the caller. Ends in NULL.
char *server_ask(struct server *server, const char *word, ...);
// The same, for when the reply is known.
#define server_expect(server, reply, ...)                                                \
    do {                                                                                 \
        char *text_ = server_ask(server, __VA_ARGS__, (char *)NULL);                     \
        cr_assert_str_eq(text_, reply);                                                  \
        free(text_);                                                                     \
    } while (0)

// A world with a server and a daemon that makes the log in it.
struct setting {
    struct world world;
    struct server server;
    struct daemon daemon;
};

void use_server(struct daemon *daemon, const struct server *server);
void setting_init(struct setting *setting);
void setting_close(struct setting *setting);

#endif
