# SPDX-License-Identifier: Apache-2.0
"""The layer check finds a planted include and a planted symbol, and lets clean code pass."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
CHECK = TOP / "cmake" / "check_layers.py"
TABLE = TOP / "cmake" / "layers.txt"
COMPILER = os.environ.get("CC", "cc")


def run_check(*arguments):
    command = [sys.executable, "-B", CHECK, TABLE, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class LayerCheck(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def includes(self, name, header):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#include {header}\n")
        return run_check("includes", self.root)

    def library(self, layer, source, code):
        path = self.root / source
        path.write_text(code)
        library = self.root / f"{layer}.a"
        built = self.root / f"{source}.o"
        subprocess.run([COMPILER, "-fno-builtin", "-c", path, "-o", built], check=True)
        subprocess.run(["ar", "rcs", library, built], check=True)
        return f"{layer}={library}"

    def assert_refused(self, result, *words):
        self.assertEqual(result.returncode, 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def assert_clean(self, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_the_table_lets_a_layer_include_what_is_below_it(self):
        self.assert_clean(self.includes("match/index.c", '"base/slice.h"'))
        self.assert_clean(self.includes("wire/codec.c", '"vardsok/v1/match.pb.h"'))
        self.assert_clean(self.includes("server/loop.c", "<uv.h>"))
        self.assert_clean(self.includes("main.c", '"server/loop.h"'))

    def test_a_header_beside_main_is_mains_alone(self):
        (self.root / "config.h").touch()
        self.assert_clean(self.includes("main.c", '"config.h"'))
        self.assert_refused(self.includes("server/loop.c", '"config.h"'), "server/loop.c:1", "config.h")

    def test_an_include_that_points_up_is_refused(self):
        self.assert_refused(self.includes("match/index.c", '"domain/state.h"'), "match/index.c:1", "domain/state.h")

    def test_a_sibling_is_refused(self):
        self.assert_refused(self.includes("rpc/frame.c", '"log_redis/log.h"'), "rpc/frame.c:1")

    def test_a_clock_header_in_a_pure_layer_is_refused(self):
        self.assert_refused(self.includes("base/date.c", "<time.h>"), "base/date.c:1", "time.h")

    def test_libuv_outside_its_layers_is_refused(self):
        self.assert_refused(self.includes("rpc/frame.h", "<uv.h>"), "rpc/frame.h:1")

    def test_generated_messages_outside_wire_are_refused(self):
        self.assert_refused(self.includes("domain/state.c", '"vardsok/v1/match.pb.h"'), "domain/state.c:1")

    def test_a_folder_that_is_no_layer_is_refused(self):
        self.assert_refused(self.includes("extra/thing.c", "<stdint.h>"), "extra/thing.c")

    def test_a_clock_symbol_in_a_pure_layer_is_refused(self):
        base = self.library("base", "date.c", "long time(long *); long now(void) { return time(0); }\n")
        self.assert_refused(run_check("symbols", base), "base/date.c", "time")

    def test_printing_is_for_checks_last_words_alone(self):
        code = "int fputs(const char *, void *); extern void *stderr;\nvoid say(void) { fputs(\"x\", stderr); }\n"
        self.assert_refused(run_check("symbols", self.library("base", "arena.c", code)), "base/arena.c", "fputs")
        (self.root / "base.a").unlink()
        self.assert_clean(run_check("symbols", self.library("base", "check.c", code)))

    def test_a_symbol_of_a_layer_above_is_refused_even_without_an_include(self):
        base = self.library("base", "slice.c", "void base_do(void) {}\n")
        match = self.library("match", "index.c", "void domain_do(void); void match_do(void) { domain_do(); }\n")
        domain = self.library("domain", "state.c", "void domain_do(void) {}\n")
        self.assert_refused(run_check("symbols", base, match, domain), "match/index.c", "domain_do")

    def test_libc_without_the_world_and_layers_below_are_fine(self):
        base = self.library("base", "slice.c", "void base_do(void) {}\n")
        code = "#include <stdlib.h>\nvoid base_do(void);\nvoid *match_do(void) { base_do(); return malloc(3); }\n"
        self.assert_clean(run_check("symbols", base, self.library("match", "index.c", code)))


if __name__ == "__main__":
    unittest.main()
