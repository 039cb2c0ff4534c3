// SPDX-License-Identifier: Apache-2.0
//
// One maker per kind. Each gets a cleared struct and fills it with a valid entity, new or
// with the key of a stored one; false when what it must refer to is missing. Only
// world_make calls them.
#ifndef TESTS_LIB_WORLD_MAKE_H
#define TESTS_LIB_WORLD_MAKE_H

#include "lib/world.h"

void world_make_region(struct world *world, struct region *region);
bool world_make_municipality(struct world *world, struct municipality *municipality);
void world_make_area(struct world *world, struct nhv_area *area);
bool world_make_service(struct world *world, struct service *service);
bool world_make_mapping(struct world *world, struct mapping *mapping);
void world_make_unit(struct world *world, struct unit *unit);
bool world_make_permit(struct world *world, struct nhv_permit *permit);
void world_make_agreement(struct world *world, struct agreement *agreement);
bool world_make_line(struct world *world, struct agreement_line *line);
bool world_make_waiting_time(struct world *world, struct waiting_time *waiting_time);
bool world_make_capacity(struct world *world, struct capacity *capacity);
void world_make_limit(struct world *world, struct guarantee_limit *limit);
void world_make_setting(struct world *world, struct setting *setting);

#endif
