// SPDX-License-Identifier: Apache-2.0
//
// The longest pause of a daemon's loop, as one who asks meets it.
//
// usage: pause_bench DAEMON_SOCKET
//
// Asks for the daemon's status each millisecond until standard input ends, and prints one
// JSON line: the longest that an answer has taken, counted from when the question was due
// or sent, whichever is later, so that a pause of this program's own is not the daemon's.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "client.h"

#define PERIOD_US 1000
#define N_MAX 1000000

static double wait_us[N_MAX];

static bool input_has_ended(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static double ask(struct bench_reader *reader, const struct buffer *frame)
{
    struct bench_answer answer;
    double start = bench_now_us();
    bench_write_all(reader->fd, frame->data, frame->len);
    do
        bench_read_some(reader, true);
    while (!bench_next_answer(reader, &answer));
    return bench_now_us() - start;
}

int main(int argc, char **argv)
{
    struct buffer frame = {0};
    uint32_t n = 0;
    if (argc < 2)
        return 2;
    struct bench_reader reader = {.fd = bench_connect_daemon(argv[1])};
    bench_request_append(&frame, 1, BENCH_STATUS, (struct slice){"", 0});
    for (double due = bench_now_us(); n < N_MAX && !input_has_ended(); n++) {
        bench_wait_until(due);
        wait_us[n] = ask(&reader, &frame);
        due += PERIOD_US;
        double now = bench_now_us();
        due = due < now ? now : due;
    }
    CHECK(n > 0);
    printf("{\"asked\":%u,\"p50_us\":%.0f,\"p999_us\":%.0f,\"longest_us\":%.0f}\n",
           (unsigned)n, bench_quantile(wait_us, n, 0.5),
           bench_quantile(wait_us, n, 0.999), bench_quantile(wait_us, n, 1));
    buffer_free(&frame);
    bench_reader_free(&reader);
    return 0;
}
