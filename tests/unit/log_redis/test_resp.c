// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "log_redis/resp.h"

static const char MIXED[] =
    "+OK\r\n"
    "-ERR no such thing\r\n"
    ":-42\r\n"
    "$5\r\na\0b\r\n\r\n"
    "$-1\r\n"
    "*-1\r\n"
    "$0\r\n\r\n"
    "*0\r\n"
    "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\ne\r\n$2\r\nhi\r\n:7\r\n";
#define MIXED_LEN (sizeof MIXED - 1)
#define MIXED_REPLIES 9

static void print(const struct log_redis_reply *reply, FILE *out)
{
    fprintf(out, "%d:%lld:%u:%zu[", (int)reply->type, (long long)reply->integer,
            reply->n_items, reply->text.len);
    for (size_t i = 0; i < reply->text.len; i++)
        fprintf(out, "%02x", (unsigned)(unsigned char)reply->text.data[i]);
    for (const struct log_redis_reply *item = reply->first; item; item = item->next)
        print(item, out);
    fputc(']', out);
}

// Feeds bytes in pieces that end at cut and at the end; everything read is printed.
static char *read_all(struct slice bytes, size_t cut, size_t *n_replies)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct log_redis_parser parser;
    log_redis_parser_init(&parser);
    struct slice pieces[2] = {{bytes.data, cut}, {bytes.data + cut, bytes.len - cut}};
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(log_redis_parser_feed(&parser, pieces[i]), 0);
        const struct log_redis_reply *reply = NULL;
        for (;;) {
            cr_assert_eq(log_redis_parser_next(&parser, &reply), 0);
            if (!reply)
                break;
            print(reply, out);
            (*n_replies)++;
        }
    }
    log_redis_parser_close(&parser);
    fclose(out);
    return text;
}

Test(log_redis_resp, replies_are_the_same_wherever_the_bytes_are_split)
{
    size_t n = 0;
    char *whole = read_all((struct slice){MIXED, MIXED_LEN}, MIXED_LEN, &n);
    cr_assert_eq(n, MIXED_REPLIES);
    for (size_t cut = 0; cut < MIXED_LEN; cut++) {
        n = 0;
        char *split = read_all((struct slice){MIXED, MIXED_LEN}, cut, &n);
        cr_assert_eq(n, MIXED_REPLIES, "cut at %zu", cut);
        cr_assert_str_eq(split, whole, "cut at %zu", cut);
        free(split);
    }
    free(whole);
}

Test(log_redis_resp, a_reply_fed_byte_by_byte_comes_whole)
{
    struct log_redis_parser parser;
    log_redis_parser_init(&parser);
    size_t n = 0;
    for (size_t i = 0; i < MIXED_LEN; i++) {
        const struct log_redis_reply *reply = NULL;
        cr_assert_eq(log_redis_parser_feed(&parser, (struct slice){MIXED + i, 1}), 0);
        cr_assert_eq(log_redis_parser_next(&parser, &reply), 0);
        n += reply != NULL;
        if (n == MIXED_REPLIES) {
            const struct log_redis_reply *entry = log_redis_reply_at(reply, 0);
            cr_assert(slice_equal(log_redis_reply_text(log_redis_reply_at(entry, 0)),
                                  slice_from("1-0")));
            cr_assert_eq(log_redis_reply_at(reply, 1)->integer, 7);
            cr_assert_null(log_redis_reply_at(reply, 2));
        }
    }
    cr_assert_eq(n, MIXED_REPLIES);
    log_redis_parser_close(&parser);
}

Test(log_redis_resp, a_truncated_reply_is_never_given)
{
    static const char entry[] = "*2\r\n$3\r\n1-0\r\n$4\r\nbody\r\n";
    for (size_t len = 0; len < sizeof entry - 1; len++) {
        size_t n = 0;
        free(read_all((struct slice){entry, len}, len / 2, &n));
        cr_assert_eq(n, 0, "%zu bytes gave a reply", len);
    }
}

// Feeds text over and over, at most limit bytes; the bytes it took until the parser gave
// up.
static size_t feed_until_refused(const char *head, const char *text, size_t limit)
{
    struct log_redis_parser parser;
    log_redis_parser_init(&parser);
    const struct log_redis_reply *reply = NULL;
    size_t fed = strlen(head);
    int status = log_redis_parser_feed(&parser, slice_from(head));
    if (status == 0)
        status = log_redis_parser_next(&parser, &reply);
    while (status == 0 && fed < limit) {
        fed += strlen(text);
        status = log_redis_parser_feed(&parser, slice_from(text));
        if (status == 0)
            status = log_redis_parser_next(&parser, &reply);
    }
    log_redis_parser_close(&parser);
    cr_assert(status == 0 || status == STATUS_DATA_LOSS);
    return status == 0 ? SIZE_MAX : fed;
}

Test(log_redis_resp, bombs_are_refused_on_their_header)
{
    static const char *const bombs[] = {
        "*1000000000\r\n",
        "*65537\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "$99999999999\r\n",
        "$16777217\r\n",
        "$99999999999",
        "$9223372036854775807\r\n",
        "$-2\r\n",
        "*-2\r\n",
        "*1\r\n$99999999999\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        "?what\r\n",
        ":12x\r\n",
        "$000000000000000000000000000",
    };
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++)
        cr_assert_eq(feed_until_refused(bombs[i], "x", strlen(bombs[i])),
                     strlen(bombs[i]), "%s", bombs[i]);
}

Test(log_redis_resp, what_never_ends_is_refused_at_its_limit)
{
    char *piece = malloc(4097);
    memset(piece, 'x', 4096);
    piece[4096] = '\0';
    cr_assert_leq(feed_until_refused("+", piece, SIZE_MAX - 1),
                  LOG_REDIS_MAX_LINE + 8192u);
    cr_assert_leq(feed_until_refused(":", piece, SIZE_MAX - 1),
                  LOG_REDIS_MAX_LINE + 8192u);
    free(piece);
}

Test(log_redis_resp, nested_arrays_reserve_nothing_before_their_bytes_come)
{
    struct log_redis_parser parser;
    log_redis_parser_init(&parser);
    const struct log_redis_reply *reply = NULL;
    for (int depth = 0; depth < 7; depth++) {
        cr_assert_eq(log_redis_parser_feed(&parser, slice_from("*65536\r\n")), 0);
        cr_assert_eq(log_redis_parser_next(&parser, &reply), 0);
        cr_assert_null(reply);
    }
    log_redis_parser_close(&parser);
    // All nodes of a reply together stay under one limit.
    char *piece = malloc(65536 * 4 + 9);
    char *at = piece + sprintf(piece, "*65536\r\n");
    for (int i = 0; i < 65536; i++, at += 4)
        memcpy(at, "*0\r\n", 4);
    *at = '\0';
    cr_assert_leq(feed_until_refused("*65536\r\n", piece, SIZE_MAX - 1),
                  (LOG_REDIS_MAX_NODES / 65536 + 1) * (65536 * 4 + 9));
    free(piece);
}

Test(log_redis_resp, a_command_is_written_with_its_lengths)
{
    struct buffer out = {0};
    struct slice args[] = {{"XADD", 4}, {"a\r\n\0b", 5}, {"", 0}};
    static const char expected[] = "*3\r\n$4\r\nXADD\r\n$5\r\na\r\n\0b\r\n$0\r\n\r\n";
    log_redis_command_format(&out, 3, args);
    cr_assert(
        slice_equal(buffer_slice(&out), (struct slice){expected, sizeof expected - 1}));
    buffer_free(&out);
}

Test(log_redis_resp, numbers_are_whole_and_bounded)
{
    static const char *const bad[] = {"",   "-1", "+1", "1x", " 1", "1234567890123456789",
                                      "1-0"};
    uint64_t number = 4711;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(log_redis_number_parse(slice_from(bad[i]), &number),
                     STATUS_DATA_LOSS, "%s", bad[i]);
    cr_assert_eq(number, 4711);
    cr_assert_eq(log_redis_number_parse(slice_from("999999999999999999"), &number), 0);
    cr_assert_eq(number, UINT64_C(999999999999999999));
}

Test(log_redis_resp, an_error_is_known_by_its_whole_code)
{
    struct log_redis_reply reply = {.type = LOG_REDIS_ERROR,
                                    .text = slice_from("NOSCRIPT No.")};
    cr_assert(log_redis_reply_is_error(&reply, "NOSCRIPT"));
    cr_assert_not(log_redis_reply_is_error(&reply, "NO"));
    reply.type = LOG_REDIS_STRING;
    cr_assert_not(log_redis_reply_is_error(&reply, "NOSCRIPT"));
}
