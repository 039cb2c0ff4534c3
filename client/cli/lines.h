// SPDX-License-Identifier: Apache-2.0
//
// Lines of a file or a pipe, with a bound on their length, and whether the next one is
// here already.
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "base/buffer.h"

struct lines {
    int fd;
    size_t max_len;
    struct buffer buffer;
    size_t read;  // bytes of the buffer that were taken
    bool at_end;  // nothing more will come
    bool in_long; // in the rest of a line that was too long
};

enum lines_result {
    LINES_END = 0,
    LINES_LINE = 1,
    LINES_TOO_LONG = 2, // a line over max_len was passed over
    LINES_FAILED = -1,  // errno says why
};

// The next line without its end ("\n" or "\r\n"); borrowed until the next use.
enum lines_result lines_next(struct lines *lines, struct slice *line);
// Whether lines_next would return at once.
bool lines_ready(struct lines *lines);
void lines_close(struct lines *lines);

#endif
