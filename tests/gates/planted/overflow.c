// SPDX-License-Identifier: Apache-2.0
// Planted: a read one past the end of the heap. The sanitizer gate must see it.
#include <stdlib.h>

int main(int argc, char **argv)
{
    (void)argv;
    char *bytes = calloc(1, (size_t)argc);
    int read = bytes ? ((volatile char *)bytes)[argc] : 0;
    free(bytes);
    return read;
}
