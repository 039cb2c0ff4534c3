// SPDX-License-Identifier: Apache-2.0
//
// What the simulator's files share. Not for tests: they use sim.h.
#ifndef TESTS_SIM_PARTS_H
#define TESTS_SIM_PARTS_H

#include "base/buffer.h"
#include "replica/replica.h"
#include "sim/model.h"
#include "sim/queue.h"
#include "sim/random.h"
#include "sim/sim.h"

#define SIM_NODES_MAX 3
#define SIM_CALLS 2        // append calls under way on one connection
#define SIM_CALL_ENTRIES 8 // of one call
#define SIM_WAITING_MAX 48
#define SIM_CLOCKS_MAY_DIFFER_MS 60000

struct sim_node;

// --- The log's server: the stream and the append script (server.c) ---

// One append call on its way: what the script is given. Its bytes are the sender's no
// more.
struct sim_message {
    struct sim_node *node;
    uint64_t connection, number;
    int call;
    bool arrived;
    bool lost; // what is on its way under this number is dropped
    uint32_t n_entries;
    struct buffer entries[SIM_CALL_ENTRIES];
    int64_t oldest_ms, newest_ms;
    uint64_t applied;
    unsigned char checksum[16];
    int status; // as replica/ports.h; n_written is for STATUS_OK
    uint32_t n_written;
    struct sim_message *next; // all of the run
};

struct sim_server {
    struct buffer *entries; // of sequence i + 1
    uint32_t n_entries, capacity;
    bool down;
};

// --- A daemon's connections to it (link.c, follow.c) ---

struct sim_call {
    struct replica_append *entries; // NULL: free
    struct sim_message *message;
};

struct sim_link {
    uint64_t append_connection, follow_connection; // 0: none
    struct sim_call calls[SIM_CALLS];
    struct replica_append *first, **last;
    uint32_t n_waiting;
    bool flush_due, full, replaced, verdict, writable;
    int64_t to_server_ms, to_node_ms; // when the newest bytes of a way arrive
    int64_t follow_ms;
    uint64_t applied;
    unsigned char checksum[16];
    bool follow_waits;
    uint64_t skipped; // planted: how far the follower's numbers are off
};

// --- A daemon (node.c) ---

struct sim_node {
    struct sim *sim;
    int index;
    uint64_t life; // 0: down; else its number
    struct replica *replica;
    struct replica_log_events events;
    struct sim_link link;
    int64_t clock_off_ms, started_ms;  // ahead of UTC; when, in virtual time
    int64_t clock_drift, clock_set_ms; // ms a second, since then (UTC)
    int64_t clock_stood_ms;            // what it shows for ever; 0: it runs
    int64_t logical_ms;
    uint32_t n_open; // calls
    uint64_t tick;   // number of the tick to come, at tick_at_ms; 0: none
    int64_t tick_at_ms;
};

// --- Clients (client.c) ---

// One thing that a client wants done once: one request id and payload, any number of
// tries.
struct sim_request {
    unsigned char id[STATE_REQUEST_ID_LEN], payload_hash[16];
    struct buffer command;
    uint32_t origin; // number of the wish that it stands for
    uint32_t n_tries, max_tries, n_open;
    bool may_be_written; // a try ended without an answer
    bool told_not;       // the newest try to end was definitely not written
    bool gives_up_on_not;
    bool must_be_acked; // sent when all had healed
    bool acked;
    // The first try and the first answer in the order of events, and its sequence.
    uint64_t began, ended, first_sequence;
    struct model_entry told;  // when acked
    struct sim_request *next; // all of the run, newest first
};

struct sim_try {
    struct replica_write write; // first: it is given back when it is done
    struct sim_node *node;
    struct sim_request *request;
    uint64_t number;
    bool open;
    struct sim_try *next; // all of the run
};

struct sim_faults { // which of them this run has, in percent of all
    int64_t cut_append, cut_follow, outage, crash, clock, leap, slow, full, verdict;
};

// What the first replica that applied a sequence came to.
struct sim_point {
    bool known;
    unsigned char digest[16], chain[16];
};

struct sim {
    struct sim_options options;
    struct sim_result *result;
    struct sim_random random;
    struct sim_queue queue;
    int64_t base_ms; // UTC at virtual time 0
    struct sim_server server;
    struct sim_node nodes[SIM_NODES_MAX];
    int n_nodes;
    struct model model;
    struct sim_faults faults;
    int64_t latency_ms, slow_ms; // of a way through the network: up to, and at least
    struct sim_message *messages;
    struct sim_request *requests;
    struct sim_try *tries;
    uint32_t n_wishes;
    uint64_t n_numbers; // given to connections, lives, messages and tries
    struct sim_point *points;
    uint32_t points_capacity;
    bool healing;
    int64_t healed_ms; // when, in virtual time
    int64_t leapt_ms;  // UTC after the last leap
    int odd;           // the daemon that is not right while all is quiet, or -1
    struct outcome planted_outcome; // of another client's
};

// sim.c
void sim_fail(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sim_trace(struct sim *sim, const struct sim_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int64_t sim_now_ms(const struct sim *sim); // UTC, by a clock that is right
bool sim_plants(const struct sim *sim, enum sim_plant plant);
int64_t sim_delay_ms(struct sim *sim); // one way through the network

// server.c
void server_add(struct sim *sim, struct slice entry);
// The append script: fills message->status and n_written.
void server_append(struct sim *sim, struct sim_message *message);
void server_crash(struct sim *sim);
void server_close(struct sim *sim);

// link.c
struct replica_log link_port(struct sim_node *node);
void link_connect_append(struct sim_node *node);
// Ends every append as unknown or not written; its bytes may still arrive.
void link_cut_append(struct sim_node *node);
void link_tell_state(struct sim_node *node);

// follow.c
void follow_connect(struct sim_node *node);
void follow_cut(struct sim_node *node);
void follow_wake_all(struct sim *sim); // the log has grown

// node.c
void node_start(struct sim_node *node);
void node_operate(struct sim_node *node); // an operator restarts it, in a while
void node_stop(struct sim_node *node, bool clean);
void node_restart_later(struct sim_node *node, int64_t most_ms);
void node_watch(struct sim_node *node);           // ticks while something waits for them
int64_t node_now_ms(const struct sim_node *node); // by its own clock, UTC
void node_set_clock(struct sim_node *node, int64_t off_ms, int64_t drift, bool stands);

// client.c
void client_start(struct sim *sim);
void client_forget_node(struct sim_node *node); // it crashes: its tries never end
void client_probe(struct sim *sim);             // each daemon must take a write now
void client_take_last(struct sim *sim); // holds that will run out when all is quiet
void client_close(struct sim *sim);

// fault.c
void fault_start(struct sim *sim);
void fault_heal(struct sim *sim); // no more of them, and everything works again

#endif
