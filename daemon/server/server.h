// SPDX-License-Identifier: Apache-2.0
//
// The daemon's sockets: listeners and connections on one libuv loop, each connection
// driven by rpc/connection.h. Bounds connections, reads only from peers that read, writes
// the answers of one turn together, and stops without losing an answer.
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include <uv.h>

#include "rpc/context.h"
#include "server/address.h"

// More connections than this wait in the kernel's queue until one has closed.
#define SERVER_MAX_CONNECTIONS 10000
// Of one IP address; stops one host from taking them all. More are told GOAWAY.
#define SERVER_MAX_PER_ADDRESS 256
// Descriptors that connections leave to the rest of the daemon.
#define SERVER_SPARE_DESCRIPTORS 64
// A closing connection waits so long for the peer to read our last bytes: closing with
// unread input would throw them away.
#define SERVER_LINGER_MS 1000

struct server;

// Raises the limit of descriptors to what is allowed; fewer than SERVER_MAX_CONNECTIONS
// and the spare ones mean fewer connections (server_max_connections).
struct server *server_new(uv_loop_t *loop, struct rpc_context *context);
uint32_t server_max_connections(const struct server *server);

// Listens. share_port: other processes may take the same TCP port. what (may be NULL) is
// set to static text that says what failed. STATUS_UNAVAILABLE: the address cannot be
// taken.
int server_listen(struct server *server, const struct server_address *address,
                  bool share_port, const char **what);
// The address that the n-th listener (from 0) really has; false when there are fewer.
bool server_address_at(const struct server *server, uint32_t n,
                       struct server_address *address);

// Sets the context's times; the server does it before each call into rpc, others may.
void server_set_time(struct server *server);

// Stops listening, lets open calls end for at most timeout_ms, closes everything, then
// calls on_stopped, never inside this call.
void server_stop(struct server *server, uint64_t timeout_ms,
                 void (*on_stopped)(void *self), void *self);
void server_free(struct server *server); // after on_stopped

#endif
