// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/search_region.h"
#include "lib/directory.h"

static void put(struct directory *directory, union entity entity)
{
    directory_add(directory, CHANGE_PUT, KIND_SERVICE, &entity);
    directory_note(directory, CHANGE_PUT, KIND_SERVICE, &entity);
}

static void put_mapping(struct directory *directory, const char *system, const char *code,
                        const char *service)
{
    union entity entity = {.mapping = {slice_from(system), slice_from("1"),
                                       slice_from(code), slice_from(service)}};
    directory_add(directory, CHANGE_PUT, KIND_MAPPING, &entity);
    directory_note(directory, CHANGE_PUT, KIND_MAPPING, &entity);
}

static void setup(struct directory *directory)
{
    directory_init(directory);
    put(directory, directory_service("NFB49", "Höftprotes", "Hip replacement",
                                     "höft|total höftprotes|coxartros", "Ortopedi"));
    put(directory, directory_service("NGB49", "Knäprotes", "Knee replacement",
                                     "knä|gonartros", "Ortopedi"));
    put(directory, directory_service("CJE20", "Gråstarr (katarakt) – operation",
                                     "Cataract surgery", "starr|linsbyte", "Ögon"));
    put(directory, directory_service("HOFT", "Ménières sjukdom, Müller", NULL, NULL,
                                     "Öron, näsa och hals"));
    put_mapping(directory, "MVO", "511", "CJE20");
    put_mapping(directory, "KVA-OLD", "NFB29", "NFB49");
    cr_assert_eq(directory_apply(directory), STATUS_OK);
}

// "CODE/FOUND_BY CODE/FOUND_BY ..." of what the text finds.
static const char *found(const struct directory *directory, const char *text)
{
    static char out[512];
    struct search_result result;
    struct arena arena = {0};
    struct refusal refusal;
    size_t at = 0;
    out[0] = '\0';
    if (search_find(directory->state, slice_from(text), 100, &arena, &result, &refusal) !=
        STATUS_OK)
        return reason_name(refusal.reason);
    directory_compare(directory, slice_from(text), 100, "test_search");
    for (uint32_t i = 0; i < result.n; i++) {
        struct slice code = record_key_text(result.hits[i].service, 1);
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s/%s", i ? " " : "",
                               (int)code.len, code.data,
                               found_by_names[result.hits[i].found_by]);
    }
    arena_free(&arena);
    return out;
}

Test(search, case_and_foreign_marks_are_forgiven)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "HÖFTPROTES"), "NFB49/NAME");
    cr_expect_str_eq(found(&d, "ho\xcc\x88"
                               "ftprotes"),
                     "NFB49/NAME");
    cr_expect_str_eq(found(&d, "høftprotes"), "NFB49/NAME");
    cr_expect_str_eq(found(&d, "menieres"), "HOFT/WORD");
    cr_expect_str_eq(found(&d, "Mùller"), "HOFT/WORD");
    directory_close(&d);
}

Test(search, a_o_with_dots_are_letters_and_still_found_without_them_later)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "höft"), "NFB49/NAME_PREFIX");
    cr_expect_str_eq(found(&d, "hoft"), "HOFT/CODE NFB49/FOLDED");
    cr_expect_str_eq(found(&d, "hoftprotes"), "NFB49/FOLDED");
    cr_expect_str_eq(found(&d, "kna"), "NGB49/FOLDED");
    directory_close(&d);
}

Test(search, codes_come_first_and_codes_of_other_systems_lead_on)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "nfb49"), "NFB49/CODE");
    cr_expect_str_eq(found(&d, " NFB49 "), "NFB49/CODE");
    cr_expect_str_eq(found(&d, "n"), "NFB49/CODE_PREFIX NGB49/CODE_PREFIX HOFT/AREA");
    cr_expect_str_eq(found(&d, "NFB29"), "NFB49/MAPPING");
    cr_expect_str_eq(found(&d, "511"), "CJE20/MAPPING");
    cr_expect_str_eq(found(&d, "51"), "CJE20/MAPPING");
    cr_expect_str_eq(found(&d, "NFB94"), "", "no error is forgiven in a code");
    directory_close(&d);
}

Test(search, beginnings_come_before_what_stands_inside)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "knäp"), "NGB49/NAME_PREFIX");
    cr_expect_str_eq(found(&d, "katar"), "CJE20/WORD_PREFIX");
    cr_expect_str_eq(found(&d, "repl"), "NFB49/WORD_PREFIX NGB49/WORD_PREFIX");
    cr_expect_str_eq(found(&d, "protes"), "NFB49/INSIDE NGB49/INSIDE");
    cr_expect_str_eq(found(&d, "rote"), "", "four letters are not looked for inside");
    directory_close(&d);
}

Test(search, all_words_must_be_found)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "total höftprotes"), "NFB49/SYNONYM");
    cr_expect_str_eq(found(&d, "operation gråstarr"), "CJE20/WORD");
    cr_expect_str_eq(found(&d, "höftprotes ortopedi"), "NFB49/AREA");
    cr_expect_str_eq(found(&d, "höftprotes ögon"), "");
    cr_expect_str_eq(found(&d, "NFB49 höft"), "NFB49/WORD_PREFIX");
    directory_close(&d);
}

Test(search, one_error_is_forgiven_from_four_letters_and_two_from_eight)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, "starrt"), "CJE20/TYPING_ERROR", "a letter too many");
    cr_expect_str_eq(found(&d, "star"), "CJE20/SYNONYM");
    cr_expect_str_eq(found(&d, "satrr"), "CJE20/TYPING_ERROR", "two swapped");
    cr_expect_str_eq(found(&d, "storr"), "CJE20/TYPING_ERROR", "one wrong");
    cr_expect_str_eq(found(&d, "sratr"), "", "two errors in five letters");
    cr_expect_str_eq(found(&d, "haftprotez"), "NFB49/TYPING_ERROR");
    cr_expect_str_eq(found(&d, "hiftprutez"), "", "three errors");
    cr_expect_str_eq(found(&d, "hip"), "NFB49/WORD");
    cr_expect_str_eq(found(&d, "hup"), "", "three letters have to be right");
    directory_close(&d);
}

Test(search, equals_stand_in_the_swedish_alphabet_and_then_by_code)
{
    struct directory d;
    directory_init(&d);
    put(&d, directory_service("D", "zebra", NULL, "x", NULL));
    put(&d, directory_service("C", "ärr", NULL, "x", NULL));
    put(&d, directory_service("B", "åderbråck", NULL, "x", NULL));
    put(&d, directory_service("A", "öra", NULL, "x", NULL));
    put(&d, directory_service("F", "zebra", NULL, "x", NULL));
    put(&d, directory_service("E", "Zebra", NULL, "x", NULL));
    cr_assert_eq(directory_apply(&d), STATUS_OK);
    cr_expect_str_eq(found(&d, "x"), "D/SYNONYM E/SYNONYM F/SYNONYM B/SYNONYM C/SYNONYM "
                                     "A/SYNONYM");
    directory_close(&d);
}

Test(search, a_hit_names_its_synonym_and_its_mapping)
{
    struct directory d;
    struct search_result result;
    struct arena arena = {0};
    setup(&d);
    cr_assert_eq(search_find(d.state, slice_from("coxartros"), 1, &arena, &result, NULL),
                 STATUS_OK);
    cr_expect_eq(result.hits[0].synonym, 2);
    cr_expect_null(result.hits[0].mapping);
    cr_assert_eq(search_find(d.state, slice_from("511"), 1, &arena, &result, NULL),
                 STATUS_OK);
    cr_expect_eq(result.hits[0].synonym, -1);
    cr_assert_not_null(result.hits[0].mapping);
    cr_expect(slice_equal(record_key_text(result.hits[0].mapping, 3), slice_from("511")));
    arena_free(&arena);
    directory_close(&d);
}

Test(search, the_limit_cuts_and_all_are_counted)
{
    struct directory d;
    struct search_result result;
    struct arena arena = {0};
    setup(&d);
    cr_assert_eq(search_find(d.state, slice_from("ortopedi"), 1, &arena, &result, NULL),
                 STATUS_OK);
    cr_expect_eq(result.n, 1);
    cr_expect_eq(result.n_found, 2);
    arena_free(&arena);
    directory_close(&d);
}

Test(search, what_cannot_be_searched_is_refused)
{
    struct directory d;
    setup(&d);
    cr_expect_str_eq(found(&d, " – "), "BAD_FORMAT");
    cr_expect_str_eq(found(&d, "a b c d e f g h i j k l m n o p"), "");
    cr_expect_str_eq(found(&d, "a b c d e f g h i j k l m n o p q"), "TOO_MANY");
    directory_close(&d);
}

Test(search, words_are_found_only_as_long_as_they_are_stored)
{
    struct directory d;
    setup(&d);
    put(&d, directory_service("NFB49", "Ny höft", NULL, NULL, NULL));
    cr_assert_eq(directory_apply(&d), STATUS_OK);
    cr_expect_str_eq(found(&d, "höftprotes"), "");
    cr_expect_str_eq(found(&d, "ny höft"), "NFB49/NAME");
    cr_expect_str_eq(found(&d, "NFB29"), "NFB49/MAPPING");
    directory_close(&d);
}

Test(search, an_empty_state_has_no_hits)
{
    struct directory d;
    directory_init(&d);
    cr_expect_str_eq(found(&d, "höft"), "");
    directory_close(&d);
}

Test(search, a_name_of_letters_that_come_apart_fits_its_room)
{
    struct directory d;
    directory_init(&d);
    put(&d, directory_service("K", "한 강 한 강 ß ﬃ ŉ İ", NULL, NULL, NULL));
    cr_assert_eq(directory_apply(&d), STATUS_OK);
    cr_expect_str_eq(found(&d, "강"), "K/WORD");
    cr_expect_str_eq(found(&d, "ss"), "K/WORD");
    directory_close(&d);
}

// --- regions and municipalities ---

static void add_region(struct directory *d, int64_t code, const char *name,
                       const char *healthcare_region)
{
    union entity entity;
    shape_clear(entity_shape(KIND_REGION), &entity);
    entity.region.code = code;
    entity.region.name = slice_from(name);
    entity.region.healthcare_regions.n = 1;
    entity.region.healthcare_regions.items[0] = slice_from(healthcare_region);
    directory_add(d, CHANGE_PUT, KIND_REGION, &entity);
}

static void add_municipality(struct directory *d, const char *code, const char *name,
                             int64_t region)
{
    union entity entity;
    shape_clear(entity_shape(KIND_MUNICIPALITY), &entity);
    entity.municipality.code = slice_from(code);
    entity.municipality.name = slice_from(name);
    entity.municipality.region = region;
    directory_add(d, CHANGE_PUT, KIND_MUNICIPALITY, &entity);
}

static void setup_places(struct directory *d)
{
    directory_init(d);
    add_region(d, 12, "Region Skåne", "sodra");
    add_region(d, 14, "Västra Götalandsregionen", "vastra");
    add_region(d, 8, "Region Kalmar län", "sydostra");
    add_region(d, 6, "Region Jönköpings län", "sydostra");
    add_municipality(d, "1281", "Lund", 12);
    add_municipality(d, "0880", "Kalmar", 8);
    add_municipality(d, "0680", "Jönköping", 6);
    add_municipality(d, "0305", "Håbo", 3);
    add_municipality(d, "0643", "Habo", 6);
    add_municipality(d, "1480", "Göteborg", 14);
    add_municipality(d, "1440", "Ale", 14);
    cr_assert_eq(directory_apply(d), STATUS_OK);
}

// "region" or "region municipality", or the refusal's reason and message.
static const char *place(const struct directory *d, const char *text)
{
    static char out[400];
    struct search_region found;
    struct refusal refusal;
    int status = search_region_find(d->state, slice_from(text), &found, &refusal);
    if (status != STATUS_OK) {
        cr_expect_str_eq(refusal.field, "place");
        snprintf(out, sizeof out, "%s %s", reason_name(refusal.reason), refusal.message);
        return out;
    }
    struct slice code = SLICE_ABSENT;
    if (found.municipality)
        code = record_key_text(found.municipality, 1);
    snprintf(out, sizeof out, "%02d%s%.*s", (int)found.region, code.data ? " " : "",
             (int)code.len, code.data ? code.data : "");
    return out;
}

Test(search_region, codes_are_taken_as_they_are)
{
    struct directory d;
    setup_places(&d);
    cr_expect_str_eq(place(&d, "14"), "14");
    cr_expect_str_eq(place(&d, "1281"), "12 1281");
    struct search_region found;
    search_region_find(d.state, slice_from("14"), &found, NULL);
    cr_expect_not_null(found.region_row);
    search_region_find(d.state, slice_from("1281"), &found, NULL);
    cr_expect_not_null(found.region_row);
    cr_expect_str_eq(place(&d, "01"), "01", "a region is known without its row");
    cr_expect_str_eq(place(&d, "0305"), "03 0305");
    directory_close(&d);
}

Test(search_region, names_are_taken_as_people_write_them)
{
    struct directory d;
    setup_places(&d);
    cr_expect_str_eq(place(&d, "Skåne"), "12");
    cr_expect_str_eq(place(&d, "region skane"), "12");
    cr_expect_str_eq(place(&d, "SKÅNE LÄN"), "12");
    cr_expect_str_eq(place(&d, "lund"), "12 1281");
    cr_expect_str_eq(place(&d, "västra götaland"), "14");
    cr_expect_str_eq(place(&d, "goteborg"), "14 1480");
    cr_expect_str_eq(place(&d, "jönköping"), "06 0680");
    cr_expect_str_eq(place(&d, "jönköpings län"), "06");
    cr_expect_str_eq(place(&d, "kalmar"), "08", "the region has the name too");
    cr_expect_str_eq(place(&d, "håbo"), "03 0305");
    cr_expect_str_eq(place(&d, "habo"), "06 0643");
    directory_close(&d);
}

Test(search_region, what_is_unknown_names_the_nearest)
{
    struct directory d;
    setup_places(&d);
    cr_expect_str_eq(place(&d, "Lünd"), "12 1281");
    cr_expect_str_eq(place(&d, "Skåen"),
                     "NOT_STORED no region or municipality is stored as Skåen; "
                     "nearest: Skåne, Håbo, Ale");
    cr_expect_str_eq(place(&d, "1282"), "NOT_STORED no municipality is stored as 1282; "
                                        "nearest: 1281, 1480, 0680");
    cr_expect(strncmp(place(&d, "al"), "NOT_STORED", 10) == 0, "two letters begin much");
    cr_expect(strncmp(place(&d, "15"), "RETIRED_REGION", 14) == 0);
    cr_expect(strncmp(place(&d, "--"), "BAD_FORMAT", 10) == 0);
    cr_expect(strncmp(place(&d, "region"), "NOT_STORED", 10) == 0);
    directory_close(&d);
}

Test(search_region, an_ambiguous_beginning_names_what_it_begins)
{
    struct directory d;
    setup_places(&d);
    add_municipality(&d, "1441", "Lerum", 14);
    add_municipality(&d, "1445", "Lerberg", 14);
    cr_assert_eq(directory_apply(&d), STATUS_OK);
    cr_expect_str_eq(place(&d, "ler"),
                     "NOT_STORED several begin with ler: Lerum, Lerberg");
    cr_expect_str_eq(place(&d, "jönk"),
                     "NOT_STORED several begin with jönk: Jönköping, Jönköpings län");
    cr_expect_str_eq(place(&d, "väst"), "14");
    directory_close(&d);
}
