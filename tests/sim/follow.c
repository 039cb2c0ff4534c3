// SPDX-License-Identifier: Apache-2.0
//
// A daemon's follow connection, as log_redis/follow.c has it: it proves that the entry
// applied last is still there, asks for what comes after it, and waits when that is all.
// What is on its way when the connection is lost is lost; the next connection goes on
// after what was applied.
#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/parts.h"

#define BATCH_MAX 12
#define BATCH_HEALING 200 // so that all daemons are soon there

static void ask(struct sim_node *node);

static bool is_planted_here(const struct sim_node *node)
{
    const struct sim *sim = node->sim;
    bool shifts =
        sim_plants(sim, PLANT_ENTRY_SKIPPED) || sim_plants(sim, PLANT_ENTRY_REPEATED);
    return node->index == 0 && (shifts || sim_plants(sim, PLANT_ENTRIES_SWAPPED));
}

// Which entry the follower gives as this sequence.
static uint64_t find_entry(struct sim_node *node, uint64_t sequence)
{
    struct sim *sim = node->sim;
    if (!is_planted_here(node))
        return sequence;
    if (sequence > 20 && !node->link.skipped && sim_chance(&sim->random, 10))
        node->link.skipped = sequence;
    uint64_t from = node->link.skipped;
    if (!from)
        return sequence;
    if (sim_plants(sim, PLANT_ENTRY_SKIPPED))
        return sequence + 1;
    if (sim_plants(sim, PLANT_ENTRY_REPEATED))
        return sequence - 1;
    if (sequence == from && sequence < sim->server.n_entries)
        return sequence + 1;
    return sequence == from + 1 ? from : sequence;
}

// 0, or -1 when the connection is no more, or the replica takes nothing more.
static int give(struct sim_node *node, uint64_t sequence)
{
    struct sim *sim = node->sim;
    uint64_t index = find_entry(node, sequence);
    if (index > sim->server.n_entries)
        return -1;
    struct slice entry = buffer_slice(&sim->server.entries[index - 1]);
    if (node->events.on_entry(node->events.self, sequence, entry) != STATUS_OK) {
        sim_fail(sim, "daemon %d refused entry %llu", node->index,
                 (unsigned long long)sequence);
        return -1;
    }
    check_applied(node);
    return 0;
}

// tag is the connection; how far this reply goes is told by what was in the log when it
// was made.
static void deliver(struct sim *sim, void *arg, uint64_t connection)
{
    struct sim_node *node = arg;
    struct sim_link *link = &node->link;
    if (link->follow_connection != connection || node->life == 0)
        return;
    uint64_t from = state_revision(replica_state(node->replica)) + 1;
    int64_t most = sim->healing ? BATCH_HEALING : BATCH_MAX;
    uint64_t to = from + (uint64_t)sim_between(&sim->random, 0, most - 1);
    uint64_t last = sim->server.n_entries;
    sim_trace(sim, node, "entries %llu to %llu come in", (unsigned long long)from,
              (unsigned long long)(to < last ? to : last));
    for (uint64_t sequence = from; sequence <= to && sequence <= last; sequence++)
        if (give(node, sequence))
            return;
    if (to >= last) {
        node->events.on_caught_up(node->events.self);
        check_checkpoint(node);
        node_watch(node);
    }
    ask(node);
}

static void serve(struct sim *sim, void *arg, uint64_t connection)
{
    struct sim_node *node = arg;
    struct sim_link *link = &node->link;
    if (link->follow_connection != connection || node->life == 0)
        return;
    if (state_revision(replica_state(node->replica)) >= sim->server.n_entries) {
        link->follow_waits = true;
        return;
    }
    sim_queue_add(&sim->queue, sim_delay_ms(sim) + link->follow_ms, deliver, node,
                  connection);
}

static void ask(struct sim_node *node)
{
    struct sim *sim = node->sim;
    node->link.follow_waits = false;
    sim_queue_add(&sim->queue, sim_delay_ms(sim), serve, node,
                  node->link.follow_connection);
}

void follow_wake_all(struct sim *sim)
{
    for (int i = 0; i < sim->n_nodes; i++) {
        struct sim_node *node = &sim->nodes[i];
        if (!node->link.follow_connection || !node->link.follow_waits)
            continue;
        node->link.follow_waits = false;
        sim_queue_add(&sim->queue, sim_delay_ms(sim) + node->link.follow_ms, deliver,
                      node, node->link.follow_connection);
    }
}

// The entry that this daemon applied last must be the log's.
static bool has_proof(const struct sim_node *node)
{
    const struct sim_server *server = &node->sim->server;
    const struct sim_link *link = &node->link;
    if (link->applied == 0)
        return true;
    if (link->applied > server->n_entries)
        return false;
    const struct buffer *entry = &server->entries[link->applied - 1];
    return memcmp(entry->data + entry->len - ENTRY_CHECKSUM_LEN, link->checksum, 16) == 0;
}

static void reconnect(struct sim *sim, void *arg, uint64_t life)
{
    struct sim_node *node = arg;
    struct sim_link *link = &node->link;
    if (life == 0 || node->life != life || link->follow_connection)
        return;
    if (sim->server.down) {
        sim_queue_add(&sim->queue, sim_between(&sim->random, 50, 1000), reconnect, node,
                      life);
        return;
    }
    if (!has_proof(node)) {
        sim_fail(sim, "daemon %d: the log has not what it applied as %llu", node->index,
                 (unsigned long long)link->applied);
        return;
    }
    link->follow_connection = ++sim->n_numbers;
    sim_trace(sim, node, "follow connected at %llu", (unsigned long long)link->applied);
    link_tell_state(node);
    ask(node);
}

void follow_connect(struct sim_node *node)
{
    struct sim *sim = node->sim;
    sim_queue_add(&sim->queue, sim_between(&sim->random, 10, sim->healing ? 50 : 800),
                  reconnect, node, node->life);
}

void follow_cut(struct sim_node *node)
{
    if (!node->link.follow_connection)
        return;
    sim_trace(node->sim, node, "follow connection lost");
    node->link.follow_connection = 0;
    node->link.follow_waits = false;
    link_tell_state(node);
    follow_connect(node);
}
