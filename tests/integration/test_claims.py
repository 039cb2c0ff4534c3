# SPDX-License-Identifier: Apache-2.0
"""Claims on a real daemon, under contention: whatever clients do at once, one order explains it."""

import pathlib
import random
import sys
import time
import unittest

sys.path[:0] = [str(pathlib.Path(__file__).parent),
                str(pathlib.Path(__file__).parents[1] / "faults")]

import entries  # noqa: E402
import processes  # noqa: E402
import races  # noqa: E402
import scenes  # noqa: E402
from claim_model import EXPIRED, RELEASED  # noqa: E402
from daemon import Daemon, Folder  # noqa: E402
from history import Call  # noqa: E402

N_RACES = 320  # ./dev faults F24 runs 10,000
N_HOLDS = 300
QUIET_LAG_MS = 20
RUN_OUT_MS = 1000  # a hold that ran out on a quiet system is free and EXPIRED by then


class Claims(unittest.TestCase):
    def setUp(self):
        folder = Folder()
        self.folder = folder.__enter__()
        self.addCleanup(folder.__exit__)
        self.chance = random.Random(1)
        self.start()

    def start(self):
        self.daemon = Daemon(self.folder)
        self.addCleanup(self.daemon.__exit__)
        self.url, = self.daemon.ready().urls()

    def arena(self, *options, **named):
        arena = races.Arena(self.url, *options, **named)
        self.addCleanup(arena.__exit__)
        return arena.__enter__()

    def judge(self, arena, **options):
        """The model of the history, which is legal, and the log that says so."""
        arena.stop_watching()
        arena.read_all()
        with processes.private_connection(self.daemon.data) as redis:
            log = races.read_log(entries.read(redis))
        return arena.judge(log, **options), log

    def test_a_race_for_the_last_slots_has_as_many_winners_as_slots(self):
        arena = self.arena()
        figures = races.run_races(arena, N_RACES)
        model, _ = self.judge(arena)
        self.assertEqual(figures.races, N_RACES)
        self.assertGreater(figures.reads, 100)
        self.assertGreaterEqual(len(model.claims), figures.won)

    def test_a_hold_that_is_confirmed_as_it_runs_out_ends_either_way(self):
        arena = self.arena()
        moves = scenes.at_the_last_moment(arena, self.chance, N_HOLDS)
        model, log = self.judge(arena)
        scenes.check_moments(arena, moves, log)
        seen = scenes.outcomes(moves)
        scenes.expect_all(seen, ("confirm", "done"), ("confirm", "CLAIM_STATE"))
        row = model.row("HOLDS", model.time_ms)
        self.assertEqual(row[3], seen["confirm", "done"])
        self.assertEqual(row[5], seen["confirm", "CLAIM_STATE"])

    def test_a_hold_that_is_extended_or_released_as_it_runs_out_ends_either_way(self):
        arena = self.arena()
        moves = scenes.at_the_last_moment(arena, self.chance, N_HOLDS,
                                          kinds=("extend", "release"))
        _, log = self.judge(arena)
        scenes.check_moments(arena, moves, log)
        seen = scenes.outcomes(moves)
        scenes.expect_all(seen, ("extend", "done"), ("extend", "CLAIM_STATE"),
                          ("release", "done"), ("release", "CLAIM_STATE"))

    def test_a_capacity_that_is_withdrawn_while_it_is_claimed_leaves_no_live_claim(self):
        arena = self.arena()
        scenes.withdraw_while_claimed(arena, self.chance, 40)
        model, _ = self.judge(arena)
        self.assertEqual({claim.state for claim in model.claims.values()}, {RELEASED})

    def test_slots_that_change_while_they_are_claimed_are_never_fewer_than_taken(self):
        arena = self.arena()
        scenes.change_while_claimed(arena, self.chance, 40)
        self.judge(arena)

    def test_everything_at_once_is_explained_by_one_order(self):
        arena = self.arena(watches=("list", "match", "list_claims"))
        scenes.expect_life(scenes.live_together(arena, self.chance, 4))
        self.judge(arena)

    def test_a_hold_that_ran_out_while_nobody_writes_is_free_and_expired_within_a_second(self):
        arena = self.arena(1, watches=())
        free, expired = scenes.let_run_out(arena, 8)
        self.assertLess(max(free), RUN_OUT_MS)
        self.assertLess(max(expired), RUN_OUT_MS)
        self.judge(arena, clock_lag_ms=QUIET_LAG_MS)

    def test_a_hold_that_ran_out_while_no_daemon_ran_is_free_at_once_and_then_expired(self):
        arena = self.arena(1, watches=())
        hold = races.claim("C", hold_s=1)
        arena.done(Call("publish", races.capacity("C", 1)), hold)
        self.daemon.kill()
        time.sleep(max(0, hold.stored[1].until_ms / 1000 - time.time()))
        self.start()
        ready = time.monotonic()
        row, = arena.crowd.call(arena.unit, "list", "C").rows
        self.assertEqual(row[3:], (0, 0, 1))
        scenes.wait_run_out(arena)
        self.assertLess(time.monotonic() - ready, RUN_OUT_MS / 1000)
        model, _ = self.judge(arena)
        self.assertEqual(model.claims[hold.stored[1].id].state, EXPIRED)

    def test_a_retry_is_told_the_first_outcome_whatever_came_after(self):
        arena = self.arena(1, watches=())
        taken, late = races.claim("C", hold_s=1), races.claim("C")
        arena.done(Call("publish", races.capacity("C", 1)), taken)
        arena.crowd.begin(arena.unit, late)
        arena.settle()
        self.assertEqual(late.reason, "NO_SLOTS_LEFT")
        scenes.wait_run_out(arena)
        again, still = (Call("claim", call.asked, ident=call.ident) for call in (taken, late))
        arena.crowd.begin_unrecorded(arena.unit, again, still)
        arena.settle()
        self.assertEqual((again.code, again.revision), (0, taken.revision))
        self.assertEqual(again.stored[1], taken.stored[1]._replace(state=EXPIRED))
        self.assertEqual((still.code, still.reason), (late.code, "NO_SLOTS_LEFT"))
        model, _ = self.judge(arena)
        self.assertEqual(list(model.claims), [taken.stored[1].id])


if __name__ == "__main__":
    unittest.main()
