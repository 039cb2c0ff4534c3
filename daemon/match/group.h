// SPDX-License-Identifier: Apache-2.0
//
// Groups: finding, making and emptying them, and their rows in the order of candidate
// ids.
#ifndef MATCH_GROUP_H
#define MATCH_GROUP_H

#include "match/layout.h"

// The number of the group, 0 when there is none.
uint32_t match_group_find(const struct match_index *index, uint32_t service,
                          uint32_t unit, bool is_capacity);
// Finds or makes it, and puts it on the list of what the batch touched.
struct group *match_group_touch(struct match_index *index, uint32_t service,
                                uint32_t unit, bool is_capacity);
// For a group without rows, waiting time and entries.
void match_group_free(struct match_index *index, uint32_t group);

// Rows are CHECKed: adding an equal id or removing what is not there is the caller's
// error.
void match_group_add_line(struct match_index *index, struct group *group,
                          const struct line_row *line);
void match_group_add_capacity(struct match_index *index, struct group *group,
                              const struct capacity_row *capacity);
// Out-parameter: the row that was removed.
void match_group_remove_line(struct match_index *index, struct group *group,
                             const void *record, struct line_row *removed);
void match_group_remove_capacity(struct match_index *index, struct group *group,
                                 const void *record);
void match_group_set_free(struct group *group, const void *record, uint32_t free);

#endif
