// SPDX-License-Identifier: Apache-2.0
//
// A card: what is known of one thing, a label and its value on each line.
#ifndef CLI_CARD_H
#define CLI_CARD_H

#include "cli/grid.h"
#include "cli/text.h"

struct card {
    enum language language;
    struct grid grid;
};

void card_init(struct card *card, enum language language, struct arena *arena);
// field names the label (text_label). A value without text adds no line.
void card_add(struct card *card, const char *field, struct slice value,
              const char *colour);
void card_add_number(struct card *card, const char *field, int64_t value);
void card_add_date(struct card *card, const char *field, int64_t days);
// What has a name and a code: "NAME (CODE)", or the code alone.
void card_add_named(struct card *card, const char *field, struct slice name,
                    struct slice code);
void card_write(struct card *card, unsigned width, bool colours, struct buffer *out);

#endif
