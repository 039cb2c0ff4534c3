// SPDX-License-Identifier: Apache-2.0
//
// The search against the naive one: on random directories that change, with refused
// batches between, and on the national code lists. How much: PROPERTY_SEARCHES (default
// 2,000), from PROPERTY_SEED (default 1).
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "csv/csv.h"
#include "lib/directory.h"
#include "sim/random.h"

#define SEARCHES_PER_WORLD 200
#define SEARCHES_PER_BATCH 5
#define POOL 40 // words that a world is made of
#define TEXT_MAX 220

struct world {
    struct directory directory;
    struct sim_random random;
    struct arena arena;
    struct slice pool[POOL];
    uint64_t seed;
};

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text ? atoll(text) : otherwise;
}

// --- random texts ---

// Few letters, so that words meet; those that fold, those with marks, those with none.
static const char *const letters[] = {
    "a",         "a",         "b",         "o", "e", "s", "t",        "å",
    "ä",         "ö",         "é",         "ü", "A", "Ö", "É",        "1",
    "o\xcc\x88", "a\xcc\x8a", "e\xcc\x81", "ø", "Æ", "ß", "\xc2\xad", "ł",
};
#define N_LETTERS ((int64_t)(sizeof letters / sizeof *letters))

// More at the end of a text of TEXT_MAX bytes; what has no room is left out.
static void append(char *text, const char *more)
{
    size_t len = strlen(text);
    if (len + strlen(more) < TEXT_MAX)
        snprintf(text + len, TEXT_MAX - len, "%s", more);
}

static const char *random_letter(struct world *world)
{
    // Mostly plain ones.
    return letters[sim_below(&world->random,
                             sim_chance(&world->random, 85) ? 10 : N_LETTERS)];
}

static struct slice random_word(struct world *world)
{
    char text[TEXT_MAX] = "";
    int64_t n = sim_between(&world->random, 1, sim_chance(&world->random, 30) ? 12 : 6);
    for (int64_t i = 0; i < n; i++)
        append(text, random_letter(world));
    return arena_copy(&world->arena, slice_from(text));
}

static struct slice pool_word(struct world *world)
{
    return world->pool[sim_below(&world->random, POOL)];
}

// Words of the pool with something between.
static const char *random_text(struct world *world, int64_t most)
{
    static const char *const between[] = {" ", " ", "-", " – ", ", ", "/", "  "};
    char text[TEXT_MAX] = "";
    int64_t n = sim_between(&world->random, 1, most);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0)
            append(text, between[sim_below(&world->random, 7)]);
        append(text, pool_word(world).data);
    }
    return arena_printf(&world->arena, "%s", text).data;
}

static void make_pool(struct world *world)
{
    for (int i = 0; i < POOL; i++) {
        struct slice word = random_word(world);
        if (i > 4 && sim_chance(&world->random, 30)) // a compound
            word = arena_printf(&world->arena, "%.*s%.*s", (int)word.len, word.data,
                                (int)world->pool[i - 1].len, world->pool[i - 1].data);
        world->pool[i] = arena_printf(&world->arena, "%.*s", (int)word.len, word.data);
    }
}

// --- random changes ---

static const char *random_code(struct world *world)
{
    static const char *const starts[] = {"A", "AB", "b", "ab-", "NFB", "1"};
    return arena_printf(&world->arena, "%s%d", starts[sim_below(&world->random, 6)],
                        (int)sim_below(&world->random, 20))
        .data;
}

static union entity random_service(struct world *world)
{
    char synonyms[TEXT_MAX] = "";
    for (int64_t i = sim_below(&world->random, 4); i > 0; i--) {
        append(synonyms, synonyms[0] ? "|" : "");
        append(synonyms, random_text(world, 1));
    }
    const char *kept = arena_printf(&world->arena, "%s", synonyms).data;
    const char *name_en = sim_chance(&world->random, 50) ? random_text(world, 3) : NULL;
    return directory_service(random_code(world), random_text(world, 3), name_en, kept,
                             sim_chance(&world->random, 50) ? random_text(world, 2)
                                                            : NULL);
}

static union entity random_mapping(struct world *world, bool *possible)
{
    union entity entity;
    size_t n = world->directory.n_services;
    shape_clear(&shape_mapping, &entity);
    entity.mapping.system = slice_from(sim_chance(&world->random, 50) ? "MVO" : "OLD");
    entity.mapping.version = slice_from(sim_chance(&world->random, 50) ? "1" : "2");
    entity.mapping.code = slice_from(random_code(world));
    *possible = n > 0;
    if (n > 0)
        entity.mapping.service =
            world->directory.services[sim_below(&world->random, (int64_t)n)].code;
    return entity;
}

static bool is_mapped(const struct directory *directory, struct slice code)
{
    for (size_t i = 0; i < directory->n_mappings; i++)
        if (slice_equal(directory->mappings[i].service, code))
            return true;
    return false;
}

// Fills a change that the state will take. False when there is none of the sort.
static bool random_change(struct world *world, enum change_op *op, enum kind *kind,
                          union entity *entity)
{
    struct directory *directory = &world->directory;
    bool possible = true;
    int64_t dice = sim_below(&world->random, 10);
    *op = dice < 7 ? CHANGE_PUT : CHANGE_DELETE;
    *kind = dice < 4 || dice == 7 ? KIND_SERVICE : KIND_MAPPING;
    if (*op == CHANGE_PUT)
        *entity = *kind == KIND_SERVICE ? random_service(world)
                                        : random_mapping(world, &possible);
    else if (*kind == KIND_SERVICE && directory->n_services > 0)
        entity->service =
            directory
                ->services[sim_below(&world->random, (int64_t)directory->n_services)];
    else if (*kind == KIND_MAPPING && directory->n_mappings > 0)
        entity->mapping =
            directory
                ->mappings[sim_below(&world->random, (int64_t)directory->n_mappings)];
    else
        return false;
    if (*op == CHANGE_DELETE && *kind == KIND_SERVICE)
        possible = !is_mapped(directory, entity->service.code);
    return possible;
}

// Either all of it is applied, or it ends with what cannot be and nothing is.
static void change_some(struct world *world)
{
    bool is_refused = sim_chance(&world->random, 25);
    for (int64_t i = sim_between(&world->random, 1, 6); i > 0; i--) {
        enum change_op op;
        enum kind kind;
        union entity entity;
        if (!random_change(world, &op, &kind, &entity))
            continue;
        directory_add(&world->directory, op, kind, &entity);
        if (is_refused)
            break; // the next might build upon it
        directory_note(&world->directory, op, kind, &entity);
    }
    if (is_refused) {
        union entity entity = directory_service("NOT-STORED", "x", NULL, NULL, NULL);
        directory_add(&world->directory, CHANGE_DELETE, KIND_SERVICE, &entity);
    }
    int status = directory_apply(&world->directory);
    cr_assert_eq(status, is_refused ? STATUS_NOT_FOUND : STATUS_OK, "seed %llu: %s",
                 (unsigned long long)world->seed, status_name(status));
}

// --- random searches ---

static bool is_within_letter(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

// Takes a letter away, doubles one, or puts another in.
static void misspell(struct world *world, char *text)
{
    size_t len = strlen(text);
    if (len == 0)
        return;
    size_t at = (size_t)sim_below(&world->random, (int64_t)len);
    while (is_within_letter(text[at]))
        at--;
    size_t end = at + 1;
    while (is_within_letter(text[end]))
        end++;
    const char *put = sim_chance(&world->random, 60) ? random_letter(world) : "";
    char rest[TEXT_MAX];
    snprintf(rest, sizeof rest, "%s", text + (sim_chance(&world->random, 50) ? at : end));
    text[at] = '\0';
    append(text, put);
    append(text, rest);
}

static void cut(struct world *world, char *text)
{
    size_t at = 1 + (size_t)sim_below(&world->random, (int64_t)strlen(text));
    while (is_within_letter(text[at]))
        at++;
    text[at] = '\0';
}

static struct slice random_search(struct world *world)
{
    char text[TEXT_MAX] = "";
    int64_t dice = sim_below(&world->random, 10);
    append(text, dice < 2 ? random_code(world) : random_text(world, dice < 6 ? 1 : 3));
    for (int64_t i = sim_below(&world->random, 3); i > 0; i--)
        misspell(world, text);
    if (sim_chance(&world->random, 30) && text[0])
        cut(world, text);
    if (sim_chance(&world->random, 10))
        append(text, " ");
    return arena_copy(&world->arena, slice_from(text));
}

static bool has_word(struct slice text)
{
    struct search_letters word;
    return search_word_read(&text, &word);
}

static size_t search_world(uint64_t seed, int64_t n)
{
    struct world world = {.random = {seed}, .seed = seed};
    char where[64];
    size_t n_hits = 0;
    directory_init(&world.directory);
    make_pool(&world);
    snprintf(where, sizeof where, "seed %llu", (unsigned long long)seed);
    for (int64_t i = 0; i < n; i++) {
        if (i % SEARCHES_PER_BATCH == 0)
            change_some(&world);
        struct slice text = random_search(&world);
        if (has_word(text))
            n_hits += directory_compare(
                &world.directory, text,
                (uint32_t)sim_between(&world.random, 1, SEARCH_LIMIT_MAX), where);
    }
    directory_close(&world.directory);
    arena_free(&world.arena);
    return n_hits;
}

Test(search, finds_what_plain_loops_find_in_random_directories, .timeout = 0)
{
    int64_t n = setting("PROPERTY_SEARCHES", 2000);
    uint64_t seed = (uint64_t)setting("PROPERTY_SEED", 1);
    size_t n_hits = 0;
    for (int64_t done = 0; done < n; done += SEARCHES_PER_WORLD)
        n_hits += search_world(seed++, SEARCHES_PER_WORLD);
    cr_expect_gt(n_hits, (size_t)n, "the texts find next to nothing");
}

// --- the national lists ---

struct list {
    struct directory *directory;
    enum kind kind;
};

static void on_row(void *arg, uint64_t line, union entity *entity)
{
    struct list *list = arg;
    (void)line;
    entity_normalize(list->kind, entity);
    directory_add(list->directory, CHANGE_PUT, list->kind, entity);
}

static void on_fault(void *arg, const struct csv_fault *fault)
{
    (void)arg;
    cr_assert_fail("%llu: %s: %s", (unsigned long long)fault->line, fault->column,
                   fault->message);
}

static void load_list(struct directory *directory, enum kind kind)
{
    char path[1024], bytes[4096];
    struct list list = {directory, kind};
    struct csv_events events = {on_row, on_fault, &list};
    struct csv_reader *reader = csv_reader_new(kind, &events);
    snprintf(path, sizeof path, TESTS_DIR "/../schema/codes/%s", csv_file_name(kind));
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    size_t n;
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        csv_reader_add(reader, (struct slice){bytes, n});
    fclose(file);
    cr_assert_eq(csv_reader_end(reader), 0);
    csv_reader_free(reader);
}

// The arrays from what is stored.
static void note_stored(struct directory *directory, enum kind kind)
{
    struct slice after = SLICE_ABSENT;
    const struct record *record;
    while ((record = state_next(directory->state, kind, after)) != NULL) {
        struct record_view view = {0};
        union entity entity;
        record_view_set(&view, record);
        wire_record_decode(&view, &entity);
        directory_note(directory, CHANGE_PUT, kind, &entity);
        after = record_view_key(&view);
    }
}

static void load_codes(struct directory *directory)
{
    static const enum kind kinds[] = {KIND_NHV_AREA, KIND_SERVICE, KIND_MAPPING};
    directory_init(directory);
    for (int i = 0; i < 3; i++)
        load_list(directory, kinds[i]);
    cr_assert_eq(directory_apply(directory), STATUS_OK);
    note_stored(directory, KIND_SERVICE);
    note_stored(directory, KIND_MAPPING);
    cr_assert_gt(directory->n_services, 80);
}

// A text, a beginning of it, and it with one and with two letters wrong.
static void search_around(struct world *world, struct slice text)
{
    char buffer[TEXT_MAX];
    cr_assert_lt(text.len, sizeof buffer / 2);
    for (int i = 0; i < 4; i++) {
        snprintf(buffer, sizeof buffer, "%.*s", (int)text.len, text.data);
        for (int wrong = 1; wrong < i; wrong++)
            misspell(world, buffer);
        if (i == 1)
            cut(world, buffer);
        if (has_word(slice_from(buffer)))
            directory_compare(&world->directory, slice_from(buffer), 10, "code lists");
    }
}

Test(search, finds_what_plain_loops_find_in_the_national_lists, .timeout = 0)
{
    struct world world = {.random = {7}};
    load_codes(&world.directory);
    for (size_t i = 0; i < world.directory.n_services; i++) {
        const struct service *service = &world.directory.services[i];
        search_around(&world, service->code);
        search_around(&world, service->name_sv);
        if (service->name_en.data)
            search_around(&world, service->name_en);
        for (unsigned s = 0; s < service->synonyms.n; s++)
            search_around(&world, service->synonyms.items[s]);
    }
    for (size_t i = 0; i < world.directory.n_mappings; i++)
        search_around(&world, world.directory.mappings[i].code);
    directory_close(&world.directory);
    arena_free(&world.arena);
}
