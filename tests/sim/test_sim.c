// SPDX-License-Identifier: Apache-2.0
//
// The simulator as a test: many seeds, the seeds that once failed, and that it finds what
// is put in for it to find. How many: SIM_SEEDS (default 2,000) from SIM_FIRST (default
// 1); SIM_TRACE=1 tells every event.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

#define PLANT_SEEDS 100 // within so many each planted bug must be found

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void check_seed(uint64_t seed)
{
    struct sim_result result;
    struct sim_options options = {.seed = seed, .trace = getenv("SIM_TRACE") != NULL};
    cr_expect(sim_run(&options, &result),
              "seed %llu: %s (SIM_TRACE=1 ./dev sim 1 %llu tells how)",
              (unsigned long long)seed, result.failure, (unsigned long long)seed);
}

// Two halves, for two cores.
static void check_half(uint64_t half)
{
    uint64_t first = setting("SIM_FIRST", 1), n = setting("SIM_SEEDS", 2000);
    for (uint64_t i = half; i < n; i += 2)
        check_seed(first + i);
}

Test(sim, every_second_seed_is_clean, .timeout = 0)
{
    check_half(0);
}

Test(sim, and_so_is_every_other, .timeout = 0)
{
    check_half(1);
}

Test(sim, seeds_that_once_failed_are_clean, .timeout = 0)
{
    char line[256];
    uint64_t n = 0;
    FILE *file = fopen(TESTS_DIR "/sim/seeds.txt", "r");
    cr_assert(file);
    while (fgets(line, sizeof line, file)) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);
        if (end == line)
            continue;
        check_seed(seed);
        n++;
    }
    fclose(file);
    cr_assert_gt(n, 0);
}

Test(sim, a_run_is_decided_by_its_seed)
{
    struct sim_result first, second, other;
    sim_run(&(struct sim_options){.seed = 7}, &first);
    sim_run(&(struct sim_options){.seed = 7}, &second);
    sim_run(&(struct sim_options){.seed = 8}, &other);
    cr_assert_eq(first.last_random, second.last_random);
    cr_assert_eq(first.n_events, second.n_events);
    cr_assert_arr_eq(first.digest, second.digest, sizeof first.digest);
    cr_assert_neq(first.last_random, other.last_random);
}

// A simulator in which nothing happens would be clean too.
Test(sim, what_it_is_there_for_happens)
{
    struct sim_result sum = {0}, result;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        sim_run(&(struct sim_options){.seed = seed}, &result);
        sum.n_acked += result.n_acked;
        sum.n_refused += result.n_refused;
        sum.n_crashes += result.n_crashes;
        sum.n_cuts += result.n_cuts;
        sum.n_unknown += result.n_unknown;
        sum.n_not_written += result.n_not_written;
        sum.n_clock_refused += result.n_clock_refused;
        sum.n_late += result.n_late;
        sum.n_ticks += result.n_ticks;
        sum.n_ticks_repeated += result.n_ticks_repeated;
        sum.n_taken += result.n_taken;
        sum.n_sold_out += result.n_sold_out;
        sum.n_confirmed += result.n_confirmed;
        sum.n_released += result.n_released;
        sum.n_expired += result.n_expired;
    }
    cr_expect_gt(sum.n_acked, 60 * 20);
    cr_expect_gt(sum.n_refused, 60 * 2);
    cr_expect_gt(sum.n_crashes, 60);
    cr_expect_gt(sum.n_cuts, 60);
    cr_expect_gt(sum.n_unknown, 60);
    cr_expect_gt(sum.n_not_written, 60);
    cr_expect_gt(sum.n_clock_refused, 60);
    cr_expect_gt(sum.n_late, 6);
    cr_expect_gt(sum.n_ticks, 60 * 2);
    cr_expect_gt(sum.n_ticks_repeated, 6);
    cr_expect_gt(sum.n_taken, 60 * 5);
    cr_expect_gt(sum.n_sold_out, 60 * 2);
    cr_expect_gt(sum.n_confirmed, 15);
    cr_expect_gt(sum.n_released, 60);
    cr_expect_gt(sum.n_expired, 60 * 2);
}

// The bug must make a seed fail, and for a reason that it can be the cause of.
static void check_found(enum sim_plant plant, const char *const *reasons)
{
    struct sim_result result;
    for (uint64_t seed = 1; seed <= PLANT_SEEDS; seed++) {
        if (sim_run(&(struct sim_options){.seed = seed, .plant = plant}, &result))
            continue;
        for (; *reasons; reasons++)
            if (strstr(result.failure, *reasons))
                return;
        cr_assert_fail("seed %llu: %s", (unsigned long long)seed, result.failure);
    }
    cr_assert_fail("%s is not found within %d seeds", sim_plant_name(plant), PLANT_SEEDS);
}

#define CHECK_FOUND(plant, ...)                                                          \
    check_found(plant, (const char *const[]){__VA_ARGS__, NULL})

Test(sim_finds, a_log_that_answers_before_its_disk_does)
{
    CHECK_FOUND(PLANT_ACK_BEFORE_DURABLE, "has not what it applied", "lost", "of another",
                "forgotten", "the log has", "is not what the log says");
}

Test(sim_finds, an_unknown_append_called_not_written)
{
    CHECK_FOUND(PLANT_UNKNOWN_AS_NOT, "was told that it is not");
}

Test(sim_finds, an_unknown_append_called_written)
{
    CHECK_FOUND(PLANT_UNKNOWN_AS_OK, "never answers");
}

Test(sim_finds, a_retry_with_a_new_request_id)
{
    CHECK_FOUND(PLANT_RETRY_WITH_NEW_ID, "done twice");
}

Test(sim_finds, a_follower_that_skips_an_entry)
{
    CHECK_FOUND(PLANT_ENTRY_SKIPPED, "differs from another", "of another", "is not what",
                "never answers", "all is quiet");
}

Test(sim_finds, a_follower_that_repeats_an_entry)
{
    CHECK_FOUND(PLANT_ENTRY_REPEATED, "differs from another", "of another", "is not what",
                "never answers");
}

Test(sim_finds, a_follower_that_swaps_two_entries)
{
    CHECK_FOUND(PLANT_ENTRIES_SWAPPED, "differs from another", "of another",
                "is not what", "never answers");
}

Test(sim_finds, a_flipped_bit_of_a_stored_record)
{
    CHECK_FOUND(PLANT_BIT_FLIPPED, "is not what the log says", "differs from another",
                "refused entry");
}

Test(sim_finds, a_reply_given_to_the_wrong_append)
{
    CHECK_FOUND(PLANT_REPLY_TO_WRONG_APPEND, "was told that it is not", "never answers");
}

Test(sim_finds, a_clock_that_nobody_checks)
{
    CHECK_FOUND(PLANT_CLOCK_NOT_CHECKED, "s ahead");
}

Test(sim_finds, an_answer_given_to_the_wrong_client)
{
    CHECK_FOUND(PLANT_ANSWERS_SWAPPED, "of another", "a write was told");
}

Test(sim_finds, a_write_that_is_done_before_it_is_begun)
{
    CHECK_FOUND(PLANT_BEGUN_LATE, "before another began");
}

Test(sim_finds, a_tick_whose_id_is_not_made_of_the_hold)
{
    CHECK_FOUND(PLANT_TICK_ID_BY_CHANCE, "nobody sent", "all is quiet");
}

Test(sim_finds, a_daemon_that_never_ticks)
{
    CHECK_FOUND(PLANT_TICKS_LOST, "all is quiet, and a hold ran out");
}

// A wrong model sees in a right daemon what a right one sees in a wrong daemon.
#define CHECK_APPLY_FOUND(plant)                                                         \
    CHECK_FOUND(plant, "is not what the log says", "a write was told")

Test(sim_finds, holds_that_end_by_the_wall_clock)
{
    CHECK_APPLY_FOUND(PLANT_EXPIRY_BY_WALL_CLOCK);
}

Test(sim_finds, holds_that_end_after_the_command_instead_of_before)
{
    CHECK_APPLY_FOUND(PLANT_EXPIRY_AFTER);
}

Test(sim_finds, a_refused_command_that_takes_back_what_expired)
{
    CHECK_APPLY_FOUND(PLANT_EXPIRY_UNDONE);
}

Test(sim_finds, a_claim_counted_again_on_retry)
{
    CHECK_APPLY_FOUND(PLANT_CLAIMED_AGAIN_ON_RETRY);
}

Test(sim_finds, a_confirm_after_the_hold_ran_out)
{
    CHECK_FOUND(PLANT_CONFIRMED_LATE, "is not what the log says", "a write was told",
                "more slots are taken than there are");
}

Test(sim_finds, a_hold_extended_twice)
{
    CHECK_APPLY_FOUND(PLANT_EXTENDED_TWICE);
}

Test(sim_finds, a_release_that_gives_no_slots_back)
{
    CHECK_APPLY_FOUND(PLANT_RELEASE_KEEPS_SLOTS);
}

Test(sim_finds, a_withdraw_that_forgets_a_hold)
{
    CHECK_APPLY_FOUND(PLANT_WITHDRAW_FORGETS);
}

Test(sim_finds, a_slot_sold_twice)
{
    CHECK_FOUND(PLANT_ONE_SLOT_TOO_MANY, "more slots are taken than there are");
}
