// SPDX-License-Identifier: Apache-2.0
//
// Replies that belong to other questions: a follower and an appender against a server
// that says what it is told to.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "log_redis/append.h"
#include "log_redis/follow.h"
#include "log_redis_support.h"

#define ITEM(sequence, letter)                                                           \
    "*2\r\n$3\r\n" sequence "-0\r\n*2\r\n$1\r\ne\r\n$20\r\n" letter letter letter letter \
    "0123456789abcdef\r\n"
#define CHECKSUM "0123456789abcdef" // of every entry here
#define NEWS(item) "*1\r\n*2\r\n$13\r\n{vardsok}:log\r\n*1\r\n" item
#define SILENCE ""

// Answers each command with the next of says, on whatever connection; NULL ends them.
struct server_of_words {
    struct world world;
    struct log_redis_address address;
    uv_pipe_t listener, peer;
    bool has_peer;
    const char *const *says;
    uint32_t n_taken, n_asked;
    struct log_redis_parser parser;
    char input[65536];
};

static void on_peer_closed(uv_handle_t *handle)
{
    struct server_of_words *server = handle->data;
    log_redis_parser_close(&server->parser);
    server->has_peer = false;
}

static void hang_up(struct server_of_words *server)
{
    if (server->has_peer && !uv_is_closing((uv_handle_t *)&server->peer))
        uv_close((uv_handle_t *)&server->peer, on_peer_closed);
}

static void say_next(struct server_of_words *server)
{
    const char *words = server->says[server->n_asked];
    cr_assert_not_null(words, "more is asked than was expected");
    server->n_asked++;
    uv_buf_t bytes = {.base = strdup(words), .len = strlen(words)};
    if (bytes.len > 0)
        cr_assert_eq(uv_try_write((uv_stream_t *)&server->peer, &bytes, 1),
                     (int)bytes.len);
    free(bytes.base);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *bytes)
{
    struct server_of_words *server = handle->data;
    (void)suggested;
    *bytes = uv_buf_init(server->input, sizeof server->input);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct server_of_words *server = stream->data;
    const struct log_redis_reply *command = NULL;
    if (len < 0) {
        hang_up(server);
        return;
    }
    cr_assert_eq(
        log_redis_parser_feed(&server->parser, (struct slice){bytes->base, (size_t)len}),
        0);
    while (log_redis_parser_next(&server->parser, &command) == 0 && command)
        say_next(server);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server_of_words *server = listener->data;
    cr_assert_eq(status, 0);
    cr_assert_not(server->has_peer, "one connection at a time");
    uv_pipe_init(&server->world.loop, &server->peer, 0);
    server->peer.data = server;
    cr_assert_eq(uv_accept(listener, (uv_stream_t *)&server->peer), 0);
    server->has_peer = true;
    server->n_taken++;
    log_redis_parser_init(&server->parser);
    uv_read_start((uv_stream_t *)&server->peer, on_alloc, on_read);
}

static void server_init(struct server_of_words *server, const char *const *says)
{
    memset(server, 0, sizeof *server);
    world_init(&server->world);
    server->says = says;
    snprintf(server->address.path, sizeof server->address.path, "%s/words.sock",
             server->world.folder);
    uv_pipe_init(&server->world.loop, &server->listener, 0);
    server->listener.data = server;
    cr_assert_eq(uv_pipe_bind(&server->listener, server->address.path), 0);
    cr_assert_eq(uv_listen((uv_stream_t *)&server->listener, 8, on_connection), 0);
}

static void server_close(struct server_of_words *server)
{
    hang_up(server);
    uv_close((uv_handle_t *)&server->listener, NULL);
    world_close(&server->world);
}

static bool has_asked_all(void *of)
{
    const struct server_of_words *server = of;
    return !server->says[server->n_asked];
}

// --- the follower ---

struct reader {
    struct server_of_words server;
    struct log_redis_follow follow;
    uint64_t n_seen;
    uint32_t n_caught_up, n_verdicts;
    bool is_closed;
};

static int on_entry(struct log_redis_follow *follow, uint64_t sequence,
                    struct slice entry)
{
    struct reader *reader = follow->owner;
    (void)entry;
    cr_assert_eq(sequence, ++reader->n_seen);
    return 0;
}

static void on_caught_up(struct log_redis_follow *follow)
{
    struct reader *reader = follow->owner;
    reader->n_caught_up++;
}

static void on_follow_verdict(struct log_redis_follow *follow,
                              enum log_redis_verdict verdict, const char *detail)
{
    struct reader *reader = follow->owner;
    (void)verdict;
    (void)detail;
    reader->n_verdicts++;
}

static void on_follow_change(struct log_redis_follow *follow)
{
    (void)follow;
}

static void on_follow_closed(struct log_redis_follow *follow)
{
    struct reader *reader = follow->owner;
    reader->is_closed = true;
}

static bool is_reader_closed(void *of)
{
    const struct reader *reader = of;
    return reader->is_closed;
}

static void reader_start(struct reader *reader, const char *const *says)
{
    memset(reader, 0, sizeof *reader);
    server_init(&reader->server, says);
    log_redis_follow_init(&reader->follow, &reader->server.world.loop,
                          &reader->server.address);
    reader->follow.owner = reader;
    reader->follow.on_entry = on_entry;
    reader->follow.on_caught_up = on_caught_up;
    reader->follow.on_verdict = on_follow_verdict;
    reader->follow.on_change = on_follow_change;
    reader->follow.on_closed = on_follow_closed;
    log_redis_follow_start(&reader->follow);
}

static void reader_close(struct reader *reader)
{
    log_redis_follow_close(&reader->follow);
    await(&reader->server.world, is_reader_closed, reader);
    server_close(&reader->server);
}

Test(log_redis_replies, news_that_come_twice_are_no_verdict_and_no_second_entry)
{
    static const char *const says[] = {"*1\r\n" ITEM("1", "a"),
                                       NEWS(ITEM("2", "b")),
                                       NEWS(ITEM("2", "b")),    // again
                                       "*1\r\n" ITEM("2", "b"), // proof
                                       "*0\r\n",
                                       SILENCE,
                                       NULL};
    struct reader reader;
    reader_start(&reader, says);
    await(&reader.server.world, has_asked_all, &reader.server);
    cr_assert_eq(reader.n_verdicts, 0);
    cr_assert_eq(reader.n_seen, 2);
    cr_assert_eq(reader.n_caught_up, 2);
    cr_assert_eq(reader.server.n_taken, 2, "it connects again");
    reader_close(&reader);
}

Test(log_redis_replies, a_follower_that_hears_nothing_of_the_news_connects_again)
{
    static const char *const says[] = {"*1\r\n" ITEM("1", "a"), SILENCE, NULL};
    static const char *const more[] = {"*1\r\n" ITEM("1", "a"), "*1\r\n" ITEM("2", "b"),
                                       SILENCE, NULL};
    struct reader reader;
    reader_start(&reader, says);
    await(&reader.server.world, has_asked_all, &reader.server);
    uint64_t now_ms = uv_now(&reader.server.world.loop);
    log_redis_follow_expect(&reader.follow, 1, now_ms);
    log_redis_follow_expect(&reader.follow, 1, now_ms + 5000);
    log_redis_follow_expect(&reader.follow, 2, now_ms + 5000); // news
    log_redis_follow_expect(&reader.follow, 3, now_ms + 5001);
    cr_assert(log_redis_follow_is_connected(&reader.follow));
    log_redis_follow_expect(&reader.follow, 3, now_ms + 6000);
    cr_assert_not(log_redis_connection_is_ready(&reader.follow.connection));
    reader.server.says = more;
    reader.server.n_asked = 0;
    await(&reader.server.world, has_asked_all, &reader.server);
    cr_assert_eq(reader.n_seen, 2);
    cr_assert_eq(reader.n_verdicts, 0);
    reader_close(&reader);
}

// --- the appender ---

struct writer {
    struct server_of_words server;
    struct log_redis_append append;
    uint32_t n_written;
    bool is_closed;
};

static void on_append_verdict(struct log_redis_append *append,
                              enum log_redis_verdict verdict, const char *detail)
{
    (void)append;
    cr_assert_fail("%s %s", log_redis_verdict_name(verdict), detail);
}

static void on_append_written(struct log_redis_append *append)
{
    struct writer *writer = append->owner;
    writer->n_written++;
}

static void on_append_event(struct log_redis_append *append)
{
    (void)append;
}

static void on_append_closed(struct log_redis_append *append)
{
    struct writer *writer = append->owner;
    writer->is_closed = true;
}

static bool is_writer_closed(void *of)
{
    const struct writer *writer = of;
    return writer->is_closed;
}

static bool is_writer_ready(void *of)
{
    const struct writer *writer = of;
    return log_redis_append_is_ready(&writer->append);
}

static void writer_start(struct writer *writer, const char *const *says)
{
    memset(writer, 0, sizeof *writer);
    server_init(&writer->server, says);
    log_redis_append_init(&writer->append, &writer->server.world.loop,
                          &writer->server.address);
    writer->append.owner = writer;
    writer->append.on_change = on_append_event;
    writer->append.on_verdict = on_append_verdict;
    writer->append.on_written = on_append_written;
    writer->append.on_refused = on_append_event;
    writer->append.on_closed = on_append_closed;
    log_redis_append_set_epoch(&writer->append, slice_from("1"));
    log_redis_append_applied(&writer->append, 1, (const unsigned char *)CHECKSUM);
    log_redis_append_start(&writer->append);
    await(&writer->server.world, is_writer_ready, writer);
}

static void writer_close(struct writer *writer)
{
    log_redis_append_close(&writer->append);
    await(&writer->server.world, is_writer_closed, writer);
    server_close(&writer->server);
}

static bool is_written(void *of)
{
    const struct write *write = of;
    return write->n_done > 0;
}

static int append_one(struct writer *writer, uint64_t id)
{
    struct write write;
    write_init(&write, id);
    cr_assert_eq(log_redis_append_add(&writer->append, &write.append), 0);
    await(&writer->server.world, is_written, &write);
    return write.status;
}

#define LOADED "$40\r\n0123456789abcdef0123456789abcdef01234567\r\n"
#define WRITTEN(call, sequence)                                                          \
    "*5\r\n$1\r\n" call "\r\n$2\r\nOK\r\n$1\r\n" sequence "\r\n$1\r\n1\r\n$0\r\n\r\n"

Test(log_redis_replies, the_reply_to_another_call_never_acknowledges_a_write)
{
    static const char *const says[] = {LOADED, WRITTEN("1", "2"), WRITTEN("1", "2"),
                                       LOADED, WRITTEN("3", "3"), NULL};
    struct writer writer;
    writer_start(&writer, says);
    cr_assert_eq(append_one(&writer, 1), STATUS_OK);
    cr_assert_eq(append_one(&writer, 2), STATUS_UNKNOWN);
    await(&writer.server.world, is_writer_ready, &writer);
    cr_assert_eq(writer.server.n_taken, 2, "it connects again");
    cr_assert_eq(append_one(&writer, 2), STATUS_OK);
    cr_assert_eq(writer.n_written, 2);
    writer_close(&writer);
}

Test(log_redis_replies, what_redis_did_not_write_for_want_of_memory_is_known_as_such)
{
    static const char *const says[] = {
        LOADED,
        "*5\r\n$1\r\n1\r\n$2\r\nOK\r\n$1\r\n2\r\n$1\r\n0\r\n$11\r\nOOM so what\r\n",
        "-OOM command not allowed\r\n",
        "-MISCONF no disk\r\n",
        "*5\r\n$1\r\n4\r\n$2\r\nOK\r\n$1\r\n2\r\n$1\r\n0\r\n$18\r\nthe stream is "
        "gone\r\n",
        NULL};
    struct writer writer;
    writer_start(&writer, says);
    cr_assert_eq(append_one(&writer, 1), STATUS_RESOURCE_EXHAUSTED);
    cr_assert_eq(append_one(&writer, 1), STATUS_RESOURCE_EXHAUSTED);
    cr_assert_eq(append_one(&writer, 1), STATUS_UNAVAILABLE);
    cr_assert_eq(append_one(&writer, 1), STATUS_UNAVAILABLE);
    cr_assert_eq(writer.n_written, 0);
    writer_close(&writer);
}
