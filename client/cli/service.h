// SPDX-License-Identifier: Apache-2.0
//
// What the commands of vardsok service share.
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "cli/cli.h"
#include "lib/typed_search.h"

// The name in the language, else the Swedish one, which every service has.
struct slice service_name(enum language language, const struct service *service);

// Code, name, system and area of each hit.
void service_table_write(struct cli *cli, const struct client_search *found, bool colours,
                         struct buffer *out);

#endif
