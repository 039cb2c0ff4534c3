// SPDX-License-Identifier: Apache-2.0
#include "cli/capacity_table.h"

#include <stdlib.h>

#include "cli/card.h"
#include "cli/json_write.h"
#include "domain/region.h"

enum column {
    COLUMN_ID,
    COLUMN_UNIT,
    COLUMN_SERVICE,
    COLUMN_WHEN,
    COLUMN_BOOK_BY,
    COLUMN_FREE,
    COLUMN_COUNT
};

// --- words ---

struct state_words {
    enum text text;
    const char *colour;
};

static struct state_words state_of(const struct capacity_status *status)
{
    if (status->closed == true)
        return (struct state_words){TEXT_CAPACITY_CLOSED, "magenta"};
    if (status->free == 0)
        return (struct state_words){TEXT_CAPACITY_FULL, "yellow"};
    return (struct state_words){TEXT_CAPACITY_OPEN, "green"};
}

// "1 held", "2 confirmed", each after the separator.
static void write_taken(struct buffer *out, enum language language,
                        const struct capacity_status *status, const char *separator)
{
    if (status->held > 0) {
        json_write_text(out, separator);
        text_append(out, language, TEXT_CAPACITY_HELD, (long long)status->held);
    }
    if (status->confirmed > 0) {
        json_write_text(out, separator);
        text_append(out, language, TEXT_CAPACITY_CONFIRMED, (long long)status->confirmed);
    }
}

static void write_regions(struct buffer *out, const struct capacity_page *page,
                          int64_t set)
{
    if (set == REGION_ALL_MASK) {
        text_append(out, page->language, TEXT_CAPACITY_EVERY_REGION);
        return;
    }
    size_t start = out->len;
    for (int code = 1; code < 32; code++) {
        if (!(set >> code & 1))
            continue;
        if (out->len > start)
            json_write_text(out, ", ");
        words_region(out, page->names, code);
    }
}

static void write_texts(struct buffer *out, const struct text_list *list)
{
    for (uint32_t i = 0; i < list->n; i++) {
        json_write_text(out, i > 0 ? "\n" : "");
        buffer_append_slice(out, list->items[i]);
    }
}

// --- the table ---

struct place {
    const struct capacity_row *row;
};

static int compare(const void *a, const void *b)
{
    const struct capacity_status *one = &((const struct place *)a)->row->status;
    const struct capacity_status *other = &((const struct place *)b)->row->status;
    bool one_closed = one->closed == true, other_closed = other->closed == true;
    if (one_closed != other_closed)
        return one_closed ? 1 : -1;
    if (one->capacity.window_start != other->capacity.window_start)
        return one->capacity.window_start < other->capacity.window_start ? -1 : 1;
    return slice_compare(one->capacity.id, other->capacity.id);
}

static struct place *sort(const struct capacity_row *rows, struct arena *arena, size_t *n)
{
    *n = 0;
    for (const struct capacity_row *row = rows; row; row = row->next)
        ++*n;
    struct place *places = arena_alloc(arena, (*n + 1) * sizeof *places);
    size_t i = 0;
    for (const struct capacity_row *row = rows; row; row = row->next)
        places[i++].row = row;
    qsort(places, *n, sizeof *places, compare);
    return places;
}

// Takes the text.
static void set_cell(struct grid *grid, enum column column, struct buffer *text,
                     const char *colour)
{
    if (text->len > 0)
        grid_set(grid, column, buffer_slice(text), colour);
    buffer_free(text);
}

static void add_when(struct grid *grid, const struct capacity *capacity)
{
    struct buffer when = {0}, book_by = {0};
    words_date(&when, capacity->window_start);
    if (capacity->window_end != capacity->window_start) {
        json_write_text(&when, "\n–");
        words_date(&when, capacity->window_end);
    }
    set_cell(grid, COLUMN_WHEN, &when, NULL);
    if (capacity->book_by != ABSENT)
        words_date(&book_by, capacity->book_by);
    set_cell(grid, COLUMN_BOOK_BY, &book_by, NULL);
}

static void add_free(struct grid *grid, enum language language,
                     const struct capacity_status *status)
{
    struct buffer text = {0};
    struct state_words state = state_of(status);
    if (state.text != TEXT_CAPACITY_OPEN) {
        text_append(&text, language, state.text);
        json_write_text(&text, "\n");
    }
    text_append(&text, language, TEXT_CAPACITY_FREE, (long long)status->free,
                (long long)status->capacity.slots);
    write_taken(&text, language, status, "\n");
    set_cell(grid, COLUMN_FREE, &text, state.colour);
}

static void add_row(struct grid *grid, const struct capacity_page *page,
                    const struct capacity_row *row)
{
    const struct capacity *capacity = &row->status.capacity;
    struct buffer service = {0};
    grid_add_row(grid);
    grid_set(grid, COLUMN_ID, capacity->id, NULL);
    grid_set(grid, COLUMN_UNIT, row->unit.len ? row->unit : capacity->unit, NULL);
    buffer_append_slice(&service, capacity->service);
    json_write_text(&service, row->service.len ? "\n" : "");
    buffer_append_slice(&service, row->service);
    set_cell(grid, COLUMN_SERVICE, &service, NULL);
    add_when(grid, capacity);
    add_free(grid, page->language, &row->status);
}

void capacity_table_write(const struct capacity_page *page,
                          const struct capacity_row *rows, struct arena *arena,
                          struct buffer *out)
{
    enum language language = page->language;
    const struct grid_column columns[COLUMN_COUNT] = {
        [COLUMN_ID] = {text_label(language, "id"), .flexible = true},
        [COLUMN_UNIT] = {text_label(language, "unit"), .flexible = true},
        [COLUMN_SERVICE] = {text_label(language, "service"), .flexible = true},
        [COLUMN_WHEN] = {text_get(language, TEXT_COLUMN_WHEN), .right = false},
        [COLUMN_BOOK_BY] = {text_label(language, "book_by"), .right = false},
        [COLUMN_FREE] = {text_get(language, TEXT_COLUMN_FREE), .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = COLUMN_COUNT, .arena = arena};
    size_t n;
    const struct place *places = sort(rows, arena, &n);
    for (size_t i = 0; i < n; i++)
        add_row(&grid, page, places[i].row);
    grid_print(&grid, &(struct grid_print_options){page->width, page->colours, true},
               out);
}

// --- the card ---

static void add_state(struct card *card, const struct capacity_status *status)
{
    struct buffer text = {0};
    struct state_words state = state_of(status);
    text_append(&text, card->language, state.text);
    json_write_text(&text, ", ");
    text_append(&text, card->language, TEXT_CAPACITY_SLOTS, (long long)status->free,
                (long long)status->capacity.slots);
    write_taken(&text, card->language, status, ", ");
    card_add(card, "state", buffer_slice(&text), state.colour);
    buffer_free(&text);
}

static void add_terms(struct card *card, const struct capacity *capacity)
{
    struct buffer text = {0};
    words_terms(&text, card->language, &capacity->terms);
    card_add(card, "terms", buffer_slice(&text), NULL);
    buffer_clear(&text);
    if (capacity->price != ABSENT)
        words_price(&text, capacity->price);
    card_add(card, "price", buffer_slice(&text), NULL);
    buffer_clear(&text);
    write_texts(&text, &capacity->prerequisites);
    card_add(card, "prerequisites", buffer_slice(&text), NULL);
    buffer_free(&text);
    card_add(card, "aftercare", capacity->aftercare, NULL);
    card_add(card, "note", capacity->note, NULL);
}

void capacity_card_write(const struct capacity_page *page, const struct capacity_row *row,
                         struct arena *arena, struct buffer *out)
{
    const struct capacity_status *status = &row->status;
    const struct capacity *capacity = &status->capacity;
    struct card card;
    struct buffer regions = {0};
    write_regions(&regions, page, capacity->open_to);
    card_init(&card, page->language, arena);
    card_add(&card, "id", capacity->id, NULL);
    if (status->free != ABSENT)
        add_state(&card, status);
    else
        card_add_number(&card, "slots", capacity->slots);
    card_add_named(&card, "unit", row->unit, capacity->unit);
    card_add_named(&card, "service", row->service, capacity->service);
    card_add_date(&card, "window_start", capacity->window_start);
    card_add_date(&card, "window_end", capacity->window_end);
    card_add_date(&card, "book_by", capacity->book_by);
    card_add(&card, "open_to", buffer_slice(&regions), NULL);
    add_terms(&card, capacity);
    card_add_number(&card, "revision", status->revision);
    card_write(&card, page->width, page->colours, out);
    buffer_free(&regions);
}
