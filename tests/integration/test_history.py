# SPDX-License-Identifier: Apache-2.0
"""The checker of claim histories: good ones pass, and each kind of bad one is found."""

import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from claim_model import CONFIRMED, EXPIRED, HELD, RELEASED, Capacity, Claim  # noqa: E402
from history import Call, Entry, Illegal, check  # noqa: E402

START_MS = 4000000000000  # the log's time at its first entry
MS = 1000000


def capacity(slots=1, ident="C"):
    return Capacity(ident, "U", "S", slots, "2100-01-01", "2100-01-31")


class History(unittest.TestCase):
    """One story, told entry by entry: entry n is written n seconds after START_MS, asked for and
    answered within the 100 ms around it."""

    def setUp(self):
        self.calls, self.log = [], []

    def write(self, kind, asked, code=0, reason="", stored=None, expected=None, lasts_ms=100):
        sequence = len(self.log) + 1
        call = Call(kind, asked, bytes([sequence]), expected)
        self.log.append(Entry(sequence, START_MS + 1000 * sequence, call.ident))
        middle = self.log[-1].time_ms * MS
        call.invoked, call.answered = middle - lasts_ms * MS // 2, middle + lasts_ms * MS // 2
        call.code, call.reason = code, reason
        if code == 0:
            call.revision = sequence
            call.stored = (sequence, stored) if stored else None
        self.calls.append(call)
        return call

    def tick(self, after_s=1):
        sequence, last_ms = len(self.log) + 1, self.log[-1].time_ms
        self.log.append(Entry(sequence, last_ms + 1000 * after_s, bytes([99, sequence]), True))
        return self.log[-1]

    def claim(self, ident="C", slots=1, hold_s=3600):
        """A claim that is taken."""
        sequence = len(self.log) + 1
        taken_ms = START_MS + 1000 * sequence
        return self.write("claim", (ident, "14", slots, hold_s, ""), stored=Claim(
            f"{sequence}-0", ident, "14", slots, HELD, taken_ms + 1000 * hold_s, "", "U", "S",
            taken_ms))

    def refused_claim(self, ident="C", slots=1):
        return self.write("claim", (ident, "14", slots, 3600, ""), 8, "NO_SLOTS_LEFT")

    def move(self, kind, claim, state, **others):
        stored = claim._replace(state=state, until_ms=0)
        return self.write(kind, claim.id, stored=stored, **others)

    def read(self, kind, asked, rows, revision=None, after_ms=200, token=b""):
        """A read after the last entry, or of revision; of daemon 0."""
        call = Call(kind, asked)
        call.revision = revision or len(self.log)
        call.invoked = (self.log[-1].time_ms + after_ms) * MS
        call.answered = call.invoked + 50 * MS
        call.code, call.rows, call.token = 0, tuple(rows), token
        self.calls.append(call)
        return call

    def race(self):
        """A slot, who gets it, and who does not; then it is confirmed."""
        self.write("publish", capacity())
        won = self.claim()
        lost = self.refused_claim()
        confirmed = self.move("confirm", won.stored[1], CONFIRMED)
        return won, lost, confirmed

    def good(self):
        return check(self.calls, self.log)

    def bad(self, what):
        with self.assertRaisesRegex(Illegal, what):
            check(self.calls, self.log)


class GoodHistories(History):
    def test_a_race_has_one_winner(self):
        self.race()
        self.read("list", "", [("C", 1, 1, 1, 0, 0)])
        self.read("match", "S", [])
        model = self.good()
        self.assertEqual(model.claims["2-0"].state, CONFIRMED)

    def test_a_hold_that_ran_out_gives_its_slot_to_the_next(self):
        self.write("publish", capacity())
        self.claim(hold_s=2)  # until entry 4's time
        self.tick()
        second = self.claim()
        self.assertEqual(self.good().claims["2-0"].state, EXPIRED)
        self.assertTrue(self.good().claims[second.stored[1].id].is_live())

    def test_a_confirm_at_the_instant_at_which_a_hold_ran_out_is_refused(self):
        self.write("publish", capacity())
        claim = self.claim(hold_s=2).stored[1]
        self.tick()
        self.write("confirm", claim.id, 9, "CLAIM_STATE")
        self.good()

    def test_a_confirm_a_moment_before_is_done(self):
        self.write("publish", capacity())
        claim = self.claim(hold_s=2).stored[1]
        self.tick()
        self.move("confirm", claim, CONFIRMED)
        self.log[-1].time_ms -= 1
        self.good()

    def test_a_clock_that_goes_back_does_not_move_the_log(self):
        self.write("publish", capacity())
        claim = self.claim(hold_s=2).stored[1]
        self.tick(2)
        self.write("confirm", claim.id, 9, "CLAIM_STATE")
        self.log[-1].time_ms -= 3000
        self.good()

    def test_a_withdraw_releases_and_tells(self):
        won, _, _ = self.race()
        self.write("withdraw", ("C", False), 9, "CONFIRMED_CLAIMS")
        self.write("withdraw", ("C", True))
        self.write("claim", ("C", "14", 1, 3600, ""), 5, "NOT_STORED")
        told = won.stored[1]._replace(state=RELEASED, until_ms=0, withdrawn=True)
        self.read("list_claims", (("C", 0), "", b""), [(6, told)])
        self.good()

    def test_slots_go_down_to_what_is_taken(self):
        self.write("publish", capacity(3))
        self.claim(slots=2)
        self.write("change", capacity(1), 9, "SLOTS_TAKEN")
        self.write("change", capacity(2))
        self.refused_claim()
        self.good()

    def test_an_extension_happens_once_and_never_shortens(self):
        self.write("publish", capacity())
        claim = self.claim(hold_s=10).stored[1]
        self.write("extend", (claim.id, 5), 9, "OUT_OF_RANGE")
        self.write("extend", (claim.id, 100),
                   stored=claim._replace(until_ms=START_MS + 104000, extended=True))
        self.write("extend", (claim.id, 100), 9, "EXTENDED_BEFORE")
        self.tick(20)
        self.write("confirm", claim.id, stored=claim._replace(
            state=CONFIRMED, until_ms=0, extended=True))
        self.good()

    def test_an_expected_revision_is_that_of_the_capacity_or_the_claim(self):
        self.write("publish", capacity(2))
        claim = self.claim().stored[1]
        self.write("claim", ("C", "14", 1, 3600, ""), 10, "REVISION_MISMATCH", expected=2)
        self.write("confirm", claim.id, 10, "REVISION_MISMATCH", expected=1)
        self.move("confirm", claim, CONFIRMED, expected=2)
        self.good()

    def test_closed_and_foreign_capacities_are_not_claimed(self):
        self.write("publish", capacity()._replace(window_start="2000-01-01",
                                                  window_end="2000-01-02"))
        self.write("claim", ("C", "14", 1, 3600, ""), 9, "CAPACITY_CLOSED")
        self.write("claim", ("C", "13", 1, 3600, ""), 9, "NOT_OPEN_TO_REGION")
        self.good()

    def test_an_entry_that_comes_twice_has_one_effect(self):
        self.write("publish", capacity(2))
        self.claim()
        self.log.append(Entry(3, START_MS + 3000, self.log[1].ident))
        self.read("list", "", [("C", 1, 2, 0, 1, 1)])
        self.good()

    def test_a_write_without_an_answer_may_be_there_or_not(self):
        won, _, _ = self.race()
        won.answered, won.code = float("inf"), None
        never = Call("claim", ("C", "14", 1, 3600, ""), b"never")
        self.calls.append(never)
        self.good()

    def test_a_reader_sees_a_hold_run_out_by_its_own_clock(self):
        self.write("publish", capacity())
        self.claim(hold_s=2)
        self.read("list", "", [("C", 1, 1, 0, 1, 0)], after_ms=1000)
        self.read("list", "", [("C", 1, 1, 0, 0, 1)], after_ms=2500)
        self.read("match", "S", [("U", "C", 1, 0)], after_ms=2500)
        self.good()


class BadHistories(History):
    """A checker that cannot fail proves nothing."""

    def setUp(self):
        super().setUp()
        self.won, self.lost, self.confirmed = self.race()

    def test_two_winners_are_found(self):
        self.lost.code, self.lost.reason, self.lost.revision = 0, "", 3
        self.lost.stored = (3, self.won.stored[1]._replace(id="3-0"))
        self.bad("in the order of the log the answer is .*NO_SLOTS_LEFT.* at 3")

    def test_a_refusal_while_slots_are_free_is_found(self):
        self.won.code, self.won.reason = 8, "NO_SLOTS_LEFT"
        self.bad("the answer is done at 2")

    def test_the_wrong_winner_is_found(self):
        self.log[1].ident, self.log[2].ident = self.log[2].ident, self.log[1].ident
        self.bad("another revision than its own 3")

    def test_the_wrong_winner_is_found_also_when_it_names_its_place(self):
        self.log[1].ident, self.log[2].ident = self.log[2].ident, self.log[1].ident
        self.won.revision = 3
        self.bad("stands before one that was answered before it began")

    def test_a_lost_write_is_found(self):
        del self.log[3]
        self.bad("lost: confirm")

    def test_a_gap_in_the_log_is_found(self):
        del self.log[1]
        self.bad("entry 2 is due, 3 is there")

    def test_a_write_told_not_written_that_is_there_is_found(self):
        self.lost.code, self.lost.reason = 14, "LOG_UNAVAILABLE"
        self.bad("not written.*is at 3")
        self.lost.code, self.lost.reason = 8, "TOO_MANY"
        self.bad("not written.*is at 3")

    def test_an_entry_of_nobody_is_found(self):
        self.log[2].ident = b"nobody"
        self.bad("entry 3 is nobody's")

    def test_a_refusal_that_no_entry_decided_is_found(self):
        self.calls.append(Call("claim", ("C", "14", 1, 3600, ""), b"no entry"))
        self.calls[-1].code, self.calls[-1].reason = 8, "NO_SLOTS_LEFT"
        self.calls[-1].answered = self.confirmed.answered
        self.bad("decided without an entry")

    def test_another_reason_is_found(self):
        self.lost.code, self.lost.reason = 9, "CAPACITY_CLOSED"
        self.bad("the answer is .*NO_SLOTS_LEFT")

    def test_an_order_against_real_time_is_found(self):
        self.lost.invoked = self.confirmed.answered + 1
        self.lost.answered = self.lost.invoked + 1
        self.bad("stands before one that was answered before it began")

    def test_a_claim_shown_as_it_never_was_is_found(self):
        good = copy.copy(self.won.stored)
        for other in ({"until_ms": 1}, {"region": "13"}, {"state": CONFIRMED}, {"slots": 2},
                      {"taken_at_ms": 1}, {"withdrawn": True}):
            self.won.stored = (2, good[1]._replace(**other))
            self.bad("a claim that never was")
        self.won.stored = (1, good[1])
        self.bad("what was before it")
        self.won.stored = (4, self.confirmed.stored[1])  # later than its answer
        self.bad("begun after it was answered")

    def test_another_claim_shown_is_found(self):
        self.write("publish", capacity(ident="D"))
        other = self.claim("D")
        self.confirmed.stored = other.stored
        self.bad("shows another claim")

    def test_a_confirm_of_a_hold_that_ran_out_is_found(self):
        self.write("publish", capacity(ident="D"))
        claim = self.claim("D", hold_s=2).stored[1]
        self.tick()
        self.move("confirm", claim, CONFIRMED)
        self.bad("the answer is .*CLAIM_STATE.* at 8")

    def test_slots_below_what_is_taken_are_found(self):
        self.write("publish", capacity(3, "D"))
        self.claim("D", slots=2)
        self.write("change", capacity(1, "D"))
        self.bad("the answer is .*SLOTS_TAKEN")

    def test_a_claim_on_what_is_withdrawn_is_found(self):
        self.write("withdraw", ("C", True))
        self.claim()
        self.bad("the answer is .*NOT_STORED")

    def test_a_withdraw_over_confirmed_claims_is_found(self):
        self.write("withdraw", ("C", False))
        self.bad("the answer is .*CONFIRMED_CLAIMS")


class BadReads(History):
    def setUp(self):
        super().setUp()
        self.write("publish", capacity(2))
        self.first = self.claim()
        self.second = self.claim(hold_s=5)

    def test_sums_that_are_not_of_that_revision_are_found(self):
        for row in ((2, 1, 1, 0), (2, 0, 1, 1), (3, 0, 2, 1), (2, 0, 3, -1)):
            read = self.read("list", "", [("C", 1, *row)])
            self.bad("differs from what is stored")
            self.calls.remove(read)
        self.read("list", "", [("C", 2, 2, 0, 2, 0)])
        self.bad("differs from what is stored")

    def test_a_capacity_that_is_missing_is_found(self):
        self.read("list", "", [])
        self.bad("differs from what is stored")

    def test_a_free_slot_in_a_match_that_is_gone_is_found(self):
        self.read("match", "S", [("U", "C", 1, 0)])
        self.bad("differs from what is stored")

    def test_a_hold_that_ran_out_too_early_is_found(self):
        self.read("list", "", [("C", 1, 2, 0, 1, 1)], after_ms=4000)
        self.bad("differs from what is stored")

    def test_a_hold_that_is_seen_too_long_is_found(self):
        self.read("list", "", [("C", 1, 2, 0, 2, 0)], after_ms=5500)
        self.bad("differs from what is stored")

    def test_a_claim_shown_as_expired_before_the_log_says_so_is_found(self):
        expired = self.second.stored[1]._replace(state=EXPIRED)
        listed = (("", EXPIRED), "", b"")
        read = self.read("list_claims", listed, [(3, expired)], after_ms=9000)
        self.bad("instead of None")
        self.calls.remove(read)
        self.tick(5)
        self.read("list_claims", listed, [(4, expired)])
        self.good()

    def test_a_claim_that_is_missing_or_misplaced_is_found(self):
        rows = [self.first.stored, self.second.stored]
        for bad in (rows[:1], rows[1:], rows[::-1], rows + rows[:1]):
            read = self.read("list_claims", (("C", 0), "", b""), bad)
            self.bad("instead of")
            self.calls.remove(read)
        self.read("list_claims", (("C", 0), "", b""), rows[:1], token=b"more")
        self.read("list_claims", (("C", 0), "2-0", b"more"), rows[1:])
        self.good()

    def test_a_read_older_than_a_write_that_was_answered_is_found(self):
        self.read("list", "", [("C", 1, 2, 0, 1, 1)], revision=2)
        self.bad("older than 3")

    def test_a_read_older_than_a_read_before_it_is_found(self):
        self.second.answered = float("inf")
        self.read("list", "", [("C", 1, 2, 0, 2, 0)], revision=3)
        self.read("list", "", [("C", 1, 2, 0, 1, 1)], revision=2, after_ms=300)
        self.bad("older than 3")

    def test_another_daemon_may_be_behind(self):
        self.read("list", "", [("C", 1, 2, 0, 1, 1)], revision=2).daemon = 1
        self.good()

    def test_a_read_of_what_was_not_begun_is_found(self):
        self.read("list", "", [("C", 1, 2, 0, 2, 0)], revision=3, after_ms=-2000).daemon = 1
        self.bad("begun after it was answered")
        self.calls[-1].revision = 4
        self.bad("a revision that the log has not")


if __name__ == "__main__":
    unittest.main()
