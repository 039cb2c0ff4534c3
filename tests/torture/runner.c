// SPDX-License-Identifier: Apache-2.0
//
// vardsok-torture: see usage. Prints a line for each scenario and a sum; exits 1 when a
// run ended as none may.
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "torture/harness.h"

static const char usage[] =
    "usage: vardsok-torture [--runs N] [--seed N] [--call N] [--guard S] [--verbose]\n"
    "                       [--list] [SCENARIO...]\n"
    "  --runs N   at most about so many calls of a scenario, evenly spread from the "
    "seed\n"
    "             on (without it: every call)\n"
    "  --call N   this call alone, and say how each run ended and what it said\n"
    "  --guard S  a run that takes longer hangs (20)\n";

static const char *const family_names[] = {"", "memory", "system"};

static struct harness_result total;
static unsigned n_scenarios, n_bad;

static void add(const struct harness_result *result)
{
    total.n_calls += result->n_calls;
    total.n_failed += result->n_failed;
    total.n_done += result->n_done;
    total.n_refused += result->n_refused;
    total.n_aborted += result->n_aborted;
    total.n_bad += result->n_bad;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(const struct torture_scenario *scenario, enum call_family family,
                const struct harness_options *options)
{
    struct harness_result result;
    double since = now_s();
    bool is_good = harness_run(scenario, family, options, &result) && result.n_bad == 0;
    add(&result);
    n_scenarios++;
    n_bad += !is_good;
    printf("%-8s %-44s %s calls=%" PRIu64 " failed=%" PRIu64 " succeeded=%" PRIu64
           " refused=%" PRIu64 " aborted=%" PRIu64 " bad=%" PRIu64 " took_s=%.1f\n",
           is_good ? "survived" : "FAILED", scenario->name, family_names[family],
           result.n_calls, result.n_failed, result.n_done, result.n_refused,
           result.n_aborted, result.n_bad, now_s() - since);
    fflush(stdout);
}

static bool is_wanted(const struct torture_scenario *scenario, char **names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], scenario->name) == 0)
            return true;
    return n == 0 && !scenario->is_planted;
}

static void run_wanted(char **names, int n, const struct harness_options *options)
{
    for (int table = 0; torture_tables[table]; table++)
        for (const struct torture_scenario *scenario = torture_tables[table];
             scenario->name; scenario++) {
            if (!is_wanted(scenario, names, n))
                continue;
            if (scenario->memory)
                run(scenario, CALLS_MEMORY, options);
            if (scenario->system)
                run(scenario, CALLS_SYSTEM, options);
        }
}

static void list(void)
{
    for (int table = 0; torture_tables[table]; table++)
        for (const struct torture_scenario *scenario = torture_tables[table];
             scenario->name; scenario++)
            printf("%s\n", scenario->name);
}

int main(int argc, char **argv)
{
    static const struct option flags[] = {{"runs", required_argument, NULL, 'r'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"call", required_argument, NULL, 'c'},
                                          {"guard", required_argument, NULL, 'g'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"list", no_argument, NULL, 'l'},
                                          {0}};
    struct harness_options options = {.seed = (uint64_t)time(NULL) % 1000, .guard_s = 20};
    for (int flag; (flag = getopt_long(argc, argv, "", flags, NULL)) != -1;) {
        if (flag == 'r') {
            options.max_runs = strtoull(optarg, NULL, 10);
        } else if (flag == 's') {
            options.seed = strtoull(optarg, NULL, 10);
        } else if (flag == 'c') {
            options.only = strtoull(optarg, NULL, 10);
            options.verbose = true;
        } else if (flag == 'g') {
            options.guard_s = (uint32_t)strtoul(optarg, NULL, 10);
        } else if (flag == 'v') {
            options.verbose = true;
        } else if (flag == 'l') {
            list();
            return 0;
        } else {
            fputs(usage, stderr);
            return 2;
        }
    }
    printf("seed %" PRIu64 "\n", options.seed);
    run_wanted(argv + optind, argc - optind, &options);
    printf("%" PRIu64 " calls failed in %u scenarios: %" PRIu64 " succeeded, %" PRIu64
           " refused, %" PRIu64 " aborted in a controlled way, %" PRIu64 " bad\n",
           total.n_failed, n_scenarios, total.n_done, total.n_refused, total.n_aborted,
           total.n_bad);
    return n_bad > 0 || n_scenarios == 0;
}
