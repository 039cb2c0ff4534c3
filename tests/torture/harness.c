// SPDX-License-Identifier: Apache-2.0
//
// One process for each scenario, which prepares it once; from it, one for each run, and
// one for each recovery. What happened in them comes back in memory that they share.
#define _GNU_SOURCE // MAP_ANONYMOUS, nftw
#include "torture/harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_AFTER 1     // calls between one that failed and the abort: CHECK(a && b)
#define N_THREADS 4     // of libuv's pool
#define SLOW_SHARE 10   // of the runs, that a slow scenario gets
#define MAX_TOLD 3      // bad ends of one scenario that are told in full
#define MAX_OUTPUT 6000 // bytes of what a run said
#define EXIT_WRONG 3

struct shared {
    struct calls_report run, recovery;
    struct harness_result result;
    bool is_ready; // the run without a fault succeeded
};

static struct shared *shared;
static struct calls_report *mine; // this process's
static uint32_t guard_s;
static bool is_told; // all that can be
static char folder[64];
static int output = -1; // what the run says goes here

// --- inside a run ---

void torture_wrong(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    calls_stop();
    int len = snprintf(mine->what, sizeof mine->what, "%s:%d: ", file, line);
    va_start(arguments, format);
    vsnprintf(mine->what + len, sizeof mine->what - (size_t)len, format, arguments);
    va_end(arguments);
    _exit(EXIT_WRONG);
}

void torture_hold(void)
{
    calls_hold();
}

void torture_go(void)
{
    calls_go();
}

const char *torture_folder(void)
{
    return folder;
}

void torture_acknowledge(uint64_t n)
{
    TORTURE_EXPECT(n >= mine->acknowledged);
    mine->acknowledged = n;
}

uint64_t torture_acknowledged(void)
{
    return mine->acknowledged;
}

static int count_descriptors(void)
{
    int n = 0;
    DIR *open_files = opendir("/proc/self/fd");
    while (open_files && readdir(open_files))
        n++;
    if (open_files)
        closedir(open_files);
    return n;
}

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static _Noreturn void suffer(const struct torture_scenario *scenario,
                             enum call_family family, uint64_t index, uint32_t fault)
{
    int n_descriptors = count_descriptors();
    int64_t n_blocks = calls_n_blocks();
    calls_start(mine, family, index, fault);
    enum torture_end end = scenario->run();
    calls_stop();
    n_blocks = calls_n_blocks() - n_blocks;
    n_descriptors = count_descriptors() - n_descriptors;
    if (scenario->has_threads && n_blocks > 0 && n_blocks <= N_THREADS)
        n_blocks = 0;
    if (n_blocks != 0 && is_told && __lsan_do_recoverable_leak_check)
        __lsan_do_recoverable_leak_check();
    if (n_blocks != 0)
        torture_wrong(scenario->name, 0, "%lld blocks were not released",
                      (long long)n_blocks);
    if (n_descriptors != 0)
        torture_wrong(scenario->name, 0, "%d descriptors were not released",
                      n_descriptors);
    mine->end = end;
    _exit(0);
}

static _Noreturn void recover(const struct torture_scenario *scenario)
{
    uint64_t acknowledged = shared->run.acknowledged;
    calls_start(mine, CALLS_NONE, 0, 0);
    mine->acknowledged = acknowledged;
    scenario->recover();
    mine->end = TORTURE_DONE;
    _exit(0);
}

// --- around it ---

static int remove_entry(const char *path, const struct stat *about, int type,
                        struct FTW *at)
{
    (void)about;
    (void)type;
    (void)at;
    return remove(path);
}

// Forks, with what the child says in output and a guard against silence. 0 in the child.
static pid_t start_child(struct calls_report *report)
{
    memset(report, 0, sizeof *report);
    if (ftruncate(output, 0) || lseek(output, 0, SEEK_SET) < 0)
        abort();
    pid_t child = fork();
    if (child != 0)
        return child;
    mine = report;
    dup2(output, STDERR_FILENO);
    dup2(output, STDOUT_FILENO);
    signal(SIGPIPE, SIG_IGN); // as our programs do
    alarm(guard_s);
    return 0;
}

static int wait_child(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

// NULL when it ended as a run may; else what is wrong with that.
static const char *judge(const struct torture_scenario *scenario,
                         const struct calls_report *report, int status)
{
    static char text[CALLS_WHAT_LEN + 64];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && report->end)
        return NULL;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_WRONG) {
        snprintf(text, sizeof text, "wrong: %s", report->what);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        snprintf(text, sizeof text, "silence: nothing for %u s", guard_s);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
               report->is_controlled) {
        if (!report->is_struck)
            snprintf(text, sizeof text, "aborted without a fault: %s", report->what);
        else if (report->kind != CALL_ALLOCATE && !report->is_library)
            snprintf(text, sizeof text, "aborted for a system call: %s", report->what);
        else if (scenario->peer_size && report->size > scenario->peer_size)
            snprintf(text, sizeof text, "aborted for a peer's %llu bytes: %s",
                     (unsigned long long)report->size, report->what);
        else if (report->calls_after <= MAX_AFTER || report->is_library)
            return NULL;
        else
            snprintf(text, sizeof text, "aborted %llu calls later: %s",
                     (unsigned long long)report->calls_after, report->what);
    } else if (WIFSIGNALED(status)) {
        snprintf(text, sizeof text, "killed by signal %d", WTERMSIG(status));
    } else {
        snprintf(text, sizeof text, "ended itself with %d", WEXITSTATUS(status));
    }
    return text;
}

static void print_output(void)
{
    char bytes[MAX_OUTPUT];
    ssize_t len = pread(output, bytes, sizeof bytes, 0);
    if (len > 0)
        fprintf(stderr, "%.*s", (int)len, bytes);
}

static void tell(const struct torture_scenario *scenario, uint64_t index, uint32_t fault,
                 const char *what)
{
    const struct calls_report *run = &shared->run;
    if (shared->result.n_bad++ >= MAX_TOLD)
        return;
    fprintf(stderr, "%s: call %llu (%s, %s), fault %u: %s\n", scenario->name,
            (unsigned long long)index, call_kind_name(run->kind),
            run->error ? strerror(run->error) : "short", fault, what);
    print_output();
}

// One run with its recovery. False when no call failed, for there are fewer.
static bool run_once(const struct torture_scenario *scenario, enum call_family family,
                     uint64_t index, uint32_t fault)
{
    snprintf(folder, sizeof folder, "/tmp/vardsok-torture-XXXXXX");
    if (!mkdtemp(folder))
        abort();
    pid_t child = start_child(&shared->run);
    if (child == 0)
        suffer(scenario, family, index, fault);
    int status = wait_child(child);
    const char *what = judge(scenario, &shared->run, status);
    if (what) {
        tell(scenario, index, fault, what);
    } else if (scenario->recover) {
        child = start_child(&shared->recovery);
        if (child == 0)
            recover(scenario);
        what = judge(scenario, &shared->recovery, wait_child(child));
        if (what)
            tell(scenario, index, fault, what);
    }
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (!what && shared->run.is_struck && !shared->run.is_unfit) {
        struct harness_result *result = &shared->result;
        result->n_aborted += shared->run.is_controlled;
        result->n_done += shared->run.end == TORTURE_DONE;
        result->n_refused += shared->run.end == TORTURE_REFUSED;
    }
    shared->result.n_failed += shared->run.is_struck && !shared->run.is_unfit;
    return shared->run.is_struck;
}

static void say_end(const struct torture_scenario *scenario, uint64_t index,
                    uint32_t fault)
{
    const struct calls_report *run = &shared->run;
    static const char *const ends[] = {"", "done", "refused"};
    fprintf(stderr, "%s: call %llu (%s, %s), fault %u: %s %s\n", scenario->name,
            (unsigned long long)index, call_kind_name(run->kind),
            run->is_unfit ? "unfit"
            : run->error  ? strerror(run->error)
                          : "short",
            fault, run->is_controlled ? "aborted" : ends[run->end], run->what);
}

static void fail_each(const struct torture_scenario *scenario, enum call_family family,
                      const struct harness_options *options)
{
    uint64_t n_calls = shared->result.n_calls, stride = 1, first = 1;
    uint64_t max_runs = options->max_runs / (scenario->is_slow ? SLOW_SHARE : 1);
    if (options->max_runs && n_calls > max_runs) {
        stride = max_runs ? (n_calls + max_runs - 1) / max_runs : n_calls;
        first = 1 + options->seed % stride;
    }
    if (options->only)
        first = options->only;
    for (uint64_t index = first;; index += stride) {
        uint32_t n_faults = 1;
        for (uint32_t fault = 0; fault < n_faults; fault++) {
            if (!run_once(scenario, family, index, fault))
                return;
            n_faults = shared->run.n_faults;
            if (options->verbose)
                say_end(scenario, index, fault);
            if (options->only)
                print_output();
        }
        if (options->only)
            return;
    }
}

static _Noreturn void host(const struct torture_scenario *scenario,
                           enum call_family family, const struct harness_options *options)
{
    calls_set_tracing(options->only != 0);
    if (scenario->prepare)
        scenario->prepare();
    run_once(scenario, family, 0, 0);
    shared->result.n_calls = shared->run.n_calls;
    shared->is_ready = shared->result.n_bad == 0 && shared->run.end == TORTURE_DONE;
    if (shared->is_ready)
        fail_each(scenario, family, options);
    if (scenario->finish)
        scenario->finish();
    _exit(0);
}

bool harness_run(const struct torture_scenario *scenario, enum call_family family,
                 const struct harness_options *options, struct harness_result *result)
{
    FILE *said = tmpfile();
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!said || shared == MAP_FAILED)
        abort();
    mine = &shared->run;
    output = fileno(said);
    guard_s = options->guard_s;
    is_told = options->only != 0;
    pid_t child = fork();
    if (child == 0)
        host(scenario, family, options);
    bool is_whole = wait_child(child) == 0 && shared->is_ready;
    if (!is_whole)
        fprintf(stderr, "%s: does not succeed when nothing fails\n", scenario->name);
    *result = shared->result;
    munmap(shared, sizeof *shared);
    fclose(said);
    return is_whole;
}
