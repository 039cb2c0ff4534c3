# SPDX-License-Identifier: Apache-2.0
"""F17 to F19: yesterday's file, two masters, and a failover to a replica that lags."""

import shutil
import socket
import time

import entries
from loader import Load
from processes import OwnRedis
from row import Site, row, shared_log
from rows_disk import write_once
from rows_loss import expect_refused, wait_snapshot, wait_verdict, written
from rows_redis import wait_writable
from rows_version import newest
from verify import check_own, expect, status

SNAPSHOT_ENTRIES = ("--snapshot-entries", "100")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_sequence(redis, sequence):
    """Until the log there ends with this entry or a later one."""
    end = time.monotonic() + 30
    with redis.connection() as connection:
        while connection.call("EXISTS", entries.KEY) == 0 or newest(connection)[0] < sequence:
            expect(time.monotonic() < end, f"entry {sequence} never came")
            time.sleep(0.01)


def put_back(redis, kept):
    """The server dies and starts with the files of yesterday."""
    redis.stop()
    now = redis.folder / "appendonlydir"
    shutil.rmtree(now)
    shutil.copytree(kept, now)
    redis.start()


def yesterday_held(folder):
    """The daemons hold what the file lacks: it is appended again."""
    with shared_log(folder, 2) as (redis, sites):
        urls = [site.url for site in sites]
        with Load(urls) as ledger:
            ledger.wait_more(100)
            redis.stop()
            shutil.copytree(redis.folder / "appendonlydir", folder / "kept")
            redis.start()
            ledger.wait_recovered(time.monotonic())
            ledger.wait_more(300)
            put_back(redis, folder / "kept")
            recovery_ms = ledger.wait_recovered(time.monotonic())
        for url in urls:
            wait_writable(url, True)
        said = sum("REGRESSED" in site.daemon.log_text() for site in sites)
        expect(said > 0, "nobody said REGRESSED")
        return check_own(ledger, redis, folder, urls), recovery_ms


def yesterday_not_held(folder):
    """What the file lacks is only in a snapshot that is gone with it: an alarm and no writes."""
    with shared_log(folder, 1) as (redis, (site,)):
        site.flags += SNAPSHOT_ENTRIES
        site.daemon.stop()
        site.start()
        redis.stop()
        shutil.copytree(redis.folder / "appendonlydir", folder / "kept")
        redis.start()
        with Load(site.url) as ledger:
            ledger.wait_more(300)
        wait_snapshot(redis, status(site.url)["revision"] - 99)
        site.daemon.stop()
        site.start()  # which reads the snapshot, and so does not hold what came before it
        before = status(site.url)
        put_back(redis, folder / "kept")
        took_ms, _ = wait_verdict(site.url, "REGRESSED")
        expect_refused(site.url)
        with redis.connection() as connection:
            had = newest(connection)[0]
            expect(had < before["revision"], "the file was not of yesterday")
            time.sleep(1.5)  # two rounds of questions change nothing
            expect(newest(connection)[0] == had, "something was appended")
        expect_refused(site.url)
        now = status(site.url)
        expect(now["digest"] == before["digest"], "what it serves has changed")
        return len(ledger.acked), took_ms


@row("F17")
def yesterday(folder, _options):
    for name in ("held", "not-held"):
        (folder / name).mkdir()
    counts, recovery_ms = yesterday_held(folder / "held")
    acked, took_ms = yesterday_not_held(folder / "not-held")
    return (f"{counts.text()} recovery_ms={recovery_ms:.0f} "
            f"refused_after={acked} verdict_ms={took_ms:.0f} told='REGRESSED'")


class Pair:
    """Two redis-servers, the second a replica of the first, and an address that leads to one of
    them, as a name in a network does."""

    def __init__(self, folder):
        self.folder = folder
        self.servers = []
        for number in range(2):
            where = folder / f"r{number}"
            where.mkdir(parents=True)
            port = free_port()
            server = OwnRedis(where, port=str(port), bind="127.0.0.1",
                              repl_diskless_sync_delay="0")
            server.number = port
            self.servers.append(server)
        self.replicate(1, 0)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.stop()

    def replicate(self, replica, master):
        with self.servers[replica].connection() as connection:
            connection.call("REPLICAOF", "127.0.0.1", self.servers[master].number)

    def promote(self, number):
        with self.servers[number].connection() as connection:
            connection.call("REPLICAOF", "NO", "ONE")

    def address(self, name, number):
        """unix:… that leads to this server from now on, for those who connect anew."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.symlink_to(self.servers[number].path)
        return f"unix:{path}"

    def cut_clients(self, number):
        with self.servers[number].connection() as connection:
            connection.call("CLIENT", "KILL", "TYPE", "normal")


def split(folder, n_loser, n_winner):
    """Both sides take writes; then the loser becomes the winner's replica, and the loser's daemon is led
    to the winner. (acknowledged by the winner, what the loser says, revoked)"""
    with Pair(folder) as pair:
        first = Site(folder / "a", "--redis", pair.address("a.redis", 0), "--init")
        second = Site(folder / "b", "--redis", pair.address("b.redis", 1))
        with first:
            with Load(first.url) as before:
                before.wait_more(100)
            common = status(first.url)["revision"]
            wait_sequence(pair.servers[1], common)
            pair.promote(1)
            with second:
                with written(first.url, n_loser) as lost:
                    pass
                with Load(second.url) as won:
                    won.wait_more(n_winner)
                loser_at = status(first.url)["revision"]
                pair.replicate(0, 1)
                wait_verdict(first.url, "Redis at", "this Redis is a replica of another",
                             "FORKED", "REGRESSED")
                with Load(second.url) as more:
                    more.wait_more(20)
                wait_sequence(pair.servers[0], status(second.url)["revision"])
                with written(second.url, 20):
                    pass
                at_demotion = status(first.url)
                expect(at_demotion["revision"] == loser_at, "it applied entries of the other side")
                pair.address("a.redis", 1)
                pair.cut_clients(0)
                _, told = wait_verdict(first.url, "FORKED")
                expect_refused(first.url)
                expect(status(first.url)["digest"] == at_demotion["digest"], "its state changed")
                for ledger in (before, won, more):
                    expect(not ledger.surprises, ledger.surprises)
                (folder / "w").mkdir()
                wait_writable(second.url, True)
                check_own(won, pair.servers[1], folder / "w", [second.url])
        return len(before.acked) + len(won.acked) + len(more.acked), told, loser_at - common


@row("F18")
def split_brain(folder, _options):
    acked, revoked = 0, 0
    for name, n_loser, n_winner in (("longer", 300, 50), ("shorter", 50, 300)):
        some, told, n = split(folder / name, n_loser, n_winner)
        acked, revoked = acked + some, revoked + n
    return f"acked={acked} lost=0 doubled=0 revoked={revoked} told={told.split(':')[0]!r}"


@row("F19")
def lagging_replica(folder, _options):
    """The replica hears nothing for a while and is then made the master: the daemon that holds what it
    lacks says so before a write is taken, and appends it again."""
    with Pair(folder) as pair:
        flags = ("--redis", pair.address("a.redis", 0))
        first = Site(folder / "a", *flags, "--init")
        with first, Site(folder / "b", *flags) as second:
            urls = [first.url, second.url]
            with Load(urls) as ledger:
                ledger.wait_more(100)
                wait_sequence(pair.servers[1], 50)
                pair.promote(1)  # what is written from now on never comes there
                ledger.wait_more(300)
                pair.address("a.redis", 1)
                pair.servers[0].stop()
                recovery_ms = ledger.wait_recovered(time.monotonic())
            for url in urls:
                wait_writable(url, True)
            said = sum("REGRESSED" in site.daemon.log_text() for site in (first, second))
            expect(said > 0, "nobody said REGRESSED")
            counts = check_own(ledger, pair.servers[1], folder, urls)
            write_once(first.url, ledger, 3500)
    return f"{counts.text()} recovery_ms={recovery_ms:.0f} said={said}"
