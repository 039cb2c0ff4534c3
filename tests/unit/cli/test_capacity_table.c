// SPDX-License-Identifier: Apache-2.0
//
// What a navigator sees of free slots and of what is held until when.
#include <criterion/criterion.h>
#include <locale.h>

#include "capacity_samples.h"
#include "cli/grid.h"

static void use_utf8(void)
{
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
}
TestSuite(capacity_table, .init = use_utf8);

static struct match_names names;

static struct capacity_page page_in(enum language language, unsigned width)
{
    names.regions[14] = slice_from("Västra Götaland");
    names.regions[1] = slice_from("Stockholm");
    return (struct capacity_page){
        .language = language, .names = &names, .now_ms = NOON_MS, .width = width};
}

static struct slice text_of(struct buffer *out, struct arena *arena)
{
    buffer_append(out, "", 1);
    struct slice text = arena_copy(arena, buffer_slice(out));
    buffer_free(out);
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

static void expect_before(struct slice page, const char *first, const char *second)
{
    const char *at = strstr(page.data, first), *later = strstr(page.data, second);
    cr_expect(at && later && at < later, "%s is not before %s in\n%s", first, second,
              page.data);
}

// --- capacities ---

static struct capacity_row make_row(void)
{
    struct capacity_row row = {.unit = slice_from("Centralsjukhuset Kristianstad"),
                               .service = slice_from("Höftprotes")};
    sample_capacity(&row.status);
    return row;
}

static struct slice table_of(const struct capacity_row *rows, enum language language,
                             unsigned width, struct arena *arena)
{
    struct buffer out = {0};
    struct capacity_page page = page_in(language, width);
    capacity_table_write(&page, rows, arena, &out);
    return text_of(&out, arena);
}

Test(capacity_table, it_says_how_many_are_free_of_how_many_and_until_when)
{
    struct arena arena = {0};
    struct capacity_row row = make_row();

    struct slice swedish = table_of(&row, LANGUAGE_SV, 80, &arena);
    struct slice english = table_of(&row, LANGUAGE_EN, 80, &arena);

    expect_has(swedish, "C-7");
    expect_has(swedish, "2 av 4");
    expect_has(swedish, "reserverat: 1");
    expect_has(swedish, "bekräftat: 1");
    expect_has(swedish, "2026-12-07");
    expect_has(swedish, "Boka senast");
    expect_has(swedish, "2026-12-01");
    expect_has(english, "2 of 4");
    expect_has(english, "held: 1");
    expect_has(english, "Book by");
    arena_free(&arena);
}

Test(capacity_table, what_is_closed_comes_last_and_what_is_full_says_so)
{
    struct arena arena = {0};
    struct capacity_row closed = make_row(), full = make_row(), early = make_row();
    closed.next = &full;
    full.next = &early;
    closed.status.capacity.id = slice_from("CLOSED-1");
    closed.status.closed = true;
    closed.status.capacity.window_start -= 100;
    full.status.capacity.id = slice_from("FULL-1");
    full.status.free = 0;
    early.status.capacity.id = slice_from("EARLY-1");
    early.status.capacity.window_start -= 1;

    struct slice table = table_of(&closed, LANGUAGE_SV, 100, &arena);

    expect_before(table, "EARLY-1", "FULL-1");
    expect_before(table, "FULL-1", "CLOSED-1");
    expect_has(table, "FULLT");
    expect_has(table, "STÄNGD");
    arena_free(&arena);
}

Test(capacity_table, long_names_fit_eighty_columns)
{
    struct arena arena = {0};
    struct capacity_row row = make_row();
    row.status.capacity.id = slice_from("KLINIKEN-VECKA-50-2026-OPERATION-ORTOPEDI");
    row.unit = slice_from("Sahlgrenska Universitetssjukhuset Mölndal och Kungälv");
    row.service = slice_from("Sekundär implantation av totalprotes i höftled");
    row.status.capacity.slots = row.status.free = 10000;

    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct slice table = table_of(&row, (enum language)language, 80, &arena);
        cr_expect_leq(widest_line(table.data), 80, "%s", table.data);
    }
    arena_free(&arena);
}

static struct slice card_of(const struct capacity_row *row, enum language language,
                            struct arena *arena)
{
    struct buffer out = {0};
    struct capacity_page page = page_in(language, 80);
    capacity_card_write(&page, row, arena, &out);
    return text_of(&out, arena);
}

Test(capacity_table, a_card_has_everything_in_words)
{
    struct arena arena = {0};
    struct capacity_row row = make_row();

    struct slice card = card_of(&row, LANGUAGE_SV, &arena);

    expect_has(card, "öppen, 2 av 4 platser är lediga, reserverat: 1, bekräftat: 1");
    expect_has(card, "Centralsjukhuset Kristianstad (SE2321000131-E1)");
    expect_has(card, "Höftprotes (NFB49)");
    expect_has(card, "Boka senast   2026-12-01");
    expect_has(card, "Stockholm, Västra Götaland");
    expect_has(card, "kvinnor; Kan gå i trappa");
    expect_has(card, "Röntgen");
    expect_has(card, "4711");
    cr_expect_leq(widest_line(card.data), 80, "%s", card.data);
    row.status.capacity.open_to = 0x03FE77FA;
    expect_has(card_of(&row, LANGUAGE_SV, &arena), "alla regioner");
    expect_has(card_of(&row, LANGUAGE_EN, &arena), "every region");
    arena_free(&arena);
}

Test(capacity_table, figures_that_are_not_known_are_not_made_up)
{
    struct arena arena = {0};
    struct capacity_row row = make_row();
    row.status.free = row.status.held = row.status.confirmed = ABSENT;

    struct slice card = card_of(&row, LANGUAGE_SV, &arena);

    cr_expect_null(strstr(card.data, "lediga"), "%s", card.data);
    expect_has(card, "Platser");
    arena_free(&arena);
}

// --- claims ---

static struct claim_row make_claim(void)
{
    struct claim_row row = {.revision = 4711,
                            .unit = slice_from("Centralsjukhuset Kristianstad"),
                            .service = slice_from("Höftprotes")};
    sample_claim(&row.claim);
    return row;
}

static struct slice claims_of(const struct claim_row *rows, enum language language,
                              unsigned width, struct arena *arena)
{
    struct buffer out = {0};
    struct capacity_page page = page_in(language, width);
    claim_table_write(&page, rows, arena, &out);
    return text_of(&out, arena);
}

Test(capacity_table, a_hold_says_until_when_in_stockholm_and_how_long_is_left)
{
    struct arena arena = {0};
    struct claim_row row = make_claim();
    row.claim.reference = slice_from("AB-12");

    struct slice swedish = claims_of(&row, LANGUAGE_SV, 80, &arena);
    struct slice english = claims_of(&row, LANGUAGE_EN, 80, &arena);

    expect_has(swedish, "reserverad till");
    expect_has(swedish, "2026-11-23 13:00");
    expect_has(swedish, "24 tim 0 min kvar");
    expect_has(swedish, "Västra Götaland");
    expect_has(swedish, "AB-12");
    expect_has(english, "held until");
    expect_has(english, "24 h 0 min left");
    arena_free(&arena);
}

Test(capacity_table, each_state_of_a_claim_has_its_words)
{
    static const struct {
        enum claim_state state;
        const char *english, *swedish;
    } rows[] = {
        {CLAIM_CONFIRMED, "confirmed", "bekräftad"},
        {CLAIM_RELEASED, "released", "återlämnad"},
        {CLAIM_EXPIRED, "expired", "utgången"},
    };
    struct arena arena = {0};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct claim_row row = make_claim();
        row.claim.state = rows[i].state;
        if (row.claim.state != CLAIM_EXPIRED)
            row.claim.until = ABSENT;
        expect_has(claims_of(&row, LANGUAGE_EN, 80, &arena), rows[i].english);
        struct slice swedish = claims_of(&row, LANGUAGE_SV, 80, &arena);
        expect_has(swedish, rows[i].swedish);
        cr_expect_null(strstr(swedish.data, "kvar"), "%s", swedish.data);
    }
    arena_free(&arena);
}

Test(capacity_table, a_withdrawn_claim_is_marked)
{
    struct arena arena = {0};
    struct claim_row row = make_claim();
    row.claim.state = CLAIM_RELEASED;
    row.claim.until = ABSENT;
    row.claim.withdrawn = true;

    expect_has(claims_of(&row, LANGUAGE_SV, 80, &arena), "INDRAGEN av enheten");
    expect_has(claims_of(&row, LANGUAGE_EN, 80, &arena), "WITHDRAWN by the unit");
    arena_free(&arena);
}

Test(capacity_table, claims_fit_eighty_columns)
{
    struct arena arena = {0};
    struct claim_row row = make_claim();
    row.claim.claim = slice_from("1234567890-9999");
    row.claim.capacity = slice_from("KLINIKEN-VECKA-50-2026-OPERATION-ORTOPEDI");
    row.unit = slice_from("Sahlgrenska Universitetssjukhuset Mölndal och Kungälv");
    row.claim.reference = slice_from("Vårt eget ärendenummer som är ganska långt");
    row.claim.until = NOON_MS + 47 * INT64_C(3600000) + 3599999;

    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        struct slice table = claims_of(&row, (enum language)language, 80, &arena);
        cr_expect_leq(widest_line(table.data), 80, "%s", table.data);
    }
    arena_free(&arena);
}

Test(capacity_table, claims_of_one_capacity_do_not_name_it)
{
    struct arena arena = {0};
    struct buffer out = {0};
    struct claim_row row = make_claim();
    struct capacity_page page = page_in(LANGUAGE_SV, 80);
    page.of_one_capacity = true;

    claim_table_write(&page, &row, &arena, &out);

    struct slice table = text_of(&out, &arena);
    cr_expect_null(strstr(table.data, "C-7"), "%s", table.data);
    expect_has(table, "4711-0");
    arena_free(&arena);
}

Test(capacity_table, a_card_of_a_claim_says_the_whole_of_it)
{
    struct arena arena = {0};
    struct buffer out = {0};
    struct claim_row row = make_claim();
    struct capacity_page page = page_in(LANGUAGE_SV, 80);
    row.claim.extended = true;

    claim_card_write(&page, &row, &arena, &out);

    struct slice card = text_of(&out, &arena);
    expect_has(card, "reserverad till 2026-11-23 13:00 (24 tim 0 min kvar)");
    expect_has(card, "Centralsjukhuset Kristianstad (SE2321000131-E1)");
    expect_has(card, "Tagen       2026-11-22 13:00");
    expect_has(card, "Förlängd    ja");
    arena_free(&arena);
}
