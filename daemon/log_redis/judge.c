// SPDX-License-Identifier: Apache-2.0
//
// Why the log cannot be written, in the words that status and the daemon's log show.
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"
#include "log_redis/log_redis_private.h"

static const char *or_else(const char *what, const char *otherwise)
{
    return what[0] ? what : otherwise;
}

bool log_redis_is_clock_off(const struct log_redis *log)
{
    int64_t off = log->control.clock_off_ms;
    return off > LOG_REDIS_CLOCK_MS || off < -LOG_REDIS_CLOCK_MS;
}

static int say_clock(const struct log_redis *log, char *what, size_t size)
{
    char here[INSTANT_TEXT_LEN], there[INSTANT_TEXT_LEN];
    int64_t now_ms = log->control.clock->now_ms(log->control.clock->self);
    instant_format(now_ms, here);
    instant_format(now_ms + log->control.clock_off_ms, there);
    snprintf(
        what, size,
        "the clocks differ by more than 60 s: it is %.*s here and %.*s in Redis; writes "
        "go on when they agree",
        INSTANT_TEXT_LEN, here, INSTANT_TEXT_LEN, there);
    return STATUS_FAILED_PRECONDITION;
}

// Of the three connections, the first that is not there; NULL when all are.
static const char *find_unreachable(const struct log_redis *log)
{
    if (!log->control.passed)
        return or_else(log->control.what, "not reached yet");
    if (!log_redis_append_is_ready(&log->append))
        return or_else(log->append.connection.what, "the appender is connecting");
    if (!log_redis_follow_is_connected(&log->follow))
        return or_else(log->follow.connection.what, "the follower is connecting");
    return NULL;
}

static int say_unreachable(const struct log_redis *log, char *what, size_t size)
{
    const char *why = find_unreachable(log);
    if (log_redis_is_embedded(log))
        snprintf(what, size,
                 "the private redis-server does not answer yet (%s); it is tried again, "
                 "and says more in %s/redis.log",
                 why, log->child.redis_dir);
    else
        snprintf(what, size, "Redis at %s cannot be used (%s); it is tried again",
                 log->config.url, why);
    return STATUS_UNAVAILABLE;
}

static int say(int status, const char *why, char *what, size_t size)
{
    snprintf(what, size, "%s", why);
    return status;
}

static int judge_child(const struct log_redis *log, char *what, size_t size)
{
    const struct log_redis_child *child = &log->child;
    return say(child->state == LOG_REDIS_CHILD_LOCKING && !child->failed
                   ? STATUS_FAILED_PRECONDITION // somebody else is in the folder
                   : STATUS_UNAVAILABLE,
               or_else(child->what, "the private redis-server is being started"), what,
               size);
}

static int judge_mark(const struct log_redis *log, char *what, size_t size)
{
    uint64_t marked = log->marker.mark.position.sequence;
    if (log->follow.seen.sequence < marked) {
        snprintf(what, size,
                 "catching up to entry %llu, where this data folder was before",
                 (unsigned long long)marked);
        return STATUS_UNAVAILABLE;
    }
    if (log->marker.data_dir && marked == 0)
        return say(STATUS_UNAVAILABLE,
                   or_else(log->marker.what, "the log is being read for the first time"),
                   what, size);
    return say(0, "", what, size);
}

int log_redis_judge(const struct log_redis *log, char *what, size_t size)
{
    const struct log_redis_control *control = &log->control;
    if (log->verdict != LOG_REDIS_SOUND) {
        snprintf(what, size, "%s: %s (%s)", log_redis_verdict_name(log->verdict),
                 log_redis_verdict_text(log->verdict), log->detail);
        return STATUS_DATA_LOSS;
    }
    if (log_redis_is_embedded(log) && log->child.state != LOG_REDIS_CHILD_RUNNING)
        return judge_child(log, what, size);
    if (!control->passed && control->refused)
        return say(control->refused, control->what, what, size);
    if (find_unreachable(log))
        return say_unreachable(log, what, size);
    if (log_redis_is_clock_off(log))
        return say_clock(log, what, size);
    if (control->denied)
        return say(control->denied, control->denied_what, what, size);
    return judge_mark(log, what, size);
}
