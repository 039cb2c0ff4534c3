// SPDX-License-Identifier: Apache-2.0
//
// One connection, one call at a time: a match against an echo of exactly the same sizes.
//
// usage: call_bench MATCH_SOCKET ECHO_SOCKET [PAIRS [CALLS]]
//
// Blocks of CALLS matches and CALLS echoes alternate PAIRS times on the same core (the
// caller pins all three processes); the ratio is the median over the pairs of match p50 /
// echo p50. Every answer is checked to be a RESPONSE to the call it belongs to. Prints
// one JSON line.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "client.h"
#include "queries.h"

#define N_QUERIES 10000
#define ANSWER_MAX (1 << 20)

static struct buffer requests[N_QUERIES];
static uint32_t answer_len[N_QUERIES];
static char answer[ANSWER_MAX];

static uint32_t get_u32(const char *in)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value << 8 | (unsigned char)in[i];
    return value;
}

static void call_match(int fd, uint32_t call)
{
    bench_write_all(fd, requests[call].data, requests[call].len);
    // one read takes header and payload as the echo's does; the rest only when it was cut
    ssize_t n = read(fd, answer, sizeof answer);
    CHECK(n >= BENCH_HEADER_LEN);
    uint32_t len = BENCH_HEADER_LEN + get_u32(answer);
    CHECK(len <= sizeof answer);
    bench_read_all(fd, answer + n, len - (size_t)n);
    CHECK(get_u32(answer + 4) == call && answer[8] == BENCH_TYPE_RESPONSE);
    answer_len[call] = len;
}

static void call_echo(int fd, uint32_t call)
{
    uint32_t lengths[2] = {(uint32_t)requests[call].len, answer_len[call]};
    memcpy(answer, lengths, sizeof lengths);
    bench_write_all(fd, answer, requests[call].len);
    ssize_t n = read(fd, answer, sizeof answer);
    CHECK(n > 0);
    bench_read_all(fd, answer + n, answer_len[call] - (size_t)n);
}

struct block {
    double p50, p99;
};

static struct block run(int fd, void (*call)(int, uint32_t), uint32_t first, uint32_t n)
{
    static double latencies[N_QUERIES];
    for (uint32_t i = 0; i < n; i++) {
        double start = bench_now_us();
        call(fd, (first + i) % N_QUERIES);
        latencies[i] = bench_now_us() - start;
    }
    struct block block = {.p99 = bench_quantile(latencies, n, 0.99)};
    block.p50 = bench_quantile(latencies, n, 0.5);
    return block;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    uint32_t pairs = argc > 3 ? (uint32_t)atoi(argv[3]) : 8;
    uint32_t calls = argc > 4 ? (uint32_t)atoi(argv[4]) : 5000;
    unsigned seed = 1;
    CHECK(pairs > 0 && pairs <= 100 && calls > 0 && calls <= N_QUERIES);
    for (uint32_t i = 0; i < N_QUERIES; i++)
        bench_query_append(&seed, i, &requests[i]);
    int match = bench_connect_daemon(argv[1]), echo = bench_connect(argv[2]);

    double match_p50[100], match_p99[100], echo_p50[100], echo_p99[100], ratios[100];
    run(match, call_match, 0, N_QUERIES); // warm, and every answer's length is known
    run(echo, call_echo, 0, N_QUERIES);
    for (uint32_t i = 0; i < pairs; i++) {
        struct block a = run(match, call_match, i * calls, calls);
        struct block b = run(echo, call_echo, i * calls, calls);
        match_p50[i] = a.p50, match_p99[i] = a.p99;
        echo_p50[i] = b.p50, echo_p99[i] = b.p99;
        ratios[i] = a.p50 / b.p50;
    }
    double bytes = 0;
    for (uint32_t i = 0; i < N_QUERIES; i++)
        bytes += answer_len[i];
    printf("{\"pairs\":%u,\"calls\":%u,\"answer_bytes_mean\":%.0f,\"match_p50_us\":%.2f,"
           "\"match_p99_us\":%.2f,\"echo_p50_us\":%.2f,\"echo_p99_us\":%.2f,"
           "\"ratio_p50\":%.3f}\n",
           pairs, calls, bytes / N_QUERIES, bench_quantile(match_p50, pairs, 0.5),
           bench_quantile(match_p99, pairs, 0.5), bench_quantile(echo_p50, pairs, 0.5),
           bench_quantile(echo_p99, pairs, 0.5), bench_quantile(ratios, pairs, 0.5));
    for (uint32_t i = 0; i < N_QUERIES; i++)
        buffer_free(&requests[i]);
    close(match);
    close(echo);
    return 0;
}
