// SPDX-License-Identifier: Apache-2.0
//
// The entry: how one command is framed in the log. Read for ever; drawn in docs/log.md.
//
//    0  u8   format version, 1
//    1  u8   actor kind (1 local, 2 the log itself: entry 1, its actor id the log's uuid,
//            3 a checkpoint: replica/compare.c)
//    2  u16  length a of the actor's id
//    4  u32  length c of the command
//    8  u64  writer incarnation
//   16  u64  sequence that the writer had applied
//   24  i64  time, UTC ms by the writer's clock
//   32  16 B request id (UUIDv7)
//   48  a B  actor id, then c B command (vardsok.log.v1.Command, canonical)
//  end  16 B XXH3-128 of everything before it, big-endian
//
// All numbers little-endian. Sequence and request outcome are not in it: the log gives
// the first, apply the second.
#ifndef REPLICA_ENTRY_H
#define REPLICA_ENTRY_H

#include <stdint.h>

#include "base/buffer.h"

#define ENTRY_VERSION 1
#define ENTRY_HEADER_LEN 48
#define ENTRY_CHECKSUM_LEN 16
#define ENTRY_MAX_LEN (2 * 1024 * 1024)
#define ENTRY_ACTOR_LOCAL 1
#define ENTRY_ACTOR_LOG 2
#define ENTRY_ACTOR_CHECKPOINT 3
#define ENTRY_UUID_LEN 32 // hex digits

struct entry {
    uint64_t incarnation, applied;
    int64_t time_ms;
    unsigned char request_id[16];
    uint8_t actor_kind;
    struct slice actor_id;
    struct slice command;
};

void entry_encode(const struct entry *entry, struct buffer *out);
// Borrows from bytes. STATUS_DATA_LOSS: too short, lengths do not add up, checksum
// differs; STATUS_UNIMPLEMENTED: a version newer than ours (the checksum is still checked
// first).
int entry_decode(struct slice bytes, struct entry *entry);
// Hash of actor and command as the client meant them: what a retry must repeat.
void entry_payload_hash(const struct entry *entry, unsigned char hash[16]);

#endif
