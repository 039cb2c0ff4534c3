// SPDX-License-Identifier: Apache-2.0
//
// The append-only file of the private redis-server, while none runs. When redis refuses
// to load it, a tail that was cut in the middle of what was being written is kept aside
// and taken off; all other damage is left alone. And what the next server will load is
// made durable first.
//
//   DATA/redis/appendonlydir/appendonly.aof.manifest   names the files; the last grows
//   DATA/redis/torn-20261122T044000Z                   the whole file before the repair
//
// A file is commands in RESP; those between MULTI and EXEC count together. Whole commands
// are never taken off: whether any is missing that this daemon had applied, or that was
// acknowledged, is for the verdicts to say.
#ifndef LOG_REDIS_AOF_H
#define LOG_REDIS_AOF_H

#include <stdint.h>
#include <stdio.h>

enum log_redis_aof_end {
    LOG_REDIS_AOF_WHOLE,
    LOG_REDIS_AOF_TORN,    // what comes after the last whole command is the start of one
    LOG_REDIS_AOF_CORRUPT, // it is not, or whole commands come after it
};

// Reads all of file; *whole is the offset after the last whole
// command.
enum log_redis_aof_end log_redis_aof_scan(FILE *file, uint64_t *whole);

// Repairs what lies in redis_dir, while no redis-server runs on it. 0: a torn tail was
// taken off, or (what is empty then) nothing was wrong. STATUS_DATA_LOSS: CORRUPT;
// STATUS_UNAVAILABLE: could not be read, copied or cut, and is as it was; or it was cut
// but not synced, and the whole of it is kept aside. what says it for the operator.
int log_redis_aof_repair(const char *redis_dir, char *what, size_t size);

// Makes durable what the next redis-server will load: the last server may have ended
// between writing and syncing, or because a sync failed, and then the kernel holds its
// last bytes for written, though they are on no disk, and would sync nothing. So they are
// written again and synced. 0; STATUS_UNAVAILABLE: it failed, and why is in what: nothing
// may be loaded, for what is loaded is acknowledged.
int log_redis_aof_sync(const char *redis_dir, char *what, size_t size);

// Bytes of the file that grows; 0 when there is none.
uint64_t log_redis_aof_size(const char *redis_dir);

#endif
