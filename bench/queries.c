// SPDX-License-Identifier: Apache-2.0
#include "queries.h"

#include <stdio.h>
#include <stdlib.h>

#include "domain/question.h"
#include "wire/codec.h"

#define N_SERVICES 2000

// Zipf with s = 1 over the services of bench/make_world.py.
static int draw_service(unsigned *seed)
{
    static double sums[N_SERVICES];
    if (sums[0] == 0)
        for (int i = 0; i < N_SERVICES; i++)
            sums[i] = (i ? sums[i - 1] : 0) + 1.0 / (i + 1);
    double at = rand_r(seed) / (RAND_MAX + 1.0) * sums[N_SERVICES - 1];
    int i = 0;
    while (sums[i] < at)
        i++;
    return i;
}

void bench_query_append(unsigned *seed, uint32_t call, struct buffer *out)
{
    static const int64_t regions[] = {1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 17, 18, 19};
    char code[16];
    struct query query;
    struct buffer message = {0};
    shape_clear(&shape_query, &query);
    snprintf(code, sizeof code, "S%05d", draw_service(seed));
    query.service = slice_from(code);
    query.home_region = regions[rand_r(seed) % 15];
    query.asa = 1 + rand_r(seed) % 3;
    query.weight = 500 + rand_r(seed) % 700;
    query.height_cm = 155 + rand_r(seed) % 40;
    query.age = 20 + rand_r(seed) % 65;
    if (rand_r(seed) % 2) {
        query.origin.latitude = 55400000 + rand_r(seed) % 13000000;
        query.origin.longitude = 12000000 + rand_r(seed) % 7000000;
    }
    wire_encode(&shape_query, WIRE_PUBLIC, &query, &message);
    bench_request_append(out, call, BENCH_MATCH, buffer_slice(&message));
    buffer_free(&message);
}
