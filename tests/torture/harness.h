// SPDX-License-Identifier: Apache-2.0
//
// Puts scenarios to the torture and judges how each run ended.
#ifndef TORTURE_HARNESS_H
#define TORTURE_HARNESS_H

#include "torture/calls.h"
#include "torture/torture.h"

struct harness_options {
    uint64_t seed;     // where a stride begins
    uint64_t max_runs; // of one scenario and family; 0: every call is failed
    uint64_t only;     // this call alone, with all said that can be; 0: all
    uint32_t guard_s;  // a run that takes longer hangs
    bool verbose;
};

struct harness_result {
    uint64_t n_calls;  // counted in the run where none failed
    uint64_t n_failed; // runs in which one failed
    uint64_t n_done, n_refused, n_aborted;
    uint64_t n_bad; // runs that ended as none may
};

// Runs one scenario with one family of calls. Bad ends are told on standard error. False
// when the run without a fault did not succeed.
bool harness_run(const struct torture_scenario *scenario, enum call_family family,
                 const struct harness_options *options, struct harness_result *result);

#endif
