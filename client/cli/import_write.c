// SPDX-License-Identifier: Apache-2.0
//
// Happy path: rows are gathered into batches kind by kind, several batches are under way
// at once, and at the end of a kind all of them are waited for, since the next kind
// refers to it.
//
// Failure modes: a lost connection or a busy log is tried again with the same request id
// by the library, until the timeout. A batch that is refused after all (somebody wrote in
// between) is told by the refused row; with --keep-going it is sent again without that
// row, else the import is cut.
#include <stdlib.h>

#include "base/check.h"
#include "cli/import.h"

#define BATCH_ROWS_MAX 500
#define BATCH_BYTES_MAX (768u << 10) // of 1 MiB that a write may have
#define BATCHES_MAX 8

struct batch {
    enum kind kind;
    struct row *rows[BATCH_ROWS_MAX];
    unsigned n_rows;
    struct client_write write;
};

struct writing {
    struct import *import;
    struct batch batches[BATCHES_MAX];
    unsigned first, n; // under way
    uint32_t done;     // changes
    struct arena arena;
};

static bool is_delete(const struct batch *batch)
{
    return batch->rows[0]->line == 0;
}

// --- one batch ---

static int start(struct writing *writing, struct batch *batch)
{
    struct import *import = writing->import;
    struct vardsok_error error;
    client_write_init(&batch->write, &(struct client_write_options){.request_id = NULL});
    for (unsigned i = 0; i < batch->n_rows; i++) {
        struct change change;
        import_row_change(import, batch->rows[i], &change);
        client_write_add(&batch->write, change.op, change.kind, &change.entity, ABSENT);
    }
    if (client_write_start(&batch->write, import->cli->connection,
                           import->cli->timeout_ms, &error) != 0)
        return cli_error(import->cli, &error);
    return 0;
}

// The daemon's refusal is about one row of the batch, which leaves it. False: it is about
// no row.
static bool refuse_one(struct writing *writing, struct batch *batch,
                       const struct vardsok_error *error)
{
    bool about_a_row = error->status == VARDSOK_INVALID_ARGUMENT ||
                       error->status == VARDSOK_FAILED_PRECONDITION ||
                       error->status == VARDSOK_ALREADY_EXISTS ||
                       error->status == VARDSOK_NOT_FOUND;
    if (!about_a_row || error->change_index >= batch->n_rows)
        return false;
    struct refusal refusal;
    refuse(&refusal, error->status, REASON_NONE, error->field, "%s", error->message);
    import_refuse_row(writing->import, batch->kind, batch->rows[error->change_index],
                      &refusal);
    batch->n_rows--;
    for (unsigned i = error->change_index; i < batch->n_rows; i++)
        batch->rows[i] = batch->rows[i + 1];
    return true;
}

static int finish(struct writing *writing, struct batch *batch)
{
    struct import *import = writing->import;
    uint64_t revision;
    struct vardsok_error error;
    while (client_write_finish(&batch->write, &writing->arena, &revision, NULL, &error) !=
           0) {
        client_write_close(&batch->write);
        if (!refuse_one(writing, batch, &error))
            return cli_error(import->cli, &error);
        if (!import->keep_going)
            return EXIT_ROWS_REFUSED;
        if (batch->n_rows == 0)
            return 0;
        int exit_code = start(writing, batch);
        if (exit_code != 0)
            return exit_code;
    }
    client_write_close(&batch->write);
    import->revision = revision > import->revision ? revision : import->revision;
    *(is_delete(batch) ? &import->n_deleted : &import->n_written) += batch->n_rows;
    writing->done += batch->n_rows;
    arena_reset(&writing->arena);
    import_progress(import, TEXT_PROGRESS_WRITE, writing->done,
                    import->n_to_write + import->n_to_delete);
    return 0;
}

// --- all of them ---

static int finish_first(struct writing *writing)
{
    struct batch *batch = &writing->batches[writing->first];
    writing->first = (writing->first + 1) % BATCHES_MAX;
    writing->n--;
    return finish(writing, batch);
}

static int finish_all(struct writing *writing)
{
    int exit_code = 0;
    while (writing->n > 0 && exit_code == 0)
        exit_code = finish_first(writing);
    return exit_code;
}

static int send(struct writing *writing)
{
    struct batch *batch = &writing->batches[(writing->first + writing->n) % BATCHES_MAX];
    if (batch->n_rows == 0)
        return 0;
    writing->n++;
    int exit_code = start(writing, batch);
    if (exit_code == 0 && writing->n == BATCHES_MAX)
        exit_code = finish_first(writing);
    return exit_code;
}

static int write_kind(struct writing *writing, enum kind kind, bool deletes)
{
    struct import_file *file = &writing->import->files[kind];
    struct batch *batch = NULL;
    size_t bytes = 0;
    for (uint32_t i = 0; i < file->n_rows; i++) {
        struct row *row = &file->rows[i];
        bool wanted = deletes ? row->state == ROW_DELETED
                              : row->state == ROW_ADDED || row->state == ROW_CHANGED;
        if (!wanted)
            continue;
        // A public change takes more than the log's: dates are texts there, and sets
        // lists.
        size_t len = 2 * (size_t)row->len + 64;
        if (batch && (batch->n_rows == BATCH_ROWS_MAX || bytes + len > BATCH_BYTES_MAX)) {
            int exit_code = send(writing);
            if (exit_code != 0)
                return exit_code;
            batch = NULL;
        }
        if (batch == NULL) {
            batch = &writing->batches[(writing->first + writing->n) % BATCHES_MAX];
            batch->kind = kind;
            batch->n_rows = 0;
            bytes = 0;
        }
        batch->rows[batch->n_rows++] = row;
        bytes += len;
    }
    int exit_code = batch ? send(writing) : 0;
    return exit_code ? exit_code : finish_all(writing);
}

int import_write(struct import *import)
{
    struct writing *writing = calloc(1, sizeof *writing);
    CHECK(writing != NULL);
    writing->import = import;
    int exit_code = 0;
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT && exit_code == 0; kind++)
        exit_code = write_kind(writing, (enum kind)kind, false);
    for (int kind = KIND_PUT_COUNT - 1; kind > KIND_NONE && exit_code == 0; kind--)
        exit_code = write_kind(writing, (enum kind)kind, true);
    uint32_t total = import->n_to_write + import->n_to_delete;
    import_progress(import, TEXT_PROGRESS_WRITE, 1, 1);
    if (exit_code != 0)
        cli_fail(import->cli, exit_code, TEXT_IMPORT_STOPPED, writing->done, total);
    for (unsigned i = 0; i < BATCHES_MAX; i++)
        client_write_close(&writing->batches[i].write);
    arena_free(&writing->arena);
    free(writing);
    return exit_code;
}
