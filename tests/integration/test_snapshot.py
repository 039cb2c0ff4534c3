# SPDX-License-Identifier: Apache-2.0
"""Snapshots in a real Redis: what a start reads, what is left of the log, and damage."""

import contextlib
import pathlib
import select
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import native  # noqa: E402
from daemon import TIMEOUT_S, Daemon, Folder  # noqa: E402
from native import APPLY, RESPONSE, Connection, field, fields  # noqa: E402

LOG, META = "{vardsok}:log", "{vardsok}:meta"
UNDER_WAY = 64
UNIT = "TSE2321000131-E1"


def until(what, holds):
    """Asks again until it holds; the deadline is for a failure."""
    deadline = time.monotonic() + TIMEOUT_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        select.select([], [], [], 0.01)


class Redis:
    def __init__(self, folder):
        self.path = folder / "r"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--dir", folder,
             "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        until("Redis answers", lambda: self.path.exists() and self("PING") == b"PONG\n")

    def __call__(self, *args):
        return subprocess.run(["redis-cli", "-s", self.path, *args], capture_output=True,
                              timeout=TIMEOUT_S).stdout

    def meta(self, name):
        return self("HGET", META, name).decode().strip()

    def length(self):
        return int(self("XLEN", LOG))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(TIMEOUT_S)


def waiting_time(days):
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return native.put(10, field(1, UNIT) + field(2, "NFB49") + field(3, today) + field(4, days))


def write_many(url, n):
    """n entries of one change each, many under way; the request id and answer of the last."""
    with Connection(url) as connection:
        sent = 0
        while sent < n:
            some = min(UNDER_WAY, n - sent)
            idents = [native.request_id() for _ in range(some)]
            for i, ident in enumerate(idents):
                change = waiting_time((sent + i) % 3000 + 1)
                message = native.apply_request([change], ident=ident)
                connection.send(native.request(sent + i + 1, APPLY, message))
            for _ in range(some):
                kind, _, _, payload = connection.frame()
                assert kind == RESPONSE, payload
            sent += some
        last = connection.call(APPLY, message)  # a retry: told what it was told
    return message, fields(last)[1][0]


class Snapshots(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.folder = self.stack.enter_context(Folder())
        self.redis = self.stack.enter_context(Redis(self.folder))
        self.addCleanup(self.stack.close)

    def daemon(self, name, *flags):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return self.stack.enter_context(
            Daemon(folder, "--redis", f"unix:{self.redis.path}", "--init",
                   "--snapshot-entries", "20", *flags))

    def status(self, daemon):
        with Connection(daemon.urls()[0]) as connection:
            return connection.status()

    def begin(self, n_entries):
        daemon = self.daemon("a").ready()
        with Connection(daemon.urls()[0]) as connection:
            connection.call(APPLY, native.apply_request(native.sample_world()))
        self.last_message, self.last_revision = write_many(daemon.urls()[0], n_entries)
        return daemon

    def await_snapshot(self, sequence):
        until(f"a snapshot of entry {sequence} or later",
              lambda: int(self.redis.meta("snapshot_sequence") or 0) >= sequence)

    def two_snapshots(self, n_entries):
        daemon = self.begin(n_entries)
        self.await_snapshot(n_entries)
        write_many(daemon.urls()[0], 30)
        self.await_snapshot(n_entries + 30)
        self.older = int(self.redis.meta("older_sequence"))
        self.newest = int(self.redis.meta("snapshot_sequence"))
        self.assertGreaterEqual(self.older, n_entries)
        self.assertGreater(self.newest, self.older)
        return daemon

    def stop_and_note(self, daemon):
        seen = self.status(daemon)
        self.assertEqual(daemon.stop(), 0)
        return seen

    def test_a_start_reads_the_newest_and_what_came_after_it(self):
        daemon = self.begin(40)
        self.await_snapshot(40)
        write_many(daemon.urls()[0], 7)
        before = self.stop_and_note(daemon)
        newest = self.redis.meta("snapshot_sequence")
        self.assertLess(int(newest), before["revision"])
        again = self.daemon("a").ready()
        after = self.status(again)
        for name in ("revision", "chain", "digest", "uuid"):
            self.assertEqual(after[name], before[name], name)
        self.assertIn(f"snapshot of entry {newest} loaded", again.log_text())
        with Connection(again.urls()[0]) as connection:
            answer = connection.call(APPLY, self.last_message)
            self.assertEqual(fields(answer)[1][0], self.last_revision)

    def test_the_log_keeps_what_the_older_one_needs_and_the_last_entries(self):
        daemon = self.two_snapshots(11000)
        trimmed = int(self.redis.meta("trimmed"))
        self.assertEqual(trimmed, self.newest - 10000)
        self.assertEqual(trimmed + self.redis.length(), self.status(daemon)["revision"])
        late = self.daemon("late").ready()
        until("the late one has caught up",
              lambda: self.status(late)["digest"] == self.status(daemon)["digest"])
        self.assertEqual(self.status(late)["chain"], self.status(daemon)["chain"])

    def test_a_damaged_chunk_is_found_and_the_older_one_used(self):
        before = self.stop_and_note(self.two_snapshots(40))
        token = self.redis.meta("snapshot")
        self.redis("SETRANGE", f"{{vardsok}}:snapshot:{token}:0", "100", "x")
        again = self.daemon("a").ready()
        self.assertEqual(self.status(again)["digest"], before["digest"])
        self.assertIn("a chunk of the snapshot is gone or damaged", again.log_text())
        self.assertIn(f"snapshot of entry {self.older} loaded", again.log_text())

    def test_without_any_snapshot_the_whole_log_is_read_while_it_is_whole(self):
        before = self.stop_and_note(self.two_snapshots(40))
        for name in ("snapshot", "older"):
            self.redis("DEL", f"{{vardsok}}:snapshot:{self.redis.meta(name)}")
        again = self.daemon("a").ready()
        self.assertEqual(self.status(again)["digest"], before["digest"])
        self.assertNotIn("loaded", again.log_text())

    def test_a_trimmed_log_without_a_snapshot_is_not_followed(self):
        self.stop_and_note(self.two_snapshots(11000))
        for name in ("snapshot", "older"):
            self.redis("DEL", f"{{vardsok}}:snapshot:{self.redis.meta(name)}")
        again = self.daemon("a")
        self.assertEqual(again.process.wait(TIMEOUT_S), 1)
        self.assertIn("TRIMMED", again.log_text())

    def test_a_daemon_that_stood_still_while_the_log_was_trimmed_reads_a_snapshot(self):
        first = self.begin(5)
        still = self.daemon("still").ready()
        still.process.send_signal(signal.SIGSTOP)
        write_many(first.urls()[0], 11000)
        self.await_snapshot(11000)
        write_many(first.urls()[0], 30)
        self.await_snapshot(11030)
        self.assertGreater(int(self.redis.meta("trimmed")), 100)
        still.process.send_signal(signal.SIGCONT)
        until("it has caught up",
              lambda: self.status(still)["digest"] == self.status(first)["digest"])
        self.assertIn("loaded", still.log_text())
        until("it takes writes", lambda: self.status(still)["writable"] == 1)
        write_many(still.urls()[0], 1)

    def test_what_a_killed_maker_left_is_deleted_by_the_next(self):
        daemon = self.begin(5)
        self.redis("HSET", META, "making", "0" * 32)
        for i in range(3):
            self.redis("SET", f"{{vardsok}}:snapshot:{'0' * 32}:{i}", "left")
        write_many(daemon.urls()[0], 30)
        self.await_snapshot(30)
        self.assertEqual(self.redis("KEYS", f"{{vardsok}}:snapshot:{'0' * 32}*").strip(), b"")


if __name__ == "__main__":
    unittest.main()
