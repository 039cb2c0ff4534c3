// SPDX-License-Identifier: Apache-2.0
#include "cli/lookup.h"

#include "cli/grid.h"
#include "cli/mask.h"
#include "cli/match_words.h"
#include "cli/name_fit.h"
#include "cli/service.h"
#include "domain/grammar.h"
#include "domain/identity.h"
#include "domain/search.h"

#define N_SHOWN 5

// A name that may be meant.
struct row {
    struct slice code, name;
    enum name_fit fit;
    unsigned distance;
};

struct lookup {
    struct cli *cli;
    enum kind kind;
    const char *shown; // what the user calls the value
    struct slice text; // what was typed
    struct name_wanted wanted;
    uint32_t n[NAME_FIT_COUNT]; // names by how they fit
    unsigned n_rows;
    struct row rows[N_SHOWN]; // those that fit best, the best first
};

// --- one that is meant, or several ---

static int take(const struct lookup *lookup, const struct row *row, struct slice *code)
{
    fprintf(stderr, "%s: %.*s (%.*s)\n", lookup->shown, (int)row->name.len,
            row->name.data, (int)row->code.len, row->code.data);
    *code = row->code;
    return 0;
}

static void show_rows(const struct lookup *lookup)
{
    const struct grid_column columns[] = {{.title = ""}, {"", .flexible = true}};
    struct grid grid = {.columns = columns, .n_columns = 2, .arena = &lookup->cli->arena};
    struct buffer out = {0};
    for (unsigned i = 0; i < lookup->n_rows; i++) {
        grid_add_row(&grid);
        grid_set(&grid, 0, lookup->rows[i].code, NULL);
        grid_set(&grid, 1, lookup->rows[i].name, NULL);
    }
    grid_print(&grid, &(struct grid_print_options){grid_terminal_width(), false, false},
               &out);
    fwrite(out.data, 1, out.len, stderr);
    buffer_free(&out);
}

static int refuse_several(const struct lookup *lookup, uint32_t n)
{
    cli_fail(lookup->cli, EXIT_USAGE, TEXT_LOOKUP_SEVERAL, lookup->shown,
             (int)lookup->text.len, lookup->text.data, n);
    show_rows(lookup);
    return EXIT_USAGE;
}

static int refuse_none(const struct lookup *lookup)
{
    struct cli *cli = lookup->cli;
    cli_fail(cli, EXIT_USAGE, TEXT_LOOKUP_NONE, lookup->shown, (int)lookup->text.len,
             lookup->text.data);
    if (lookup->n_rows > 0)
        text_print(stderr, cli->language, TEXT_SERVICE_MEANT);
    show_rows(lookup);
    if (lookup->kind == KIND_SERVICE)
        text_print(stderr, cli->language, TEXT_SERVICE_HOW_TO_SEARCH);
    return EXIT_USAGE;
}

// --- among all names of a kind ---

static struct row row_of(const struct cli *cli, const struct client_stored *stored)
{
    const union entity *entity = &stored->entity;
    switch (stored->kind) {
    case KIND_REGION:
        return (struct row){.name = entity->region.name};
    case KIND_MUNICIPALITY:
        return (struct row){entity->municipality.code, entity->municipality.name, 0, 0};
    case KIND_UNIT:
        return (struct row){entity->unit.id, entity->unit.name, 0, 0};
    default:
        return (struct row){entity->service.code,
                            service_name(cli->language, &entity->service), 0, 0};
    }
}

static bool is_before(const struct row *a, const struct row *b)
{
    if (a->fit != b->fit)
        return a->fit < b->fit;
    return a->distance < b->distance;
}

// Takes the row in among the best, before those that fit worse.
static void offer(struct lookup *lookup, struct row row,
                  const struct client_stored *stored)
{
    struct arena *arena = &lookup->cli->arena;
    unsigned place = lookup->n_rows;
    while (place > 0 && is_before(&row, &lookup->rows[place - 1]))
        place--;
    if (place == N_SHOWN)
        return;
    if (lookup->n_rows < N_SHOWN)
        lookup->n_rows++;
    for (unsigned i = lookup->n_rows - 1; i > place; i--)
        lookup->rows[i] = lookup->rows[i - 1];
    row.code = stored->kind == KIND_REGION
                   ? arena_printf(arena, "%02d", (int)stored->entity.region.code)
                   : arena_copy(arena, row.code);
    if (stored->kind == KIND_REGION)
        row.name = words_short_region(row.name);
    row.name = arena_copy(arena, row.name);
    lookup->rows[place] = row;
}

static int on_stored(void *arg, const struct client_stored *stored)
{
    struct lookup *lookup = arg;
    struct row row = row_of(lookup->cli, stored);
    if (row.name.len == 0)
        return 0;
    row.fit = name_fit(&lookup->wanted, row.name, &row.distance);
    lookup->n[row.fit]++;
    offer(lookup, row, stored);
    return 0;
}

static int find_name(struct lookup *lookup, struct slice *code)
{
    struct cli *cli = lookup->cli;
    struct vardsok_error error;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    if (client_list(cli->connection, lookup->kind, cli->timeout_ms, on_stored, lookup,
                    &error) != 0)
        return cli_error(cli, &error);
    enum name_fit fit = lookup->n_rows > 0 ? lookup->rows[0].fit : NAME_NOT;
    if (fit == NAME_NOT)
        return refuse_none(lookup);
    if (lookup->n[fit] == 1)
        return take(lookup, &lookup->rows[0], code);
    if (lookup->n_rows > lookup->n[fit])
        lookup->n_rows = lookup->n[fit];
    return refuse_several(lookup, lookup->n[fit]);
}

// --- care services, which the daemon searches ---

// Whether the hit is meant as it is written: not the beginning of a code, which may be
// any code cut short, not the area that it lies in, and no typing error.
static bool is_written(const struct lookup *lookup, const struct service_hit *hit)
{
    struct search_letters typed, code;
    switch (hit->found_by) {
    case FOUND_BY_MAPPING:
        return search_code_read(lookup->text, &typed) &&
               search_code_read(hit->mapping.code, &code) &&
               slice_equal(search_letters_slice(&typed), search_letters_slice(&code));
    case FOUND_BY_CODE_PREFIX:
    case FOUND_BY_AREA:
    case FOUND_BY_TYPING_ERROR:
        return false;
    default:
        return true;
    }
}

// The hit that alone can be meant, or -1: the only one without typing errors, the only
// code, the only name.
static int plain_hit(const struct lookup *lookup, const struct client_search *found)
{
    const struct service_hit *hits = found->hits;
    int64_t by = hits[0].found_by;
    if (!is_written(lookup, &hits[0]))
        return -1;
    bool is_whole = by == FOUND_BY_CODE || by == FOUND_BY_MAPPING || by == FOUND_BY_NAME;
    if (found->found == 1 || hits[1].found_by == FOUND_BY_TYPING_ERROR ||
        (is_whole && hits[1].found_by > by))
        return 0;
    int plain = -1; // the only whole name with å ä ö folded
    for (uint32_t i = 0; i < found->n; i++) {
        unsigned distance;
        if (name_fit(&lookup->wanted, hits[i].service.name_sv, &distance) > NAME_FOLDED)
            continue;
        if (plain >= 0)
            return -1;
        plain = (int)i;
    }
    return plain;
}

static void take_hits(struct lookup *lookup, const struct client_search *found)
{
    for (uint32_t i = 0; i < found->n; i++) {
        const struct service *service = &found->hits[i].service;
        lookup->rows[i] = (struct row){
            service->code, service_name(lookup->cli->language, service), NAME_NOT, 0};
    }
    lookup->n_rows = found->n;
}

// Whether a service has the text as its code; true also when that cannot be asked, which
// the command's own call will tell.
static bool is_service(struct lookup *lookup)
{
    struct cli *cli = lookup->cli;
    struct client_stored stored = {.kind = KIND_SERVICE};
    struct vardsok_error error;
    if (cli->connection == NULL &&
        vardsok_open(cli->server, cli->timeout_ms, &cli->connection, &error) != 0)
        return true;
    vardsok_set_language(cli->connection, text_language_code(cli->language));
    shape_clear(&shape_service, &stored.entity);
    stored.entity.service.code = lookup->text;
    return client_get(cli->connection, cli->timeout_ms, &cli->arena, &stored, &error) !=
           VARDSOK_NOT_FOUND;
}

static int find_service(struct lookup *lookup, struct slice *code)
{
    struct cli *cli = lookup->cli;
    struct client_search found;
    struct vardsok_error error;
    bool is_code = grammar_is_id(lookup->text);
    if (is_code && is_service(lookup))
        return 0;
    int exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    struct search_request request = {lookup->text, N_SHOWN};
    if (client_search(cli->connection, &request, cli->timeout_ms, &cli->arena, &found,
                      &error) != 0)
        return is_code ? 0 : cli_error(cli, &error);
    if (found.n == 0)
        return is_code ? 0 : find_name(lookup, code);
    int plain = plain_hit(lookup, &found);
    take_hits(lookup, &found);
    if (plain >= 0)
        return take(lookup, &lookup->rows[plain], code);
    return is_written(lookup, &found.hits[0]) ? refuse_several(lookup, found.found)
                                              : refuse_none(lookup);
}

// --- the value ---

// Whether the text is written as a code of its kind is, where no name is written so.
static bool is_plain_code(enum kind kind, struct slice text)
{
    return kind == KIND_UNIT && grammar_is_hsa_id(text);
}

int lookup_code(struct cli *cli, enum kind kind, const char *shown, struct slice text,
                struct slice *code)
{
    struct lookup lookup = {.cli = cli, .kind = kind, .shown = shown, .text = text};
    *code = text;
    // Codes of regions and municipalities have no letter.
    bool is_name = text.len <= SEARCH_TEXT_MAX && !is_plain_code(kind, text) &&
                   !identity_is_in(text) && name_wanted_init(&lookup.wanted, text);
    if (!is_name && !(kind == KIND_SERVICE && grammar_is_id(text)))
        return 0;
    return kind == KIND_SERVICE ? find_service(&lookup, code) : find_name(&lookup, code);
}
