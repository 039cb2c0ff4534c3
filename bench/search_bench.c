// SPDX-License-Identifier: Apache-2.0
//
// A search over 10,000 services in process: made-up Swedish names of two or three parts,
// synonyms, areas and mappings, and texts of each sort that people write.
//
// usage: search_bench [--json]
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/check.h"
#include "domain/search.h"
#include "wire/change.h"

#define N_SERVICES 10000
#define N_SEARCHES 2000 // of each sort
#define BATCH 200
#define NOON INT64_C(1790000000000)

static const char *const parts[] = {
    "höft",  "knä",      "axel",     "ögon",   "öron",    "hjärt",   "lung",  "njur",
    "lever", "mag",      "tarm",     "gall",   "sköld",   "bröst",   "rygg",  "nack",
    "hand",  "fot",      "armbågs",  "ljumsk", "kärl",    "nerv",    "hud",   "blod",
    "barn",  "foster",   "prostata", "livmod", "ägg",     "strup",   "bihål", "tand",
    "käk",   "muskel",   "led",      "ben",    "bäcken",  "mjält",   "lymf",  "hypofys",
    "kolon", "katarakt", "glaukom",  "septum", "tonsill", "meniskus"};
static const char *const ends[] = {
    "operation", "protes",       "plastik", "undersökning", "transplantation",
    "skopi",     "bråck",        "artros",  "cancer",       "sten",
    "tumör",     "inflammation", "skada",   "kirurgi",      "behandling",
    "utredning", "röntgen",      "prov"};
static const char *const extras[] = {"medfödd",  "akut",    "avancerad", "godartad",
                                     "svår",     "primär",  "sekundär",  "vänster",
                                     "höger",    "kronisk", "titthåls",  "öppen",
                                     "planerad", "åter",    "första",    "besök"};
#define PICK(list) (list)[next() % (sizeof(list) / sizeof *(list))]

static uint64_t random_state = 1;
static uint32_t next(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(random_state >> 33);
}

struct bench {
    struct state *state;
    uint64_t n_requests;
    struct buffer command;
    char codes[N_SERVICES][12];
    char names[N_SERVICES][120];
};

static void make_name(char name[120])
{
    snprintf(name, 120, "%s %s%s%s%s", PICK(extras), PICK(parts),
             next() % 3 ? "" : PICK(parts), PICK(ends),
             next() % 2 ? "" : " med uppföljning");
}

static void apply(struct bench *bench)
{
    struct command_header header = {.sequence = state_revision(bench->state) + 1,
                                    .time_ms = NOON};
    struct wire_command_reader reader;
    struct outcome outcome;
    for (int i = 0; i < 6; i++)
        header.request_id[i] = (unsigned char)(NOON >> (40 - 8 * i));
    bench->n_requests++;
    memcpy(header.request_id + 8, &bench->n_requests, 8);
    wire_command_reader_init(&reader, buffer_slice(&bench->command));
    state_apply(bench->state, &header, &reader.source, &outcome, NULL);
    CHECK(outcome.status == 0);
    buffer_clear(&bench->command);
}

static void add_service(struct bench *bench, struct wire_command_writer *writer, int i)
{
    union entity entity;
    char synonyms[4][80], area[40], mapped[16];
    shape_clear(&shape_service, &entity);
    snprintf(bench->codes[i], sizeof bench->codes[i], "%c%c%c%02d", 'A' + i % 23,
             'A' + i / 23 % 23, 'A' + i / 529 % 23, i % 97);
    make_name(bench->names[i]);
    entity.service.code = slice_from(bench->codes[i]);
    entity.service.system = slice_from("KVA");
    entity.service.version = slice_from("2026");
    entity.service.name_sv = slice_from(bench->names[i]);
    entity.service.guarantee = GUARANTEE_TREATMENT;
    for (uint32_t s = 0; s < 4; s++) {
        snprintf(synonyms[s], sizeof synonyms[s], "%s%s%s", PICK(parts), PICK(parts),
                 PICK(ends));
        entity.service.synonyms.items[s] = slice_from(synonyms[s]);
    }
    entity.service.synonyms.n = 4;
    snprintf(area, sizeof area, "%skirurgi", PICK(parts));
    entity.service.area = slice_from(area);
    CHECK(wire_command_add(writer, CHANGE_PUT, KIND_SERVICE, &entity, ABSENT, NULL) == 0);
    snprintf(mapped, sizeof mapped, "%06d", i * 7);
    entity.mapping = (struct mapping){slice_from("ICD"), slice_from("1"),
                                      slice_from(mapped), slice_from(bench->codes[i])};
    CHECK(wire_command_add(writer, CHANGE_PUT, KIND_MAPPING, &entity, ABSENT, NULL) == 0);
}

static void load(struct bench *bench)
{
    struct wire_command_writer writer;
    for (int i = 0; i < N_SERVICES; i += BATCH) {
        wire_command_writer_init(&writer, &bench->command);
        for (int k = i; k < i + BATCH; k++)
            add_service(bench, &writer, k);
        wire_command_writer_close(&writer);
        apply(bench);
    }
}

// --- texts ---

enum sort {
    SORT_CODE,
    SORT_LETTER,
    SORT_START,
    SORT_PLAIN,
    SORT_WORD,
    SORT_ERROR,
    SORT_NAME,
    SORT_LONG,
    SORT_COUNT
};
static const char *const sorts[SORT_COUNT] = {
    "a code",          "one letter",     "three letters",       "a word without dots",
    "a compound word", "a typing error", "a name of two words", "sixteen words"};

static void without_dots(char *text)
{
    static const char *const with[] = {"å", "ä", "ö"};
    static const char without[] = "aao";
    for (int i = 0; i < 3; i++)
        for (char *at; (at = strstr(text, with[i])) != NULL;) {
            *at = without[i];
            memmove(at + 1, at + 2, strlen(at + 2) + 1);
        }
}

static void make_text(const struct bench *bench, enum sort sort,
                      char text[SEARCH_TEXT_MAX])
{
    const char *name = bench->names[next() % N_SERVICES];
    text[0] = '\0';
    switch (sort) {
    case SORT_CODE:
        snprintf(text, SEARCH_TEXT_MAX, "%s", bench->codes[next() % N_SERVICES]);
        break;
    case SORT_LETTER:
        snprintf(text, SEARCH_TEXT_MAX, "%c", 'a' + (int)(next() % 26));
        break;
    case SORT_START:
        snprintf(text, SEARCH_TEXT_MAX, "%.3s", PICK(ends));
        break;
    case SORT_NAME:
        snprintf(text, SEARCH_TEXT_MAX, "%s", name);
        break;
    case SORT_LONG:
        for (int i = 0; i < SEARCH_WORDS_MAX; i++)
            snprintf(text + strlen(text), SEARCH_TEXT_MAX - strlen(text), "%.12s ",
                     PICK(ends));
        break;
    default:
        snprintf(text, SEARCH_TEXT_MAX, "%s%s", PICK(parts), PICK(ends));
        if (sort != SORT_WORD)
            without_dots(text);
        if (sort == SORT_ERROR) {
            size_t at = 1 + next() % (strlen(text) - 1);
            memmove(text + at, text + at + 1, strlen(text + at));
        }
    }
}

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct bench *bench, enum sort sort, bool json)
{
    static double times[N_SEARCHES];
    struct arena arena = {0};
    uint64_t n_found = 0;
    double total = 0;
    for (int i = -100; i < N_SEARCHES; i++) { // the first warm up
        char text[SEARCH_TEXT_MAX + 1];
        struct search_result result;
        make_text(bench, sort, text);
        arena_reset(&arena);
        double start = now_us();
        CHECK(search_find(bench->state, slice_from(text), SEARCH_LIMIT_DEFAULT, &arena,
                          &result, NULL) == 0);
        if (i < 0)
            continue;
        times[i] = now_us() - start;
        total += times[i];
        n_found += result.n_found;
    }
    arena_free(&arena);
    qsort(times, N_SEARCHES, sizeof *times, compare);
    printf(json ? "{\"search\":\"%s\",\"mean_us\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
                  "\"max_us\":%.1f,\"found\":%.1f}\n"
                : "%-20s mean %7.1f  p50 %7.1f  p99 %7.1f  max %7.1f µs, %.1f found\n",
           sorts[sort], total / N_SEARCHES, times[N_SEARCHES / 2],
           times[N_SEARCHES * 99 / 100], times[N_SEARCHES - 1],
           (double)n_found / N_SEARCHES);
}

int main(int argc, char **argv)
{
    bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
    struct state_stats stats;
    struct bench *bench = calloc(1, sizeof *bench);
    CHECK(bench);
    bench->state = state_new(wire_record_decode, wire_record_encode);
    double start = now_us();
    load(bench);
    double loaded = now_us() - start;
    state_stats(bench->state, &stats);
    printf(json ? "{\"services\":%d,\"load_ms\":%.1f,\"table_bytes\":%" PRIu64 "}\n"
                : "%d services loaded in %.1f ms, tables %" PRIu64 " bytes\n",
           N_SERVICES, loaded / 1e3, stats.table_bytes);
    for (int sort = 0; sort < SORT_COUNT; sort++)
        measure(bench, (enum sort)sort, json);
    state_free(bench->state);
    buffer_free(&bench->command);
    free(bench);
    return 0;
}
