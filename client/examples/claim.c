// SPDX-License-Identifier: Apache-2.0
//
// claim take CAPACITY REGION [REQUEST-ID]      hold one slot for ten minutes
// claim confirm CLAIM [REQUEST-ID]             make the hold a booking
// claim release CLAIM [REQUEST-ID]             give it back
//
// Prints the claim, its state and the request id. A write ends in one of four ways, and
// each is an exit status of its own: 0 done; 1 refused; 3 not done, try again; 4 not known,
// repeat with the same request id, which does it once however often it is sent. A real
// program stores the request id with its own errand before it calls, so that it can repeat
// the call after it was itself stopped.
#include <stdio.h>
#include <vardsok.h>

#include "message.h"

// schema/vardsok/v1/capacity.proto and schema/vardsok/v1/entities.proto
enum { REQUEST_ID = 1, REQUEST_OPERATION = 3 };
enum { TAKE_CAPACITY = 1, TAKE_REGION = 2, TAKE_SLOTS = 3, TAKE_HOLD_SECONDS = 4 };
enum { MARK_CLAIM = 1 };
enum { RESPONSE_STORED = 2, STORED_ENTITY = 1, ENTITY_CLAIM = 14 };
enum { CLAIM_ID = 1, CLAIM_STATE = 5 };

#define TIMEOUT_MS 5000
#define HOLD_S 600

static const char *const state_names[] = {"?", "HELD", "CONFIRMED", "RELEASED",
                                          "EXPIRED"};

static bool read_request_id(const char *text, unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    if (strlen(text) != 2 * VARDSOK_REQUEST_ID_LEN)
        return false;
    for (unsigned i = 0; i < VARDSOK_REQUEST_ID_LEN; i++) {
        unsigned byte;
        if (sscanf(text + 2 * (size_t)i, "%2x", &byte) != 1)
            return false;
        id[i] = (unsigned char)byte;
    }
    return true;
}

static void print_request_id(FILE *out, const unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    for (unsigned i = 0; i < VARDSOK_REQUEST_ID_LEN; i++)
        fprintf(out, "%02x", id[i]);
    fprintf(out, "\n");
}

static int fail(const struct vardsok_error *error,
                const unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    fprintf(stderr, "%s %s %s: %s\n", vardsok_status_name(error->status), error->reason,
            error->field, error->message);
    if (strcmp(error->reason, "OUTCOME_UNKNOWN") == 0) {
        fprintf(stderr, "repeat it with the request id ");
        print_request_id(stderr, id);
        return 4;
    }
    return error->status == VARDSOK_UNAVAILABLE ? 3 : 1;
}

// The operation's number, and its message; 0 for what is not known.
static unsigned make_operation(int n, char **arguments, struct message *operation)
{
    if (n >= 4 && strcmp(arguments[1], "take") == 0) {
        message_put_text(operation, TAKE_CAPACITY, arguments[2]);
        message_put_text(operation, TAKE_REGION, arguments[3]);
        message_put_number(operation, TAKE_SLOTS, 1);
        message_put_number(operation, TAKE_HOLD_SECONDS, HOLD_S);
        return VARDSOK_CLAIM_TAKE;
    }
    if (n < 3)
        return 0;
    message_put_text(operation, MARK_CLAIM, arguments[2]);
    if (strcmp(arguments[1], "confirm") == 0)
        return VARDSOK_CLAIM_CONFIRM;
    return strcmp(arguments[1], "release") == 0 ? VARDSOK_CLAIM_RELEASE : 0;
}

static void print_claim(struct view response,
                        const unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    struct view stored = view_find(response, RESPONSE_STORED).view;
    struct view claim =
        view_find(view_find(stored, STORED_ENTITY).view, ENTITY_CLAIM).view;
    struct view name = view_find(claim, CLAIM_ID).view;
    uint64_t state = view_find(claim, CLAIM_STATE).value;
    printf("%.*s\t%s\t", (int)name.len, (const char *)name.bytes,
           state_names[state < 5 ? state : 0]);
    print_request_id(stdout, id);
}

int main(int n, char **arguments)
{
    struct message operation = {.len = 0}, write = {.len = 0};
    unsigned char id[VARDSOK_REQUEST_ID_LEN];
    unsigned method = make_operation(n, arguments, &operation);
    int id_at = method == VARDSOK_CLAIM_TAKE ? 4 : 3;
    vardsok_request_id_init(id);
    if (method == 0 || (n > id_at && !read_request_id(arguments[id_at], id))) {
        fprintf(stderr, "usage: claim take CAPACITY REGION [REQUEST-ID]\n"
                        "       claim confirm|release CLAIM [REQUEST-ID]\n");
        return 2;
    }
    message_put_bytes(&write, REQUEST_ID, id, sizeof id);
    message_put_bytes(&write, REQUEST_OPERATION, operation.bytes, operation.len);

    struct vardsok *connection;
    struct vardsok_error error;
    if (vardsok_open(NULL, TIMEOUT_MS, &connection, &error) != 0)
        return fail(&error, id);
    // retry: the library repeats it itself, with this id, until the timeout.
    struct vardsok_request request = {method, write.bytes, write.len, TIMEOUT_MS, true};
    void *response;
    size_t len;
    int status = vardsok_call_unary(connection, &request, &response, &len, &error);
    if (status == 0) {
        print_claim((struct view){response, len}, id);
        free(response);
    }
    vardsok_close(connection);
    return status == 0 ? 0 : fail(&error, id);
}
