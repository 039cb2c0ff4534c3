// SPDX-License-Identifier: Apache-2.0
#include "base/reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

static const char *const names[REASON_COUNT] = {
    [REASON_NONE] = "NONE",
    [REASON_REQUIRED] = "REQUIRED",
    [REASON_BAD_FORMAT] = "BAD_FORMAT",
    [REASON_OUT_OF_RANGE] = "OUT_OF_RANGE",
    [REASON_TOO_LONG] = "TOO_LONG",
    [REASON_TOO_MANY] = "TOO_MANY",
    [REASON_NOT_UTF8] = "NOT_UTF8",
    [REASON_PERSONAL_IDENTITY] = "PERSONAL_IDENTITY",
    [REASON_UNKNOWN_ENUM] = "UNKNOWN_ENUM",
    [REASON_UNKNOWN_FIELD] = "UNKNOWN_FIELD",
    [REASON_REVERSED_RANGE] = "REVERSED_RANGE",
    [REASON_INCONSISTENT] = "INCONSISTENT",
    [REASON_RETIRED_REGION] = "RETIRED_REGION",
    [REASON_EMPTY_SET] = "EMPTY_SET",
    [REASON_UNKNOWN_REFERENCE] = "UNKNOWN_REFERENCE",
    [REASON_STILL_REFERENCED] = "STILL_REFERENCED",
    [REASON_NOT_STORED] = "NOT_STORED",
    [REASON_REVISION_MISMATCH] = "REVISION_MISMATCH",
    [REASON_OLDER_OBSERVATION] = "OLDER_OBSERVATION",
    [REASON_TAKEN] = "TAKEN",
    [REASON_UNKNOWN_SERVICE] = "UNKNOWN_SERVICE",
    [REASON_UNKNOWN_SYSTEM] = "UNKNOWN_SYSTEM",
    [REASON_UNKNOWN_VERSION] = "UNKNOWN_VERSION",
    [REASON_UNKNOWN_MUNICIPALITY] = "UNKNOWN_MUNICIPALITY",
    [REASON_REVISION_NOT_REACHED] = "REVISION_NOT_REACHED",
    [REASON_REQUEST_ID_REUSED] = "REQUEST_ID_REUSED",
    [REASON_REQUEST_ID_WINDOW] = "REQUEST_ID_WINDOW",
    [REASON_BAD_MESSAGE] = "BAD_MESSAGE",
    [REASON_TOO_LARGE] = "TOO_LARGE",
    [REASON_UNKNOWN_METHOD] = "UNKNOWN_METHOD",
    [REASON_DEADLINE] = "DEADLINE",
    [REASON_CANCELED] = "CANCELED",
    [REASON_LOG_UNAVAILABLE] = "LOG_UNAVAILABLE",
    [REASON_OUTCOME_UNKNOWN] = "OUTCOME_UNKNOWN",
    [REASON_CLOCK] = "CLOCK",
    [REASON_TOO_MANY_CALLS] = "TOO_MANY_CALLS",
    [REASON_SHUTTING_DOWN] = "SHUTTING_DOWN",
    [REASON_LOG_VERDICT] = "LOG_VERDICT",
    [REASON_SLOTS_TAKEN] = "SLOTS_TAKEN",
    [REASON_BAD_PAGE_TOKEN] = "BAD_PAGE_TOKEN",
    [REASON_INTERNAL] = "INTERNAL",
    [REASON_NOT_OPEN_TO_REGION] = "NOT_OPEN_TO_REGION",
    [REASON_CAPACITY_CLOSED] = "CAPACITY_CLOSED",
    [REASON_NO_SLOTS_LEFT] = "NO_SLOTS_LEFT",
    [REASON_CLAIM_STATE] = "CLAIM_STATE",
    [REASON_EXTENDED_BEFORE] = "EXTENDED_BEFORE",
    [REASON_CONFIRMED_CLAIMS] = "CONFIRMED_CLAIMS",
};

const char *reason_name(enum reason reason)
{
    unsigned number = (unsigned)reason;
    return number < REASON_COUNT ? names[number] : names[REASON_INTERNAL];
}

// Drops the bytes of a character that was cut in the middle at the end of text.
static void drop_cut_character(char *text)
{
    size_t len = strlen(text);
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (start - 1) < whole)
        text[start - 1] = '\0';
}

static void set_field(struct refusal *refusal, const char *field)
{
    snprintf(refusal->field, sizeof refusal->field, "%s", field ? field : "");
    drop_cut_character(refusal->field);
}

int refuse(struct refusal *refusal, int status, enum reason reason, const char *field,
           const char *format, ...)
{
    if (refusal == NULL)
        return status;
    refusal->status = status;
    refusal->reason = reason;
    refusal->change_index = 0;
    set_field(refusal, field);
    va_list args;
    va_start(args, format);
    int len = vsnprintf(refusal->message, sizeof refusal->message, format, args);
    va_end(args);
    if (len < 0)
        refusal->message[0] = '\0';
    drop_cut_character(refusal->message);
    return status;
}

int refusal_set_field(struct refusal *refusal, const char *field)
{
    if (refusal == NULL)
        return STATUS_INVALID_ARGUMENT;
    set_field(refusal, field);
    return refusal->status;
}
