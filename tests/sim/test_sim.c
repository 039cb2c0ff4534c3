// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "sim/sim.h"

Test(sim, the_first_seed_is_clean)
{
    struct sim_result result;
    cr_assert(sim_run(&(struct sim_options){.seed = 1}, &result), "%s", result.failure);
}
