// SPDX-License-Identifier: Apache-2.0
//
// Runs many seeds on all cores: vardsok-sim [-p PLANT] [-n EVENTS] [-j JOBS] [SEEDS
// [FIRST]] Prints each failing seed with its failure, then one line; exits 1 when one
// failed. SIM_TRACE=1 in the environment tells every event of every run.
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim/sim.h"

#define SEEDS 10000
#define JOBS_MAX 256

struct work {
    uint64_t first, n;
    long jobs;
    struct sim_options options;
};

struct totals {
    uint64_t runs, failed, events, entries, acked, repeated, refused, crashes, cuts;
    uint64_t unknown, not_written, clock_refused, late;
    uint64_t ticks, ticks_repeated, taken, sold_out, confirmed, released, expired;
};

static sigjmp_buf after_abort;

static void on_abort(int signal)
{
    siglongjmp(after_abort, signal);
}

static void add_result(struct totals *totals, const struct sim_result *result)
{
    totals->runs++;
    totals->failed += result->failed;
    totals->events += result->n_events;
    totals->entries += result->n_entries;
    totals->acked += result->n_acked;
    totals->repeated += result->n_repeated;
    totals->refused += result->n_refused;
    totals->crashes += result->n_crashes;
    totals->cuts += result->n_cuts;
    totals->unknown += result->n_unknown;
    totals->not_written += result->n_not_written;
    totals->clock_refused += result->n_clock_refused;
    totals->late += result->n_late;
    totals->ticks += result->n_ticks;
    totals->ticks_repeated += result->n_ticks_repeated;
    totals->taken += result->n_taken;
    totals->sold_out += result->n_sold_out;
    totals->confirmed += result->n_confirmed;
    totals->released += result->n_released;
    totals->expired += result->n_expired;
}

// One process's share of the seeds. A run that aborts is a failure like others.
static void run_share(const struct work *work, long share, int out)
{
    static struct totals totals;
    static struct sim_result result;
    static volatile uint64_t i;
    const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
    for (size_t s = 0; s < sizeof signals / sizeof *signals; s++)
        signal(signals[s], on_abort);
    for (i = (uint64_t)share; i < work->n; i += (uint64_t)work->jobs) {
        struct sim_options options = work->options;
        options.seed = work->first + i;
        int stopped = sigsetjmp(after_abort, 1);
        if (stopped == 0) {
            sim_run(&options, &result);
        } else {
            result = (struct sim_result){.failed = true};
            snprintf(result.failure, sizeof result.failure, "stopped by signal %d",
                     stopped);
        }
        if (result.failed) {
            printf("seed %" PRIu64 ": %s\n", work->first + i, result.failure);
            fflush(stdout);
        }
        add_result(&totals, &result);
    }
    if (write(out, &totals, sizeof totals) != (ssize_t)sizeof totals)
        _exit(2);
    _exit(0);
}

// Sums what the processes write when they end; false when one was cut short.
static bool sum_shares(int in, long jobs, struct totals *sum)
{
    struct totals totals;
    long n = 0;
    for (; n < jobs && read(in, &totals, sizeof totals) == (ssize_t)sizeof totals; n++) {
        const uint64_t *from = (const uint64_t *)(const void *)&totals;
        uint64_t *to = (uint64_t *)(void *)sum;
        for (size_t i = 0; i < sizeof totals / sizeof *to; i++)
            to[i] += from[i];
    }
    while (wait(NULL) > 0)
        continue;
    return n == jobs;
}

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool run_all(const struct work *work, struct totals *totals)
{
    int ends[2];
    if (pipe(ends))
        return false;
    fflush(stdout);
    for (long share = 0; share < work->jobs; share++) {
        pid_t child = fork();
        if (child < 0)
            return false;
        if (child == 0)
            run_share(work, share, ends[1]);
    }
    close(ends[1]);
    return sum_shares(ends[0], work->jobs, totals);
}

static bool find_plant(const char *name, enum sim_plant *plant)
{
    for (*plant = PLANT_NONE; *plant < PLANT_COUNT; ++*plant)
        if (strcmp(sim_plant_name(*plant), name) == 0)
            return true;
    return false;
}

static bool read_arguments(int argc, char **argv, struct work *work)
{
    int option;
    while ((option = getopt(argc, argv, "p:n:j:")) != -1) {
        if (option == 'n')
            work->options.n_events = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'j')
            work->jobs = strtol(optarg, NULL, 10);
        else if (option != 'p' || !find_plant(optarg, &work->options.plant))
            return false;
    }
    if (optind < argc)
        work->n = strtoull(argv[optind++], NULL, 10);
    if (optind < argc)
        work->first = strtoull(argv[optind++], NULL, 10);
    if (work->jobs < 1)
        work->jobs = 1;
    if (work->jobs > JOBS_MAX)
        work->jobs = JOBS_MAX;
    return optind == argc && work->n > 0;
}

int main(int argc, char **argv)
{
    struct totals totals = {0};
    struct work work = {.first = 1, .n = SEEDS, .jobs = sysconf(_SC_NPROCESSORS_ONLN)};
    work.options.trace = getenv("SIM_TRACE") != NULL;
    if (!read_arguments(argc, argv, &work)) {
        fprintf(stderr, "usage: vardsok-sim [-p PLANT] [-n EVENTS] [-j JOBS] [SEEDS "
                        "[FIRST]]\n");
        return 2;
    }
    double start = seconds();
    bool whole = run_all(&work, &totals);
    double took = seconds() - start;
    printf("in them: %" PRIu64 " events, %" PRIu64 " entries, %" PRIu64
           " answers (%" PRIu64 " refusals), %" PRIu64 " crashes and stops, %" PRIu64
           " connections cut, %" PRIu64 " unknown outcomes, %" PRIu64
           " late appends, %" PRIu64 " repeats, %" PRIu64 " refused for their clock\n",
           totals.events, totals.entries, totals.acked, totals.refused, totals.crashes,
           totals.cuts, totals.unknown, totals.late, totals.repeated,
           totals.clock_refused);
    printf("claims: %" PRIu64 " taken, of them %" PRIu64 " confirmed, %" PRIu64
           " released, %" PRIu64 " expired; %" PRIu64 " sold out, %" PRIu64
           " ticks (%" PRIu64 " again)\n",
           totals.taken, totals.confirmed, totals.released, totals.expired,
           totals.sold_out, totals.ticks, totals.ticks_repeated);
    printf("sim: %" PRIu64 " seeds from %" PRIu64 ", %" PRIu64
           " failed, %.1f s, %.0f seeds/s\n",
           totals.runs, work.first, totals.failed, took, (double)totals.runs / took);
    return !whole || totals.failed > 0 || totals.runs != work.n;
}
