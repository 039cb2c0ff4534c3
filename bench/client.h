// SPDX-License-Identifier: Apache-2.0
//
// What the bench programs share: blocking sockets, native frames by hand (so that a
// figure is the daemon's and not a library's) and statistics. Anything that goes wrong
// ends the program: a figure of a run with a fault in it is worth nothing.
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

#define BENCH_HEADER_LEN 12
#define BENCH_REQUEST_HEAD_LEN 18 // before the message: header, deadline, metadata
#define BENCH_TYPE_REQUEST 1
#define BENCH_TYPE_RESPONSE 2

enum bench_method {
    BENCH_MATCH = 1,
    BENCH_GET = 10,
    BENCH_APPLY = 20,
    BENCH_STATUS = 40
};

// A connected unix socket.
int bench_connect(const char *path);
// The same to a daemon, with the prefaces exchanged.
int bench_connect_daemon(const char *path);
void bench_write_all(int fd, const char *bytes, size_t len);
void bench_read_all(int fd, char *out, size_t len);

// Appends a REQUEST frame without a deadline and without metadata.
void bench_request_append(struct buffer *out, uint32_t call, enum bench_method method,
                          struct slice message);
// Gives a frame that is sent again another call id.
void bench_call_id_set(char *frame, uint32_t call);

// Answers of a connection, as they come. Zero-initialise, set fd.
struct bench_reader {
    int fd;
    struct buffer in;
    size_t taken; // bytes of in that have been given out
};
struct bench_answer {
    uint32_t call;
    struct slice message; // until the next bench_read_some
};
// Waits for bytes when `wait` is set, and takes what is there in one read; false when
// nothing was.
bool bench_read_some(struct bench_reader *reader, bool wait);
// The next whole answer of what has been read; false when there is none. An ERROR frame
// ends the program and is shown.
bool bench_next_answer(struct bench_reader *reader, struct bench_answer *answer);
void bench_reader_free(struct bench_reader *reader);

double bench_now_us(void);           // monotonic
int64_t bench_utc_ms(void);          // of the wall clock
void bench_wait_until(double at_us); // sleeps, and spins over the last part

// Sorts values and gives the one at q (0-1).
double bench_quantile(double *values, size_t n, double q);

#endif
