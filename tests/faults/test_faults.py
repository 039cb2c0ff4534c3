# SPDX-License-Identifier: Apache-2.0
"""The quick form of ./dev faults: every row that expected.txt requires survives."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import run  # noqa: E402
from row import ROWS, Options  # noqa: E402
from entries import Broken, Entry, Replay, xxh3  # noqa: E402
from loader import Ledger, Write  # noqa: E402
from verify import Verdict, judge  # noqa: E402

CI = Options(kills=10, acks=50, quick=True)


class Rows(unittest.TestCase):
    def test_the_expected_rows_survive(self):
        for name in run.expected()[0]:
            with self.subTest(row=name):
                survived, line = run.run_row(name, CI)
                print(line, file=sys.stderr)
                self.assertTrue(survived, line)

    def test_every_expected_row_exists(self):
        names, left_out = run.expected()
        self.assertLessEqual({*names, *left_out}, set(ROWS))


class TheHarnessSeesFaults(unittest.TestCase):
    """A harness that cannot fail proves nothing."""

    def setUp(self):
        self.write = Write("U", 7)
        self.ledger, self.replay = Ledger(), Replay()
        self.replay.first[self.write.ident] = (2, b"")

    def judge(self, revision=None):
        if revision:
            self.ledger.note_acked([(self.write, revision)])
        return judge(self.ledger, self.replay, [{"digest": b"1"}])

    def test_a_whole_log_is_sound(self):
        self.assertEqual(self.judge(2).acked, 1)

    def test_a_lost_write_is_seen(self):
        self.replay.first.clear()
        with self.assertRaisesRegex(Verdict, "lost=1"):
            self.judge(2)

    def test_a_second_effect_is_seen(self):
        with self.assertRaisesRegex(Verdict, "doubled=1"):
            self.judge(3)

    def test_a_false_denial_is_seen(self):
        self.ledger.given_up.add(self.write.ident)
        with self.assertRaisesRegex(Verdict, "not written"):
            self.judge()

    def test_another_digest_is_seen(self):
        with self.assertRaisesRegex(Verdict, "digests"):
            judge(self.ledger, self.replay, [{"digest": b"1"}, {"digest": b"2"}])

    def test_a_flipped_bit_of_an_entry_is_seen(self):
        self.assertIsNotNone(xxh3, "libxxhash is needed")
        head = bytes([1, 1]) + bytes(46)
        good = head + xxh3(head)
        self.assertEqual(Entry(1, good).command, b"")
        with self.assertRaises(Broken):
            Entry(1, good[:30] + b"\x01" + good[31:])


if __name__ == "__main__":
    unittest.main()
