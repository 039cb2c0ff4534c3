// SPDX-License-Identifier: Apache-2.0
//
// A daemon's append connection, as log_redis/append.c has it: what waits goes into a free
// call, two calls are under way, a lost connection ends them as unknown.
//
//     append ──► waiting ──flush──► call ──way──► script ──way──► done
//                   │                 │
//                  cut: not written  cut: unknown; its bytes are lost, or arrive, or
//                                         arrive much later, after the retry
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/parts.h"

#define CALL_TIMEOUT_MS 5000
#define LATE_MAX_MS 20000

static void flush(struct sim_node *node);

static void end_entries(struct replica_append *entry, int status)
{
    while (entry) {
        struct replica_append *next = entry->next;
        entry->next = NULL;
        entry->done(entry, status);
        entry = next;
    }
}

static void end_waiting(struct sim_link *link, int status)
{
    struct replica_append *waiting = link->first;
    link->first = NULL;
    link->last = &link->first;
    link->n_waiting = 0;
    end_entries(waiting, status);
}

static struct replica_append *take_call(struct sim_call *call)
{
    struct replica_append *entries = call->entries;
    *call = (struct sim_call){0};
    return entries;
}

void link_tell_state(struct sim_node *node)
{
    struct sim_link *link = &node->link;
    bool writable = link->append_connection && link->follow_connection && !link->verdict;
    if (writable == link->writable)
        return;
    link->writable = writable;
    node->events.on_state(node->events.self, writable ? STATUS_OK : STATUS_UNAVAILABLE,
                          writable ? "" : "the log cannot be reached");
}

static void reconnect(struct sim *sim, void *arg, uint64_t life)
{
    struct sim_node *node = arg;
    if (life == 0 || node->life != life || node->link.append_connection)
        return;
    if (sim->server.down) {
        sim_queue_add(&sim->queue, sim_between(&sim->random, 50, 1000), reconnect, node,
                      life);
        return;
    }
    node->link.append_connection = ++sim->n_numbers;
    node->link.to_server_ms = node->link.to_node_ms = sim->queue.now_ms;
    sim_trace(sim, node, "append connected");
    link_tell_state(node);
}

void link_connect_append(struct sim_node *node)
{
    struct sim *sim = node->sim;
    sim_queue_add(&sim->queue, sim_between(&sim->random, 10, sim->healing ? 50 : 800),
                  reconnect, node, node->life);
}

static void arrive(struct sim *sim, void *arg, uint64_t number);

// The fate of what a call had on the way when its connection was cut: whether it will
// never arrive. What was sent later never arrives without what was sent before.
static bool lose_message(struct sim *sim, struct sim_message *message, bool lost)
{
    if (message->arrived)
        return false;
    lost = lost || sim->server.down || sim_chance(&sim->random, 45);
    if (!lost && sim_chance(&sim->random, 60))
        return false; // it arrives as if nothing had happened
    message->lost = lost;
    if (lost)
        return true;
    sim->result->n_late++;
    message->number = ++sim->n_numbers;
    sim_queue_add(&sim->queue, sim_between(&sim->random, 100, LATE_MAX_MS), arrive,
                  message, message->number);
    return true;
}

static int status_after_cut(struct sim *sim, bool never_arrives)
{
    if (sim_plants(sim, PLANT_UNKNOWN_AS_NOT))
        return STATUS_UNAVAILABLE;
    if (sim_plants(sim, PLANT_UNKNOWN_AS_OK))
        return STATUS_OK;
    return never_arrives && sim_chance(&sim->random, 20) ? STATUS_UNAVAILABLE
                                                         : STATUS_UNKNOWN;
}

void link_cut_append(struct sim_node *node)
{
    struct sim *sim = node->sim;
    struct sim_link *link = &node->link;
    if (!link->append_connection)
        return;
    link->append_connection = 0;
    sim->result->n_cuts++;
    sim_trace(sim, node, "append connection lost");
    struct sim_call *older = &link->calls[0], *newer = &link->calls[1];
    if (older->entries && newer->entries &&
        older->message->number > newer->message->number) {
        older = &link->calls[1];
        newer = &link->calls[0];
    }
    struct sim_call *calls[] = {older, newer};
    bool lost = false;
    for (int i = 0; i < SIM_CALLS; i++) {
        if (!calls[i]->entries)
            continue;
        struct sim_message *message = calls[i]->message;
        lost = lose_message(sim, message, lost);
        int status = status_after_cut(sim, message->lost);
        sim->result->n_unknown += status == STATUS_UNKNOWN;
        end_entries(take_call(calls[i]), status);
    }
    end_waiting(link, STATUS_UNAVAILABLE);
    link_tell_state(node);
    link_connect_append(node);
}

static void end_written(struct replica_append *entries, uint32_t n_written)
{
    struct replica_append **rest = &entries;
    for (uint32_t i = 0; i < n_written; i++)
        rest = &(*rest)->next;
    struct replica_append *not_written = *rest;
    *rest = NULL;
    end_entries(entries, STATUS_OK);
    end_entries(not_written, STATUS_UNAVAILABLE);
}

// Planted: this reply is taken for the other call's, and the other way round.
static void swap_calls(struct sim *sim, struct sim_link *link)
{
    struct sim_call *calls = link->calls;
    if (!sim_plants(sim, PLANT_REPLY_TO_WRONG_APPEND) || !calls[0].entries ||
        !calls[1].entries)
        return;
    struct replica_append *kept = calls[0].entries;
    calls[0].entries = calls[1].entries;
    calls[1].entries = kept;
}

static uint32_t count_entries(const struct replica_append *entry)
{
    uint32_t n = 0;
    for (; entry; entry = entry->next)
        n++;
    return n;
}

static void reply(struct sim *sim, void *arg, uint64_t connection)
{
    struct sim_message *message = arg;
    struct sim_node *node = message->node;
    struct sim_link *link = &node->link;
    if (link->append_connection != connection || message->connection != connection)
        return;
    swap_calls(sim, link);
    struct sim_call *call = &link->calls[message->call];
    if (call->message != message)
        return; // the bytes were doubled: answered already
    struct replica_append *entries = take_call(call);
    uint32_t n = count_entries(entries);
    sim_trace(sim, node, "append of %u ended, status %d, %u written", n, message->status,
              message->n_written);
    if (message->status == STATUS_OK) {
        end_written(entries, message->n_written < n ? message->n_written : n);
    } else {
        if (message->status == STATUS_ABORTED) {
            link->verdict = true;
            link_tell_state(node);
            node_operate(node);
        }
        end_entries(entries, message->status);
    }
    flush(node);
}

static struct sim_message *new_message(struct sim *sim, const struct sim_message *like)
{
    struct sim_message *message = malloc(sizeof *message);
    CHECK(message);
    *message = *like;
    message->number = ++sim->n_numbers;
    message->next = sim->messages;
    sim->messages = message;
    return message;
}

// Bytes that are doubled on the way: the script runs twice, the second reply is nobody's.
// (What was refused and then let in when doubled is a lie that no log can help.)
static void send_again(struct sim *sim, const struct sim_message *message, int64_t delay)
{
    struct sim_message *copy = new_message(sim, message);
    copy->connection = 0;
    for (uint32_t i = 0; i < copy->n_entries; i++) {
        copy->entries[i] = (struct buffer){0};
        buffer_append_slice(&copy->entries[i], buffer_slice(&message->entries[i]));
    }
    sim_queue_add(&sim->queue, delay, arrive, copy, copy->number);
}

static void arrive(struct sim *sim, void *arg, uint64_t number)
{
    struct sim_message *message = arg;
    struct sim_link *link = &message->node->link;
    if (message->lost || message->number != number || sim->server.down)
        return;
    message->arrived = true;
    server_append(sim, message);
    sim_trace(sim, message->node, "log takes %u of %u entries, status %d, tail %u",
              message->n_written, message->n_entries, message->status,
              sim->server.n_entries);
    if (message->connection && !sim->healing && message->status == STATUS_OK &&
        message->n_written == message->n_entries && sim_chance(&sim->random, 1))
        send_again(sim, message, 30);
    if (!message->connection || link->append_connection != message->connection)
        return;
    int64_t at = sim->queue.now_ms + sim_delay_ms(sim);
    link->to_node_ms = at > link->to_node_ms ? at : link->to_node_ms;
    sim_queue_add(&sim->queue, link->to_node_ms - sim->queue.now_ms, reply, message,
                  message->connection);
}

static void time_out(struct sim *sim, void *arg, uint64_t connection)
{
    struct sim_message *message = arg;
    struct sim_node *node = message->node;
    (void)sim;
    if (node->link.append_connection == connection &&
        node->link.calls[message->call].message == message)
        link_cut_append(node);
}

// What no client sent.
static bool is_tick(const struct sim *sim, const struct entry *entry)
{
    const struct sim_request *request = sim->requests;
    while (request && memcmp(request->id, entry->request_id, sizeof request->id) != 0)
        request = request->next;
    return request == NULL;
}

// Planted: each tick has an id of its own.
static void copy_entry(struct sim *sim, struct slice bytes, struct buffer *out)
{
    struct entry entry;
    CHECK(entry_decode(bytes, &entry) == STATUS_OK);
    if (!sim_plants(sim, PLANT_TICK_ID_BY_CHANCE) || !is_tick(sim, &entry)) {
        buffer_append_slice(out, bytes);
        return;
    }
    for (size_t i = 9; i < sizeof entry.request_id; i++)
        entry.request_id[i] = (unsigned char)sim_random_next(&sim->random);
    entry_encode(&entry, out);
}

static void fill_message(struct sim *sim, struct sim_link *link, struct sim_call *call)
{
    struct sim_message *message = call->message;
    struct replica_append **end = &call->entries;
    int64_t most = sim_between(&sim->random, 1, SIM_CALL_ENTRIES);
    while (link->first && message->n_entries < most) {
        struct replica_append *entry = link->first;
        link->first = entry->next;
        link->n_waiting--;
        entry->next = NULL;
        *end = entry;
        end = &entry->next;
        if (entry->time_ms < message->oldest_ms)
            message->oldest_ms = entry->time_ms;
        if (entry->time_ms > message->newest_ms)
            message->newest_ms = entry->time_ms;
        copy_entry(sim, entry->entry, &message->entries[message->n_entries++]);
    }
    if (!link->first)
        link->last = &link->first;
}

static void send_call(struct sim_node *node, int index)
{
    struct sim *sim = node->sim;
    struct sim_link *link = &node->link;
    struct sim_message like = {.node = node,
                               .connection = link->append_connection,
                               .call = index,
                               .oldest_ms = INT64_MAX,
                               .newest_ms = INT64_MIN,
                               .applied = link->applied};
    memcpy(like.checksum, link->checksum, sizeof like.checksum);
    struct sim_message *message = new_message(sim, &like);
    link->calls[index].message = message;
    fill_message(sim, link, &link->calls[index]);
    int64_t at = sim->queue.now_ms + sim_delay_ms(sim);
    link->to_server_ms = at > link->to_server_ms ? at : link->to_server_ms;
    sim_queue_add(&sim->queue, link->to_server_ms - sim->queue.now_ms, arrive, message,
                  message->number);
    sim_queue_add(&sim->queue, CALL_TIMEOUT_MS, time_out, message, message->connection);
}

static void flush(struct sim_node *node)
{
    struct sim_link *link = &node->link;
    for (int i = 0; i < SIM_CALLS; i++)
        if (link->append_connection && link->first && !link->calls[i].entries)
            send_call(node, i);
}

static void end_turn(struct sim *sim, void *arg, uint64_t life)
{
    struct sim_node *node = arg;
    (void)sim;
    if (node->life != life)
        return;
    node->link.flush_due = false;
    flush(node);
}

// Planted: a daemon whose ticks never reach the log.
static bool loses(const struct sim *sim, const struct replica_append *append)
{
    struct entry entry;
    return sim_plants(sim, PLANT_TICKS_LOST) &&
           entry_decode(append->entry, &entry) == STATUS_OK && is_tick(sim, &entry);
}

static int append(void *self, struct replica_append *entry)
{
    struct sim_node *node = self;
    struct sim_link *link = &node->link;
    if (loses(node->sim, entry))
        return STATUS_UNAVAILABLE;
    if (!link->writable || link->applied == 0)
        return STATUS_UNAVAILABLE;
    if (link->full || link->n_waiting >= SIM_WAITING_MAX)
        return STATUS_RESOURCE_EXHAUSTED;
    entry->next = NULL;
    *link->last = entry;
    link->last = &entry->next;
    link->n_waiting++;
    if (!link->flush_due)
        sim_queue_add(&node->sim->queue, 0, end_turn, node, node->life);
    link->flush_due = true;
    return STATUS_OK;
}

static void applied(void *self, uint64_t sequence, const unsigned char checksum[16])
{
    struct sim_link *link = &((struct sim_node *)self)->link;
    link->applied = sequence;
    memcpy(link->checksum, checksum, 16);
}

struct replica_log link_port(struct sim_node *node)
{
    return (struct replica_log){node, append, applied};
}
