// SPDX-License-Identifier: Apache-2.0
//
// google.rpc.Status with one vardsok.v1.ErrorDetail in its details: how every refusal
// travels.
#ifndef WIRE_STATUS_H
#define WIRE_STATUS_H

#include "base/buffer.h"
#include "base/reason.h"

void wire_status_encode(const struct refusal *refusal, struct buffer *out);
// Reads one back; a detail of another type is skipped. reason_text (may be NULL) gets the
// reason's name as sent, since a newer daemon may know more reasons than we do.
// STATUS_INVALID_ARGUMENT when bytes is no Status.
int wire_status_decode(struct slice bytes, struct refusal *refusal,
                       struct slice *reason_text);

#endif
