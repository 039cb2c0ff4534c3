// SPDX-License-Identifier: Apache-2.0
//
// Keeps the data folder's high-water mark up to date: in the thread pool, for saving
// waits for the disk, or at once where the caller can wait.
#ifndef LOG_REDIS_MARKER_H
#define LOG_REDIS_MARKER_H

#include <uv.h>

#include "log_redis/connection.h"
#include "log_redis/high_water.h"

// Embedded by the owner; all fields are the marker's own but those of the first group.
struct log_redis_marker {
    // Set by the owner before use.
    void *owner;
    const char *data_dir;                              // NULL: no mark is kept
    void (*on_saved)(struct log_redis_marker *marker); // or not; why not is in what

    struct log_redis_high_water mark;   // as on disk; sequence 0: none
    struct log_redis_high_water saving; // on its way there
    bool is_saving;                     // in the thread pool
    uv_work_t work;
    int status; // of the saving, with save_what
    char save_what[LOG_REDIS_WHAT_LEN];
    char what[LOG_REDIS_WHAT_LEN]; // why the last loading or saving failed
};

// As log_redis_high_water_load; 0 without a data folder.
int log_redis_marker_load(struct log_redis_marker *marker);
// Whether this is news: the entry comes after the mark, and a mark is kept.
bool log_redis_marker_set(struct log_redis_marker *marker, const char *uuid,
                          const struct log_redis_position *position);
// Saves what was set: at once, or later (on_saved comes once, unless is_saving was set
// already: set and start are to be left then).
void log_redis_marker_save(struct log_redis_marker *marker);
void log_redis_marker_start(struct log_redis_marker *marker, uv_loop_t *loop);

#endif
