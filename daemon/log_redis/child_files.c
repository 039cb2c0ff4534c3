// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/aof.h"
#include "log_redis/child.h"

#define PASSWORD_BYTES 24
#define USER "vardsok"
#define ROOM_BYTES (4 * 1024 * 1024) // for the longest append call, twice

// Just what the scripts, the follower and the checks use.
#define COMMANDS                                                                         \
    "-@all +eval +evalsha +script|load +xadd +xrange +xrevrange +xread +hget "           \
    "+hgetall "                                                                          \
    "+hset +exists +time +role +config|get +get +set +del +pexpire +hmget +hdel +xtrim " \
    "+bgrewriteaof +xinfo|stream +xsetid"

// A limit on the size of files counts too.
static bool is_full(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

static int fail(struct log_redis_child *child, const char *doing, const char *path)
{
    int error = errno;
    snprintf(child->what, sizeof child->what, "%s%s %s: %s",
             is_full(error) ? "disk full: " : "", doing, path, strerror(error));
    return is_full(error) ? STATUS_RESOURCE_EXHAUSTED : STATUS_INVALID_ARGUMENT;
}

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    CHECK(path);
    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int make_folder(struct log_redis_child *child, const char *path)
{
    if (mkdir(path, S_IRWXU) && errno != EEXIST)
        return fail(child, "make", path);
    return 0;
}

static int choose_login(struct log_redis_child *child)
{
    unsigned char random[PASSWORD_BYTES];
    struct log_redis_address *address = &child->address;
    int len =
        snprintf(address->path, sizeof address->path, "%s/redis.sock", child->redis_dir);
    if (len < 0 || (size_t)len >= sizeof address->path) {
        errno = ENAMETOOLONG;
        return fail(child, "put a unix socket into", child->redis_dir);
    }
    int error = uv_random(NULL, NULL, random, sizeof random, 0, NULL);
    CHECK(error == 0);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(address->password + 2 * i, 3, "%02x", random[i]);
    strcpy(address->user, USER);
    return 0;
}

static int find_absolute(struct log_redis_child *child, const char *data_dir)
{
    uv_fs_t request;
    int error = uv_fs_realpath(NULL, &request, data_dir, NULL);
    if (error == 0) {
        child->data_dir = strdup(request.ptr);
        CHECK(child->data_dir);
    }
    uv_fs_req_cleanup(&request);
    errno = -error;
    return error ? fail(child, "find", data_dir) : 0;
}

// The folder is made before the lock is taken, and only what lies in it is ours to
// change.
int log_redis_child_make_folders(struct log_redis_child *child, const char *data_dir)
{
    if (make_folder(child, data_dir))
        return STATUS_INVALID_ARGUMENT;
    if (find_absolute(child, data_dir))
        return STATUS_INVALID_ARGUMENT;
    child->redis_dir = join(child->data_dir, "redis");
    if (strpbrk(child->redis_dir, "\r\n")) {
        errno = EINVAL;
        return fail(child, "use a path with a line break:", child->redis_dir);
    }
    if (make_folder(child, child->redis_dir))
        return STATUS_INVALID_ARGUMENT;
    if (chmod(child->redis_dir, S_IRWXU))
        return fail(child, "protect", child->redis_dir);
    return choose_login(child);
}

// In double quotes, as redis.conf takes it.
static void print_path(FILE *out, const char *key, const char *folder, const char *name)
{
    fprintf(out, "%s \"", key);
    for (const char *c = folder; *c; c++)
        fprintf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    fprintf(out, "%s\"\n", name);
}

static void print_config(const struct log_redis_child *child, FILE *out)
{
    fputs("# Written by vardsokd at each start: changes are lost.\n"
          "port 0\n"
          "unixsocketperm 600\n"
          "daemonize no\n"
          "supervised no\n"
          "loglevel warning\n"
          "databases 1\n"
          "maxclients 64\n"
          "proto-max-bulk-len 16mb\n"
          "client-query-buffer-limit 64mb\n"
          // Durable before the reply; and a cut tail is looked at by us, not dropped in
          // silence.
          "appendonly yes\n"
          "appendfsync always\n"
          "no-appendfsync-on-rewrite no\n"
          "aof-load-truncated no\n"
          "save \"\"\n"
          // A rewrite forks; the daemon asks for it when it has made the log shorter.
          "auto-aof-rewrite-percentage 0\n"
          "maxmemory-policy noeviction\n"
          "enable-debug-command no\n"
          "enable-module-command no\n"
          "enable-protected-configs no\n"
          // Nobody can log in as the default user, but it replays the append-only file:
          // without rights Redis 7.0 drops every transaction (each append call of two
          // entries or more) and goes on.
          "user default off resetpass allkeys allcommands\n",
          out);
    fprintf(out, "user %s on >%s ~{vardsok}:* resetchannels %s\n", child->address.user,
            child->address.password, COMMANDS);
    print_path(out, "dir", child->redis_dir, "");
    print_path(out, "unixsocket", child->redis_dir, "/redis.sock");
    print_path(out, "logfile", child->redis_dir, "/redis.log");
}

int log_redis_child_write_config(struct log_redis_child *child)
{
    char *path = join(child->redis_dir, "redis.conf");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    int status = 0;
    if (!out) {
        status = fail(child, "write", path);
        if (fd >= 0)
            close(fd);
    } else {
        print_config(child, out);
        bool failed = ferror(out) != 0;
        if (fclose(out) || failed)
            status = fail(child, "write", path);
    }
    free(path);
    return status;
}

// In a file of its own, at the offset where the append-only file goes on.
static int find_room(struct log_redis_child_files *files)
{
    char *path = join(files->redis_dir, "room");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    int error = fd < 0 ? errno : 0;
    if (fd >= 0) {
        error =
            posix_fallocate(fd, (off_t)log_redis_aof_size(files->redis_dir), ROOM_BYTES);
        close(fd);
        unlink(path);
    }
    free(path);
    if (!is_full(error))
        return 0; // the server will find out itself
    snprintf(files->what, sizeof files->what,
             "disk full: no room for the log in %.140s (%s); make room there",
             files->redis_dir, strerror(error));
    return STATUS_RESOURCE_EXHAUSTED;
}

static int repair(struct log_redis_child_files *files)
{
    char what[sizeof files->notice];
    int status = log_redis_aof_repair(files->redis_dir, what, sizeof what);
    if (status)
        snprintf(files->what, sizeof files->what, "%.255s", what);
    else
        memcpy(files->notice, what, sizeof files->notice);
    return status;
}

void log_redis_child_prepare_files(struct log_redis_child_files *files)
{
    files->notice[0] = '\0';
    files->status = files->is_refused ? repair(files) : 0;
    if (files->status == 0 && files->must_have_room)
        files->status = find_room(files);
    if (files->status == 0)
        files->status =
            log_redis_aof_sync(files->redis_dir, files->what, sizeof files->what);
}
