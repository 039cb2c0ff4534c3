#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages that the build makes: whole, and roff that renders without a warning."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

BIN = pathlib.Path(os.environ.get("VARDSOK_BIN", "build/debug/bin")).resolve()
MAN = BIN.parent / "man"
PAGES = ("man1/vardsok.1", "sv/man1/vardsok.1", "man8/vardsokd.8")
REQUESTS = {".TH", ".SH", ".SS", ".PP", ".TP", ".nf", ".fi", ".br", ".nh", ".ad", ".B", ".BR",
            '.\\"'}
ESCAPE = re.compile(r"\\(?:e|-|&|\(aq|\(ga|\"|\[u[0-9A-F]{4,6}\])")


def said(program, *arguments):
    return subprocess.run([BIN / program, *arguments], check=True, capture_output=True,
                          encoding="utf-8", env={"LC_ALL": "C.UTF-8"}).stdout


class Manual(unittest.TestCase):
    def test_the_roff_is_well_formed(self):
        for page in PAGES:
            text = (MAN / page).read_text(encoding="ascii")
            depth = 0
            for number, line in enumerate(text.splitlines(), 1):
                where = f"{page}:{number}: {line}"
                if line.startswith((".", "'")):
                    self.assertIn(line.split()[0], REQUESTS, where)
                depth += (line == ".nf") - (line == ".fi")
                self.assertIn(depth, (0, 1), where)
                self.assertNotIn("\\", ESCAPE.sub("", line), where)
            self.assertEqual(depth, 0, page)
            self.assertRegex(text, r"(?m)^\.TH vardsokd? [18] ")

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_renders_it_without_a_warning(self):
        for page in PAGES:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", MAN / page],
                                  capture_output=True, encoding="utf-8", check=True)
            self.assertEqual(done.stderr, "", page)
            self.assertGreater(len(done.stdout.splitlines()), 50, page)

    def test_every_command_and_option_of_the_client_is_there(self):
        for page, language in (("man1/vardsok.1", "en"), ("sv/man1/vardsok.1", "sv")):
            text = (MAN / page).read_text(encoding="ascii").replace("\\-", "-")
            commands = re.findall(r"(?m)^  (\w+(?: \w+)?)  ", said("vardsok", "--help"))
            self.assertGreater(len(commands), 20)
            for command in commands:
                self.assertIn(f"\n.SS {command}\n", text)
                usage = said("vardsok", *command.split(), "--help", "--lang", language)
                for option in re.findall(r"--[a-z-]+", usage):
                    self.assertIn(option, text, command)

    def test_every_option_of_the_daemon_is_there(self):
        text = (MAN / "man8/vardsokd.8").read_text(encoding="ascii").replace("\\-", "-")
        options = re.findall(r"(?m)^  (--[a-z-]+)", said("vardsokd", "--help"))
        self.assertGreater(len(options), 10)
        for option in options:
            self.assertRegex(text, rf"(?m)^\.TP\n\.B {option}( |$)")

    def test_the_swedish_page_is_swedish(self):
        text = (MAN / "sv/man1/vardsok.1").read_text(encoding="ascii")
        for words in ("v\\[u00E5]rdavtal", "KOMMANDON", "Slutkod"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main()
