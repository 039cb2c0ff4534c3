// SPDX-License-Identifier: Apache-2.0
//
// RESP, the protocol of Redis, without I/O: bytes in, replies out. hiredis's reader does
// the reading; the replies are our own tree in an arena, and a header never reserves
// memory: a node is made when its bytes have come. Whatever the peer sends, the parser
// answers with a reply, "more" or STATUS_DATA_LOSS; after the latter the connection must
// be dropped, for what follows cannot be matched to a command any more.
#ifndef LOG_REDIS_RESP_H
#define LOG_REDIS_RESP_H

#include <stdint.h>

#include <hiredis/read.h>

#include "base/arena.h"
#include "base/buffer.h"

#define LOG_REDIS_MAX_ITEMS 65536              // of one array: stops `*1000000000`
#define LOG_REDIS_MAX_TEXT (16 * 1024 * 1024)  // of one string: stops `$99999999999`
#define LOG_REDIS_MAX_LINE (64 * 1024)         // of one line: stops a line without end
#define LOG_REDIS_MAX_NODES (8 * 65536)        // of one reply: stops nested arrays
#define LOG_REDIS_MAX_REPLY (64 * 1024 * 1024) // of one reply, in bytes

enum log_redis_reply_type {
    LOG_REDIS_STRING = REDIS_REPLY_STRING,
    LOG_REDIS_ARRAY = REDIS_REPLY_ARRAY,
    LOG_REDIS_INTEGER = REDIS_REPLY_INTEGER,
    LOG_REDIS_NIL = REDIS_REPLY_NIL,
    LOG_REDIS_STATUS = REDIS_REPLY_STATUS,
    LOG_REDIS_ERROR = REDIS_REPLY_ERROR,
};

struct log_redis_reply {
    enum log_redis_reply_type type;
    uint32_t n_items;                     // of an array
    int64_t integer;                      // of an integer
    struct slice text;                    // of a string, status or error; NUL-terminated
    struct log_redis_reply *first, *last; // of an array
    struct log_redis_reply *next;         // in its array
};

struct log_redis_parser {
    redisReader *reader;
    struct arena arena; // of the reply given last
    size_t unread;      // bytes fed and not yet part of a whole reply
    uint32_t n_nodes;   // of the reply under way
};

void log_redis_parser_init(struct log_redis_parser *parser);
void log_redis_parser_close(struct log_redis_parser *parser); // fine on a zeroed one

// STATUS_DATA_LOSS: more bytes than one reply may have, or than there is memory for.
int log_redis_parser_feed(struct log_redis_parser *parser, struct slice bytes);
// 0 with *reply set, or NULL when more bytes are needed. The reply lives until the next
// call. STATUS_DATA_LOSS: not RESP, over a limit above, or no memory for it.
int log_redis_parser_next(struct log_redis_parser *parser,
                          const struct log_redis_reply **reply);

// The item at index of an array; NULL when reply is no array or has no such item.
const struct log_redis_reply *log_redis_reply_at(const struct log_redis_reply *reply,
                                                 uint32_t index);
// The text of a string or status; SLICE_ABSENT for NULL and for all other types.
struct slice log_redis_reply_text(const struct log_redis_reply *reply);
// Whether reply is an error that begins with code ("NOSCRIPT").
bool log_redis_reply_is_error(const struct log_redis_reply *reply, const char *code);
// A whole decimal number of 1 to 18 digits. STATUS_DATA_LOSS otherwise.
int log_redis_number_parse(struct slice text, uint64_t *number);

// Appends one command.
void log_redis_command_format(struct buffer *out, int n_args, const struct slice *args);

#endif
