// SPDX-License-Identifier: Apache-2.0
//
// Names of every enum by number, as JSON shows them; files use the same in lower case.
#include "domain/names.h"

#include "domain/entity.h"
#include "domain/question.h"

const char *const ownership_names[] = {
    NULL,
    [OWNERSHIP_PUBLIC] = "PUBLIC",
    [OWNERSHIP_PRIVATE] = "PRIVATE",
    NULL,
};

const char *const guarantee_names[] = {
    NULL,
    [GUARANTEE_NONE] = "NONE",
    [GUARANTEE_VISIT] = "VISIT",
    [GUARANTEE_TREATMENT] = "TREATMENT",
    NULL,
};

const char *const agreement_kind_names[] = {
    NULL,
    [AGREEMENT_OWN] = "OWN",
    [AGREEMENT_PROCURED] = "PROCURED",
    [AGREEMENT_NATIONAL] = "NATIONAL",
    NULL,
};

const char *const sex_names[] = {
    NULL, [SEX_ANY] = "ANY", [SEX_FEMALE] = "FEMALE", [SEX_MALE] = "MALE", NULL,
};

const char *const statistic_names[] = {
    NULL,
    [STATISTIC_ESTIMATE] = "ESTIMATE",
    [STATISTIC_MEDIAN] = "MEDIAN",
    [STATISTIC_P90] = "P90",
    [STATISTIC_MAX] = "MAX",
    NULL,
};

const char *const order_names[] = {
    NULL,
    [ORDER_EARLIEST] = "EARLIEST",
    [ORDER_NEAREST] = "NEAREST",
    [ORDER_CHEAPEST] = "CHEAPEST",
    NULL,
};

const char *const verdict_names[] = {
    NULL,
    [VERDICT_ADMITTED] = "ADMITTED",
    [VERDICT_CONDITIONAL] = "CONDITIONAL",
    NULL,
};

const char *const candidate_kind_names[] = {
    NULL,
    [CANDIDATE_CAPACITY] = "CAPACITY",
    [CANDIDATE_AGREEMENT] = "AGREEMENT",
    [CANDIDATE_PERMIT] = "PERMIT",
    NULL,
};

const char *const wait_basis_names[] = {
    NULL,
    [BASIS_FORECAST] = "FORECAST",
    [BASIS_CURRENT] = "CURRENT",
    [BASIS_CAPACITY] = "CAPACITY",
    [BASIS_UNKNOWN] = "UNKNOWN",
    NULL,
};

const char *const test_names[] = {
    NULL,
#define NAME(name, function, applies) [MATCH_TEST_##name] = #name,
    MATCH_TEST_TABLE(NAME)
#undef NAME
        NULL,
};
