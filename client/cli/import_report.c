// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <unistd.h>

#include "cli/import.h"
#include "cli/json_write.h"
#include "cli/mask.h"
#include "lib/address.h"

#define PROGRESS_EVERY_MS 100
#define PROGRESS_WIDTH 30

// --- faults ---

static int compare_faults(const void *a, const void *b)
{
    const struct fault *one = a, *other = b;
    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    int order = strcmp(one->file, other->file);
    if (order != 0)
        return order;
    if (one->line != other->line)
        return one->line < other->line ? -1 : 1;
    return strcmp(one->column, other->column);
}

static void report_fault(const struct import *import, const struct fault *fault)
{
    const char *meaning = text_reason(import->cli->language, reason_name(fault->reason));
    bool in_folder = strcmp(import->source, "-") != 0;
    if (in_folder) {
        mask_print(stderr, import->source);
        fputc('/', stderr);
    }
    mask_print(stderr, fault->file);
    fputc(':', stderr);
    if (fault->line > 0)
        fprintf(stderr, "%llu:", (unsigned long long)fault->line);
    if (fault->column[0])
        fprintf(stderr, " %s:", fault->column);
    if (meaning && fault->reason != REASON_TAKEN)
        fprintf(stderr, " %s:", meaning);
    fputc(' ', stderr);
    mask_print(stderr, fault->message);
    fputc('\n', stderr);
}

void import_report_faults(struct import *import)
{
    if (import->n_faults == 0)
        return;
    qsort(import->faults, import->n_faults, sizeof *import->faults, compare_faults);
    for (uint32_t i = 0; i < import->n_faults; i++)
        report_fault(import, &import->faults[i]);
    text_print(stderr, import->cli->language,
               import->keep_going && !import->dry_run ? TEXT_IMPORT_PARTLY_WRITTEN
                                                      : TEXT_IMPORT_NOTHING_WRITTEN,
               import->n_faults);
}

// --- the summary ---

static const char *change_of(const struct row *row)
{
    switch (row->state) {
    case ROW_ADDED:
        return "add";
    case ROW_CHANGED:
        return "change";
    case ROW_DELETED:
        return "delete";
    default:
        return NULL;
    }
}

// What a dry run would change, a line each, or a JSON array.
static void write_changes(struct import *import, bool json, struct buffer *out)
{
    struct arena arena = {0};
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT; kind++) {
        const struct import_file *file = &import->files[kind];
        for (uint32_t i = 0; i < file->n_rows; i++) {
            const char *change_name = change_of(&file->rows[i]);
            if (change_name == NULL)
                continue;
            struct change change;
            import_row_change(import, &file->rows[i], &change);
            struct slice name = entity_describe((enum kind)kind, &change.entity, &arena);
            if (json) {
                if (out->data[out->len - 1] != '[')
                    json_write_text(out, ",");
                json_write_text(out, "{\"change\":");
                json_write_string(out, slice_from(change_name));
                json_write_text(out, ",\"entity\":");
                json_write_string(out, name);
                json_write_text(out, "}");
            } else {
                json_write_text(out, change_name);
                json_write_text(out, " ");
                buffer_append_slice(out, name);
                json_write_text(out, "\n");
            }
            arena_reset(&arena);
        }
    }
    arena_free(&arena);
}

static void write_count(struct buffer *out, size_t mark, const char *name, uint64_t value)
{
    json_write_key(out, mark, name);
    json_write_int(out, (int64_t)value);
}

static void write_json(struct import *import, double seconds, bool would,
                       struct buffer *out)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    write_count(out, mark, "files", import->n_files);
    write_count(out, mark, "rows", import->n_rows);
    write_count(out, mark, "written", would ? import->n_to_write : import->n_written);
    write_count(out, mark, "equal", import->n_equal);
    write_count(out, mark, "skipped", import->n_skipped);
    write_count(out, mark, "refused", import->n_refused);
    write_count(out, mark, "deleted", would ? import->n_to_delete : import->n_deleted);
    json_write_key(out, mark, "seconds");
    json_write_decimal(out, (int64_t)(seconds * 1000), 3);
    if (import->revision > 0)
        write_count(out, mark, "revision", import->revision);
    if (import->dry_run) {
        json_write_key(out, mark, "changes");
        json_write_text(out, "[");
        write_changes(import, true, out);
        json_write_text(out, "]");
    }
    json_write_text(out, "}\n");
}

int import_report_summary(struct import *import, double seconds)
{
    struct cli *cli = import->cli;
    struct buffer out = {0};
    bool would = import->dry_run;
    if (cli->form == OUTPUT_JSON)
        write_json(import, seconds, would, &out);
    else if (import->dry_run)
        write_changes(import, false, &out);
    int exit_code = out.len > 0 ? cli_print(cli, &out) : 0;
    buffer_free(&out);
    if (cli->form != OUTPUT_JSON && would)
        text_print(stderr, cli->language, TEXT_IMPORT_SUMMARY_DRY, import->n_files,
                   import->n_rows, import->n_to_write, import->n_equal, import->n_skipped,
                   import->n_refused, import->n_to_delete, seconds);
    else if (cli->form != OUTPUT_JSON && (import->n_refused == 0 || import->keep_going))
        text_print(stderr, cli->language, TEXT_IMPORT_SUMMARY, import->n_files,
                   import->n_rows, import->n_written, import->n_equal, import->n_skipped,
                   import->n_refused, import->n_deleted, seconds,
                   (unsigned long long)import->revision);
    if (exit_code != 0)
        return exit_code;
    return import->n_refused > 0 ? EXIT_ROWS_REFUSED : EXIT_DONE;
}

// --- progress ---

void import_progress(struct import *import, enum text phase, uint32_t done,
                     uint32_t total)
{
    if (!isatty(STDERR_FILENO) || import->cli->form == OUTPUT_JSON)
        return;
    int64_t now_ms = client_clock_ms();
    if (done >= total) {
        if (import->progress_ms > 0)
            fputs("\r\033[K", stderr);
        import->progress_ms = 0;
        return;
    }
    if (now_ms - import->progress_ms < PROGRESS_EVERY_MS)
        return;
    import->progress_ms = now_ms;
    char bar[PROGRESS_WIDTH + 1];
    uint32_t filled = (uint32_t)((uint64_t)done * PROGRESS_WIDTH / total);
    for (uint32_t i = 0; i < PROGRESS_WIDTH; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[PROGRESS_WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %u/%u\033[K", text_get(import->cli->language, phase), bar,
            done, total);
    fflush(stderr);
}
