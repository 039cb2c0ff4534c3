// SPDX-License-Identifier: Apache-2.0
#include "log_redis/high_water.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/status.h"
#include "log_redis/resp.h"

#define FILE_MAX 256 // of the three lines, with room to see that there is more

static int explain(char *what, size_t size, const char *doing, const char *path)
{
    snprintf(what, size, "%s %.180s: %s", doing, path, strerror(errno));
    return STATUS_UNAVAILABLE;
}

// The rest of the line that begins with "<word> ", ended at its line feed; NULL when the
// line is another one. Moves *text behind it.
static char *take_line(char **text, const char *word)
{
    size_t len = strlen(word);
    char *value = *text + len + 1, *end = strchr(*text, '\n');
    if (strncmp(*text, word, len) != 0 || (*text)[len] != ' ' || !end)
        return NULL;
    *end = '\0';
    *text = end + 1;
    return value;
}

static bool take_checksum(const char *hex, unsigned char checksum[LOG_REDIS_CHECKSUM_LEN])
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(hex) != 2 * LOG_REDIS_CHECKSUM_LEN || strspn(hex, digits) != strlen(hex))
        return false;
    for (int i = 0; i < LOG_REDIS_CHECKSUM_LEN; i++)
        checksum[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 |
                                      (strchr(digits, hex[2 * i + 1]) - digits));
    return true;
}

static bool parse(char *text, struct log_redis_high_water *mark)
{
    const char *uuid = take_line(&text, "uuid");
    const char *sequence = uuid ? take_line(&text, "sequence") : NULL;
    const char *checksum = sequence ? take_line(&text, "checksum") : NULL;
    if (!checksum || *text || strlen(uuid) != LOG_REDIS_UUID_LEN ||
        log_redis_number_parse(slice_from(sequence), &mark->position.sequence) ||
        mark->position.sequence == 0 || !take_checksum(checksum, mark->position.checksum))
        return false;
    memcpy(mark->uuid, uuid, sizeof mark->uuid);
    return true;
}

// Up to FILE_MAX bytes: a read may end early. -1 with errno.
static ssize_t read_all(int fd, char text[FILE_MAX])
{
    size_t len = 0;
    while (len < FILE_MAX) {
        ssize_t n = read(fd, text + len, FILE_MAX - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

int log_redis_high_water_load(const char *data_dir, struct log_redis_high_water *mark,
                              char *what, size_t size)
{
    struct log_redis_high_water found = {0};
    char path[PATH_MAX], text[FILE_MAX + 1];
    snprintf(path, sizeof path, "%s/high-water", data_dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return explain(what, size, "open", path);
    if (fd >= 0) {
        ssize_t len = read_all(fd, text);
        int error = errno;
        close(fd);
        errno = error;
        if (len < 0)
            return explain(what, size, "read", path);
        text[len] = '\0';
        if (!parse(text, &found)) {
            snprintf(what, size, "%.180s is damaged: without it, a loss is not seen",
                     path);
            return STATUS_DATA_LOSS;
        }
    }
    *mark = found;
    return 0;
}

static int sync_folder(const char *data_dir)
{
    int fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failed = fsync(fd);
    close(fd);
    return failed;
}

static int write_synced(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, text, len);
    if (written >= 0 && (size_t)written < len)
        errno = ENOSPC;
    int failed = written != (ssize_t)len || fsync(fd);
    close(fd);
    return failed ? -1 : 0;
}

int log_redis_high_water_save(const char *data_dir,
                              const struct log_redis_high_water *mark, char *what,
                              size_t size)
{
    char path[PATH_MAX], made[PATH_MAX], text[FILE_MAX];
    snprintf(path, sizeof path, "%s/high-water", data_dir);
    snprintf(made, sizeof made, "%s/high-water.new", data_dir);
    int len = snprintf(text, sizeof text, "uuid %s\nsequence %llu\nchecksum ", mark->uuid,
                       (unsigned long long)mark->position.sequence);
    for (int i = 0; i < LOG_REDIS_CHECKSUM_LEN; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "%02x",
                        mark->position.checksum[i]);
    len += snprintf(text + len, sizeof text - (size_t)len, "\n");
    if (write_synced(made, text, (size_t)len) || rename(made, path) ||
        sync_folder(data_dir))
        return explain(what, size, "write", path);
    return 0;
}
