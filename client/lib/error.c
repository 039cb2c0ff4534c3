// SPDX-License-Identifier: Apache-2.0
#include "lib/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/status.h"

const char *vardsok_status_name(int status)
{
    return status_name(status);
}

int client_error_set(struct vardsok_error *error, int status, enum reason reason,
                     const char *field, const char *format, ...)
{
    if (error == NULL)
        return status;
    struct refusal refusal = {.status = status, .reason = reason};
    client_error_from_refusal(error, &refusal, SLICE_ABSENT);
    if (field)
        snprintf(error->field, sizeof error->field, "%s", field);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

int client_error_from_refusal(struct vardsok_error *error, const struct refusal *refusal,
                              struct slice reason_text)
{
    if (error == NULL)
        return refusal->status;
    *error = (struct vardsok_error){
        .status = refusal->status,
        .change_index = refusal->change_index,
    };
    if (reason_text.len > 0)
        snprintf(error->reason, sizeof error->reason, "%.*s", (int)reason_text.len,
                 reason_text.data);
    else if (refusal->reason != REASON_NONE)
        snprintf(error->reason, sizeof error->reason, "%s", reason_name(refusal->reason));
    snprintf(error->field, sizeof error->field, "%s", refusal->field);
    snprintf(error->message, sizeof error->message, "%s", refusal->message);
    return refusal->status;
}
