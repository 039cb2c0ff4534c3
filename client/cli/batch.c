// SPDX-License-Identifier: Apache-2.0
//
// Happy path: lines are read into a chunk (fill), the chunk's right queries are sent as
// one MatchBatch, up to CHUNKS_MAX chunks are under way at once, and the oldest is
// written out when the next one needs its place or when there is nothing to read at the
// moment (drain).
//
// Failure modes: a line that is refused here keeps its place as an answer that is written
// already; a call that fails ends the command, after everything before it was written.
// Only a revision that is not reached is one query's own matter: the rest is asked again.
#include "cli/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/json_read.h"
#include "cli/json_write.h"
#include "cli/lines.h"

#define CHUNKS_MAX 4
#define CHUNK_REQUEST_MAX (1u << 20) // bytes; the daemon takes at least 2 MiB
#define OUT_MAX (256u << 10)

// What a line of the input becomes, in order.
struct place {
    bool is_sent;       // its answer comes from the daemon
    size_t request_end; // then: where it ends in the chunk's request
    size_t text_end;    // else: where its answer ends in the chunk's texts
};

struct chunk {
    unsigned n_places, n_sent;
    struct place places[CLIENT_BATCH_MAX_QUERIES];
    struct buffer request;
    struct buffer texts; // answers to what was refused here
    struct vardsok_call *call;
};

struct batch {
    struct cli *cli;
    struct lines lines;
    struct chunk chunks[CHUNKS_MAX];
    unsigned first, n; // the chunks under way
    struct buffer out;
    struct arena arena;
};

// --- reading ---

static void add_refusal(struct chunk *chunk, const struct refusal *refusal)
{
    struct vardsok_error error;
    client_error_from_refusal(&error, refusal, SLICE_ABSENT);
    json_write_error(&chunk->texts, &error);
    json_write_text(&chunk->texts, "\n");
    chunk->places[chunk->n_places++] = (struct place){.text_end = chunk->texts.len};
}

static void add_line(struct chunk *chunk, struct slice line)
{
    struct query query;
    struct refusal refusal;
    json_t *json;
    if (json_read_query(line, &query, &json, &refusal) != 0) {
        add_refusal(chunk, &refusal);
        return;
    }
    client_batch_add(&chunk->request, &query);
    json_decref(json);
    chunk->places[chunk->n_places++] =
        (struct place){.is_sent = true, .request_end = chunk->request.len};
    chunk->n_sent++;
}

static void add_too_long(struct chunk *chunk)
{
    struct refusal refusal;
    refuse(&refusal, STATUS_INVALID_ARGUMENT, REASON_TOO_LONG, NULL,
           "a query must not have more than %d bytes", BATCH_LINE_MAX);
    add_refusal(chunk, &refusal);
}

static bool is_blank(struct slice line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.data[i] != ' ' && line.data[i] != '\t')
            return false;
    return true;
}

// Reads until the chunk is full, or until more would have to be waited for. False at the
// end of the input and when it cannot be read (*exit_code).
static bool fill(struct batch *batch, struct chunk *chunk, int *exit_code)
{
    while (chunk->n_places < CLIENT_BATCH_MAX_QUERIES &&
           chunk->request.len < CHUNK_REQUEST_MAX) {
        if (chunk->n_places > 0 && !lines_ready(&batch->lines))
            return true;
        struct slice line;
        switch (lines_next(&batch->lines, &line)) {
        case LINES_LINE:
            if (!is_blank(line))
                add_line(chunk, line);
            break;
        case LINES_TOO_LONG:
            add_too_long(chunk);
            break;
        case LINES_END:
            return false;
        case LINES_FAILED:
            *exit_code = cli_fail(batch->cli, EXIT_REFUSED, TEXT_CANNOT_READ, "input",
                                  strerror(errno));
            return false;
        }
    }
    return true;
}

// --- writing ---

static int flush(struct batch *batch)
{
    return batch->out.len > 0 ? cli_print(batch->cli, &batch->out) : 0;
}

// Asks what stands after the place once more. 0 or a status.
static int ask_rest(struct batch *batch, struct chunk *chunk, const struct place *place,
                    struct vardsok_error *error)
{
    struct buffer rest = {0};
    vardsok_call_free(chunk->call);
    chunk->call = NULL;
    buffer_append(&rest, chunk->request.data + place->request_end,
                  chunk->request.len - place->request_end);
    int status = client_batch_start(batch->cli->connection, &rest, batch->cli->timeout_ms,
                                    &chunk->call, error);
    buffer_free(&rest);
    return status;
}

static bool is_not_reached(const struct vardsok_error *error)
{
    return strcmp(error->reason, reason_name(REASON_REVISION_NOT_REACHED)) == 0;
}

static int write_answer(struct batch *batch, struct chunk *chunk,
                        const struct place *place)
{
    struct vardsok_error error, refused;
    struct answer answer;
    uint32_t index;
    arena_reset(&batch->arena);
    int status =
        client_batch_next(chunk->call, &batch->arena, &index, &answer, &refused, &error);
    if (status == 0)
        status = client_error_set(&error, VARDSOK_INTERNAL, REASON_BAD_MESSAGE, NULL,
                                  "the daemon answered fewer queries than were asked");
    if (status < 0 && is_not_reached(&error)) {
        refused = error;
        status = ask_rest(batch, chunk, place, &error);
    }
    if (status < 0) {
        int exit_code = flush(batch);
        return exit_code ? exit_code : cli_error(batch->cli, &error);
    }
    if (refused.status != 0)
        json_write_error(&batch->out, &refused);
    else
        json_write_answer(&batch->out, &answer);
    json_write_text(&batch->out, "\n");
    return batch->out.len > OUT_MAX ? flush(batch) : 0;
}

static void chunk_reset(struct chunk *chunk)
{
    vardsok_call_free(chunk->call);
    chunk->call = NULL;
    chunk->n_places = chunk->n_sent = 0;
    buffer_clear(&chunk->request);
    buffer_clear(&chunk->texts);
}

// Writes the oldest chunk's answers. 0 or the exit code.
static int drain(struct batch *batch)
{
    struct chunk *chunk = &batch->chunks[batch->first];
    size_t text = 0;
    int exit_code = 0;
    for (unsigned i = 0; i < chunk->n_places && exit_code == 0; i++) {
        const struct place *place = &chunk->places[i];
        if (place->is_sent) {
            exit_code = write_answer(batch, chunk, place);
            continue;
        }
        buffer_append(&batch->out, chunk->texts.data + text, place->text_end - text);
        text = place->text_end;
    }
    chunk_reset(chunk);
    batch->first = (batch->first + 1) % CHUNKS_MAX;
    batch->n--;
    return exit_code;
}

static int drain_all(struct batch *batch)
{
    int exit_code = 0;
    while (batch->n > 0 && exit_code == 0)
        exit_code = drain(batch);
    return exit_code ? exit_code : flush(batch);
}

// --- the run ---

static int send_chunk(struct batch *batch, struct chunk *chunk)
{
    batch->n++;
    if (chunk->n_sent == 0)
        return 0;
    int exit_code = cli_connect(batch->cli);
    if (exit_code != 0)
        return exit_code;
    struct vardsok_error error;
    if (client_batch_start(batch->cli->connection, &chunk->request,
                           batch->cli->timeout_ms, &chunk->call, &error) != 0)
        return cli_error(batch->cli, &error);
    return 0;
}

static int run(struct batch *batch)
{
    int exit_code = cli_connect(batch->cli);
    bool more = true;
    while (more && exit_code == 0) {
        struct chunk *chunk = &batch->chunks[(batch->first + batch->n) % CHUNKS_MAX];
        more = fill(batch, chunk, &exit_code);
        if (exit_code == 0 && chunk->n_places > 0)
            exit_code = send_chunk(batch, chunk);
        if (exit_code != 0)
            break;
        exit_code = !more || !lines_ready(&batch->lines) ? drain_all(batch)
                    : batch->n == CHUNKS_MAX             ? drain(batch)
                                                         : 0;
    }
    return exit_code;
}

int batch_run(struct cli *cli, const char *path)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return cli_fail(cli, EXIT_REFUSED, TEXT_CANNOT_READ, path, strerror(errno));
    struct batch *batch = arena_alloc(&cli->arena, sizeof *batch);
    *batch = (struct batch){.cli = cli, .lines = {.fd = fd, .max_len = BATCH_LINE_MAX}};
    int exit_code = run(batch);
    for (unsigned i = 0; i < CHUNKS_MAX; i++) {
        chunk_reset(&batch->chunks[i]);
        buffer_free(&batch->chunks[i].request);
        buffer_free(&batch->chunks[i].texts);
    }
    buffer_free(&batch->out);
    arena_free(&batch->arena);
    lines_close(&batch->lines);
    return exit_code;
}
