// SPDX-License-Identifier: Apache-2.0
#include "cli/import.h"

#include <stdlib.h>

#include "base/check.h"
#include "domain/nearest.h"
#include "lib/address.h"
#include "wire/change.h"

enum own_option { OPTION_KIND = 1, OPTION_DRY_RUN, OPTION_KEEP_GOING, OPTION_REPLACE };

static const struct cli_option options[] = {
    {"kind", true, OPTION_KIND},
    {"dry-run", false, OPTION_DRY_RUN},
    {"keep-going", false, OPTION_KEEP_GOING},
    {"replace", false, OPTION_REPLACE},
    {NULL, false, 0},
};

// --- shared ---

static void *grow(void *items, uint32_t *capacity, size_t size)
{
    *capacity = *capacity ? *capacity * 2 : 64;
    items = realloc(items, *capacity * size);
    CHECK(items != NULL);
    return items;
}

void import_add_row(struct import *import, enum kind kind, uint32_t line,
                    enum change_op op, union entity *entity)
{
    struct import_file *file = &import->files[kind];
    if (file->n_rows == file->rows_capacity)
        file->rows = grow(file->rows, &file->rows_capacity, sizeof *file->rows);
    struct buffer *out = op == CHANGE_DELETE ? &import->deletes : &import->commands;
    size_t offset = out->len;
    struct wire_command_writer writer;
    wire_command_writer_init(&writer, out);
    CHECK(wire_command_add(&writer, op, kind, entity, ABSENT, NULL) == 0);
    wire_command_writer_close(&writer);
    file->rows[file->n_rows++] = (struct row){
        .offset = offset,
        .len = (uint32_t)(out->len - offset),
        .line = line,
        .state = op == CHANGE_DELETE ? ROW_DELETED : ROW_READ,
    };
}

void import_row_change(const struct import *import, const struct row *row,
                       struct change *change)
{
    const struct buffer *from = row->line == 0 ? &import->deletes : &import->commands;
    struct wire_command_reader reader;
    wire_command_reader_init(&reader, (struct slice){from->data + row->offset, row->len});
    CHECK(reader.source.next(&reader.source, change) == 1);
}

static const char *keep_text(struct import *import, const char *text)
{
    return arena_printf(&import->cli->arena, "%s", text).data;
}

void import_add_fault(struct import *import, const struct fault *fault)
{
    if (import->n_faults == import->faults_capacity)
        import->faults =
            grow(import->faults, &import->faults_capacity, sizeof *import->faults);
    struct fault *kept = &import->faults[import->n_faults++];
    *kept = *fault;
    kept->column = keep_text(import, fault->column);
    kept->message = keep_text(import, fault->message);
}

void import_refuse_row(struct import *import, enum kind kind, struct row *row,
                       const struct refusal *refusal)
{
    struct fault fault = {
        .kind = kind,
        .file = import->files[kind].name,
        .line = row->line,
        .column = refusal->field,
        .reason = refusal->reason,
        .message = refusal->message,
    };
    import_add_fault(import, &fault);
    if (row->state != ROW_REFUSED)
        import->n_refused++;
    row->state = ROW_REFUSED;
}

// --- the command ---

// What was asked, or EXIT_USAGE.
static int read_options(struct import *import, int argc, char **argv)
{
    struct cli *cli = import->cli;
    struct cli_words words = {.argc = argc, .argv = argv, .own = options};
    const char *value, *kind = NULL;
    int id, exit_code = EXIT_DONE;
    while ((id = cli_option_next(cli, &words, &value, &exit_code)) > 0) {
        if (id == OPTION_KIND)
            kind = value;
        import->dry_run |= id == OPTION_DRY_RUN;
        import->keep_going |= id == OPTION_KEEP_GOING;
        import->replace |= id == OPTION_REPLACE;
    }
    if (id == 0)
        return exit_code ? exit_code : -1;
    if (words.n_operands != 1)
        return cli_usage(cli, TEXT_IMPORT_OPERAND);
    if (cli->form == OUTPUT_CSV)
        return cli_usage(cli, TEXT_FORM_NOT_HERE, "--csv");
    if (cli->has_request_id) // each batch needs its own
        return cli_usage(cli, TEXT_FORM_NOT_HERE, "--request-id");
    import->source = words.operands[0];
    if ((strcmp(import->source, "-") == 0) != (kind != NULL))
        return cli_usage(cli, TEXT_IMPORT_KIND_WITH_STDIN);
    if (kind == NULL)
        return 0;
    import->stdin_kind = csv_kind_find(slice_from(kind));
    if (import->stdin_kind != KIND_NONE)
        return 0;
    struct nearest nearest;
    nearest_init(&nearest, slice_from(kind));
    for (int i = KIND_NONE + 1; i < KIND_PUT_COUNT; i++)
        nearest_offer(&nearest, slice_from(entity_kind_name((enum kind)i)));
    return cli_usage(cli, TEXT_IMPORT_UNKNOWN_KIND, kind, (int)nearest.texts[0].len,
                     nearest.texts[0].data);
}

static int run(struct import *import)
{
    int exit_code = import_read(import);
    if (exit_code == 0)
        exit_code = cli_connect(import->cli);
    if (exit_code == 0)
        exit_code = import_check(import);
    // Faults of the files are worth telling even when no daemon can be asked.
    import_report_faults(import);
    import->n_faults = 0;
    if (exit_code != 0)
        return exit_code;
    bool may_write = import->n_refused == 0 || import->keep_going;
    if (may_write && !import->dry_run)
        exit_code = import_write(import);
    import_report_faults(import); // what others changed meanwhile
    if (exit_code != 0)
        return exit_code;
    double seconds = (double)(client_clock_ms() - import->start_ms) / 1000;
    return import_report_summary(import, seconds);
}

int command_import(struct cli *cli, int argc, char **argv)
{
    struct import import = {.cli = cli, .start_ms = client_clock_ms()};
    int exit_code = read_options(&import, argc, argv);
    if (exit_code == -1)
        return EXIT_DONE;
    if (exit_code == 0)
        exit_code = run(&import);
    for (int kind = 0; kind < KIND_PUT_COUNT; kind++) {
        free(import.files[kind].rows);
        free(import.files[kind].keys);
    }
    free(import.faults);
    buffer_free(&import.commands);
    buffer_free(&import.deletes);
    if (import.state)
        state_free(import.state);
    return exit_code;
}
