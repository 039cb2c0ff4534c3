#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/integration.md names only what there is, and its figures are those of docs/protocol.md."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "interop"))

from pages import ROOT, rows, text  # noqa: E402

PAGE = text("docs/integration.md")
SCHEMA = "".join(path.read_text(encoding="utf-8")
                 for path in sorted((ROOT / "schema/vardsok/v1").glob("*.proto")))


def named(pattern):
    return set(re.findall(rf"`({pattern})`", PAGE))


class Integration(unittest.TestCase):
    def test_reasons_and_limits_are_those_of_the_other_pages(self):
        reasons = {cells[0].strip("`") for cells in rows(text("docs/errors.md"), r"`\w+`")}
        limits = {cells[0]: cells[1] for cells in rows(text("docs/protocol.md"), r"`[A-Z_]+`")}
        ours = {cells[0]: cells[1] for cells in rows(PAGE, r"`[A-Z_]+`")}
        self.assertGreater(len(ours), 8)
        self.assertEqual(ours, {name: limits.get(name) for name in ours})
        words = named("[A-Z]+(?:_[A-Z]+)*") - {name.strip("`") for name in ours}
        others = {"CONDITIONAL", "VARDSOK_SERVER"}
        self.assertGreater(len(words), 10)
        self.assertEqual(words - reasons - others, set())

    def test_methods_and_fields_are_those_of_the_schema(self):
        methods = set(re.findall(r"rpc (\w+)\(", SCHEMA))
        table = {word for cells in rows(PAGE, r"(to|who|the same|why|whom) .*")
                 for word in re.findall(r"`(?:CapacityService\.)?([A-Z][a-z]\w+)`", " ".join(cells[1:]))}
        self.assertEqual(table, methods, "each method is in the table")
        for field in named("(?!vardsok_)[a-z]+_[a-z_]+"):
            self.assertRegex(SCHEMA, rf"\b{field} = \d+;")
        for function in named("vardsok_[a-z_]+"):
            self.assertIn(f"{function}(", text("client/lib/vardsok.h"))

    def test_files_that_it_names_are_there(self):
        paths = named(r"(?:client|tests|schema)/[\w./]+")
        self.assertGreater(len(paths), 4)
        for path in paths | set(re.findall(r"\]\((\w+\.md)", PAGE)):
            folder = ROOT if "/" in path else ROOT / "docs"
            self.assertTrue((folder / path).exists(), path)

    def test_the_pauses_and_silences_are_the_librarys(self):
        connection, call = text("client/lib/connection.c"), text("client/lib/call.c")
        self.assertIn("pings after 0.5 s of silence while it waits, and leaves 1 s later", PAGE)
        self.assertRegex(connection, r"SILENCE_MS 500\b")
        self.assertRegex(connection, r"PONG_MS 1000\b")
        self.assertIn("20 ms, doubled up to 1 s", PAGE)
        self.assertRegex(call, r"BACKOFF_FIRST_MS 20\b")
        self.assertRegex(call, r"BACKOFF_MAX_MS 1000\b")
        self.assertIn("(250 ms in `libvardsok`)", PAGE)
        self.assertRegex(call, r"GRACE_MS 250\b")


if __name__ == "__main__":
    unittest.main()
