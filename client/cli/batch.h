// SPDX-License-Identifier: Apache-2.0
//
// vardsok match --batch: NDJSON queries in, NDJSON answers out, in order.
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/cli.h"

#define BATCH_LINE_MAX                                                                   \
    65536 // bytes of one query; a longer line is answered by its refusal

// Answers every line of the file ("-": stdin) that is not blank; a query that is refused,
// or is no JSON, is answered by its error and the batch goes on. Answers are written as
// soon as there is no more to read, so that a program can ask one question at a time.
// Returns the exit code.
int batch_run(struct cli *cli, const char *path);

#endif
