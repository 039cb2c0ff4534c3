// SPDX-License-Identifier: Apache-2.0
#include "lib/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

#define NOON INT64_C(1790000000000)

void directory_init(struct directory *directory)
{
    *directory = (struct directory){
        .state = state_new(wire_record_decode, wire_record_encode),
        .services = malloc(DIRECTORY_MAX * sizeof *directory->services),
        .mappings = malloc(DIRECTORY_MAX * sizeof *directory->mappings),
    };
    CHECK(directory->services && directory->mappings);
    wire_command_writer_init(&directory->writer, &directory->command);
}

void directory_close(struct directory *directory)
{
    wire_command_writer_close(&directory->writer);
    state_free(directory->state);
    free(directory->services);
    free(directory->mappings);
    buffer_free(&directory->command);
}

void directory_add(struct directory *directory, enum change_op op, enum kind kind,
                   const union entity *entity)
{
    union entity copy = *entity;
    struct refusal refusal;
    int status = wire_command_add(&directory->writer, op, kind, &copy, ABSENT, &refusal);
    if (status != 0)
        fprintf(stderr, "%s: %s\n", refusal.field, refusal.message);
    CHECK(status == 0);
}

int directory_apply(struct directory *directory)
{
    struct command_header header = {.sequence = state_revision(directory->state) + 1,
                                    .time_ms = NOON};
    struct wire_command_reader reader;
    struct outcome outcome;
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(NOON >> (40 - 8 * i));
    header.request_id[6] = 0x70;
    directory->n_requests++;
    memcpy(header.request_id + 8, &directory->n_requests, 8);
    wire_command_writer_close(&directory->writer);
    wire_command_reader_init(&reader, buffer_slice(&directory->command));
    state_apply(directory->state, &header, &reader.source, &outcome, NULL);
    buffer_clear(&directory->command);
    wire_command_writer_init(&directory->writer, &directory->command);
    return outcome.status;
}

static bool same_mapping(const struct mapping *a, const struct mapping *b)
{
    return slice_equal(a->system, b->system) && slice_equal(a->version, b->version) &&
           slice_equal(a->code, b->code);
}

static void note_service(struct directory *directory, bool is_put,
                         const struct service *service)
{
    size_t at = 0;
    while (at < directory->n_services &&
           !slice_equal(directory->services[at].code, service->code))
        at++;
    if (!is_put)
        directory->services[at] = directory->services[--directory->n_services];
    else
        directory->services[at] = *service;
    if (is_put && at == directory->n_services)
        directory->n_services++;
    CHECK(directory->n_services < DIRECTORY_MAX);
}

static void note_mapping(struct directory *directory, bool is_put,
                         const struct mapping *mapping)
{
    size_t at = 0;
    while (at < directory->n_mappings && !same_mapping(&directory->mappings[at], mapping))
        at++;
    if (!is_put)
        directory->mappings[at] = directory->mappings[--directory->n_mappings];
    else
        directory->mappings[at] = *mapping;
    if (is_put && at == directory->n_mappings)
        directory->n_mappings++;
    CHECK(directory->n_mappings < DIRECTORY_MAX);
}

void directory_note(struct directory *directory, enum change_op op, enum kind kind,
                    const union entity *entity)
{
    if (kind == KIND_SERVICE)
        note_service(directory, op == CHANGE_PUT, &entity->service);
    else
        note_mapping(directory, op == CHANGE_PUT, &entity->mapping);
}

static void split(const char *text, struct text_list *list)
{
    while (text && *text) {
        size_t len = strcspn(text, "|");
        list->items[list->n++] = (struct slice){text, len};
        text += len + (text[len] == '|');
    }
}

union entity directory_service(const char *code, const char *name_sv, const char *name_en,
                               const char *synonyms, const char *area)
{
    union entity entity;
    shape_clear(&shape_service, &entity);
    entity.service.code = slice_from(code);
    entity.service.system = slice_from("KVA");
    entity.service.version = slice_from("2026");
    entity.service.name_sv = slice_from(name_sv);
    entity.service.name_en = slice_from(name_en);
    entity.service.area = slice_from(area);
    entity.service.guarantee = GUARANTEE_NONE;
    split(synonyms, &entity.service.synonyms);
    return entity;
}

// --- comparing ---

static struct slice key_of(const struct record *record, unsigned number)
{
    return record ? record_key_text(record, number) : slice_from("");
}

static bool same_hit(const struct search_hit *hit, const struct naive_hit *expected)
{
    if (!slice_equal(key_of(hit->service, 1), expected->service->code) ||
        hit->found_by != expected->found_by || hit->synonym != expected->synonym ||
        (hit->mapping == NULL) != (expected->mapping == NULL))
        return false;
    if (hit->mapping == NULL)
        return true;
    return slice_equal(key_of(hit->mapping, 1), expected->mapping->system) &&
           slice_equal(key_of(hit->mapping, 2), expected->mapping->version) &&
           slice_equal(key_of(hit->mapping, 3), expected->mapping->code);
}

static void tell(const struct search_hit *hit, const struct naive_hit *expected)
{
    struct slice code = key_of(hit->service, 1);
    fprintf(stderr, "  found %.*s %s synonym %d, wanted %.*s %s %u synonym %d\n",
            (int)code.len, code.data, found_by_names[hit->found_by], hit->synonym,
            (int)expected->service->code.len, expected->service->code.data,
            found_by_names[expected->found_by], expected->degree, expected->synonym);
}

size_t directory_compare(const struct directory *directory, struct slice text,
                         uint32_t limit, const char *where)
{
    struct naive_directory naive = {directory->services, directory->n_services,
                                    directory->mappings, directory->n_mappings};
    struct naive_hit *expected = malloc((naive.n_services + 1) * sizeof *expected);
    struct search_result result;
    struct arena arena = {0};
    struct refusal refusal;
    CHECK(expected);
    size_t n = naive_search(&naive, text, expected);
    int status = search_find(directory->state, text, limit, &arena, &result, &refusal);
    CHECK(status == 0);
    bool same = result.n_found == n && result.n == (n < limit ? n : limit);
    if (!same)
        fprintf(stderr, "%s: \"%.*s\" gives %u of %u, wanted %zu\n", where, (int)text.len,
                text.data, result.n, result.n_found, n);
    for (uint32_t i = 0; same && i < result.n; i++) {
        same = same_hit(&result.hits[i], &expected[i]);
        if (!same)
            fprintf(stderr, "%s: \"%.*s\", hit %u\n", where, (int)text.len, text.data, i);
        if (!same)
            tell(&result.hits[i], &expected[i]);
    }
    CHECK(same);
    arena_free(&arena);
    free(expected);
    return n;
}
