// SPDX-License-Identifier: Apache-2.0
#include "log_redis/resp.h"

#include <hiredis/hiredis.h>

#include "base/check.h"
#include "base/status.h"

#define MAX_LENGTH_LINE 24 // a bulk length has at most 20 characters

// NULL: too many, or no memory; hiredis then gives up, as it must.
static struct log_redis_reply *make(const redisReadTask *task)
{
    struct log_redis_parser *parser = task->privdata;
    if (++parser->n_nodes > LOG_REDIS_MAX_NODES)
        return NULL;
    struct log_redis_reply *reply = arena_try_alloc(&parser->arena, sizeof *reply);
    if (!reply)
        return NULL;
    *reply = (struct log_redis_reply){.type = (enum log_redis_reply_type)task->type};
    if (task->parent) {
        struct log_redis_reply *parent = task->parent->obj;
        if (parent->last)
            parent->last->next = reply;
        else
            parent->first = reply;
        parent->last = reply;
        parent->n_items++;
    }
    return reply;
}

static void *make_text(const redisReadTask *task, char *text, size_t len)
{
    struct log_redis_parser *parser = task->privdata;
    if (len > LOG_REDIS_MAX_TEXT)
        return NULL;
    char *copy = arena_try_alloc(&parser->arena, len + 1);
    struct log_redis_reply *reply = copy ? make(task) : NULL;
    if (!reply)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    reply->text = (struct slice){copy, len};
    return reply;
}

static void *make_array(const redisReadTask *task, int n_items)
{
    if (n_items > LOG_REDIS_MAX_ITEMS)
        return NULL;
    return make(task);
}

static void *make_integer(const redisReadTask *task, long long value)
{
    struct log_redis_reply *reply = make(task);
    if (reply)
        reply->integer = value;
    return reply;
}

static void *make_nil(const redisReadTask *task)
{
    struct log_redis_reply *reply = make(task);
    if (reply)
        reply->type = LOG_REDIS_NIL; // the task says what it is not: a string or an array
    return reply;
}

static void free_nothing(void *reply)
{
    (void)reply; // the arena has it
}

static redisReplyObjectFunctions functions = {
    .createString = make_text,
    .createArray = make_array,
    .createInteger = make_integer,
    .createNil = make_nil,
    .freeObject = free_nothing,
};

void log_redis_parser_init(struct log_redis_parser *parser)
{
    *parser = (struct log_redis_parser){0};
    parser->reader = redisReaderCreateWithFunctions(&functions);
    CHECK(parser->reader);
    parser->reader->privdata = parser;
}

void log_redis_parser_close(struct log_redis_parser *parser)
{
    if (parser->reader)
        redisReaderFree(parser->reader);
    arena_free(&parser->arena);
    *parser = (struct log_redis_parser){0};
}

int log_redis_parser_feed(struct log_redis_parser *parser, struct slice bytes)
{
    parser->unread += bytes.len;
    if (parser->unread > LOG_REDIS_MAX_REPLY)
        return STATUS_DATA_LOSS;
    if (redisReaderFeed(parser->reader, bytes.data, bytes.len) != REDIS_OK)
        return STATUS_DATA_LOSS;
    return 0;
}

// The reader waits for all of a string before it calls make_text, so that an announced
// length must be looked at here, before its bytes are kept.
static bool is_text_too_long(struct slice pending)
{
    uint64_t length = 0;
    for (size_t i = 0; i < pending.len && i < MAX_LENGTH_LINE; i++) {
        char c = pending.data[i];
        if (c == '\r')
            return false;
        if (c >= '0' && c <= '9')
            length = length * 10 + (uint64_t)(c - '0');
        if (length > LOG_REDIS_MAX_TEXT)
            return true;
    }
    return pending.len >= MAX_LENGTH_LINE;
}

static bool is_unfinished_item_too_long(const redisReader *reader)
{
    if (reader->ridx < 0)
        return false;
    struct slice pending = {reader->buf + reader->pos, reader->len - reader->pos};
    if (reader->rstack[reader->ridx].type == REDIS_REPLY_STRING)
        return is_text_too_long(pending);
    return pending.len > LOG_REDIS_MAX_LINE;
}

int log_redis_parser_next(struct log_redis_parser *parser,
                          const struct log_redis_reply **reply)
{
    redisReader *reader = parser->reader;
    // A reply begun in an earlier call has its nodes in the arena.
    if (reader->ridx < 0) {
        arena_reset(&parser->arena);
        parser->n_nodes = 0;
    }
    void *whole = NULL;
    if (redisReaderGetReply(reader, &whole) != REDIS_OK)
        return STATUS_DATA_LOSS;
    if (!whole && is_unfinished_item_too_long(reader))
        return STATUS_DATA_LOSS;
    if (whole)
        parser->unread = reader->len - reader->pos;
    *reply = whole;
    return 0;
}

const struct log_redis_reply *log_redis_reply_at(const struct log_redis_reply *reply,
                                                 uint32_t index)
{
    if (!reply || reply->type != LOG_REDIS_ARRAY)
        return NULL;
    const struct log_redis_reply *item = reply->first;
    for (; item && index > 0; index--)
        item = item->next;
    return item;
}

struct slice log_redis_reply_text(const struct log_redis_reply *reply)
{
    if (!reply || (reply->type != LOG_REDIS_STRING && reply->type != LOG_REDIS_STATUS))
        return SLICE_ABSENT;
    return reply->text;
}

bool log_redis_reply_is_error(const struct log_redis_reply *reply, const char *code)
{
    size_t len = strlen(code);
    return reply && reply->type == LOG_REDIS_ERROR && reply->text.len >= len &&
           memcmp(reply->text.data, code, len) == 0 &&
           (reply->text.len == len || reply->text.data[len] == ' ');
}

int log_redis_number_parse(struct slice text, uint64_t *number)
{
    uint64_t value = 0;
    if (text.len < 1 || text.len > 18)
        return STATUS_DATA_LOSS;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return STATUS_DATA_LOSS;
        value = value * 10 + (uint64_t)(text.data[i] - '0');
    }
    *number = value;
    return 0;
}

#define MAX_ARGS 160

void log_redis_command_format(struct buffer *out, int n_args, const struct slice *args)
{
    const char *data[MAX_ARGS];
    size_t lens[MAX_ARGS];
    CHECK(n_args > 0 && n_args <= MAX_ARGS);
    for (int i = 0; i < n_args; i++) {
        data[i] = args[i].data;
        lens[i] = args[i].len;
    }
    char *bytes = NULL;
    int len = redisFormatCommandArgv(&bytes, n_args, data, lens);
    CHECK(len > 0);
    buffer_append(out, bytes, (size_t)len);
    redisFreeCommand(bytes);
}
