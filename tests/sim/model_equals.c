// SPDX-License-Identifier: Apache-2.0
//
// Holding a daemon's state against the model: the digest from nothing (docs/log.md: kind,
// record, revision; the ids; the numbers), and record by record.
#include <stdio.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/status.h"
#include "sim/model.h"
#include "wire/change.h"

static void put_number(struct buffer *out, uint64_t value)
{
    for (int i = 0; i < 8; i++, value >>= 8)
        buffer_append(out, &(unsigned char){(unsigned char)value}, 1);
}

// Takes the bytes.
static struct model_hash take_hash(struct buffer *bytes)
{
    XXH128_hash_t hash = XXH3_128bits(bytes->data, bytes->len);
    buffer_free(bytes);
    return (struct model_hash){hash.low64, hash.high64};
}

static void add_hash(struct model_hash *sum, struct model_hash hash)
{
    sum->low += hash.low;
    sum->high += hash.high + (sum->low < hash.low);
}

struct model_hash model_record_hash(enum kind kind, struct slice bytes, uint64_t revision)
{
    struct buffer all = {0};
    buffer_append(&all, &(unsigned char){(unsigned char)kind}, 1);
    buffer_append_slice(&all, bytes);
    put_number(&all, revision);
    return take_hash(&all);
}

struct model_hash model_id_hash(const struct model_entry *entry)
{
    struct buffer all = {0};
    buffer_append(&all, "\xff", 1);
    buffer_append(&all, entry->request_id, sizeof entry->request_id);
    buffer_append(&all, entry->payload_hash, sizeof entry->payload_hash);
    put_number(&all, entry->sequence);
    put_number(&all, status_to_grpc(entry->status));
    put_number(&all, (uint64_t)entry->reason);
    put_number(&all, entry->change_index);
    buffer_append_slice(&all, slice_from(entry->field));
    return take_hash(&all);
}

void model_digest(const struct model *model, unsigned char digest[16])
{
    struct model_hash sum = {0};
    struct buffer numbers = {0};
    XXH128_canonical_t canonical;
    for (uint32_t i = 0; i < model->n_records; i++)
        add_hash(&sum, model->records[i]->hash);
    for (uint32_t i = 0; i < model->claims.n; i++)
        add_hash(&sum, model->claims.list[i].hash);
    for (uint32_t i = model->first_id; i < model->n_entries; i++)
        if (model->entries[i].fate == MODEL_FIRST)
            add_hash(&sum, model->entries[i].hash);
    put_number(&numbers, model->n_entries);
    put_number(&numbers, (uint64_t)model->logical_ms);
    put_number(&numbers, (uint64_t)model->forgotten_until_ms);
    add_hash(&sum, take_hash(&numbers));
    XXH128_canonicalFromHash(&canonical, (XXH128_hash_t){sum.low, sum.high});
    memcpy(digest, canonical.digest, 16);
}

// --- Comparing ---

static bool record_equals(const struct model *model, enum kind kind,
                          const struct record_view *view)
{
    const struct model_record *wanted = model_find(model, kind, record_view_key(view));
    return wanted && wanted->revision == view->revision &&
           slice_equal((struct slice){wanted->bytes, wanted->len}, view->bytes);
}

static bool claim_equals(const struct model *model, const struct record_view *view)
{
    union entity entity;
    struct buffer bytes = {0};
    wire_record_decode(view, &entity);
    const struct model_claim *wanted = model_claim_find(model, entity.claim.claim);
    if (wanted)
        model_claim_encode(wanted, &bytes);
    bool equal = wanted && wanted->revision == view->revision &&
                 slice_equal(buffer_slice(&bytes), view->bytes);
    buffer_free(&bytes);
    return equal;
}

// Goes through what the state lists; n is how many there are until one is not right.
static bool records_equal(const struct model *model, const struct state *state,
                          struct record_view *view, enum kind kind, uint64_t *n)
{
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    for (*n = 0; (record = state_next(state, kind, after)) != NULL; ++*n) {
        record_view_set(view, record);
        after = record_view_key(view);
        if (kind == KIND_CLAIM ? !claim_equals(model, view)
                               : !record_equals(model, kind, view))
            return false;
    }
    return true;
}

static bool kind_equals(const struct model *model, const struct state *state,
                        enum kind kind, char *what, size_t what_len)
{
    uint64_t n = 0;
    struct record_view view = {0};
    bool equal = records_equal(model, state, &view, kind, &n);
    record_view_close(&view);
    if (!equal) {
        snprintf(what, what_len,
                 "kind %d, a record of revision %llu is not what the log says", kind,
                 (unsigned long long)view.revision);
        return false;
    }
    size_t count =
        kind == KIND_CLAIM ? model->claims.n : naive_count(&model->world.stored, kind);
    if (n == count && state_count(state, kind) == count)
        return true;
    snprintf(what, what_len, "kind %d has %llu records, counts %llu, the log says %zu",
             kind, (unsigned long long)n, (unsigned long long)state_count(state, kind),
             count);
    return false;
}

bool model_equals(const struct model *model, const struct state *state, char *what,
                  size_t what_len)
{
    for (enum kind kind = KIND_REGION; kind < KIND_COUNT; kind++)
        if (!kind_equals(model, state, kind, what, what_len))
            return false;
    unsigned char mine[16], theirs[16];
    model_digest(model, mine);
    state_digest(state, theirs);
    bool same = memcmp(mine, theirs, sizeof mine) == 0;
    if (same && state_revision(state) == model->n_entries &&
        state_logical_time_ms(state) == model->logical_ms)
        return true;
    snprintf(what, what_len,
             "revision %llu, logical time %lld; the log says %u, %lld; digest %s",
             (unsigned long long)state_revision(state),
             (long long)state_logical_time_ms(state), model->n_entries,
             (long long)model->logical_ms, same ? "the same" : "another");
    return false;
}
