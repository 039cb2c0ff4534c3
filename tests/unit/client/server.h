// SPDX-License-Identifier: Apache-2.0
//
// A daemon that does what a test says: it listens on a unix socket, in a thread, and runs
// a script for each connection.
#ifndef CLIENT_SERVER_H
#define CLIENT_SERVER_H

#include "base/reason.h"
#include "lib/frame.h"

struct peer {
    int fd;
    struct buffer in;
    size_t taken;
};

// One connection's script; returning closes it.
typedef void (*peer_script)(struct peer *peer);

// Starts a server whose n-th connection is run by scripts[n]; the last NULL ends it. The
// address ("unix:…") is valid until server_stop, which waits for the scripts to end.
const char *server_start(const peer_script *scripts);
void server_stop(void);
// The same with a second one beside it, which server_stop stops too.
const char *server_start_another(const peer_script *scripts);

// For scripts: exchange the prefaces; take the next frame (its payload is valid until the
// next one); answer.
void peer_greet(struct peer *peer);
struct frame peer_take(struct peer *peer);
void peer_send(struct peer *peer, uint8_t type, uint32_t call_id, uint16_t code,
               struct slice payload);
void peer_refuse(struct peer *peer, uint32_t call_id, int status, enum reason reason);
// The message of a REQUEST, after deadline and metadata.
struct slice peer_message(const struct frame *request);
void peer_wait_closed(struct peer *peer);

#endif
