// SPDX-License-Identifier: Apache-2.0
#include "domain/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/state_private.h"

#define REQUEST_MARK 0xFF

struct snapshot_walk {
    struct state *state;
    bool only_hash;
    struct snapshot_head head;
    struct digest sum; // of what has been written
    // Records of kinds before this one are written; of this kind those up to after.
    unsigned kind;
    struct buffer after; // key; empty: none yet
    // What was saved from changes, until the walk has come to the end of its kind. What a
    // batch saves counts when the batch is kept.
    struct buffer saved[KIND_COUNT];
    size_t kept_len[KIND_COUNT];
    struct digest kept_sum;
    uint64_t next_request; // counted from the first one ever added
    struct record_view view;
};

// --- writing ---

static void put_varint(struct buffer *out, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (unsigned char)(value | 0x80);
    bytes[n++] = (unsigned char)value;
    buffer_append(out, bytes, n);
}

static void put_record(struct snapshot_walk *walk, const struct record_view *view,
                       struct buffer *out)
{
    digest_add_record(&walk->sum, view);
    if (walk->only_hash)
        return;
    buffer_append(out, &(unsigned char){(unsigned char)view->kind}, 1);
    put_varint(out, view->revision);
    put_varint(out, view->bytes.len);
    buffer_append_slice(out, view->bytes);
}

static void put_request(struct snapshot_walk *walk, const struct request_entry *entry,
                        struct buffer *out)
{
    const struct outcome *outcome = &entry->outcome;
    size_t len = strlen(outcome->field);
    digest_add_request(&walk->sum, entry);
    if (walk->only_hash)
        return;
    buffer_append(out, &(unsigned char){REQUEST_MARK}, 1);
    buffer_append(out, entry->id, sizeof entry->id);
    buffer_append(out, entry->payload_hash, sizeof entry->payload_hash);
    put_varint(out, outcome->sequence);
    put_varint(out, status_to_grpc(outcome->status));
    put_varint(out, (uint64_t)outcome->reason);
    put_varint(out, outcome->change_index);
    buffer_append(out, &(unsigned char){(unsigned char)len}, 1);
    buffer_append(out, outcome->field, len);
}

struct snapshot_walk *snapshot_begin(struct state *state, bool only_hash,
                                     struct snapshot_head *head)
{
    struct snapshot_walk *walk = calloc(1, sizeof *walk);
    CHECK(walk && state->walk == NULL);
    walk->state = state;
    walk->only_hash = only_hash;
    walk->kind = KIND_NONE + 1;
    walk->next_request = state->request_ids.n_evicted;
    walk->head = (struct snapshot_head){
        .sequence = state->revision,
        .logical_ms = state->logical_ms,
        .evicted_until_ms = state->request_ids.evicted_until_ms,
        .n_items = state->request_ids.n,
    };
    for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++)
        walk->head.n_items += state_count(state, (enum kind)kind);
    state_digest(state, walk->head.digest);
    state->walk = walk;
    *head = walk->head;
    return walk;
}

void snapshot_end(struct snapshot_walk *walk)
{
    if (walk == NULL)
        return;
    walk->state->walk = NULL;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        buffer_free(&walk->saved[kind]);
    buffer_free(&walk->after);
    record_view_close(&walk->view);
    free(walk);
}

// --- what changes while the walk is under way ---

static bool is_written(const struct snapshot_walk *walk, const struct record_view *view)
{
    if (view->kind != walk->kind)
        return view->kind < walk->kind;
    return walk->after.len > 0 &&
           slice_compare(record_view_key(view), buffer_slice(&walk->after)) <= 0;
}

void snapshot_save_record(struct snapshot_walk *walk, const struct record *old)
{
    if (record_revision(old) > walk->head.sequence)
        return; // younger than the snapshot, or saved when it was first changed
    record_view_set(&walk->view, old);
    if (!is_written(walk, &walk->view))
        put_record(walk, &walk->view, &walk->saved[walk->view.kind]);
}

void snapshot_keep_saved(struct snapshot_walk *walk)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        walk->kept_len[kind] = walk->saved[kind].len;
    walk->kept_sum = walk->sum;
}

void snapshot_drop_saved(struct snapshot_walk *walk)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        walk->saved[kind].len = walk->kept_len[kind];
    walk->sum = walk->kept_sum;
}

void snapshot_save_request(struct snapshot_walk *walk, const struct request_entry *oldest)
{
    if (walk->next_request != walk->state->request_ids.n_evicted ||
        oldest->outcome.sequence > walk->head.sequence)
        return;
    put_request(walk, oldest, &walk->saved[KIND_NONE]); // written before the others
    walk->next_request++;
    snapshot_keep_saved(walk);
}

// --- the walk ---

static void end_kind(struct snapshot_walk *walk, struct buffer *out)
{
    if (!walk->only_hash)
        buffer_append_slice(out, buffer_slice(&walk->saved[walk->kind]));
    buffer_free(&walk->saved[walk->kind]);
    walk->kept_len[walk->kind] = 0;
    buffer_clear(&walk->after);
    walk->kind++;
}

static void visit_record(struct snapshot_walk *walk, struct buffer *out)
{
    struct slice after = walk->after.len > 0 ? buffer_slice(&walk->after) : SLICE_ABSENT;
    const struct record *record = sorted_next(&walk->state->records[walk->kind], after);
    if (record == NULL) {
        end_kind(walk, out);
        return;
    }
    record_view_set(&walk->view, record);
    if (walk->view.revision <= walk->head.sequence)
        put_record(walk, &walk->view, out);
    buffer_clear(&walk->after);
    buffer_append_slice(&walk->after, record_view_key(&walk->view));
}

// False when there are no more.
static bool visit_request(struct snapshot_walk *walk, struct buffer *out)
{
    const struct request_ids *ids = &walk->state->request_ids;
    if (!walk->only_hash)
        buffer_append_slice(out, buffer_slice(&walk->saved[KIND_NONE]));
    buffer_clear(&walk->saved[KIND_NONE]);
    walk->kept_len[KIND_NONE] = 0;
    if (walk->next_request < ids->n_evicted || // what is left is younger
        walk->next_request == ids->n_evicted + ids->n)
        return false;
    const struct request_entry *entry =
        request_ids_at(ids, (uint32_t)(walk->next_request - ids->n_evicted));
    if (entry->outcome.sequence > walk->head.sequence)
        return false;
    put_request(walk, entry, out);
    walk->next_request++;
    return true;
}

static int compare_sum(const struct digest *sum, const struct snapshot_head *head)
{
    unsigned char digest[16];
    const int64_t numbers[] = {(int64_t)head->sequence, head->logical_ms,
                               head->evicted_until_ms};
    digest_finish(*sum, numbers, 3, digest);
    return memcmp(digest, head->digest, sizeof digest) == 0 ? STATUS_OK
                                                            : STATUS_DATA_LOSS;
}

int snapshot_step(struct snapshot_walk *walk, unsigned n, struct buffer *out)
{
    for (; n > 0 && walk->kind < KIND_COUNT; n--)
        visit_record(walk, out);
    for (; n > 0; n--)
        if (!visit_request(walk, out))
            return compare_sum(&walk->sum, &walk->head);
    walk->kept_sum = walk->sum;
    return 1;
}

// --- reading ---

struct source {
    const unsigned char *at, *end;
    bool failed;
};

static uint64_t take_varint(struct source *source)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && source->at < source->end; shift += 7) {
        unsigned char byte = *source->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    source->failed = true;
    return 0;
}

static struct slice take_bytes(struct source *source, uint64_t len)
{
    if (len > (uint64_t)(source->end - source->at)) {
        source->failed = true;
        return (struct slice){"", 0};
    }
    struct slice bytes = {(const char *)source->at, (size_t)len};
    source->at += len;
    return bytes;
}

static bool read_record(struct state *state, enum kind kind, struct source *source)
{
    uint64_t revision = take_varint(source);
    struct slice bytes = take_bytes(source, take_varint(source));
    return !source->failed && change_load(state, kind, revision, bytes);
}

static bool read_request(struct state *state, struct source *source)
{
    struct request_entry entry;
    char field[REFUSAL_FIELD_MAX] = "";
    struct slice id = take_bytes(source, sizeof entry.id);
    struct slice hash = take_bytes(source, sizeof entry.payload_hash);
    entry.outcome.sequence = take_varint(source);
    entry.outcome.status = status_from_grpc((unsigned)take_varint(source));
    entry.outcome.reason = (enum reason)take_varint(source);
    entry.outcome.change_index = (uint32_t)take_varint(source);
    struct slice name = take_bytes(source, take_varint(source));
    if (source->failed || name.len >= sizeof field)
        return false;
    memcpy(entry.id, id.data, sizeof entry.id);
    memcpy(entry.payload_hash, hash.data, sizeof entry.payload_hash);
    memcpy(field, name.data, name.len);
    entry.outcome.field = state_field_find(field);
    if (entry.outcome.field == NULL || request_ids_find(&state->request_ids, entry.id))
        return false;
    // Time is not told yet: nothing is evicted.
    request_ids_add(&state->request_ids, &entry, 0, NULL, NULL);
    digest_add_request(&state->digest, &entry);
    return true;
}

int snapshot_read(struct state *state, struct slice bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    struct source source = {data, data + bytes.len, false};
    while (source.at < source.end) {
        unsigned mark = *source.at++;
        bool read = mark == REQUEST_MARK
                        ? read_request(state, &source)
                        : mark > KIND_NONE && mark < KIND_COUNT &&
                              read_record(state, (enum kind)mark, &source);
        if (!read)
            return STATUS_DATA_LOSS;
    }
    return STATUS_OK;
}

int snapshot_finish(struct state *state, const struct snapshot_head *head)
{
    state->revision = head->sequence;
    state->logical_ms = head->logical_ms;
    state->request_ids.evicted_until_ms = head->evicted_until_ms;
    match_index_settle(state->rows.index);
    return compare_sum(&state->digest, head);
}
