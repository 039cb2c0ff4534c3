// SPDX-License-Identifier: Apache-2.0
//
// What writes cost those who ask: the latency of queries at a fixed rate, with and without
// 1,000 durable writes a second beside them.
//
// usage: load_bench DAEMON_SOCKET WAITING_TIMES_CSV [PAIRS [SECONDS]]
//
// Blocks of SECONDS without and with writes alternate PAIRS times; the ratio is the median
// over the pairs of the queries' p99 with writes over p99 without. The loop is open: a
// latency counts from when the query was due, so that a stall is seen in every query that
// it held up. Queries and writes have a connection each. Prints one JSON line.
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>

#include "base/check.h"
#include "puts.h"
#include "queries.h"

#define QUERIES_PER_S 2000
#define WRITES_PER_S 1000
#define N_QUERIES 10000
#define PAIRS_MAX 100
#define SECONDS_MAX 60
#define CALLS_MAX (QUERIES_PER_S * SECONDS_MAX)

static struct bench_puts world;
static struct buffer queries[N_QUERIES];

// Calls at a fixed rate over one connection.
struct stream {
    struct bench_reader reader;
    double first_us, period_us;
    uint32_t n, n_sent, n_done;
    struct buffer frame;
    double latency_us[CALLS_MAX];
    uint64_t last_revision; // of the writes
};

static void start_stream(struct stream *stream, double per_s, double seconds)
{
    stream->first_us = bench_now_us();
    stream->period_us = 1e6 / per_s;
    stream->n = (uint32_t)(per_s * seconds);
    stream->n_sent = stream->n_done = 0;
}

static double due_us(const struct stream *stream, uint32_t call)
{
    return stream->first_us + call * stream->period_us;
}

// Whether the next call is due now; it then counts as sent.
static bool take_due(struct stream *stream, uint32_t *call)
{
    if (stream->n_sent == stream->n || bench_now_us() < due_us(stream, stream->n_sent))
        return false;
    *call = stream->n_sent++;
    return true;
}

static void take_answers(struct stream *stream, bool writes)
{
    struct bench_answer answer;
    if (stream->n_done == stream->n_sent || !bench_read_some(&stream->reader, false))
        return;
    double now = bench_now_us();
    while (bench_next_answer(&stream->reader, &answer)) {
        CHECK(answer.call == stream->n_done); // one connection answers in order
        stream->latency_us[stream->n_done] = now - due_us(stream, stream->n_done);
        stream->n_done++;
        if (!writes)
            continue;
        uint64_t revision = bench_revision(answer.message);
        CHECK(revision > stream->last_revision);
        stream->last_revision = revision;
    }
}

static void send_query(struct stream *stream, uint32_t call)
{
    struct buffer *query = &queries[call % N_QUERIES];
    bench_call_id_set(query->data, call);
    bench_write_all(stream->reader.fd, query->data, query->len);
}

static void send_write(struct stream *stream, uint32_t call)
{
    static struct buffer message;
    buffer_clear(&message);
    buffer_clear(&stream->frame);
    bench_put_append(&world, &message);
    bench_request_append(&stream->frame, call, BENCH_APPLY, buffer_slice(&message));
    bench_write_all(stream->reader.fd, stream->frame.data, stream->frame.len);
}

// Until an answer comes or a call is due.
static void wait_for_either(struct stream *asks, struct stream *writes)
{
    double due = due_us(asks, asks->n_sent), now = bench_now_us();
    if (writes->n_sent < writes->n && due_us(writes, writes->n_sent) < due)
        due = due_us(writes, writes->n_sent);
    if (due <= now)
        return;
    fd_set readable;
    int a = asks->reader.fd, b = writes->reader.fd;
    struct timespec rest = {.tv_nsec = (long)((due - now) * 1e3)};
    FD_ZERO(&readable);
    FD_SET(a, &readable);
    FD_SET(b, &readable);
    pselect((a > b ? a : b) + 1, &readable, NULL, NULL, &rest, NULL);
}

static void run(struct stream *asks, struct stream *writes, double seconds,
                bool with_writes)
{
    uint32_t call;
    start_stream(asks, QUERIES_PER_S, seconds);
    start_stream(writes, WRITES_PER_S, with_writes ? seconds : 0);
    while (asks->n_done < asks->n || writes->n_done < writes->n) {
        if (take_due(asks, &call))
            send_query(asks, call);
        if (take_due(writes, &call))
            send_write(writes, call);
        take_answers(asks, false);
        take_answers(writes, true);
        wait_for_either(asks, writes);
    }
}

struct side {
    double p50[PAIRS_MAX], p99[PAIRS_MAX], p999[PAIRS_MAX], longest[PAIRS_MAX];
};

static void note(struct side *side, uint32_t i, struct stream *asks)
{
    side->p50[i] = bench_quantile(asks->latency_us, asks->n, 0.5);
    side->p99[i] = bench_quantile(asks->latency_us, asks->n, 0.99);
    side->p999[i] = bench_quantile(asks->latency_us, asks->n, 0.999);
    side->longest[i] = bench_quantile(asks->latency_us, asks->n, 1);
}

static void report_side(const char *name, struct side *side, uint32_t n)
{
    printf("\"%s_p50_us\":%.1f,\"%s_p99_us\":%.1f,\"%s_p999_us\":%.1f,"
           "\"%s_longest_us\":%.0f,",
           name, bench_quantile(side->p50, n, 0.5), name,
           bench_quantile(side->p99, n, 0.5), name, bench_quantile(side->p999, n, 0.5),
           name, bench_quantile(side->longest, n, 1));
}

int main(int argc, char **argv)
{
    static struct stream asks, writes;
    static struct side quiet, busy;
    double ratio[PAIRS_MAX], write_p50[PAIRS_MAX];
    unsigned seed = 1;
    if (argc < 3)
        return 2;
    uint32_t n_pairs = argc > 3 ? (uint32_t)atoi(argv[3]) : 8;
    double seconds = argc > 4 ? atof(argv[4]) : 3;
    CHECK(n_pairs > 0 && n_pairs <= PAIRS_MAX && seconds > 0 && seconds <= SECONDS_MAX);
    for (uint32_t i = 0; i < N_QUERIES; i++)
        bench_query_append(&seed, i, &queries[i]);
    bench_puts_init(&world, argv[2]);
    asks.reader.fd = bench_connect_daemon(argv[1]);
    writes.reader.fd = bench_connect_daemon(argv[1]);
    run(&asks, &writes, 1, true); // warm
    for (uint32_t i = 0; i < n_pairs; i++) {
        run(&asks, &writes, seconds, false);
        note(&quiet, i, &asks);
        run(&asks, &writes, seconds, true);
        note(&busy, i, &asks);
        write_p50[i] = bench_quantile(writes.latency_us, writes.n, 0.5);
        ratio[i] = busy.p99[i] / quiet.p99[i];
    }
    bench_puts_check(&world, argv[1]);
    printf("{\"pairs\":%u,\"seconds\":%.1f,\"queries_per_s\":%d,\"writes_per_s\":%d,",
           (unsigned)n_pairs, seconds, QUERIES_PER_S, WRITES_PER_S);
    report_side("quiet", &quiet, n_pairs);
    report_side("busy", &busy, n_pairs);
    printf("\"write_p50_us\":%.0f,\"ratio\":%.3f,\"ratio_lowest\":%.3f,"
           "\"ratio_highest\":%.3f}\n",
           bench_quantile(write_p50, n_pairs, 0.5), bench_quantile(ratio, n_pairs, 0.5),
           bench_quantile(ratio, n_pairs, 0), bench_quantile(ratio, n_pairs, 1));
    bench_puts_free(&world);
    bench_reader_free(&asks.reader);
    bench_reader_free(&writes.reader);
    buffer_free(&writes.frame);
    for (uint32_t i = 0; i < N_QUERIES; i++)
        buffer_free(&queries[i]);
    return 0;
}
