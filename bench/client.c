// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"

#define PREFACE_LEN 8
#define READ_SIZE (256 * 1024)
#define SPIN_US 60 // what a sleep may take too long

static void put_u32(char *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)(value >> (24 - 8 * i));
}

static uint32_t get_u32(const char *in)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | (unsigned char)in[i];
    return value;
}

int bench_connect(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(fd >= 0 && strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

int bench_connect_daemon(const char *path)
{
    char preface[PREFACE_LEN] = "VSK1";
    int fd = bench_connect(path);
    put_u32(preface + 4, 4 << 20);
    bench_write_all(fd, preface, sizeof preface);
    bench_read_all(fd, preface, sizeof preface);
    CHECK(memcmp(preface, "VSK1", 4) == 0);
    return fd;
}

void bench_write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        CHECK(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

void bench_read_all(int fd, char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, out, len);
        CHECK(n > 0);
        out += n;
        len -= (size_t)n;
    }
}

void bench_request_append(struct buffer *out, uint32_t call, enum bench_method method,
                          struct slice message)
{
    char head[BENCH_REQUEST_HEAD_LEN] = {0};
    put_u32(head, (uint32_t)message.len + sizeof head - BENCH_HEADER_LEN);
    put_u32(head + 4, call);
    head[8] = BENCH_TYPE_REQUEST;
    head[11] = (char)method;
    buffer_append(out, head, sizeof head);
    buffer_append_slice(out, message);
}

void bench_call_id_set(char *frame, uint32_t call)
{
    put_u32(frame + 4, call);
}

bool bench_read_some(struct bench_reader *reader, bool wait)
{
    buffer_consume(&reader->in, reader->taken);
    reader->taken = 0;
    char *at = buffer_reserve(&reader->in, READ_SIZE);
    ssize_t n = recv(reader->fd, at, READ_SIZE, wait ? 0 : MSG_DONTWAIT);
    CHECK(n > 0 || (n < 0 && !wait)); // the daemon never hangs up on us
    if (n > 0)
        reader->in.len += (size_t)n;
    return n > 0;
}

bool bench_next_answer(struct bench_reader *reader, struct bench_answer *answer)
{
    const char *frame = reader->in.data + reader->taken;
    size_t rest = reader->in.len - reader->taken;
    if (rest < BENCH_HEADER_LEN || rest - BENCH_HEADER_LEN < get_u32(frame))
        return false;
    answer->call = get_u32(frame + 4);
    answer->message = (struct slice){frame + BENCH_HEADER_LEN, get_u32(frame)};
    if (frame[8] != BENCH_TYPE_RESPONSE) {
        fprintf(stderr, "call %u was refused: %.*s\n", (unsigned)answer->call,
                (int)answer->message.len, answer->message.data);
        exit(1);
    }
    reader->taken += BENCH_HEADER_LEN + answer->message.len;
    return true;
}

void bench_reader_free(struct bench_reader *reader)
{
    buffer_free(&reader->in);
    close(reader->fd);
}

double bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int64_t bench_utc_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void bench_wait_until(double at_us)
{
    double left;
    while ((left = at_us - bench_now_us()) > 0) {
        double rest_us = left < 5e5 ? left - SPIN_US : 5e5;
        struct timespec rest = {.tv_nsec = (long)(rest_us * 1e3)};
        if (left > SPIN_US)
            nanosleep(&rest, NULL);
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t n, double q)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return values[(size_t)(q * (double)(n - 1))];
}
