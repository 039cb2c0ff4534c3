// SPDX-License-Identifier: Apache-2.0
//
// The high-water mark: which log this data folder has followed, and how far. It is what
// tells a log that was lost from one that was never made.
//
//   DATA/high-water       three lines: "uuid 0b3c…", "sequence 4711", "checksum <32 hex>"
//
// Guarantees: the file is whole or the one before, also after a power cut. Must never:
// name an entry that this daemon has not applied.
#ifndef LOG_REDIS_HIGH_WATER_H
#define LOG_REDIS_HIGH_WATER_H

#include "log_redis/verdict.h"

#define LOG_REDIS_UUID_LEN 36 // 8-4-4-4-12, lower case

struct log_redis_high_water {
    char uuid[LOG_REDIS_UUID_LEN + 1];
    struct log_redis_position position; // sequence 0: there is no mark
};

// 0, also when there is no file (sequence 0 then); STATUS_DATA_LOSS: a file that is not a
// whole mark; STATUS_UNAVAILABLE: it cannot be read. what says which file and why.
int log_redis_high_water_load(const char *data_dir, struct log_redis_high_water *mark,
                              char *what, size_t size);
// Synced when it returns 0; STATUS_UNAVAILABLE with what filled otherwise.
int log_redis_high_water_save(const char *data_dir,
                              const struct log_redis_high_water *mark, char *what,
                              size_t size);

#endif
