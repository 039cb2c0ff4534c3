// SPDX-License-Identifier: Apache-2.0
//
// One call, as a handler sees it: the same over every transport. A handler writes its
// answer straight into the transport's output; nothing is copied on the way.
//
// Life of a call: the transport starts it (method->start). The handler ends it there, or
// leaves it open and says rpc_call_wake when it can go on; the transport then runs
// method->resume as soon as the peer has room for output. A call ends only inside start
// or resume, by rpc_call_answer_end, rpc_call_finish or rpc_call_fail; after that the
// handler does not touch it. A call that the transport ends (canceled, deadline,
// connection gone) gets method->cancel instead.
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "rpc/context.h"

#define RPC_CALL_STATE_SIZE 640
#define RPC_NO_DEADLINE INT64_MAX

struct rpc_call;

enum rpc_method_kind { RPC_UNARY = 1, RPC_STREAM = 2 };

struct rpc_method {
    uint16_t number;
    enum rpc_method_kind kind;
    const char *name; // "/vardsok.v1.MatchingService/Match"
    // message is the request, borrowed until start returns.
    void (*start)(struct rpc_call *call, struct slice message);
    // After rpc_call_wake. NULL for methods that always end in start.
    void (*resume)(struct rpc_call *call);
    // Lets go of what the call waits for. refusal is what the peer will be told (nobody
    // is told when the connection is gone); the handler may say it better. NULL: nothing
    // to let go of.
    void (*cancel)(struct rpc_call *call, struct refusal *refusal);
};

struct rpc_transport {
    // Begins a message; it is appended to the buffer that is returned.
    struct buffer *(*message_start)(struct rpc_call *call);
    // Ends it. STATUS_RESOURCE_EXHAUSTED: it is over the limit and was taken away again.
    int (*message_end)(struct rpc_call *call);
    // Takes a begun message away.
    void (*message_drop)(struct rpc_call *call);
    // refusal NULL: all went well.
    void (*finish)(struct rpc_call *call, const struct refusal *refusal);
    void (*wake)(struct rpc_call *call);
    bool (*has_room)(const struct rpc_call *call);
    // Whether n more bytes of requests may be kept.
    bool (*may_hold)(const struct rpc_call *call, size_t n);
};

struct rpc_call {
    const struct rpc_method *method;
    struct rpc_context *context;
    int64_t deadline_ms;   // by context->now_ms, or RPC_NO_DEADLINE
    struct arena arena;    // for one answer: reset between the items of a stream
    struct buffer request; // what the handler keeps of the request while it waits
    _Alignas(16) char state[RPC_CALL_STATE_SIZE]; // the handler's own, not initialised

    // The transport's:
    const struct rpc_transport *transport;
    void *owner;        // its connection
    uint32_t id;        // of the peer
    size_t held;        // bytes of request that are accounted for
    uint64_t items_end; // output position after the last item
    uint32_t n_items;   // sent since the peer last had read them all
    bool finished, queued, starved;
    struct rpc_call *next; // in the queue of calls to resume, or in the pool
};

// A unary answer: append the message to the buffer, then end: that ends the call.
struct buffer *rpc_call_answer_start(struct rpc_call *call);
void rpc_call_answer_end(struct rpc_call *call);

// Items of a stream. item_end: STATUS_RESOURCE_EXHAUSTED when the item is too large and
// was not sent. finish ends the stream.
struct buffer *rpc_call_item_start(struct rpc_call *call);
int rpc_call_item_end(struct rpc_call *call);
void rpc_call_item_drop(struct rpc_call *call);
void rpc_call_finish(struct rpc_call *call);
// Whether the peer has room for another item now. When not: rpc_call_wake and return.
bool rpc_call_has_room(const struct rpc_call *call);

// Ends the call with an error.
void rpc_call_fail(struct rpc_call *call, const struct refusal *refusal);

// Resumes the call as soon as there is room, never from inside this function.
void rpc_call_wake(struct rpc_call *call);

// Keeps a copy of bytes in call->request (which must be empty). STATUS_RESOURCE_EXHAUSTED
// when too much is kept already.
int rpc_call_keep(struct rpc_call *call, struct slice bytes, struct refusal *refusal);
// Room in call->request for what the handler will make of a message of len bytes.
// STATUS_RESOURCE_EXHAUSTED when there is no memory for it.
int rpc_call_reserve(struct rpc_call *call, size_t len, struct refusal *refusal);
// Accounts for what the handler itself has put into call->request. Errors as above.
int rpc_call_hold(struct rpc_call *call, struct refusal *refusal);

// For transports: a clean call from the context's pool, and back.
struct rpc_call *rpc_call_new(struct rpc_context *context);
void rpc_call_free(struct rpc_call *call);

#endif
