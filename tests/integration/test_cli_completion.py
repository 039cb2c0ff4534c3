# SPDX-License-Identifier: Apache-2.0
"""The completion script, in a real bash: what a key press would offer."""

import os
import pathlib
import subprocess
import unittest

VARDSOK = pathlib.Path(os.environ.get("VARDSOK_BIN", "build/debug/bin")).resolve() / "vardsok"
PRESS = """eval "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vardsok; echo "${COMPREPLY[*]}"
"""


def script(shell):
    return subprocess.run([VARDSOK, "completion", shell], capture_output=True, text=True,
                          check=True).stdout


class Completion(unittest.TestCase):
    def offered(self, *words):
        done = subprocess.run(["bash", "-c", PRESS, "bash", script("bash"), "vardsok", *words],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_are_offered_by_their_beginning(self):
        self.assertEqual(self.offered("cl"), ["claim"])
        self.assertEqual(self.offered("claim", "e"), ["extend"])
        self.assertIn("--help", self.offered("--"))

    def test_each_command_offers_its_own_options_and_the_common_ones(self):
        take = self.offered("claim", "take", "--")
        self.assertEqual(take[:3], ["--capacity", "--region", "--slots"])
        self.assertIn("--timeout", take)
        self.assertNotIn("--order", take)
        self.assertEqual(self.offered("match", "--certa"), ["--certain"])

    def test_an_option_with_few_values_offers_them(self):
        self.assertEqual(self.offered("match", "--order", ""),
                         ["earliest", "nearest", "cheapest"])
        self.assertEqual(self.offered("claim", "list", "--state", "c"), ["confirmed"])

    def test_zsh_and_fish_have_a_script_and_no_other_shell(self):
        self.assertIn("bashcompinit", script("zsh"))
        self.assertIn("-l certain", script("fish"))
        wrong = subprocess.run([VARDSOK, "completion", "csh"], capture_output=True, text=True)
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
        self.assertIn("csh", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
