// SPDX-License-Identifier: Apache-2.0
#include "domain/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/record.h"

// --- row tables ---

struct row *rows_find(const struct row_table *table, struct slice id)
{
    char bytes[RECORD_TEXT_KEY_MAX];
    struct slice key = record_text_key(bytes, id);
    struct row *row = NULL;
    if (key.data)
        HASH_FIND(hh, table->by_key, key.data, key.len, row);
    return row;
}

// The handle given back last comes first, so that undoing changes, newest first, brings
// every row back under its handle: records name rows by it.
static uint32_t take_handle(struct row_table *table)
{
    if (table->n_free > 0)
        return table->free_handles[--table->n_free];
    if (table->n_handles == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 64;
        table->by_handle =
            realloc(table->by_handle, table->capacity * sizeof(struct row *));
        CHECK(table->by_handle);
    }
    return table->n_handles++;
}

static void give_handle(struct row_table *table, uint32_t handle)
{
    if (table->n_free == table->free_capacity) {
        table->free_capacity = table->free_capacity ? table->free_capacity * 2 : 64;
        table->free_handles =
            realloc(table->free_handles, table->free_capacity * sizeof(uint32_t));
        CHECK(table->free_handles);
    }
    table->by_handle[handle] = NULL;
    table->free_handles[table->n_free++] = handle;
}

static struct row *add_row(struct row_table *table, const struct row_change *change)
{
    struct row *row = calloc(1, sizeof *row);
    CHECK(row && change->new);
    row->record = change->new;
    row->area = MATCH_NONE;
    row->handle = take_handle(table);
    table->by_handle[row->handle] = row;
    const char *key =
        record_tail(change->new, 1).data; // not change->key: it must live on
    HASH_ADD_KEYPTR(hh, table->by_key, key, change->key.len, row);
    return row;
}

static struct row *find_changed_row(const struct row_table *table,
                                    const struct row_change *change)
{
    struct row *row = NULL;
    HASH_FIND(hh, table->by_key, change->key.data, change->key.len, row);
    CHECK(row);
    return row;
}

static void remove_row(struct row_table *table, struct row *row)
{
    CHECK(row->n_refs == 0);
    HASH_DELETE(hh, table->by_key, row);
    give_handle(table, row->handle);
    free(row);
}

// The row after a put, with its record; NULL after a delete, when it has been removed.
static struct row *follow_row(struct row_table *table, const struct row_change *change)
{
    if (change->old == NULL)
        return add_row(table, change);
    struct row *row = find_changed_row(table, change);
    if (change->new == NULL)
        return NULL;
    row->record = change->new;
    row->hh.key =
        record_tail(change->new, 1).data; // the same bytes, in memory that lives on
    return row;
}

static void free_table(struct row_table *table)
{
    HASH_CLEAR(hh, table->by_key);
    for (uint32_t i = 0; i < table->n_handles; i++)
        free(table->by_handle[i]);
    free(table->by_handle);
    free(table->free_handles);
    *table = (struct row_table){0};
}

// --- counts of references ---

static void count(struct row_table *table, struct slice id, bool up)
{
    if (id.data == NULL)
        return;
    struct row *row = rows_find(table, id);
    CHECK(row && (up || row->n_refs > 0));
    row->n_refs += up ? 1 : UINT32_MAX;
}

static void count_refs(struct rows *rows, enum kind kind, const union entity *entity,
                       bool up)
{
    switch (kind) {
    case KIND_SERVICE:
        count(&rows->areas, entity->service.nhv_area, up);
        break;
    case KIND_MAPPING:
        count(&rows->services, entity->mapping.service, up);
        break;
    case KIND_NHV_PERMIT:
        count(&rows->areas, entity->nhv_permit.area, up);
        count(&rows->units, entity->nhv_permit.unit, up);
        break;
    case KIND_AGREEMENT_LINE:
        count(&rows->agreements, entity->agreement_line.agreement, up);
        count(&rows->units, entity->agreement_line.unit, up);
        count(&rows->services, entity->agreement_line.service, up);
        break;
    case KIND_WAITING_TIME:
        count(&rows->units, entity->waiting_time.unit, up);
        count(&rows->services, entity->waiting_time.service, up);
        break;
    case KIND_CAPACITY:
        count(&rows->units, entity->capacity.unit, up);
        count(&rows->services, entity->capacity.service, up);
        break;
    default:
        break;
    }
}

// --- codings ---

static bool text_is(const char *text, struct slice slice)
{
    return slice_equal(slice_from(text), slice);
}

static struct coding *find_coding(const struct rows *rows, struct slice system,
                                  struct slice version)
{
    for (uint32_t i = 0; i < rows->n_codings; i++)
        if (text_is(rows->codings[i].system, system) &&
            text_is(rows->codings[i].version, version))
            return &rows->codings[i];
    return NULL;
}

static void copy_text(char out[ID_MAX_LEN + 1], struct slice text)
{
    CHECK(text.len <= ID_MAX_LEN);
    memcpy(out, text.data, text.len);
    out[text.len] = '\0';
}

static void count_coding(struct rows *rows, struct slice system, struct slice version,
                         bool up)
{
    struct coding *coding = find_coding(rows, system, version);
    if (up && coding == NULL) {
        if (rows->n_codings == rows->codings_capacity) {
            rows->codings_capacity =
                rows->codings_capacity ? rows->codings_capacity * 2 : 16;
            rows->codings =
                realloc(rows->codings, rows->codings_capacity * sizeof *rows->codings);
            CHECK(rows->codings);
        }
        coding = &rows->codings[rows->n_codings++];
        coding->n_refs = 0;
        copy_text(coding->system, system);
        copy_text(coding->version, version);
    }
    CHECK(coding);
    coding->n_refs += up ? 1 : UINT32_MAX;
    if (coding->n_refs == 0)
        *coding = rows->codings[--rows->n_codings];
}

static void count_codings(struct rows *rows, enum kind kind, const union entity *entity,
                          bool up)
{
    if (kind == KIND_SERVICE)
        count_coding(rows, entity->service.system, entity->service.version, up);
    else if (kind == KIND_MAPPING)
        count_coding(rows, entity->mapping.system, entity->mapping.version, up);
}

const char *rows_newest_version(const struct rows *rows, struct slice system)
{
    const char *newest = NULL;
    for (uint32_t i = 0; i < rows->n_codings; i++) {
        const struct coding *coding = &rows->codings[i];
        if (text_is(coding->system, system) &&
            (newest == NULL || strcmp(coding->version, newest) > 0))
            newest = coding->version;
    }
    return newest;
}

bool rows_has_version(const struct rows *rows, struct slice system, struct slice version)
{
    return find_coding(rows, system, version) != NULL;
}

// --- guarantee limits ---

static bool same_limit(const struct guarantee_limit *a, const struct guarantee_limit *b)
{
    return a->guarantee == b->guarantee && a->region == b->region &&
           a->valid_from == b->valid_from;
}

static void change_limit(struct rows *rows, const struct row_change *change)
{
    if (change->old) {
        uint32_t at = 0;
        while (!same_limit(&rows->limits[at], &change->old_entity->guarantee_limit))
            at++;
        rows->limits[at] = rows->limits[--rows->n_limits];
    }
    if (change->new) {
        rows->limits =
            realloc(rows->limits, (rows->n_limits + 1) * sizeof(struct guarantee_limit));
        CHECK(rows->limits);
        rows->limits[rows->n_limits++] = change->new_entity->guarantee_limit;
    }
}

// --- entities to what the index knows of them ---

static int32_t date_or(int64_t days, int32_t absent)
{
    return days == ABSENT ? absent : (int32_t)days;
}

static int16_t days_or_absent(int64_t days)
{
    return days == ABSENT ? MATCH_DAYS_ABSENT : (int16_t)days;
}

static uint16_t bound16(int64_t bound, uint16_t absent)
{
    return bound == ABSENT ? absent : (uint16_t)bound;
}

static struct match_terms match_terms_of(const struct terms *terms)
{
    return (struct match_terms){
        .weight_min = bound16(terms->weight_min, 0),
        .weight_max = bound16(terms->weight_max, UINT16_MAX),
        .bmi_min = bound16(terms->bmi_min, 0),
        .bmi_max = bound16(terms->bmi_max, UINT16_MAX),
        .age_min = terms->age_min == ABSENT ? 0 : (uint8_t)terms->age_min,
        .age_max = terms->age_max == ABSENT ? UINT8_MAX : (uint8_t)terms->age_max,
        .asa_max = terms->asa_max == ABSENT ? 6 : (uint8_t)terms->asa_max,
        .sex = terms->sex == ABSENT || terms->sex == SEX_ANY ? 0 : (uint8_t)terms->sex,
        .has_conditions = terms->conditions.n > 0,
    };
}

// Bytes of a unit's record that hold fields 1-4, which are a UnitSummary.
static uint16_t summary_len(const struct record *record)
{
    return (uint16_t)(record_tail(record, 1).len - record_tail(record, 5).len);
}

static void change_area(struct rows *rows, const struct row_change *change)
{
    if (follow_row(&rows->areas, change) == NULL)
        remove_row(&rows->areas, find_changed_row(&rows->areas, change));
}

static void search_service(struct rows *rows, const struct row_change *change,
                           uint32_t handle)
{
    if (change->old)
        search_service_remove(&rows->search, handle, &change->old_entity->service);
    if (change->new)
        search_service_add(&rows->search, handle, &change->new_entity->service);
}

static void change_service(struct rows *rows, const struct row_change *change)
{
    struct row *row = follow_row(&rows->services, change);
    search_service(rows, change,
                   (row ? row : find_changed_row(&rows->services, change))->handle);
    if (row == NULL) {
        row = find_changed_row(&rows->services, change);
        match_index_remove_service(rows->index, row->handle);
        remove_row(&rows->services, row);
        return;
    }
    const struct service *service = &change->new_entity->service;
    const struct row *area = rows_find(&rows->areas, service->nhv_area);
    row->area = area ? area->handle : MATCH_NONE;
    row->guarantee = (uint8_t)service->guarantee;
    match_index_set_service(rows->index, row->handle, row->area);
}

static void change_unit(struct rows *rows, const struct row_change *change)
{
    struct row *row = follow_row(&rows->units, change);
    if (row == NULL) {
        row = find_changed_row(&rows->units, change);
        match_index_remove_unit(rows->index, row->handle);
        remove_row(&rows->units, row);
        return;
    }
    const struct unit *unit = &change->new_entity->unit;
    row->region = (uint8_t)unit->region;
    row->summary_len = summary_len(change->new);
    bool has_position = unit->latitude != ABSENT;
    match_index_set_unit(rows->index, row->handle,
                         &(struct match_unit){
                             .id = row_id(row),
                             .region = (uint8_t)unit->region,
                             .active = unit->active != 0,
                             .has_position = has_position,
                             .position = {has_position ? (int32_t)unit->latitude : 0,
                                          has_position ? (int32_t)unit->longitude : 0},
                         });
}

static void change_agreement(struct rows *rows, const struct row_change *change)
{
    struct row *row = follow_row(&rows->agreements, change);
    if (row == NULL) {
        row = find_changed_row(&rows->agreements, change);
        match_index_remove_agreement(rows->index, row->handle);
        remove_row(&rows->agreements, row);
        return;
    }
    const struct agreement *agreement = &change->new_entity->agreement;
    row->region = (uint8_t)agreement->owner_region;
    uint32_t callers = agreement->callers == ABSENT ? 0 : (uint32_t)agreement->callers;
    match_index_set_agreement(
        rows->index, row->handle,
        &(struct match_agreement){
            .valid_from = date_or(agreement->valid_from, MATCH_DATE_MIN),
            .valid_to = date_or(agreement->valid_to, MATCH_DATE_MAX),
            .parties = callers | UINT32_C(1) << agreement->owner_region,
            .suspended = agreement->suspended == 1,
        });
}

static uint32_t handle_of(const struct row_table *table, struct slice id)
{
    const struct row *row = rows_find(table, id);
    CHECK(row);
    return row->handle;
}

static void change_mapping(struct rows *rows, const struct row_change *change)
{
    if (change->old) {
        const struct mapping *old = &change->old_entity->mapping;
        search_mapping_remove(&rows->search, handle_of(&rows->services, old->service),
                              old->code, change->old);
    }
    if (change->new) {
        const struct mapping *new = &change->new_entity->mapping;
        search_mapping_add(&rows->search, handle_of(&rows->services, new->service),
                           new->code, change->new);
    }
}

static void change_line(struct rows *rows, const struct row_change *change)
{
    const struct agreement_line *line = change->new ? &change->new_entity->agreement_line
                                                    : &change->old_entity->agreement_line;
    uint32_t service = handle_of(&rows->services, line->service);
    uint32_t unit = handle_of(&rows->units, line->unit);
    if (change->old)
        match_index_remove_line(rows->index, service, unit, change->old);
    if (change->new)
        match_index_add_line(
            rows->index, service, unit,
            &(struct match_line){
                .record = change->new,
                .price = line->price == ABSENT ? MATCH_PRICE_ABSENT : line->price,
                .agreement = handle_of(&rows->agreements, line->agreement),
                .lead_days = days_or_absent(line->lead_days),
                .terms = match_terms_of(&line->terms),
            });
}

static void change_waiting(struct rows *rows, const struct row_change *change)
{
    const struct waiting_time *time = change->new ? &change->new_entity->waiting_time
                                                  : &change->old_entity->waiting_time;
    uint32_t service = handle_of(&rows->services, time->service);
    uint32_t unit = handle_of(&rows->units, time->unit);
    struct match_waiting waiting = {
        .observed_on = (int32_t)time->observed_on,
        .forecast_until = date_or(time->forecast_until, MATCH_DATE_MIN),
        .current_days = days_or_absent(time->current_days),
        .forecast_days = days_or_absent(time->forecast_days),
        .statistic = time->statistic == ABSENT ? 0 : (uint8_t)time->statistic,
    };
    match_index_set_waiting(rows->index, service, unit, change->new ? &waiting : NULL);
}

static void add_capacity(struct rows *rows, const struct row_change *change)
{
    const struct capacity *capacity = &change->new_entity->capacity;
    struct claimed *claimed = live_find(&rows->live, capacity->id);
    if (claimed)
        claimed_set(claimed, change->new);
    uint32_t slots = (uint32_t)capacity->slots;
    match_index_add_capacity(
        rows->index, handle_of(&rows->services, capacity->service),
        handle_of(&rows->units, capacity->unit),
        &(struct match_capacity){
            .record = change->new,
            .price = capacity->price == ABSENT ? MATCH_PRICE_ABSENT : capacity->price,
            .id = record_key_text(change->new, 1),
            .window_start = (int32_t)capacity->window_start,
            .window_end = (int32_t)capacity->window_end,
            .book_by = date_or(capacity->book_by, MATCH_DATE_MAX),
            .open_to = (uint32_t)capacity->open_to,
            .free = claimed ? claimed_free(claimed) : slots,
            .terms = match_terms_of(&capacity->terms),
        });
}

static void change_capacity(struct rows *rows, const struct row_change *change)
{
    if (change->old) {
        const struct capacity *old = &change->old_entity->capacity;
        match_index_remove_capacity(rows->index, handle_of(&rows->services, old->service),
                                    handle_of(&rows->units, old->unit), change->old);
    }
    if (change->new)
        add_capacity(rows, change);
}

static void change_claim(struct rows *rows, const struct row_change *change)
{
    if (change->old && claim_is_live(&change->old_entity->claim))
        live_remove(rows, &change->old_entity->claim);
    if (change->new &&claim_is_live(&change->new_entity->claim))
        live_add(rows, &change->new_entity->claim);
}

static void change_permit(struct rows *rows, const struct row_change *change)
{
    const struct nhv_permit *permit =
        change->new ? &change->new_entity->nhv_permit : &change->old_entity->nhv_permit;
    if (permit->unit.data == NULL)
        return; // shown, but no candidate
    uint32_t area = handle_of(&rows->areas, permit->area);
    uint32_t unit = handle_of(&rows->units, permit->unit);
    if (change->old)
        match_index_remove_permit(rows->index, area, unit, change->old);
    if (change->new)
        match_index_add_permit(
            rows->index, area, unit,
            &(struct match_permit){
                .record = change->new,
                .in_force_from = (int32_t)permit->in_force_from,
                .in_force_to = date_or(permit->in_force_to, MATCH_DATE_MAX),
                .has_scope = permit->scope.data != NULL,
            });
}

static void change_setting(struct rows *rows, const struct row_change *change)
{
    int32_t days = SETTING_MAX_AGE_DAYS_DEFAULT;
    if (change->new) {
        struct slice value = change->new_entity->setting.value;
        days = 0;
        for (size_t i = 0; i < value.len; i++)
            days = days * 10 + (value.data[i] - '0');
    }
    match_index_set_max_age(rows->index, days);
}

void rows_apply(struct rows *rows, const struct row_change *change)
{
    if (change->new)
        count_refs(rows, change->kind, change->new_entity, true);
    if (change->new)
        count_codings(rows, change->kind, change->new_entity, true);
    switch (change->kind) {
    case KIND_NHV_AREA:
        change_area(rows, change);
        break;
    case KIND_SERVICE:
        change_service(rows, change);
        break;
    case KIND_MAPPING:
        change_mapping(rows, change);
        break;
    case KIND_UNIT:
        change_unit(rows, change);
        break;
    case KIND_NHV_PERMIT:
        change_permit(rows, change);
        break;
    case KIND_AGREEMENT:
        change_agreement(rows, change);
        break;
    case KIND_AGREEMENT_LINE:
        change_line(rows, change);
        break;
    case KIND_WAITING_TIME:
        change_waiting(rows, change);
        break;
    case KIND_CAPACITY:
        change_capacity(rows, change);
        break;
    case KIND_CLAIM:
        change_claim(rows, change);
        break;
    case KIND_GUARANTEE_LIMIT:
        change_limit(rows, change);
        break;
    case KIND_SETTING:
        change_setting(rows, change);
        break;
    default: // regions and municipalities are only records
        break;
    }
    if (change->old)
        count_refs(rows, change->kind, change->old_entity, false);
    if (change->old)
        count_codings(rows, change->kind, change->old_entity, false);
}

// agreement/unit/service[/variant] of two lines of one (unit, service), bytewise on the
// whole id:
// '/' after the shorter agreement id counts as a byte of it.
static int compare_lines(const void *record_a, const void *record_b)
{
    struct slice a_texts[4], b_texts[4];
    record_key_texts(record_a, 4, a_texts);
    record_key_texts(record_b, 4, b_texts);
    struct slice a = a_texts[0], b = b_texts[0];
    size_t n = a.len < b.len ? a.len : b.len;
    int order = memcmp(a.data, b.data, n);
    if (order == 0 && a.len != b.len)
        return a.len < b.len ? '/' - (unsigned char)b.data[n]
                             : (unsigned char)a.data[n] - '/';
    if (order != 0)
        return order;
    return slice_compare(a_texts[3], b_texts[3]);
}

void rows_init(struct rows *rows, const struct sorted *capacities)
{
    *rows = (struct rows){.index = match_index_new(compare_lines)};
    rows->live.capacities = capacities;
    match_index_set_max_age(rows->index, SETTING_MAX_AGE_DAYS_DEFAULT);
    match_index_settle(
        rows->index); // an empty state may be asked before its first change
}

void rows_close(struct rows *rows)
{
    match_index_free(rows->index);
    free_table(&rows->services);
    free_table(&rows->units);
    free_table(&rows->agreements);
    free_table(&rows->areas);
    live_close(&rows->live);
    search_index_close(&rows->search);
    free(rows->codings);
    free(rows->limits);
}

static uint64_t table_bytes(const struct row_table *table)
{
    return (table->n_handles - table->n_free) * sizeof(struct row) +
           table->capacity * sizeof(struct row *) +
           table->free_capacity * sizeof(uint32_t);
}

uint64_t rows_bytes(const struct rows *rows)
{
    return table_bytes(&rows->services) + table_bytes(&rows->units) +
           table_bytes(&rows->agreements) + table_bytes(&rows->areas) +
           live_bytes(&rows->live) + rows->search.bytes;
}
