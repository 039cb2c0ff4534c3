// SPDX-License-Identifier: Apache-2.0
//
// One right entity of each kind, which a test then breaks.
#ifndef TESTS_LIB_SAMPLES_H
#define TESTS_LIB_SAMPLES_H

#include "domain/entity.h"

void sample_entity(enum kind kind, union entity *entity);
int32_t sample_day(const char *text);

#endif
