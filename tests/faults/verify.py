# SPDX-License-Identifier: Apache-2.0
"""After the fault: is every acknowledged write there once, and nothing twice?"""

import time

import entries
import native
import processes as site
from daemon import Daemon

LIST_WAITING_TIMES = 10


class Verdict(Exception):
    """The row did not survive."""


def expect(condition, what):
    if not condition:
        raise Verdict(what)


def status(url):
    with native.Connection(url) as connection:
        return connection.status()


def lag_ms(connection):
    answer = native.fields(connection.call(native.STATUS))
    return native.fields(answer[5][0]).get(5, [0])[0]


def read_for(url, seconds):
    """Reads without pause; (slowest in ms, oldest age told in ms)."""
    slowest = oldest = 0.0
    end = time.monotonic() + seconds
    with native.Connection(url) as connection:
        while (start := time.monotonic()) < end:
            native.fields(connection.call(native.MATCH, native.QUERY))
            oldest = max(oldest, lag_ms(connection))
            slowest = max(slowest, (time.monotonic() - start) * 1000)
    return slowest, oldest


def why_not(url):
    with native.Connection(url) as connection:
        log = native.fields(native.fields(connection.call(native.STATUS))[5][0])
        return log.get(6, [b""])[0].decode()


def wait_why(url, text):
    """Until status gives a reason with this in it; the reason."""
    end = time.monotonic() + 20
    while text not in (what := why_not(url)):
        expect(time.monotonic() < end, f"no {text!r} in the reason told: {what}")
        time.sleep(0.01)
    return what


def stored_waiting_times(url):
    """{unit: (revision, current days)} as the daemon has them."""
    found, token = {}, None
    with native.Connection(url) as connection:
        while True:
            request = native.field(1, LIST_WAITING_TIMES)
            if token:
                request += native.field(3, token)
            page = native.fields(connection.call(native.LIST, request))
            for item in page.get(1, []):
                stored = native.fields(item)
                row = native.fields(native.fields(stored[1][0])[LIST_WAITING_TIMES][0])
                found[row[1][0]] = (stored[2][0], row.get(4, [0])[0])
            token = page.get(2, [None])[0]
            if not token:
                return found


class Counts:
    def __init__(self):
        self.acked = self.lost = self.doubled = self.false_denials = self.repeats = 0

    def text(self):
        return f"acked={self.acked} lost={self.lost} doubled={self.doubled}"


def count(ledger, replay):
    """Holds what the clients were told against an independent replay of the stream."""
    counts = Counts()
    counts.acked, counts.repeats = len(ledger.acked), replay.repeats
    for ident, (revision, _, _) in ledger.acked.items():
        found = replay.first.get(ident)
        if found is None:
            counts.lost += 1
        elif found[0] != revision:
            counts.doubled += 1  # told of another effect than the first
    counts.false_denials = sum(ident in replay.first for ident in ledger.given_up)
    return counts


def check_state(replay, url):
    """The daemon has applied what the replay has: each id once, the last of each unit."""
    now = status(url)
    expect(now["revision"] == replay.sequence,
           f"revision {now['revision']}, the log has {replay.sequence}")
    if entries.xxh3:
        expect(now["chain"].decode() == replay.chain.hex(), "another chain than the replay's")
    expect(stored_waiting_times(url) == replay.waiting,
           "the waiting times are not those of the replay")
    return now


def judge(ledger, replay, states):
    counts = count(ledger, replay)
    expect(not ledger.surprises, f"unexpected answers: {ledger.surprises[:3]}")
    expect(counts.lost == 0 and counts.doubled == 0, counts.text())
    expect(counts.false_denials == 0,
           f"{counts.false_denials} writes told \"not written\" are in the log")
    expect(len({state["digest"] for state in states}) == 1, "digests differ")
    return counts


def check_embedded(ledger, daemon, folder, url):
    """For a daemon with its private Redis, which it stops: the log, the state, and the state of a
    fresh daemon on a copy of the folder."""
    with site.private_connection(daemon.data) as redis:
        replay = entries.replay(redis)
    states = [check_state(replay, url)]
    expect(daemon.stop() == 0, "the daemon did not stop cleanly")
    copy = folder / "copy"
    copy.mkdir()
    site.copy_data(daemon.data, copy / "data")
    with Daemon(copy) as fresh:
        fresh.ready()
        states.append(check_state(replay, f"unix:{copy}/s"))
        fresh.stop()
    return judge(ledger, replay, states)


def check_own(ledger, redis, folder, urls):
    """For daemons on your own Redis: all of them, and a fresh one."""
    with redis.connection() as connection:
        replay = entries.replay(connection)
    states = [check_state(replay, url) for url in urls]
    fresh_folder = folder / "fresh"
    fresh_folder.mkdir()
    with Daemon(fresh_folder, "--redis", redis.url) as fresh:
        fresh.ready()
        states.append(check_state(replay, f"unix:{fresh_folder}/s"))
        fresh.stop()
    return judge(ledger, replay, states)
