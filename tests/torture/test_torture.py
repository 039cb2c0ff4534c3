# SPDX-License-Identifier: Apache-2.0
"""Fail the i-th call: every scenario survives it, and what is planted is seen.

VARDSOK_TOOLS is the folder of vardsok-torture. TORTURE_RUNS: how many calls of a scenario are
failed (0: every one); TORTURE_SEED: where they begin.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(os.environ["VARDSOK_TOOLS"]) / "vardsok-torture"
PLANTED = {
    "planted_use_without_looking": r"killed by signal 11|ended itself with",
    "planted_forget_on_error": "1 blocks were not released",
    "planted_keep_the_descriptor": "1 descriptors were not released",
    "planted_give_another_result": "wrong: .*is_right",
    "planted_check_too_late": "aborted 2 calls later",
    "planted_check_a_system_call": "aborted for a system call",
    "planted_check_a_peers_size": "aborted for a peer's 100000 bytes",
    "planted_end_without_a_word": "killed by signal 6",
    "planted_try_for_ever": "silence",
    "planted_promise_before_writing": "wrong: .*torture_acknowledged",
}


def torture(*words, reports=None):
    environment = dict(os.environ)
    if reports:  # what is planted must not be found where all tests' reports are looked for
        where = f"log_path='{reports}/report'"
        environment.update(ASAN_OPTIONS=where, UBSAN_OPTIONS=where)
    return subprocess.run([PROGRAM, *words], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False)


class Scenarios(unittest.TestCase):
    def test_every_scenario_survives_each_call_that_fails(self):
        words = ["--runs", os.environ.get("TORTURE_RUNS", "100")]
        if "TORTURE_SEED" in os.environ:
            words += ["--seed", os.environ["TORTURE_SEED"]]
        done = torture(*words)
        print(done.stdout)
        self.assertEqual(done.returncode, 0)


class TheHarnessSeesFaults(unittest.TestCase):
    """A harness that cannot fail proves nothing."""

    def test_each_planted_fault_is_told(self):
        with tempfile.TemporaryDirectory() as reports:
            for name, words in PLANTED.items():
                with self.subTest(name):
                    done = torture("--guard", "2", name, reports=reports)
                    self.assertEqual(done.returncode, 1)
                    self.assertRegex(done.stdout, words)

    def test_every_planted_one_is_expected(self):
        names = torture("--list").stdout.split()
        self.assertEqual({name for name in names if name.startswith("planted_")}, set(PLANTED))

    def test_a_scenario_that_does_not_exist_is_no_success(self):
        self.assertEqual(torture("nothing_of_that_name").returncode, 1)


if __name__ == "__main__":
    unittest.main()
