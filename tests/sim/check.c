// SPDX-License-Identifier: Apache-2.0
//
// What must hold: at each applied entry, at each answer, and when all has healed.
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/parts.h"

static struct sim_point *point_at(struct sim *sim, uint64_t sequence)
{
    if (sequence >= sim->points_capacity) {
        uint32_t capacity = (uint32_t)sequence * 2 + 256;
        sim->points = realloc(sim->points, capacity * sizeof *sim->points);
        CHECK(sim->points);
        memset(sim->points + sim->points_capacity, 0,
               (capacity - sim->points_capacity) * sizeof *sim->points);
        sim->points_capacity = capacity;
    }
    return &sim->points[sequence];
}

void check_applied(struct sim_node *node)
{
    struct sim *sim = node->sim;
    const struct state *state = replica_state(node->replica);
    struct replica_status status;
    struct sim_point mine = {.known = true};
    replica_status(node->replica, &status);
    state_digest(state, mine.digest);
    memcpy(mine.chain, status.chain, sizeof mine.chain);
    struct sim_point *point = point_at(sim, status.applied);
    if (status.applied <= sim->model.n_entries &&
        memcmp(sim->model.entries[status.applied - 1].digest, mine.digest, 16) != 0)
        sim_fail(sim, "daemon %d is not what the log says at sequence %llu", node->index,
                 (unsigned long long)status.applied);
    if (!point->known)
        *point = mine;
    else if (memcmp(point->digest, mine.digest, 16) != 0 ||
             memcmp(point->chain, mine.chain, 16) != 0)
        sim_fail(sim, "daemon %d differs from another at sequence %llu", node->index,
                 (unsigned long long)status.applied);

    int64_t logical = state_logical_time_ms(state);
    if (logical < node->logical_ms)
        sim_fail(sim, "daemon %d: logical time goes back", node->index);
    if (logical > sim_now_ms(sim) + SIM_CLOCKS_MAY_DIFFER_MS)
        sim_fail(sim, "daemon %d: logical time is %lld s ahead at sequence %llu",
                 node->index, (long long)(logical - sim_now_ms(sim)) / 1000,
                 (unsigned long long)status.applied);
    node->logical_ms = logical;
    node_watch(node);
}

void check_checkpoint(struct sim_node *node)
{
    char what[200];
    struct sim *sim = node->sim;
    if (sim->model.n_entries != state_revision(replica_state(node->replica)))
        return; // a log that forgets
    if (sim_chance(&sim->random, 10))
        check_slots(node);
    if (sim_chance(&sim->random, 90))
        return;
    if (!model_equals(&sim->model, replica_state(node->replica), what, sizeof what))
        sim_fail(sim, "daemon %d: %s", node->index, what);
    else
        check_queries(sim, node);
}

static bool is_same(const struct model_entry *entry, const struct sim_request *request)
{
    return memcmp(entry->request_id, request->id, sizeof request->id) == 0 &&
           memcmp(entry->payload_hash, request->payload_hash,
                  sizeof request->payload_hash) == 0;
}

void check_told(struct sim *sim, struct sim_try *try, const struct outcome *outcome)
{
    struct sim_request *request = try->request;
    const struct outcome told = *outcome;
    if (sim_plants(sim, PLANT_ANSWERS_SWAPPED) && sim->planted_outcome.sequence &&
        sim_chance(&sim->random, 5))
        outcome = &sim->planted_outcome;
    else
        sim->planted_outcome = told;
    sim->result->n_acked++;
    sim->result->n_refused += outcome->status != STATUS_OK;
    if (outcome->sequence == 0 || outcome->sequence > sim->server.n_entries) {
        sim_fail(sim, "a write was answered with sequence %llu, the log has %u",
                 (unsigned long long)outcome->sequence, sim->server.n_entries);
        return;
    }
    if (outcome->sequence > sim->model.n_entries)
        return; // a log that has forgotten: the end tells
    const struct model_entry *entry = &sim->model.entries[outcome->sequence - 1];
    if (!is_same(entry, request) || entry->fate == MODEL_REPEATED ||
        entry->status != outcome->status || entry->reason != outcome->reason ||
        entry->change_index != outcome->change_index ||
        strcmp(entry->field, outcome->field) != 0)
        sim_fail(
            sim,
            "a write was told %d (%s, change %u) of %llu, where the log says %d (%s, "
            "change %u) of %s",
            outcome->status, reason_name(outcome->reason), outcome->change_index,
            (unsigned long long)outcome->sequence, entry->status,
            reason_name(entry->reason), entry->change_index,
            is_same(entry, request) ? "it" : "another");
    if (!request->acked) {
        if (sim_plants(sim, PLANT_BEGUN_LATE))
            request->began = ++sim->n_numbers;
        request->ended = ++sim->n_numbers;
        request->first_sequence = outcome->sequence;
    }
    request->acked = true;
    request->told = *entry;
}

// --- At the end ---

static void check_acked(struct sim *sim)
{
    for (struct sim_request *request = sim->requests; request; request = request->next) {
        struct entry entry;
        if (!request->acked)
            continue;
        uint64_t sequence = request->told.sequence;
        if (sequence > sim->server.n_entries) {
            sim_fail(sim, "the acknowledged write of %llu is lost",
                     (unsigned long long)sequence);
            continue;
        }
        CHECK(entry_decode(buffer_slice(&sim->server.entries[sequence - 1]), &entry) ==
              STATUS_OK);
        if (memcmp(entry.request_id, request->id, sizeof request->id) != 0)
            sim_fail(sim, "the acknowledged write of %llu is lost, another is there",
                     (unsigned long long)sequence);
    }
}

static struct sim_request *find_request(struct sim *sim, const struct model_entry *entry)
{
    struct sim_request *request = sim->requests;
    while (request && !is_same(entry, request))
        request = request->next;
    return request;
}

// Each wish has one effect at most, and nothing is in the log that was said not to be.
static void check_log(struct sim *sim)
{
    uint64_t *done_by = calloc(sim->n_wishes + 1u, sizeof *done_by);
    CHECK(done_by);
    for (uint32_t i = 2; i < sim->model.n_entries; i++) {
        const struct model_entry *entry = &sim->model.entries[i];
        struct sim_request *request = find_request(sim, entry);
        if (!request) {
            sim->result->n_ticks++;
            sim->result->n_ticks_repeated += entry->fate == MODEL_REPEATED;
            if (!check_is_daemons(sim, i))
                sim_fail(sim, "nobody sent entry %u", i + 1);
            continue;
        }
        if (!request->may_be_written && !request->acked)
            sim_fail(sim,
                     "entry %u is in the log, and the client of %02x%02x was told that "
                     "it is not",
                     i + 1, request->id[14], request->id[15]);
        if (entry->fate != MODEL_FIRST || entry->status != STATUS_OK)
            continue;
        if (done_by[request->origin])
            sim_fail(sim, "a write was done twice, by %llu and %u",
                     (unsigned long long)done_by[request->origin], i + 1);
        done_by[request->origin] = i + 1;
    }
    free(done_by);
}

static void check_node(struct sim *sim, struct sim_node *node)
{
    char what[200];
    struct replica_status status;
    replica_status(node->replica, &status);
    if (status.applied != sim->server.n_entries || !status.writable)
        sim_fail(sim, "daemon %d has healed but stands at %llu of %u%s%s", node->index,
                 (unsigned long long)status.applied, sim->server.n_entries,
                 status.writable ? "" : ": ", status.what);
    else if (!model_equals(&sim->model, replica_state(node->replica), what, sizeof what))
        sim_fail(sim, "daemon %d: %s", node->index, what);
    else
        check_queries(sim, node);
    check_slots(node);
}

static int64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static void no_chance(void *self, void *out, uint32_t len)
{
    (void)self;
    memset(out, 0, len);
}

static int no_append(void *self, struct replica_append *append)
{
    (void)self;
    (void)append;
    return STATUS_UNAVAILABLE;
}

static void ignore_applied(void *self, uint64_t sequence, const unsigned char *checksum)
{
    (void)self;
    (void)sequence;
    (void)checksum;
}

// A daemon that was never there during the run comes to the same state and chain.
static void check_replay(struct sim *sim)
{
    const struct replica_clock clock = {NULL, no_time, no_chance};
    const struct replica_log log = {NULL, no_append, ignore_applied};
    struct replica *replica = replica_new(&clock);
    struct replica_log_events events = replica_log_events(replica);
    struct replica_status status;
    replica_set_log(replica, &log);
    for (uint32_t i = 0; i < sim->server.n_entries; i++)
        if (events.on_entry(events.self, i + 1, buffer_slice(&sim->server.entries[i])))
            sim_fail(sim, "the log cannot be read again at %u", i + 1);
    replica_status(replica, &status);
    state_digest(replica_state(replica), sim->result->digest);
    const struct sim_point *point = point_at(sim, status.applied);
    if (memcmp(point->digest, sim->result->digest, 16) != 0 ||
        memcmp(point->chain, status.chain, 16) != 0)
        sim_fail(sim, "the log read again gives another state");
    replica_free(replica);
}

void check_end(struct sim *sim)
{
    check_acked(sim);
    if (sim->model.n_entries != sim->server.n_entries)
        sim_fail(sim, "the log has forgotten entries");
    for (struct sim_try *try = sim->tries; try; try = try->next)
        if (try->open)
            sim_fail(sim, "daemon %d never answers the write %02x%02x", try->node->index,
                     try->request->id[14], try->request->id[15]);
    check_log(sim);
    for (struct sim_request *request = sim->requests; request; request = request->next)
        if (request->must_be_acked && !request->acked)
            sim_fail(sim, "all has healed, and a write is not done");
    for (int i = 0; i < sim->n_nodes; i++)
        check_node(sim, &sim->nodes[i]);
    if (!sim->result->failed)
        check_histories(sim);
    check_replay(sim);
}
