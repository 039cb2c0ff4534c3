// SPDX-License-Identifier: Apache-2.0
//
// Durable writes, 64 under way: Apply against XADD of the same entries.
//
// usage: write_bench DAEMON_SOCKET REDIS_SOCKET WAITING_TIMES_CSV
//                    [PAIRS [WRITES [UNDER_WAY [CONNECTIONS]]]]
//
// Blocks of WRITES puts through the daemon and WRITES entries of the same bytes by XADD
// into a plain Redis with fsync always alternate PAIRS times; the ratio is the median over
// the pairs of Apply/s over XADD/s. Apply keeps UNDER_WAY calls under way (64, on one
// connection): each answer is followed by the next call. XADD goes by hiredis, 64 written,
// then 64 read. Every answer is checked: no revision comes twice, every id is the one that
// was asked for, and in the end the daemon stores what was put last. Prints one JSON line.
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "puts.h"

#define PIPELINED 64
#define PAIRS_MAX 100
#define CONNECTIONS_MAX 256
#define WRITES_MAX 200000

struct settings {
    uint32_t pairs, writes, under_way, connections;
};

static struct bench_puts world;
static struct bench_reader readers[CONNECTIONS_MAX];
static struct buffer requests;         // frames of one block, one after the other
static size_t request_end[WRITES_MAX]; // where each ends
static double sent_at[WRITES_MAX], latency_us[WRITES_MAX];
static uint64_t revisions[WRITES_MAX], last_revision;

// ---- Apply ----

static void make_requests(uint32_t n)
{
    struct buffer message = {0};
    buffer_clear(&requests);
    for (uint32_t i = 0; i < n; i++) {
        buffer_clear(&message);
        bench_put_append(&world, &message);
        bench_request_append(&requests, i, BENCH_APPLY, buffer_slice(&message));
        request_end[i] = requests.len;
    }
    buffer_free(&message);
}

static void send_requests(int fd, uint32_t first, uint32_t end)
{
    size_t from = first ? request_end[first - 1] : 0;
    double now = bench_now_us();
    for (uint32_t i = first; i < end; i++)
        sent_at[i] = now;
    if (end > first)
        bench_write_all(fd, requests.data + from, request_end[end - 1] - from);
}

// Takes what has been answered; returns how many.
static uint32_t take_answers(struct bench_reader *reader, uint32_t n)
{
    struct bench_answer answer;
    uint32_t taken = 0;
    bench_read_some(reader, true);
    double now = bench_now_us();
    for (; bench_next_answer(reader, &answer); taken++) {
        CHECK(answer.call < n && revisions[answer.call] == 0);
        revisions[answer.call] = bench_revision(answer.message);
        latency_us[answer.call] = now - sent_at[answer.call];
    }
    return taken;
}

static int compare_revisions(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// No revision twice, in this block or with those before it.
static void check_revisions(uint32_t n)
{
    qsort(revisions, n, sizeof *revisions, compare_revisions);
    for (uint32_t i = 0; i < n; i++) {
        CHECK(revisions[i] > last_revision);
        last_revision = revisions[i];
    }
}

// The next k of n requests, as far as there are any.
static void send_next(const struct bench_reader *reader, uint32_t *sent, uint32_t k,
                      uint32_t n)
{
    uint32_t end = n - *sent < k ? n : *sent + k;
    send_requests(reader->fd, *sent, end);
    *sent = end;
}

// Writes a second.
static double run_apply(const struct settings *settings, uint32_t n)
{
    uint32_t sent = 0, taken = 0, n_readers = settings->connections;
    struct pollfd polled[CONNECTIONS_MAX];
    make_requests(n);
    memset(revisions, 0, n * sizeof *revisions);
    for (uint32_t i = 0; i < n_readers; i++)
        polled[i] = (struct pollfd){.fd = readers[i].fd, .events = POLLIN};
    double start = bench_now_us();
    for (uint32_t i = 0; i < n_readers; i++)
        send_next(&readers[i], &sent, settings->under_way / n_readers, n);
    while (taken < n) {
        CHECK(poll(polled, n_readers, -1) > 0);
        for (uint32_t i = 0; i < n_readers; i++) {
            if (!polled[i].revents)
                continue;
            uint32_t k = take_answers(&readers[i], n);
            send_next(&readers[i], &sent, k, n);
            taken += k;
        }
    }
    double rate = n / (bench_now_us() - start) * 1e6;
    check_revisions(n);
    return rate;
}

// ---- XADD ----

static struct buffer commands;
static size_t command_end[WRITES_MAX];
static uint64_t n_added; // entries of the stream, whose last id is n_added-0

static void make_command(struct slice request, uint64_t sequence)
{
    struct buffer entry = {0};
    char id[24], *command = NULL;
    snprintf(id, sizeof id, "%llu-0", (unsigned long long)sequence);
    bench_entry_append(request, &entry);
    const char *args[] = {"XADD", "bench", id, "e", entry.data};
    const size_t lens[] = {4, 5, strlen(id), 1, entry.len};
    long long len = redisFormatCommandArgv(&command, 5, args, lens);
    CHECK(len > 0);
    buffer_append(&commands, command, (size_t)len);
    redisFreeCommand(command);
    buffer_free(&entry);
}

// The entries of the puts that the daemon got last.
static void make_commands(uint32_t n)
{
    buffer_clear(&commands);
    for (uint32_t i = 0; i < n; i++) {
        size_t from = (i ? request_end[i - 1] : 0) + BENCH_REQUEST_HEAD_LEN;
        make_command((struct slice){requests.data + from, request_end[i] - from},
                     n_added + i + 1);
        command_end[i] = commands.len;
    }
}

static void take_id(redisContext *redis)
{
    char id[24];
    void *got = NULL;
    snprintf(id, sizeof id, "%llu-0", (unsigned long long)++n_added);
    CHECK(redisGetReply(redis, &got) == REDIS_OK);
    redisReply *reply = got;
    CHECK(reply->type == REDIS_REPLY_STRING && strcmp(reply->str, id) == 0);
    freeReplyObject(reply);
}

// Entries a second.
static double run_xadd(redisContext *redis, uint32_t n)
{
    make_commands(n);
    double start = bench_now_us();
    for (uint32_t i = 0; i < n; i += PIPELINED) {
        uint32_t end = i + PIPELINED < n ? i + PIPELINED : n;
        size_t from = i ? command_end[i - 1] : 0;
        CHECK(redisAppendFormattedCommand(redis, commands.data + from,
                                          command_end[end - 1] - from) == REDIS_OK);
        for (uint32_t j = i; j < end; j++)
            take_id(redis);
    }
    return n / (bench_now_us() - start) * 1e6;
}

static redisContext *connect_redis(const char *path)
{
    redisContext *redis = redisConnectUnix(path);
    CHECK(redis && !redis->err);
    return redis;
}

// ---- both ----

struct rates {
    double apply[PAIRS_MAX], xadd[PAIRS_MAX], ratio[PAIRS_MAX];
    double p50_us[PAIRS_MAX], p99_us[PAIRS_MAX];
};

static void run_pairs(redisContext *redis, const struct settings *settings,
                      struct rates *rates)
{
    uint32_t n = settings->writes;
    for (uint32_t i = 0; i < settings->pairs; i++) {
        rates->apply[i] = run_apply(settings, n);
        rates->p99_us[i] = bench_quantile(latency_us, n, 0.99);
        rates->p50_us[i] = bench_quantile(latency_us, n, 0.5);
        rates->xadd[i] = run_xadd(redis, n);
        rates->ratio[i] = rates->apply[i] / rates->xadd[i];
    }
}

static void report(struct rates *rates, const struct settings *settings)
{
    uint32_t n = settings->pairs;
    printf("{\"pairs\":%u,\"writes\":%u,\"under_way\":%u,\"connections\":%u,"
           "\"entry_bytes\":%zu",
           (unsigned)n, (unsigned)settings->writes, (unsigned)settings->under_way,
           (unsigned)settings->connections, commands.len / settings->writes);
    printf(",\"apply_per_s\":%.0f,\"xadd_per_s\":%.0f",
           bench_quantile(rates->apply, n, 0.5), bench_quantile(rates->xadd, n, 0.5));
    printf(",\"apply_p50_us\":%.0f,\"apply_p99_us\":%.0f",
           bench_quantile(rates->p50_us, n, 0.5), bench_quantile(rates->p99_us, n, 0.5));
    printf(",\"ratio\":%.3f,\"ratio_lowest\":%.3f,\"ratio_highest\":%.3f}\n",
           bench_quantile(rates->ratio, n, 0.5), bench_quantile(rates->ratio, n, 0),
           bench_quantile(rates->ratio, n, 1));
}

static struct settings read_settings(int argc, char **argv)
{
    struct settings settings = {
        .pairs = argc > 4 ? (uint32_t)atoi(argv[4]) : 8,
        .writes = argc > 5 ? (uint32_t)atoi(argv[5]) : 20000,
        .under_way = argc > 6 ? (uint32_t)atoi(argv[6]) : 64,
        .connections = argc > 7 ? (uint32_t)atoi(argv[7]) : 1,
    };
    CHECK(settings.pairs > 0 && settings.pairs <= PAIRS_MAX);
    CHECK(settings.writes > 0 && settings.writes <= WRITES_MAX);
    CHECK(settings.connections > 0 && settings.connections <= CONNECTIONS_MAX);
    CHECK(settings.under_way >= settings.connections);
    return settings;
}

int main(int argc, char **argv)
{
    static struct rates rates;
    if (argc < 4)
        return 2;
    struct settings settings = read_settings(argc, argv);
    for (uint32_t i = 0; i < settings.connections; i++)
        readers[i].fd = bench_connect_daemon(argv[1]);
    redisContext *redis = connect_redis(argv[2]);
    bench_puts_init(&world, argv[3]);
    // The first put of a row may be what is stored already: those are not measured.
    run_apply(&settings, BENCH_PUT_ROWS);
    run_xadd(redis, BENCH_PUT_ROWS);
    run_pairs(redis, &settings, &rates);
    bench_puts_check(&world, argv[1]);
    report(&rates, &settings);
    bench_puts_free(&world);
    buffer_free(&requests);
    buffer_free(&commands);
    for (uint32_t i = 0; i < settings.connections; i++)
        bench_reader_free(&readers[i]);
    redisFree(redis);
    return 0;
}
