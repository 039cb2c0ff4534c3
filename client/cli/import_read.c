// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "cli/import.h"

#define READ_SIZE (256u << 10)

struct reading {
    struct import *import;
    enum kind kind;
    uint64_t last_refused_line;
};

static void on_row(void *arg, uint64_t line, union entity *entity)
{
    struct reading *reading = arg;
    import_add_row(reading->import, reading->kind, (uint32_t)line, CHANGE_PUT, entity);
    reading->import->n_rows++;
}

static void on_fault(void *arg, const struct csv_fault *csv_fault)
{
    struct reading *reading = arg;
    struct import *import = reading->import;
    struct fault fault = {
        .kind = reading->kind,
        .file = import->files[reading->kind].name,
        .line = csv_fault->line,
        .column = csv_fault->column,
        .reason = csv_fault->reason,
        .message = csv_fault->message,
    };
    import_add_fault(import, &fault);
    import->files[reading->kind].has_unread_rows = true;
    if (csv_fault->line != reading->last_refused_line) { // several faults of one row
        import->n_refused++;
        import->n_rows++;
    }
    reading->last_refused_line = csv_fault->line;
}

static int read_file(struct import *import, enum kind kind, int fd)
{
    struct reading reading = {.import = import, .kind = kind};
    struct csv_events events = {on_row, on_fault, &reading};
    struct csv_reader *reader = csv_reader_new(kind, &events);
    char *bytes = malloc(READ_SIZE);
    CHECK(bytes != NULL);
    ssize_t n;
    while ((n = read(fd, bytes, READ_SIZE)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            csv_reader_add(reader, (struct slice){bytes, (size_t)n});
    int why = errno;
    if (n == 0)
        csv_reader_end(reader);
    free(bytes);
    csv_reader_free(reader);
    if (n < 0)
        return cli_fail(import->cli, EXIT_REFUSED, TEXT_CANNOT_READ,
                        import->files[kind].name, strerror(why));
    return 0;
}

// --- duplicates ---

static int compare_keys(const void *a, const void *b)
{
    const struct row_key *one = a, *other = b;
    int order = slice_compare(one->key, other->key);
    return order ? order : (one->row > other->row) - (one->row < other->row);
}

// A key twice: nobody knows which row is right, so neither is.
static void refuse_duplicates(struct import *import, enum kind kind)
{
    struct import_file *file = &import->files[kind];
    for (uint32_t i = 1; i < file->n_keys; i++) {
        uint32_t first = i - 1;
        if (!slice_equal(file->keys[i].key, file->keys[first].key))
            continue;
        struct row *row = &file->rows[file->keys[i].row];
        struct row *other = &file->rows[file->keys[first].row];
        struct refusal refusal;
        struct buffer what = {0};
        text_append(&what, import->cli->language, TEXT_IMPORT_TWICE, other->line);
        refuse(&refusal, VARDSOK_INVALID_ARGUMENT, REASON_TAKEN,
               entity_shape(kind)->fields[0].name, "%.*s", (int)what.len, what.data);
        buffer_free(&what);
        import_refuse_row(import, kind, row, &refusal);
        if (other->state != ROW_REFUSED) {
            other->state = ROW_REFUSED;
            import->n_refused++;
        }
    }
}

static void sort_keys(struct import *import, enum kind kind)
{
    struct import_file *file = &import->files[kind];
    if (file->n_rows == 0)
        return;
    file->keys = malloc(file->n_rows * sizeof *file->keys);
    CHECK(file->keys != NULL);
    for (uint32_t i = 0; i < file->n_rows; i++) {
        struct change change;
        import_row_change(import, &file->rows[i], &change);
        file->keys[i] = (struct row_key){{change.record.data, change.key_len}, i};
    }
    file->n_keys = file->n_rows;
    qsort(file->keys, file->n_keys, sizeof *file->keys, compare_keys);
    refuse_duplicates(import, kind);
}

// --- the folder ---

static int read_named(struct import *import, enum kind kind)
{
    struct slice path =
        arena_printf(&import->cli->arena, "%s/%s", import->source, csv_file_name(kind));
    int fd = open(path.data, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return cli_fail(import->cli, EXIT_REFUSED, TEXT_CANNOT_READ, path.data,
                        strerror(errno));
    import->files[kind].given = true;
    import->n_files++;
    int exit_code = read_file(import, kind, fd);
    close(fd);
    return exit_code;
}

// A name that is nearly right would otherwise be passed over in silence.
static int refuse_unknown_files(struct import *import)
{
    DIR *folder = opendir(import->source);
    if (folder == NULL)
        return cli_fail(import->cli, EXIT_REFUSED, TEXT_CANNOT_READ, import->source,
                        strerror(errno));
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        struct slice name = slice_from(entry->d_name);
        if (name.len < 4 || strcmp(entry->d_name + name.len - 4, ".csv") != 0)
            continue;
        enum kind kind = csv_kind_find(name);
        if (kind != KIND_NONE && strcmp(csv_file_name(kind), entry->d_name) == 0)
            continue;
        struct fault fault = {
            .kind = KIND_NONE,
            .file = arena_printf(&import->cli->arena, "%s", entry->d_name).data,
            .column = "",
            .reason = REASON_UNKNOWN_FIELD,
            .message = text_get(import->cli->language, TEXT_IMPORT_UNKNOWN_FILE),
        };
        import_add_fault(import, &fault);
        import->n_refused++;
    }
    closedir(folder);
    return 0;
}

static int read_folder(struct import *import)
{
    int exit_code = refuse_unknown_files(import);
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT && exit_code == 0; kind++) {
        import->files[kind].name = csv_file_name((enum kind)kind);
        exit_code = read_named(import, (enum kind)kind);
    }
    if (exit_code == 0 && import->n_files == 0 && import->n_faults == 0)
        return cli_fail(import->cli, EXIT_REFUSED, TEXT_IMPORT_NO_FILES, import->source);
    return exit_code;
}

int import_read(struct import *import)
{
    int exit_code;
    if (import->stdin_kind != KIND_NONE) {
        struct import_file *file = &import->files[import->stdin_kind];
        *file = (struct import_file){.given = true, .name = "-"};
        import->n_files = 1;
        exit_code = read_file(import, import->stdin_kind, STDIN_FILENO);
    } else {
        exit_code = read_folder(import);
    }
    // Only now does the buffer of commands stay where it is.
    for (int kind = KIND_NONE + 1; kind < KIND_PUT_COUNT && exit_code == 0; kind++)
        sort_keys(import, (enum kind)kind);
    return exit_code;
}
