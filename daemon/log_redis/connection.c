// SPDX-License-Identifier: Apache-2.0
//
// Happy path: start -> attempt -> on_resolved (TCP only) -> on_connected -> greet ->
// be_ready; then send formats and flushes, on_read matches replies to commands in order.
// Failure modes: whatever goes wrong ends in fail, which notes how much may have left
// this process and closes the socket; when that is done, `dropped` ends the commands (so
// never inside a call of the owner's), tells the owner and rests before the next attempt.
// Close takes the same way.
//
//   STOPPED -> RESTING -> RESOLVING -> CONNECTING -> GREETING -> READY
//      |          ^ |          |            |            |         |
//      |          | +----------|------------|------------|---------|---> CLOSED
//      |          +---- DROPPING <----------+------------+---------+      ^ ^
//      |                  +-----------------------------------------------+ |
//      +--------------------------------------------------------------------+
#include "log_redis/connection.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/check.h"
#include "base/status.h"

#define CONNECT_TIMEOUT_MS 2000
#define GREETING_TIMEOUT_MS 2000
#define REST_MIN_MS 10
#define REST_MAX_MS 2000
#define REST_DOUBLINGS 8 // 10 ms << 8 is over REST_MAX_MS
#define KEEPALIVE_SECONDS 15

#define BIT(state) (1u << (state))

static const unsigned allowed_moves[] = {
    [LOG_REDIS_STOPPED] = BIT(LOG_REDIS_RESTING) | BIT(LOG_REDIS_CLOSED),
    [LOG_REDIS_RESOLVING] = BIT(LOG_REDIS_CONNECTING) | BIT(LOG_REDIS_DROPPING),
    [LOG_REDIS_CONNECTING] = BIT(LOG_REDIS_GREETING) | BIT(LOG_REDIS_DROPPING),
    [LOG_REDIS_GREETING] = BIT(LOG_REDIS_READY) | BIT(LOG_REDIS_DROPPING),
    [LOG_REDIS_READY] = BIT(LOG_REDIS_DROPPING),
    [LOG_REDIS_DROPPING] = BIT(LOG_REDIS_RESTING) | BIT(LOG_REDIS_CLOSED),
    [LOG_REDIS_RESTING] =
        BIT(LOG_REDIS_RESOLVING) | BIT(LOG_REDIS_CONNECTING) | BIT(LOG_REDIS_CLOSED),
    [LOG_REDIS_CLOSED] = 0,
};

static void on_timer(uv_timer_t *timer);
static void fail(struct log_redis_connection *connection, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void move(struct log_redis_connection *connection,
                 enum log_redis_connection_state state)
{
    CHECK(allowed_moves[connection->state] & BIT(state));
    connection->state = state;
}

// From the first step of an attempt until it is dropped.
static bool is_trying(const struct log_redis_connection *connection)
{
    return connection->state >= LOG_REDIS_RESOLVING &&
           connection->state <= LOG_REDIS_READY;
}

static bool is_connected(const struct log_redis_connection *connection)
{
    return connection->state == LOG_REDIS_GREETING ||
           connection->state == LOG_REDIS_READY;
}

bool log_redis_connection_is_ready(const struct log_redis_connection *connection)
{
    return connection->state == LOG_REDIS_READY;
}

void log_redis_connection_settle(struct log_redis_connection *connection)
{
    connection->n_attempts = 0;
}

static void set_timer(struct log_redis_connection *connection, uint64_t ms)
{
    uv_timer_start(&connection->timer, on_timer, ms, 0);
}

void log_redis_connection_init(struct log_redis_connection *connection, uv_loop_t *loop,
                               const struct log_redis_address *address)
{
    memset(connection, 0, sizeof *connection);
    connection->loop = loop;
    connection->address = address;
    uv_timer_init(loop, &connection->timer);
    connection->timer.data = connection;
}

void log_redis_connection_start(struct log_redis_connection *connection)
{
    move(connection, LOG_REDIS_RESTING);
    set_timer(connection, 0);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct log_redis_connection *connection = handle->data;
    buffer_free(&connection->out);
    buffer_free(&connection->writing);
    move(connection, LOG_REDIS_CLOSED);
    connection->on_closed(connection);
}

static void finish(struct log_redis_connection *connection)
{
    uv_close((uv_handle_t *)&connection->timer, on_timer_closed);
}

static void rest(struct log_redis_connection *connection)
{
    uint32_t doublings =
        connection->n_attempts < REST_DOUBLINGS ? connection->n_attempts : REST_DOUBLINGS;
    uint32_t ms = (uint32_t)REST_MIN_MS << doublings, jitter = 0;
    if (ms > REST_MAX_MS)
        ms = REST_MAX_MS;
    if (uv_random(NULL, NULL, &jitter, sizeof jitter, 0, NULL))
        jitter = 0;
    connection->n_attempts++;
    move(connection, LOG_REDIS_RESTING);
    set_timer(connection, ms / 2 + jitter % (ms / 2 + 1));
}

static void end_commands(struct log_redis_connection *connection)
{
    struct log_redis_command *command = connection->first;
    connection->first = connection->last = NULL;
    connection->n_commands = 0;
    while (command) {
        struct log_redis_command *next = command->next;
        command->was_sent = command->end <= connection->handed;
        int status = command->was_sent ? STATUS_UNKNOWN : STATUS_UNAVAILABLE;
        command->done(command, connection->closing ? STATUS_CANCELED : status, NULL);
        command = next;
    }
}

// The socket is closed and nothing of this attempt can come any more.
static void dropped(struct log_redis_connection *connection)
{
    log_redis_parser_close(&connection->parser);
    buffer_clear(&connection->out);
    buffer_clear(&connection->writing);
    end_commands(connection);
    if (!connection->closing)
        connection->on_lost(connection);
    if (connection->closing)
        finish(connection);
    else
        rest(connection);
}

static void on_socket_closed(uv_handle_t *handle)
{
    struct log_redis_connection *connection = handle->data;
    connection->socket_open = false;
    dropped(connection);
}

static void fail(struct log_redis_connection *connection, const char *format, ...)
{
    if (!is_trying(connection))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(connection->what, sizeof connection->what, format, args);
    va_end(args);
    connection->handed = connection->written + connection->writing.len;
    if (connection->socket_open)
        connection->handed -= uv_stream_get_write_queue_size(&connection->socket.stream);
    move(connection, LOG_REDIS_DROPPING);
    uv_timer_stop(&connection->timer);
    if (connection->socket_open)
        uv_close((uv_handle_t *)&connection->socket, on_socket_closed);
    else if (connection->resolving)
        uv_cancel((uv_req_t *)&connection->resolve); // on_resolved comes in any case
    else
        set_timer(connection, 0);
}

void log_redis_connection_drop(struct log_redis_connection *connection, const char *what)
{
    fail(connection, "%s", what);
}

void log_redis_connection_close(struct log_redis_connection *connection)
{
    if (connection->closing)
        return;
    connection->closing = true;
    if (is_trying(connection))
        fail(connection, "closed");
    else if (connection->state != LOG_REDIS_DROPPING)
        finish(connection);
}

static void set_deadline(struct log_redis_connection *connection)
{
    uint64_t now = uv_now(connection->loop), first = UINT64_MAX;
    if (!is_connected(connection))
        return;
    for (const struct log_redis_command *c = connection->first; c; c = c->next)
        if (c->deadline_ms < first)
            first = c->deadline_ms;
    if (first == UINT64_MAX)
        uv_timer_stop(&connection->timer);
    else
        set_timer(connection, first > now ? first - now : 1);
}

static void attempt(struct log_redis_connection *connection);

static void on_timer(uv_timer_t *timer)
{
    struct log_redis_connection *connection = timer->data;
    if (connection->state == LOG_REDIS_RESTING) {
        attempt(connection);
    } else if (connection->state == LOG_REDIS_DROPPING) {
        dropped(connection);
    } else if (!connection->late) {
        // This process may have been the slow one (stopped, or busy): one look at the
        // socket before Redis gets the blame.
        connection->late = true;
        set_timer(connection, 1);
    } else {
        fail(connection, "Redis did not answer in time");
    }
}

static void flush(struct log_redis_connection *connection);

static void on_written(uv_write_t *write, int error)
{
    struct log_redis_connection *connection = write->data;
    if (!is_connected(connection))
        return;
    if (error) {
        fail(connection, "write to Redis: %s", uv_strerror(error));
        return;
    }
    connection->written += connection->writing.len;
    buffer_clear(&connection->writing);
    flush(connection);
}

static void swap_buffers(struct log_redis_connection *connection)
{
    struct buffer out = connection->out;
    connection->out = connection->writing;
    connection->writing = out;
}

static void flush(struct log_redis_connection *connection)
{
    if (connection->writing.len || !connection->out.len)
        return;
    swap_buffers(connection);
    uv_buf_t bytes = {connection->writing.data, connection->writing.len};
    connection->write.data = connection;
    int error =
        uv_write(&connection->write, &connection->socket.stream, &bytes, 1, on_written);
    if (error) {
        swap_buffers(connection);
        fail(connection, "write to Redis: %s", uv_strerror(error));
    }
}

static void queue(struct log_redis_connection *connection,
                  struct log_redis_command *command, uint32_t timeout_ms, int n_args,
                  const struct slice *args)
{
    size_t before = connection->out.len;
    log_redis_command_format(&connection->out, n_args, args);
    connection->formatted += connection->out.len - before;
    command->end = connection->formatted;
    command->deadline_ms = uv_now(connection->loop) + timeout_ms;
    command->next = NULL;
    if (connection->last)
        connection->last->next = command;
    else
        connection->first = command;
    connection->last = command;
    connection->n_commands++;
    set_deadline(connection);
    flush(connection);
}

int log_redis_connection_send(struct log_redis_connection *connection,
                              struct log_redis_command *command, uint32_t timeout_ms,
                              int n_args, const struct slice *args)
{
    if (connection->state != LOG_REDIS_READY)
        return STATUS_UNAVAILABLE;
    if (connection->n_commands >= LOG_REDIS_MAX_COMMANDS ||
        connection->out.len + connection->writing.len > LOG_REDIS_MAX_OUTPUT)
        return STATUS_RESOURCE_EXHAUSTED;
    queue(connection, command, timeout_ms, n_args, args);
    return 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *bytes)
{
    struct log_redis_connection *connection = handle->data;
    (void)suggested;
    *bytes = uv_buf_init(connection->input, sizeof connection->input);
}

static void take_reply(struct log_redis_connection *connection,
                       const struct log_redis_reply *reply)
{
    struct log_redis_command *command = connection->first;
    if (!command) {
        fail(connection, "Redis sent a reply that nobody asked for");
        return;
    }
    connection->first = command->next;
    if (!connection->first)
        connection->last = NULL;
    connection->n_commands--;
    command->was_sent = true;
    command->done(command, 0, reply);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct log_redis_connection *connection = stream->data;
    if (len == 0 || !is_connected(connection))
        return;
    connection->late = false;
    connection->heard_ms = uv_now(connection->loop);
    if (len < 0) {
        fail(connection, "read from Redis: %s", uv_strerror((int)len));
        return;
    }
    const struct log_redis_reply *reply = NULL;
    int status = log_redis_parser_feed(&connection->parser,
                                       (struct slice){bytes->base, (size_t)len});
    while (status == 0 && is_connected(connection)) {
        status = log_redis_parser_next(&connection->parser, &reply);
        if (status || !reply)
            break;
        take_reply(connection, reply);
    }
    if (status)
        fail(connection, "Redis sent what is not a reply, or one over the limits");
    set_deadline(connection);
}

static void be_ready(struct log_redis_connection *connection)
{
    move(connection, LOG_REDIS_READY);
    connection->on_ready(connection);
}

static void on_greeted(struct log_redis_command *command, int status,
                       const struct log_redis_reply *reply)
{
    struct log_redis_connection *connection = command->owner;
    if (status)
        return;
    if (!slice_equal(log_redis_reply_text(reply), slice_from("OK"))) {
        fail(connection, "Redis refused the login: %s",
             reply->type == LOG_REDIS_ERROR ? reply->text.data : "an odd reply");
        return;
    }
    if (--connection->n_greetings == 0)
        be_ready(connection);
}

static void greet(struct log_redis_connection *connection)
{
    const struct log_redis_address *address = connection->address;
    char database[12];
    snprintf(database, sizeof database, "%u", (unsigned)address->database);
    struct slice login[3] = {slice_from("AUTH"), slice_from(address->user),
                             slice_from(address->password)};
    struct slice select[2] = {slice_from("SELECT"), slice_from(database)};
    if (!address->user[0])
        login[1] = login[2];
    connection->n_greetings =
        (uint8_t)((address->password[0] != '\0') + (address->database > 0));
    if (connection->n_greetings == 0) {
        be_ready(connection);
        return;
    }
    for (int i = 0; i < 2; i++)
        connection->greeting[i] =
            (struct log_redis_command){.done = on_greeted, .owner = connection};
    if (address->password[0])
        queue(connection, &connection->greeting[0], GREETING_TIMEOUT_MS,
              address->user[0] ? 3 : 2, login);
    if (address->database > 0)
        queue(connection, &connection->greeting[1], GREETING_TIMEOUT_MS, 2, select);
}

static void on_connected(uv_connect_t *connect, int error)
{
    struct log_redis_connection *connection = connect->data;
    if (connection->state != LOG_REDIS_CONNECTING)
        return;
    uv_timer_stop(&connection->timer);
    if (!error)
        error = uv_read_start(&connection->socket.stream, on_alloc, on_read);
    if (error) {
        fail(connection, "connect to Redis: %s", uv_strerror(error));
        return;
    }
    log_redis_parser_init(&connection->parser);
    connection->formatted = connection->written = 0;
    move(connection, LOG_REDIS_GREETING);
    greet(connection);
}

static void connect_tcp(struct log_redis_connection *connection,
                        const struct sockaddr *address)
{
    uv_tcp_init(connection->loop, &connection->socket.tcp);
    connection->socket_open = true;
    connection->socket.tcp.data = connection;
    uv_tcp_nodelay(&connection->socket.tcp, 1);
    uv_tcp_keepalive(&connection->socket.tcp, 1, KEEPALIVE_SECONDS);
    int error = uv_tcp_connect(&connection->connect, &connection->socket.tcp, address,
                               on_connected);
    if (error)
        fail(connection, "connect to Redis: %s", uv_strerror(error));
}

// A name may have several addresses: each attempt takes the next one.
static const struct addrinfo *choose(const struct addrinfo *found, uint32_t n_attempts)
{
    uint32_t n = 0;
    for (const struct addrinfo *a = found; a; a = a->ai_next)
        n++;
    for (uint32_t skip = n ? n_attempts % n : 0; skip > 0; skip--)
        found = found->ai_next;
    return found;
}

static void on_resolved(uv_getaddrinfo_t *resolve, int error, struct addrinfo *found)
{
    struct log_redis_connection *connection = resolve->data;
    connection->resolving = false;
    if (connection->state == LOG_REDIS_DROPPING) {
        dropped(connection);
    } else if (error || !found) {
        fail(connection, "find the host of Redis: %s", uv_strerror(error));
    } else {
        move(connection, LOG_REDIS_CONNECTING);
        connect_tcp(connection, choose(found, connection->n_attempts)->ai_addr);
    }
    uv_freeaddrinfo(found);
}

static void resolve_host(struct log_redis_connection *connection)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    move(connection, LOG_REDIS_RESOLVING);
    connection->resolve.data = connection;
    int error =
        uv_getaddrinfo(connection->loop, &connection->resolve, on_resolved,
                       connection->address->host, connection->address->port, &hints);
    connection->resolving = error == 0;
    if (error)
        fail(connection, "find the host of Redis: %s", uv_strerror(error));
}

static void connect_unix(struct log_redis_connection *connection)
{
    move(connection, LOG_REDIS_CONNECTING);
    uv_pipe_init(connection->loop, &connection->socket.pipe, 0);
    connection->socket_open = true;
    connection->socket.pipe.data = connection;
    uv_pipe_connect(&connection->connect, &connection->socket.pipe,
                    connection->address->path, on_connected);
}

static void attempt(struct log_redis_connection *connection)
{
    connection->late = false;
    connection->connect.data = connection;
    set_timer(connection, CONNECT_TIMEOUT_MS);
    if (connection->address->path[0])
        connect_unix(connection);
    else
        resolve_host(connection);
}
