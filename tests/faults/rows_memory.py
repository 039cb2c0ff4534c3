# SPDX-License-Identifier: Apache-2.0
"""F27 and F29: followers that start while the log is trimmed under them, and a bit of memory that
changes."""

import contextlib
import pathlib
import re
import time

import native
from loader import Load, call_until_written, waiting_time
from row import Site, row, shared_log
from rows_loss import META, snapshot_sequence, wait_snapshot
from rows_redis import settled
from verify import expect, status

FOLLOWERS = 6
N_KEPT = 10000  # entries that a trim leaves
NAME = "Fladdermusmottagningen"
UNITS = 6  # the number of the list


def acked_effects(ledgers):
    """{unit: the highest revision that was acknowledged for it}"""
    found = {}
    for ledger in ledgers:
        for revision, unit, _ in ledger.acked.values():
            found[unit] = max(found.get(unit, 0), revision)
    return found


def resend(url, ledger, n):
    """What was acknowledged is known by its request id, also when its entry is trimmed."""
    sample = list(ledger.acked.items())[::max(1, len(ledger.acked) // n)]
    with native.Connection(url) as connection:
        for ident, (revision, unit, days) in sample:
            message = native.apply_request([waiting_time(unit.decode(), days)], ident=ident)
            told = native.fields(connection.call(native.APPLY, message))[1][0]
            expect(told == revision, f"acknowledged as {revision}, now {told}")
    return len(sample)


@row("F27")
def followers_start(folder, options):
    with shared_log(folder, 1) as (redis, (site,)), contextlib.ExitStack() as stack:
        site.flags += ("--snapshot-entries", "500")
        site.daemon.stop()
        site.start()
        sites, n_loaded = [site], 0
        with Load(site.url, window=64) as ledger, redis.connection() as connection:
            due = 0 if options.quick else N_KEPT + 2000
            while (at := status(site.url)["revision"]) < due:
                ledger.wait_more(due - at)
            for number in range(FOLLOWERS if options.quick else 5 * FOLLOWERS):
                # Right when a snapshot is begun, is under way, or has just been made.
                made = snapshot_sequence(connection)
                ledger.wait_more(100)
                if number % 2:
                    wait_snapshot(redis, made + 1)
                late = Site(folder / f"late{number}", "--redis", redis.url)
                sites.append(stack.enter_context(late))
                if len(sites) > FOLLOWERS + 1:
                    sites.pop(1).__exit__()
            trimmed = int(connection.call("HGET", META, "trimmed"))
        look = settled([site.url for site in sites])
        found = [look(site.url) for site in sites]
        expect(len({(now["revision"], now["digest"], now["chain"]) for now in found}) == 1,
               f"states differ: {[(now['revision'], now['digest']) for now in found]}")
        expect(not ledger.surprises, f"unexpected answers: {ledger.surprises[:3]}")
        n_loaded = sum("loaded" in late.daemon.log_text() for late in sites[1:])
        expect(n_loaded > 0, "nobody read a snapshot")
        n_again = resend(sites[-1].url, ledger, 100)
    return (f"acked={len(ledger.acked)} lost=0 doubled=0 followers={number + 1} "
            f"from_snapshot={n_loaded} trimmed={trimmed} asked_again={n_again}")


def regions(pid):
    """The memory that the process may write."""
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ \S+ \S+ *(.*)", line)
        if found and not found[3].startswith("[v"):
            yield int(found[1], 16), int(found[2], 16)


def find(memory, pid, text):
    places = []
    for start, end in regions(pid):
        memory.seek(start)
        data = memory.read(end - start)
        at = data.find(text)
        while at >= 0:
            places.append(start + at)
            at = data.find(text, at + 1)
    return places


def served_names(connection):
    page = native.fields(connection.call(native.LIST, native.field(1, UNITS)))
    return b"".join(page.get(1, []))


def flip(pid, url):
    """One bit of the record that is served; the time of it."""
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory, \
            native.Connection(url) as connection:
        for at in find(memory, pid, NAME.encode()):
            memory.seek(at)
            memory.write(bytes([NAME.encode()[0] ^ 1]))
            changed = time.monotonic()
            try:
                if NAME.encode() not in served_names(connection):
                    return changed
            except (OSError, EOFError, native.Refused):
                return changed
            memory.seek(at)
            memory.write(NAME.encode()[:1])  # a copy of it that nobody reads
    raise AssertionError("the text is not in the daemon's memory")


def write_name(url):
    unit = (native.field(1, "TSE2321000131-E999") + native.field(2, NAME)
            + native.field(3, "14") + native.field(7, 1))
    with native.Connection(url) as connection:
        call_until_written(connection, native.apply_request([native.put(UNITS, unit)]))


@row("F29")
def flipped_bit(folder, options):
    worst_ms, rounds = 0.0, 1 if options.quick else 5
    with shared_log(folder, 2) as (redis, sites):
        with Load([site.url for site in sites]) as ledger:
            ledger.wait_more(100)
        write_name(sites[0].url)
        look = settled([site.url for site in sites])
        before = look(sites[1].url)
        for _ in range(rounds):
            look(sites[0].url)
            changed = flip(sites[0].daemon.process.pid, sites[0].url)
            code = sites[0].daemon.process.wait(20)
            worst_ms = max(worst_ms, (time.monotonic() - changed) * 1000)
            log = sites[0].daemon.log_text()
            expect(code != 0 and "DIVERGED" in log, f"it ended with {code}: {log}")
            expect(status(sites[1].url)["digest"] == before["digest"], "the other has changed")
            sites[0].start()
            now = look(sites[0].url)
            expect(now["digest"] == before["digest"], "a new start has another state")
            with native.Connection(sites[0].url) as connection:
                expect(NAME.encode() in served_names(connection), "the name is not right again")
        expect(not ledger.surprises, f"unexpected answers: {ledger.surprises[:3]}")
    return f"acked={len(ledger.acked)} flips={rounds} stopped_ms={worst_ms:.0f} told='DIVERGED'"
