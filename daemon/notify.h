// SPDX-License-Identifier: Apache-2.0
//
// Tells the service manager how it goes: the datagrams of sd_notify(3), without its
// library. Nothing happens when NOTIFY_SOCKET is not set.
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdint.h>

// "READY=1", "STOPPING=1" or "WATCHDOG=1". A message that cannot be sent is dropped.
void notify_send(const char *message);
// How often WATCHDOG=1 is expected, in ms; 0: never.
uint64_t notify_watchdog_ms(void);

#endif
