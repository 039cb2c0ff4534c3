// SPDX-License-Identifier: Apache-2.0
//
// The log's parts together, for log_redis.c and judge.c alone.
#ifndef LOG_REDIS_PRIVATE_H
#define LOG_REDIS_PRIVATE_H

#include "log_redis/append.h"
#include "log_redis/child.h"
#include "log_redis/control.h"
#include "log_redis/follow.h"
#include "log_redis/log_redis.h"
#include "log_redis/marker.h"

struct log_redis {
    uv_loop_t *loop;
    struct log_redis_config config;
    struct replica_log_events events;
    struct log_redis_address address; // of yours
    struct log_redis_child child;
    struct log_redis_control control;
    struct log_redis_append append;
    struct log_redis_follow follow;
    struct log_redis_marker marker;
    bool was_caught_up;
    bool connecting; // control was started
    bool following;  // append and follow were started
    bool was_usable, fatal, closing;
    uint8_t n_open; // parts, and the saving of a mark
    enum log_redis_verdict verdict;
    char detail[LOG_REDIS_WHAT_LEN]; // of the verdict
    int status;
    char what[512];
    void (*on_closed)(void *self);
    void *closed_self;
};

static inline bool log_redis_is_embedded(const struct log_redis *log)
{
    return !log->config.url;
}

// Whether the clocks of this daemon and of Redis differ by more than they may.
bool log_redis_is_clock_off(const struct log_redis *log);

// Whether the log can be written now, from all parts: 0, or why not, with a sentence for
// the operator in what. The first part that says no gives the reason.
int log_redis_judge(const struct log_redis *log, char *what, size_t size);

#endif
