// SPDX-License-Identifier: Apache-2.0
//
// What an event loop asks a connection.
#include <limits.h>

#include "lib/connection.h"

int vardsok_fd(const struct vardsok *connection)
{
    return connection->watch_fd;
}

int vardsok_wait_ms(const struct vardsok *connection)
{
    int64_t next_ms = connection_next_ms(connection);
    for (const struct vardsok_call *call = connection->calls; call; call = call->next)
        if (call->state != CALL_DONE && call_late_at(call) < next_ms)
            next_ms = call_late_at(call);
    if (next_ms == INT64_MAX)
        return -1;
    int64_t wait_ms = next_ms - client_clock_ms();
    return wait_ms < 0 ? 0 : wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

void vardsok_on_ready(struct vardsok *connection)
{
    connection_turn(connection, 0);
}
