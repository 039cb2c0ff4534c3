// SPDX-License-Identifier: Apache-2.0
//
// Reading of JSON into the domain's structs, driven by their shapes. Strict: an unknown
// key, a value of another type, a decimal finer than the field's unit and an empty region
// set are refused.
#ifndef CLI_JSON_READ_H
#define CLI_JSON_READ_H

#include <jansson.h>

#include "domain/question.h"

// Clears message and reads the object into it; texts borrow from json. Bounds and
// required fields are not looked at. STATUS_INVALID_ARGUMENT with the field named.
int json_read_message(const struct shape *shape, json_t *json, void *message,
                      struct refusal *refusal);

// One query of an NDJSON batch: parsed, read and checked (query_check). Its texts borrow
// from *json, which the caller decref's on success. STATUS_INVALID_ARGUMENT.
int json_read_query(struct slice line, struct query *query, json_t **json,
                    struct refusal *refusal);

#endif
