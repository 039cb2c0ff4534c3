#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/errors.md lists exactly the reasons of daemon/base/reason.h."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Errors(unittest.TestCase):
    def test_every_reason_is_documented_and_no_other(self):
        header = (ROOT / "daemon/base/reason.h").read_text(encoding="utf-8")
        reasons = set(re.findall(r"^\s+REASON_(\w+) = \d+,", header, re.M)) - {"NONE"}
        page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
        documented = set(re.findall(r"^\| `(\w+)` \|", page, re.M))
        self.assertGreater(len(reasons), 30)
        self.assertEqual(reasons, documented)


if __name__ == "__main__":
    unittest.main()
