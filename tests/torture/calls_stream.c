// SPDX-License-Identifier: Apache-2.0
//
// libc reads and writes its streams where no other can stand between. So the streams of
// the program are made over the read, write and close of calls_system.c instead.
#define _GNU_SOURCE // fopencookie
#undef _FILE_OFFSET_BITS
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

FILE *fopen64(const char *path, const char *mode);

static int fd_of(void *cookie)
{
    return (int)(intptr_t)cookie;
}

static ssize_t read_stream(void *cookie, char *out, size_t len)
{
    return read(fd_of(cookie), out, len);
}

static ssize_t write_stream(void *cookie, const char *bytes, size_t len)
{
    ssize_t written = write(fd_of(cookie), bytes, len);
    return written < 0 ? 0 : written; // as fopencookie wants it
}

static int seek_stream(void *cookie, off64_t *offset, int whence)
{
    off64_t at = syscall(SYS_lseek, fd_of(cookie), *offset, whence);
    if (at < 0)
        return -1;
    *offset = at;
    return 0;
}

static int close_stream(void *cookie)
{
    return close(fd_of(cookie));
}

FILE *fdopen(int fd, const char *mode)
{
    static const cookie_io_functions_t functions = {read_stream, write_stream,
                                                    seek_stream, close_stream};
    FILE *stream = fopencookie((void *)(intptr_t)fd, mode, functions);
    if (stream)
        stream->_fileno = fd; // fileno gives it
    return stream;
}

static int flags_of(const char *mode)
{
    int flags = strchr(mode, 'e') ? O_CLOEXEC : 0;
    if (mode[0] == 'r')
        return flags | (strchr(mode, '+') ? O_RDWR : O_RDONLY);
    flags |= O_CREAT | (strchr(mode, '+') ? O_RDWR : O_WRONLY);
    return flags | (mode[0] == 'a' ? O_APPEND : O_TRUNC);
}

FILE *fopen(const char *path, const char *mode)
{
    int fd = open(path, flags_of(mode), 0666);
    if (fd < 0)
        return NULL;
    FILE *stream = fdopen(fd, mode);
    if (!stream) {
        int error = errno;
        syscall(SYS_close, fd);
        errno = error;
    }
    return stream;
}

FILE *fopen64(const char *path, const char *mode)
{
    return fopen(path, mode);
}
