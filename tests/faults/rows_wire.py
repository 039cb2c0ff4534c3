# SPDX-License-Identifier: Apache-2.0
"""F07 to F09: what happens to bytes between a daemon and Redis."""

import contextlib
import queue
import threading
import time

from loader import Load
from processes import OwnRedis
from proxy import Cut, Meddler, Proxy
from row import Site, row
from verify import check_own, expect

LATE_S = 10
FAULT_WAIT_S = 30


class Trigger(Meddler):
    """A meddler that strikes once each time it is armed; struck tells when it has."""

    def __init__(self):
        self.struck = threading.Event()
        self.armed = None

    def arm(self, what):
        self.struck.clear()
        self.armed = what

    def fire(self):
        what, self.armed = self.armed, None
        self.struck.set()
        return what

    def wait(self, what):
        self.arm(what)
        if not self.struck.wait(FAULT_WAIT_S):
            raise AssertionError(f"there was no occasion for {what}")


@contextlib.contextmanager
def through_proxy(folder, meddler):
    with OwnRedis(folder) as redis, Proxy(folder / "p", redis.path, meddler) as proxy, \
            Site(folder / "d", "--redis", proxy.url, "--init") as site:
        yield redis, site


def strike(folder, options, meddler, faults, after=None):
    """Each fault in turn under load, options.kills in all: (counts, ledger, worst recovery)."""
    worst_ms = 0.0
    with through_proxy(folder, meddler) as (redis, site):
        with Load(site.url) as ledger:
            for number in range(max(options.kills, len(faults))):
                ledger.wait_more(20)
                since = time.monotonic()
                meddler.wait(faults[number % len(faults)])
                try:
                    worst_ms = max(worst_ms, ledger.wait_recovered(since))
                except AssertionError as fault:
                    raise AssertionError(f"after {faults[number % len(faults)]}: {fault}") \
                        from None
        if after:
            after()
        counts = check_own(ledger, redis, folder, [site.url])
    return counts, worst_ms


class CutAppends(Trigger):
    """Cuts an append: after a part of it, or after Redis has done it and before its reply."""

    def request(self, link, data):
        if link.kind == "append" and b"EVALSHA" in data[:40] and self.armed == "part":
            self.fire()
            link.redis.sendall(data[:len(data) // 2])
            raise Cut
        return data

    def reply(self, link, data):
        if link.kind == "append" and link.n_replies > 1 and self.armed in ("whole", "half reply"):
            if self.fire() == "half reply":
                link.daemon.sendall(data[:len(data) // 2])
            raise Cut
        return data


@row("F07")
def cut_before_the_reply(folder, options):
    counts, worst_ms = strike(folder, options, CutAppends(), ("whole", "part", "half reply"))
    return f"{counts.text()} repeats={counts.repeats} recovery_ms={worst_ms:.0f}"


class LateAppends(Trigger):
    """Holds an append back while its connection is lost, and delivers it after the retry."""

    def __init__(self):
        super().__init__()
        self.held = []
        self.late_replies = queue.Queue()

    def reply(self, link, data):
        if not link.keep_redis:
            return data
        self.late_replies.put(data)
        return b""

    def request(self, link, data):
        if link.kind == "append" and b"EVALSHA" in data[:40] and self.armed:
            self.fire()
            link.keep_redis = True
            self.held.append((time.monotonic(), link, data))
            raise Cut
        return data

    def deliver(self, late_s):
        for held_at, link, data in self.held:
            time.sleep(max(0.0, held_at + late_s - time.monotonic()))
            link.redis.sendall(data)
            reply = self.late_replies.get(timeout=FAULT_WAIT_S)
            expect(b"OK" in reply[:20], f"the late append was answered by {reply[:80]}")


@row("F08")
def delivered_late(folder, options):
    meddler = LateAppends()
    counts, worst_ms = strike(folder, options, meddler, ("hold",),
                              lambda: meddler.deliver(LATE_S if options.long else 0))
    expect(counts.repeats >= len(meddler.held), f"only {counts.repeats} second occurrences")
    return (f"{counts.text()} late={len(meddler.held)} repeats={counts.repeats} "
            f"recovery_ms={worst_ms:.0f}")


class OddReplies(Trigger):
    """Doubles, swaps, shortens and drops replies on one kind of connection."""

    def __init__(self):
        super().__init__()
        self.kept = {}  # link: a reply to come after the next one

    def reply(self, link, data):
        if link in self.kept:
            return data + self.kept.pop(link)
        if not self.armed or link.n_replies < 3 or not self.armed.startswith(link.kind or "?"):
            return data
        how = self.armed.split()[1]
        self.fire()
        if how == "double":
            return data + data
        if how == "swap":
            self.kept[link] = data
            return b""
        if how == "short":
            return data[:-3]
        if how == "none":
            return b""
        link.daemon.sendall(data[:len(data) // 2])
        raise Cut


@row("F09")
def odd_replies(folder, options):
    faults = [f"{kind} {how}" for how in ("double", "cut", "short", "swap", "none")
              for kind in ("append", "control", "follow")]
    if options.quick:  # those of the control connection wait for its next second
        faults = [fault for fault in faults if fault.startswith("append")] + [
            "control double", "control none", "follow double", "follow short"]
    counts, worst_ms = strike(folder, options, OddReplies(), faults)
    return f"{counts.text()} repeats={counts.repeats} recovery_ms={worst_ms:.0f}"
