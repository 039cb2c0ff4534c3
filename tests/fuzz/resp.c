// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as what Redis sends, in pieces of any size: the first byte chooses the
// pieces. However they are cut, the replies are the same; each reply is as large as its
// bytes allow and no larger; and what reads replies takes any of them. Then the same
// bytes as an append-only file.
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/aof.h"
#include "log_redis/resp.h"
#include "log_redis/verdict.h"

#define MAX_DEPTH 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// FNV-1a over the shape and the text of a reply.
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t walk(uint64_t hash, const struct log_redis_reply *reply, size_t *n_bytes,
                     int depth)
{
    uint32_t n = 0;
    CHECK(depth < MAX_DEPTH);
    hash = hash_bytes(hash, &reply->type, sizeof reply->type);
    hash = hash_bytes(hash, &reply->integer, sizeof reply->integer);
    (*n_bytes)++;
    if (reply->type == LOG_REDIS_ARRAY) {
        for (const struct log_redis_reply *item = reply->first; item; item = item->next) {
            CHECK(log_redis_reply_at(reply, n) == item);
            hash = walk(hash, item, n_bytes, depth + 1);
            // Looking up each is quadratic: enough of a long array.
            if (++n > 100)
                return hash;
        }
        CHECK(n == reply->n_items);
        CHECK(log_redis_reply_at(reply, n) == NULL);
    } else if (reply->text.data) {
        CHECK(reply->text.data[reply->text.len] == '\0');
        hash = hash_bytes(hash, reply->text.data, reply->text.len);
        *n_bytes += reply->text.len;
    }
    return hash;
}

static void use(const struct log_redis_reply *reply)
{
    uint64_t sequence = 0;
    struct slice entry = SLICE_ABSENT, text = log_redis_reply_text(reply);
    if (log_redis_item_parse(reply, &sequence, &entry) == 0) {
        struct log_redis_position position;
        CHECK(sequence > 0 && entry.len >= LOG_REDIS_CHECKSUM_LEN);
        log_redis_position_set(&position, sequence, entry);
    }
    if (text.data) {
        log_redis_number_parse(text, &sequence);
        log_redis_id_parse(text, &sequence);
        log_redis_verdict_find(text);
    }
    log_redis_reply_is_error(reply, "NOSCRIPT");
}

// Of all replies, and whether the parser gave up at the end.
static uint64_t parse(const uint8_t *data, size_t size, size_t piece)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct log_redis_parser parser;
    const struct log_redis_reply *reply = NULL;
    size_t n_bytes = 0;
    int status = 0;
    log_redis_parser_init(&parser);
    for (size_t at = 0; at < size && status == 0; at += piece) {
        size_t n = size - at < piece ? size - at : piece;
        status =
            log_redis_parser_feed(&parser, (struct slice){(const char *)data + at, n});
        while (status == 0 && (status = log_redis_parser_next(&parser, &reply)) == 0 &&
               reply) {
            hash = walk(hash, reply, &n_bytes, 0);
            use(reply);
        }
    }
    CHECK(status == 0 || status == STATUS_DATA_LOSS);
    CHECK(n_bytes <= size);
    log_redis_parser_close(&parser);
    return hash_bytes(hash, &status, sizeof status);
}

static void scan_file(const uint8_t *data, size_t size)
{
    uint64_t whole = 0, again = 0;
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
    if (!file)
        return;
    enum log_redis_aof_end end = log_redis_aof_scan(file, &whole);
    fclose(file);
    CHECK(whole <= size && (end != LOG_REDIS_AOF_WHOLE || whole == size));
    // What is left after a repair needs none.
    file = whole ? fmemopen((void *)(uintptr_t)data, whole, "r") : NULL;
    if (!file)
        return;
    CHECK(log_redis_aof_scan(file, &again) == LOG_REDIS_AOF_WHOLE && again == whole);
    fclose(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t piece = (size_t)data[0] + 1;
    data++;
    size--;
    CHECK(parse(data, size, piece) == parse(data, size, size + 1));
    scan_file(data, size);
    return 0;
}
