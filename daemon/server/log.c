// SPDX-License-Identifier: Apache-2.0
#include "server/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"

#define LINE_MAX_LEN 1024

static const char *const level_names[] = {NULL, "error", "warn", "info", "debug"};
static enum log_level threshold = LOG_LEVEL_INFO;

enum log_level server_log_level_find(struct slice name)
{
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++)
        if (slice_equal(name, slice_from(level_names[level])))
            return (enum log_level)level;
    return (enum log_level)0;
}

const char *server_log_level_name(enum log_level level)
{
    return level_names[level];
}

void server_log_set_level(enum log_level level)
{
    threshold = level;
}

static size_t write_head(enum log_level level, const char *event, char *line)
{
    struct timespec now;
    char instant[INSTANT_TEXT_LEN];
    clock_gettime(CLOCK_REALTIME, &now);
    instant_format((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, instant);
    int len = snprintf(line, LINE_MAX_LEN, "time=%.*s level=%s event=%s",
                       INSTANT_TEXT_LEN, instant, level_names[level], event);
    return (size_t)len;
}

void server_log(enum log_level level, const char *event, const char *format, ...)
{
    char line[LINE_MAX_LEN + 1];
    if (level > threshold)
        return;
    size_t len = write_head(level, event, line);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(line + len + 1, LINE_MAX_LEN - len - 1, format, arguments);
    va_end(arguments);
    if (more > 0) {
        line[len] = ' ';
        len += 1 + (size_t)more;
    }
    if (len > LINE_MAX_LEN - 1)
        len = LINE_MAX_LEN - 1;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 127)
            line[i] = '?';
    line[len++] = '\n';
    // One write a line, so that lines of several processes do not mix; a reader that went
    // away must not stop the daemon.
    if (write(STDERR_FILENO, line, len) < 0)
        return;
}
