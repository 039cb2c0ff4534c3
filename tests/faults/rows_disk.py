# SPDX-License-Identifier: Apache-2.0
"""F10 to F13: the disk, and what is on it."""

import mmap
import os
import pathlib
import signal
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import entries
import native
import processes
from loader import Load, Write, call_until_written, unit_name
from row import Site, row
from rows_kill import wait_log
from rows_redis import denied_after, wait_writable
from verify import check_embedded, expect, read_for, wait_why

TMPFS_BYTES, ROOM_BYTES = 1 << 20, 64 << 20
MAX_TAIL = 4096
BROKEN_S = 2


class SmallDisk:
    """A folder on a disk of its own; only root can make one."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.folder.mkdir(parents=True, mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs",
                        self.folder], check=True, capture_output=True)
        return self

    def make_room(self):
        subprocess.run(["mount", "-o", f"remount,size={ROOM_BYTES}", self.folder], check=True,
                       capture_output=True)

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=True, capture_output=True)


@row("F10")
def disk_full(folder, _options):
    with SmallDisk(folder / "1" / "data" / "redis") as disk, Site(folder / "1") as site:
        with Load(site.url) as ledger:
            wait_writable(site.url, False)
            what = wait_why(site.url, "disk full")
            code, reason = denied_after(site.url)
            expect(code in (8, 14), f"a write got {code} {reason}")
            slowest_ms, _ = read_for(site.url, 1)
            disk.make_room()
            recovery_ms = ledger.wait_recovered(time.monotonic())
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    return (f"{counts.text()} recovery_ms={recovery_ms:.0f} read_ms={slowest_ms:.0f} "
            f"told={what.split()[0]!r}")


class Disk:
    """What disk.c shares with the harness."""

    FIELDS = ("broken", "kill", "durable", "from", "to", "n_failed", "n_synced", "n_lost")

    def __init__(self, folder):
        self.path = folder / "disk"
        self.path.write_bytes(bytes(8 * len(self.FIELDS)))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def get(self, name):
        return struct.unpack_from("=Q", self.map, 8 * self.FIELDS.index(name))[0]

    def set(self, name, value):
        struct.pack_into("=Q", self.map, 8 * self.FIELDS.index(name), value)


def cut_power(site, disk):
    """All processes die at once, and of the log there is what was synced; the bytes that are gone."""
    redis = processes.private_redis(site.daemon)
    site.daemon.kill()
    processes.wait_dead(redis)
    aof = newest_aof(site.daemon.data)
    gone = aof.stat().st_size - disk.get("durable")
    os.truncate(aof, disk.get("durable"))
    return gone


def n_starts(data):
    return (data / "redis" / "redis.log").read_text().count("Redis is starting")


def break_disk(site, disk, ledger, seconds):
    """No sync succeeds for a while: (slowest read in ms, reason told, starts, recovery in ms)."""
    ledger.wait_more(200)
    disk.set("broken", 1)
    wait_writable(site.url, False)
    what = wait_why(site.url, "Input/output error")
    before = n_starts(site.daemon.data)
    code, reason = denied_after(site.url)
    expect(code == 14, f"a write got {code} {reason}")
    slowest_ms, _ = read_for(site.url, seconds)
    starts = n_starts(site.daemon.data) - before
    expect(starts == 0, f"redis was started {starts} times on a disk that does not sync")
    disk.set("broken", 0)
    return slowest_ms, what, ledger.wait_recovered(time.monotonic())


def write_once(url, ledger, days):
    """One write with nothing after it that would sync it too."""
    write = Write(unit_name(0), days)
    with native.Connection(url) as connection:
        answer = call_until_written(connection, write.message)
    ledger.note_acked([(write, native.fields(answer)[1][0])])


@row("F11")
def sync_fails(folder, options):
    disk = Disk(folder)
    environment = processes.preload(folder, "disk", FAULTS_DISK=disk.path)
    with Site(folder / "1", environment=environment) as site:
        with Load(site.url) as ledger:
            slowest_ms, what, recovery_ms = break_disk(
                site, disk, ledger, 0.3 if options.quick else BROKEN_S)
            for _ in range(options.kills):  # between a write and its sync
                ledger.wait_more(20)
                disk.set("kill", 1)
                ledger.wait_recovered(time.monotonic())
        n_failed, n_lost = disk.get("n_failed"), disk.get("n_lost")
        gone = 0
        for days, fault in ((3500, "kill"), (3501, "broken")):
            disk.set(fault, 1)
            with ThreadPoolExecutor(1) as pool:
                writing = pool.submit(write_once, site.url, ledger, days)
                if fault == "broken":
                    wait_why(site.url, "Input/output error")
                    disk.set(fault, 0)
                writing.result()
            gone += cut_power(site, disk)
            site.start()
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    expect(n_failed > 0 and n_lost > 0, "no sync failed while there was something to lose")
    return (f"{counts.text()} kills={options.kills} recovery_ms={recovery_ms:.0f} "
            f"read_ms={slowest_ms:.0f} failed_syncs={n_failed} power_cuts=2 cut_bytes={gone} "
            f"told={what.split(':')[0]!r}")


def newest_aof(data):
    files = (pathlib.Path(data) / "redis" / "appendonlydir").glob("*.incr.aof")
    return max(files, key=lambda path: int(path.name.split(".")[-3]))


def filled(folder, n):
    """A data folder of a killed daemon with n entries under load, and what was acknowledged."""
    site = Site(folder)
    with site:
        with Load(site.url) as ledger:
            ledger.wait_more(n)
        with processes.private_connection(site.daemon.data) as redis:
            replay = entries.replay(redis)
        redis = processes.private_redis(site.daemon)
        site.daemon.kill()
        processes.wait_dead(redis)
    return site, ledger, replay


def cut_tail(data, n_bytes):
    aof = newest_aof(data)
    os.truncate(aof, max(1, aof.stat().st_size - n_bytes))


def wait_alarm(site):
    """Until the daemon says that the log ends before what was acknowledged."""
    wait_log(site.daemon, "REGRESSED")
    return 1


def cut_under_a_daemon(site, n_bytes):
    """The server dies and loses its tail; the daemon, which holds what was in it, says so and appends
    it again."""
    with Load(site.url) as ledger:
        ledger.wait_more(200)
    redis = processes.private_redis(site.daemon)
    site.daemon.process.send_signal(signal.SIGSTOP)
    processes.kill_and_wait(redis)
    cut_tail(site.daemon.data, n_bytes)
    site.daemon.process.send_signal(signal.SIGCONT)
    wait_alarm(site)
    read_for(site.url, 0.1)
    wait_writable(site.url, True)
    write_once(site.url, ledger, 3500)
    return check_embedded(ledger, site.daemon, site.folder, site.url).acked


def cut_under_nobody(site, n_bytes):
    """The tail is gone when the daemon starts: its high-water mark knows, and nobody holds what was in
    it: an alarm, and no writes."""
    with Load(site.url) as ledger:
        ledger.wait_more(200)
    expect(site.daemon.stop() == 0, "the daemon did not stop cleanly")
    cut_tail(site.daemon.data, n_bytes)
    site.launch()
    wait_alarm(site)
    site.daemon.ready()
    code, _ = denied_after(site.url)
    expect(code == 14, f"after the loss of {n_bytes} bytes a write got {code}")
    return 0


@row("F12")
def torn_tail(folder, options):
    chance, alarms, copies, acked = options.random(), 0, 0, 0
    cuts = [chance.randint(1, MAX_TAIL)] if options.quick else [1, 2, 17, MAX_TAIL] + [
        chance.randint(1, MAX_TAIL) for _ in range(4)]
    for number, n_bytes in enumerate(cuts):
        for cut in (cut_under_a_daemon, cut_under_nobody):
            with Site(folder / f"{cut.__name__[10]}{number}") as site:
                acked += cut(site, n_bytes)
                alarms += 1
                copies += len(list((site.daemon.data / "redis").glob("torn-*")))
    expect(copies > 0, "no torn tail was kept aside")
    return f"acked={acked} lost=0 doubled=0 cuts={2 * len(cuts)} alarms={alarms} copies={copies}"


@row("F13")
def flipped_byte(folder, options):
    chance, halted = options.random(), 0
    for number in range(5):
        site, _, replay = filled(folder / str(number), 200)
        aof = newest_aof(site.daemon.data)
        data = bytearray(aof.read_bytes())
        victim = chance.randint(10, replay.sequence - 10)
        at = data.find(entry_bytes(replay, victim))
        expect(at > 0, "the entry is not in the append-only file")
        data[at + chance.randint(0, 15)] ^= 1 << chance.randint(0, 7)
        aof.write_bytes(data)
        daemon = site.launch()
        wait_log(daemon, f"sequence={victim} status=DATA_LOSS")
        expect("event=ready" not in daemon.log_text(), "it serves half a state")
        site.__exit__()
        halted += 1
    return f"flips={halted} halted={halted}"


def entry_bytes(replay, sequence):
    return next(ident for ident, (first, _) in replay.first.items() if first == sequence)
