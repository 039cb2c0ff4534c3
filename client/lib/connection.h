// SPDX-License-Identifier: Apache-2.0
//
// One connection and the calls on it: not for others than lib/.
#ifndef LIB_CONNECTION_H
#define LIB_CONNECTION_H

#include "base/buffer.h"
#include "lib/address.h"
#include "lib/frame.h"

#define CONNECTION_LANGUAGE_MAX 8
#define CALL_NO_DEADLINE INT64_MAX
#define CONNECTION_TIMEOUT_MS 5000 // to connect

// A call's life:
//
//     WAITING --sent--> OPEN --RESPONSE, END, ERROR, lost, too late--> DONE
//        ^----------------'  may be sent again, and was lost or refused as UNAVAILABLE
enum call_state { CALL_WAITING, CALL_OPEN, CALL_DONE };

struct vardsok_call {
    struct vardsok *connection;
    struct vardsok_call *next; // in the order of starting
    enum call_state state;
    uint32_t id; // a new one each time it is sent
    unsigned method;
    bool retry;
    bool was_sent;       // at least once: its outcome may be unknown
    bool may_be_done;    // a write that some earlier sending left open
    int64_t deadline_ms; // client_clock_ms
    int64_t send_at_ms;  // not before, when WAITING
    uint32_t backoff_ms; // before the next sending again
    struct buffer request;
    struct buffer inbox;        // messages not taken: size_t length, then the bytes
    size_t inbox_read;          // bytes of it that were taken
    int status;                 // of a DONE call
    struct vardsok_error error; // why it is DONE, or why it was last not done
};

struct vardsok {
    struct address_list servers;
    unsigned server;      // index of the one that is, or was last, connected to
    unsigned next_server; // the one that connecting begins with
    int fd;               // -1 when there is none
    int watch_fd;         // epoll's: one descriptor for all sockets that there will be
    uint32_t watched;     // events that fd is watched for there
    bool has_preface;
    bool declines;        // it said that it is not available: another may be
    int64_t heard_at_ms;  // last, or when something was first awaited
    int64_t pinged_at_ms; // 0: not since it was heard
    uint32_t max_payload; // the daemon's
    uint32_t next_id;
    struct buffer in, out;
    struct vardsok_call *calls;
    char language[CONNECTION_LANGUAGE_MAX + 1];
};

// Connects to the first server that answers, beginning with next_server; each may use its
// share of the time. VARDSOK_UNAVAILABLE lists what was tried.
int connection_connect(struct vardsok *connection, int64_t deadline_ms,
                       struct vardsok_error *error);
void connection_disconnect(struct vardsok *connection);

// Sends what can be sent and reads what has come, once; waits for something to happen
// until until_ms at most. Lost connections end their calls, or make them WAITING again.
void connection_turn(struct vardsok *connection, int64_t until_ms);
// When a turn has something to do though nothing came; INT64_MAX: never.
int64_t connection_next_ms(const struct vardsok *connection);

// When a call is late for good, CALL_NO_DEADLINE if never (call.c).
int64_t call_late_at(const struct vardsok_call *call);
// What happens to a call.
void call_send(struct vardsok_call *call, int64_t now_ms);
void call_on_frame(struct vardsok_call *call, const struct frame *frame, int64_t now_ms);
// It did not get an answer: done, or to be sent again. error says why.
void call_on_failure(struct vardsok_call *call, const struct vardsok_error *error,
                     int64_t now_ms);
// The same for an OPEN call whose connection was lost.
void call_on_loss(struct vardsok_call *call, const struct vardsok_error *error,
                  int64_t now_ms);

#endif
