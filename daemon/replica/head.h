// SPDX-License-Identifier: Apache-2.0
//
// The head of a snapshot: what stands beside its items. Read for ever; drawn in
// docs/log.md.
//
//    0  u8   format version, 1
//    8  u64  sequence that it is of
//   16  i64  logical time, UTC ms
//   24  i64  request ids evicted until, UTC ms
//   32  u64  items
//   40  i64  time of the entry at that sequence, UTC ms
//   48  16 B state digest
//   64  16 B chain hash
//   80  16 B checksum of the entry at that sequence
//   96  32 B the log's uuid, hexadecimal
//  128  16 B XXH3-128 of everything before it, big-endian
//
// All numbers little-endian; bytes 1-7 are 0.
#ifndef REPLICA_HEAD_H
#define REPLICA_HEAD_H

#include "domain/snapshot.h"
#include "replica/entry.h"

#define HEAD_VERSION 1
#define HEAD_LEN 144

struct head {
    struct snapshot_head state;
    int64_t last_entry_ms;
    unsigned char chain[16];
    unsigned char checksum[ENTRY_CHECKSUM_LEN];
    char log_uuid[ENTRY_UUID_LEN];
};

void head_encode(const struct head *head, unsigned char out[HEAD_LEN]);
// STATUS_DATA_LOSS: not a head, or damaged; STATUS_UNIMPLEMENTED: a newer version.
int head_decode(struct slice bytes, struct head *head);

#endif
