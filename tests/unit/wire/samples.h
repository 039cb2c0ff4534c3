// SPDX-License-Identifier: Apache-2.0
//
// One right entity of each kind with every field that it may have.
#ifndef TESTS_UNIT_WIRE_SAMPLES_H
#define TESTS_UNIT_WIRE_SAMPLES_H

#include "domain/entity.h"

void full_entity(enum kind kind, union entity *entity);

#endif
