// SPDX-License-Identifier: Apache-2.0
//
// One connection against a server that misbehaves: what the owner is told, and how
// commands end.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "log_redis_support.h"

enum { MAX_COMMANDS = 8 };

// Takes connections and says `greeting` to each as soon as anything has come from it (at
// once when speaks_first), whatever was asked. reads false: never reads.
struct fake {
    struct world world;
    uv_pipe_t listener;
    uv_pipe_t peer; // the connection taken last
    bool has_peer, reads, speaks_first, hangs_up;
    const char *says;
    size_t says_len;
    size_t n_read;
    uint32_t n_taken;
    uv_write_t write;
    char input[65536];

    struct log_redis_address address;
    struct log_redis_connection connection;
    struct log_redis_command commands[MAX_COMMANDS];
    int n_commands, n_ended;
    int status[MAX_COMMANDS];
    bool was_sent[MAX_COMMANDS];
    int64_t integer[MAX_COMMANDS];
    uint32_t n_ready, n_lost;
    bool is_closed;
};

static void on_peer_closed(uv_handle_t *handle)
{
    struct fake *fake = handle->data;
    fake->has_peer = false;
}

static void hang_up(struct fake *fake)
{
    if (fake->has_peer && !uv_is_closing((uv_handle_t *)&fake->peer))
        uv_close((uv_handle_t *)&fake->peer, on_peer_closed);
}

static void say(struct fake *fake)
{
    uv_buf_t bytes = {.base = NULL, .len = fake->says_len};
    char *copy = malloc(fake->says_len + 1);
    memcpy(copy, fake->says, fake->says_len);
    bytes.base = copy;
    cr_assert_eq(uv_try_write((uv_stream_t *)&fake->peer, &bytes, 1),
                 (int)fake->says_len);
    free(copy);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *bytes)
{
    struct fake *fake = handle->data;
    (void)suggested;
    *bytes = uv_buf_init(fake->input, sizeof fake->input);
}

static void on_peer_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct fake *fake = stream->data;
    (void)bytes;
    if (len < 0) {
        hang_up(fake);
        return;
    }
    fake->n_read += (size_t)len;
    if (fake->says)
        say(fake);
    fake->says = NULL; // once
    if (fake->hangs_up)
        hang_up(fake);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct fake *fake = listener->data;
    cr_assert_eq(status, 0);
    cr_assert_not(fake->has_peer);
    uv_pipe_init(&fake->world.loop, &fake->peer, 0);
    fake->peer.data = fake;
    cr_assert_eq(uv_accept(listener, (uv_stream_t *)&fake->peer), 0);
    fake->has_peer = true;
    fake->n_taken++;
    if (fake->speaks_first) {
        say(fake);
        fake->speaks_first = false;
    }
    if (fake->reads)
        uv_read_start((uv_stream_t *)&fake->peer, on_alloc, on_peer_read);
}

static void on_done(struct log_redis_command *command, int status,
                    const struct log_redis_reply *reply)
{
    struct fake *fake = command->owner;
    ptrdiff_t i = command - fake->commands;
    cr_assert_eq(i, fake->n_ended, "commands end in order, once");
    fake->status[i] = status;
    fake->was_sent[i] = command->was_sent;
    fake->integer[i] = reply ? reply->integer : -1;
    cr_assert_eq(reply != NULL, status == 0);
    fake->n_ended++;
}

static void on_ready(struct log_redis_connection *connection)
{
    struct fake *fake = connection->owner;
    fake->n_ready++;
}

static void on_lost(struct log_redis_connection *connection)
{
    struct fake *fake = connection->owner;
    cr_assert_eq(fake->n_ended, fake->n_commands, "commands end before their connection");
    fake->n_lost++;
}

static void on_closed(struct log_redis_connection *connection)
{
    struct fake *fake = connection->owner;
    fake->is_closed = true;
}

static bool is_ready(void *of)
{
    const struct fake *fake = of;
    return log_redis_connection_is_ready(&fake->connection) && fake->has_peer;
}

static void fake_init(struct fake *fake, bool reads)
{
    memset(fake, 0, sizeof *fake);
    world_init(&fake->world);
    fake->reads = reads;
    snprintf(fake->address.path, sizeof fake->address.path, "%s/fake.sock",
             fake->world.folder);
    uv_pipe_init(&fake->world.loop, &fake->listener, 0);
    fake->listener.data = fake;
    cr_assert_eq(uv_pipe_bind(&fake->listener, fake->address.path), 0);
    cr_assert_eq(uv_listen((uv_stream_t *)&fake->listener, 8, on_connection), 0);
    log_redis_connection_init(&fake->connection, &fake->world.loop, &fake->address);
    fake->connection.owner = fake;
    fake->connection.on_ready = on_ready;
    fake->connection.on_lost = on_lost;
    fake->connection.on_closed = on_closed;
    log_redis_connection_start(&fake->connection);
    await(&fake->world, is_ready, fake);
}

static bool is_closed(void *of)
{
    const struct fake *fake = of;
    return fake->is_closed;
}

static void fake_close(struct fake *fake)
{
    log_redis_connection_close(&fake->connection);
    await(&fake->world, is_closed, fake);
    uv_close((uv_handle_t *)&fake->listener, NULL);
    hang_up(fake);
    world_close(&fake->world);
}

static void submit(struct fake *fake, uint32_t timeout_ms, struct slice argument)
{
    struct slice args[2] = {slice_from("ECHO"), argument};
    struct log_redis_command *command = &fake->commands[fake->n_commands++];
    *command = (struct log_redis_command){.done = on_done, .owner = fake};
    cr_assert_eq(
        log_redis_connection_send(&fake->connection, command, timeout_ms, 2, args), 0);
    cr_assert_eq(fake->n_ended, 0);
}

static void script(struct fake *fake, const char *says)
{
    fake->says = says;
    fake->says_len = strlen(says);
}

static bool has_lost(void *of)
{
    const struct fake *fake = of;
    return fake->n_lost > 0;
}

static bool has_ended_all(void *of)
{
    const struct fake *fake = of;
    return fake->n_ended == fake->n_commands;
}

Test(log_redis_connection, replies_go_to_their_commands_in_order)
{
    struct fake fake;
    fake_init(&fake, true);
    script(&fake, ":1\r\n:2\r\n:3\r\n");
    for (int i = 0; i < 3; i++)
        submit(&fake, 5000, slice_from("x"));
    await(&fake.world, has_ended_all, &fake);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(fake.status[i], 0);
        cr_assert_eq(fake.integer[i], i + 1);
    }
    cr_assert_eq(fake.n_lost, 0);
    fake_close(&fake);
}

Test(log_redis_connection,
     what_is_no_answer_costs_the_connection_and_leaves_the_rest_unknown)
{
    static const struct {
        const char *says;
        int first_status; // of two commands; the second is always unknown
    } cases[] = {
        {"rubbish\r\n", STATUS_UNKNOWN},
        {":1\r\nrubbish\r\n", 0},
        {":1\r\n*1000000000\r\n", 0},
        {"$99999999999\r\n", STATUS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fake fake;
        fake_init(&fake, true);
        script(&fake, cases[i].says);
        submit(&fake, 5000, slice_from("x"));
        submit(&fake, 5000, slice_from("y"));
        await(&fake.world, has_lost, &fake);
        cr_assert_eq(fake.status[0], cases[i].first_status, "%s", cases[i].says);
        cr_assert_eq(fake.status[1], STATUS_UNKNOWN, "%s", cases[i].says);
        await(&fake.world, is_ready, &fake);
        cr_assert_eq(fake.n_taken, 2);
        fake_close(&fake);
    }
}

Test(log_redis_connection, a_doubled_reply_never_answers_the_next_command)
{
    struct fake fake;
    fake_init(&fake, true);
    script(&fake, ":1\r\n:1\r\n");
    submit(&fake, 5000, slice_from("x"));
    await(&fake.world, has_lost, &fake);
    cr_assert_eq(fake.status[0], 0);
    cr_assert_not_null(strstr(fake.connection.what, "nobody asked"));
    fake_close(&fake);
}

Test(log_redis_connection, a_server_that_hangs_up_leaves_what_it_read_unknown)
{
    struct fake fake;
    fake_init(&fake, true);
    fake.hangs_up = true;
    submit(&fake, 5000, slice_from("x"));
    await(&fake.world, has_lost, &fake);
    cr_assert_eq(fake.status[0], STATUS_UNKNOWN);
    cr_assert(fake.was_sent[0]);
    fake_close(&fake);
}

Test(log_redis_connection, a_silent_server_costs_the_connection_at_the_deadline)
{
    struct fake fake;
    fake_init(&fake, true);
    uv_update_time(&fake.world.loop);
    uint64_t before = uv_now(&fake.world.loop);
    submit(&fake, 5000, slice_from("x"));
    submit(&fake, 80, slice_from("y"));
    await(&fake.world, has_ended_all, &fake);
    cr_assert_geq(uv_now(&fake.world.loop) - before, 80u);
    cr_assert_eq(fake.status[0], STATUS_UNKNOWN);
    cr_assert_eq(fake.status[1], STATUS_UNKNOWN);
    cr_assert_not_null(strstr(fake.connection.what, "in time"));
    fake_close(&fake);
}

// More than the socket's buffers take: the last command cannot have left this process.
Test(log_redis_connection, what_never_left_is_definitely_not_run)
{
    enum { LARGE = 3 * 1024 * 1024 };
    struct fake fake;
    char *bytes = calloc(1, LARGE);
    fake_init(&fake, false);
    submit(&fake, 80, slice_from("x"));
    submit(&fake, 80, (struct slice){bytes, LARGE});
    submit(&fake, 80, slice_from("y"));
    await(&fake.world, has_ended_all, &fake);
    cr_assert_eq(fake.status[0], STATUS_UNKNOWN);
    cr_assert_eq(fake.status[1], STATUS_UNAVAILABLE);
    cr_assert_eq(fake.status[2], STATUS_UNAVAILABLE);
    cr_assert_not(fake.was_sent[2]);
    hang_up(&fake);
    free(bytes);
    fake_close(&fake);
}

Test(log_redis_connection, too_much_at_once_is_refused_and_not_queued)
{
    enum { LARGE = LOG_REDIS_MAX_OUTPUT };
    struct fake fake;
    char *bytes = calloc(1, LARGE);
    struct slice args[2] = {slice_from("ECHO"), {bytes, LARGE}};
    struct log_redis_command refused = {.done = on_done, .owner = &fake};
    fake_init(&fake, false);
    submit(&fake, 60000, args[1]);
    cr_assert_eq(log_redis_connection_send(&fake.connection, &refused, 60000, 2, args),
                 STATUS_RESOURCE_EXHAUSTED);
    hang_up(&fake);
    await(&fake.world, has_lost, &fake);
    cr_assert_eq(log_redis_connection_send(&fake.connection, &refused, 60000, 2, args),
                 STATUS_UNAVAILABLE);
    cr_assert_eq(fake.n_ended, 1);
    free(bytes);
    fake_close(&fake);
}

Test(log_redis_connection, closing_cancels_every_command)
{
    struct fake fake;
    fake_init(&fake, true);
    submit(&fake, 5000, slice_from("x"));
    submit(&fake, 5000, slice_from("y"));
    log_redis_connection_close(&fake.connection);
    cr_assert_eq(fake.n_ended, 0, "never inside the call");
    await(&fake.world, is_closed, &fake);
    cr_assert_eq(fake.n_ended, 2);
    cr_assert_eq(fake.status[0], STATUS_CANCELED);
    cr_assert(fake.was_sent[0]);
    cr_assert_eq(fake.n_lost, 0);
    fake_close(&fake);
}

struct caller {
    struct fake *fake;
    uint32_t n_lost;
};

static bool has_tried_often(void *of)
{
    const struct caller *caller = of;
    return caller->fake->n_lost >= caller->n_lost;
}

Test(log_redis_connection, a_server_that_is_gone_is_tried_again_ever_more_seldom)
{
    struct fake fake;
    struct caller caller = {&fake, 6};
    fake_init(&fake, true);
    uv_close((uv_handle_t *)&fake.listener, NULL); // its path goes with it
    hang_up(&fake);
    uint64_t before = uv_now(&fake.world.loop);
    await(&fake.world, has_tried_often, &caller);
    // Five rests after the first loss, each at least half of 10, 20, 40, 80, 160 ms.
    cr_assert_geq(uv_now(&fake.world.loop) - before, 5u + 10u + 20u + 40u + 80u);
    log_redis_connection_close(&fake.connection);
    await(&fake.world, is_closed, &fake);
    world_close(&fake.world);
}
