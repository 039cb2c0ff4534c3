// SPDX-License-Identifier: Apache-2.0
//
// Lines of a pipe: whole, cut, too long, and the last one without an end.
#include <criterion/criterion.h>
#include <unistd.h>

#include "cli/lines.h"

static struct lines lines_of(const char *text, size_t max_len)
{
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
    close(fds[1]);
    return (struct lines){.fd = fds[0], .max_len = max_len};
}

static void expect_line(struct lines *lines, const char *expected)
{
    struct slice line;
    cr_assert_eq(lines_next(lines, &line), LINES_LINE);
    cr_expect(slice_equal(line, slice_from(expected)), "%.*s", (int)line.len, line.data);
}

Test(line_reader, lines_end_in_lf_crlf_or_the_end)
{
    struct lines lines = lines_of("one\r\n\ntwo\nthree", 100);
    struct slice line;
    expect_line(&lines, "one");
    expect_line(&lines, "");
    expect_line(&lines, "two");
    cr_expect(lines_ready(&lines));
    expect_line(&lines, "three");
    cr_expect_eq(lines_next(&lines, &line), LINES_END);
    cr_expect_eq(lines_next(&lines, &line), LINES_END);
    lines_close(&lines);
}

Test(line_reader, a_line_that_is_too_long_is_passed_over_once)
{
    static char text[200001];
    memset(text, 'x', 200000);
    memcpy(text, "ok\n", 3);
    memcpy(text + 199990, "\nlast\nxxxx", 10);
    struct lines lines = lines_of("", 10);
    lines_close(&lines);
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) { // a pipe holds less than the line
        for (size_t at = 0; at < 200000;)
            at += (size_t)write(fds[1], text + at, 200000 - at);
        _exit(0);
    }
    close(fds[1]);
    lines = (struct lines){.fd = fds[0], .max_len = 10};
    struct slice line;
    expect_line(&lines, "ok");
    cr_expect_eq(lines_next(&lines, &line), LINES_TOO_LONG);
    expect_line(&lines, "last");
    expect_line(&lines, "xxxx");
    cr_expect_eq(lines_next(&lines, &line), LINES_END);
    cr_expect_leq(lines.buffer.capacity, 400000);
    lines_close(&lines);
}

Test(line_reader, nothing_is_ready_while_a_pipe_is_empty)
{
    int fds[2];
    cr_assert_eq(pipe(fds), 0);
    struct lines lines = {.fd = fds[0], .max_len = 10};
    cr_expect_not(lines_ready(&lines));
    cr_assert_eq(write(fds[1], "a\nb\n", 4), 4);
    cr_expect(lines_ready(&lines));
    expect_line(&lines, "a");
    cr_expect(lines_ready(&lines));
    expect_line(&lines, "b");
    cr_expect_not(lines_ready(&lines));
    close(fds[1]);
    lines_close(&lines);
}
