# SPDX-License-Identifier: Apache-2.0
"""The C library, installed: found by pkg-config, complete, and no name of it but the header's."""

import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from daemon import Folder  # noqa: E402
from library import Library, header, output  # noqa: E402

PROGRAM = """
#include <stdio.h>
#include <vardsok.h>

int main(void)
{
    unsigned char id[VARDSOK_REQUEST_ID_LEN];
    struct vardsok *connection;
    struct vardsok_error error;
    vardsok_request_id_init(id);
    int status = vardsok_open("unix:/nonexistent/s", 100, &connection, &error);
    printf("%d %s %s\\n", id[6] >> 4, vardsok_status_name(status), error.message);
    return 0;
}
"""
SAYS = "7 UNAVAILABLE no daemon answers at unix:/nonexistent/s (No such file or directory)\n"


def header_functions():
    return set(re.findall(r"^\w[^;{}#]*?\b(vardsok_\w+)\(", header().read_text(), re.M))


def defined(*nm):
    """Names that an object defines for others, without their versions."""
    lines = (line.split() for line in output("nm", *nm).splitlines())
    return {words[-1] for words in lines if len(words) == 3 and words[1] in "TDBRWVi"}


class TheLibrary(unittest.TestCase):
    def setUp(self):
        folder = Folder()
        self.folder = folder.__enter__()
        self.addCleanup(folder.__exit__)
        self.library = Library(self.folder)
        self.source = self.folder / "program.c"
        self.source.write_text(PROGRAM)

    def test_a_program_is_built_with_what_pkg_config_says(self):
        program = self.library.build(self.source, self.folder / "program")
        done = self.library.run(program)
        self.assertEqual((done.returncode, done.stdout), (0, SAYS))
        self.assertIn("libvardsok.so.1", output("readelf", "-d", str(program)))

    def test_a_program_is_built_with_the_archive_alone(self):
        program = self.library.build(self.source, self.folder / "program", static=True)
        self.assertEqual(output(str(program)), SAYS)
        self.assertNotIn("libvardsok", output("readelf", "-d", str(program)))

    def test_both_define_the_functions_of_the_header_and_nothing_else(self):
        functions = header_functions()
        self.assertIn("vardsok_open", functions)
        shared = defined("-D", "--defined-only", str(self.library.shared))
        self.assertEqual(shared, {f"{name}@@VARDSOK_1" for name in functions})
        self.assertEqual(defined("-g", "--defined-only", str(self.library.archive)), functions)

    def test_the_shared_library_needs_libc_alone_and_says_its_name(self):
        dynamic = output("readelf", "-d", str(self.library.shared))
        self.assertEqual(set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)), {"libc.so.6"})
        self.assertEqual(re.findall(r"\(SONAME\).*\[(.*)\]", dynamic), ["libvardsok.so.1"])


if __name__ == "__main__":
    unittest.main()
