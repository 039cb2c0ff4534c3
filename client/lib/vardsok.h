// SPDX-License-Identifier: Apache-2.0
//
// vardsok: the C client library. Calls to vårdsök daemons over their native protocol, that
// wait or that fit into a program's event loop.
//
// Messages go in and out as encoded vardsok.v1 protobuf messages, so that a program needs
// this header and schema/ with the protobuf library of its choice, and nothing of the
// daemon. (The programs of this repository use client/lib/typed.h on top, which speaks
// the domain's structs.)
//
// Units: milliseconds, UTF-8. Every function that can fail returns 0 or a negative status
// (VARDSOK_...: the negated gRPC code) and then fills error, when it is given, with what
// is wrong, which field, and a message fit for a log. Out-parameters are written on
// success only.
//
// Threads: a connection and its calls are used by one thread at a time, any thread; several
// connections are independent. vardsok_request_id_init and vardsok_status_name may be
// called by all at once. The library starts no thread, raises no signal for a broken
// connection and keeps no global state; it reads the environment in vardsok_open alone.
// After a fork the child may only close what it inherited.
#ifndef VARDSOK_H
#define VARDSOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum vardsok_status {
    VARDSOK_OK = 0,
    VARDSOK_CANCELED = -1,
    VARDSOK_UNKNOWN = -2, // reason OUTCOME_UNKNOWN: retry with the same request id
    VARDSOK_INVALID_ARGUMENT = -3,
    VARDSOK_DEADLINE_EXCEEDED = -4,
    VARDSOK_NOT_FOUND = -5,
    VARDSOK_ALREADY_EXISTS = -6,
    VARDSOK_PERMISSION_DENIED = -7,
    VARDSOK_RESOURCE_EXHAUSTED = -8,
    VARDSOK_FAILED_PRECONDITION = -9,
    VARDSOK_ABORTED = -10,
    VARDSOK_OUT_OF_RANGE = -11,
    VARDSOK_UNIMPLEMENTED = -12,
    VARDSOK_INTERNAL = -13,
    // No daemon could be reached, it is not available now, or a read lost its connection.
    // A write that says this was not done.
    VARDSOK_UNAVAILABLE = -14,
    VARDSOK_DATA_LOSS = -15,
    VARDSOK_UNAUTHENTICATED = -16,
};

// Method numbers of vardsok.v1 (option method_number in the .proto files).
enum vardsok_method {
    VARDSOK_MATCH = 1,       // MatchRequest -> MatchResponse
    VARDSOK_MATCH_BATCH = 2, // MatchBatchRequest -> stream of MatchBatchResponse
    VARDSOK_GET = 10,        // GetRequest -> GetResponse
    VARDSOK_LIST = 11,       // ListRequest -> ListResponse
    // SearchServicesRequest -> SearchServicesResponse
    VARDSOK_SEARCH_SERVICES = 12,
    VARDSOK_GET_CONTACT = 13, // GetContactRequest -> GetContactResponse
    VARDSOK_APPLY = 20,       // ApplyRequest -> ApplyResponse
    // CapacityService. The writes answer as ApplyResponse does: the revision that the
    // write got (in a retry the first one's) and what is stored when it answers.
    VARDSOK_CAPACITY_PUBLISH = 30,  // PublishRequest -> PublishResponse
    VARDSOK_CAPACITY_CHANGE = 31,   // ChangeRequest -> ChangeResponse
    VARDSOK_CAPACITY_WITHDRAW = 32, // WithdrawRequest -> WithdrawResponse
    VARDSOK_CLAIM_TAKE = 33,        // ClaimRequest -> ClaimResponse; holds in seconds
    VARDSOK_CLAIM_EXTEND = 34,      // ExtendRequest -> ExtendResponse
    VARDSOK_CLAIM_CONFIRM = 35,     // ConfirmRequest -> ConfirmResponse
    VARDSOK_CLAIM_RELEASE = 36,     // ReleaseRequest -> ReleaseResponse
    VARDSOK_CAPACITY_LIST = 37,     // CapacityServiceListRequest -> its Response
    VARDSOK_CLAIM_LIST = 38,        // ListClaimsRequest -> ListClaimsResponse
    VARDSOK_STATUS = 40,            // StatusRequest -> StatusResponse
};

struct vardsok_error {
    int status;            // enum vardsok_status
    uint32_t change_index; // the refused change of a write, from 0
    char reason[40];   // of the closed list of docs/errors.md ("UNKNOWN_SERVICE"), or ""
    char field[64];    // the field that was refused, or ""
    char message[512]; // English, one line
};

// Upper-case gRPC name of a status ("NOT_FOUND").
const char *vardsok_status_name(int status);

struct vardsok;      // a connection, to one daemon at a time
struct vardsok_call; // a call under way on it

// Connects. servers is a comma-separated list of at most 8 unix:PATH and tcp://HOST:PORT,
// tried in order; NULL means $VARDSOK_SERVER, else the sockets where a daemon listens by
// default. Each server is tried once, for its share of timeout_ms (0: 5 seconds); only the
// system's look-up of a host name may take longer. Errors: VARDSOK_INVALID_ARGUMENT (an
// address that cannot be read), VARDSOK_UNAVAILABLE (the message lists what was tried).
// The caller closes the connection.
//
// The servers must be daemons of one log. A connection that is lost is made again when a
// call needs it, beginning with the next server; so is one whose daemon answers
// UNAVAILABLE or says that it stops, once no call is open on it. One of several daemons
// that hangs is left 1.5 seconds after it was last heard. Deadlines count over all of it.
int vardsok_open(const char *servers, uint32_t timeout_ms, struct vardsok **connection,
                 struct vardsok_error *error);
// Frees the connection; its calls must have been freed. NULL is fine.
void vardsok_close(struct vardsok *connection);
// The address that is, or was last, connected to. Valid until the connection is closed.
const char *vardsok_server(const struct vardsok *connection);
// The language that the user reads ("sv", "en"), told to the daemon with each call. At
// most 8 bytes.
void vardsok_set_language(struct vardsok *connection, const char *language);

struct vardsok_request {
    unsigned method;     // enum vardsok_method
    const void *message; // encoded; may be NULL when len is 0
    size_t len;
    uint32_t timeout_ms; // from the start of the call; 0: none
    // The call may be sent again, to another server if need be, when its answer was lost
    // or the daemon was not available, until the deadline. Right for a write that carries
    // its request id, and for a unary read; not for a stream, whose items would come
    // twice.
    bool retry;
};

// Starts a call: the request (copied) is sent and nothing waited for, so that many calls
// can be under way at once. The caller frees the call. Errors: VARDSOK_UNAVAILABLE
// without retry, VARDSOK_RESOURCE_EXHAUSTED for a request over what the daemon takes.
int vardsok_call_start(struct vardsok *connection, const struct vardsok_request *request,
                       struct vardsok_call **call, struct vardsok_error *error);
// Waits for the call's next message. Returns 1 with the message (valid until the next use
// of the call), 0 at the end, or the negative status that ended the call; the same again
// if asked again. Answers of other calls that arrive meanwhile are kept for them.
//
// A write (VARDSOK_APPLY to VARDSOK_CLAIM_RELEASE) ends in one of four ways: a message, it
// is done; the reason OUTCOME_UNKNOWN (VARDSOK_UNKNOWN or VARDSOK_DEADLINE_EXCEEDED), some
// sending of it may have been done, and it is to be repeated with the same request id;
// VARDSOK_UNAVAILABLE, not done, and may be tried again; any other status, refused.
int vardsok_call_next(struct vardsok_call *call, const void **message, size_t *len,
                      struct vardsok_error *error);
// Frees the call; one that is still under way is canceled, which the daemon is told. A
// write that was sent goes on all the same. NULL is fine.
void vardsok_call_free(struct vardsok_call *call);

// A unary call from start to end. The caller frees *response with free(); *len may be 0.
int vardsok_call_unary(struct vardsok *connection, const struct vardsok_request *request,
                       void **response, size_t *len, struct vardsok_error *error);

// --- in a program's own event loop ---
//
// Start calls as above. Watch vardsok_fd for reading (poll, epoll, uv_poll_t), and call
// vardsok_on_ready when it is readable or vardsok_wait_ms is over; then take with
// vardsok_call_poll what each call has. Any function here that takes the connection or a
// call of it may change vardsok_wait_ms: ask anew before each wait. Nothing waits but
// making a lost connection anew, which takes no time on one machine, and at most 5 seconds
// or the shortest deadline when remote servers do not answer.

enum { VARDSOK_PENDING = 2 };

// The same descriptor from opening to closing, whatever becomes of the sockets behind it:
// readable when there is something to do, also to write. It stays the library's.
int vardsok_fd(const struct vardsok *connection);
// Milliseconds after which vardsok_on_ready is to be called though nothing was ready (a
// call is to be sent again, or is late); 0: at once; -1: never. As poll's timeout.
int vardsok_wait_ms(const struct vardsok *connection);
// Reads, writes and sends again what can be.
void vardsok_on_ready(struct vardsok *connection);
// As vardsok_call_next, but VARDSOK_PENDING where that would wait.
int vardsok_call_poll(struct vardsok_call *call, const void **message, size_t *len,
                      struct vardsok_error *error);

#define VARDSOK_REQUEST_ID_LEN 16

// Makes a new UUIDv7 (RFC 9562), the request id of a write: 48 bits of UTC milliseconds,
// then random bits from the system.
void vardsok_request_id_init(unsigned char id[VARDSOK_REQUEST_ID_LEN]);

#ifdef __cplusplus
}
#endif

#endif
