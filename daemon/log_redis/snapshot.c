// SPDX-License-Identifier: Apache-2.0
//
// Happy path of a making: LEASE -> WALK -> STORE -> WALK ... -> CHECK each chunk -> INDEX
// -> SWITCH -> IDLE. Of a reading: LOAD_INDEX -> LOAD_CHUNK each -> IDLE. Failure modes:
// another has the lease, the connection is lost, Redis refuses, a chunk is not what was
// stored: give_up, which leaves what was stored to the next maker to delete; nothing
// names it.
#include "log_redis/snapshot.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/scripts.h"

#define TIMEOUT_MS 10000
#define SLICE_NS 500000 // of the loop's time at once
#define SLICE_RECORDS 64
#define PAUSE_MS 1
#define RENEW_MS 120000
#define HASH_LEN 16
#define MAX_CHUNKS 65536
#define KEY_MAX 96
#define MAX_ARGS 12

typedef void (*reply_fn)(struct log_redis_snapshot *snapshot,
                         const struct log_redis_reply *reply);

static const reply_fn takers[LOG_REDIS_SNAPSHOT_STATES];

static bool is_loading(const struct log_redis_snapshot *snapshot)
{
    return snapshot->state >= LOG_REDIS_SNAPSHOT_LOAD_INDEX;
}

static void forget(struct log_redis_snapshot *snapshot)
{
    snapshot->state = LOG_REDIS_SNAPSHOT_IDLE;
    uv_timer_stop(&snapshot->timer);
    buffer_free(&snapshot->items);
    buffer_free(&snapshot->hashes);
}

static void finish(struct log_redis_snapshot *snapshot, int status)
{
    bool loading = is_loading(snapshot);
    if (!loading)
        snapshot->replica.end(snapshot->replica.self);
    else if (status)
        snapshot->replica.load_end(snapshot->replica.self, SLICE_ABSENT, NULL, NULL);
    forget(snapshot);
    if (snapshot->closing)
        return;
    if (loading)
        snapshot->on_loaded(snapshot, status);
    else
        snapshot->on_made(snapshot, status);
}

static void give_up(struct log_redis_snapshot *snapshot, int status, const char *what)
{
    if (snapshot->state == LOG_REDIS_SNAPSHOT_IDLE)
        return;
    snprintf(snapshot->what, sizeof snapshot->what, "%s", what);
    finish(snapshot, status);
}

// --- commands ---

static struct slice print_key(char key[KEY_MAX],
                              const struct log_redis_snapshot *snapshot)
{
    int len = snprintf(key, KEY_MAX, "%s%s", LOG_REDIS_KEY_SNAPSHOT, snapshot->token);
    return (struct slice){key, (size_t)len};
}

static struct slice
print_chunk_key(char key[KEY_MAX], const struct log_redis_snapshot *snapshot, uint32_t at)
{
    int len =
        snprintf(key, KEY_MAX, "%s%s:%u", LOG_REDIS_KEY_SNAPSHOT, snapshot->token, at);
    return (struct slice){key, (size_t)len};
}

static void on_reply(struct log_redis_command *command, int status,
                     const struct log_redis_reply *reply)
{
    struct log_redis_snapshot *snapshot = command->owner;
    if (snapshot->state == LOG_REDIS_SNAPSHOT_IDLE)
        return;
    if (status)
        give_up(snapshot, STATUS_UNAVAILABLE, "the connection to Redis was lost");
    else if (reply->type == LOG_REDIS_ERROR)
        give_up(snapshot, STATUS_UNAVAILABLE, reply->text.data);
    else
        takers[snapshot->state](snapshot, reply);
}

static void ask(struct log_redis_snapshot *snapshot, enum log_redis_snapshot_state state,
                int n_args, const struct slice *args)
{
    snapshot->state = state;
    snapshot->command = (struct log_redis_command){.done = on_reply, .owner = snapshot};
    int status = log_redis_connection_send(&snapshot->connection, &snapshot->command,
                                           TIMEOUT_MS, n_args, args);
    if (status)
        give_up(snapshot, STATUS_UNAVAILABLE, "Redis is not connected");
}

static void get(struct log_redis_snapshot *snapshot, enum log_redis_snapshot_state state,
                struct slice key)
{
    const struct slice args[] = {slice_from("GET"), key};
    ask(snapshot, state, 2, args);
}

static void put(struct log_redis_snapshot *snapshot, enum log_redis_snapshot_state state,
                struct slice key, struct slice value)
{
    const struct slice args[] = {slice_from("SET"), key, value};
    ask(snapshot, state, 3, args);
}

static void hash(struct slice bytes, unsigned char out[HASH_LEN])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data, bytes.len));
    memcpy(out, canonical.digest, HASH_LEN);
}

static bool has_hash(const struct log_redis_snapshot *snapshot, uint32_t at,
                     struct slice bytes)
{
    unsigned char found[HASH_LEN];
    hash(bytes, found);
    return memcmp(found, snapshot->hashes.data + (size_t)at * HASH_LEN, HASH_LEN) == 0;
}

// --- making ---

static bool is_ok(const struct log_redis_reply *reply)
{
    struct slice word = log_redis_reply_text(log_redis_reply_at(reply, 0));
    return slice_equal(word, slice_from("OK"));
}

static const char *refusal_of(const struct log_redis_reply *reply)
{
    struct slice word = log_redis_reply_text(log_redis_reply_at(reply, 0));
    return word.data ? word.data : "Redis sent an odd reply";
}

static void ask_for_lease(struct log_redis_snapshot *snapshot,
                          enum log_redis_snapshot_state state)
{
    const struct slice args[] = {slice_from("EVAL"),
                                 slice_from(log_redis_lease_script),
                                 slice_from("2"),
                                 slice_from(LOG_REDIS_KEY_LEASE),
                                 slice_from(LOG_REDIS_KEY_META),
                                 slice_from(snapshot->token),
                                 slice_from(LOG_REDIS_LEASE_MS),
                                 slice_from(LOG_REDIS_KEY_SNAPSHOT)};
    snapshot->leased_ms = uv_now(snapshot->connection.loop);
    ask(snapshot, state, 8, args);
}

static void walk_on(struct log_redis_snapshot *snapshot);

static void on_timer(uv_timer_t *timer)
{
    walk_on(timer->data);
}

static void rest(struct log_redis_snapshot *snapshot)
{
    snapshot->state = LOG_REDIS_SNAPSHOT_WALK;
    uv_timer_start(&snapshot->timer, on_timer, PAUSE_MS, 0);
}

static void take_lease(struct log_redis_snapshot *snapshot,
                       const struct log_redis_reply *reply)
{
    if (!is_ok(reply))
        give_up(snapshot, STATUS_UNAVAILABLE, "another daemon is making a snapshot");
    else if (snapshot->n_chunks == 0 && // not renewed
             snapshot->replica.begin(snapshot->replica.self, snapshot->head))
        give_up(snapshot, STATUS_UNAVAILABLE, "there is nothing to make one of");
    else
        rest(snapshot);
}

static void store_chunk(struct log_redis_snapshot *snapshot)
{
    char key[KEY_MAX];
    unsigned char sum[HASH_LEN];
    hash(buffer_slice(&snapshot->items), sum);
    buffer_append(&snapshot->hashes, sum, sizeof sum);
    struct slice name = print_chunk_key(key, snapshot, snapshot->n_chunks++);
    put(snapshot, LOG_REDIS_SNAPSHOT_STORE, name, buffer_slice(&snapshot->items));
}

static void check_next(struct log_redis_snapshot *snapshot);

// One slice of the walk, and what follows when a chunk is full or all is walked.
static void walk_on(struct log_redis_snapshot *snapshot)
{
    uint64_t until = uv_hrtime() + SLICE_NS;
    int more = 1;
    while (more == 1 && snapshot->items.len < LOG_REDIS_CHUNK_BYTES &&
           uv_hrtime() < until)
        more = snapshot->replica.step(snapshot->replica.self, SLICE_RECORDS,
                                      &snapshot->items);
    snapshot->walked = more == STATUS_OK;
    if (more < 0)
        give_up(snapshot, more,
                more == STATUS_DATA_LOSS ? "the state in memory is not what was applied"
                                         : "the state was replaced meanwhile");
    else if (snapshot->n_chunks == MAX_CHUNKS)
        give_up(snapshot, STATUS_RESOURCE_EXHAUSTED, "the state is too large");
    else if (snapshot->walked || snapshot->items.len >= LOG_REDIS_CHUNK_BYTES)
        store_chunk(snapshot);
    else
        rest(snapshot);
}

static void take_stored(struct log_redis_snapshot *snapshot,
                        const struct log_redis_reply *reply)
{
    (void)reply;
    buffer_clear(&snapshot->items);
    if (snapshot->walked) {
        snapshot->at = 0;
        check_next(snapshot);
    } else if (uv_now(snapshot->connection.loop) - snapshot->leased_ms > RENEW_MS) {
        ask_for_lease(snapshot, LOG_REDIS_SNAPSHOT_LEASE);
    } else {
        rest(snapshot);
    }
}

static void store_index(struct log_redis_snapshot *snapshot)
{
    char key[KEY_MAX];
    unsigned char sum[HASH_LEN];
    struct buffer *index = &snapshot->items;
    buffer_append(index, snapshot->head, sizeof snapshot->head);
    for (int i = 0; i < 4; i++)
        buffer_append(index, &(char){(char)(snapshot->n_chunks >> (8 * i))}, 1);
    buffer_append_slice(index, buffer_slice(&snapshot->hashes));
    hash(buffer_slice(index), sum);
    buffer_append(index, sum, sizeof sum);
    put(snapshot, LOG_REDIS_SNAPSHOT_INDEX, print_key(key, snapshot),
        buffer_slice(index));
}

static void check_next(struct log_redis_snapshot *snapshot)
{
    char key[KEY_MAX];
    if (snapshot->at == snapshot->n_chunks)
        store_index(snapshot);
    else
        get(snapshot, LOG_REDIS_SNAPSHOT_CHECK,
            print_chunk_key(key, snapshot, snapshot->at));
}

static void take_checked(struct log_redis_snapshot *snapshot,
                         const struct log_redis_reply *reply)
{
    struct slice chunk = log_redis_reply_text(reply);
    if (!chunk.data || !has_hash(snapshot, snapshot->at, chunk)) {
        give_up(snapshot, STATUS_UNAVAILABLE, "a chunk that was stored reads otherwise");
        return;
    }
    snapshot->at++;
    check_next(snapshot);
}

static uint64_t head_sequence(const unsigned char head[REPLICA_HEAD_LEN])
{
    uint64_t sequence = 0;
    for (int i = 0; i < 8; i++)
        sequence |= (uint64_t)head[8 + i] << (8 * i);
    return sequence;
}

static void take_index_stored(struct log_redis_snapshot *snapshot,
                              const struct log_redis_reply *reply)
{
    char sequence[24], chunks[12], keep[24];
    (void)reply;
    snapshot->sequence = head_sequence(snapshot->head);
    snprintf(sequence, sizeof sequence, "%llu", (unsigned long long)snapshot->sequence);
    snprintf(chunks, sizeof chunks, "%u", snapshot->n_chunks);
    snprintf(keep, sizeof keep, "%llu", (unsigned long long)snapshot->keep_from);
    const struct slice args[] = {slice_from("EVAL"),
                                 slice_from(log_redis_switch_script),
                                 slice_from("3"),
                                 slice_from(LOG_REDIS_KEY_LOG),
                                 slice_from(LOG_REDIS_KEY_META),
                                 slice_from(LOG_REDIS_KEY_LEASE),
                                 slice_from(snapshot->epoch),
                                 slice_from(snapshot->token),
                                 slice_from(sequence),
                                 slice_from(chunks),
                                 slice_from(keep),
                                 slice_from(LOG_REDIS_KEY_SNAPSHOT)};
    ask(snapshot, LOG_REDIS_SNAPSHOT_SWITCH, MAX_ARGS, args);
}

static void on_rewriting(struct log_redis_command *command, int status,
                         const struct log_redis_reply *reply)
{
    // Refused when one is under way: Redis does it then.
    (void)command, (void)status, (void)reply;
}

static void take_switched(struct log_redis_snapshot *snapshot,
                          const struct log_redis_reply *reply)
{
    if (!is_ok(reply)) {
        give_up(snapshot, STATUS_UNAVAILABLE, refusal_of(reply));
        return;
    }
    const struct slice args[] = {slice_from("BGREWRITEAOF")};
    snapshot->command =
        (struct log_redis_command){.done = on_rewriting, .owner = snapshot};
    log_redis_connection_send(&snapshot->connection, &snapshot->command, TIMEOUT_MS, 1,
                              args);
    finish(snapshot, STATUS_OK);
}

// --- reading ---

static void load_next(struct log_redis_snapshot *snapshot)
{
    char key[KEY_MAX];
    struct slice head = {(const char *)snapshot->head, sizeof snapshot->head};
    if (snapshot->at < snapshot->n_chunks) {
        get(snapshot, LOG_REDIS_SNAPSHOT_LOAD_CHUNK,
            print_chunk_key(key, snapshot, snapshot->at));
        return;
    }
    int status = snapshot->replica.load_end(snapshot->replica.self, head,
                                            &snapshot->position.sequence,
                                            snapshot->position.checksum);
    if (status)
        give_up(snapshot, STATUS_DATA_LOSS, "the snapshot is not the state that it says");
    else
        finish(snapshot, STATUS_OK);
}

static void take_index(struct log_redis_snapshot *snapshot,
                       const struct log_redis_reply *reply)
{
    struct slice index = log_redis_reply_text(reply);
    const unsigned char *bytes = (const unsigned char *)index.data;
    unsigned char sum[HASH_LEN];
    size_t least = REPLICA_HEAD_LEN + 4 + HASH_LEN;
    uint32_t n = 0;
    if (index.data && index.len >= least) {
        hash((struct slice){index.data, index.len - HASH_LEN}, sum);
        for (int i = 0; i < 4; i++)
            n |= (uint32_t)bytes[REPLICA_HEAD_LEN + i] << (8 * i);
    }
    if (!index.data || index.len != least + (size_t)n * HASH_LEN || n > MAX_CHUNKS ||
        memcmp(sum, bytes + index.len - HASH_LEN, HASH_LEN) != 0) {
        give_up(snapshot, STATUS_DATA_LOSS, "the snapshot's index is gone or damaged");
        return;
    }
    memcpy(snapshot->head, bytes, sizeof snapshot->head);
    buffer_append(&snapshot->hashes, bytes + REPLICA_HEAD_LEN + 4, (size_t)n * HASH_LEN);
    snapshot->n_chunks = n;
    snapshot->at = 0;
    load_next(snapshot);
}

static void take_chunk(struct log_redis_snapshot *snapshot,
                       const struct log_redis_reply *reply)
{
    struct slice chunk = log_redis_reply_text(reply);
    if (!chunk.data || !has_hash(snapshot, snapshot->at, chunk)) {
        give_up(snapshot, STATUS_DATA_LOSS, "a chunk of the snapshot is gone or damaged");
        return;
    }
    if (snapshot->replica.load(snapshot->replica.self, chunk)) {
        give_up(snapshot, STATUS_DATA_LOSS, "a chunk of the snapshot cannot be read");
        return;
    }
    snapshot->at++;
    load_next(snapshot);
}

static const reply_fn takers[LOG_REDIS_SNAPSHOT_STATES] = {
    [LOG_REDIS_SNAPSHOT_LEASE] = take_lease,
    [LOG_REDIS_SNAPSHOT_STORE] = take_stored,
    [LOG_REDIS_SNAPSHOT_CHECK] = take_checked,
    [LOG_REDIS_SNAPSHOT_INDEX] = take_index_stored,
    [LOG_REDIS_SNAPSHOT_SWITCH] = take_switched,
    [LOG_REDIS_SNAPSHOT_LOAD_INDEX] = take_index,
    [LOG_REDIS_SNAPSHOT_LOAD_CHUNK] = take_chunk,
};

// --- the owner's ---

static void close_one(struct log_redis_snapshot *snapshot)
{
    if (--snapshot->n_handles == 0)
        snapshot->on_closed(snapshot);
}

static void on_connection_closed(struct log_redis_connection *connection)
{
    close_one(connection->owner);
}

static void on_timer_closed(uv_handle_t *handle)
{
    close_one(handle->data);
}

static void on_ready(struct log_redis_connection *connection)
{
    struct log_redis_snapshot *snapshot = connection->owner;
    log_redis_connection_settle(connection);
    snapshot->on_ready(snapshot);
}

static void on_lost(struct log_redis_connection *connection)
{
    give_up(connection->owner, STATUS_UNAVAILABLE, connection->what);
}

void log_redis_snapshot_init(struct log_redis_snapshot *snapshot, uv_loop_t *loop,
                             const struct log_redis_address *address)
{
    log_redis_connection_init(&snapshot->connection, loop, address);
    snapshot->connection.owner = snapshot;
    snapshot->connection.on_ready = on_ready;
    snapshot->connection.on_lost = on_lost;
    snapshot->connection.on_closed = on_connection_closed;
    uv_timer_init(loop, &snapshot->timer);
    snapshot->timer.data = snapshot;
    snapshot->n_handles = 2;
}

void log_redis_snapshot_start(struct log_redis_snapshot *snapshot)
{
    log_redis_connection_start(&snapshot->connection);
}

void log_redis_snapshot_close(struct log_redis_snapshot *snapshot)
{
    snapshot->closing = true;
    give_up(snapshot, STATUS_CANCELED, "closed");
    log_redis_connection_close(&snapshot->connection);
    uv_close((uv_handle_t *)&snapshot->timer, on_timer_closed);
}

bool log_redis_snapshot_is_idle(const struct log_redis_snapshot *snapshot)
{
    return snapshot->state == LOG_REDIS_SNAPSHOT_IDLE;
}

static bool can_begin(const struct log_redis_snapshot *snapshot)
{
    return log_redis_snapshot_is_idle(snapshot) &&
           log_redis_connection_is_ready(&snapshot->connection) &&
           snapshot->connection.n_commands == 0;
}

static void begin(struct log_redis_snapshot *snapshot)
{
    snapshot->n_chunks = snapshot->at = 0;
    snapshot->walked = false;
    snapshot->what[0] = '\0';
}

int log_redis_snapshot_make(struct log_redis_snapshot *snapshot, const char *epoch,
                            uint64_t keep_from)
{
    unsigned char random[LOG_REDIS_TOKEN_LEN / 2];
    if (!can_begin(snapshot))
        return STATUS_UNAVAILABLE;
    begin(snapshot);
    int error = uv_random(NULL, NULL, random, sizeof random, 0, NULL);
    CHECK(error == 0);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(snapshot->token + 2 * i, 3, "%02x", random[i]);
    snprintf(snapshot->epoch, sizeof snapshot->epoch, "%s", epoch);
    snapshot->keep_from = keep_from;
    ask_for_lease(snapshot, LOG_REDIS_SNAPSHOT_LEASE);
    return STATUS_OK;
}

int log_redis_snapshot_load(struct log_redis_snapshot *snapshot, const char *token)
{
    char key[KEY_MAX];
    if (!can_begin(snapshot))
        return STATUS_UNAVAILABLE;
    begin(snapshot);
    snprintf(snapshot->token, sizeof snapshot->token, "%s", token);
    get(snapshot, LOG_REDIS_SNAPSHOT_LOAD_INDEX, print_key(key, snapshot));
    return STATUS_OK;
}
