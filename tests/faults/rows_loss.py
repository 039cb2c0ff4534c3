# SPDX-License-Identifier: Apache-2.0
"""F14 to F16: snapshots that are damaged, and a log that somebody empties or changes."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import entries
import native
from daemon import Daemon
from loader import Load
from row import row, shared_log
from rows_redis import wait_writable
from rows_version import newest, refuse_write
from verify import check_own, expect, read_for, status, why_not

META = "{vardsok}:meta"
UNAVAILABLE = 14
VERDICT_MS = 1500  # a round of questions each second, on a machine with other work
READ_S = 0.1


@contextlib.contextmanager
def written(url, n):
    """Load that has written n, and is given up at the end: what is refused for good is not sent on."""
    load = Load(url)
    with load as ledger:
        ledger.wait_more(n)
        yield ledger
        for lane in load.lanes:
            lane.abandoned = True
        for lane in load.lanes:
            lane.join()


def wait_verdict(url, *words):
    """Until the reason begins with one of the verdicts; (ms, the reason)."""
    start = time.monotonic()
    while (what := why_not(url)).split(":")[0] not in words:
        expect(time.monotonic() < start + 5, f"{what!r} instead of {' or '.join(words)}")
        time.sleep(0.01)
    return (time.monotonic() - start) * 1000, what


def expect_refused(url):
    """Nothing is acknowledged any more, and reads go on."""
    refused = refuse_write(url)
    expect(refused and refused.code == UNAVAILABLE, f"a write was answered with {refused}")
    slowest_ms, _ = read_for(url, READ_S)
    expect(not status(url)["writable"], "it calls itself writable")
    return slowest_ms


def expect_none_after(ledger, tail, connection, what):
    """What was acknowledged behind the tail that the log had before the fault is in it."""
    late = {revision: ident for ident, (revision, _, _) in ledger.acked.items() if revision > tail}
    n_there = 0
    if connection.call("TYPE", entries.KEY) == b"stream":
        for ident, pairs in connection.call("XRANGE", entries.KEY, tail + 1, "+"):
            n_there += pairs[1][32:48] == late.get(int(ident.split(b"-")[0]))
    expect(n_there == len(late), f"{what}: {len(late) - n_there} acknowledged writes are nowhere")
    expect(not ledger.surprises, f"{what}: unexpected answers {ledger.surprises[:3]}")


def with_tail(connection, *command):
    """The command, and the sequence that the log ended with right before it."""
    connection.call("MULTI")
    connection.call("XREVRANGE", entries.KEY, "+", "-", "COUNT", 1)
    connection.call(*command)
    last = connection.call("EXEC")[0]
    return int(last[0][0].split(b"-")[0])


def snapshot_sequence(connection, name="snapshot_sequence"):
    return int(connection.call("HGET", META, name) or 0)


def wait_snapshot(redis, sequence):
    """Until there is one of this entry or a later one."""
    end = time.monotonic() + 20
    with redis.connection() as connection:
        while (found := snapshot_sequence(connection)) < sequence:
            expect(time.monotonic() < end, f"no snapshot of entry {sequence}, but of {found}")
            time.sleep(0.01)


def write_until_snapshot(redis, site, ledgers):
    """Writes, and waits for a snapshot of the last of them."""
    with Load(site.url) as ledger:
        ledger.wait_more(200)
    ledgers.append(ledger)
    wait_snapshot(redis, status(site.url)["revision"] - 50)


@row("F14")
def flipped_snapshot(folder, options):
    chance, replays = options.random(), 0
    with shared_log(folder, 1) as (redis, (site,)):
        site.flags += ("--snapshot-entries", "50")
        site.daemon.stop()
        site.start()
        ledgers = []
        for _ in range(2):
            write_until_snapshot(redis, site, ledgers)
        before = status(site.url)
        expect(site.daemon.stop() == 0, "the daemon did not stop cleanly")
        with redis.connection() as connection:
            newest_at, older_at = (snapshot_sequence(connection, name)
                                   for name in ("snapshot_sequence", "older_sequence"))
            key = f"{{vardsok}}:snapshot:{connection.call('HGET', META, 'snapshot').decode()}"
            expect(0 < older_at < newest_at, f"snapshots of {older_at} and {newest_at}")
            for name in (f"{key}:0", key):
                whole = connection.call("GET", name)
                for _ in range(4 if not options.quick else 1):
                    broken = bytearray(whole)
                    broken[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
                    connection.call("SET", name, bytes(broken))
                    # As a new daemon would, so that no snapshot of its own comes between.
                    fresh = folder / f"fresh{replays}"
                    fresh.mkdir()
                    with Daemon(fresh, "--redis", redis.url) as daemon:
                        daemon.ready()
                        now = status(f"unix:{fresh}/s")
                        log = daemon.log_text()
                    expect(f"snapshot of entry {older_at} loaded" in log, f"not used: {log}")
                    expect("a snapshot cannot be used" in log, f"not said: {log}")
                    expect((now["digest"], now["chain"], now["revision"])
                           == (before["digest"], before["chain"], before["revision"]),
                           "another state than before")
                    replays += 1
                connection.call("SET", name, whole)
        site.start()
        (folder / "all").mkdir()
        counts = [check_own(ledger, redis, where, [site.url])
                  for ledger, where in zip(ledgers, (folder, folder / "all"))]
    return (f"acked={sum(some.acked for some in counts)} lost=0 doubled=0 flips={replays} snapshot={newest_at} older={older_at} "
            f"replayed={before['revision'] - older_at}")


@row("F15")
def flushed(folder, _options):
    worst_ms = acked = 0
    for name in ("busy", "idle"):
        where = folder / name
        where.mkdir()
        with shared_log(where, 1) as (redis, (site,)), redis.connection() as connection:
            with written(site.url, 200) as ledger:
                if name == "busy":
                    tail = with_tail(connection, "FLUSHALL")
                    took_ms, what = wait_verdict(site.url, "WIPED")
            if name == "idle":
                tail = with_tail(connection, "FLUSHALL")
                took_ms, what = wait_verdict(site.url, "WIPED")
            expect_none_after(ledger, tail, connection, name)
            slowest_ms = expect_refused(site.url)
            expect(status(site.url)["revision"] <= tail, "entries were applied that never were")
            expect("both of its keys are gone" in what or name == "busy", what)
            expect(took_ms <= VERDICT_MS, f"WIPED was said after {took_ms:.0f} ms")
            expect(connection.call("DBSIZE") == 0, "something was written into the empty Redis")
            site.daemon.stop()
            daemon = site.launch()
            expect(daemon.process.wait(60) == 1 and "WIPED" in daemon.log_text(),
                   f"a new start took the empty Redis: {daemon.log_text()}")
            expect(connection.call("DBSIZE") == 0, "a new start wrote into the empty Redis")
        worst_ms, acked = max(worst_ms, took_ms), acked + len(ledger.acked)
    return f"acked={acked} verdict_ms={worst_ms:.0f} read_ms={slowest_ms:.1f} told='WIPED'"


def drop_middle(connection):
    return with_tail(connection, "XDEL", entries.KEY, f"{newest(connection)[0] - 40}-0")


def add_foreign(connection):
    sequence = newest(connection)[0]
    connection.call("XADD", entries.KEY, f"{sequence + 1000000}-0", "other", "thing")
    return sequence


def jump(connection):
    return with_tail(connection, "XSETID", entries.KEY, "1000000-0")


# (what is done to the log, what it must be called)
TAMPERINGS = {
    "DEL log": (lambda c: with_tail(c, "DEL", entries.KEY), "WIPED"),
    "DEL meta": (lambda c: with_tail(c, "DEL", META), "WIPED"),
    "RENAME": (lambda c: with_tail(c, "RENAME", entries.KEY, "elsewhere"), "WIPED"),
    "XTRIM 0": (lambda c: with_tail(c, "XTRIM", entries.KEY, "MAXLEN", 0), "WIPED"),
    "XTRIM 50": (lambda c: with_tail(c, "XTRIM", entries.KEY, "MAXLEN", 50), "TAMPERED"),
    "XDEL": (drop_middle, "TAMPERED"),
    "XSETID": (jump, "TAMPERED"),
    "XADD": (add_foreign, "TAMPERED"),
    "HSET epoch": (lambda c: with_tail(c, "HSET", META, "epoch", "2"), "REPLACED"),
    "HDEL uuid": (lambda c: with_tail(c, "HDEL", META, "uuid"), "TAMPERED"),
}


def tamper(folder, name, is_busy):
    """(acknowledged, ms until it is said)"""
    act, verdict = TAMPERINGS[name]
    what = f"{name} {'under load' if is_busy else 'at rest'}"
    with shared_log(folder, 1) as (redis, (site,)), redis.connection() as connection:
        with written(site.url, 100) as ledger:
            if is_busy:
                tail = act(connection)
                took_ms, told = wait_verdict(site.url, verdict)
        if not is_busy:
            tail = act(connection)
            took_ms, told = wait_verdict(site.url, verdict)
        expect_none_after(ledger, tail, connection, what)
        expect_refused(site.url)
        expect(took_ms <= VERDICT_MS, f"{what}: {told} was said after {took_ms:.0f} ms")
    return len(ledger.acked), took_ms


def delete_tail(connection, n):
    """At once, so that it is the tail also under load; the sequence that the log had ended with."""
    return connection.call(
        "EVAL", "local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1])\n"
        "for _, item in ipairs(last) do redis.call('XDEL', KEYS[1], item[1]) end\n"
        "return tonumber(string.match(last[1][1], '^%d+'))", 1, entries.KEY, n)


def wait_mended(connection, ledger, sites):
    """Until writes go on; 1 when an operator had to say XSETID, as status says: what was deleted
    before any daemon had followed it was acknowledged to nobody, and nobody holds it."""
    since, by_hand = time.monotonic(), 0
    while ledger.newest_s <= since:
        expect(time.monotonic() < since + 20, "no recovery for 20 s")
        told = {why_not(site.url) for site in sites}
        if time.monotonic() > since + 2.5 and all(what.startswith("TAMPERED") for what in told):
            expect(all("XSETID" in what for what in told), f"not said what to do: {told}")
            connection.call("XSETID", entries.KEY, f"{newest(connection)[0]}-0")
            by_hand = 1
        time.sleep(0.01)
    return by_hand


def cut_tail(folder):
    """The last entries deleted under daemons that hold them: they are there again."""
    mended = 0
    with shared_log(folder, 2) as (redis, sites), redis.connection() as connection:
        with Load([site.url for site in sites]) as ledger:
            ledger.wait_more(200)
            for _ in range(3):
                delete_tail(connection, 5)
                mended += wait_mended(connection, ledger, sites)
        for n in (1, 7):  # and at rest, by whoever sees it first
            last = delete_tail(connection, n)
            start = time.monotonic()
            while newest(connection)[0] < last:
                expect(time.monotonic() < start + 20, f"{n} entries are not there again")
                time.sleep(0.01)
            for site in sites:
                wait_writable(site.url, True)
        counts = check_own(ledger, redis, folder, [site.url for site in sites])
    return counts, mended


def tamper_named(folder, name, is_busy):
    where = folder / f"{list(TAMPERINGS).index(name)}{'b' if is_busy else ''}"
    where.mkdir()
    try:
        return tamper(where, name, is_busy)
    except Exception as fault:
        raise AssertionError(f"{name}{' under load' if is_busy else ''}: {fault}") from fault


@row("F16")
def tampered(folder, options):
    cases = [(folder, name, is_busy) for name in TAMPERINGS
             for is_busy in ((False,) if options.quick else (True, False))]
    # At rest each of them only waits for a round of questions.
    with ThreadPoolExecutor(5 if options.quick else 1) as pool:
        told = list(pool.map(lambda case: tamper_named(*case), cases))
    (folder / "tail").mkdir()
    counts, mended = cut_tail(folder / "tail")
    return (f"acked={counts.acked + sum(acked for acked, _ in told)} lost=0 doubled=0 "
            f"tamperings={len(told)} by_hand={mended} verdict_ms={max(took_ms for _, took_ms in told):.0f}")
