// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // dladdr
#include "torture/calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FAULTS 5

static bool is_socket(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

// libuv's own pipes and eventfds are never full, and have both ends in this process.
static bool is_nonblocking(int fd)
{
    return is_socket(fd) && (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

static bool is_file(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

// The first with neither error nor fits ends a kind's faults, but the very first.
static const struct call_fault faults[CALL_KINDS][MAX_FAULTS] = {
    [CALL_ALLOCATE] = {{ENOMEM, NULL}},
    [CALL_OPEN] = {{EMFILE, NULL}, {EINTR, NULL}, {EIO, NULL}},
    [CALL_MAKE_FD] = {{EMFILE, NULL}, {ENOBUFS, NULL}},
    [CALL_READ] = {{EINTR, NULL},
                   {EAGAIN, is_nonblocking},
                   {ECONNRESET, is_socket},
                   {EIO, is_file},
                   {0, is_file}},
    [CALL_WRITE] = {{EINTR, NULL},
                    {EAGAIN, is_nonblocking},
                    {EPIPE, is_socket},
                    {ENOSPC, is_file},
                    {0, is_nonblocking}},
    [CALL_SYNC] = {{EIO, NULL}, {ENOSPC, NULL}},
    [CALL_CLOSE] = {{EINTR, NULL}, {EIO, is_file}},
    [CALL_ACCEPT] = {{EMFILE, NULL},
                     {ECONNABORTED, NULL},
                     {EINTR, NULL},
                     {ENOBUFS, NULL}},
    [CALL_CONNECT] = {{ECONNREFUSED, NULL}, {EINTR, NULL}, {EAGAIN, is_nonblocking}},
    [CALL_BIND] = {{EADDRINUSE, NULL}},
    [CALL_OPTION] = {{ENOBUFS, NULL}},
    [CALL_RENAME] = {{ENOSPC, NULL}, {EIO, NULL}},
    [CALL_UNLINK] = {{EIO, NULL}},
    [CALL_MAKE_DIR] = {{ENOSPC, NULL}, {EACCES, NULL}},
    [CALL_TRUNCATE] = {{EIO, NULL}, {EINTR, NULL}},
    [CALL_CHANGE_MODE] = {{EPERM, NULL}},
    [CALL_RESERVE] = {{ENOSPC, NULL}, {EINTR, NULL}},
    [CALL_COPY] = {{EIO, NULL}, {ENOSPC, NULL}, {EINTR, NULL}},
    [CALL_LOCK] = {{EINTR, NULL}, {ENOLCK, NULL}},
    [CALL_WATCH] = {{ENOMEM, NULL}},
    [CALL_WAIT] = {{EINTR, NULL}},
    [CALL_FORK] = {{EAGAIN, NULL}},
    [CALL_RANDOM] = {{EINTR, NULL}},
};

static const char *const names[CALL_KINDS] = {
    [CALL_ALLOCATE] = "allocate", [CALL_OPEN] = "open",
    [CALL_MAKE_FD] = "make fd",   [CALL_READ] = "read",
    [CALL_WRITE] = "write",       [CALL_SYNC] = "sync",
    [CALL_CLOSE] = "close",       [CALL_ACCEPT] = "accept",
    [CALL_CONNECT] = "connect",   [CALL_BIND] = "bind",
    [CALL_OPTION] = "setsockopt", [CALL_RENAME] = "rename",
    [CALL_UNLINK] = "unlink",     [CALL_MAKE_DIR] = "mkdir",
    [CALL_TRUNCATE] = "truncate", [CALL_CHANGE_MODE] = "chmod",
    [CALL_RESERVE] = "fallocate", [CALL_COPY] = "copy",
    [CALL_LOCK] = "flock",        [CALL_WATCH] = "epoll_ctl",
    [CALL_WAIT] = "wait",         [CALL_FORK] = "fork",
    [CALL_RANDOM] = "getrandom",
};

static struct calls_report *report;
static enum call_family family;
static uint64_t chosen;
static uint32_t chosen_fault;
static bool is_tracing;
static atomic_bool is_counting;
static _Atomic uint64_t n_calls;
static _Atomic int64_t n_blocks;
static _Thread_local bool has_struck, is_inside;
static _Thread_local uint64_t n_after;

void calls_start(struct calls_report *to, enum call_family of, uint64_t index,
                 uint32_t fault)
{
    *to = (struct calls_report){0};
    report = to;
    family = of;
    chosen = index;
    chosen_fault = fault;
    atomic_store(&n_calls, 0);
    calls_go();
}

void calls_hold(void)
{
    atomic_store(&is_counting, false);
}

void calls_go(void)
{
    atomic_store(&is_counting, family != CALLS_NONE);
}

void calls_stop(void)
{
    calls_hold();
    family = CALLS_NONE;
}

void calls_set_tracing(bool is_wanted)
{
    is_tracing = is_wanted;
}

const char *call_kind_name(uint32_t kind)
{
    return kind > 0 && kind < CALL_KINDS ? names[kind] : "none";
}

int64_t calls_n_blocks(void)
{
    return atomic_load(&n_blocks);
}

void calls_count_block(int by)
{
    atomic_fetch_add(&n_blocks, by);
}

static uint32_t count_faults(enum call_kind kind)
{
    uint32_t n = 1;
    while (n < MAX_FAULTS && (faults[kind][n].error || faults[kind][n].fits))
        n++;
    return n;
}

void __sanitizer_print_stack_trace(void) __attribute__((weak));

static const struct call_fault *strike(enum call_kind kind, int fd)
{
    const struct call_fault *fault = &faults[kind][chosen_fault];
    has_struck = true;
    n_after = 0;
    report->is_struck = true;
    report->kind = kind;
    report->n_faults = count_faults(kind);
    report->error = fault->error;
    report->is_unfit = fault->fits && !fault->fits(fd);
    if (is_tracing && __sanitizer_print_stack_trace)
        __sanitizer_print_stack_trace();
    return report->is_unfit ? NULL : fault;
}

const struct call_fault *calls_next(enum call_kind kind, int fd, uint64_t size)
{
    if (!atomic_load(&is_counting) || is_inside ||
        (kind == CALL_ALLOCATE) != (family == CALLS_MEMORY))
        return NULL;
    uint64_t number = atomic_fetch_add(&n_calls, 1) + 1;
    if (number != chosen) {
        n_after += has_struck;
        report->n_calls = number;
        return NULL;
    }
    int error = errno;
    is_inside = true;
    const struct call_fault *fault = strike(kind, fd);
    report->size = size;
    is_inside = false;
    errno = error;
    return fault;
}

// --- how a process may end itself ---

_Noreturn void real_check_failed(const char *file, int line,
                                 const char *what) __asm__("__real_check_failed");
_Noreturn void wrapped_check_failed(const char *file, int line,
                                    const char *what) __asm__("__wrap_check_failed");

static void note_abort(void)
{
    report->is_controlled = true;
    report->calls_after = n_after;
}

// CHECK ends here (-Wl,--wrap).
void wrapped_check_failed(const char *file, int line, const char *what)
{
    is_inside = true; // printing may allocate
    if (report) {
        snprintf(report->what, sizeof report->what, "%s:%d: %s", file, line, what);
        note_abort();
    }
    real_check_failed(file, line, what);
}

// libuv ends a process for what it cannot go on without; nobody else may call this.
void abort(void)
{
    Dl_info caller;
    if (report && !report->is_controlled &&
        dladdr(__builtin_return_address(0), &caller) && caller.dli_fname &&
        strstr(caller.dli_fname, "libuv")) {
        strcpy(report->what, "libuv aborted");
        report->is_library = true;
        note_abort();
    }
    sigset_t aborted;
    sigemptyset(&aborted);
    sigaddset(&aborted, SIGABRT);
    sigprocmask(SIG_UNBLOCK, &aborted, NULL);
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    _exit(127);
}
