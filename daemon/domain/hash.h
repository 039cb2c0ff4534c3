// SPDX-License-Identifier: Apache-2.0
//
// Hash tables: uthash, told to end in CHECK's last words when memory is out.
#ifndef DOMAIN_HASH_H
#define DOMAIN_HASH_H

#include "base/check.h"

#define uthash_fatal(what)                                                               \
    check_failed(__FILE__, __LINE__, what) // no exit() in a pure layer
#include <uthash.h>

#endif
