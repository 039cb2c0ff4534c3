# SPDX-License-Identifier: Apache-2.0
"""F20 to F26: your own Redis and its settings, clocks, and request ids."""

import contextlib
import threading
import time

import native
from daemon import Daemon
from loader import (Load, call_until_written, request_id_at, unit_name, waiting_time, world)
from processes import OwnRedis, preload
from resp import ReplyError
from row import Site, load_and_check, row, shared_log
from verify import Verdict, check_own, expect, read_for, status, wait_why

HOUR_MS = 3600 * 1000
N_RACES = 50
SHIFTS_S = (-3600, 3650 * 86400)


def start_refused(folder, redis, *flags):
    with Daemon(folder, "--redis", redis.url, "--init", *flags) as daemon:
        return daemon.process.wait(60) == 1, daemon.log_text()


@row("F20")
def unsafe_redis(folder, _options):
    unsafe = {"appendonly": "no", "appendfsync": "everysec", "maxmemory_policy": "allkeys-lru",
              "no_appendfsync_on_rewrite": "yes"}
    classes = []
    for number, (name, value) in enumerate(unsafe.items()):
        where = folder / str(number)
        where.mkdir()
        with OwnRedis(where, **{name: value}) as redis:
            refused, log = start_refused(where, redis)
            expect(refused and "--durability=weak" in log, f"{name} {value} was taken: {log}")
            with redis.connection() as connection:
                expect(connection.call("DBSIZE") == 0, f"{name} {value}: something was written")
            with Site(where, "--redis", redis.url, "--init", "--durability", "weak") as site:
                told = status(site.url)["durability"].decode()
                expect(told in ("weak", "everysec"), f"{name} {value} is called {told}")
                classes.append(told)
    where = folder / "replica"
    where.mkdir()
    with OwnRedis(where, replicaof="127.0.0.1 1") as redis:
        for flags in ((), ("--durability", "weak")):
            refused, log = start_refused(where, redis, *flags)
            expect(refused and "replica" in log, f"a replica was taken: {log}")
    # Safe at the start and unsafe later: nothing more is acknowledged until it is safe again.
    where = folder / "later"
    where.mkdir()
    with shared_log(where, 1) as (redis, sites):
        with Load(sites[0].url) as ledger, redis.connection() as connection:
            ledger.wait_more(100)
            connection.call("CONFIG", "SET", "appendfsync", "everysec")
            wait_writable(sites[0].url, False)
            connection.call("CONFIG", "SET", "appendfsync", "always")
            recovery_ms = ledger.wait_recovered(time.monotonic())
        counts = check_own(ledger, redis, where, [sites[0].url])
    return f"{counts.text()} refused={len(unsafe) + 1} weak={','.join(classes)} " \
           f"recovery_ms={recovery_ms:.0f}"


def wait_writable(url, wanted):
    end = time.monotonic() + 20
    with native.Connection(url) as connection:
        while writable(connection) != wanted:
            expect(time.monotonic() < end, f"writable is not {wanted}")
            time.sleep(0.01)


def writable(connection):
    return bool(native.fields(connection.call(native.STATUS)).get(3, [0])[0])


@row("F21")
def memory_full(folder, _options):
    with shared_log(folder, 1) as (redis, sites):
        url = sites[0].url

        def during(ledger):
            with redis.connection() as connection:
                ledger.wait_more(200)
                connection.call("CONFIG", "SET", "maxmemory", "1mb")
                what = wait_why(url, "maxmemory")
                refusal = refused_after(url)
                expect(refusal.code == 8 and "maxmemory" in str(refusal),
                       f"a write got {refusal} instead of RESOURCE_EXHAUSTED")
                slowest_ms, _ = read_for(url, 0.3)
                connection.call("CONFIG", "SET", "maxmemory", "0")
                full_ms = ledger.wait_recovered(time.monotonic())
                refuse_saves(redis, connection)
                wait_why(url, "MISCONF")
                expect(refused_after(url).code == 14, "MISCONF is not UNAVAILABLE")
                connection.call("CONFIG", "SET", "save", "")
                return full_ms, ledger.wait_recovered(time.monotonic()), slowest_ms, what
        counts, ledger, (full_ms, misconf_ms, slowest_ms, what) = load_and_check(
            folder, redis, sites, during)
    return (f"{counts.text()} denied={ledger.n_denied} recovery_ms={max(full_ms, misconf_ms):.0f} "
            f"read_ms={slowest_ms:.0f} told={what.split(':')[0]!r}")


def refuse_saves(redis, connection):
    """Redis cannot save a snapshot that it is told to take, and so refuses writes."""
    (redis.folder / "dump.rdb").mkdir()
    connection.call("CONFIG", "SET", "save", "3600 1")
    connection.call("BGSAVE")


def refused_after(url):
    """The refusal of the first write that is refused."""
    with native.Connection(url) as connection:
        for _ in range(1000):
            try:
                connection.call(native.APPLY,
                                native.apply_request([waiting_time(unit_name(0), 3)]), 5000)
            except native.Refused as refused:
                return refused
    raise Verdict("no write was refused")


@row("F22")
def scripts_and_rights(folder, options):
    with shared_log(folder, 1) as (redis, sites):
        def during(ledger):
            worst_ms = 0.0
            with redis.connection() as connection:
                for _ in range(10):
                    ledger.wait_more(50)
                    connection.call("SCRIPT", "FLUSH")
                    worst_ms = max(worst_ms, ledger.wait_recovered(time.monotonic()))
                # The right to write is lost: an alarm, reads, and not a loop.
                connection.call("CONFIG", "RESETSTAT")
                connection.call("ACL", "SETUSER", "default", "-xadd", "-evalsha", "-eval")
                code, _ = denied_after(sites[0].url)
                before = n_commands(connection)
                start = time.monotonic()
                with native.Connection(sites[0].url) as asked:
                    while time.monotonic() < start + (1 if options.quick else 2):
                        asked.call(native.MATCH, native.QUERY)
                rate = (n_commands(connection) - before) / (time.monotonic() - start)
                connection.call("ACL", "SETUSER", "default", "+@all")
                worst_ms = max(worst_ms, ledger.wait_recovered(time.monotonic()))
                return worst_ms, code, rate
        counts, ledger, (worst_ms, code, rate) = load_and_check(folder, redis, sites, during)
        log = sites[0].daemon.log_text()
    expect(rate < 5000, f"{rate:.0f} commands a second without rights")
    return (f"{counts.text()} code={code} commands_per_s={rate:.0f} denied={ledger.n_denied} "
            f"log_lines={len(log.splitlines())} recovery_ms={worst_ms:.0f}")


def denied_after(url):
    refused = refused_after(url)
    return refused.code, refused.reason


def n_commands(connection):
    for line in connection.call("INFO", "stats").decode().splitlines():
        if line.startswith("total_commands_processed:"):
            return int(line.split(":")[1])
    raise ReplyError("no count of commands")


@row("F23")
def clocks(folder, options):
    with shared_log(folder, 1) as (redis, sites):
        def during(ledger):
            ledger.wait_more(100)
            with contextlib.ExitStack() as stack:
                wrong = [Site(folder / f"off{shift}", "--redis", redis.url, environment=preload(
                    folder / "clock", "clock", FAULTS_CLOCK_S=shift)) for shift in SHIFTS_S]
                for site in wrong:
                    stack.callback(site.__exit__)
                    site.launch()
                for site in wrong:
                    site.daemon.ready()
                    code, reason = denied_after(site.url)
                    expect(code == 14, f"a write got {code} {reason}")
                    expect("clocks differ" in site.daemon.log_text(), "the clocks are not told")
                    ledger.wait_more(100)
                    wait_revision(site.url, status(sites[0].url)["revision"])
        size = (1, 2) if options.quick else (4, 16)
        counts, ledger, _ = load_and_check(folder, redis, sites, during, *size)
    expect(ledger.n_denied == 0, f"{ledger.n_denied} writes of the right clock were refused")
    return counts.text() + " shifts=-1h,+10y refused=UNAVAILABLE"


def wait_revision(url, revision):
    end = time.monotonic() + 20
    while status(url)["revision"] < revision:
        expect(time.monotonic() < end, "a daemon with a wrong clock does not follow")


def outcome(url, message, results):
    """Revision, or (code, reason) when refused."""
    with native.Connection(url) as connection:
        try:
            results.append(native.fields(connection.call(native.APPLY, message, 5000))[1][0])
        except native.Refused as refused:
            results.append((refused.code, refused.reason))


def at_once(urls, message):
    results, threads = [], []
    for url in urls:
        threads.append(threading.Thread(target=outcome, args=(url, message, results)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@row("F25")
def one_id_twice(folder, options):
    n_races = 15 if options.quick else N_RACES
    with shared_log(folder, 2) as (redis, sites):
        urls = [site.url for site in sites]

        def during(ledger):
            for number in range(n_races):
                ident = native.request_id()
                change = waiting_time(unit_name(0), 1 + number)
                message = native.apply_request([change], ident=ident)
                results = at_once(urls, message)
                expect(len(set(results)) == 1 and isinstance(results[0], int),
                       f"one id, two answers: {results}")
                other = native.apply_request([waiting_time(unit_name(0), 3000 + number)],
                                             ident=ident)
                refused = at_once(urls, other)
                expect(set(refused) == {(3, "REQUEST_ID_REUSED")},
                       f"another payload got {refused}")
                expect(set(at_once(urls, message)) == set(results), "a third answer")
            ledger.wait_more(10)
        counts, _, _ = load_and_check(folder, redis, sites, during)
    return f"{counts.text()} ids={n_races} repeats={counts.repeats}"


@row("F26")
def id_outside_the_window(folder, _options):
    with shared_log(folder, 2) as (redis, sites):
        urls = [site.url for site in sites]
        with native.Connection(urls[0]) as connection:
            call_until_written(connection, native.apply_request(world(1)))
        now_ms, answers = time.time_ns() // 1000000, 0
        for shift_ms, accepted in ((-25 * HOUR_MS, False), (-24 * HOUR_MS - 1, False),
                                   (-24 * HOUR_MS + 60000, True), (4 * 60000, True),
                                   (6 * 60000, False), (24 * HOUR_MS, False)):
            message = native.apply_request([waiting_time(unit_name(0), 1)],
                                           ident=request_id_at(now_ms + shift_ms))
            for url in urls:  # and the second time the same
                results = []
                outcome(url, message, results)
                told = isinstance(results[0], int) if accepted \
                    else results[0] == (9, "REQUEST_ID_WINDOW")
                expect(told, f"an id shifted by {shift_ms} ms got {results}")
                answers += 1
        digests = {(now["revision"], now["digest"]) for now in map(settled(urls), urls)}
        expect(len(digests) == 1, "digests differ")
    return f"window=[-24h,+5min] daemons={len(urls)} answers={answers}"


def settled(urls):
    newest = max(status(url)["revision"] for url in urls)

    def look(url):
        wait_revision(url, newest)
        return status(url)
    return look
