# SPDX-License-Identifier: Apache-2.0
"""The sanitizers of the debug preset report what is planted, and the report check sees it.

Run with the folder of the planted programs in VARDSOK_PLANTED.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PLANTED = pathlib.Path(os.environ["VARDSOK_PLANTED"])


class Sanitizers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.reports = pathlib.Path(self.folder.name) / "reports"
        self.reports.mkdir()
        self.addCleanup(self.folder.cleanup)

    def run_planted(self, name):
        where = f"log_path='{self.reports}/report'"
        environment = {**os.environ, "ASAN_OPTIONS": where, "UBSAN_OPTIONS": where, "LSAN_OPTIONS": where}
        return subprocess.run([PLANTED / name], env=environment, capture_output=True, check=False).returncode

    def check_reports(self):
        command = [sys.executable, "-B", HERE / "check_reports.py", self.reports]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def assert_reported(self, what):
        check = self.check_reports()
        self.assertEqual(check.returncode, 1)
        self.assertIn(what, check.stdout)

    def test_a_leak_that_its_own_test_passes_is_reported(self):
        self.assertEqual(self.run_planted("planted_leak"), 0, "Criterion sees leaks now: simplify the gate")
        self.assert_reported("LeakSanitizer")

    def test_a_heap_overflow_ends_the_program_and_is_reported(self):
        self.assertNotEqual(self.run_planted("planted_overflow"), 0)
        self.assert_reported("heap-buffer-overflow")

    def test_undefined_behaviour_ends_the_program_and_is_reported(self):
        self.assertNotEqual(self.run_planted("planted_undefined"), 0)
        self.assert_reported("signed integer overflow")

    def test_no_report_is_a_pass(self):
        self.assertEqual(self.check_reports().returncode, 0)


if __name__ == "__main__":
    unittest.main()
