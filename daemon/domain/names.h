// SPDX-License-Identifier: Apache-2.0
//
// Names of the entities' enums by number, [0] NULL, ends NULL. Those of a question stand
// in domain/question.h.
#ifndef DOMAIN_NAMES_H
#define DOMAIN_NAMES_H

extern const char *const ownership_names[];
extern const char *const guarantee_names[];
extern const char *const agreement_kind_names[];
extern const char *const sex_names[];
extern const char *const statistic_names[];

#endif
