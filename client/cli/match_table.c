// SPDX-License-Identifier: Apache-2.0
#include "cli/match_table.h"

#include "cli/directory.h"
#include "cli/grid.h"
#include "cli/json_write.h"

enum column {
    COLUMN_NUMBER,
    COLUMN_UNIT,
    COLUMN_FIRST_DAY,
    COLUMN_BASIS,
    COLUMN_GUARANTEE,
    COLUMN_DISTANCE,
    COLUMN_PRICE,
    COLUMN_VERIFY,
    COLUMN_COUNT
};

// --- cells ---

struct cell {
    struct grid *grid;
    enum column column;
    const char *colour;
    struct buffer text;
};

static void finish(struct cell *cell)
{
    if (cell->text.len > 0)
        grid_set(cell->grid, cell->column, buffer_slice(&cell->text), cell->colour);
    buffer_free(&cell->text);
}

static void add_unit(const struct match_page *page, struct grid *grid,
                     const struct option *option)
{
    struct cell cell = {.grid = grid, .column = COLUMN_UNIT};
    buffer_append_slice(&cell.text, words_unit(&option->unit));
    json_write_text(&cell.text, "\n");
    words_region(&cell.text, page->names, option->unit.region);
    finish(&cell);
}

static void add_first_day(const struct match_page *page, struct grid *grid,
                          const struct option *option)
{
    struct cell cell = {.grid = grid, .column = COLUMN_FIRST_DAY};
    if (option->expected_start == ABSENT) {
        text_append(&cell.text, page->language, TEXT_DAY_UNKNOWN);
    } else {
        words_date(&cell.text, option->expected_start);
        json_write_text(&cell.text, "\n");
        words_days(&cell.text, page->language, option->wait_days);
    }
    finish(&cell);
}

// What the wait rests on, and the day that says how fresh that is.
static void add_basis(const struct match_page *page, struct grid *grid,
                      const struct option *option)
{
    struct cell cell = {.grid = grid, .column = COLUMN_BASIS};
    enum text text = option->wait_basis == BASIS_FORECAST   ? TEXT_BASIS_FORECAST
                     : option->wait_basis == BASIS_CURRENT  ? TEXT_BASIS_CURRENT
                     : option->wait_basis == BASIS_CAPACITY ? TEXT_BASIS_CAPACITY
                     : option->stale == 1                   ? TEXT_BASIS_STALE
                                                            : TEXT_BASIS_UNKNOWN;
    if (text == TEXT_BASIS_STALE)
        cell.colour = "magenta";
    text_append(&cell.text, page->language, text);
    if (option->wait_basis == BASIS_CAPACITY && option->free_slots != ABSENT) {
        json_write_text(&cell.text, "\n");
        text_append(&cell.text, page->language,
                    option->free_slots == 1 ? TEXT_ONE_SLOT : TEXT_SLOTS,
                    (long long)option->free_slots);
    } else if (option->observed_on != ABSENT) {
        json_write_text(&cell.text, "\n");
        words_date(&cell.text, option->observed_on);
    }
    finish(&cell);
}

static void add_guarantee(const struct match_page *page, struct grid *grid,
                          const struct option *option)
{
    if (option->within_guarantee == ABSENT)
        return;
    bool within = option->within_guarantee == 1;
    struct cell cell = {
        .grid = grid, .column = COLUMN_GUARANTEE, .colour = within ? NULL : "red"};
    text_append(&cell.text, page->language, within ? TEXT_WITHIN : TEXT_NOT_WITHIN);
    finish(&cell);
}

static void add_numbers(struct grid *grid, const struct option *option)
{
    struct cell distance = {.grid = grid, .column = COLUMN_DISTANCE};
    if (option->distance_km != ABSENT)
        json_write_int(&distance.text, option->distance_km);
    finish(&distance);
    struct cell price = {.grid = grid, .column = COLUMN_PRICE};
    if (option->price != ABSENT)
        words_price(&price.text, option->price);
    finish(&price);
}

static void add_verify(const struct match_page *page, struct grid *grid,
                       const struct option *option)
{
    struct cell cell = {.grid = grid, .column = COLUMN_VERIFY, .colour = "yellow"};
    words_verify(&cell.text, page->language, option->verify);
    finish(&cell);
}

// --- the page ---

static void write_options(const struct match_page *page, struct arena *arena,
                          struct buffer *out)
{
    enum language language = page->language;
    const struct grid_column columns[COLUMN_COUNT] = {
        [COLUMN_NUMBER] = {"", .right = true},
        [COLUMN_UNIT] = {text_get(language, TEXT_COLUMN_UNIT), .flexible = true},
        [COLUMN_FIRST_DAY] = {text_get(language, TEXT_COLUMN_FIRST_DAY), false, false},
        [COLUMN_BASIS] = {text_get(language, TEXT_COLUMN_BASIS), false, false},
        [COLUMN_GUARANTEE] = {text_get(language, TEXT_COLUMN_GUARANTEE), false, false},
        [COLUMN_DISTANCE] = {text_get(language, TEXT_COLUMN_DISTANCE), .right = true},
        [COLUMN_PRICE] = {text_get(language, TEXT_COLUMN_PRICE), .right = true},
        [COLUMN_VERIFY] = {text_get(language, TEXT_COLUMN_VERIFY), .flexible = true},
    };
    struct grid grid = {.columns = columns, .n_columns = COLUMN_COUNT, .arena = arena};
    const struct option *option = page->answer->options.data;
    for (uint32_t i = 0; i < page->answer->options.n; i++, option++) {
        grid_add_row(&grid);
        grid_set(&grid, COLUMN_NUMBER, arena_printf(arena, "%u", i + 1), NULL);
        add_unit(page, &grid, option);
        add_first_day(page, &grid, option);
        add_basis(page, &grid, option);
        add_guarantee(page, &grid, option);
        add_numbers(&grid, option);
        add_verify(page, &grid, option);
    }
    struct grid_print_options options = {page->width, page->colours, true};
    grid_print(&grid, &options, out);
}

static void write_head(const struct match_page *page, struct buffer *out)
{
    struct buffer region = {0}, on = {0}, service = {0};
    words_region(&region, page->names, page->query->home_region);
    words_date(&on, page->answer->on);
    buffer_append_slice(&service, page->answer->service);
    if (page->service_name.len > 0) {
        json_write_text(&service, " ");
        buffer_append_slice(&service, page->service_name);
    }
    buffer_append(&region, "", 1);
    buffer_append(&on, "", 1);
    buffer_append(&service, "", 1);
    text_append(out, page->language, TEXT_MATCH_HEAD, service.data, region.data, on.data);
    json_write_text(out, "\n");
    if (page->answer->guarantee_deadline != ABSENT) {
        buffer_clear(&on);
        words_date(&on, page->answer->guarantee_deadline);
        buffer_append(&on, "", 1);
        text_append(out, page->language, TEXT_MATCH_DEADLINE, on.data);
        json_write_text(out, "\n");
    }
    buffer_free(&region);
    buffer_free(&on);
    buffer_free(&service);
}

void match_page_write(const struct match_page *page, struct arena *arena,
                      struct buffer *out)
{
    write_head(page, out);
    json_write_text(out, "\n");
    uint32_t n = page->answer->options.n;
    int64_t limit =
        page->query->limit == ABSENT ? QUERY_LIMIT_DEFAULT : page->query->limit;
    if (n > 0) {
        write_options(page, arena, out);
        if (n == limit && limit < QUERY_LIMIT_MAX) {
            text_append(out, page->language, TEXT_MATCH_MORE, (unsigned)n);
            json_write_text(out, "\n");
        }
        match_terms_write(page, arena, out);
    } else {
        text_append(out, page->language, TEXT_MATCH_NONE);
        json_write_text(out, "\n");
        if (page->query->explain != 1) {
            text_append(out, page->language, TEXT_MATCH_NONE_HINT);
            json_write_text(out, "\n");
        }
    }
    if (page->answer->counts.admitted != ABSENT)
        match_explain_write(page, arena, out);
}

int match_table_print(struct cli *cli, const struct query *query,
                      const struct answer *answer)
{
    struct directory directory = {.cli = cli};
    struct match_page page = {
        .language = cli->language,
        .query = query,
        .answer = answer,
        .service_name = directory_service(&directory, answer->service),
        .names = directory_regions(&directory),
        .width = grid_terminal_width(),
        .colours = cli->colours,
    };
    struct buffer out = {0};
    match_page_write(&page, &cli->arena, &out);
    int exit_code = cli_print(cli, &out);
    buffer_free(&out);
    return exit_code;
}
