// SPDX-License-Identifier: Apache-2.0
//
// Calls that fail. The program that links calls_memory.c, calls_system.c and
// calls_stream.c has its own malloc, read, write, ...: they count, and the one that was
// chosen fails once in a way that the kernel or libc documents; all others are passed on.
// Calls that libraries make (libuv, hiredis, libc's strdup and getline) are among them.
//
// Everything here may run in any thread, and before main.
#ifndef TORTURE_CALLS_H
#define TORTURE_CALLS_H

#include <stdbool.h>
#include <stdint.h>

enum call_kind {
    CALL_ALLOCATE = 1,
    CALL_OPEN,
    CALL_MAKE_FD, // socket, socketpair, pipe2, eventfd, epoll_create1
    CALL_READ,    // and readv, recv, recvmsg
    CALL_WRITE,   // and writev, send, sendto, sendmsg
    CALL_SYNC,    // fsync, fdatasync
    CALL_CLOSE,
    CALL_ACCEPT,
    CALL_CONNECT,
    CALL_BIND,   // and listen
    CALL_OPTION, // setsockopt
    CALL_RENAME,
    CALL_UNLINK,
    CALL_MAKE_DIR,
    CALL_TRUNCATE, // and ftruncate
    CALL_CHANGE_MODE,
    CALL_RESERVE, // posix_fallocate
    CALL_COPY,    // sendfile, copy_file_range
    CALL_LOCK,    // flock
    CALL_WATCH,   // epoll_ctl
    CALL_WAIT,    // epoll_pwait, epoll_wait, poll
    CALL_FORK,
    CALL_RANDOM, // getrandom
    CALL_KINDS
};

// How a call ends that was chosen: with error in errno, or (error 0) short, one byte of
// what was asked for.
struct call_fault {
    int error;
    bool (*fits)(int fd); // NULL: always
};

#define CALLS_WHAT_LEN 256

// Shared by the process that is made to suffer and the one that watches.
struct calls_report {
    uint64_t n_calls;  // counted
    bool is_struck;    // the chosen call came
    bool is_unfit;     // but the fault does not fit its descriptor: it was passed on
    uint32_t kind;     // enum call_kind of it
    uint32_t n_faults; // there are for that kind
    int error;
    uint64_t size;             // of an allocation
    bool is_controlled;        // abort was called after CHECK or by libuv
    bool is_library;           // by libuv ...
    uint64_t calls_after;      // ... so many calls of the same thread after the strike
    char what[CALLS_WHAT_LEN]; // why it was aborted, or what was wrong
    uint32_t end;              // enum torture_end, 0 while there is none
    uint64_t acknowledged;     // by the scenario: what recovery must find
};

enum call_family { CALLS_NONE, CALLS_MEMORY, CALLS_SYSTEM };

// From now on the index-th call of the family (from 1; 0: none) fails with its fault-th
// fault.
void calls_start(struct calls_report *report, enum call_family family, uint64_t index,
                 uint32_t fault);
// Neither counts nor fails; and goes on.
void calls_hold(void);
void calls_go(void);
void calls_stop(void);
// Prints where the call is that fails.
void calls_set_tracing(bool is_tracing);

const char *call_kind_name(uint32_t kind);
// Blocks allocated and not freed, of the whole program.
int64_t calls_n_blocks(void);

// For the calls themselves: how this one ends, or NULL. fd -1: it has none. size: of what
// is to be allocated, else 0.
const struct call_fault *calls_next(enum call_kind kind, int fd, uint64_t size);
void calls_count_block(int by);

#endif
