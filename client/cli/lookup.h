// SPDX-License-Identifier: Apache-2.0
//
// Names where codes are taken. What has a code's own grammar is the code; for care
// services, whose codes look like words, when there is one. Anything else is looked for
// among the names that are stored: the only one that fits is taken, and said on stderr.
// Nothing is guessed: neither when two fit, nor with a typing error.
#ifndef CLI_LOOKUP_H
#define CLI_LOOKUP_H

#include "cli/cli.h"

// shown is what the user calls the value: "--region", "ID". kind is KIND_REGION,
// KIND_MUNICIPALITY, KIND_SERVICE or KIND_UNIT. *code is the text itself when it is a
// code or cannot be a name, for the command's own checks to judge; it lives in the cli's
// arena or is text. 0, or an exit code after having said which could be meant.
int lookup_code(struct cli *cli, enum kind kind, const char *shown, struct slice text,
                struct slice *code);

#endif
