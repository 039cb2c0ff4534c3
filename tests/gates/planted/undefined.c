// SPDX-License-Identifier: Apache-2.0
// Planted: a signed overflow, which is undefined. The sanitizer gate must see it.
#include <limits.h>

int main(int argc, char **argv)
{
    (void)argv;
    volatile int sum = INT_MAX;
    sum += argc;
    return 0;
}
