# SPDX-License-Identifier: Apache-2.0
"""Processes: a redis-server of our own, a daemon's private one, and ways to hit them by their pid."""

import os
import pathlib
import resource
import select
import shutil
import signal
import subprocess
import threading

from resp import Redis

WAIT_S = 60


def wait_dead(pid):
    """Until the process, whoever's child, is gone."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([pidfd], [], [], WAIT_S)[0]:
            raise AssertionError(f"process {pid} lives on")
    finally:
        os.close(pidfd)


def kill_and_wait(pid):
    os.kill(pid, signal.SIGKILL)
    wait_dead(pid)


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def children(pid):
    found = []
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def private_redis(daemon):
    """The pid of the daemon's redis-server, or None."""
    for child in children(daemon.process.pid):
        if name_of(child) == "redis-server":
            return child
    return None


def servers_on(folder):
    """The pids of every redis-server that works in this folder, by the kernel's own account."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and name_of(entry.name) == "redis-server":
            try:
                if os.path.samefile(entry / "cwd", folder):
                    found.append(int(entry.name))
            except OSError:
                pass
    return found


def private_connection(data):
    """A connection to the private server of a data folder, as the daemon makes it."""
    redis = pathlib.Path(data) / "redis"
    for line in (redis / "redis.conf").read_text().splitlines():
        if line.startswith("user vardsok "):
            password = next(word[1:] for word in line.split() if word.startswith(">"))
    return Redis(redis / "redis.sock", "vardsok", password)


def preload(folder, source, **settings):
    """The environment for a daemon with tests/faults/<source>.c compiled and loaded before all else."""
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / f"{source}.so"
    subprocess.run([os.environ.get("CC", "gcc"), "-shared", "-fPIC", "-O2", "-o", library,
                    pathlib.Path(__file__).parent / f"{source}.c"], check=True)
    # A daemon with AddressSanitizer otherwise insists on being first.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return {"LD_PRELOAD": str(library), "ASAN_OPTIONS": sanitizer,
            **{name: str(value) for name, value in settings.items()}}


def drain(stream):
    """So that who writes into the pipe never waits."""
    with stream:
        stream.read()


class OwnRedis:
    """A redis-server with settings that are safe unless said otherwise."""

    SAFE = {"appendonly": "yes", "appendfsync": "always", "save": "", "maxmemory-policy":
            "noeviction", "aof-load-truncated": "no", "auto-aof-rewrite-percentage": "0"}

    def __init__(self, folder, environment=None, file_limit=None, **settings):
        self.folder = folder / "own"
        self.folder.mkdir(exist_ok=True)
        self.path = self.folder / "s"
        self.settings = {**self.SAFE, **{name.replace("_", "-"): value
                                         for name, value in settings.items()}}
        self.environment = {**os.environ, **(environment or {})}
        self.file_limit = file_limit
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"unix:{self.path}"

    def start(self):
        words = [word for name, value in self.settings.items()
                 for word in ("--" + name, value)]

        def limit():
            if self.file_limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (self.file_limit, self.file_limit))
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--dir", self.folder,
             "--logfile", "", *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=self.environment, preexec_fn=limit)
        seen = b""
        for line in self.process.stdout:
            seen += line
            if b"ready to accept connections" in line.lower():
                threading.Thread(target=drain, args=(self.process.stdout,), daemon=True).start()
                return
        raise AssertionError("redis-server ended:\n" + seen.decode())

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(WAIT_S)

    def connection(self):
        return Redis(self.path)


def copy_data(source, target):
    """A data folder as a fresh daemon would find it on another machine."""
    def not_a_socket(folder, names):
        return [name for name in names if (pathlib.Path(folder) / name).is_socket()]
    shutil.copytree(source, target, ignore=not_a_socket)
