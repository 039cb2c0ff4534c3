// SPDX-License-Identifier: Apache-2.0
//
// How the follower shares the loop with everybody else.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "log_redis/follow.h"
#include "log_redis_support.h"

enum { N = 200 };
#define APPLY_NS (LOG_REDIS_FOLLOW_TURN_NS / 2)

// The most entries that came between two looks at the loop's turn.
struct turns {
    const struct daemon *daemon;
    uv_check_t check;
    uint64_t n_before, most;
};

static void on_turn(uv_check_t *check)
{
    struct turns *turns = check->data;
    uint64_t n = turns->daemon->n_seen - turns->n_before;
    turns->n_before += n;
    turns->most = n > turns->most ? n : turns->most;
}

static void turns_start(struct turns *turns, const struct daemon *daemon)
{
    *turns = (struct turns){.daemon = daemon, .n_before = daemon->n_seen};
    uv_check_init(&daemon->world->loop, &turns->check);
    turns->check.data = turns;
    uv_check_start(&turns->check, on_turn);
    uv_unref((uv_handle_t *)&turns->check);
}

Test(log_redis_follow, a_burst_of_entries_is_handed_over_in_many_turns_of_the_loop)
{
    struct world world;
    struct server server;
    struct daemon daemon;
    struct turns turns;
    struct write *writes = calloc(N, sizeof *writes);
    world_init(&world);
    server_start(&server, &world, "");
    daemon_init(&daemon, &world);
    snprintf(daemon.url, sizeof daemon.url, "%s", server.url);
    daemon.config.init = true;
    daemon_start(&daemon);
    daemon_await_usable(&daemon);
    daemon.apply_ns = APPLY_NS;
    turns_start(&turns, &daemon);
    for (uint64_t i = 0; i < N; i++) {
        write_init(&writes[i], i + 1);
        cr_assert_eq(write_submit(&daemon, &writes[i]), 0);
    }
    daemon_await_seen(&daemon, N + 1);
    for (uint64_t i = 0; i <= N; i++)
        cr_assert_eq(daemon.seen[i], i);
    cr_assert_leq(turns.most, 2u);
    uv_close((uv_handle_t *)&turns.check, NULL);
    daemon_close(&daemon);
    server_stop(&server);
    free(writes);
    world_close(&world);
}
