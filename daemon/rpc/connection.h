// SPDX-License-Identifier: Apache-2.0
//
// The native protocol of one connection, without I/O and without a clock: bytes in, calls
// to the handlers, bytes out. Frames are drawn in rpc/frame.h, limits in rpc/limits.h.
//
// Guarantees: every call that was begun is answered exactly once (RESPONSE, END or ERROR)
// unless GOAWAY ends the connection; what is buffered for a peer is bounded whatever it
// sends; a frame over the limit is refused on its header. Must never: trust a length, or
// run a handler when the peer does not read its answers.
//
// The owner sets context->now_ms, utc_ms and today before each call into a connection.
#ifndef RPC_CONNECTION_H
#define RPC_CONNECTION_H

#include "base/buffer.h"
#include "rpc/context.h"

struct rpc_connection;

// wake: something can go on that no call of the owner's caused; the owner calls poke
// soon, never from inside wake.
struct rpc_connection *rpc_connection_new(struct rpc_context *context,
                                          void (*wake)(void *owner), void *owner);
// Cancels what is open; writes end as the log decides, and nobody is told.
void rpc_connection_free(struct rpc_connection *connection);

// Bytes of the peer. They are borrowed until it returns.
void rpc_connection_receive(struct rpc_connection *connection, struct slice bytes);
// The peer sends no more: open calls are still answered, then it is over.
void rpc_connection_receive_end(struct rpc_connection *connection);
// Whether poke has something to do now that waits for nothing but a turn.
bool rpc_connection_has_work(const struct rpc_connection *connection);
// Goes on with what waited, for one turn.
void rpc_connection_poke(struct rpc_connection *connection);
// Tells the peer and refuses new calls; it is over once the open ones are answered.
void rpc_connection_drain(struct rpc_connection *connection);

// What is to be sent next, maybe empty; stays where it is until sent says how much has
// gone.
struct slice rpc_connection_output(struct rpc_connection *connection);
void rpc_connection_sent(struct rpc_connection *connection, size_t len);

// Whether the owner should read from the peer now.
bool rpc_connection_may_read(const struct rpc_connection *connection);
// Nothing follows the output that is there: send it, then close.
bool rpc_connection_is_over(const struct rpc_connection *connection);
// The peer does not read or broke a limit of time: close without sending more.
bool rpc_connection_is_dead(const struct rpc_connection *connection);

// When tick must be called at the latest, on the clock of now_ms. May lie in the past.
int64_t rpc_connection_next_ms(const struct rpc_connection *connection);
// Deadlines and timeouts that have passed.
void rpc_connection_tick(struct rpc_connection *connection);

// A preface and a GOAWAY, for a peer that is turned away at the door.
void rpc_goaway_encode(const struct refusal *refusal, struct buffer *out);

#endif
