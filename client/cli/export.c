// SPDX-License-Identifier: Apache-2.0
//
// vardsok export DIR: everything that is stored, as the files that import reads.
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/json_write.h"
#include "cli/values.h"
#include "csv/csv.h"

#define FLUSH_AT (1u << 20)

struct export
{
    struct cli *cli;
    const char *folder;
    enum kind kind;
    FILE *file;
    struct buffer rows;
    unsigned n_files, n_rows;
    int exit_code; // once something could not be written
};

static int fail(struct export *export)
{
    struct slice path = arena_printf(&export->cli->arena, "%s/%s", export->folder,
                                     csv_file_name(export->kind));
    export->exit_code = cli_fail(export->cli, EXIT_REFUSED, TEXT_CANNOT_WRITE, path.data,
                                 strerror(errno));
    return VARDSOK_CANCELED;
}

static int flush(struct export *export)
{
    size_t n = fwrite(export->rows.data, 1, export->rows.len, export->file);
    bool failed = n != export->rows.len;
    buffer_clear(&export->rows);
    return failed ? fail(export) : 0;
}

static int on_stored(void *arg, const struct client_stored *stored)
{
    struct export *export = arg;
    csv_row_encode(export->kind, &stored->entity, &export->rows);
    export->n_rows++;
    return export->rows.len > FLUSH_AT ? flush(export) : 0;
}

// A kind without rows has a file too, so that import --replace of the folder restores
// exactly this.
static int export_kind(struct export *export)
{
    struct slice path = arena_printf(&export->cli->arena, "%s/%s", export->folder,
                                     csv_file_name(export->kind));
    export->file = fopen(path.data, "w");
    if (export->file == NULL)
        return fail(export);
    export->n_files++;
    csv_header_encode(export->kind, &export->rows);
    struct vardsok_error error;
    int status = client_list(export->cli->connection, export->kind,
                             export->cli->timeout_ms, on_stored, export, &error);
    if (status == 0)
        status = flush(export);
    if (fclose(export->file) != 0 && status == 0)
        status = fail(export);
    if (status != 0 && export->exit_code == 0)
        export->exit_code = cli_error(export->cli, &error);
    return status;
}

static int report(const struct export *export)
{
    if (export->cli->form != OUTPUT_JSON) {
        text_print(stderr, export->cli->language, TEXT_EXPORT_DONE, export->n_files,
                   export->n_rows, export->folder);
        return EXIT_DONE;
    }
    struct buffer out = {0};
    json_write_text(&out, "{\"files\":");
    json_write_int(&out, export->n_files);
    json_write_text(&out, ",\"rows\":");
    json_write_int(&out, export->n_rows);
    json_write_text(&out, "}\n");
    int exit_code = cli_print(export->cli, &out);
    buffer_free(&out);
    return exit_code;
}

int command_export(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none[] = {{NULL, false, 0}};
    struct cli_words words = {.argc = argc, .argv = argv, .own = none};
    const char *value;
    int exit_code;
    if (cli_option_next(cli, &words, &value, &exit_code) == 0)
        return exit_code;
    if (words.n_operands != 1)
        return cli_usage(cli, TEXT_EXPORT_OPERAND);
    exit_code = cli_connect(cli);
    if (exit_code != 0)
        return exit_code;
    struct export export = {.cli = cli, .folder = words.operands[0]};
    if (mkdir(export.folder, 0777) != 0 && errno != EEXIST)
        return cli_fail(cli, EXIT_REFUSED, TEXT_CANNOT_WRITE, export.folder,
                        strerror(errno));
    int status = 0;
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT && status == 0; kind++) {
        export.kind = (enum kind)kind;
        status = export_kind(&export);
    }
    buffer_free(&export.rows);
    return status == 0 ? report(&export) : export.exit_code;
}
