#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every page that a source or a page points to exists."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = {"daemon": {".c", ".h"}, "client": {".c", ".h"}, "docs": {".md"},
           "schema/vardsok": {".proto"}}
# From the root, from schema/, or from where it is named.
NAMED = re.compile(r"[\w./-]*\w\.(?:md|proto)\b")


def paths():
    for folder, suffixes in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path


class Pages(unittest.TestCase):
    def test_no_source_points_to_a_page_that_does_not_exist(self):
        named, missing = 0, []
        for path in paths():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                for name in NAMED.findall(line):
                    named += 1
                    places = (ROOT / name, ROOT / "schema" / name, path.parent / name)
                    of_protoc = name.startswith("google/protobuf/")
                    if not of_protoc and not any(place.exists() for place in places):
                        missing.append(f"{path.relative_to(ROOT)}:{number}: {name}")
        self.assertGreater(named, 10)
        self.assertFalse(missing, "\n" + "\n".join(missing))


if __name__ == "__main__":
    unittest.main()
