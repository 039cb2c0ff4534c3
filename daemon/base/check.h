// SPDX-License-Identifier: Apache-2.0
//
// CHECK: an invariant of ours. Stays on in release builds; never for what a peer sent.
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

// Prints "file:line: what" to stderr and aborts.
_Noreturn void check_failed(const char *file, int line, const char *what);

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition))                                                                \
            check_failed(__FILE__, __LINE__, #condition);                                \
    } while (0)

#endif
