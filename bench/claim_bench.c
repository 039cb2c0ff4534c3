// SPDX-License-Identifier: Apache-2.0
//
// One write at a time: a claim on temporary capacity against a plain put.
//
// usage: claim_bench DAEMON_SOCKET WAITING_TIMES_CSV [BLOCKS [CLAIMS]]
//
// Publishes capacities of its own; then a put and a claim alternate one by one, CLAIMS of
// each in a block. The ratio is the median over the blocks of the claims' p50 over the
// puts'. Every answer is checked to have a later revision than the one before it, and in
// the end each capacity gives exactly the slots that are left. Prints one JSON line.
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/date.h"
#include "lib/vardsok.h"
#include "puts.h"
#include "wire/change.h"

#define BLOCKS_MAX 100
#define CLAIMS_MAX 10000
#define N_CAPACITIES 64
#define SLOTS 10000
#define REGION 1

static struct bench_puts world;
static double put_us[CLAIMS_MAX], claim_us[CLAIMS_MAX];
static uint32_t n_taken[N_CAPACITIES];
static uint64_t last_revision;

static void start_request(struct buffer *message)
{
    unsigned char id[VARDSOK_REQUEST_ID_LEN];
    vardsok_request_id_init(id);
    struct wire_apply_request header = {.request_id = {(const char *)id, sizeof id}};
    buffer_clear(message);
    wire_apply_encode_header(&header, message);
}

// How long the answer took.
static double call(struct bench_reader *reader, const struct buffer *message)
{
    static struct buffer frame;
    struct bench_answer answer;
    buffer_clear(&frame);
    bench_request_append(&frame, 1, BENCH_APPLY, buffer_slice(message));
    double start = bench_now_us();
    bench_write_all(reader->fd, frame.data, frame.len);
    do
        bench_read_some(reader, true);
    while (!bench_next_answer(reader, &answer));
    double us = bench_now_us() - start;
    uint64_t revision = bench_revision(answer.message);
    CHECK(revision > last_revision);
    last_revision = revision;
    return us;
}

static struct slice capacity_id(uint32_t i, char id[16])
{
    snprintf(id, 16, "BENCH-%u", (unsigned)i);
    return slice_from(id);
}

static void publish(struct bench_reader *reader, uint32_t i)
{
    char id[16];
    union entity entity;
    struct buffer message = {0};
    int32_t today = date_in_stockholm(bench_utc_ms());
    shape_clear(entity_shape(KIND_CAPACITY), &entity);
    entity.capacity.id = capacity_id(i, id);
    entity.capacity.unit = world.rows[i].unit;
    entity.capacity.service = world.rows[i].service;
    entity.capacity.slots = SLOTS;
    entity.capacity.window_start = today + 14;
    entity.capacity.window_end = today + 28;
    entity.capacity.open_to = 1 << REGION;
    start_request(&message);
    wire_apply_encode_change(CHANGE_PUT, KIND_CAPACITY, &entity, 0, &message);
    call(reader, &message);
    buffer_free(&message);
}

static double claim(struct bench_reader *reader, uint32_t i, uint32_t slots)
{
    char id[16];
    union operation operation;
    struct buffer message = {0};
    shape_clear(operation_shape(CHANGE_TAKE), &operation);
    operation.take.capacity = capacity_id(i, id);
    operation.take.region = REGION;
    operation.take.slots = slots;
    start_request(&message);
    wire_apply_encode_operation(CHANGE_TAKE, &operation, ABSENT, &message);
    double us = call(reader, &message);
    buffer_free(&message);
    n_taken[i] += slots;
    return us;
}

static double put(struct bench_reader *reader)
{
    struct buffer message = {0};
    bench_put_append(&world, &message);
    double us = call(reader, &message);
    buffer_free(&message);
    return us;
}

struct blocks {
    double put_p50[BLOCKS_MAX], claim_p50[BLOCKS_MAX], claim_p99[BLOCKS_MAX];
    double ratio[BLOCKS_MAX];
};

static void run_block(struct bench_reader *reader, struct blocks *blocks, uint32_t block,
                      uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        put_us[i] = put(reader);
        claim_us[i] = claim(reader, i % N_CAPACITIES, 1);
    }
    blocks->put_p50[block] = bench_quantile(put_us, n, 0.5);
    blocks->claim_p50[block] = bench_quantile(claim_us, n, 0.5);
    blocks->claim_p99[block] = bench_quantile(claim_us, n, 0.99);
    blocks->ratio[block] = blocks->claim_p50[block] / blocks->put_p50[block];
}

static void report(struct blocks *blocks, uint32_t n_blocks, uint32_t n)
{
    printf("{\"blocks\":%u,\"claims\":%u,\"put_p50_us\":%.1f,\"claim_p50_us\":%.1f,"
           "\"claim_p99_us\":%.1f,\"ratio\":%.3f,\"ratio_lowest\":%.3f,"
           "\"ratio_highest\":%.3f}\n",
           (unsigned)n_blocks, (unsigned)n,
           bench_quantile(blocks->put_p50, n_blocks, 0.5),
           bench_quantile(blocks->claim_p50, n_blocks, 0.5),
           bench_quantile(blocks->claim_p99, n_blocks, 0.5),
           bench_quantile(blocks->ratio, n_blocks, 0.5),
           bench_quantile(blocks->ratio, n_blocks, 0),
           bench_quantile(blocks->ratio, n_blocks, 1));
}

int main(int argc, char **argv)
{
    static struct blocks blocks;
    if (argc < 3)
        return 2;
    uint32_t n_blocks = argc > 3 ? (uint32_t)atoi(argv[3]) : 8;
    uint32_t n = argc > 4 ? (uint32_t)atoi(argv[4]) : 500;
    CHECK(n_blocks > 0 && n_blocks <= BLOCKS_MAX && n > 0 && n <= CLAIMS_MAX);
    struct bench_reader reader = {.fd = bench_connect_daemon(argv[1])};
    bench_puts_init(&world, argv[2]);
    for (uint32_t i = 0; i < N_CAPACITIES; i++)
        publish(&reader, i);
    for (uint32_t i = 0; i < n_blocks; i++)
        run_block(&reader, &blocks, i, n);
    for (uint32_t i = 0; i < N_CAPACITIES; i++)
        claim(&reader, i, SLOTS - n_taken[i]);
    report(&blocks, n_blocks, n);
    bench_puts_free(&world);
    bench_reader_free(&reader);
    return 0;
}
