// SPDX-License-Identifier: Apache-2.0
//
// One native connection over a replica with a log in memory: bytes in, frames out, and a
// clock that stands until it is moved.
#ifndef TESTS_UNIT_RPC_RIG_H
#define TESTS_UNIT_RPC_RIG_H

#include "domain/question.h"
#include "lib/fake_log.h"
#include "rpc/connection.h"
#include "rpc/frame.h"
#include "rpc/limits.h"

#define METHOD_MATCH 1
#define METHOD_BATCH 2
#define METHOD_GET 10
#define METHOD_LIST 11
#define METHOD_APPLY 20
#define METHOD_STATUS 40

struct rig {
    struct fake_clock clock;
    struct replica_clock port;
    struct fake_log log;
    struct replica *replica;
    struct rpc_context context;
    struct rpc_connection *connection;
    unsigned n_wakes;
    struct buffer got; // what the peer has read
    size_t read;       // of got, by rig_next
    struct buffer scratch;
    unsigned char next_id;
};

struct frame {
    struct rpc_frame_header header;
    struct slice payload;
};

void rig_init(struct rig *rig); // connected, prefaces exchanged
void rig_close(struct rig *rig);
// A new connection in place of the old one, without any preface exchanged.
void rig_reconnect(struct rig *rig);
void rig_move_clock(struct rig *rig, int64_t ms); // and ticks

void rig_send(struct rig *rig, const void *bytes, size_t len);
void rig_send_frame(struct rig *rig, uint8_t type, uint32_t call_id, uint16_t code,
                    struct slice payload);
void rig_send_request(struct rig *rig, uint32_t call_id, uint16_t method,
                      uint32_t deadline_ms, struct slice message);
// Writes what rig_send_request sends to the end of bytes.
void rig_write_request(struct buffer *bytes, uint32_t call_id, uint16_t method,
                       uint32_t deadline_ms, struct slice message);
// The peer reads everything that there is to read, and the connection goes on meanwhile.
void rig_read_all(struct rig *rig);
// The next frame that the peer reads; false when there is none.
bool rig_next(struct rig *rig, struct frame *frame);
// The next frame has to be this one; returns it.
struct frame rig_expect(struct rig *rig, uint8_t type, uint32_t call_id);
// ... or an ERROR or GOAWAY with this status and reason.
void rig_expect_refused(struct rig *rig, uint8_t type, uint32_t call_id, int status,
                        enum reason reason);
void rig_expect_nothing(struct rig *rig);

// The log gets and gives everything that is under way, and the connection goes on.
void rig_run_log(struct rig *rig);
// An ApplyRequest that puts one sample of each kind, or one region called name; in
// rig->scratch.
struct slice rig_sample_world(struct rig *rig, bool validate_only);
struct slice rig_region(struct rig *rig, const char *name, bool return_stored);
// Applies the sample world; its revision is 2.
void rig_load(struct rig *rig);
// The MatchRequest of a query for the sample world, with min_revision or ABSENT.
void rig_query(struct buffer *out, const char *service, int64_t min_revision);

#endif
