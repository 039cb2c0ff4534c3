// SPDX-License-Identifier: Apache-2.0
//
// The system calls of the program and of the libraries it has loaded, with a count in
// front. What is passed on goes to the kernel by syscall(): nothing here rests on the
// functions that it stands for.
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS // open and open64 are both ours
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "torture/calls.h"

#define KERNEL_SIGSET_SIZE 8

// libc declares these with a union of address types that standard C cannot repeat.
int own_accept4(int fd, void *address, socklen_t *len, int flags) __asm__("accept4");
int own_accept(int fd, void *address, socklen_t *len) __asm__("accept");
int own_connect(int fd, const void *address, socklen_t len) __asm__("connect");
int own_bind(int fd, const void *address, socklen_t len) __asm__("bind");

// Ends the call here when it is the one to fail; *len becomes 1 when it is to be short.
static bool fails(enum call_kind kind, int fd, size_t *len)
{
    const struct call_fault *fault = calls_next(kind, fd, 0);
    if (!fault)
        return false;
    if (fault->error) {
        errno = fault->error;
        return true;
    }
    if (len && *len > 1)
        *len = 1;
    return false;
}

// The first byte of what the vectors hold, when the call is to be short.
static bool shortens(struct iovec *only, const struct iovec *vectors, size_t n,
                     size_t len)
{
    if (len != 1 || n == 0)
        return false;
    *only = (struct iovec){vectors[0].iov_base, vectors[0].iov_len ? 1 : 0};
    return true;
}

// --- bytes ---

ssize_t read(int fd, void *out, size_t len)
{
    return fails(CALL_READ, fd, &len) ? -1 : syscall(SYS_read, fd, out, len);
}

ssize_t readv(int fd, const struct iovec *vectors, int n)
{
    return fails(CALL_READ, fd, NULL) ? -1 : syscall(SYS_readv, fd, vectors, n);
}

ssize_t recv(int fd, void *out, size_t len, int flags)
{
    return fails(CALL_READ, fd, &len)
               ? -1
               : syscall(SYS_recvfrom, fd, out, len, flags, NULL, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return fails(CALL_READ, fd, NULL) ? -1 : syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return fails(CALL_WRITE, fd, &len) ? -1 : syscall(SYS_write, fd, bytes, len);
}

ssize_t writev(int fd, const struct iovec *vectors, int n)
{
    struct iovec only;
    size_t len = 2;
    if (fails(CALL_WRITE, fd, &len))
        return -1;
    if (shortens(&only, vectors, (size_t)n, len))
        return syscall(SYS_writev, fd, &only, 1);
    return syscall(SYS_writev, fd, vectors, n);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    return fails(CALL_WRITE, fd, &len)
               ? -1
               : syscall(SYS_sendto, fd, bytes, len, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    struct iovec only;
    size_t len = 2;
    struct msghdr cut = *message;
    if (fails(CALL_WRITE, fd, &len))
        return -1;
    if (shortens(&only, message->msg_iov, message->msg_iovlen, len)) {
        cut.msg_iov = &only;
        cut.msg_iovlen = 1;
    }
    return syscall(SYS_sendmsg, fd, &cut, flags);
}

ssize_t pread64(int fd, void *out, size_t len, off64_t offset)
{
    return fails(CALL_READ, fd, &len) ? -1 : syscall(SYS_pread64, fd, out, len, offset);
}

ssize_t pread(int fd, void *out, size_t len, off_t offset)
{
    return pread64(fd, out, len, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
    return fails(CALL_WRITE, fd, &len) ? -1
                                       : syscall(SYS_pwrite64, fd, bytes, len, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    return pwrite64(fd, bytes, len, offset);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t len)
{
    return fails(CALL_COPY, to, &len) ? -1 : syscall(SYS_sendfile, to, from, offset, len);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t len)
{
    return sendfile(to, from, offset, len);
}

// --- descriptors ---

static int open_file(const char *path, int flags, mode_t mode)
{
    return fails(CALL_OPEN, -1, NULL)
               ? -1
               : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open_file(path, flags, mode);
}

int close(int fd)
{
    bool failed = fails(CALL_CLOSE, fd, NULL);
    int error = errno;
    int result = (int)syscall(SYS_close, fd); // it is gone whatever close says
    if (!failed)
        return result;
    errno = error;
    return -1;
}

int socket(int domain, int type, int protocol)
{
    return fails(CALL_MAKE_FD, -1, NULL)
               ? -1
               : (int)syscall(SYS_socket, domain, type, protocol);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    return fails(CALL_MAKE_FD, -1, NULL)
               ? -1
               : (int)syscall(SYS_socketpair, domain, type, protocol, fds);
}

int pipe2(int fds[2], int flags)
{
    return fails(CALL_MAKE_FD, -1, NULL) ? -1 : (int)syscall(SYS_pipe2, fds, flags);
}

int eventfd(unsigned value, int flags)
{
    return fails(CALL_MAKE_FD, -1, NULL) ? -1 : (int)syscall(SYS_eventfd2, value, flags);
}

int epoll_create1(int flags)
{
    return fails(CALL_MAKE_FD, -1, NULL) ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int own_accept4(int fd, void *address, socklen_t *len, int flags)
{
    return fails(CALL_ACCEPT, fd, NULL)
               ? -1
               : (int)syscall(SYS_accept4, fd, address, len, flags);
}

int own_accept(int fd, void *address, socklen_t *len)
{
    return own_accept4(fd, address, len, 0);
}

int own_connect(int fd, const void *address, socklen_t len)
{
    return fails(CALL_CONNECT, fd, NULL) ? -1
                                         : (int)syscall(SYS_connect, fd, address, len);
}

int own_bind(int fd, const void *address, socklen_t len)
{
    return fails(CALL_BIND, fd, NULL) ? -1 : (int)syscall(SYS_bind, fd, address, len);
}

int listen(int fd, int backlog)
{
    return fails(CALL_BIND, fd, NULL) ? -1 : (int)syscall(SYS_listen, fd, backlog);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    return fails(CALL_OPTION, fd, NULL)
               ? -1
               : (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

// --- waiting ---

int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    return op != EPOLL_CTL_DEL && fails(CALL_WATCH, fd, NULL)
               ? -1
               : (int)syscall(SYS_epoll_ctl, epoll, op, fd, event);
}

int epoll_pwait(int epoll, struct epoll_event *events, int n, int timeout_ms,
                const sigset_t *mask)
{
    return fails(CALL_WAIT, -1, NULL)
               ? -1
               : (int)syscall(SYS_epoll_pwait, epoll, events, n, timeout_ms, mask,
                              KERNEL_SIGSET_SIZE);
}

int epoll_wait(int epoll, struct epoll_event *events, int n, int timeout_ms)
{
    return epoll_pwait(epoll, events, n, timeout_ms, NULL);
}

int poll(struct pollfd *polled, nfds_t n, int timeout_ms)
{
    return fails(CALL_WAIT, -1, NULL) ? -1
                                      : (int)syscall(SYS_poll, polled, n, timeout_ms);
}

// --- files ---

int fsync(int fd)
{
    return fails(CALL_SYNC, fd, NULL) ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return fails(CALL_SYNC, fd, NULL) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int rename(const char *from, const char *to)
{
    return fails(CALL_RENAME, -1, NULL) ? -1 : (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path)
{
    return fails(CALL_UNLINK, -1, NULL) ? -1 : (int)syscall(SYS_unlink, path);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(CALL_MAKE_DIR, -1, NULL) ? -1 : (int)syscall(SYS_mkdir, path, mode);
}

int chmod(const char *path, mode_t mode)
{
    return fails(CALL_CHANGE_MODE, -1, NULL) ? -1 : (int)syscall(SYS_chmod, path, mode);
}

int fchmod(int fd, mode_t mode)
{
    return fails(CALL_CHANGE_MODE, fd, NULL) ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int truncate64(const char *path, off64_t len)
{
    return fails(CALL_TRUNCATE, -1, NULL) ? -1 : (int)syscall(SYS_truncate, path, len);
}

int truncate(const char *path, off_t len)
{
    return truncate64(path, len);
}

int ftruncate64(int fd, off64_t len)
{
    return fails(CALL_TRUNCATE, fd, NULL) ? -1 : (int)syscall(SYS_ftruncate, fd, len);
}

int ftruncate(int fd, off_t len)
{
    return ftruncate64(fd, len);
}

int posix_fallocate64(int fd, off64_t offset, off64_t len)
{
    if (fails(CALL_RESERVE, fd, NULL))
        return errno;
    return syscall(SYS_fallocate, fd, 0, offset, len) ? errno : 0;
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
    return posix_fallocate64(fd, offset, len);
}

int flock(int fd, int operation)
{
    return fails(CALL_LOCK, fd, NULL) ? -1 : (int)syscall(SYS_flock, fd, operation);
}

// --- processes and chance ---

static pid_t (*real_fork)(void);
static char *(*real_realpath)(const char *path, char *resolved);

// Found before anything is counted: dlsym has blocks of its own.
__attribute__((constructor)) static void find_real(void)
{
    *(void **)&real_fork = dlsym(RTLD_NEXT, "fork");
    *(void **)&real_realpath = dlsym(RTLD_NEXT, "realpath");
}

// The sanitizer's would allocate past the count.
char *realpath(const char *restrict path, char *restrict resolved)
{
    char *room = resolved ? resolved : malloc(PATH_MAX);
    char *found = room ? real_realpath(path, room) : NULL;
    if (!found && !resolved)
        free(room);
    return found;
}

pid_t fork(void)
{
    return fails(CALL_FORK, -1, NULL) ? -1 : real_fork();
}

ssize_t getrandom(void *out, size_t len, unsigned flags)
{
    return fails(CALL_RANDOM, -1, NULL) ? -1 : syscall(SYS_getrandom, out, len, flags);
}
