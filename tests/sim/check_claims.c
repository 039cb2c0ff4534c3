// SPDX-License-Identifier: Apache-2.0
//
// What must hold of claims, beside what the model says of every entry: never more slots
// taken than there are, no hold that outlives its time, answers in the order of real
// time, and ticks that are of a hold.
#include <stdlib.h>
#include <xxhash.h>

#include "base/check.h"
#include "base/status.h"
#include "replica/entry.h"
#include "sim/check.h"
#include "sim/parts.h"
#include "wire/change.h"
#include "wire/codec.h"

#define SECOND_MS INT64_C(1000)
#define WATCH_MS 250
#define WATCHES 140
#define REPLAYED_MS 8000 // a daemon that has started has read the log by then
#define TICKS_TO_SHOW_MS 1000

// --- At each entry ---

static void check_room(struct sim *sim, const struct capacity *capacity)
{
    const struct model *model = &sim->model;
    int64_t taken = model_confirmed(model, capacity->id) +
                    model_held(model, capacity->id, model->logical_ms);
    if (taken > capacity->slots)
        sim_fail(sim, "at %u more slots are taken than there are: %lld of %lld",
                 model->n_entries, (long long)taken, (long long)capacity->slots);
}

// A daemon whose clock is years ahead must not end anybody's hold.
static void check_not_early(struct sim *sim, const struct model_claim *claim)
{
    if (claim->state == CLAIM_EXPIRED && claim->revision == sim->model.n_entries &&
        claim->until_ms > sim_now_ms(sim) + SIM_CLOCKS_MAY_DIFFER_MS)
        sim_fail(sim, "entry %u ends a hold %lld s before its time", sim->model.n_entries,
                 (long long)(claim->until_ms - sim_now_ms(sim)) / 1000);
}

void check_modelled(struct sim *sim)
{
    const struct naive_world *stored = &sim->model.world.stored;
    for (uint32_t i = 0; i < sim->model.claims.n; i++)
        check_not_early(sim, &sim->model.claims.list[i]);
    if (sim->model.claims.n == 0)
        return;
    for (size_t i = 0; i < naive_count(stored, KIND_CAPACITY); i++)
        check_room(sim, &naive_at(stored, KIND_CAPACITY, i)->capacity);
}

// --- At checkpoints ---

static void check_free(struct sim *sim, struct sim_node *node,
                       const struct capacity *capacity, int64_t seen_ms)
{
    struct state_slots slots = {0};
    int64_t confirmed = model_confirmed(&sim->model, capacity->id);
    int64_t held = model_held(&sim->model, capacity->id, seen_ms);
    bool found = state_slots(replica_state(node->replica), capacity->id, &slots);
    if (!found || slots.confirmed != confirmed || slots.held != held ||
        slots.free != capacity->slots - confirmed - held)
        sim_fail(
            sim,
            "daemon %d shows %u confirmed, %u held, %u free slots of %lld, where the "
            "log says %lld and %lld",
            node->index, slots.confirmed, slots.held, slots.free,
            (long long)capacity->slots, (long long)confirmed, (long long)held);
}

// Within 20 s of now, or within a millisecond of a hold's end.
static int64_t choose_seen_ms(struct sim *sim)
{
    const struct model_claim *hold = model_first_hold(&sim->model);
    if (hold && sim_chance(&sim->random, 50))
        return hold->until_ms + sim_between(&sim->random, -1, 1);
    return sim_now_ms(sim) + sim_between(&sim->random, -20, 20) * SECOND_MS;
}

// As readers see them whose clock says this or that.
void check_slots(struct sim_node *node)
{
    struct sim *sim = node->sim;
    const struct naive_world *stored = &sim->model.world.stored;
    int64_t seen_ms = choose_seen_ms(sim);
    state_see_time(replica_state(node->replica), seen_ms);
    for (size_t i = 0; i < naive_count(stored, KIND_CAPACITY); i++)
        check_free(sim, node, &naive_at(stored, KIND_CAPACITY, i)->capacity, seen_ms);
}

// --- When all is quiet ---

// An entry that was long on its way may take a hold that has run out when it comes.
static bool is_late(const struct sim *sim, const struct model_claim *claim,
                    int64_t until_ms)
{
    int64_t from = until_ms > sim->leapt_ms ? until_ms : sim->leapt_ms;
    if (claim && claim->came_ms > from)
        from = claim->came_ms;
    return sim_now_ms(sim) > from + TICKS_TO_SHOW_MS;
}

static void watch(struct sim *sim, void *arg, uint64_t n)
{
    const struct model_claim *hold = model_first_hold(&sim->model);
    (void)arg;
    if (hold && is_late(sim, hold, hold->until_ms))
        sim_fail(sim, "all is quiet, and a hold ran out %lld ms ago that no entry ends",
                 (long long)(sim_now_ms(sim) - hold->until_ms));
    for (int i = 0; i < sim->n_nodes; i++) {
        const struct sim_node *node = &sim->nodes[i];
        char claim[CLAIM_ID_MAX];
        int64_t until_ms;
        if (node->life && sim->queue.now_ms > node->started_ms + REPLAYED_MS &&
            state_next_hold(replica_state(node->replica), &until_ms, claim) &&
            is_late(sim, model_claim_find(&sim->model, slice_from(claim)), until_ms))
            sim_fail(sim,
                     "all is quiet, and daemon %d shows %s, which ran out %lld ms ago", i,
                     claim, (long long)(sim_now_ms(sim) - until_ms));
    }
    if (n > 1)
        sim_queue_add(&sim->queue, WATCH_MS, watch, NULL, n - 1);
}

void check_quiet(struct sim *sim)
{
    sim_queue_add(&sim->queue, 0, watch, NULL, WATCHES);
}

// --- At the end ---

// An operation that ended before another began comes before it in the log.
static void check_real_time(struct sim *sim)
{
    for (const struct sim_request *later = sim->requests; later; later = later->next) {
        if (!later->acked)
            continue;
        for (const struct sim_request *sooner = sim->requests; sooner;
             sooner = sooner->next)
            if (sooner->acked && sooner->ended < later->began &&
                sooner->first_sequence >= later->first_sequence)
                sim_fail(sim,
                         "a write was answered with %llu before another began that was "
                         "decided by %llu",
                         (unsigned long long)sooner->first_sequence,
                         (unsigned long long)later->first_sequence);
    }
}

static int64_t entry_time_ms(const struct sim *sim, uint64_t sequence)
{
    struct entry entry;
    CHECK(entry_decode(buffer_slice(&sim->server.entries[sequence - 1]), &entry) ==
          STATUS_OK);
    return entry.time_ms;
}

// The first entry whose time, or the time of one before it, has reached an instant; 0:
// none has.
static uint64_t first_at(const struct sim *sim, int64_t at_ms)
{
    for (uint64_t sequence = 1; sequence <= sim->server.n_entries; sequence++)
        if (entry_time_ms(sim, sequence) >= at_ms)
            return sequence;
    return 0;
}

static void check_claim(struct sim *sim, const struct sim_node *node,
                        const struct record_view *view)
{
    union entity entity;
    wire_record_decode(view, &entity);
    const struct claim *claim = &entity.claim;
    if (claim->state == CLAIM_EXPIRED && first_at(sim, claim->until) != view->revision)
        sim_fail(sim, "daemon %d: %.*s expired at %llu, its time came at %llu",
                 node->index, (int)claim->claim.len, claim->claim.data,
                 (unsigned long long)view->revision,
                 (unsigned long long)first_at(sim, claim->until));
    if (claim->state == CLAIM_HELD && first_at(sim, claim->until) != 0)
        sim_fail(sim, "daemon %d: %.*s is held, its time came at %llu", node->index,
                 (int)claim->claim.len, claim->claim.data,
                 (unsigned long long)first_at(sim, claim->until));
}

static void check_claims(struct sim *sim, const struct sim_node *node)
{
    struct record_view view = {0};
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    while ((record = state_next(replica_state(node->replica), KIND_CLAIM, after))) {
        record_view_set(&view, record);
        after = record_view_key(&view);
        check_claim(sim, node, &view);
    }
    record_view_close(&view);
}

// What a client was told that it has, it has.
static void check_taken(struct sim *sim, const struct sim_request *request)
{
    struct wire_command_reader reader;
    struct change change;
    struct model_claim claim = {.sequence = request->told.sequence};
    wire_command_reader_init(&reader, buffer_slice(&request->command));
    for (; reader.source.next(&reader.source, &change) == 1; claim.index++) {
        char id[CLAIM_ID_MAX];
        union entity key;
        struct buffer bytes = {0};
        if (change.op != CHANGE_TAKE)
            continue;
        shape_clear(entity_shape(KIND_CLAIM), &key);
        key.claim.claim = model_claim_id(&claim, id);
        wire_encode_key(WIRE_LOG, entity_shape(KIND_CLAIM), &key, &bytes);
        for (int i = 0; i < sim->n_nodes; i++)
            if (!state_find(replica_state(sim->nodes[i].replica), KIND_CLAIM,
                            buffer_slice(&bytes)))
                sim_fail(sim, "the acknowledged claim %s is not in daemon %d", id, i);
        buffer_free(&bytes);
    }
}

// As docs/log.md makes its id: the hold's end, and for the rest the hash of the claim's id.
static bool is_tick_of(const struct model_entry *entry, const struct model_claim *claim)
{
    char id[CLAIM_ID_MAX];
    XXH128_canonical_t hash;
    unsigned char wanted[STATE_REQUEST_ID_LEN];
    struct slice text = model_claim_id(claim, id);
    XXH128_canonicalFromHash(&hash, XXH3_128bits(text.data, text.len));
    memcpy(wanted, hash.digest, sizeof wanted);
    memcpy(wanted, entry->request_id, 6);
    wanted[6] = (unsigned char)(0x70 | (wanted[6] & 0x0f));
    wanted[8] = (unsigned char)(0x80 | (wanted[8] & 0x3f));
    return memcmp(wanted, entry->request_id, sizeof wanted) == 0;
}

bool check_is_daemons(const struct sim *sim, uint32_t index)
{
    struct entry entry;
    CHECK(entry_decode(buffer_slice(&sim->server.entries[index]), &entry) == STATUS_OK);
    if (entry.command.len > 0)
        return false;
    if (entry.actor_kind == ENTRY_ACTOR_CHECKPOINT)
        return true;
    for (uint32_t i = 0; i < sim->model.claims.n; i++)
        if (is_tick_of(&sim->model.entries[index], &sim->model.claims.list[i]))
            return true;
    return false;
}

static void count_claims(struct sim *sim)
{
    struct sim_result *result = sim->result;
    result->n_taken = sim->model.claims.n;
    for (uint32_t i = 0; i < sim->model.claims.n; i++) {
        const struct model_claim *claim = &sim->model.claims.list[i];
        result->n_confirmed += claim->state == CLAIM_CONFIRMED;
        result->n_released += claim->state == CLAIM_RELEASED;
        result->n_expired += claim->state == CLAIM_EXPIRED;
    }
    for (uint32_t i = 0; i < sim->model.n_entries; i++)
        result->n_sold_out += sim->model.entries[i].fate == MODEL_FIRST &&
                              sim->model.entries[i].reason == REASON_NO_SLOTS_LEFT;
}

void check_histories(struct sim *sim)
{
    check_real_time(sim);
    for (int i = 0; i < sim->n_nodes; i++)
        check_claims(sim, &sim->nodes[i]);
    for (const struct sim_request *request = sim->requests; request;
         request = request->next)
        if (request->acked && request->told.status == STATUS_OK)
            check_taken(sim, request);
    count_claims(sim);
}
