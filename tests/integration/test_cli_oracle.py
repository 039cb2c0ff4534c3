#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon against the independent reference matcher, field by field, on random worlds; and their
way out as files and in again.

VARDSOK_ORACLE_SEEDS and VARDSOK_ORACLE_QUERIES make it longer.
"""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cli_harness

SEEDS = int(os.environ.get("VARDSOK_ORACLE_SEEDS", "5"))
QUERIES = int(os.environ.get("VARDSOK_ORACLE_QUERIES", "450"))


class Worlds(cli_harness.Case):
    def make_world(self, seed, today):
        world = self.path(f"world{seed}")
        cli_harness.run_python(os.path.join(cli_harness.ORACLE, "world.py"), "--seed", str(seed),
                               "--today", today.isoformat(), "--out", world,
                               "--queries", str(QUERIES))
        return world

    def compare(self, seed, today):
        """One world in one daemon. None when the day turned under it, else what differs."""
        world = self.make_world(seed, today)
        queries = os.path.join(world, "queries.ndjson")
        self.done("import", world)
        self.compare_export(world)
        actual = self.write(f"actual{seed}", self.done("match", "--batch", queries))
        if cli_harness.today() != today:
            return None
        expected = self.path(f"expected{seed}")
        with open(expected, "w", encoding="utf-8") as out:
            cli_harness.run_python(os.path.join(cli_harness.ORACLE, "oracle.py"), "match",
                                   "--data", world, "--today", today.isoformat(),
                                   "--batch", queries, stdout=out)
        # The reasons of a refusal are named by the error list, which the oracle does not know.
        result = cli_harness.subprocess.run(
            ["/usr/bin/python3", "-B", os.path.join(cli_harness.ORACLE, "compare.py"), expected,
             actual, "--ignore", "error.reason", "--queries", queries, "--show", "3"],
            capture_output=True, encoding="utf-8", check=False)
        return "" if result.returncode == 0 else result.stdout + result.stderr

    def compare_export(self, world):
        """What is exported changes nothing when it is imported."""
        before = self.status()
        out = f"{world}-out"
        self.done("export", out)
        again = self.document("import", out)
        self.assertGreater(again["rows"], 100)
        self.assertEqual(again["written"], 0)
        for name in ("revision", "state"):
            self.assertEqual(self.status()[name], before[name], name)

    def test_answers_are_those_of_the_oracle(self):
        for seed in range(1, SEEDS + 1):
            with self.subTest(seed=seed):
                found = None
                while found is None:
                    self.folder = self.path(f"daemon{seed}-{cli_harness.today()}")
                    os.makedirs(self.folder)
                    self.start()
                    found = self.compare(seed, cli_harness.today())
                    self.daemon.stop()
                    self.folder = os.path.dirname(self.folder)
                self.assertEqual(found, "")


if __name__ == "__main__":
    unittest.main()
