# SPDX-License-Identifier: Apache-2.0
"""client/examples, built as anybody builds them, against a real daemon."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cli_harness import ROOT, Case, day  # noqa: E402
from library import Library  # noqa: E402
from native import PREFACE, request_id  # noqa: E402

UNIT = "TSE2321000131-A"
DONE, REFUSED, USAGE, NOT_DONE, UNKNOWN = range(5)


class Examples(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.write("data/regions.csv", "code,name,healthcare_regions\n"
                                       "14,Västra Götalandsregionen,vastra\n"
                                       "09,Region Gotland,stockholm-gotland\n")
        self.write("data/units.csv", "id,name,ownership,region\n"
                                     f"{UNIT},Åsjukhuset,public,14\n")
        self.write("data/services.csv", "code,system,version,name_sv,name_en,guarantee\n"
                                        "NFB49,KVA,2026,Höftprotes,Hip replacement,treatment\n")
        self.cli("import", self.path("data"))
        self.cli("capacity", "publish", "--id", "C-50", "--unit", UNIT, "--service", "NFB49",
                 "--slots", "2", "--from", day(14), "--to", day(18), "--open-to", "14",
                 "--asa-max", "2")
        folder = pathlib.Path(self.folder)
        library = Library(folder)
        source = pathlib.Path(ROOT) / "client" / "examples"
        self.programs = {name: library.build(source / f"{name}.c", folder / name)
                         for name in ("match", "claim")}
        self.environment = {**os.environ, "LD_LIBRARY_PATH": str(library.shared.parent)}

    def cli(self, *arguments):
        done = self.vardsok(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)

    def run_example(self, name, *arguments, server=None):
        """Exit status, the tab-separated words of each line, and what it says of faults."""
        environment = {**self.environment, "VARDSOK_SERVER": server or self.url}
        done = subprocess.run([self.programs[name], *arguments], capture_output=True,
                              encoding="utf-8", env=environment, timeout=60)
        return done.returncode, [line.split("\t") for line in done.stdout.splitlines()], done.stderr

    def take(self, *more, **options):
        return self.run_example("claim", "take", "C-50", "14", *more, **options)

    def test_match_prints_who_can_take_the_patient(self):
        self.assertEqual(self.run_example("match", "NFB49", "14", "2"),
                         (DONE, [["admitted", day(14), "Åsjukhuset", "C-50"]], ""))
        self.assertEqual(self.run_example("match", "NFB49", "14"),
                         (DONE, [["to verify", day(14), "Åsjukhuset", "C-50"]], ""))
        self.assertEqual(self.run_example("match", "NFB49", "14", "3"), (DONE, [], ""))
        status, lines, fault = self.run_example("match", "NFB99", "14")
        self.assertEqual((status, lines), (REFUSED, []))
        self.assertIn("NOT_FOUND UNKNOWN_SERVICE service", fault)
        self.assertEqual(self.run_example("match")[0], USAGE)

    def test_a_hold_is_taken_once_however_often_and_confirmed(self):
        id = request_id().hex()
        status, [[claim, state, said]], _ = self.take(id)
        self.assertEqual((status, state, said), (DONE, "HELD", id))
        for _ in range(3):
            self.assertEqual(self.take(id), (DONE, [[claim, "HELD", id]], ""))
        confirm = request_id().hex()
        for _ in range(2):
            self.assertEqual(self.run_example("claim", "confirm", claim, confirm),
                             (DONE, [[claim, "CONFIRMED", confirm]], ""))
        self.assertEqual(self.take()[0], DONE)
        status, lines, fault = self.take()
        self.assertEqual((status, lines), (REFUSED, []))
        self.assertIn("RESOURCE_EXHAUSTED NO_SLOTS_LEFT", fault)
        self.assertEqual(self.run_example("claim", "release", claim)[1][0][:2], [claim, "RELEASED"])
        self.assertEqual(self.take()[0], DONE)

    def test_a_server_that_is_not_there_is_passed_over(self):
        servers = f"unix:{self.folder}/nobody,{self.url}"
        self.assertEqual(self.take(server=servers)[0], DONE)

    def test_nobody_there_is_not_done(self):
        status, _, fault = self.take(server=f"unix:{self.folder}/nobody")
        self.assertEqual(status, NOT_DONE, fault)

    def test_an_answer_that_never_comes_is_unknown_and_the_repetition_finds_the_claim(self):
        id = request_id().hex()
        with SwallowedAnswer(f"{self.folder}/between", f"{self.folder}/s") as between:
            status, _, fault = self.take(id, server=between.url)
        self.assertEqual(status, UNKNOWN, fault)
        self.assertIn(id, fault)
        status, [[claim, state, said]], _ = self.take(id)
        self.assertEqual((status, state, said), (DONE, "HELD", id))
        self.assertEqual(self.take()[0], DONE)
        self.assertEqual(self.take()[0], REFUSED, "it had taken more than one slot")

    def test_a_daemon_that_hangs_is_left_for_the_next(self):
        with socket.socket(socket.AF_UNIX) as hung:
            hung.bind(f"{self.folder}/hung")
            hung.listen()
            status, _, fault = self.take(server=f"unix:{self.folder}/hung,{self.url}")
        self.assertEqual(status, DONE, fault)

    def test_a_stopped_daemon_goes_on_where_it_was(self):
        id = request_id().hex()
        self.daemon.process.send_signal(signal.SIGSTOP)
        self.assertEqual(self.take(id)[0], UNKNOWN)
        self.daemon.process.send_signal(signal.SIGCONT)
        self.assertEqual(self.take(id)[1][0][1:], ["HELD", id])


class SwallowedAnswer:
    """A way to a daemon on which the request goes through and no answer comes back."""

    def __init__(self, path, behind):
        self.url, self.behind = f"unix:{path}", behind
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.carry)

    def carry(self):
        client, _ = self.listener.accept()
        with client, socket.socket(socket.AF_UNIX) as daemon:
            daemon.connect(self.behind)
            client.sendall(PREFACE)
            while data := client.recv(65536):
                daemon.sendall(data)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.listener.close()


if __name__ == "__main__":
    unittest.main()
