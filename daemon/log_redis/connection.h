// SPDX-License-Identifier: Apache-2.0
//
// One connection to Redis over libuv: connects, greets (AUTH, SELECT), sends commands,
// matches the replies in order, and connects again by itself after 10 ms doubling to 2 s,
// with jitter.
//
// Guarantees: a command's callback runs exactly once, never inside a call of the owner's;
// a command past its deadline costs the connection, for nothing after it could be
// matched; and how a command ended tells what Redis may have done:
//   0                  the reply is there (which may be an error reply)
//   STATUS_UNAVAILABLE definitely not run: its last byte never left this process
//   STATUS_UNKNOWN     it may have run
//   STATUS_CANCELED    log_redis_connection_close was called; it may have run when
//   was_sent is set
#ifndef LOG_REDIS_CONNECTION_H
#define LOG_REDIS_CONNECTION_H

#include <uv.h>

#include "base/buffer.h"
#include "log_redis/resp.h"

#define LOG_REDIS_MAX_COMMANDS 64 // awaiting their replies on one connection
#define LOG_REDIS_MAX_OUTPUT (16 * 1024 * 1024) // bytes not yet sent
#define LOG_REDIS_WHAT_LEN 256                  // a reason for humans, NUL included

struct log_redis_address {
    char path[104]; // of the unix socket; empty: TCP
    char host[256];
    char port[6];
    uint32_t database;
    char user[64];      // empty: the default user
    char password[256]; // empty: no AUTH
};

// "unix:PATH", or "redis://HOST[:PORT][/DB]" with an IPv6 host in brackets; port 6379 and
// database 0 unless said. STATUS_INVALID_ARGUMENT otherwise: a password in the URL too,
// for it would be seen in the list of processes.
int log_redis_address_parse(const char *url, struct log_redis_address *address);

struct log_redis_command;
// reply is NULL when status is not 0, and lives until the callback returns.
typedef void (*log_redis_command_done)(struct log_redis_command *command, int status,
                                       const struct log_redis_reply *reply);

// Embedded by the caller and alive until done ran.
struct log_redis_command {
    log_redis_command_done done;
    void *owner;   // the caller's
    bool was_sent; // valid in done
    // The connection's own.
    uint64_t deadline_ms; // of the loop's clock
    uint64_t end; // offset of the byte after its last in what this connection sends
    struct log_redis_command *next;
};

enum log_redis_connection_state {
    LOG_REDIS_STOPPED,    // not started
    LOG_REDIS_RESOLVING,  // the host's name
    LOG_REDIS_CONNECTING, // to the socket
    LOG_REDIS_GREETING,   // AUTH and SELECT are under way
    LOG_REDIS_READY,      // the owner's commands may be sent
    LOG_REDIS_DROPPING,   // the socket is being closed
    LOG_REDIS_RESTING,    // until the next attempt
    LOG_REDIS_CLOSED,
};

// Embedded by the owner; all fields are the connection's own but those of the first
// group.
struct log_redis_connection {
    // Set by the owner before start.
    void *owner;
    void (*on_ready)(struct log_redis_connection *connection);
    // Connected or not, the attempt is over and all commands have ended; why is in what.
    void (*on_lost)(struct log_redis_connection *connection);
    void (*on_closed)(struct log_redis_connection *connection);

    uv_loop_t *loop;
    const struct log_redis_address *address;
    enum log_redis_connection_state state;
    bool closing, socket_open, resolving;
    bool late;           // a deadline passed; what came meanwhile is read first
    uint8_t n_greetings; // replies awaited
    uint32_t n_attempts; // since it last settled
    uint64_t heard_ms;   // the loop's clock when anything last came
    uv_timer_t timer;    // to connect, the next deadline, or the next attempt
    union {
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } socket;
    uv_connect_t connect;
    uv_getaddrinfo_t resolve;
    uv_write_t write;
    struct buffer out;     // formatted
    struct buffer writing; // given to the socket
    uint64_t formatted, written,
        handed; // bytes of this connection: formatted, of ended writes,
                // and (when dropped) perhaps out of this process
    struct log_redis_command *first, *last; // awaiting replies, in order
    uint32_t n_commands;
    struct log_redis_command greeting[2];
    struct log_redis_parser parser;
    char input[65536];
    char what[LOG_REDIS_WHAT_LEN]; // why it was lost
};

// address is borrowed until closed.
void log_redis_connection_init(struct log_redis_connection *connection, uv_loop_t *loop,
                               const struct log_redis_address *address);
void log_redis_connection_start(struct log_redis_connection *connection);
// Ends every command with STATUS_CANCELED, then calls on_closed; never inside the call.
void log_redis_connection_close(struct log_redis_connection *connection);

// The owner has got what it connected for: the next rest will be short again.
void log_redis_connection_settle(struct log_redis_connection *connection);
bool log_redis_connection_is_ready(const struct log_redis_connection *connection);
// 0, or done never runs: STATUS_UNAVAILABLE (not ready), STATUS_RESOURCE_EXHAUSTED
// (limits above).
int log_redis_connection_send(struct log_redis_connection *connection,
                              struct log_redis_command *command, uint32_t timeout_ms,
                              int n_args, const struct slice *args);
// Gives up this connection for a new one: what came is not what Redis answers. No effect
// unless it is connected.
void log_redis_connection_drop(struct log_redis_connection *connection, const char *what);

#endif
