# SPDX-License-Identifier: Apache-2.0
"""Every error that typing can cause, with the message it gives: cli_errors.txt, in both languages.

With VARDSOK_RECORD=1 the file is written anew; read what changed before it is kept."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cli_harness import CODES, Case, day  # noqa: E402

TABLE = pathlib.Path(__file__).with_name("cli_errors.txt")
LANGUAGES = ("en", "sv")
UNITS = ("id,name,ownership,region,municipality\n"
         "TSE2321000065-LJUNGBY,Ljungby lasarett,public,07,0781\n"
         "TSE2321000180-MORA,Mora lasarett,public,20,2062\n")


def read_table():
    """Head, and for each case what is typed and its lines: exit code, first and last line in
    English, then in Swedish; the last only of more than one line, and not after usage."""
    head, *cases = TABLE.read_text(encoding="utf-8").split("\n$ vardsok")
    rows = [case.rstrip("\n").split("\n") for case in cases]
    return head, [(row[0].strip(), [line.strip() for line in row[1:]]) for row in rows]


class Errors(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.done("import", CODES)
        self.write("data/units.csv", UNITS)
        self.done("import", self.path("data"))
        self.done("capacity", "publish", "--id", "C-1", "--unit", "ljungby", "--service", "NFB49",
                  "--slots", "2", "--from", day(10), "--to", day(20), "--open-to", "12")
        before = os.getcwd()
        os.mkdir(self.path("empty"))
        os.chdir(self.path("empty"))
        self.addCleanup(os.chdir, before)

    def answers(self, typed):
        words = [day(int(word[1:])) if word in ("D10", "D20") else word for word in typed.split()]
        lines = []
        for language in LANGUAGES:
            result = self.vardsok(f"--lang={language}", *words, input="")
            self.assertEqual(result.stdout, "", typed)
            self.assertIn(result.returncode, (1, 2, 3), typed)
            said = [line for line in result.stderr.splitlines() if not line.startswith("--")]
            self.assertTrue(said[0].startswith("vardsok: "), typed)
            lines.append(f"{result.returncode} {said[0]}")
            last = said[-1].strip()
            if last.startswith(("More: ", "Mer: ")):  # after the usage; not in the table
                self.assertRegex(last, r"^(More|Mer): vardsok (.+ )?--help$", typed)
                self.assertEqual(result.returncode, 2, typed)
            elif len(said) > 1:
                lines.append(last)
        return lines

    def test_each_error_says_what_the_table_says(self):
        self.done("export", self.path("before"))
        head, table = read_table()
        self.assertGreater(len(table), 100)
        if os.environ.get("VARDSOK_RECORD") == "1":
            text = head
            for typed, _ in table:
                text += ("\n$ vardsok " + typed).rstrip(" ") + "".join(
                    f"\n  {line}" for line in self.answers(typed))
            TABLE.write_text(text + "\n", encoding="utf-8")
            return
        for typed, lines in table:
            with self.subTest(typed=typed):
                self.assertEqual(self.answers(typed), lines)
        self.done("export", self.path("after"))
        for name in os.listdir(self.path("before")):
            stored = [pathlib.Path(self.path(folder, name)).read_bytes()
                      for folder in ("before", "after")]
            self.assertEqual(*stored, name)

    def test_no_command_is_without_a_case(self):
        commands = [line[2:19].strip() for line in self.done("--help").splitlines()
                    if line.startswith("  ") and not line.startswith("  --")]
        typed = [row[0] for row in read_table()[1]]
        self.assertGreater(len(commands), 20)
        for command in commands:
            self.assertTrue(any(f"{row} ".startswith(f"{command} ") for row in typed), command)


if __name__ == "__main__":
    unittest.main()
