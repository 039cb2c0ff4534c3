// SPDX-License-Identifier: Apache-2.0
//
// Clients: each wish is one request id and one payload, tried until it is answered, given
// up at deadlines, tried again with the same id here or at another daemon. Some
// misbehave: an id that is used again for something else, made long ago, ahead of time or
// no UUIDv7.
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/command.h"
#include "sim/parts.h"

#define HOUR_MS INT64_C(3600000)
#define LAST_MOMENT_MS 20000
#define PROBE_AFTER_MS 30000 // whatever has healed has come to rest by then

// --- Requests ---

static void make_id(struct sim *sim, int64_t time_ms, unsigned char *id)
{
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    for (int i = 6; i < STATE_REQUEST_ID_LEN; i++)
        id[i] = (unsigned char)sim_random_next(&sim->random);
    id[6] = (unsigned char)(0x70 | (id[6] & 0x0f));
    id[8] = (unsigned char)(0x80 | (id[8] & 0x3f));
}

// The hash that the daemon will make of this command.
static void hash_payload(struct sim_request *request)
{
    struct entry entry = {.actor_kind = ENTRY_ACTOR_LOCAL,
                          .actor_id = slice_from("local"),
                          .command = buffer_slice(&request->command)};
    entry_payload_hash(&entry, request->payload_hash);
}

static struct sim_request *new_request(struct sim *sim)
{
    struct sim_request *request = calloc(1, sizeof *request);
    CHECK(request);
    request->next = sim->requests;
    sim->requests = request;
    request->max_tries = (uint32_t)sim_between(&sim->random, 1, 6);
    request->gives_up_on_not = sim_chance(&sim->random, 40);
    return request;
}

static int64_t choose_id_time(struct sim *sim)
{
    int64_t now = sim_now_ms(sim);
    switch (sim_below(&sim->random, 40)) {
    case 0:
        return now - 24 * HOUR_MS - sim_between(&sim->random, -3000, 5000);
    case 1:
        return now - sim_between(&sim->random, 1, 48) * HOUR_MS;
    case 2:
        return now + HOUR_MS / 12 + sim_between(&sim->random, -3000, 3000);
    default:
        return now + sim_between(&sim->random, -2000, 2000);
    }
}

static struct sim_request *new_wish(struct sim *sim)
{
    struct sim_request *request = new_request(sim);
    request->origin = sim->n_wishes++;
    make_id(sim, choose_id_time(sim), request->id);
    if (sim_below(&sim->random, 150) == 0)
        request->id[6] = 0x40; // no UUIDv7
    return request;
}

static struct sim_request *make_wish(struct sim *sim)
{
    struct sim_request *request = new_wish(sim);
    command_make(sim, &request->command);
    hash_payload(request);
    return request;
}

static struct sim_request *make_take(struct sim *sim, int64_t hold_seconds)
{
    struct sim_request *request = new_wish(sim);
    command_make_take(sim, hold_seconds, &request->command);
    hash_payload(request);
    return request;
}

static struct sim_request *any_request(struct sim *sim)
{
    struct sim_request *request = sim->requests;
    for (int64_t n = sim_below(&sim->random, sim->n_wishes + 1u); request && n > 0; n--)
        request = request->next;
    return request;
}

// --- Tries ---

static void try_again(struct sim *sim, void *arg, uint64_t tag);

// Planted: the same wish under another id.
static struct sim_request *rename_request(struct sim *sim, struct sim_request *request)
{
    struct sim_request *other = new_request(sim);
    other->origin = request->origin;
    make_id(sim, sim_now_ms(sim), other->id);
    buffer_append_slice(&other->command, buffer_slice(&request->command));
    hash_payload(other);
    request->max_tries = 0;
    return other;
}

static void end_try(struct sim_try *try)
{
    struct sim *sim = try->node->sim;
    struct sim_request *request = try->request;
    if (!try->open)
        return;
    try->open = false;
    try->node->n_open--;
    request->n_open--;
    if (!request->acked && request->n_open == 0)
        sim_queue_add(&sim->queue, sim_between(&sim->random, 10, 1500), try_again,
                      request, 0);
}

static void on_done(struct replica_write *write, int status,
                    const struct outcome *outcome, const struct refusal *refusal)
{
    struct sim_try *try = (struct sim_try *)write;
    struct sim *sim = try->node->sim;
    struct sim_request *request = try->request;
    (void)refusal;
    sim_trace(sim, try->node, "answers %02x%02x: status %d, outcome %d of %llu",
              request->id[14], request->id[15], status, outcome ? outcome->status : 0,
              outcome ? (unsigned long long)outcome->sequence : 0ULL);
    request->told_not = status == STATUS_UNAVAILABLE;
    if (!try->open)
        sim_fail(sim, "a write was answered twice, or after it was given up");
    if (status == STATUS_OK)
        check_told(sim, try, outcome);
    else if (status == STATUS_UNAVAILABLE)
        sim->result->n_not_written++;
    else
        request->may_be_written = true;
    end_try(try);
}

static void give_up(struct sim *sim, void *arg, uint64_t number)
{
    struct sim_try *try = arg;
    if (!try->open || try->number != number)
        return;
    sim_trace(sim, try->node, "client gives up %02x%02x", try->request->id[14],
              try->request->id[15]);
    replica_abandon(try->node->replica, &try->write);
    try->request->may_be_written = true;
    try->request->told_not = false;
    end_try(try);
}

void client_forget_node(struct sim_node *node)
{
    for (struct sim_try *try = node->sim->tries; try; try = try->next)
        if (try->open && try->node == node)
            give_up(node->sim, try, try->number);
}

static void submit(struct sim *sim, struct sim_request *request, struct sim_node *node)
{
    struct refusal refusal = {0};
    struct sim_try *try = calloc(1, sizeof *try);
    CHECK(try);
    *try = (struct sim_try){
        .write = {.command = buffer_slice(&request->command), .done = on_done},
        .node = node,
        .request = request,
        .number = ++sim->n_numbers,
        .open = true,
        .next = sim->tries};
    memcpy(try->write.request_id, request->id, STATE_REQUEST_ID_LEN);
    sim->tries = try;
    if (request->began == 0)
        request->began = ++sim->n_numbers;
    node->n_open++;
    request->n_open++;
    int status = replica_submit(node->replica, &try->write, &refusal);
    sim_trace(sim, node, "client sends %02x%02x: status %d", request->id[14],
              request->id[15], status);
    if (status != STATUS_OK) {
        request->told_not = true;
        end_try(try);
    } else if (!request->must_be_acked && sim_chance(&sim->random, 70)) {
        sim_queue_add(&sim->queue, sim_between(&sim->random, 100, 4000), give_up, try,
                      try->number);
    }
    node_watch(node);
}

static void try_again(struct sim *sim, void *arg, uint64_t tag)
{
    struct sim_request *request = arg;
    (void)tag;
    if (request->n_tries >= request->max_tries || request->acked ||
        (request->told_not && request->gives_up_on_not))
        return;
    if (sim_plants(sim, PLANT_RETRY_WITH_NEW_ID) && request->may_be_written)
        request = rename_request(sim, request);
    request->n_tries++;
    struct sim_node *node = &sim->nodes[sim_below(&sim->random, sim->n_nodes)];
    if (node->life != 0)
        submit(sim, request, node);
    else
        sim_queue_add(&sim->queue, sim_between(&sim->random, 10, 1500), try_again,
                      request, 0);
}

// --- The load ---

static void try_soon(struct sim *sim, struct sim_request *request, int64_t most_ms)
{
    sim_queue_add(&sim->queue, sim_below(&sim->random, most_ms), try_again, request, 0);
}

static bool is_wished(const struct sim *sim, const unsigned char *id,
                      const struct sim_request *like)
{
    const struct sim_request *request = sim->requests;
    while (request && (memcmp(request->id, id, sizeof request->id) != 0 ||
                       memcmp(request->payload_hash, like->payload_hash,
                              sizeof request->payload_hash) != 0))
        request = request->next;
    return request != NULL;
}

// For something else: with the same payload it would be the same request.
static void use_id_again(struct sim *sim)
{
    struct sim_request *used = any_request(sim);
    if (!used)
        return;
    struct sim_request *request = make_wish(sim);
    if (!is_wished(sim, used->id, request))
        memcpy(request->id, used->id, sizeof request->id);
    try_soon(sim, request, 50);
}

// An id exactly on a bound of its window, a millisecond within or without.
static void use_edge(struct sim *sim)
{
    struct sim_node *node = &sim->nodes[sim_below(&sim->random, sim->n_nodes)];
    int64_t now = node_now_ms(node);
    int64_t edge = sim_chance(&sim->random, 50) ? now - 24 * HOUR_MS : now + HOUR_MS / 12;
    struct sim_request *request = make_wish(sim);
    make_id(sim, edge + sim_between(&sim->random, -1, 1), request->id);
    if (node->life != 0)
        submit(sim, request, node);
}

// The same request once more: at the same time as the first, or long after its answer.
static void repeat(struct sim *sim)
{
    struct sim_request *request = any_request(sim);
    if (!request || request->max_tries == 0)
        return;
    struct sim_node *node = &sim->nodes[sim_below(&sim->random, sim->n_nodes)];
    sim->result->n_repeated++;
    if (node->life != 0)
        submit(sim, request, node);
}

// In the millisecond in which a hold runs out, or in the one beside it.
static void use_last_moment(struct sim *sim)
{
    const struct model_claim *hold = model_first_hold(&sim->model);
    int64_t left = hold ? hold->until_ms - sim_now_ms(sim) : 0;
    left += sim_between(&sim->random, -1, 1);
    if (left < 0 || left > LAST_MOMENT_MS || !hold)
        return;
    struct sim_request *request = new_wish(sim);
    command_make_advance(sim, hold, &request->command);
    hash_payload(request);
    sim_queue_add(&sim->queue, left, try_again, request, 0);
}

static void load(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    if (sim->healing)
        return;
    int64_t dice = sim_below(&sim->random, 100);
    if (dice < 10) {
        repeat(sim);
    } else if (dice < 14) {
        use_id_again(sim);
    } else if (dice < 16) {
        use_edge(sim);
    } else if (dice < 22) { // two daemons at once
        struct sim_request *request = make_wish(sim);
        try_soon(sim, request, 30);
        try_soon(sim, request, 30);
    } else if (dice < 27) { // who gets the last slots
        for (int64_t n = sim_between(&sim->random, 2, 12); n > 0; n--)
            try_soon(sim, make_take(sim, sim_between(&sim->random, 1, 10)), 20);
    } else if (dice < 35) {
        use_last_moment(sim);
    } else {
        int64_t n = dice < 40 ? sim_between(&sim->random, 2, 20) : 1;
        while (n-- > 0)
            try_soon(sim, make_wish(sim), 20);
    }
    sim_queue_add(&sim->queue, sim_between(&sim->random, 1, 200), load, NULL, 0);
}

void client_start(struct sim *sim)
{
    sim_queue_add(&sim->queue, 500, load, NULL, 0);
}

static void probe(struct sim *sim, void *arg, uint64_t tag)
{
    (void)arg;
    (void)tag;
    for (int i = 0; i < sim->n_nodes; i++) {
        struct sim_request *request = make_wish(sim);
        make_id(sim, sim_now_ms(sim), request->id);
        request->must_be_acked = true;
        submit(sim, request, &sim->nodes[i]);
    }
}

void client_probe(struct sim *sim)
{
    sim_queue_add(&sim->queue, PROBE_AFTER_MS, probe, NULL, 0);
}

static void take_last(struct sim *sim, void *arg, uint64_t n)
{
    (void)arg;
    struct sim_request *request = make_take(sim, sim_between(&sim->random, 1, 12));
    make_id(sim, sim_now_ms(sim), request->id);
    try_again(sim, request, 0);
    if (n > 1)
        sim_queue_add(&sim->queue, sim_between(&sim->random, 100, 2000), take_last, NULL,
                      n - 1);
}

void client_take_last(struct sim *sim)
{
    sim_queue_add(&sim->queue, 1000, take_last, NULL,
                  (uint64_t)sim_between(&sim->random, 1, 6));
}

void client_close(struct sim *sim)
{
    while (sim->requests) {
        struct sim_request *next = sim->requests->next;
        buffer_free(&sim->requests->command);
        free(sim->requests);
        sim->requests = next;
    }
    while (sim->tries) {
        struct sim_try *next = sim->tries->next;
        free(sim->tries);
        sim->tries = next;
    }
}
