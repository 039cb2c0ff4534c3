// SPDX-License-Identifier: Apache-2.0
//
// Every limit that a peer meets, each with what it stops. Time is in ms.
// The largest frame is RPC_MAX_PAYLOAD of rpc/frame.h.
#ifndef RPC_LIMITS_H
#define RPC_LIMITS_H

// One answer or item. Stops a small request that makes us build a huge answer.
#define RPC_MAX_ANSWER (1024 * 1024)
// CallMetadata. Stops header bombs.
#define RPC_MAX_METADATA (8 * 1024)
// Calls of one connection that are not answered yet. Stops one peer from holding all call
// objects.
#define RPC_MAX_CALLS 256
// Request bytes kept for waiting calls, of one connection and of all. Stops memory from
// being filled with large requests that wait for something that never comes.
#define RPC_MAX_HELD (8u * 1024 * 1024)
#define RPC_MAX_HELD_ALL (256u * 1024 * 1024)
// Output that the peer has not read: over it we read no more from the peer. Stops the
// peer that asks and never reads.
#define RPC_MAX_UNSENT (1024 * 1024)
#define RPC_STALL_MS 30000 // unsent output that does not move for so long: closed
// Items of one stream that are not sent yet. Stops one stream from taking the whole
// output.
#define RPC_MAX_UNSENT_ITEMS 64
// Requests started for one connection in one turn of the loop. Stops a pipelining peer
// from keeping the loop from everybody else.
#define RPC_MAX_CALLS_A_TURN 256
// Queries of one batch answered in one turn; the same for streams.
#define RPC_BATCH_SLICE 16
// Frames that carry no work (PING, PONG, GOAWAY, CANCEL of nothing): a bucket of so many
// tokens, so many more a second, and one more for each request. Stops PING floods
// (CVE-2019-9512 class).
#define RPC_IDLE_FRAMES 200
#define RPC_IDLE_FRAMES_PER_S 20
// Calls canceled before their answer within the window. Stops rapid reset (CVE-2023-44487
// class).
#define RPC_MAX_CANCELS 200
#define RPC_CANCEL_WINDOW_MS 10000
// The peer's preface; a frame, once begun, unless it comes at RPC_SLOW_BYTES_PER_S or
// faster; the first byte of anything while no call is open. Stop slow and silent peers
// (slowloris).
#define RPC_PREFACE_MS 5000
#define RPC_FRAME_MS 30000
#define RPC_SLOW_BYTES_PER_S 1024
#define RPC_IDLE_MS 300000
// How long a query without a deadline waits for its min_revision.
#define RPC_REVISION_WAIT_MS 10000
// A page of List, beside its LIST_PAGE_MAX entities.
#define RPC_MAX_PAGE_BYTES (512 * 1024)

// Buffers over this are given back when a connection has been quiet for RPC_QUIET_MS, so
// that many idle connections cost little.
#define RPC_KEPT_BUFFER (4 * 1024)
#define RPC_QUIET_MS 1000

#endif
