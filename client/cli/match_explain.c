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
                 slice_from(text_test_failed(language, (enum match_test)count->reason)),
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
        grid_set(&grid, 0, words_unit(&miss->unit), NULL);
        grid_set(&grid, 1, buffer_slice(&words), NULL);
        buffer_free(&words);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    if (grid.first)
        json_write_text(out, "\n");
    grid_print(&grid, &options, out);
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
}
