// SPDX-License-Identifier: Apache-2.0
//
// The simulator: one to three daemons (real replica, domain, match and wire), a log,
// clocks, networks and clients that are made up, all of it decided by one seed. No wall
// clock, no threads, no I/O but the trace.
//
// What a run checks, and when, is said in docs/simulator.md.
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

// Bugs put in on purpose, in what is made up around the replica and never in it: the
// checks must find each one.
enum sim_plant {
    PLANT_NONE,
    PLANT_ACK_BEFORE_DURABLE,    // the log answers before its disk does, and crashes
    PLANT_UNKNOWN_AS_NOT,        // an append of unknown fate is called "not written"
    PLANT_UNKNOWN_AS_OK,         // ... or "written"
    PLANT_RETRY_WITH_NEW_ID,     // a client tries again with another request id
    PLANT_ENTRY_SKIPPED,         // the follower loses an entry and renumbers the others
    PLANT_ENTRY_REPEATED,        // the follower gives an entry twice and renumbers
    PLANT_ENTRIES_SWAPPED,       // the follower gives two entries in the wrong order
    PLANT_BIT_FLIPPED,           // one bit of a stored record changes in one daemon
    PLANT_REPLY_TO_WRONG_APPEND, // the replies of two appends change places
    PLANT_CLOCK_NOT_CHECKED,     // the log takes entries from a clock that is wrong
    PLANT_ANSWERS_SWAPPED,       // two clients get each other's answer
    PLANT_BEGUN_LATE,            // a write has its effect before its client wants it
    PLANT_TICK_ID_BY_CHANCE,     // a tick's request id is not made of the hold
    PLANT_TICKS_LOST,            // no tick ever reaches the log
    // Of apply; they are planted in the model (sim/model.h):
    PLANT_EXPIRY_BY_WALL_CLOCK,   // holds end by the right time, not by the log's
    PLANT_EXPIRY_AFTER,           // holds end after the command, not before it
    PLANT_EXPIRY_UNDONE,          // a refused command takes back what ended before it
    PLANT_CLAIMED_AGAIN_ON_RETRY, // a known request id has its effect again
    PLANT_CONFIRMED_LATE,         // a hold that has run out is confirmed
    PLANT_EXTENDED_TWICE,         // a hold is extended more than once
    PLANT_RELEASE_KEEPS_SLOTS,    // a released claim takes its slots all the same
    PLANT_WITHDRAW_FORGETS,       // a withdraw leaves one hold as it was
    PLANT_ONE_SLOT_TOO_MANY,      // one slot more is taken than there are
    PLANT_COUNT
};

struct sim_options {
    uint64_t seed;
    uint32_t n_events; // before the faults end and everything heals; 0: 1,000
    enum sim_plant plant;
    bool trace; // to standard error
};

struct sim_result {
    bool failed;
    char failure[512]; // which check, when it failed
    uint64_t n_events, n_entries, n_acked, n_repeated, n_refused, n_crashes, n_cuts;
    uint64_t n_unknown, n_not_written, n_clock_refused, n_late;
    uint64_t n_ticks, n_ticks_repeated, n_taken, n_sold_out, n_confirmed, n_released,
        n_expired;
    unsigned char digest[16]; // of the state at the end
    uint64_t last_random; // one word more from the run's chance: equal runs, equal words
};

// "ack_before_durable"; never NULL.
const char *sim_plant_name(enum sim_plant plant);

// One run from begin to end. Returns whether every check held.
bool sim_run(const struct sim_options *options, struct sim_result *result);

#endif
