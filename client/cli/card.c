// SPDX-License-Identifier: Apache-2.0
#include "cli/card.h"

#include "cli/match_words.h"

static const struct grid_column columns[] = {{"", .right = false},
                                             {"", .flexible = true}};

void card_init(struct card *card, enum language language, struct arena *arena)
{
    *card = (struct card){
        .language = language,
        .grid = {.columns = columns, .n_columns = 2, .arena = arena},
    };
}

void card_add(struct card *card, const char *field, struct slice value,
              const char *colour)
{
    if (value.len == 0)
        return;
    grid_add_row(&card->grid);
    grid_set(&card->grid, 0, slice_from(text_label(card->language, field)), NULL);
    grid_set(&card->grid, 1, value, colour);
}

void card_add_number(struct card *card, const char *field, int64_t value)
{
    if (value != ABSENT)
        card_add(card, field, arena_printf(card->grid.arena, "%lld", (long long)value),
                 NULL);
}

void card_add_date(struct card *card, const char *field, int64_t days)
{
    struct buffer text = {0};
    if (days != ABSENT)
        words_date(&text, days);
    card_add(card, field, buffer_slice(&text), NULL);
    buffer_free(&text);
}

void card_add_named(struct card *card, const char *field, struct slice name,
                    struct slice code)
{
    if (name.len > 0)
        code = arena_printf(card->grid.arena, "%.*s (%.*s)", (int)name.len, name.data,
                            (int)code.len, code.data);
    card_add(card, field, code, NULL);
}

void card_write(struct card *card, unsigned width, bool colours, struct buffer *out)
{
    grid_print(&card->grid, &(struct grid_print_options){width, colours, false}, out);
}
