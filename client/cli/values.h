// SPDX-License-Identifier: Apache-2.0
//
// Options whose values are fields of a query or an entity. They are put into a JSON
// object and read from it as any other JSON, so that the command line and --json accept
// and refuse the same.
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <jansson.h>

#include "cli/cli.h"

enum value_form {
    VALUE_TEXT,
    VALUE_UPPER,   // an enum's name, in any case
    VALUE_WHOLE,   // a whole number
    VALUE_DECIMAL, // a number with a point or a comma
    VALUE_SET,     // a region set: 01|skåne|@norra, commas do as well
    VALUE_PLACE,   // a municipality's code or name, or LAT,LON
    VALUE_REGION,  // a code, or a name (lookup.h)
    VALUE_SERVICE, // likewise, unless "system" says that it is another system's code
    VALUE_UNIT,    // likewise
    VALUE_FLAG,    // takes no value: true
    VALUE_LIST,    // a text, once for each item of the list
    VALUE_HOLD,    // a duration of at most 72 hours, in seconds
    VALUE_OPERAND, // a text that stands beside the options; option is what usage calls it
    VALUE_WORDS,   // the same of several words, which become one text
    VALUE_UNIT_WORDS, // the same, a unit's id or name
};

struct value_option {
    const char *option; // without the dashes
    const char *key;    // in the object; "terms.sex" is in the object of "terms"
    enum value_form form;
};

// Reads all options, and the operand that table has or none, into object, and looks up
// names that stand for codes. table ends with a NULL option; at most 40 rows. False: the command ends with *exit_code.
bool values_read(struct cli *cli, int argc, char **argv, const struct value_option *table,
                 json_t *object, int *exit_code);
// Whether the first n options of table are in object; if not *exit_code says so.
bool values_require(const struct cli *cli, const struct value_option *table, int n,
                    const json_t *object, int *exit_code);
// Says that a field was refused, by the name of its option. EXIT_USAGE.
int values_refused(const struct cli *cli, const struct value_option *table,
                   const struct refusal *refusal);
// Takes the text of key out of object: NULL when it was not given, else into the cli's
// arena.
const char *values_take(struct cli *cli, json_t *object, const char *key);
// Takes a flag out of object.
bool values_take_flag(json_t *object, const char *key);

#endif
