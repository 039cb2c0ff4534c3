// SPDX-License-Identifier: Apache-2.0
//
// A scenario is a short piece of real work over code of ours. The harness runs it once
// for each call that it makes: in a process of its own, with that call failing. It must
// end in one of
//
//   TORTURE_DONE     it succeeded after all, with the right result
//   TORTURE_REFUSED  an error that the called function documents, and the state as before
//   an abort in a controlled way, at that call or the next: by CHECK when an allocation
//   failed, by libuv when that or epoll_ctl did; no other system call may end a process
//
// with everything released (blocks and descriptors; not after an abort), never in a
// crash, a report of a sanitizer, a wrong result, or silence. What it acknowledged before
// is then looked for by recover, in yet another process where nothing fails.
#ifndef TORTURE_TORTURE_H
#define TORTURE_TORTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum torture_end { TORTURE_DONE = 1, TORTURE_REFUSED };

struct torture_scenario {
    const char *name;
    // Which calls fail: the program's allocations, its system calls, or both.
    bool memory, system;
    // Runs once, in the process that all runs are forked from; may be NULL.
    void (*prepare)(void);
    // Ends there what prepare began; may be NULL.
    void (*finish)(void);
    enum torture_end (*run)(void);
    // Runs after every run, if not NULL: is what torture_acknowledge was told there?
    void (*recover)(void);
    // It uses libuv's pool: libc may keep a block of each thread's for the next one.
    bool has_threads;
    // Allocations over so many bytes are of a size that a peer chose: when one fails, it
    // is told, and nothing is aborted. 0: there is none.
    uint64_t peer_size;
    bool is_slow;    // a tenth of the runs that are asked for will do
    bool is_planted; // wrong on purpose: runs only when it is named
};

// All scenarios; the last has no name.
extern const struct torture_scenario *const torture_tables[];
extern const struct torture_scenario torture_domain[], torture_wire[], torture_replica[],
    torture_rpc[], torture_files[], torture_server[], torture_client[], torture_calls[],
    torture_redis[], torture_planted[];

// --- for scenarios ---

// The result is wrong: says why and ends the process.
_Noreturn void torture_wrong(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define TORTURE_EXPECT(condition)                                                        \
    do {                                                                                 \
        if (!(condition))                                                                \
            torture_wrong(__FILE__, __LINE__, "%s", #condition);                         \
    } while (0)

// What comes between is not counted and does not fail: the setting-up of a scenario.
void torture_hold(void);
void torture_go(void);

// A folder of this run alone, empty at its start, gone after it.
const char *torture_folder(void);
// What has been promised to a client: recover must find it. Never less than before.
void torture_acknowledge(uint64_t n);
uint64_t torture_acknowledged(void);

#endif
