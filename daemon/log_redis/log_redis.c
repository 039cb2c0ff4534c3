// SPDX-License-Identifier: Apache-2.0
//
// Happy path: start -> the private redis-server is up (or yours is used) -> control
// passes -> the appender and the follower connect -> decide says 0. Close goes backwards:
// the connections, then the server. Failure modes: every part tells of every change, and
// each such callback ends in decide, which looks at all parts and tells the replica when
// the answer is another one. A verdict stays until the process ends, but for REGRESSED,
// which heal.c may mend; what the parts can get over, they do by themselves.
#include "log_redis/log_redis.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/log_redis_private.h"

#define FRESH_MS 2000 // two rounds of the control connection

static void fail(struct log_redis *log, int status, const char *what)
{
    if (log->fatal || log->closing)
        return;
    log->fatal = true;
    log->config.on_fatal(log->config.self, status, what);
}

static void decide(struct log_redis *log)
{
    char what[sizeof log->what];
    if (log->closing)
        return;
    int status = log_redis_judge(log, what, sizeof what);
    // The clocks' text is another one each time.
    bool changed = status != log->status ||
                   (strcmp(what, log->what) != 0 && !log_redis_is_clock_off(log));
    log->status = status;
    memcpy(log->what, what, sizeof what);
    log->was_usable = log->was_usable || log->control.passed;
    if (changed)
        log->events.on_state(log->events.self, status, log->what);
    if (log->control.refused && !log->control.passed && !log->was_usable)
        fail(log, log->control.refused, log->control.what);
}

// Redis may have become another one's replica, or have fallen back, without a connection
// being lost: what comes next may not follow what was applied. The proof is asked for
// anew.
static void pause_follow(struct log_redis *log)
{
    if (log->paused || !log->was_caught_up || log->closing)
        return;
    log->paused = true;
    log_redis_follow_pause(&log->follow);
}

static void resume_follow(struct log_redis *log)
{
    if (!log->paused || log->verdict != LOG_REDIS_SOUND)
        return;
    log->paused = false;
    log_redis_follow_resume(&log->follow);
}

void log_redis_doubt(struct log_redis *log, enum log_redis_verdict verdict,
                     const char *detail)
{
    // A log that begins after what is applied here: a snapshot knows what was before.
    if (verdict == LOG_REDIS_TRIMMED && log->verdict == LOG_REDIS_SOUND &&
        log_redis_restore_soon(log))
        return;
    bool is_better_told = log->verdict == verdict && verdict == LOG_REDIS_REGRESSED;
    if (log->verdict == LOG_REDIS_SOUND || is_better_told) {
        log->verdict = verdict;
        snprintf(log->detail, sizeof log->detail, "%s", detail);
    }
    pause_follow(log);
    if (log->verdict == LOG_REDIS_REGRESSED)
        log_redis_heal(log);
    decide(log);
    // A log cut short can still be read to its end; any other will never be caught up
    // with.
    if (!log->was_caught_up && log->verdict != LOG_REDIS_REGRESSED)
        fail(log, STATUS_DATA_LOSS, log->what);
}

void log_redis_doubt_forked(struct log_redis *log, uint64_t sequence)
{
    char detail[LOG_REDIS_WHAT_LEN];
    snprintf(detail, sizeof detail,
             "it ends with another entry %llu; up to %llu were applied here",
             (unsigned long long)sequence, (unsigned long long)log->follow.seen.sequence);
    log->verdict = LOG_REDIS_SOUND; // REGRESSED was said before the entries were compared
    log_redis_doubt(log, LOG_REDIS_FORKED, detail);
}

// --- the high-water mark ---

static uint64_t marked_sequence(const struct log_redis *log)
{
    return log->marker.mark.position.sequence;
}

// Each second while entries come; the first at once, before a write is taken: from then
// on an empty Redis is a loss. After a verdict the mark stays where it was: it is the
// proof.
static void keep_mark(struct log_redis *log)
{
    if (log->verdict != LOG_REDIS_SOUND || log->marker.is_saving || log->closing ||
        !log_redis_marker_set(&log->marker, log->control.known_uuid, &log->follow.seen))
        return;
    if (marked_sequence(log) == 0)
        log_redis_marker_save(&log->marker);
    else
        log_redis_marker_start(&log->marker, log->loop);
}

static void keep_last_mark(struct log_redis *log)
{
    if (log->verdict == LOG_REDIS_SOUND &&
        log_redis_marker_set(&log->marker, log->control.known_uuid, &log->follow.seen))
        log_redis_marker_save(&log->marker);
}

// Whether the entry is not the one that this folder has followed before.
static bool is_other_than_marked(const struct log_redis *log, uint64_t sequence)
{
    const struct log_redis_position *marked = &log->marker.mark.position;
    return sequence == marked->sequence &&
           memcmp(log->follow.seen.checksum, marked->checksum, sizeof marked->checksum) !=
               0;
}

static void compare_with_mark(struct log_redis *log)
{
    char detail[LOG_REDIS_WHAT_LEN];
    uint64_t seen = log->follow.seen.sequence, marked = marked_sequence(log);
    if (seen >= marked)
        return;
    snprintf(detail, sizeof detail, "entry %llu was applied here before, it has %llu",
             (unsigned long long)marked, (unsigned long long)seen);
    log_redis_doubt(log, LOG_REDIS_REGRESSED, detail);
}

static void on_child_started(struct log_redis_child *child)
{
    struct log_redis *log = child->owner;
    if (!log->connecting) {
        log->connecting = true;
        int status = log_redis_marker_load(&log->marker); // the lock is held now
        if (status) {
            fail(log, status, log->marker.what);
            return;
        }
        log->control.init = log->config.init || marked_sequence(log) == 0;
        log_redis_control_start(&log->control);
    }
    decide(log);
}

static void on_child_change(struct log_redis_child *child)
{
    decide(child->owner);
}

static void on_child_failed(struct log_redis_child *child, int status)
{
    struct log_redis *log = child->owner;
    decide(log);
    if (!log->was_usable)
        fail(log, status, child->what);
}

static void on_child_notice(struct log_redis_child *child, const char *what)
{
    struct log_redis *log = child->owner;
    if (log->config.on_notice)
        log->config.on_notice(log->config.self, what);
}

void log_redis_go_on(struct log_redis *log)
{
    if (log->following) { // a snapshot was read because the log begins after it
        log_redis_follow_resume(&log->follow);
        return;
    }
    log->following = true;
    log->control.init = false;
    log_redis_append_set_epoch(&log->append, slice_from(log->control.known_epoch));
    log_redis_append_start(&log->append);
    log_redis_follow_start(&log->follow);
}

static void on_control_change(struct log_redis_control *control)
{
    struct log_redis *log = control->owner;
    if (control->passed && log_redis_is_embedded(log))
        log_redis_child_use(&log->child);
    if (control->passed && !log->connected_snapshot && !log->closing) {
        log->connected_snapshot = true;
        log_redis_snapshot_start(&log->snapshot);
    }
    if (control->passed && !log->following && !log->closing && !log_redis_restore(log))
        log_redis_go_on(log);
    if (control->passed && log->following) {
        log_redis_restore_wanted(log);
        log_redis_clear_healed(log);
        resume_follow(log);
    }
    if (control->refused && !control->passed)
        pause_follow(log);
    if (control->passed && log->following)
        log_redis_follow_expect(&log->follow, control->tail, control->asked_ms);
    if (log->was_caught_up)
        keep_mark(log);
    decide(log);
    if (control->passed)
        log_redis_make_when_due(log);
}

static void on_control_verdict(struct log_redis_control *control,
                               enum log_redis_verdict verdict, const char *detail)
{
    log_redis_doubt(control->owner, verdict, detail);
}

static void on_append_change(struct log_redis_append *append)
{
    decide(append->owner);
}

static void on_append_verdict(struct log_redis_append *append,
                              enum log_redis_verdict verdict, const char *detail)
{
    struct log_redis *log = append->owner;
    char text[LOG_REDIS_WHAT_LEN];
    snprintf(text, sizeof text, "entry %llu was applied, Redis told of %.40s",
             (unsigned long long)append->applied.sequence, detail);
    log_redis_doubt(log, verdict, text);
}

// A server that kept a write has got over what ended the last one; to have answered is
// not enough, for one whose disk does not sync loads its file and ends at each write.
static void on_append_written(struct log_redis_append *append)
{
    struct log_redis *log = append->owner;
    log_redis_child_settle(&log->child);
}

// The reason is one that a round of questions finds: no longer the master, other
// settings, no memory.
static void on_append_refused(struct log_redis_append *append)
{
    struct log_redis *log = append->owner;
    log_redis_control_check(&log->control);
}

static int on_entry(struct log_redis_follow *follow, uint64_t sequence,
                    struct slice entry)
{
    struct log_redis *log = follow->owner;
    if (is_other_than_marked(log, sequence)) {
        log_redis_doubt(log, LOG_REDIS_FORKED,
                        "the entry that this data folder remembers");
        return STATUS_DATA_LOSS;
    }
    log_redis_note_entry(log, sequence, entry.len);
    int status = log->events.on_entry(log->events.self, sequence, entry);
    if (status == 0)
        log_redis_hold(log, sequence, entry);
    return status;
}

static void on_caught_up(struct log_redis_follow *follow)
{
    struct log_redis *log = follow->owner;
    log->control.current_ms = uv_now(log->loop);
    log->was_caught_up = true;
    compare_with_mark(log);
    keep_mark(log);
    decide(log);
    log->events.on_caught_up(log->events.self);
}

static void on_follow_change(struct log_redis_follow *follow)
{
    struct log_redis *log = follow->owner;
    // Redis lets go of those that wait for news when it becomes a replica.
    if (follow->state == LOG_REDIS_FOLLOW_IDLE && !log->closing)
        log_redis_control_check(&log->control);
    decide(log);
}

static void on_follow_verdict(struct log_redis_follow *follow,
                              enum log_redis_verdict verdict, const char *detail)
{
    log_redis_doubt(follow->owner, verdict, detail);
}

static void on_child_closed(struct log_redis_child *child)
{
    struct log_redis *log = child->owner;
    log->on_closed(log->closed_self);
}

void log_redis_close_one(struct log_redis *log)
{
    if (--log->n_open > 0)
        return;
    // Nothing is applied any more.
    keep_last_mark(log);
    log_redis_child_close(&log->child);
}

static void on_mark_saved(struct log_redis_marker *marker)
{
    struct log_redis *log = marker->owner;
    if (log->closing)
        log_redis_close_one(log);
    else
        decide(log);
}

static void on_control_closed(struct log_redis_control *control)
{
    log_redis_close_one(control->owner);
}

static void on_append_closed(struct log_redis_append *append)
{
    log_redis_close_one(append->owner);
}

static void on_follow_closed(struct log_redis_follow *follow)
{
    log_redis_close_one(follow->owner);
}

static void init_child(struct log_redis *log)
{
    const char *program = log->config.redis_server;
    log_redis_child_init(&log->child, log->loop);
    log->child.owner = log;
    log->child.redis_server = program ? program : "redis-server";
    log->child.on_started = on_child_started;
    log->child.on_change = on_child_change;
    log->child.on_notice = on_child_notice;
    log->child.on_failed = on_child_failed;
    log->child.on_closed = on_child_closed;
}

static int64_t read_system_clock(void *self)
{
    uv_timeval64_t now = {0};
    (void)self;
    uv_gettimeofday(&now);
    return now.tv_sec * 1000 + now.tv_usec / 1000;
}

static const struct replica_clock system_clock = {.now_ms = read_system_clock};

static void init_control(struct log_redis *log, const struct log_redis_address *address)
{
    log_redis_control_init(&log->control, log->loop, address);
    log->control.owner = log;
    log->control.init = log->config.init;
    log->control.allow_weak = log->config.allow_weak;
    log->control.clock = log->config.clock ? log->config.clock : &system_clock;
    log->control.uuid = slice_from(log->config.uuid);
    log->control.first_entry = log->config.first_entry;
    log->control.seen = &log->follow.seen;
    log->control.mark = &log->marker.mark;
    log->control.on_change = on_control_change;
    log->control.on_verdict = on_control_verdict;
    log->control.on_closed = on_control_closed;
}

static void init_append(struct log_redis *log, const struct log_redis_address *address)
{
    log_redis_append_init(&log->append, log->loop, address);
    log->append.owner = log;
    log->append.on_change = on_append_change;
    log->append.on_verdict = on_append_verdict;
    log->append.on_written = on_append_written;
    log->append.on_refused = on_append_refused;
    log->append.on_closed = on_append_closed;
}

static void init_follow(struct log_redis *log, const struct log_redis_address *address)
{
    log_redis_follow_init(&log->follow, log->loop, address);
    log->follow.owner = log;
    log->follow.on_entry = on_entry;
    log->follow.on_caught_up = on_caught_up;
    log->follow.on_verdict = on_follow_verdict;
    log->follow.on_change = on_follow_change;
    log->follow.on_closed = on_follow_closed;
}

static bool is_sigpipe_ignored(void)
{
    struct sigaction action;
    return sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

struct log_redis *log_redis_new(uv_loop_t *loop, const struct log_redis_config *config,
                                const struct replica_log_events *events)
{
    struct log_redis *log = calloc(1, sizeof *log);
    CHECK(log);
    CHECK(is_sigpipe_ignored());
    CHECK(strlen(config->uuid) == LOG_REDIS_UUID_LEN &&
          config->first_entry.len >= LOG_REDIS_CHECKSUM_LEN);
    log->loop = loop;
    log->config = *config;
    log->events = *events;
    log->status = STATUS_UNAVAILABLE;
    const struct log_redis_address *address =
        log_redis_is_embedded(log) ? &log->child.address : &log->address;
    log->marker.owner = log;
    log->marker.data_dir = log->config.data_dir;
    log->marker.on_saved = on_mark_saved;
    init_child(log);
    init_follow(log, address);
    init_append(log, address);
    init_control(log, address);
    log_redis_init_snapshot(log, address);
    log->n_open = 4;
    return log;
}

void log_redis_set_position(struct log_redis *log, uint64_t sequence,
                            const unsigned char checksum[16])
{
    CHECK(!log->connecting);
    log->follow.seen.sequence = sequence;
    memcpy(log->follow.seen.checksum, checksum, LOG_REDIS_CHECKSUM_LEN);
    log_redis_append_applied(&log->append, sequence, checksum);
}

static int read_password(struct log_redis *log)
{
    const char *path = log->config.password_file;
    FILE *file = fopen(path, "re");
    if (!file || !fgets(log->address.password, sizeof log->address.password, file)) {
        snprintf(log->what, sizeof log->what, "password file %s: %s", path,
                 file ? "is empty" : strerror(errno));
        if (file)
            fclose(file);
        return STATUS_INVALID_ARGUMENT;
    }
    fclose(file);
    log->address.password[strcspn(log->address.password, "\r\n")] = '\0';
    return 0;
}

static int read_address(struct log_redis *log)
{
    const char *user = log->config.user;
    if (log_redis_address_parse(log->config.url, &log->address)) {
        snprintf(log->what, sizeof log->what,
                 "%s is neither redis://HOST:PORT/DB nor unix:PATH", log->config.url);
        return STATUS_INVALID_ARGUMENT;
    }
    if (user && strlen(user) >= sizeof log->address.user) {
        snprintf(log->what, sizeof log->what, "the Redis user's name is too long");
        return STATUS_INVALID_ARGUMENT;
    }
    if (user)
        memcpy(log->address.user, user, strlen(user) + 1);
    return log->config.password_file ? read_password(log) : 0;
}

int log_redis_start(struct log_redis *log)
{
    if (log_redis_is_embedded(log)) {
        log_redis_child_start(&log->child, log->config.data_dir);
        return 0;
    }
    int status = read_address(log);
    if (status)
        return status;
    status = log_redis_marker_load(&log->marker);
    if (status) {
        snprintf(log->what, sizeof log->what, "%s", log->marker.what);
        return status;
    }
    log->connecting = true;
    log_redis_control_start(&log->control);
    return 0;
}

void log_redis_close(struct log_redis *log, void (*on_closed)(void *self), void *self)
{
    CHECK(!log->closing);
    log->closing = true;
    log->on_closed = on_closed;
    log->closed_self = self;
    log->n_open += log->marker.is_saving;
    log_redis_append_close(&log->append);
    log_redis_follow_close(&log->follow);
    log_redis_snapshot_close(&log->snapshot);
    log_redis_control_close(&log->control);
}

void log_redis_free(struct log_redis *log)
{
    if (log)
        log_redis_free_held(log);
    free(log);
}

static int port_append(void *self, struct replica_append *entry)
{
    struct log_redis *log = self;
    if (log->closing || log->status != 0)
        return STATUS_UNAVAILABLE;
    return log_redis_append_add(&log->append, entry);
}

static void port_applied(void *self, uint64_t sequence, const unsigned char checksum[16])
{
    struct log_redis *log = self;
    log_redis_append_applied(&log->append, sequence, checksum);
}

void log_redis_want_snapshot(struct log_redis *log)
{
    log->snapshot_wanted = true;
    log->make_after_ms = 0;
}

struct replica_log log_redis_port(struct log_redis *log)
{
    return (struct replica_log){
        .self = log, .append = port_append, .applied = port_applied};
}

// A process that stood still wakes up believing its last round of questions: that one
// counts only while the next is not due.
static int64_t find_lag(const struct log_redis *log)
{
    const struct log_redis_control *control = &log->control;
    uint64_t age_ms = uv_now(log->loop) - control->current_ms;
    bool is_current = control->passed && log->follow.state == LOG_REDIS_FOLLOW_WAIT &&
                      log->follow.seen.sequence >= control->tail;
    return is_current && age_ms < FRESH_MS ? 0 : (int64_t)age_ms;
}

void log_redis_status(const struct log_redis *log, struct log_redis_status *status)
{
    const struct log_redis_control *control = &log->control;
    *status = (struct log_redis_status){.status = log->status};
    memcpy(status->what, log->what, sizeof status->what);
    memcpy(status->uuid, control->known_uuid, sizeof status->uuid);
    status->durability = control->known_uuid[0]
                             ? log_redis_durability_name(control->durability)
                             : "unknown";
    status->lag_ms = find_lag(log);
    status->tail = control->tail;
    if (log->child.state == LOG_REDIS_CHILD_RUNNING)
        status->redis_pid = log->child.process.pid;
}
