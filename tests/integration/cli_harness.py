# SPDX-License-Identifier: Apache-2.0
"""A real daemon with its own Redis in a temporary folder, and the client against it."""

import datetime
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile
import unittest
import zoneinfo

from daemon import BIN, Daemon

sys.dont_write_bytecode = True  # the tree stays clean

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
ORACLE = os.path.join(ROOT, "tests", "interop", "oracle")
CODES = os.path.join(ROOT, "schema", "codes")


def today():
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Stockholm")).date()


def day(offset):
    return (today() + datetime.timedelta(days=offset)).isoformat()


def run_python(*arguments, **options):
    return subprocess.run(["/usr/bin/python3", "-B", *arguments], check=True,
                          encoding="utf-8", **options)


class Case(unittest.TestCase):
    """A test with a folder; daemons end with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="vardsok-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.daemon = None

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def start(self):
        """A daemon on the data that are in the folder."""
        self.daemon = Daemon(pathlib.Path(self.folder))
        self.url = f"unix:{self.folder}/s"
        self.addCleanup(self.daemon.__exit__)
        self.daemon.ready()

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        with open(path, "wb") as stream:
            stream.write(data)
        return path

    def vardsok(self, *arguments, input=None, env=None):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                       "HOME": self.folder}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        if self.daemon:
            environment["VARDSOK_SERVER"] = self.url
        environment.update(env or {})
        return subprocess.run([os.path.join(BIN, "vardsok"), *arguments], input=input,
                              capture_output=True, encoding="utf-8", env=environment,
                              check=False, timeout=120)

    def on_terminal(self, *arguments, env=None):
        """What the client writes, to both outputs, when they are a terminal of 80 columns."""
        command = ["env", f"VARDSOK_SERVER={self.url}", "LC_ALL=C.UTF-8",
                   *(f"{name}={value}" for name, value in (env or {}).items()),
                   os.path.join(BIN, "vardsok"), *arguments]
        written = bytearray()

        def read(descriptor):
            data = os.read(descriptor, 65536)
            written.extend(data)
            return data

        # pty.spawn copies to stdout; what is read is what counts.
        with open(os.devnull, "wb") as nowhere:
            stdout, stdin = os.dup(1), os.dup(0)
            try:
                os.dup2(nowhere.fileno(), 1)
                with open(os.devnull, "rb") as nothing:
                    os.dup2(nothing.fileno(), 0)
                    pty.spawn(command, read)
            finally:
                os.dup2(stdout, 1)
                os.dup2(stdin, 0)
                os.close(stdout)
                os.close(stdin)
        return written.decode()

    def done(self, *arguments, **options):
        """Runs what must succeed; returns its stdout."""
        result = self.vardsok(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def document(self, *arguments, **options):
        return json.loads(self.done(*arguments, "--json", **options))

    def status(self):
        return self.document("status")

    def unchanged(self, before):
        """The daemon is where it was: same revision, same digest."""
        now = self.status()
        self.assertEqual((now["revision"], now["state"]["digest"]),
                         (before["revision"], before["state"]["digest"]))
