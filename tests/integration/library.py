# SPDX-License-Identifier: Apache-2.0
"""libvardsok as others get it: installed in a folder, found by pkg-config, nothing else of ours."""

import os
import pathlib
import subprocess

from daemon import BIN

STRICT = ["-std=c11", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]


def output(*command, **environment):
    done = subprocess.run(command, capture_output=True, text=True,
                          env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{command}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Library:
    """An installation below folder."""

    def __init__(self, folder):
        self.prefix = folder / "prefix"
        output("cmake", "--install", str(BIN.parent), "--component", "library",
               "--prefix", str(self.prefix))
        config, = self.prefix.rglob("vardsok.pc")
        self.config = config.parent
        self.shared, = self.prefix.rglob("libvardsok.so")
        self.archive, = self.prefix.rglob("libvardsok.a")

    def pkg_config(self, *options):
        return output("pkg-config", *options, "vardsok",
                      PKG_CONFIG_PATH=str(self.config)).split()

    def build(self, source, program, static=False):
        """Compiles source with what pkg-config says; the program's path."""
        libraries = [str(self.archive)] if static else self.pkg_config("--libs")
        output(os.environ.get("CC", "cc"), *STRICT, *self.pkg_config("--cflags"),
               "-o", str(program), str(source), *libraries)
        return program

    def run(self, *command, **options):
        """Runs a program that was built with the shared library."""
        environment = {**os.environ, "LD_LIBRARY_PATH": str(self.shared.parent)}
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              env=environment, timeout=60, **options)


def header():
    return pathlib.Path(__file__).parents[2] / "client" / "lib" / "vardsok.h"
