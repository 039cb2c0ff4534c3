// SPDX-License-Identifier: Apache-2.0
//
// What a navigator sees: widths, words, and that nothing is lost at 80 columns.
#include <criterion/criterion.h>
#include <locale.h>

#include "cli/grid.h"
#include "cli/match_table.h"

static void use_utf8(void)
{
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
}
TestSuite(page, .init = use_utf8);

static void make_option(struct option *option, struct slice name)
{
    shape_clear(&shape_option, option);
    option->verdict = VERDICT_CONDITIONAL;
    option->verify =
        1 << MATCH_TEST_BMI | 1 << MATCH_TEST_WEIGHT | 1 << MATCH_TEST_CONDITION;
    option->kind = CANDIDATE_AGREEMENT;
    option->unit.id = slice_from("SE1");
    option->unit.name = name;
    option->unit.region = 14;
    option->agreement = slice_from("AVTAL-MED-ETT-LANGT-NAMN-2026");
    option->expected_start = 20807;
    option->wait_days = 28;
    option->wait_basis = BASIS_FORECAST;
    option->observed_on = 20775;
    option->stale = 0;
    option->terms.asa_max = 3;
    option->terms.weight_max = 1305;
    option->terms.conditions.n = 1;
    option->terms.conditions.items[0] = slice_from("Kan gå i trappa");
    option->price = 8125050;
    option->distance_km = 1041;
    option->alternatives = 2;
    option->within_guarantee = 0;
}

static struct slice page_of(struct option *options, uint32_t n, enum language language,
                            unsigned width, struct arena *arena)
{
    struct match_names names = {0};
    names.regions[14] = slice_from("Västra Götaland");
    struct query query;
    shape_clear(&shape_query, &query);
    query.home_region = 14;
    struct answer answer;
    shape_clear(&shape_answer, &answer);
    answer.service = slice_from("NFB49");
    answer.on = answer.today = 20779;
    answer.guarantee_deadline = 20800;
    answer.options = (struct struct_list){n, options};
    struct match_page page = {
        .language = language,
        .query = &query,
        .answer = &answer,
        .service_name = slice_from("Höftprotes"),
        .names = &names,
        .width = width,
    };
    struct buffer out = {0};
    match_page_write(&page, arena, &out);
    buffer_append(&out, "", 1);
    struct slice text = arena_copy(arena, buffer_slice(&out));
    buffer_free(&out);
    return text;
}

static unsigned widest_line(const char *text)
{
    unsigned widest = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");
        unsigned width = grid_text_width((struct slice){text, len});
        widest = width > widest ? width : widest;
        text += len + (text[len] != '\0');
    }
    return widest;
}

static void expect_has(struct slice page, const char *part)
{
    cr_expect_not_null(strstr(page.data, part), "\"%s\" is not in\n%s", part, page.data);
}

Test(page, it_fits_eighty_columns_and_uses_more)
{
    struct arena arena = {0};
    struct option options[2];
    make_option(&options[0], slice_from("Norra Älvsborgs länssjukhus i Trollhättan"));
    make_option(&options[1], slice_from("Ö"));

    struct slice narrow = page_of(options, 2, LANGUAGE_SV, 80, &arena);
    struct slice wide = page_of(options, 2, LANGUAGE_SV, 160, &arena);

    cr_expect_leq(widest_line(narrow.data), 80, "%s", narrow.data);
    cr_expect_gt(widest_line(wide.data), 80, "%s", wide.data);
    expect_has(wide, "Norra Älvsborgs länssjukhus i Trollhättan  2026-12-20");
    arena_free(&arena);
}

Test(page, what_a_navigator_needs_is_there_in_words)
{
    struct arena arena = {0};
    struct option option;
    make_option(&option, slice_from("Sjukhuset"));

    struct slice swedish = page_of(&option, 1, LANGUAGE_SV, 200, &arena);

    expect_has(swedish, "NFB49 Höftprotes, för Västra Götaland, remiss 2026-11-22");
    expect_has(swedish, "Vårdgarantin går ut 2026-12-13");
    expect_has(swedish, "28 dagar");
    expect_has(swedish, "prognos");
    expect_has(swedish, "EFTER");
    expect_has(swedish, "1041");
    expect_has(swedish, "81 251");
    expect_has(swedish, "vikt, BMI, villkor");
    expect_has(swedish, "avtal AVTAL-MED-ETT-LANGT-NAMN-2026, och 2 till");
    expect_has(swedish, "ASA\u00a0≤\u00a03, ≤\u00a0130,5\u00a0kg; Kan gå i trappa");

    struct slice english = page_of(&option, 1, LANGUAGE_EN, 200, &arena);
    expect_has(english, "weight, BMI, conditions");
    expect_has(english, "≤\u00a0130.5\u00a0kg");
    arena_free(&arena);
}

Test(page, a_stale_figure_is_marked_and_a_missing_one_said)
{
    struct arena arena = {0};
    struct option option;
    make_option(&option, slice_from("Sjukhuset"));
    option.wait_basis = BASIS_UNKNOWN;
    option.expected_start = option.wait_days = ABSENT;
    option.stale = 1;

    expect_has(page_of(&option, 1, LANGUAGE_SV, 120, &arena), "för gammal!");
    option.stale = 0;
    option.observed_on = ABSENT;
    struct slice missing = page_of(&option, 1, LANGUAGE_SV, 120, &arena);
    expect_has(missing, "saknas");
    expect_has(missing, "okänd");
    arena_free(&arena);
}

Test(page, columns_without_any_text_are_left_out)
{
    struct arena arena = {0};
    struct option option;
    make_option(&option, slice_from("Sjukhuset"));
    option.price = option.distance_km = option.within_guarantee = ABSENT;
    option.verify = 0;

    struct slice page = page_of(&option, 1, LANGUAGE_SV, 120, &arena);

    cr_expect_null(strstr(page.data, "Garanti "), "%s", page.data);
    cr_expect_null(strstr(page.data, "Kontrollera"), "%s", page.data);
    arena_free(&arena);
}

Test(page, nobody_is_an_answer_too)
{
    struct arena arena = {0};
    expect_has(page_of(NULL, 0, LANGUAGE_SV, 80, &arena), "Ingen kan ta emot");
    expect_has(page_of(NULL, 0, LANGUAGE_EN, 80, &arena), "--explain");
    arena_free(&arena);
}

Test(page, lines_are_broken_between_words_and_within_words_that_are_too_long)
{
    struct arena arena = {0};
    struct slice text =
        grid_wrap(slice_from("röntgen av höft\nabcdefghijklm"), 8, &arena);
    cr_expect(slice_equal(text, slice_from("röntgen\nav höft\nabcdefgh\nijklm")), "%.*s",
              (int)text.len, text.data);
    cr_expect(slice_equal(grid_wrap(slice_from(""), 8, &arena), slice_from("")));
    arena_free(&arena);
}
