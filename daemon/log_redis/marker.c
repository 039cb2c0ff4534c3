// SPDX-License-Identifier: Apache-2.0
#include "log_redis/marker.h"

#include "base/check.h"

int log_redis_marker_load(struct log_redis_marker *marker)
{
    if (!marker->data_dir)
        return 0;
    return log_redis_high_water_load(marker->data_dir, &marker->mark, marker->what,
                                     sizeof marker->what);
}

bool log_redis_marker_set(struct log_redis_marker *marker, const char *uuid,
                          const struct log_redis_position *position)
{
    CHECK(!marker->is_saving);
    if (!marker->data_dir || !uuid[0] ||
        position->sequence <= marker->mark.position.sequence)
        return false;
    memcpy(marker->saving.uuid, uuid, sizeof marker->saving.uuid);
    marker->saving.position = *position;
    return true;
}

static void save(struct log_redis_marker *marker)
{
    marker->status = log_redis_high_water_save(
        marker->data_dir, &marker->saving, marker->save_what, sizeof marker->save_what);
}

static void take_saved(struct log_redis_marker *marker)
{
    if (marker->status)
        memcpy(marker->what, marker->save_what, sizeof marker->what);
    else
        marker->mark = marker->saving;
}

void log_redis_marker_save(struct log_redis_marker *marker)
{
    save(marker);
    take_saved(marker);
}

static void on_work(uv_work_t *work)
{
    save(work->data);
}

static void on_worked(uv_work_t *work, int status)
{
    struct log_redis_marker *marker = work->data;
    (void)status;
    marker->is_saving = false;
    take_saved(marker);
    marker->on_saved(marker);
}

void log_redis_marker_start(struct log_redis_marker *marker, uv_loop_t *loop)
{
    marker->work.data = marker;
    marker->is_saving = uv_queue_work(loop, &marker->work, on_work, on_worked) == 0;
}
