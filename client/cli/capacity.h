// SPDX-License-Identifier: Apache-2.0
//
// What the commands of vardsok capacity share.
#ifndef CLI_CAPACITY_H
#define CLI_CAPACITY_H

#include "cli/values.h"

// The options of a capacity beside its id, those of required fields first.
#define CAPACITY_N_REQUIRED 6
// clang-format off
#define CAPACITY_VALUE_OPTIONS                    \
    {"unit", "unit", VALUE_UNIT},                 \
    {"service", "service", VALUE_SERVICE},        \
    {"slots", "slots", VALUE_WHOLE},              \
    {"from", "window_start", VALUE_TEXT},         \
    {"to", "window_end", VALUE_TEXT},             \
    {"open-to", "open_to", VALUE_SET},            \
    {"book-by", "book_by", VALUE_TEXT},           \
    {"asa-max", "terms.asa_max", VALUE_WHOLE},    \
    {"weight-min", "terms.weight_min", VALUE_DECIMAL}, \
    {"weight-max", "terms.weight_max", VALUE_DECIMAL}, \
    {"bmi-min", "terms.bmi_min", VALUE_DECIMAL},  \
    {"bmi-max", "terms.bmi_max", VALUE_DECIMAL},  \
    {"age-min", "terms.age_min", VALUE_WHOLE},    \
    {"age-max", "terms.age_max", VALUE_WHOLE},    \
    {"sex", "terms.sex", VALUE_UPPER},            \
    {"condition", "terms.conditions", VALUE_LIST}, \
    {"price", "price", VALUE_DECIMAL},            \
    {"prerequisite", "prerequisites", VALUE_LIST}, \
    {"aftercare", "aftercare", VALUE_TEXT},       \
    {"note", "note", VALUE_TEXT}
// clang-format on

// Prints what is stored of a capacity that was written, or, when it is gone by then, what
// was written. Returns the exit code.
int capacity_print_written(struct cli *cli, const struct capacity *capacity,
                           uint64_t revision);
// CSV is for lists alone. False: the command ends with *exit_code.
bool capacity_form_is_fit(const struct cli *cli, int *exit_code);

#endif
