// SPDX-License-Identifier: Apache-2.0
//
// Under the table: why candidates said no, what nearly fitted, and what to see to before
// referral.
#include "cli/grid.h"
#include "cli/json_write.h"
#include "cli/match_table.h"

static void write_reasons(const struct match_page *page, struct arena *arena,
                          struct buffer *out)
{
    enum language language = page->language;
    const struct grid_column columns[] = {
        {text_get(language, TEXT_EXPLAIN_REASON), .flexible = true},
        {text_get(language, TEXT_EXPLAIN_ANY), .right = true},
        {text_get(language, TEXT_EXPLAIN_ALONE), .right = true},
    };
    struct grid grid = {.columns = columns, .n_columns = 3, .arena = arena};
    const struct reason_count *count = page->answer->counts.reasons.data;
    for (uint32_t i = 0; i < page->answer->counts.reasons.n; i++, count++) {
        grid_add_row(&grid);
        grid_set(&grid, 0,
                 slice_from(text_test_failed(language, (enum test_reason)count->reason)),
                 NULL);
        grid_set(&grid, 1, arena_printf(arena, "%lld", (long long)count->any), NULL);
        grid_set(&grid, 2, arena_printf(arena, "%lld", (long long)count->alone), NULL);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    if (grid.first)
        json_write_text(out, "\n");
    grid_print(&grid, &options, out);
}

static void write_near_misses(const struct match_page *page, struct arena *arena,
                              struct buffer *out)
{
    const struct grid_column columns[] = {
        {text_get(page->language, TEXT_EXPLAIN_NEAR), .flexible = true},
        {"", .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = 2, .arena = arena};
    const struct near_miss *miss = page->answer->near_misses.data;
    for (uint32_t i = 0; i < page->answer->near_misses.n; i++, miss++) {
        struct buffer words = {0};
        words_bound(&words, page->language, page->names, &miss->bound);
        grid_add_row(&grid);
        grid_set(&grid, 0, miss->unit.name.len ? miss->unit.name : miss->unit.id, NULL);
        grid_set(&grid, 1, buffer_slice(&words), NULL);
        buffer_free(&words);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    if (grid.first)
        json_write_text(out, "\n");
    grid_print(&grid, &options, out);
}

// Prerequisites and aftercare of the options: part of the terms, and too long for the
// table.
static void write_notes(const struct match_page *page, struct arena *arena,
                        struct buffer *out)
{
    const struct option *option = page->answer->options.data;
    struct buffer notes = {0};
    for (uint32_t i = 0; i < page->answer->options.n; i++, option++) {
        struct slice name = option->unit.name.len ? option->unit.name : option->unit.id;
        struct buffer texts = {0};
        for (uint32_t j = 0; j < option->prerequisites.n; j++) {
            if (j > 0)
                json_write_text(&texts, "; ");
            buffer_append_slice(&texts, option->prerequisites.items[j]);
        }
        buffer_append(&texts, "", 1);
        if (option->prerequisites.n > 0) {
            text_append(&notes, page->language, TEXT_EXPLAIN_BEFORE, (int)name.len,
                        name.data, texts.data);
            json_write_text(&notes, "\n");
        }
        buffer_clear(&texts);
        buffer_append_slice(&texts, option->aftercare);
        buffer_append(&texts, "", 1);
        if (option->aftercare.len > 0) {
            text_append(&notes, page->language, TEXT_EXPLAIN_AFTER, (int)name.len,
                        name.data, texts.data);
            json_write_text(&notes, "\n");
        }
        buffer_free(&texts);
    }
    if (notes.len > 0) {
        json_write_text(out, "\n");
        struct slice text = {notes.data, notes.len - 1};
        buffer_append_slice(out, grid_wrap(text, page->width, arena));
        json_write_text(out, "\n");
    }
    buffer_free(&notes);
}

void match_explain_write(const struct match_page *page, struct arena *arena,
                         struct buffer *out)
{
    const struct counts *counts = &page->answer->counts;
    long long all = counts->admitted + counts->conditional + counts->excluded;
    json_write_text(out, "\n");
    text_append(out, page->language, TEXT_EXPLAIN_COUNTS, (long long)counts->excluded,
                all, (long long)counts->admitted, (long long)counts->conditional);
    json_write_text(out, "\n");
    write_reasons(page, arena, out);
    write_near_misses(page, arena, out);
    write_notes(page, arena, out);
}
