# SPDX-License-Identifier: Apache-2.0
"""The gate on the branches of apply sees what was never taken. (The counting itself is gcov's.)"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import branches  # noqa: E402

LINES = [
    "static void store(struct state *state)",
    "{",
    "    CHECK(state && state->claims);",
    "    if (state->n > 0)",
    "        CHECK(state->n < state->capacity &&",
    "              state->claims[0]);",
    "    HASH_FIND(hh, by_id, &id, sizeof id,",
    "              live);",
    "    while (state->n > 0)",
    "}",
]


class Branches(unittest.TestCase):
    def judge(self, counts, left_out=None):
        path = branches.ROOT / branches.FOLDER
        self.addCleanup(setattr, branches, "LEFT_OUT", branches.LEFT_OUT)
        branches.LEFT_OUT = {"digest.c": left_out or {}}
        self.source = (path / "digest.c").read_text().splitlines()
        line = next(number for number, text in enumerate(self.source, 1) if text.startswith("    if ("))
        self.text = self.source[line - 1].strip()
        return branches.judge("digest.c", {(line, "add"): counts})

    def test_a_branch_that_was_never_taken_is_a_fault(self):
        n, faults = self.judge([7, 0])
        self.assertEqual(n, 2)
        self.assertIn("1 of 2 branches never taken", faults[0])

    def test_branches_that_were_all_taken_are_none(self):
        self.assertEqual(self.judge([7, 1]), (2, []))

    def test_what_is_left_out_and_taken_all_the_same_is_a_fault(self):
        self.judge([7, 1])
        self.assertEqual(self.judge([7, 0], {("add", self.text): "why"}), (0, []))
        self.assertIn("taken by now", self.judge([7, 1], {("add", self.text): "why"})[1][0])

    def test_what_is_left_out_and_gone_is_a_fault(self):
        self.assertIn("no longer there", self.judge([7, 1], {("add", "if (gone)"): "why"})[1][0])

    def test_only_statements_of_the_macros_are_passed_over(self):
        self.assertEqual(branches.statement_lines(LINES), {3, 5, 6, 7, 8})

    def test_each_file_of_apply_is_there(self):
        for name in branches.FILES:
            self.assertTrue((branches.ROOT / branches.FOLDER / f"{name}.c").exists(), name)


if __name__ == "__main__":
    unittest.main()
