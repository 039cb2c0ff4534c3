// SPDX-License-Identifier: Apache-2.0
//
// An answer for people: the table that a navigator reads at a glance, and under it, with
// explain, why the others said no and what nearly fitted. And the options as CSV.
#ifndef CLI_MATCH_TABLE_H
#define CLI_MATCH_TABLE_H

#include "cli/cli.h"
#include "cli/match_words.h"

// Prints to stdout. Asks the daemon for the names of regions and of the service; without
// them codes are shown. Returns the exit code.
int match_table_print(struct cli *cli, const struct query *query,
                      const struct answer *answer);

// The part that needs no daemon: appends the whole page. service_name may be absent.
struct match_page {
    enum language language;
    const struct query *query;
    const struct answer *answer;
    struct slice service_name;
    const struct match_names *names;
    unsigned width;
    bool colours;
};
void match_page_write(const struct match_page *page, struct arena *arena,
                      struct buffer *out);

// Under which agreement and on what terms, by the options' numbers (match_terms.c); with
// explain also what to see to before referral and who answers afterwards.
void match_terms_write(const struct match_page *page, struct arena *arena,
                       struct buffer *out);

// Counts in words and near misses (match_explain.c).
void match_explain_write(const struct match_page *page, struct arena *arena,
                         struct buffer *out);

// One row per option, in the units of JSON; lists are joined by '|'.
void match_csv_write(struct buffer *out, const struct answer *answer);

#endif
