// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into the daemon and its redis-server: a disk that can fail to sync, and the
// account of what a power cut would leave of the append-only file. As on Linux, what was
// not on the disk when a sync failed is forgotten: a later sync that succeeds says
// nothing of it, only writing it again does.
//
// FAULTS_DISK names a file of eight numbers (u64, native) that all processes and the
// harness share; see struct disk.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct disk {
    uint64_t broken;        // every sync fails with EIO
    uint64_t kill;          // redis-server is killed just before its next sync
    uint64_t durable;       // bytes of the append-only file that a power cut leaves
    uint64_t from, to;      // of it, written since the last sync; equal: nothing
    uint64_t n_failed;      // syncs
    uint64_t n_synced;      // of the append-only file
    uint64_t n_lost_silent; // bytes that a failed sync has forgotten
};

static struct disk *disk;

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("FAULTS_DISK");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = fd < 0
                    ? MAP_FAILED
                    : mmap(NULL, sizeof *disk, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    disk = map == MAP_FAILED ? NULL : map;
    if (fd >= 0)
        close(fd);
}

static int is_log_path(const char *path)
{
    static const char end[] = ".incr.aof";
    size_t len = strlen(path);
    return len >= sizeof end - 1 && strcmp(path + len - (sizeof end - 1), end) == 0;
}

static int is_log(int fd)
{
    char link[32], path[PATH_MAX];
    struct stat status;
    if (!disk || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof path - 1);
    path[len < 0 ? 0 : len] = '\0';
    return is_log_path(path);
}

static void note_write(uint64_t from, uint64_t to)
{
    int nothing = disk->from == disk->to;
    disk->from = nothing || from < disk->from ? from : disk->from;
    disk->to = nothing || to > disk->to ? to : disk->to;
}

ssize_t write(int fd, const void *data, size_t size)
{
    ssize_t n = syscall(SYS_write, fd, data, size);
    int error = errno;
    if (n > 0 && is_log(fd)) {
        uint64_t end = (uint64_t)lseek(fd, 0, SEEK_CUR);
        note_write(end - (uint64_t)n, end);
    }
    errno = error;
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    ssize_t n = syscall(SYS_pwrite64, fd, data, size, at);
    int error = errno;
    if (n > 0 && is_log(fd))
        note_write((uint64_t)at, (uint64_t)(at + n));
    errno = error;
    return n;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    return pwrite(fd, data, size, at);
}

static void forget(void)
{
    disk->n_failed++;
    disk->n_lost_silent += disk->to - disk->from;
    disk->from = disk->to = 0;
}

static int sync_by(long number, int fd)
{
    int ours = is_log(fd);
    if (ours && disk->kill &&
        strcmp(program_invocation_short_name, "redis-server") == 0) {
        disk->kill = 0;
        kill(getpid(), SIGKILL);
    }
    if (disk && disk->broken) {
        if (ours)
            forget();
        errno = EIO;
        return -1;
    }
    int failed = (int)syscall(number, fd);
    if (!failed && ours) {
        if (disk->from <= disk->durable && disk->to > disk->durable)
            disk->durable = disk->to;
        disk->from = disk->to = 0;
        disk->n_synced++;
    }
    return failed;
}

int fsync(int fd)
{
    return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return sync_by(SYS_fdatasync, fd);
}

static void note_cut(uint64_t len)
{
    disk->durable = disk->durable < len ? disk->durable : len;
    disk->to = disk->to < len ? disk->to : len;
    disk->from = disk->from < disk->to ? disk->from : disk->to;
}

int truncate(const char *path, off_t len)
{
    int failed = (int)syscall(SYS_truncate, path, len);
    if (!failed && disk && is_log_path(path))
        note_cut((uint64_t)len);
    return failed;
}

int ftruncate(int fd, off_t len)
{
    int failed = (int)syscall(SYS_ftruncate, fd, len);
    if (!failed && is_log(fd))
        note_cut((uint64_t)len);
    return failed;
}

int truncate64(const char *path, off64_t len)
{
    return truncate(path, len);
}

int ftruncate64(int fd, off64_t len)
{
    return ftruncate(fd, len);
}
