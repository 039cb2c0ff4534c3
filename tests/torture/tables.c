// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

#include "torture/torture.h"

const struct torture_scenario *const torture_tables[] = {
    torture_domain, torture_wire,   torture_replica, torture_rpc,   torture_files,
    torture_server, torture_client, torture_calls,   torture_redis, torture_planted,
    NULL,
};
