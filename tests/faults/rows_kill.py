# SPDX-License-Identifier: Apache-2.0
"""F01 to F06: processes that are killed or stopped."""

import fcntl
import os
import shutil
import signal
import threading
import time

import native
import processes
from loader import Load, call_until_written, unit_name, waiting_time, world
from row import Site, row, shared_log
from rows_import import import_killed
from verify import check_embedded, expect, read_for

KILLS_PER_FOLDER = 50  # the log is replayed at each start: it is kept short
RECOVERY_MS = 5000
STOPPED_S = 5


def kill_rounds(folder, options, hit):
    """Kills under load, in folders of their own; the sums over all of them."""
    left, acked, worst_ms, repeats, unknown, n = options.kills, 0, 0.0, 0, 0, 0
    chance = options.random()
    while left > 0:
        size = min(left, KILLS_PER_FOLDER)
        left -= size
        n += 1
        with Site(folder / str(n)) as site:
            with Load(site.url) as ledger:
                for _ in range(size):
                    ledger.wait_more(chance.randint(1, 2 * options.acks))
                    # A write that was sent before the process was dead proves nothing.
                    recovery_ms = ledger.wait_recovered(hit(site))
                    expect(recovery_ms <= RECOVERY_MS, f"recovery took {recovery_ms:.0f} ms")
                    worst_ms = max(worst_ms, recovery_ms)
            counts = check_embedded(ledger, site.daemon, site.folder, site.url)
        acked += counts.acked
        repeats += counts.repeats
        unknown += ledger.n_unknown
        shutil.rmtree(site.folder)
    return (f"kills={options.kills} acked={acked} lost=0 doubled=0 unknown={unknown} "
            f"repeats={repeats} recovery_ms={worst_ms:.0f}")


@row("F01")
def daemon_killed(folder, options):
    def hit(site):
        site.daemon.kill()
        dead = time.monotonic()
        site.start()
        return dead
    figures = kill_rounds(folder, options, hit)
    with Site(folder / "import") as site:
        return f"{figures} {import_killed(site, site.folder, options)}"


@row("F02")
def redis_killed(folder, options):
    def hit(site):
        processes.kill_and_wait(processes.private_redis(site.daemon))
        return time.monotonic()
    return kill_rounds(folder, options, hit)


@row("F03")
def both_killed(folder, options):
    def hit(site):
        redis = processes.private_redis(site.daemon)
        os.kill(redis, signal.SIGKILL)
        site.daemon.kill()
        processes.wait_dead(redis)
        dead = time.monotonic()
        with open(site.daemon.data / "lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises when it is not free
        site.start()
        return dead
    return kill_rounds(folder, options, hit)


class Watch(threading.Thread):
    """Looks, until stopped, how many redis servers work in a folder at once."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.most, self.n_looks = folder, 0, 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.005):
            self.most = max(self.most, len(processes.servers_on(self.folder)))
            self.n_looks += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()


def wait_log(daemon, text):
    """Until the daemon's log has the text: its lines are all that is told of some things."""
    end = time.monotonic() + 30
    while text not in daemon.log_text():
        expect(time.monotonic() < end, f"no {text} in the log")
        expect(daemon.process.poll() is None, f"ended without {text}:\n{daemon.log_text()}")
        time.sleep(0.01)


@row("F04")
def second_daemon(folder, options):
    with Site(folder / "1") as site, Watch(site.daemon.data / "redis") as watch:
        with Load(site.url) as ledger:
            for _ in range(min(options.kills, 20)):
                ledger.wait_more(options.acks)
                site.daemon.kill()  # its redis-server may live on for a moment
                dead = time.monotonic()
                site.start()
                ledger.wait_recovered(dead)

        # Somebody has the lock: no server is started, and the daemon says what it waits for.
        redis = processes.private_redis(site.daemon)
        site.daemon.kill()
        processes.wait_dead(redis)
        with open(site.daemon.data / "lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            daemon = site.launch()
            wait_log(daemon, "waiting for another vardsokd")
            expect(not processes.servers_on(daemon.data / "redis"), "a server beside the lock")
        daemon.ready()

        # And a second daemon beside one that works gives up.
        rival = Site(site.folder, "--listen", f"unix:{site.folder}/rival")
        try:
            process = rival.launch().process
            expect(process.wait(processes.WAIT_S) == 1, "a second daemon took the folder")
        finally:
            rival.__exit__()
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    expect(watch.most == 1 and watch.n_looks > 0, f"{watch.most} redis servers on one folder")
    return f"{counts.text()} servers_at_once={watch.most} looks={watch.n_looks}"


def answered_by(url, deadline_ms):
    """How long a write with a deadline took to be answered, in ms, and with what code."""
    with native.Connection(url) as connection:
        message = native.apply_request([waiting_time(unit_name(0), 3500)])
        start = time.monotonic()
        try:
            connection.call(native.APPLY, message, deadline_ms)
            code = 0
        except native.Refused as refused:
            code = refused.code
        return (time.monotonic() - start) * 1000, code


@row("F05")
def redis_stopped(folder, options):
    stopped_s = 3 if options.quick else STOPPED_S
    with Site(folder / "1") as site:
        with Load(site.url) as ledger:
            ledger.wait_more(200)
            redis = processes.private_redis(site.daemon)
            os.kill(redis, signal.SIGSTOP)
            took_ms, code = answered_by(site.url, 500)
            slowest_ms, oldest_ms = read_for(site.url, stopped_s)
            since = time.monotonic()
            os.kill(redis, signal.SIGCONT)
            recovery_ms = ledger.wait_recovered(since)
        counts = check_embedded(ledger, site.daemon, site.folder, site.url)
    figures = (f"{counts.text()} recovery_ms={recovery_ms:.0f} read_ms={slowest_ms:.0f} "
               f"age_ms={oldest_ms:.0f} deadline_ms={took_ms:.0f} deadline_code={code}")
    expect(code in (2, 4) and took_ms < 1000, f"a write's deadline was not kept: {figures}")
    expect(slowest_ms < 500, f"reads stood still: {figures}")
    expect(oldest_ms > (stopped_s - 2) * 1000, f"the age was not told: {figures}")
    expect(recovery_ms <= 1000, f"too slow: {figures}")
    return figures


@row("F06")
def daemon_stopped(folder, _options):
    with shared_log(folder, 2) as (redis, (stopped, other)):
        with native.Connection(stopped.url) as here, native.Connection(other.url) as there:
            changes = world(1) + [waiting_time(unit_name(0), 1)]
            first = native.fields(call_until_written(
                here, native.apply_request(changes)))[1][0]
            stopped.daemon.process.send_signal(signal.SIGSTOP)
            last = 0
            end = time.monotonic() + 2
            while time.monotonic() < end:
                last = native.fields(there.call(native.APPLY, native.apply_request(
                    [waiting_time(unit_name(0), 2 + last % 3000)])))[1][0]
            # Sent while it stands still: a look, and a write on what it saw last.
            late = native.field(1, first) + waiting_time(unit_name(0), 5)
            with native.Connection(stopped.url, greet=False) as writer:
                writer.send(native.PREFACE + native.request(1, native.APPLY,
                                                            native.apply_request([late])))
                here.send(native.request(99, native.STATUS))
                stopped.daemon.process.send_signal(signal.SIGCONT)
                answer = native.fields(here.frame()[3])
                writer.read(8)
                kind, _, code, _ = writer.frame()
            age = native.fields(answer[5][0]).get(5, [0])[0]
            revision = answer[1][0]
            expect(kind == native.ERROR and code == 10, f"the late write got {kind} {code}")
            expect(revision >= last or age >= 1000,
                   f"revision {revision} of {last} was said to be {age} ms old")
        with redis.connection() as connection:
            n_entries = connection.call("XLEN", "{vardsok}:log")
    return f"moved_on={last - first} late_write=ABORTED age_ms={age} entries={n_entries}"
