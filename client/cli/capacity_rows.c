// SPDX-License-Identifier: Apache-2.0
#include "cli/capacity_rows.h"

#include "base/check.h"
#include "cli/capacity_json.h"
#include "cli/grid.h"
#include "cli/json_write.h"
#include "cli/time_words.h"
#include "wire/codec.h"

#define FLUSH_AT (256u << 10)

// --- rows ---

// A message with its texts in the arena.
static void copy(const struct shape *shape, const void *from, void *to,
                 struct arena *arena)
{
    struct buffer bytes = {0};
    wire_encode(shape, WIRE_PUBLIC, from, &bytes);
    struct slice kept = arena_copy(arena, buffer_slice(&bytes));
    buffer_free(&bytes);
    CHECK(wire_decode(shape, WIRE_PUBLIC, kept, to, arena, NULL) == 0);
}

static int on_capacity(void *arg, const struct capacity_status *status)
{
    struct capacity_rows *rows = arg;
    struct arena *arena = &rows->directory->cli->arena;
    struct capacity_row *row = arena_alloc(arena, sizeof *row);
    row->next = NULL;
    copy(&shape_capacity_status, status, &row->status, arena);
    if (rows->last)
        rows->last->next = row;
    else
        rows->first = row;
    rows->last = row;
    return 0;
}

int capacity_rows_fetch(struct capacity_rows *rows,
                        const struct capacity_list_request *filter,
                        struct vardsok_error *error)
{
    struct directory *directory = rows->directory;
    struct cli *cli = directory->cli;
    int status = client_capacity_list(cli->connection, filter, cli->timeout_ms,
                                      on_capacity, rows, error);
    for (struct capacity_row *row = rows->first; row; row = row->next) {
        row->unit = directory_unit(directory, row->status.capacity.unit);
        row->service = directory_service(directory, row->status.capacity.service);
    }
    return status;
}

static struct claim_row *append_claim(struct claim_rows *rows,
                                      const struct client_stored *claim)
{
    struct arena *arena = &rows->directory->cli->arena;
    struct claim_row *row = arena_alloc(arena, sizeof *row);
    *row = (struct claim_row){.revision = claim->revision};
    copy(&shape_claim, &claim->entity.claim, &row->claim, arena);
    if (rows->last)
        rows->last->next = row;
    else
        rows->first = row;
    rows->last = row;
    return row;
}

static void name_claim(struct claim_rows *rows, struct claim_row *row)
{
    row->unit = directory_unit(rows->directory, row->claim.unit);
    row->service = directory_service(rows->directory, row->claim.service);
}

void claim_rows_add(struct claim_rows *rows, const struct client_stored *claim)
{
    name_claim(rows, append_claim(rows, claim));
}

static int on_claim(void *arg, const struct client_stored *claim)
{
    struct claim_rows *rows = arg;
    int64_t state = claim->entity.claim.state;
    bool is_live = state == CLAIM_HELD || state == CLAIM_CONFIRMED;
    bool is_wanted = (!rows->live_only || is_live) &&
                     (rows->revision == 0 || rows->revision == claim->revision);
    if (is_wanted)
        append_claim(rows, claim);
    return 0;
}

int claim_rows_fetch(struct claim_rows *rows, const struct claim_list_request *filter,
                     struct vardsok_error *error)
{
    struct cli *cli = rows->directory->cli;
    int status = client_claim_list(cli->connection, filter, cli->timeout_ms, on_claim,
                                   rows, error);
    for (struct claim_row *row = rows->first; row; row = row->next)
        name_claim(rows, row);
    return status;
}

struct capacity_page capacity_page_of(struct directory *directory)
{
    return (struct capacity_page){
        .language = directory->cli->language,
        .names = directory_regions(directory),
        .now_ms = time_now_ms(),
        .width = grid_terminal_width(),
        .colours = directory->cli->colours,
    };
}

// --- streams ---

struct stream {
    struct cli *cli;
    struct buffer out;
    int exit_code; // once something could not be written
};

static int flush_full(struct stream *stream)
{
    if (stream->out.len < FLUSH_AT)
        return 0;
    stream->exit_code = cli_print(stream->cli, &stream->out);
    return stream->exit_code ? VARDSOK_CANCELED : 0;
}

static int write_capacity(void *arg, const struct capacity_status *status)
{
    struct stream *stream = arg;
    if (stream->cli->form == OUTPUT_CSV) {
        csv_write_capacity(&stream->out, status);
    } else {
        json_write_capacity(&stream->out, status);
        json_write_text(&stream->out, "\n");
    }
    return flush_full(stream);
}

static int write_claim(void *arg, const struct client_stored *claim)
{
    struct stream *stream = arg;
    if (stream->cli->form == OUTPUT_CSV) {
        csv_write_claim(&stream->out, claim);
    } else {
        json_write_claim(&stream->out, claim);
        json_write_text(&stream->out, "\n");
    }
    return flush_full(stream);
}

// What came before a failure is written all the same.
static int finish(struct stream *stream, int status, const struct vardsok_error *error)
{
    int exit_code = stream->exit_code;
    if (exit_code == 0 && stream->out.len > 0)
        exit_code = cli_print(stream->cli, &stream->out);
    buffer_free(&stream->out);
    if (exit_code == 0 && status != 0)
        exit_code = cli_error(stream->cli, error);
    return exit_code;
}

int capacity_stream(struct cli *cli, const struct capacity_list_request *filter)
{
    struct stream stream = {.cli = cli};
    struct vardsok_error error;
    if (cli->form == OUTPUT_CSV)
        csv_write_capacity_header(&stream.out);
    int status = client_capacity_list(cli->connection, filter, cli->timeout_ms,
                                      write_capacity, &stream, &error);
    return finish(&stream, status, &error);
}

int claim_stream(struct cli *cli, const struct claim_list_request *filter)
{
    struct stream stream = {.cli = cli};
    struct vardsok_error error;
    if (cli->form == OUTPUT_CSV)
        csv_write_claim_header(&stream.out);
    int status = client_claim_list(cli->connection, filter, cli->timeout_ms, write_claim,
                                   &stream, &error);
    return finish(&stream, status, &error);
}
