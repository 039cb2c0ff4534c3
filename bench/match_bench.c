// SPDX-License-Identifier: Apache-2.0
//
// The match alone, in process: each order read with early exit, against the scan of all
// that the service has, over the same questions.
//
// usage: match_bench [--json] [--lines N] [--units N] [--services N] [--queries N]
// [--rounds N]
//                    [--query-only ORDER [--way WAY]]
//
// A synthetic world, the same for the same arguments: services and questions of Zipf
// popularity, units around 290 towns, one row in ten a capacity. Every ordered answer is
// first compared with the scan's. A mean is the median of ROUNDS alternating passes over
// all questions; percentiles are of single calls. --query-only runs one pass and nothing
// else, for a profiler: order 1 EARLIEST, 2 NEAREST, 3 CHEAPEST; way 1 in order, 2 the
// scan, 3 with explain.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "base/date.h"
#include "match/query.h"

#define N_TOWNS 290
#define N_AGREEMENTS 3000
#define ID_BYTES 32
#define MAX_ROUNDS 64

static const uint8_t region_codes[] = {1,  3,  4,  5,  6,  7,  8,  9,  10, 12, 13,
                                       14, 17, 18, 19, 20, 21, 22, 23, 24, 25};
#define N_REGIONS (sizeof(region_codes))

struct settings {
    uint32_t n_lines, n_units, n_services, n_queries, n_rounds;
    uint32_t query_only; // enum match_order, or 0
    uint32_t way;        // enum way, of query_only
    bool json;
};

struct town {
    struct position position;
    uint8_t region;
};

struct bench {
    struct settings settings;
    uint64_t seed;
    int32_t today;
    struct match_index *index;
    double *service_sums, *town_sums; // running sums of popularity
    struct town towns[N_TOWNS];
    uint8_t *unit_regions;
    char (*unit_ids)[ID_BYTES];
    char (*row_ids)[ID_BYTES];
    struct match_query *queries;
    struct arena arena;
};

static double draw(struct bench *bench)
{
    bench->seed ^= bench->seed << 13;
    bench->seed ^= bench->seed >> 7;
    bench->seed ^= bench->seed << 17;
    return (double)(bench->seed >> 11) / 9007199254740992.0;
}

static uint32_t draw_below(struct bench *bench, uint32_t n)
{
    return (uint32_t)(draw(bench) * n);
}

static bool chance(struct bench *bench, double part)
{
    return draw(bench) < part;
}

static double *zipf_sums(uint32_t n)
{
    double *sums = malloc(n * sizeof(*sums)), sum = 0;
    CHECK(sums);
    for (uint32_t i = 0; i < n; i++)
        sums[i] = sum += 1.0 / (i + 1);
    return sums;
}

static uint32_t draw_zipf(struct bench *bench, const double *sums, uint32_t n)
{
    double wanted = draw(bench) * sums[n - 1];
    uint32_t low = 0, high = n - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (sums[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t region_bit(uint8_t code)
{
    return UINT32_C(1) << code;
}

static uint8_t draw_region(struct bench *bench)
{
    return region_codes[draw_below(bench, N_REGIONS)];
}

// Most agreements are a region's own; some take in its neighbours, few the whole country.
static uint32_t draw_parties(struct bench *bench)
{
    uint32_t parties = region_bit(draw_region(bench));
    double kind = draw(bench);
    if (kind < 0.15)
        return 0x03fe77fa;
    for (uint32_t i = 0; kind < 0.6 && i < 5; i++)
        parties |= region_bit(draw_region(bench));
    return parties;
}

static struct match_terms draw_terms(struct bench *bench)
{
    struct match_terms terms = {.weight_max = UINT16_MAX,
                                .bmi_max = UINT16_MAX,
                                .age_max = UINT8_MAX,
                                .asa_max = 6};
    if (chance(bench, 0.66))
        terms.asa_max = (uint8_t)(2 + draw_below(bench, 3));
    if (chance(bench, 0.5))
        terms.weight_max = (uint16_t)(1200 + 100 * draw_below(bench, 4));
    if (chance(bench, 0.66))
        terms.bmi_max = (uint16_t)(350 + 20 * draw_below(bench, 5));
    if (chance(bench, 0.75))
        terms.age_min = chance(bench, 0.3) ? 15 : 18;
    if (chance(bench, 0.05))
        terms.sex = chance(bench, 0.5) ? 2 : 3;
    terms.has_conditions = chance(bench, 0.1);
    return terms;
}

static int64_t draw_price(struct bench *bench)
{
    if (chance(bench, 0.2))
        return MATCH_PRICE_ABSENT;
    return (8000 + 250 * (int64_t)draw_below(bench, 528)) * 100;
}

static struct position scatter(struct bench *bench, struct position around)
{
    double latitude = draw(bench) + draw(bench) + draw(bench) - 1.5;
    double longitude = draw(bench) + draw(bench) + draw(bench) - 1.5;
    return (struct position){around.latitude_e6 + (int32_t)(latitude * 120000),
                             around.longitude_e6 + (int32_t)(longitude * 240000)};
}

static void add_towns(struct bench *bench)
{
    for (uint32_t i = 0; i < N_TOWNS; i++) {
        double latitude = 55.4 + 13 * draw(bench) * draw(bench);
        double longitude = 12.5 + (latitude - 55) * 0.45 + draw(bench) * 5 - 1.5;
        bench->towns[i].position =
            (struct position){(int32_t)(latitude * 1e6), (int32_t)(longitude * 1e6)};
        bench->towns[i].region = region_codes[(size_t)(i * N_REGIONS / N_TOWNS)];
    }
}

static void add_units(struct bench *bench)
{
    for (uint32_t unit = 0; unit < bench->settings.n_units; unit++) {
        const struct town *town =
            &bench->towns[draw_zipf(bench, bench->town_sums, N_TOWNS)];
        snprintf(bench->unit_ids[unit], ID_BYTES, "TSE%010u-%05u", 2321000016u + unit,
                 unit);
        struct match_unit facts = {
            .id = slice_from(bench->unit_ids[unit]),
            .position = scatter(bench, town->position),
            .region = town->region,
            .active = true,
            .has_position = chance(bench, 0.97),
        };
        bench->unit_regions[unit] = town->region;
        match_index_set_unit(bench->index, unit, &facts);
    }
}

static void add_agreements(struct bench *bench)
{
    for (uint32_t agreement = 0; agreement < N_AGREEMENTS; agreement++) {
        struct match_agreement facts = {
            .valid_from = bench->today - 700,
            .valid_to = chance(bench, 0.4) ? MATCH_DATE_MAX : bench->today + 1400,
            .parties = draw_parties(bench),
        };
        if (chance(bench, 0.05))
            facts.valid_to = bench->today - 1;
        match_index_set_agreement(bench->index, agreement, &facts);
    }
}

static void set_waiting(struct bench *bench, uint32_t service, uint32_t unit)
{
    double days = 0;
    for (int i = 0; i < 2; i++)
        days -= 45 * log(1 - draw(bench));
    struct match_waiting waiting = {
        .observed_on = bench->today - (int32_t)draw_below(bench, 50),
        .current_days = (int16_t)(days + 3),
        .forecast_days = MATCH_DAYS_ABSENT,
        .statistic = 1,
    };
    if (chance(bench, 0.5)) {
        waiting.forecast_days = (int16_t)(days + draw_below(bench, 20));
        waiting.forecast_until =
            waiting.observed_on + 60 + (int32_t)draw_below(bench, 30);
    }
    match_index_set_waiting(bench->index, service, unit, &waiting);
}

static void add_line(struct bench *bench, uint32_t service, uint32_t unit, const char *id)
{
    struct match_line line = {
        .record = id,
        .price = draw_price(bench),
        .agreement = draw_below(bench, N_AGREEMENTS),
        .lead_days = MATCH_DAYS_ABSENT,
        .terms = draw_terms(bench),
    };
    if (chance(bench, 0.5))
        line.lead_days = (int16_t)(chance(bench, 0.5) ? 7 : 14);
    match_index_add_line(bench->index, service, unit, &line);
    if (chance(bench, 0.9))
        set_waiting(bench, service, unit);
}

static void add_capacity(struct bench *bench, uint32_t service, uint32_t unit,
                         const char *id)
{
    struct match_capacity capacity = {
        .record = id,
        .price = draw_price(bench),
        .id = slice_from(id),
        .window_start = bench->today - 20 + (int32_t)draw_below(bench, 200),
        .book_by = MATCH_DATE_MAX,
        .open_to = draw_parties(bench),
        .free = draw_below(bench, 9),
        .terms = draw_terms(bench),
    };
    capacity.window_end = capacity.window_start + (int32_t)draw_below(bench, 14);
    match_index_add_capacity(bench->index, service, unit, &capacity);
}

static void add_rows(struct bench *bench)
{
    const struct settings *settings = &bench->settings;
    for (uint32_t i = 0; i < settings->n_lines; i++) {
        uint32_t service = draw_zipf(bench, bench->service_sums, settings->n_services);
        uint32_t unit = draw_below(bench, settings->n_units);
        snprintf(bench->row_ids[i], ID_BYTES, "A%05u/%u", draw_below(bench, N_AGREEMENTS),
                 i);
        if (i % 10 == 9)
            add_capacity(bench, service, unit, bench->row_ids[i]);
        else
            add_line(bench, service, unit, bench->row_ids[i]);
    }
}

static struct match_query draw_query(struct bench *bench)
{
    const struct town *home = &bench->towns[draw_zipf(bench, bench->town_sums, N_TOWNS)];
    struct match_query query = {
        .service = draw_zipf(bench, bench->service_sums, bench->settings.n_services),
        .home_region = region_bit(home->region),
        .today = bench->today,
        .on = bench->today,
        .weight_hg = 500 + draw_below(bench, 750),
        .height_cm = 155 + draw_below(bench, 40),
        .age = 20 + (int32_t)draw_below(bench, 68),
        .asa = (uint8_t)(1 + draw_below(bench, 3)),
        .sex = (uint8_t)(2 + draw_below(bench, 2)),
        .has_origin = chance(bench, 0.5),
        .origin = scatter(bench, home->position),
        .max_wait_days = chance(bench, 0.1) ? 90 : -1,
        .max_distance_km = -1,
        .slots = 1,
        .limit = 10,
    };
    if (query.has_origin && chance(bench, 0.1))
        query.max_distance_km = 150;
    if (chance(bench, 0.1))
        query.in_regions = query.home_region;
    if (chance(bench, 0.05))
        query.on += (int32_t)draw_below(bench, 31);
    return query;
}

static int compare_records(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    CHECK(memory);
    return memory;
}

static void bench_init(struct bench *bench, const struct settings *settings)
{
    *bench = (struct bench){.settings = *settings, .seed = 88172645463325252u};
    bench->today = date_from_civil(2026, 11, 22);
    bench->index = match_index_new(compare_records);
    bench->service_sums = zipf_sums(settings->n_services);
    bench->town_sums = zipf_sums(N_TOWNS);
    bench->unit_regions = allocate(settings->n_units, 1);
    bench->unit_ids = allocate(settings->n_units, ID_BYTES);
    bench->row_ids = allocate(settings->n_lines, ID_BYTES);
    bench->queries = allocate(settings->n_queries, sizeof(*bench->queries));
    for (uint32_t service = 0; service < settings->n_services; service++)
        match_index_set_service(bench->index, service, MATCH_NONE);
    add_towns(bench);
    add_units(bench);
    add_agreements(bench);
    add_rows(bench);
    for (uint32_t i = 0; i < settings->n_queries; i++)
        bench->queries[i] = draw_query(bench);
    match_index_settle(bench->index);
}

static void bench_close(struct bench *bench)
{
    match_index_free(bench->index);
    arena_free(&bench->arena);
    free(bench->service_sums);
    free(bench->town_sums);
    free(bench->unit_regions);
    free(bench->unit_ids);
    free(bench->row_ids);
    free(bench->queries);
}

enum way { WAY_ORDERED = 1, WAY_SCAN, WAY_EXPLAIN };

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void ask(struct bench *bench, uint32_t i, enum match_order order, enum way way,
                struct match_answer *answer)
{
    struct match_query query = bench->queries[i];
    query.order = order;
    if (order == MATCH_NEAREST)
        query.has_origin = true;
    query.force_scan = way == WAY_SCAN;
    query.explain = way == WAY_EXPLAIN;
    arena_reset(&bench->arena);
    match_query_run(bench->index, &query, &bench->arena, answer);
}

// Of this process alone, so that what else the machine does is left out of a mean.
static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

// Mean microseconds of one pass over all questions.
static double time_pass(struct bench *bench, enum match_order order, enum way way)
{
    struct match_answer answer;
    uint64_t n_options = 0;
    double start = cpu_us();
    for (uint32_t i = 0; i < bench->settings.n_queries; i++) {
        ask(bench, i, order, way, &answer);
        n_options += answer.n_options;
    }
    double mean = (cpu_us() - start) / bench->settings.n_queries;
    CHECK(n_options > 0);
    return mean;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_answers(struct bench *bench, enum match_order order)
{
    for (uint32_t i = 0; i < bench->settings.n_queries; i++) {
        struct match_answer ordered, scanned;
        ask(bench, i, order, WAY_ORDERED, &ordered);
        struct match_option options[MATCH_MAX_OPTIONS];
        memcpy(options, ordered.options, ordered.n_options * sizeof(*options));
        ask(bench, i, order, WAY_SCAN, &scanned);
        CHECK(ordered.n_options == scanned.n_options);
        for (uint32_t k = 0; k < scanned.n_options; k++) {
            CHECK(options[k].chosen.record == scanned.options[k].chosen.record);
            CHECK(options[k].chosen.distance_km == scanned.options[k].chosen.distance_km);
            CHECK(options[k].alternatives == scanned.options[k].alternatives);
        }
    }
}

struct figures {
    double mean, scan_mean, explain_mean, ratio, p50, p99;
};

static double median(double *values, uint32_t n)
{
    qsort(values, n, sizeof(*values), compare_doubles);
    return values[n / 2];
}

static struct figures measure(struct bench *bench, enum match_order order)
{
    uint32_t rounds = bench->settings.n_rounds, n = bench->settings.n_queries;
    double ordered[MAX_ROUNDS], scan[MAX_ROUNDS], ratios[MAX_ROUNDS];
    check_answers(bench, order);
    for (uint32_t round = 0; round < rounds; round++) {
        ordered[round] = time_pass(bench, order, WAY_ORDERED);
        scan[round] = time_pass(bench, order, WAY_SCAN);
        ratios[round] = scan[round] / ordered[round];
    }
    struct figures figures = {
        .mean = median(ordered, rounds),
        .scan_mean = median(scan, rounds),
        .ratio = median(ratios, rounds),
        .explain_mean = time_pass(bench, order, WAY_EXPLAIN),
    };
    double *single = allocate(n, sizeof(*single));
    for (uint32_t i = 0; i < n; i++) {
        struct match_answer answer;
        double start = now_us();
        ask(bench, i, order, WAY_ORDERED, &answer);
        single[i] = now_us() - start;
    }
    figures.p50 = median(single, n);
    figures.p99 = single[n / 100 * 99];
    free(single);
    return figures;
}

struct upkeep {
    double day_turn_us, longest_slice_us, settle_us;
};

// A day's turn in slices of one service, and batches of one changed waiting time.
static struct upkeep measure_upkeep(struct bench *bench)
{
    struct upkeep upkeep = {0};
    uint32_t left = 0, n_batches = bench->settings.n_queries;
    do {
        double start = cpu_us();
        left = match_index_prepare(bench->index, bench->today + 1, 1);
        double slice = cpu_us() - start;
        upkeep.day_turn_us += slice;
        if (slice > upkeep.longest_slice_us)
            upkeep.longest_slice_us = slice;
    } while (left > 0);
    double start = cpu_us();
    for (uint32_t i = 0; i < n_batches; i++) {
        uint32_t service =
            draw_zipf(bench, bench->service_sums, bench->settings.n_services);
        set_waiting(bench, service, draw_below(bench, bench->settings.n_units));
        match_index_settle(bench->index);
    }
    upkeep.settle_us = (cpu_us() - start) / n_batches;
    return upkeep;
}

static const char *const order_names[] = {"", "EARLIEST", "NEAREST", "CHEAPEST"};

static void report(struct bench *bench)
{
    bool json = bench->settings.json;
    struct match_index_stats stats;
    match_index_stats(bench->index, &stats);
    double bytes = (double)stats.bytes / (double)(stats.n_lines + stats.n_capacities);
    if (json)
        printf("{\"bytes_per_line\":%.1f", bytes);
    else
        printf("%lu lines, %lu capacities, %lu groups, %.1f B a line\n"
               "order     mean    p50    p99   scan  ratio  explain (us)\n",
               stats.n_lines, stats.n_capacities, stats.n_groups, bytes);
    for (enum match_order order = MATCH_EARLIEST; order <= MATCH_CHEAPEST; order++) {
        struct figures f = measure(bench, order);
        if (json)
            printf(",\"%s\":{\"ratio\":%.2f,\"mean_us\":%.3f,\"p50_us\":%.3f,\"p99_us\":%"
                   ".3f,"
                   "\"scan_mean_us\":%.3f,\"explain_mean_us\":%.3f}",
                   order_names[order], f.ratio, f.mean, f.p50, f.p99, f.scan_mean,
                   f.explain_mean);
        else
            printf("%-8s %5.2f  %5.2f  %5.2f  %5.1f  %5.1f  %5.1f\n", order_names[order],
                   f.mean, f.p50, f.p99, f.scan_mean, f.ratio, f.explain_mean);
    }
    struct upkeep upkeep = measure_upkeep(bench);
    if (json)
        printf(",\"day_turn_us\":%.0f,\"longest_slice_us\":%.0f,\"settle_us\":%.2f}\n",
               upkeep.day_turn_us, upkeep.longest_slice_us, upkeep.settle_us);
    else
        printf("turn of the day %.1f ms, its longest service %.2f ms; "
               "one waiting time settled in %.2f us\n",
               upkeep.day_turn_us / 1e3, upkeep.longest_slice_us / 1e3, upkeep.settle_us);
}

static uint32_t parse_number(const char *text)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (*end != '\0' || number == 0 || number > 100000000) {
        fprintf(stderr, "match_bench: not a number: %s\n", text);
        exit(2);
    }
    return (uint32_t)number;
}

static struct settings parse_settings(int argc, char **argv)
{
    struct settings settings = {.n_lines = 200000,
                                .n_units = 5000,
                                .n_services = 2000,
                                .n_queries = 10000,
                                .n_rounds = 8,
                                .way = WAY_ORDERED};
    const struct {
        const char *name;
        uint32_t *value;
    } options[] = {{"--lines", &settings.n_lines},
                   {"--units", &settings.n_units},
                   {"--services", &settings.n_services},
                   {"--queries", &settings.n_queries},
                   {"--rounds", &settings.n_rounds},
                   {"--query-only", &settings.query_only},
                   {"--way", &settings.way}};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            settings.json = true;
            continue;
        }
        size_t k = 0;
        while (k < sizeof(options) / sizeof(*options) &&
               strcmp(options[k].name, argv[i]) != 0)
            k++;
        if (k == sizeof(options) / sizeof(*options) || i + 1 == argc) {
            fprintf(stderr, "match_bench: unknown option: %s\n", argv[i]);
            exit(2);
        }
        *options[k].value = parse_number(argv[++i]);
    }
    if (settings.n_rounds > MAX_ROUNDS)
        settings.n_rounds = MAX_ROUNDS;
    return settings;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct settings settings = parse_settings(argc, argv);
    bench_init(&bench, &settings);
    double start = now_us();
    CHECK(match_index_prepare(bench.index, bench.today, 0) == 0);
    double prepared = now_us() - start;
    if (!settings.json)
        printf("all services sorted in %.1f ms\n", prepared / 1e3);
    if (settings.query_only)
        time_pass(&bench, (enum match_order)settings.query_only, (enum way)settings.way);
    else
        report(&bench);
    bench_close(&bench);
    return 0;
}
