# SPDX-License-Identifier: Apache-2.0
"""F10 to F13: the disk, and what is on it."""

import os
import pathlib
import signal
import subprocess
import time

import entries
import native
import processes
from loader import Load
from row import Site, row
from rows_kill import read_for, wait_log
from rows_redis import denied_after, wait_writable
from verify import check_embedded, expect

TMPFS_BYTES, ROOM_BYTES = 2 << 20, 64 << 20
MAX_TAIL = 4096


class SmallDisk:
    """The private server's folder on a disk of its own; only root can make one."""

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


def why_not(url):
    with native.Connection(url) as connection:
        log = native.fields(native.fields(connection.call(native.STATUS))[5][0])
        return log.get(6, [b""])[0].decode()


@row("F10")
def disk_full(folder, _options):
    expect(os.geteuid() == 0, "needs root, for a small tmpfs")
    with SmallDisk(folder / "1" / "data" / "redis") as disk, Site(folder / "1") as site:
        with Load(site.url) as ledger:
            wait_writable(site.url, False)
            end = time.monotonic() + 20
            while not (what := why_not(site.url)) or "full" not in what.lower():
                expect(time.monotonic() < end, f"the disk is full and the reason told is: {what}")
                time.sleep(0.01)
            code, reason = denied_after(site.url)
            expect(code in (8, 14), f"a write got {code} {reason}")
            slowest_ms, _ = read_for(site.url, 1)
            disk.make_room()
            recovery_ms = ledger.wait_recovered(time.monotonic())
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    return (f"{counts.text()} recovery_ms={recovery_ms:.0f} read_ms={slowest_ms:.0f} "
            f"told={what.split()[0]!r}")


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
    """The server dies and loses its tail; the daemon, which knows what was in it, goes on."""
    with Load(site.url) as ledger:
        ledger.wait_more(200)
    redis = processes.private_redis(site.daemon)
    site.daemon.process.send_signal(signal.SIGSTOP)
    processes.kill_and_wait(redis)
    cut_tail(site.daemon.data, n_bytes)
    site.daemon.process.send_signal(signal.SIGCONT)
    wait_alarm(site)
    code, _ = denied_after(site.url)
    expect(code == 14, f"after the loss of {n_bytes} bytes a write got {code}")
    read_for(site.url, 0.1)


def cut_under_nobody(site, n_bytes):
    """The tail is gone when the daemon starts: its high-water mark knows."""
    with Load(site.url) as ledger:
        ledger.wait_more(200)
    expect(site.daemon.stop() == 0, "the daemon did not stop cleanly")
    cut_tail(site.daemon.data, n_bytes)
    site.launch()
    wait_alarm(site)


@row("F12")
def torn_tail(folder, options):
    chance, alarms, copies = options.random(), 0, 0
    cuts = [1, 2, 17, MAX_TAIL] + [chance.randint(1, MAX_TAIL) for _ in range(4)]
    for number, n_bytes in enumerate(cuts):
        for cut in (cut_under_a_daemon, cut_under_nobody):
            with Site(folder / f"{cut.__name__[10]}{number}") as site:
                cut(site, n_bytes)
                alarms += 1
                copies += len(list((site.daemon.data / "redis").glob("torn-*")))
    expect(copies > 0, "no torn tail was kept aside")
    return f"cuts={2 * len(cuts)} alarms={alarms} copies={copies}"


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
