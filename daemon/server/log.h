// SPDX-License-Identifier: Apache-2.0
//
// The daemon's own log lines on stderr, one event a line:
//
//     time=2026-11-22T12:00:00.000Z level=info event=listening url=tcp://127.0.0.1:4180
//
// Never given to it: tokens, passwords, request payloads, free text of entities.
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include <stdbool.h>

#include "base/slice.h"

enum log_level { LOG_LEVEL_ERROR = 1, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

// "error", "warn", "info" or "debug" -> level; 0 when it is none of them.
enum log_level server_log_level_find(struct slice name);
const char *server_log_level_name(enum log_level level);
// Lines above this level are not written; LOG_LEVEL_INFO until set.
void server_log_set_level(enum log_level level);

// event is one word with underscores; format is "key=value key=\"text\"", or "" without
// any. Control characters become '?', lines are cut at 1 KiB.
void server_log(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
