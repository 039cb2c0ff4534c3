// SPDX-License-Identifier: Apache-2.0
//
// Scenarios that are wrong on purpose, each in a way that the harness must see
// (test_torture.py).
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "torture/torture.h"

static enum torture_end use_without_looking(void)
{
    char *text = malloc(8);
    memset(text, 'a', 8);
    TORTURE_EXPECT(text[7] == 'a');
    free(text);
    return TORTURE_DONE;
}

static enum torture_end forget_on_error(void)
{
    void *first = malloc(8), *second = malloc(8);
    if (!first)
        free(second);
    if (!first || !second)
        return TORTURE_REFUSED; // and first?
    free(first);
    free(second);
    return TORTURE_DONE;
}

static enum torture_end keep_the_descriptor(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return TORTURE_REFUSED;
    if (write(fd, "a", 1) != 1)
        return TORTURE_REFUSED;
    close(fd);
    return TORTURE_DONE;
}

static enum torture_end give_another_result(void)
{
    char *text = strdup("a");
    bool is_right = text != NULL;
    free(text);
    TORTURE_EXPECT(is_right);
    return TORTURE_DONE;
}

static enum torture_end check_too_late(void)
{
    void *first = malloc(8), *second = malloc(8), *third = malloc(8);
    CHECK(first && second && third);
    free(first);
    free(second);
    free(third);
    return TORTURE_DONE;
}

static enum torture_end check_a_system_call(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    close(fd);
    return TORTURE_DONE;
}

static enum torture_end check_a_peers_size(void)
{
    char *text = malloc(100000);
    CHECK(text);
    free(text);
    return TORTURE_DONE;
}

static enum torture_end end_without_a_word(void)
{
    void *block = malloc(8);
    if (!block)
        abort();
    free(block);
    return TORTURE_DONE;
}

static enum torture_end try_for_ever(void)
{
    void *block = malloc(8);
    while (!block)
        pause();
    free(block);
    return TORTURE_DONE;
}

static void path_of(char path[128])
{
    snprintf(path, 128, "%s/a", torture_folder());
}

// An unsynced promise is kept by a process that dies; one that was cut short is not.
static enum torture_end promise_before_writing(void)
{
    char path[128];
    path_of(path);
    torture_acknowledge(1);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return TORTURE_REFUSED;
    bool is_written = write(fd, "a", 1) == 1;
    close(fd);
    return is_written ? TORTURE_DONE : TORTURE_REFUSED;
}

static void look_for_the_promise(void)
{
    char path[128], byte = 0;
    path_of(path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    TORTURE_EXPECT(torture_acknowledged() == 0 ||
                   (fd >= 0 && read(fd, &byte, 1) == 1 && byte == 'a'));
}

const struct torture_scenario torture_planted[] = {
    {.name = "planted_use_without_looking",
     .run = use_without_looking,
     .memory = true,
     .is_planted = true},
    {.name = "planted_forget_on_error",
     .run = forget_on_error,
     .memory = true,
     .is_planted = true},
    {.name = "planted_keep_the_descriptor",
     .run = keep_the_descriptor,
     .system = true,
     .is_planted = true},
    {.name = "planted_give_another_result",
     .run = give_another_result,
     .memory = true,
     .is_planted = true},
    {.name = "planted_check_too_late",
     .run = check_too_late,
     .memory = true,
     .is_planted = true},
    {.name = "planted_check_a_system_call",
     .run = check_a_system_call,
     .system = true,
     .is_planted = true},
    {.name = "planted_check_a_peers_size",
     .run = check_a_peers_size,
     .memory = true,
     .peer_size = 65536,
     .is_planted = true},
    {.name = "planted_end_without_a_word",
     .run = end_without_a_word,
     .memory = true,
     .is_planted = true},
    {.name = "planted_try_for_ever",
     .run = try_for_ever,
     .memory = true,
     .is_planted = true},
    {.name = "planted_promise_before_writing",
     .run = promise_before_writing,
     .system = true,
     .recover = look_for_the_promise,
     .is_planted = true},
    {0},
};
