// SPDX-License-Identifier: Apache-2.0
//
// The stream and the append script of log_redis/scripts.c in memory: one turn of Redis is
// one call here, durable when it returns.
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/parts.h"

void server_add(struct sim *sim, struct slice entry)
{
    struct sim_server *server = &sim->server;
    if (server->n_entries == server->capacity) {
        server->capacity = server->capacity ? server->capacity * 2 : 256;
        server->entries =
            realloc(server->entries, server->capacity * sizeof *server->entries);
        CHECK(server->entries);
    }
    server->entries[server->n_entries] = (struct buffer){0};
    buffer_append_slice(&server->entries[server->n_entries++], entry);
    // A log that forgets is ahead of the model until it is found out.
    if (sim->model.n_entries == server->n_entries - 1) {
        sim->model.wall_ms = sim_now_ms(sim);
        model_apply(&sim->model, entry);
        check_modelled(sim);
    }
    sim->result->n_entries++;
}

static bool has_proof(const struct sim_server *server, const struct sim_message *message)
{
    if (message->applied == 0 || message->applied > server->n_entries)
        return false;
    const struct buffer *entry = &server->entries[message->applied - 1];
    return memcmp(entry->data + entry->len - ENTRY_CHECKSUM_LEN, message->checksum, 16) ==
           0;
}

// As if an operator had begun a new epoch that this daemon does not know.
static bool is_replaced(const struct sim_message *message)
{
    const struct sim_link *link = &message->node->link;
    return link->replaced && link->append_connection == message->connection;
}

void server_append(struct sim *sim, struct sim_message *message)
{
    int64_t now = sim_now_ms(sim);
    if (!has_proof(&sim->server, message) || is_replaced(message)) {
        message->status = STATUS_ABORTED;
        return;
    }
    if (!sim_plants(sim, PLANT_CLOCK_NOT_CHECKED) &&
        (now - message->oldest_ms > SIM_CLOCKS_MAY_DIFFER_MS ||
         message->newest_ms - now > SIM_CLOCKS_MAY_DIFFER_MS)) {
        message->status = STATUS_FAILED_PRECONDITION;
        sim->result->n_clock_refused++;
        return;
    }
    uint32_t n = message->n_entries;
    if (!sim->healing && sim_below(&sim->random, 200) == 0)
        n = (uint32_t)sim_below(&sim->random, n + 1); // memory ran out half way
    for (uint32_t i = 0; i < n; i++)
        server_add(sim, buffer_slice(&message->entries[i]));
    message->status = STATUS_OK;
    message->n_written = n;
    follow_wake_all(sim);
}

void server_crash(struct sim *sim)
{
    struct sim_server *server = &sim->server;
    server->down = true;
    if (!sim_plants(sim, PLANT_ACK_BEFORE_DURABLE))
        return;
    for (int64_t n = sim_between(&sim->random, 1, 4); n > 0 && server->n_entries > 2; n--)
        buffer_free(&server->entries[--server->n_entries]);
}

void server_close(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->server.n_entries; i++)
        buffer_free(&sim->server.entries[i]);
    free(sim->server.entries);
}
