# SPDX-License-Identifier: Apache-2.0
"""F31: system calls that fail, and descriptors that run out."""

import contextlib
import os
import resource
import signal
import time

import native
import processes
from loader import Load
from row import Site, row
from verify import check_embedded, expect, status


def take_descriptors(daemon, spare):
    """From now on the daemon can open spare descriptors more than it has."""
    pid = daemon.process.pid
    n_open = max(int(name) for name in os.listdir(f"/proc/{pid}/fd")) + 1
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (n_open + spare, hard))


def knock(url, n):
    """Connections that may or may not be let in; none is answered while there is no room."""
    made = []
    for _ in range(n):
        connection = native.Connection(url, greet=False)
        made.append(connection)
    return made


def no_descriptors(folder):
    """At EMFILE those who are connected are served, also while Redis has to be reached anew."""
    recovery_ms = []
    folder.mkdir()
    with Site(folder / "1") as site:
        with Load(site.url) as ledger:
            ledger.wait_more(100)
            limits = resource.prlimit(site.daemon.process.pid, resource.RLIMIT_NOFILE)
            take_descriptors(site.daemon, 1)
            waiting = knock(site.url, 20)
            ledger.wait_more(100)
            for _ in range(3):
                since = time.monotonic()
                os.kill(processes.private_redis(site.daemon), signal.SIGKILL)
                recovery_ms.append(ledger.wait_recovered(since))
            for connection in waiting:
                connection.socket.close()
            resource.prlimit(site.daemon.process.pid, resource.RLIMIT_NOFILE, limits)
            with native.Connection(site.url) as connection:  # there is room again
                connection.status()
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    return counts, max(recovery_ms)


def odd_calls(folder, every, rounds):
    """Every so many reads, writes and accepts of the daemon end in an error or are cut short."""
    environment = processes.preload(folder, "syscalls", FAULTS_EVERY=every,
                                    FAULTS_FILE=folder / "struck")
    with Site(folder / "1", environment=environment) as site:
        with Load(site.url) as ledger:
            for _ in range(rounds):
                ledger.wait_more(200)
                with contextlib.suppress(OSError, EOFError):  # accepts fail too
                    status(site.url)
        # Counted with a whole daemon: the check must not be what fails.
        redis = processes.private_redis(site.daemon)
        site.daemon.kill()
        processes.wait_dead(redis)
        site.environment = None
        site.start()
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    return counts, (folder / "struck").stat().st_size


@row("F31")
def odd_system_calls(folder, options):
    acked, struck = 0, []
    counts, recovery_ms = no_descriptors(folder / "d")
    acked += counts.acked
    for every in (16, 7, 3):
        counts, n = odd_calls(folder / str(every), every, 8 if options.quick else 20)
        acked += counts.acked
        struck.append(n)
    expect(min(struck) > 20, f"only {struck} calls failed")
    return (f"acked={acked} lost=0 doubled=0 failed_calls={'+'.join(map(str, struck))} "
            f"emfile_recovery_ms={recovery_ms:.0f}")
