// SPDX-License-Identifier: Apache-2.0
//
// The rehearsal: what is stored, claims that take slots included, is copied into a state
// of our own, and every row is applied to that with the daemon's own code, in the order
// in which it would be written.
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "cli/import.h"
#include "cli/time_words.h"
#include "lib/typed_capacity.h"
#include "wire/change.h"
#include "wire/codec.h"

#define FETCH_TRIES 3
#define FAR_FUTURE_MS                                                                    \
    INT64_C(7289654400000) // 2200: what is stored was right when it was written
#define PROGRESS_EVERY 1024

// Which field names an entity of which kind, by its key alone.
static const struct reference {
    enum kind from;
    const char *field;
    enum kind to;
} references[] = {
    {KIND_SERVICE, "nhv_area", KIND_NHV_AREA},
    {KIND_MAPPING, "service", KIND_SERVICE},
    {KIND_UNIT, "municipality", KIND_MUNICIPALITY},
    {KIND_NHV_PERMIT, "area", KIND_NHV_AREA},
    {KIND_NHV_PERMIT, "unit", KIND_UNIT},
    {KIND_AGREEMENT_LINE, "agreement", KIND_AGREEMENT},
    {KIND_AGREEMENT_LINE, "unit", KIND_UNIT},
    {KIND_AGREEMENT_LINE, "service", KIND_SERVICE},
    {KIND_WAITING_TIME, "unit", KIND_UNIT},
    {KIND_WAITING_TIME, "service", KIND_SERVICE},
    {KIND_CAPACITY, "unit", KIND_UNIT},
    {KIND_CAPACITY, "service", KIND_SERVICE},
};
#define N_REFERENCES (sizeof references / sizeof references[0])

// --- what is stored ---

// The kinds that the rows' checks look at; all of them when something may be deleted.
static uint32_t needed_kinds(const struct import *import)
{
    uint32_t needed = 0;
    for (unsigned kind = KIND_NONE + 1; kind < KIND_PUT_COUNT; kind++)
        if (import->files[kind].given || import->replace)
            needed |= UINT32_C(1) << kind;
    // What refers has the larger number: from the end, a reference's own references come
    // after it.
    for (unsigned kind = KIND_PUT_COUNT - 1; kind > KIND_NONE; kind--)
        for (unsigned i = 0; i < N_REFERENCES; i++)
            if (references[i].from == kind && needed & UINT32_C(1) << kind)
                needed |= UINT32_C(1) << references[i].to;
    return needed;
}

struct fetch {
    struct state *state;
    struct buffer command;
    bool is_torn; // an entity refers to one that was added after its kind was listed
};

static int on_stored(void *arg, const struct client_stored *stored)
{
    struct fetch *fetch = arg;
    union entity entity = stored->entity;
    struct wire_command_writer writer;
    buffer_clear(&fetch->command);
    wire_command_writer_init(&writer, &fetch->command);
    int status =
        wire_command_add(&writer, CHANGE_PUT, stored->kind, &entity, ABSENT, NULL);
    wire_command_writer_close(&writer);
    if (status != STATUS_OK) {
        fetch->is_torn = true;
        return 0;
    }
    struct wire_command_reader reader;
    struct change change;
    wire_command_reader_init(&reader, buffer_slice(&fetch->command));
    CHECK(reader.source.next(&reader.source, &change) == 1);
    if (state_rehearse(fetch->state, FAR_FUTURE_MS, &change, NULL) < 0)
        fetch->is_torn = true;
    return 0;
}

// Claims take slots of the capacities that were listed before them.
static int on_claim(void *arg, const struct client_stored *stored)
{
    struct fetch *fetch = arg;
    const struct claim *claim = &stored->entity.claim;
    struct state_slots slots;
    buffer_clear(&fetch->command);
    wire_encode_key(WIRE_LOG, &shape_claim, claim, &fetch->command);
    size_t key_len = fetch->command.len;
    if (state_find(fetch->state, KIND_CLAIM, buffer_slice(&fetch->command)))
        return 0; // it was held, and confirmed since
    if (!state_slots(fetch->state, claim->capacity, &slots) ||
        slots.free < claim->slots) {
        fetch->is_torn = true;
        return 0;
    }
    buffer_clear(&fetch->command);
    wire_record_encode(KIND_CLAIM, &stored->entity, &fetch->command);
    struct change change = {
        .op = CHANGE_PUT,
        .kind = KIND_CLAIM,
        .expected_revision = ABSENT,
        .record = buffer_slice(&fetch->command),
        .key_len = (uint16_t)key_len,
        .entity = stored->entity,
    };
    CHECK(state_rehearse(fetch->state, FAR_FUTURE_MS, &change, NULL) == 1);
    return 0;
}

// Those that take slots. 0 or the exit code.
static int fetch_claims(const struct import *import, struct fetch *fetch)
{
    static const enum claim_state live[] = {CLAIM_HELD, CLAIM_CONFIRMED};
    for (unsigned i = 0; i < sizeof live / sizeof live[0]; i++) {
        struct claim_list_request filter;
        struct vardsok_error error;
        shape_clear(&shape_claim_list_request, &filter);
        filter.state = live[i];
        if (client_claim_list(import->cli->connection, &filter, import->cli->timeout_ms,
                              on_claim, fetch, &error) != 0)
            return cli_error(import->cli, &error);
    }
    return 0;
}

static int fetch_once(struct import *import, struct fetch *fetch)
{
    uint32_t needed = needed_kinds(import);
    for (unsigned kind = KIND_NONE + 1; kind < KIND_PUT_COUNT; kind++) {
        struct vardsok_error error;
        if (!(needed & UINT32_C(1) << kind))
            continue;
        if (client_list(import->cli->connection, (enum kind)kind, import->cli->timeout_ms,
                        on_stored, fetch, &error) != 0)
            return cli_error(import->cli, &error);
    }
    return needed & UINT32_C(1) << KIND_CAPACITY ? fetch_claims(import, fetch) : 0;
}

// The kinds are listed one after the other while others may write: a copy in which
// something is missing is made again.
static int fetch_stored(struct import *import)
{
    int exit_code = 0;
    struct fetch fetch = {.is_torn = true};
    for (int i = 0; i < FETCH_TRIES && fetch.is_torn && exit_code == 0; i++) {
        if (fetch.state)
            state_free(fetch.state);
        fetch.state = state_new(wire_record_decode, wire_record_encode);
        fetch.is_torn = false;
        exit_code = fetch_once(import, &fetch);
    }
    buffer_free(&fetch.command);
    import->state = fetch.state;
    return exit_code;
}

// --- rows ---

static bool is_stored(const struct import *import, enum kind kind, struct slice id)
{
    char key[2 + ID_MAX_LEN] = {1 << 3 | 2, (char)id.len}; // field 1, a text
    CHECK(id.len <= ID_MAX_LEN);
    memcpy(key + 2, id.data, id.len);
    return state_find(import->state, kind, (struct slice){key, 2 + id.len}) != NULL;
}

// Every reference of the row that leads nowhere; the rules themselves would name the
// first alone.
static bool refuse_references(struct import *import, enum kind kind, struct row *row,
                              const struct change *change)
{
    bool refused = false;
    for (unsigned i = 0; i < N_REFERENCES; i++) {
        const struct reference *reference = &references[i];
        if (reference->from != kind)
            continue;
        const struct field *field =
            shape_find(entity_shape(kind), slice_from(reference->field));
        struct slice id = field_get_slice(field, &change->entity);
        if (id.data == NULL || is_stored(import, reference->to, id))
            continue;
        const struct import_file *file = &import->files[reference->to];
        struct refusal refusal;
        refuse(&refusal, STATUS_FAILED_PRECONDITION, REASON_UNKNOWN_REFERENCE,
               reference->field, "no %s %.*s is stored%s%s%s",
               entity_kind_name(reference->to), (int)id.len, id.data,
               file->has_unread_rows ? " (" : "", file->has_unread_rows ? file->name : "",
               file->has_unread_rows ? " has refused rows)" : "");
        import_refuse_row(import, kind, row, &refusal);
        refused = true;
    }
    return refused;
}

static void check_row(struct import *import, enum kind kind, struct row *row,
                      int64_t now_ms)
{
    struct change change;
    struct refusal refusal;
    import_row_change(import, row, &change);
    if (refuse_references(import, kind, row, &change))
        return;
    bool is_new = state_find(import->state, kind,
                             (struct slice){change.record.data, change.key_len}) == NULL;
    int status = state_rehearse(import->state, now_ms, &change, &refusal);
    if (status == 1) {
        row->state = is_new ? ROW_ADDED : ROW_CHANGED;
        import->n_to_write++;
    } else if (status == 0) {
        row->state = ROW_EQUAL;
        import->n_equal++;
    } else if (refusal.reason == REASON_OLDER_OBSERVATION) {
        row->state = ROW_SKIPPED;
        import->n_skipped++;
        text_print(stderr, import->cli->language, TEXT_IMPORT_SKIPPED,
                   import->files[kind].name, row->line);
    } else {
        import_refuse_row(import, kind, row, &refusal);
    }
}

static void check_rows(struct import *import, int64_t now_ms)
{
    uint32_t done = 0;
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT; kind++) {
        struct import_file *file = &import->files[kind];
        for (uint32_t i = 0; i < file->n_rows; i++) {
            if (file->rows[i].state == ROW_READ)
                check_row(import, (enum kind)kind, &file->rows[i], now_ms);
            if (++done % PROGRESS_EVERY == 0)
                import_progress(import, TEXT_PROGRESS_CHECK, done, import->n_rows);
        }
    }
    import_progress(import, TEXT_PROGRESS_CHECK, 1, 1);
}

// --- deletes ---

static int compare_key(const void *wanted, const void *one)
{
    return slice_compare(*(const struct slice *)wanted,
                         ((const struct row_key *)one)->key);
}

static void add_delete(struct import *import, const struct record_view *record,
                       int64_t now_ms)
{
    enum kind kind = record->kind;
    union entity entity;
    struct change change;
    struct refusal refusal;
    wire_record_decode(record, &entity);
    import_add_row(import, kind, 0, CHANGE_DELETE, &entity);
    struct row *row = &import->files[kind].rows[import->files[kind].n_rows - 1];
    import_row_change(import, row, &change);
    if (state_rehearse(import->state, now_ms, &change, &refusal) < 0) {
        struct slice name = entity_describe(kind, &entity, &import->cli->arena);
        struct refusal named;
        refuse(&named, refusal.status, refusal.reason, refusal.field, "%.*s: %s",
               (int)name.len, name.data, refusal.message);
        import_refuse_row(import, kind, row, &named);
    } else {
        import->n_to_delete++;
    }
}

// What is stored and no row names. The rows that a reader refused have no key that we
// know: then nothing of the kind is deleted.
static void check_deletes(struct import *import, int64_t now_ms)
{
    for (int kind = KIND_PUT_COUNT - 1; kind > KIND_NONE; kind--) {
        struct import_file *file = &import->files[kind];
        if (!import->replace || !file->given || file->has_unread_rows)
            continue;
        struct buffer after = {0};
        struct record_view view = {0};
        const struct record *record;
        while ((record = state_next(import->state, (enum kind)kind,
                                    after.data ? buffer_slice(&after) : SLICE_ABSENT)) !=
               NULL) {
            record_view_set(&view, record);
            struct slice key = record_view_key(&view);
            buffer_clear(&after);
            buffer_append_slice(&after, key); // the record goes away with its delete
            if (file->n_keys == 0 || bsearch(&key, file->keys, file->n_keys,
                                             sizeof *file->keys, compare_key) == NULL)
                add_delete(import, &view, now_ms);
        }
        record_view_close(&view);
        buffer_free(&after);
    }
}

int import_check(struct import *import)
{
    int exit_code = fetch_stored(import);
    if (exit_code != 0)
        return exit_code;
    int64_t now_ms = time_now_ms();
    check_rows(import, now_ms);
    check_deletes(import, now_ms);
    return 0;
}
