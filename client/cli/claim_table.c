// SPDX-License-Identifier: Apache-2.0
#include "cli/capacity_table.h"
#include "cli/card.h"
#include "cli/json_write.h"
#include "cli/time_words.h"

enum column {
    COLUMN_CLAIM,
    COLUMN_CAPACITY,
    COLUMN_SLOTS,
    COLUMN_STATE,
    COLUMN_REGION,
    COLUMN_COUNT
};

// --- words ---

static const char *state_of(const struct claim *claim, enum language language)
{
    return claim->withdrawn == true
               ? text_get(language, TEXT_CLAIM_WITHDRAWN)
               : text_claim_state(language, (enum claim_state)claim->state);
}

static const char *colour_of(const struct claim *claim)
{
    return claim->withdrawn == true          ? "red"
           : claim->state == CLAIM_HELD      ? "yellow"
           : claim->state == CLAIM_CONFIRMED ? "green"
                                             : NULL;
}

// --- the table ---

// Takes the text.
static void set_cell(struct grid *grid, enum column column, struct buffer *text,
                     const char *colour)
{
    if (text->len > 0)
        grid_set(grid, column, buffer_slice(text), colour);
    buffer_free(text);
}

static void add_capacity(struct grid *grid, const struct claim_row *row)
{
    struct buffer text = {0};
    buffer_append_slice(&text, row->claim.capacity);
    json_write_text(&text, "\n");
    buffer_append_slice(&text, row->unit.len ? row->unit : row->claim.unit);
    json_write_text(&text, "\n");
    buffer_append_slice(&text, row->claim.service);
    json_write_text(&text, row->service.len ? " " : "");
    buffer_append_slice(&text, row->service);
    set_cell(grid, COLUMN_CAPACITY, &text, NULL);
}

// "held until", the instant, and what is left, a line each.
static void add_state(struct grid *grid, const struct capacity_page *page,
                      const struct claim *claim)
{
    struct buffer text = {0};
    json_write_text(&text, state_of(claim, page->language));
    if (claim->state == CLAIM_HELD) {
        json_write_text(&text, " ");
        text_append(&text, page->language, TEXT_CLAIM_UNTIL);
    }
    if (claim->until != ABSENT) {
        json_write_text(&text, "\n");
        words_instant(&text, claim->until);
    }
    if (claim->state == CLAIM_HELD) {
        json_write_text(&text, "\n");
        words_left(&text, page->language, claim->until - page->now_ms);
    }
    set_cell(grid, COLUMN_STATE, &text, colour_of(claim));
}

static void add_row(struct grid *grid, const struct capacity_page *page,
                    const struct claim_row *row)
{
    const struct claim *claim = &row->claim;
    struct buffer region = {0};
    grid_add_row(grid);
    grid_set(grid, COLUMN_CLAIM, claim->claim, NULL);
    if (!page->of_one_capacity)
        add_capacity(grid, row);
    grid_set(grid, COLUMN_SLOTS,
             arena_printf(grid->arena, "%lld", (long long)claim->slots), NULL);
    add_state(grid, page, claim);
    words_region(&region, page->names, claim->region);
    json_write_text(&region, claim->reference.len ? "\n" : "");
    buffer_append_slice(&region, claim->reference);
    set_cell(grid, COLUMN_REGION, &region, NULL);
}

void claim_table_write(const struct capacity_page *page, const struct claim_row *rows,
                       struct arena *arena, struct buffer *out)
{
    enum language language = page->language;
    const struct grid_column columns[COLUMN_COUNT] = {
        [COLUMN_CLAIM] = {text_label(language, "claim"), .right = false},
        [COLUMN_CAPACITY] = {text_label(language, "capacity"), .flexible = true},
        [COLUMN_SLOTS] = {text_label(language, "slots"), .right = true},
        [COLUMN_STATE] = {text_label(language, "state"), .flexible = true},
        [COLUMN_REGION] = {text_get(language, TEXT_COLUMN_WHOSE), .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = COLUMN_COUNT, .arena = arena};
    for (const struct claim_row *row = rows; row; row = row->next)
        add_row(&grid, page, row);
    grid_print(&grid, &(struct grid_print_options){page->width, page->colours, true},
               out);
}

// --- the card ---

// "held until 2026-11-23 13:00 (23 h 59 min left)"
static void card_add_state(struct card *card, const struct capacity_page *page,
                           const struct claim *claim)
{
    struct buffer text = {0};
    json_write_text(&text, state_of(claim, card->language));
    json_write_text(&text, claim->until != ABSENT ? " " : "");
    if (claim->state == CLAIM_HELD) {
        text_append(&text, card->language, TEXT_CLAIM_UNTIL);
        json_write_text(&text, " ");
    }
    if (claim->until != ABSENT)
        words_instant(&text, claim->until);
    if (claim->state == CLAIM_HELD) {
        json_write_text(&text, " (");
        words_left(&text, card->language, claim->until - page->now_ms);
        json_write_text(&text, ")");
    }
    card_add(card, "state", buffer_slice(&text), colour_of(claim));
    buffer_free(&text);
}

void claim_card_write(const struct capacity_page *page, const struct claim_row *row,
                      struct arena *arena, struct buffer *out)
{
    const struct claim *claim = &row->claim;
    struct buffer region = {0}, taken = {0};
    struct card card;
    card_init(&card, page->language, arena);
    words_region(&region, page->names, claim->region);
    words_instant(&taken, claim->taken_at);
    card_add(&card, "claim", claim->claim, NULL);
    card_add_state(&card, page, claim);
    card_add_number(&card, "slots", claim->slots);
    card_add(&card, "capacity", claim->capacity, NULL);
    card_add_named(&card, "unit", row->unit, claim->unit);
    card_add_named(&card, "service", row->service, claim->service);
    card_add(&card, "region", buffer_slice(&region), NULL);
    card_add(&card, "reference", claim->reference, NULL);
    card_add(&card, "taken_at", buffer_slice(&taken), NULL);
    if (claim->extended == true)
        card_add(&card, "extended", slice_from(text_get(card.language, TEXT_YES)), NULL);
    card_add_number(&card, "revision", (int64_t)row->revision);
    card_write(&card, page->width, page->colours, out);
    buffer_free(&region);
    buffer_free(&taken);
}
