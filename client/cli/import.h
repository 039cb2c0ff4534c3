// SPDX-License-Identifier: Apache-2.0
//
// vardsok import: files are read (import_read), checked against what is stored with the
// daemon's own rules (import_check), and what has changed is written (import_write). All
// faults are gathered on the way and told together (import_report). It is checked whole,
// not atomic: an import that was cut is finished by running it again.
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include "cli/cli.h"
#include "csv/csv.h"
#include "domain/state.h"

enum row_state {
    ROW_READ, // not yet checked
    ROW_REFUSED,
    ROW_SKIPPED, // an older observation than the stored one
    ROW_EQUAL,   // to what is stored
    ROW_ADDED,   // to be written
    ROW_CHANGED, // to be written
    ROW_DELETED, // a stored entity that no row names, to be deleted
};

struct row {
    size_t offset; // of its change in commands, of a delete in deletes
    uint32_t len;
    uint32_t line; // 0 for a delete
    enum row_state state;
};

// A key of a kind's rows, sorted bytewise (for duplicates and for --replace).
struct row_key {
    struct slice key; // into commands
    uint32_t row;
};

// One file, or standard input: the rows of one kind.
struct import_file {
    bool given;
    const char *name; // for messages
    struct row *rows;
    uint32_t n_rows, rows_capacity;
    struct row_key *keys; // of all rows that came from the file
    uint32_t n_keys;
    bool has_unread_rows; // rows that the reader refused: their keys are not known
};

struct fault {
    enum kind kind;
    const char *file; // into the arena, as all texts here
    uint64_t line;    // 0: of the whole file
    const char *column;
    enum reason reason;
    const char *message;
};

struct import {
    struct cli *cli;
    const char *source; // a folder, or "-"
    enum kind stdin_kind;
    bool dry_run, keep_going, replace;
    struct import_file files[KIND_PUT_COUNT];
    struct buffer commands; // every row as a change of a log command
    struct buffer
        deletes; // the same for what no row names; apart, since keys borrow from commands
    struct state *state; // a copy of what is stored, with the rows applied
    struct fault *faults;
    uint32_t n_faults, faults_capacity;
    uint32_t n_files, n_rows; // read
    uint32_t n_refused;       // rows
    uint32_t n_skipped, n_equal, n_to_write, n_to_delete;
    uint32_t n_written, n_deleted;
    uint64_t revision; // of the last write, 0 when there was none
    int64_t start_ms;
    int64_t progress_ms; // when the bar was last drawn
};

// Reads the folder's files or standard input. 0 or an exit code (a file that cannot be
// read).
int import_read(struct import *import);

// Fetches what is stored and applies the rows to a copy of it: every row gets its state.
// 0 or an exit code (the daemon could not be asked).
int import_check(struct import *import);

// Writes what is to be written, then deletes. 0 or an exit code.
int import_write(struct import *import);

// --- shared ---

// Adds a row's change to the file's rows. The entity passed entity_check.
void import_add_row(struct import *import, enum kind kind, uint32_t line,
                    enum change_op op, union entity *entity);
// The change of a row; borrows from commands or deletes.
void import_row_change(const struct import *import, const struct row *row,
                       struct change *change);
// column and message are copied. line 0: the whole file.
void import_add_fault(struct import *import, const struct fault *fault);
void import_refuse_row(struct import *import, enum kind kind, struct row *row,
                       const struct refusal *refusal);
// Tells all faults, sorted by file and line.
void import_report_faults(struct import *import);
// What was done, or with --dry-run would be. Returns the exit code.
int import_report_summary(struct import *import, double seconds);
// A bar on stderr, when that is a terminal and output is not JSON. done == total removes
// it.
void import_progress(struct import *import, enum text phase, uint32_t done,
                     uint32_t total);

#endif
