// SPDX-License-Identifier: Apache-2.0
//
// Under the table of options: what each rests on in law and its terms. Texts that several
// options share stand once, with all their numbers.
#include "cli/grid.h"
#include "cli/json_write.h"
#include "cli/match_table.h"

static struct slice under_text(const struct match_page *page, const struct option *option,
                               struct arena *arena)
{
    struct buffer text = {0};
    if (option->kind == CANDIDATE_AGREEMENT)
        text_append(&text, page->language, TEXT_UNDER_AGREEMENT,
                    (int)option->agreement.len, option->agreement.data);
    else if (option->kind == CANDIDATE_CAPACITY)
        text_append(&text, page->language, TEXT_UNDER_CAPACITY, (int)option->capacity.len,
                    option->capacity.data);
    else
        text_append(&text, page->language, TEXT_UNDER_PERMIT);
    if (option->alternatives > 0)
        text_append(&text, page->language, TEXT_ALTERNATIVES,
                    (long long)option->alternatives);
    struct slice result = arena_copy(arena, buffer_slice(&text));
    buffer_free(&text);
    return result;
}

static struct slice terms_text(const struct match_page *page, const struct option *option,
                               struct arena *arena)
{
    struct buffer text = {0};
    words_terms(&text, page->language, &option->terms);
    for (uint32_t i = 0; i < option->permit_scopes.n; i++) {
        if (text.len > 0)
            json_write_text(&text, "; ");
        buffer_append_slice(&text, option->permit_scopes.items[i]);
    }
    struct slice result = arena_copy(arena, buffer_slice(&text));
    buffer_free(&text);
    return result;
}

// "before referral: A; B" and "aftercare: C", a line each.
static struct slice note_text(const struct match_page *page, const struct option *option,
                              struct arena *arena)
{
    struct buffer text = {0};
    for (uint32_t i = 0; i < option->prerequisites.n; i++) {
        json_write_text(&text,
                        i > 0 ? "; " : text_get(page->language, TEXT_TERMS_BEFORE));
        json_write_text(&text, i > 0 ? "" : ": ");
        buffer_append_slice(&text, option->prerequisites.items[i]);
    }
    if (option->aftercare.len > 0) {
        json_write_text(&text, text.len > 0 ? "\n" : "");
        json_write_text(&text, text_get(page->language, TEXT_TERMS_AFTER));
        json_write_text(&text, ": ");
        buffer_append_slice(&text, option->aftercare);
    }
    struct slice result = arena_copy(arena, buffer_slice(&text));
    buffer_free(&text);
    return result;
}

static void write_terms(const struct match_page *page, struct arena *arena,
                        struct buffer *out)
{
    const struct grid_column columns[] = {
        {"", .right = true},
        {text_get(page->language, TEXT_COLUMN_UNDER), .flexible = true},
        {text_get(page->language, TEXT_COLUMN_TERMS), .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = 3, .arena = arena};
    const struct option *option = page->answer->options.data;
    for (uint32_t i = 0; i < page->answer->options.n; i++) {
        grid_add_row(&grid);
        grid_set(&grid, 0, arena_printf(arena, "%u", i + 1), NULL);
        grid_set(&grid, 1, under_text(page, &option[i], arena), NULL);
        grid_set(&grid, 2, terms_text(page, &option[i], arena), NULL);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    grid_print(&grid, &options, out);
}

// "1, 3–5" of the options whose note is that of the first one.
static struct slice numbers_text(const struct slice *notes, uint32_t first, uint32_t n,
                                 struct arena *arena)
{
    struct buffer text = {0};
    for (uint32_t i = first; i < n; i++) {
        if (!slice_equal(notes[i], notes[first]))
            continue;
        uint32_t last = i;
        while (last + 1 < n && slice_equal(notes[last + 1], notes[first]))
            last++;
        json_write_text(&text, text.len > 0 ? ", " : "");
        json_write_int(&text, i + 1);
        if (last > i) {
            json_write_text(&text, "–");
            json_write_int(&text, last + 1);
        }
        i = last;
    }
    struct slice result = arena_copy(arena, buffer_slice(&text));
    buffer_free(&text);
    return result;
}

static bool is_first_of_its_kind(const struct slice *notes, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++)
        if (slice_equal(notes[j], notes[i]))
            return false;
    return notes[i].len > 0;
}

static void write_notes(const struct match_page *page, struct arena *arena,
                        struct buffer *out)
{
    const struct grid_column columns[] = {
        {"", .flexible = true},
        {text_get(page->language, TEXT_COLUMN_NOTE), .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = 2, .arena = arena};
    uint32_t n = page->answer->options.n;
    struct slice *notes = arena_alloc(arena, n * sizeof *notes);
    const struct option *option = page->answer->options.data;
    for (uint32_t i = 0; i < n; i++)
        notes[i] = note_text(page, &option[i], arena);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_first_of_its_kind(notes, i))
            continue;
        grid_add_row(&grid);
        grid_set(&grid, 0, numbers_text(notes, i, n, arena), NULL);
        grid_set(&grid, 1, notes[i], NULL);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    if (grid.first)
        json_write_text(out, "\n");
    grid_print(&grid, &options, out);
}

void match_terms_write(const struct match_page *page, struct arena *arena,
                       struct buffer *out)
{
    json_write_text(out, "\n");
    write_terms(page, arena, out);
    if (page->query->explain == 1)
        write_notes(page, arena, out);
}
