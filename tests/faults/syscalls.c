// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into the daemon: every FAULTS_EVERY-th call that moves bytes fails or is cut
// short, each in turn with another error that a kernel may give. What is passed on goes
// to the kernel by syscall(), so that nothing here rests on the library being replaced.
// FAULTS_FILE gets a byte for each fault: the harness shows that they happened.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_uint n_calls;
static unsigned every;
static int report = -1;

__attribute__((constructor)) static void start(void)
{
    const char *number = getenv("FAULTS_EVERY"), *path = getenv("FAULTS_FILE");
    every = number ? (unsigned)strtoul(number, NULL, 10) : 0;
    if (path)
        report = (int)syscall(SYS_openat, AT_FDCWD, path,
                              O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    unsetenv("LD_PRELOAD"); // not into redis-server
}

static int is_socket(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

// Whether this call is to fail; then n says which of its errors is next.
static int strikes(int fd, unsigned *n)
{
    if (every == 0 || !is_socket(fd))
        return 0;
    unsigned call = atomic_fetch_add(&n_calls, 1);
    if (call % every != every - 1)
        return 0;
    *n = call / every;
    if (report >= 0)
        syscall(SYS_write, report, "x", 1);
    return 1;
}

static long fail(int error)
{
    errno = error;
    return -1;
}

ssize_t read(int fd, void *data, size_t size)
{
    static const int errors[] = {EINTR, EAGAIN};
    unsigned n;
    if (!strikes(fd, &n))
        return syscall(SYS_read, fd, data, size);
    return n % 3 < 2 ? fail(errors[n % 3]) : syscall(SYS_read, fd, data, size ? 1 : 0);
}

static ssize_t write_fault(int fd, unsigned n, const void *data, size_t size)
{
    static const int errors[] = {EINTR, EAGAIN, ENOBUFS};
    if (n % 40 == 39) // a connection lost, now and then
        return fail(EPIPE);
    return n % 4 < 3 ? fail(errors[n % 3]) : syscall(SYS_write, fd, data, size ? 1 : 0);
}

ssize_t write(int fd, const void *data, size_t size)
{
    unsigned n;
    if (!strikes(fd, &n))
        return syscall(SYS_write, fd, data, size);
    return write_fault(fd, n, data, size);
}

ssize_t writev(int fd, const struct iovec *parts, int n_parts)
{
    unsigned n;
    if (!strikes(fd, &n))
        return syscall(SYS_writev, fd, parts, n_parts);
    return write_fault(fd, n, parts[0].iov_base, parts[0].iov_len);
}

int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    static const int errors[] = {EINTR, EAGAIN, ECONNABORTED, EMFILE};
    unsigned n;
    if (!strikes(fd, &n))
        return (int)syscall(SYS_accept4, fd, address, len, flags);
    return (int)fail(errors[n % 4]);
}
