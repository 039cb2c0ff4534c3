// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/check.h"
#include "lib/vardsok.h"

void vardsok_request_id_init(unsigned char id[VARDSOK_REQUEST_ID_LEN])
{
    struct timespec now;
    CHECK(clock_gettime(CLOCK_REALTIME, &now) == 0);
    ssize_t n;
    do
        n = getrandom(id, VARDSOK_REQUEST_ID_LEN, 0);
    while (n < 0 && errno == EINTR);
    CHECK(n == VARDSOK_REQUEST_ID_LEN);

    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(ms >> (40 - 8 * i));
    id[6] = (unsigned char)(0x70 | (id[6] & 0x0f)); // version 7
    id[8] = (unsigned char)(0x80 | (id[8] & 0x3f)); // the variant of RFC 9562
}
