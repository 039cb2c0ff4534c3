# SPDX-License-Identifier: Apache-2.0
"""What bench/run.py puts on stage: the programs that are measured, started and pinned.

Two cores are used. SERVER carries what answers, CLIENT what asks, where a line of the report does
not say something else.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import time

SERVER, CLIENT = "0", "1"

# As the daemon configures its own child (daemon/log_redis/child_files.c), but for its user.
REDIS_CONFIG = """port 0
unixsocketperm 600
loglevel warning
databases 1
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated no
save ""
auto-aof-rewrite-percentage 0
maxmemory-policy noeviction
"""


def pinned(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


def first_in_line(command):
    """With the core as soon as it wants it, where we may ask for that."""
    return ["chrt", "-f", "10", *command] if os.geteuid() == 0 else command


def pin(pid, core):
    """Moves a process that runs, all its threads."""
    subprocess.run(["taskset", "-a", "-c", "-p", core, str(pid)], check=True,
                   stdout=subprocess.DEVNULL)


def run_json(*command):
    output = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(output.stdout.strip().splitlines()[-1])


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


def children(pid):
    found = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in found.split()]


@contextlib.contextmanager
def folder():
    """A folder on a disk: what is synced to a file system in memory is not durable."""
    base = os.environ.get("TMPDIR", "/var/tmp")
    kind = subprocess.run(["stat", "-f", "-c", "%T", base], check=True, capture_output=True,
                          text=True).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        raise SystemExit(f"{base} lies in memory ({kind}): set TMPDIR to a folder on a disk")
    with tempfile.TemporaryDirectory(prefix="vardsok-bench-", dir=base) as name:
        yield pathlib.Path(name)


def wait_for(path, process, log):
    deadline = time.monotonic() + 30
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        time.sleep(0.02)


@contextlib.contextmanager
def daemon(bin_dir, data):
    """A vardsokd and its private log, both pinned to SERVER; yields (process, url)."""
    url = f"unix:{data}/bench.sock"
    log = data / "daemon.log"
    with open(log, "w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            pinned(SERVER, bin_dir / "vardsokd", "--data-dir", data / "state", "--listen", url),
            stderr=stderr)
    try:
        wait_for(data / "state" / "listen", process, log)
        yield process, url
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def redis(data, core):
    """A plain Redis configured as the daemon's own; yields the path of its socket."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="redis-", dir=data))
    (home / "redis.conf").write_text(
        f"{REDIS_CONFIG}dir {home}\nunixsocket {home}/redis.sock\nlogfile {home}/redis.log\n",
        encoding="utf-8")
    process = subprocess.Popen(pinned(core, "redis-server", home / "redis.conf"))
    try:
        wait_for(home / "redis.sock", process, home / "redis.log")
        yield home / "redis.sock"
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def echo(bin_dir, data):
    path = data / "echo.sock"
    process = subprocess.Popen(pinned(SERVER, bin_dir / "echo_server", path),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        yield path
    finally:
        process.stdin.close()
        process.wait(10)
