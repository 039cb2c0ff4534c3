# SPDX-License-Identifier: Apache-2.0
"""The closing line of ./dev test counts single tests and cannot hide a failure."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
from xml.sax.saxutils import escape

COUNT = pathlib.Path(__file__).resolve().parent / "count_results.py"
CRITERION = "[====] Synthesis: Tested: {} | Passing: {} | Failing: {} | Crashing: {} "


def run_count(*cases):
    """cases: (ctest's status, output)."""
    entries = (f'<testcase name="t" status="{status}"><system-out>{escape(output)}</system-out></testcase>'
               for status, output in cases)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "results.xml"
        path.write_text("<testsuite>" + "".join(entries) + "</testsuite>")
        result = subprocess.run([sys.executable, "-B", COUNT, path], capture_output=True, text=True, check=False)
    return result.stdout.splitlines()[-1], result.returncode


class CountResults(unittest.TestCase):
    def test_single_tests_are_added_over_all_runners(self):
        line = run_count(("run", CRITERION.format(7, 7, 0, 0)), ("run", "Ran 3 tests in 0.1s\n\nOK"), ("run", "words"))
        self.assertEqual(line, ("11 passed, 0 failed", 0))

    def test_failures_and_crashes_of_criterion_both_count(self):
        self.assertEqual(run_count(("fail", CRITERION.format(7, 4, 2, 1))), ("4 passed, 3 failed", 1))

    def test_failures_and_errors_of_unittest_both_count(self):
        output = "Ran 5 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=1)"
        self.assertEqual(run_count(("fail", output)), ("1 passed, 3 failed, 1 skipped", 1))

    def test_an_entry_that_ctest_failed_is_a_failure_whatever_it_printed(self):
        self.assertEqual(run_count(("fail", CRITERION.format(2, 2, 0, 0))), ("2 passed, 1 failed", 1))
        self.assertEqual(run_count(("fail", "")), ("0 passed, 1 failed", 1))

    def test_a_test_that_did_not_run_is_a_failure(self):
        self.assertEqual(run_count(("notrun", "")), ("0 passed, 1 failed", 1))

    def test_no_test_at_all_is_a_failure(self):
        self.assertEqual(run_count(), ("0 passed, 0 failed", 1))


if __name__ == "__main__":
    unittest.main()
