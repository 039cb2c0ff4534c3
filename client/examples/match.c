// SPDX-License-Identifier: Apache-2.0
//
// match SERVICE REGION [ASA]: who can take the patient, the soonest first.
//
// Servers: $VARDSOK_SERVER (several with commas), else the local daemon.
#include <stdio.h>
#include <vardsok.h>

#include "message.h"

// schema/vardsok/v1/matching.proto
enum { REQUEST_SERVICE = 1, REQUEST_HOME_REGION = 4, REQUEST_ASA = 6 };
enum { RESPONSE_OPTION = 6 };
enum { OPTION_VERDICT = 1, OPTION_CANDIDATE = 4, OPTION_UNIT = 5, OPTION_START = 10 };
enum { UNIT_NAME = 2 };
enum { VERDICT_ADMITTED = 1 };

#define TIMEOUT_MS 2000

static void print_option(struct view option)
{
    struct view unit = view_find(option, OPTION_UNIT).view;
    struct view name = view_find(unit, UNIT_NAME).view;
    struct view start = view_find(option, OPTION_START).view;
    struct view candidate = view_find(option, OPTION_CANDIDATE).view;
    // A verdict that a later version adds is, like CONDITIONAL, for a human to look at.
    bool admitted = view_find(option, OPTION_VERDICT).value == VERDICT_ADMITTED;
    printf("%s\t%.*s\t%.*s\t%.*s\n", admitted ? "admitted" : "to verify",
           start.len ? (int)start.len : 1,
           start.len ? (const char *)start.bytes : "-", // absent is not known
           (int)name.len, (const char *)name.bytes, (int)candidate.len,
           (const char *)candidate.bytes);
}

static int fail(const struct vardsok_error *error)
{
    // Programs go by status and reason; the message is for people who read logs.
    fprintf(stderr, "%s %s %s: %s\n", vardsok_status_name(error->status), error->reason,
            error->field, error->message);
    return error->status == VARDSOK_UNAVAILABLE ? 3 : 1;
}

int main(int n, char **arguments)
{
    if (n < 3) {
        fprintf(stderr, "usage: match SERVICE REGION [ASA]\n");
        return 2;
    }
    struct vardsok *connection;
    struct vardsok_error error;
    if (vardsok_open(NULL, TIMEOUT_MS, &connection, &error) != 0)
        return fail(&error);

    struct message query = {.len = 0};
    message_put_text(&query, REQUEST_SERVICE, arguments[1]);
    message_put_text(&query, REQUEST_HOME_REGION, arguments[2]);
    if (n > 3)
        message_put_number(&query, REQUEST_ASA, strtoul(arguments[3], NULL, 10));

    struct vardsok_request request = {
        .method = VARDSOK_MATCH,
        .message = query.bytes,
        .len = query.len,
        .timeout_ms = TIMEOUT_MS,
        .retry = true,
    };
    void *response;
    size_t len;
    int status = vardsok_call_unary(connection, &request, &response, &len, &error);
    if (status == 0) {
        struct view answer = {response, len};
        struct field field;
        while (view_next(&answer, &field))
            if (field.number == RESPONSE_OPTION)
                print_option(field.view);
        free(response);
    }
    vardsok_close(connection);
    return status == 0 ? 0 : fail(&error);
}
