// SPDX-License-Identifier: Apache-2.0
//
// Verdicts: what can be wrong with a log as such, as against a Redis that cannot be
// reached. Each stops the writes of this daemon at once; its reads go on.
#ifndef LOG_REDIS_VERDICT_H
#define LOG_REDIS_VERDICT_H

#include <stdint.h>

#include "base/slice.h"

enum log_redis_verdict {
    LOG_REDIS_SOUND,
    LOG_REDIS_WIPED,      // the log is gone
    LOG_REDIS_FOREIGN,    // another log's uuid
    LOG_REDIS_REGRESSED,  // it ends before what this daemon has applied
    LOG_REDIS_FORKED,     // it has another entry where this daemon has applied one
    LOG_REDIS_TAMPERED,   // gaps, ids or fields that no vårdsök makes
    LOG_REDIS_TRIMMED,    // it begins after what this daemon has applied
    LOG_REDIS_REPLACED,   // an operator began a new epoch
    LOG_REDIS_UNREADABLE, // an entry that cannot be applied here
    LOG_REDIS_VERDICTS
};

#define LOG_REDIS_CHECKSUM_LEN 16 // at the end of each entry

// An entry that has been seen: how a daemon proves which log it follows.
struct log_redis_position {
    uint64_t sequence; // 0: none yet
    unsigned char checksum[LOG_REDIS_CHECKSUM_LEN];
};

// "WIPED"; and a sentence for the operator. Never NULL.
const char *log_redis_verdict_name(enum log_redis_verdict verdict);
const char *log_redis_verdict_text(enum log_redis_verdict verdict);
// LOG_REDIS_SOUND when no verdict has that name.
enum log_redis_verdict log_redis_verdict_find(struct slice name);

// "<sequence>-0" without leading zeros. STATUS_DATA_LOSS: not the id of an entry of ours.
int log_redis_id_parse(struct slice id, uint64_t *sequence);
// The bytes of one [id, [field, bytes]] as XRANGE gives it, borrowed from the reply.
// STATUS_DATA_LOSS: not an entry of ours.
struct log_redis_reply;
int log_redis_item_parse(const struct log_redis_reply *item, uint64_t *sequence,
                         struct slice *entry);
void log_redis_position_set(struct log_redis_position *position, uint64_t sequence,
                            struct slice entry);

#endif
