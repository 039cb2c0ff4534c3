// SPDX-License-Identifier: Apache-2.0
#include "cli/lines.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define READ_SIZE 65536u

static struct slice unread(const struct lines *lines)
{
    return (struct slice){lines->buffer.data + lines->read,
                          lines->buffer.len - lines->read};
}

// 1 after some bytes, 0 at the end, -1 on failure.
static int read_more(struct lines *lines)
{
    buffer_consume(&lines->buffer, lines->read);
    lines->read = 0;
    char *space = buffer_reserve(&lines->buffer, READ_SIZE);
    ssize_t n;
    do
        n = read(lines->fd, space, READ_SIZE);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        lines->buffer.len += (size_t)n;
    if (n == 0)
        lines->at_end = true;
    return n > 0 ? 1 : (int)n;
}

static enum lines_result take(struct lines *lines, size_t len, size_t end_len,
                              struct slice *line)
{
    bool too_long = lines->in_long || len > lines->max_len;
    *line = (struct slice){lines->buffer.data + lines->read, len};
    if (len > 0 && line->data[len - 1] == '\r')
        line->len--;
    lines->read += len + end_len;
    lines->in_long = false;
    return too_long ? LINES_TOO_LONG : LINES_LINE;
}

enum lines_result lines_next(struct lines *lines, struct slice *line)
{
    while (true) {
        struct slice rest =
            lines->read < lines->buffer.len ? unread(lines) : SLICE_ABSENT;
        const char *end = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;
        if (end)
            return take(lines, (size_t)(end - rest.data), 1, line);
        if (lines->at_end) {
            if (rest.len == 0 && !lines->in_long)
                return LINES_END;
            if (rest.len == 0)
                rest.data = "";
            return take(lines, rest.len, 0, line);
        }
        if (rest.len > lines->max_len) { // forget what there is of it
            lines->read = lines->buffer.len;
            lines->in_long = true;
        }
        if (read_more(lines) < 0)
            return LINES_FAILED;
    }
}

bool lines_ready(struct lines *lines)
{
    if (lines->at_end)
        return true;
    if (lines->read < lines->buffer.len) {
        struct slice rest = unread(lines);
        if (memchr(rest.data, '\n', rest.len))
            return true;
    }
    struct pollfd wait = {.fd = lines->fd, .events = POLLIN};
    return poll(&wait, 1, 0) > 0;
}

void lines_close(struct lines *lines)
{
    buffer_free(&lines->buffer);
    if (lines->fd > STDERR_FILENO)
        close(lines->fd);
}
